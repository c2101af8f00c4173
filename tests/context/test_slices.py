"""Around a change in a file too long to show whole: what a reader would scroll to, in every language."""

from __future__ import annotations

import pytest
from context.test_units import file_change

from reviewer.context.slices import slices_of
from reviewer.core.span import Side
from reviewer.facts.extract import extract

PADDING = 600
HERE = "HERE"

GO = """package p

func (o *Orders) Run(ctx context.Context) {
	o.commit(HERE)
}

func (o *Orders) commit(at int) {
	o.reader.Commit(at)
}
"""
TYPESCRIPT = """export class Orders {
  async run(): Promise<void> {
    await this.consumer.run({
      eachMessage: async ({ message }) => {
        this.handle(HERE);
      },
    });
  }
}
"""
CSHARP = """namespace P {
  class Orders {
    async Task Run() {
      consumer.Consume(m => Use(HERE));
    }
  }
}
"""
RUST = """impl Orders {
    pub async fn run(&self) {
        tokio::spawn(async move { use_it(HERE) });
    }
}
"""
SCALA = """object Orders {
  def run(): Unit = {
    records.foreach { r =>
      use(HERE)
    }
  }
}
"""
GROOVY = """class Orders {
    void run() {
        records.each { use(HERE) }
    }
}
"""
SQL = """INSERT INTO counts
SELECT hub, COUNT(*) -- HERE
FROM scans GROUP BY hub;
"""
STATEMENT_SET = """EXECUTE STATEMENT SET
BEGIN
INSERT INTO a SELECT * FROM s;
INSERT INTO b SELECT HERE FROM s;
END;
"""
PROTO = """message Scan {
  string id = 1;
  message Hub {
    int32 HERE = 1;
  }
}
"""
TERRAFORM = """resource "kafka_topic" "scans" {
  partitions = 12
  config = {
    "retention.ms" = HERE
  }
}
"""
GRADLE = """dependencies {
    implementation('org.apache.kafka:kafka-clients:3.9.0') {
        exclude group: 'HERE'
    }
}
"""
DOCKERFILE = """FROM a AS build
RUN make \\
    HERE
FROM b
"""
COMPOSE = """services:
  kafka:
    environment:
      KAFKA_MIN_INSYNC_REPLICAS: HERE
"""
MANIFEST = """kind: KafkaTopic
metadata:
  name: scans
spec:
  partitions: HERE
"""
POM = """<dependency>
  <artifactId>kafka-clients</artifactId>
  <version>HERE</version>
</dependency>
"""
CARGO = """[dependencies]
rdkafka = "HERE"
"""

CASES = [
    ("orders.go", GO, "//", "`Orders.Run`, which encloses the change", "func (o *Orders) Run", "}"),
    ("orders.ts", TYPESCRIPT, "//", "`Orders.run`, which encloses the change", "  async run()", "  }"),
    ("orders.tsx", TYPESCRIPT, "//", "`Orders.run`, which encloses the change", "  async run()", "  }"),
    ("orders.js", TYPESCRIPT.replace(": Promise<void>", ""), "//", "`Orders.run`, which encloses the change", "  async run()", "  }"),
    ("Orders.cs", CSHARP, "//", "`Orders.Run`, which encloses the change", "    async Task Run", "    }"),
    ("orders.rs", RUST, "//", "`Orders.run`, which encloses the change", "    pub async fn run", "    }"),
    ("Orders.scala", SCALA, "//", "`Orders.run`, which encloses the change", "  def run(): Unit", "  }"),
    ("Orders.groovy", GROOVY, "//", "`Orders.run`, which encloses the change", "    void run()", "    }"),
    ("job.sql", SQL, "--", "`INSERT INTO counts`, which encloses the change", "INSERT INTO counts", "FROM scans GROUP BY hub;"),
    ("job.sql", STATEMENT_SET, "--", "`EXECUTE STATEMENT SET`, which encloses the change", "EXECUTE STATEMENT SET", "END;"),
    ("scan.proto", PROTO, "//", "`Scan`, which encloses the change", "message Scan {", "}"),
    ("main.tf", TERRAFORM, "#", '`resource "kafka_topic" "scans"`, which encloses the change', 'resource "kafka_topic"', "}"),
    ("build.gradle", GRADLE, "//", "`dependencies`, which encloses the change", "dependencies {", "}"),
    ("build.gradle.kts", GRADLE, "//", "`dependencies`, which encloses the change", "dependencies {", "}"),
    ("Dockerfile", DOCKERFILE, "#", "`FROM a AS build`, which encloses the change", "FROM a AS build", "    HERE"),
    ("docker-compose.yml", COMPOSE, "#", "`services`, which encloses the change", "services:", "      KAFKA_MIN"),
    ("Cargo.toml", CARGO, "#", "`dependencies`, which encloses the change", "[dependencies]", 'rdkafka = "HERE"'),
]  # fmt: skip


def around(path: str, code: str, comment: str) -> list[tuple[str, list[str]]]:
    """(reason, lines) of the pieces that are shown for a change of the line with HERE, in a file of 1,200 other lines."""
    padding = f"{comment} {'x' * 40}\n" * PADDING
    after = f"{padding}\n{code}\n{padding}"
    change = file_change(path, after.replace(HERE, "0"), after, context=0)
    pieces = slices_of(change, change.hunks, extract(path, after, Side.AFTER))
    return [(piece.why, piece.text.split("\n")) for piece in pieces]


@pytest.mark.parametrize(
    ("path", "code", "comment", "why", "first", "last"), CASES, ids=[f"{c[0]}-{n}" for n, c in enumerate(CASES)]
)
def test_what_encloses_the_change_is_shown_whole(
    path: str, code: str, comment: str, why: str, first: str, last: str
) -> None:
    found, lines = around(path, code, comment)[0]
    assert found == why
    assert lines[0].startswith(first) and lines[-1].startswith(last)
    assert any(HERE in line for line in lines)


def test_a_method_of_the_same_receiver_that_is_called_is_shown_in_go() -> None:
    whys = [why for why, _ in around("orders.go", GO, "//")]
    assert any(why.startswith("`Orders.commit`, called in line") for why in whys)


def test_one_manifest_of_many_is_shown() -> None:
    other = MANIFEST.replace(HERE, "3")
    text = "---\n".join([other] * 200 + [MANIFEST] + [other] * 200)
    change = file_change("topics.yaml", text.replace(HERE, "0"), text, context=0)
    (piece,) = slices_of(change, change.hunks, extract("topics.yaml", text, Side.AFTER))
    assert piece.text + "\n" == MANIFEST
    assert piece.why == "`document 201`, which encloses the change"


def test_one_dependency_of_a_long_pom_is_shown_with_the_name_of_the_part_too_long_to_show() -> None:
    other = POM.replace(HERE, "1")
    text = "<project><dependencies>\n" + other * 200 + POM + other * 200 + "</dependencies></project>\n"
    change = file_change("pom.xml", text.replace(HERE, "0"), text, context=0)
    (piece,) = slices_of(change, change.hunks, extract("pom.xml", text, Side.AFTER))
    assert (piece.text + "\n", piece.why) == (POM, "`<dependency>`, which encloses the change")


def test_of_a_section_too_long_to_show_the_lines_around_are_shown_and_the_name() -> None:
    code = "CREATE TABLE wide (\n" + "  a INT,\n" * 400 + "  HERE INT,\n" + "  b INT,\n" * 400 + "  c INT);\n"
    why, lines = around("wide.sql", code, "--")[0]
    assert why == "the lines around the change in `CREATE TABLE wide`"
    assert len(lines) == 41 and lines[20] == "  HERE INT,"
