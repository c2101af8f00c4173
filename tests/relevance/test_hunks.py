"""The decision hunk by hunk: one line, only removed, new and deleted files, comments, and what streaming code uses."""

from __future__ import annotations

import pytest
from relevance.test_signals import judged

JAVA = "imports org.apache.kafka (line 1)"
ONLY_COMMENTS = "only comments and blank lines change"
BUILD = "build file, no streaming dependency in these lines"


def one(path: str, before: str | None, after: str | None) -> tuple[bool, str]:
    """The decision on a change of one hunk."""
    (decision,) = judged(path, before, after)
    return decision.relevant, decision.reason


FILE = "import org.apache.kafka.clients.producer.*;\nclass A {\n  void f() {\n    p.put(ACKS, X); // X\n  }\n}\n"


def test_one_line_is_enough() -> None:
    assert one("A.java", FILE, FILE.replace("X)", '"0")')) == (True, JAVA)


def test_a_file_of_one_line_is_enough() -> None:
    assert one("p.properties", "acks=all\nkey.serializer=a\n", "acks=0\nkey.serializer=a\n")[0]
    assert one("producer.properties", "acks=all", "acks=0")[0]


def test_a_line_that_is_only_removed_counts() -> None:
    assert one("A.java", FILE, FILE.replace("    p.put(ACKS, X); // X\n", "")) == (True, JAVA)


def test_new_and_deleted_files_count() -> None:
    assert one("A.java", None, FILE) == (True, JAVA)
    assert one("A.java", FILE, None) == (True, JAVA)


def test_what_was_streaming_only_before_counts() -> None:
    assert one("A.java", FILE, FILE.replace("import org.apache.kafka.clients.producer.*;\n", "")) == (True, JAVA)


COMMENTS = [
    ("A.java", "import org.apache.kafka.clients.producer.*;\nclass A {\n  @@\n}\n", "// {}", "/* {} */"),
    ("A.kt", "import org.apache.kafka.clients.producer.*\nclass A {\n  @@\n}\n", "// {}", "/** {} */"),
    ("A.scala", "import org.apache.kafka.clients.producer._\nclass A {\n  @@\n}\n", "// {}", "/* {} */"),
    ("a.py", "import confluent_kafka\nx = 1\n@@\n", "# {}", "# {}  #"),
    ("a.go", 'package a\nimport "github.com/IBM/sarama"\n@@\n', "// {}", "/* {} */"),
    ("a.ts", "import { Kafka } from 'kafkajs';\n@@\n", "// {}", "/* {} */"),
    ("a.js", "import { Kafka } from 'kafkajs'\n@@\n", "// {}", "/* {} */"),
    ("A.cs", "using Confluent.Kafka;\nclass A {\n  @@\n}\n", "// {}", "/// {}"),
    ("a.rs", "use rdkafka::Message;\n@@\nfn f() {}\n", "// {}", "/// {}"),
    ("A.groovy", "import org.apache.kafka.clients.producer.X\nclass A {\n  @@\n}\n", "// {}", "/* {} */"),
    ("a.sql", "SET 'table.exec.state.ttl' = '1 h';\n@@\n", "-- {}", "/* {} */"),
    ("a.yaml", "bootstrap.servers: a\n@@\n", "# {}", "  # {}"),
    ("a.properties", "bootstrap.servers=a\n@@\n", "# {}", "! {}"),
    ("main.tf", 'resource "kafka_topic" "a" {\n  @@\n}\n', "# {}", "// {}"),
    ("a.toml", 'bootstrap_servers = "a"\n@@\n', "# {}", "   # {}"),
    ("Dockerfile", "FROM a\nENV KAFKA_A=1\n@@\n", "# {}", "  # {}"),
    ("beans.xml", '<map><entry key="bootstrap.servers" value="a"/>\n@@\n</map>\n', "<!-- {} -->", "<!-- {}-->"),
]


@pytest.mark.parametrize(("path", "text", "first", "second"), COMMENTS, ids=[c[0] for c in COMMENTS])
def test_a_change_of_comments_is_not_streaming(path: str, text: str, first: str, second: str) -> None:
    old, new = text.replace("@@", first.format("old words")), text.replace("@@", second.format("new words"))
    assert one(path, old, new) == (False, ONLY_COMMENTS)
    assert one(path, text.replace("@@", ""), new) == (False, ONLY_COMMENTS)
    assert one(path, old, text.replace("@@", "")) == (False, ONLY_COMMENTS)


@pytest.mark.parametrize("after", ["    p.put(ACKS, Y); // X", "    p.put(ACKS, X); /* one", "p(); // p.put(ACKS, X);"])
def test_code_before_a_comment_on_its_line_counts(after: str) -> None:
    changed = FILE.replace("    p.put(ACKS, X); // X", after)
    assert one("A.java", FILE, changed) == (True, JAVA)


def test_the_middle_of_a_long_comment_is_a_comment() -> None:
    text = "import org.apache.kafka.clients.producer.*;\n/**\n * One.\n *\n * Two words.\n */\nclass A { }\n"
    assert one("A.java", text, text.replace("Two words", "Three more words")) == (False, ONLY_COMMENTS)


def test_code_that_leaves_a_comment_counts() -> None:
    before = FILE.replace("    p.put(ACKS, X); // X", "    // p.put(ACKS, X);")
    assert one("A.java", before, FILE) == (True, JAVA)


POM = """<project>
  <dependencies>
    <dependency>
      <groupId>org.apache.kafka</groupId>
      <artifactId>kafka-clients</artifactId>
      <version>3.8.0</version>
    </dependency>
    <dependency>
      <groupId>org.example</groupId>
      <artifactId>web</artifactId>
      <version>1.0.0</version>
    </dependency>
  </dependencies>
</project>
"""


def test_the_version_of_a_streaming_dependency_counts_and_its_neighbours_does_not() -> None:
    assert one("pom.xml", POM, POM.replace("3.8.0", "3.9.0")) == (True, "dependency on a streaming library")
    assert one("pom.xml", POM, POM.replace("1.0.0", "1.1.0")) == (False, BUILD)
    gone = POM.replace(POM[POM.index("    <dependency>") : POM.index("    <dependency>", 60)], "")
    assert one("pom.xml", POM, gone) == (True, "dependency on a streaming library")


@pytest.mark.parametrize(
    ("path", "before", "after"),
    [
        ("package.json", '{\n  "dependencies": {\n    "kafkajs": "2",\n    "left-pad": "1"\n  }\n}\n', '"1"'),
        ("go.mod", "module a\nrequire (\n\tgithub.com/IBM/sarama v1.43.0\n\tgithub.com/pkg/errors v0.9.1\n)\n", "v0.9.1"),
        ("Cargo.toml", '[dependencies]\nrdkafka = "0.36"\nserde = "1"\n', '"1"'),
        ("requirements.txt", "confluent-kafka==2.6.1\nrequests==2\n", "==2\n"),
        ("build.gradle", "dependencies {\n  implementation 'org.apache.kafka:kafka-clients:3.9.0'\n  implementation 'a:b:1'\n}\n", ":1'"),
        ("A.csproj", '<Project>\n<PackageReference Include="Confluent.Kafka" Version="2" />\n<PackageReference Include="A" Version="1" />\n</Project>\n', '"1"'),
    ],
)  # fmt: skip
def test_a_neighbour_of_a_streaming_dependency_does_not_count(path: str, before: str, after: str) -> None:
    assert one(path, before, before.replace(after, after.replace("1", "9").replace("2", "8"))) == (False, BUILD)


@pytest.mark.parametrize(
    ("path", "text", "version", "other"),
    [
        ("build.sbt", 'val confluent = "7.8.0"\n@@val web = "1.0.0"\nlibraryDependencies += "io.confluent" % "kafka-avro-serializer" % confluent\n', "7.8.0", "1.0.0"),
        ("build.gradle", "ext { broker = '3.9.0' }\n@@ext { web = '1.0.0' }\ndependencies { implementation \"org.apache.kafka:kafka-clients:$broker\" }\n", "3.9.0", "1.0.0"),
        ("pom.xml", "<project><properties>\n<broker>3.9.0</broker>\n@@<web>1.0.0</web>\n</properties><dependencies><dependency><groupId>org.apache.kafka</groupId><artifactId>kafka-clients</artifactId><version>${broker}</version></dependency></dependencies></project>\n", "3.9.0", "1.0.0"),
    ],
)  # fmt: skip
def test_a_version_kept_in_a_variable_counts_where_a_streaming_dependency_uses_it(
    path: str, text: str, version: str, other: str
) -> None:
    before = text.replace("@@", "\n" * 9)
    assert one(path, before, before.replace(version, "9.9.9")) == (True, "dependency on a streaming library")
    assert one(path, before, before.replace(other, "8.8.8")) == (False, BUILD)


def test_hunks_of_one_file_are_judged_one_by_one() -> None:
    filler = "".join(f"  int f{n};\n" for n in range(30))
    text = f"import org.apache.kafka.clients.producer.*;\nclass A {{\n  // old\n{filler}  int last = 1;\n}}\n"
    decisions = judged("A.java", text, text.replace("// old", "// new").replace("= 1", "= 2"))
    assert [(d.relevant, d.reason) for d in decisions] == [(False, ONLY_COMMENTS), (True, JAVA)]


def test_of_a_document_that_sets_many_things_only_the_streaming_keys_count() -> None:
    filler = "".join(f"  colour{n}: red\n" for n in range(30))
    text = f"web:\n  first: 1\n{filler}  kafkaTopic: a\n"
    decisions = judged("values.yaml", text, text.replace("first: 1", "first: 2").replace("Topic: a", "Topic: b"))
    reason = "sets web.kafkaTopic (line 33)"
    assert [(d.relevant, d.reason) for d in decisions] == [
        (False, f"the file {reason}, these lines are elsewhere"),
        (True, reason),
    ]
