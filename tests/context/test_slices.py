"""Around a change in a file too long to show whole: what a reader would scroll to, in every language."""

from __future__ import annotations

import pytest
from context.test_units import file_change, plan

from reviewer.context.render import render_unit
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


LICENSED = """/*
 * Licensed to nobody in particular.
 * All rights reserved.
 */
package p;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Optional;
import org.apache.kafka.clients.consumer.KafkaConsumer;

/**
 * Reads the orders of a hub.
 *
 * @since 1
 */
public class Orders {
  private final KafkaConsumer<String, String> consumer;
  private final int size;

  Orders(KafkaConsumer<String, String> consumer) {
    this.consumer = consumer;
    this.size = 1;
  }

  /**
   * Only what is done is committed.
   * Called by the loop.
   */
  void finish() {
    mark(HERE);
  }

  void mark(int at) {
    done = at;
    last = at;
  }

  /**
   * How many there are.
   *
   * @return a number
   */
  int width(int base) {
    int twice = base * 2;
    int more = twice + base;
    return more;
  }

  void giveUp() {
    consumer.seek(
        first,
        0);
  }

  public String toString() {
    StringBuilder text = new StringBuilder();
    text.append(size);
    return text.toString();
  }
}
"""


def rendered(before: str, after: str) -> str:
    change = file_change("Orders.java", before, after, context=1)
    (unit,) = plan(change, facts={"Orders.java": extract("Orders.java", after, Side.AFTER)}).units
    return render_unit(unit)


def test_what_can_decide_nothing_is_left_out_and_counted() -> None:
    text = rendered(LICENSED.replace("HERE", "0"), LICENSED)
    for gone in ("Licensed", "ByteBuffer", "Reads the orders", "How many", "twice + base", "text.append"):
        assert gone not in text
    for kept in (
        "KafkaConsumer;", "class Orders", "private final int size", "this.size = 1", "Only what is done", "last = at;",
        "int width(int base) {", "        0);", "public String toString() {",
    ):  # fmt: skip
        assert kept in text
    assert "… 4 lines not shown" in text


def test_a_changed_function_is_shown_whatever_it_is() -> None:
    assert "text.append(size);" in rendered(LICENSED.replace("append(size)", "append(0)"), LICENSED)


def test_a_long_part_of_the_diff_is_not_shown_twice() -> None:
    more = "".join(f"    step{n}();\n" for n in range(12))
    text = rendered(LICENSED, LICENSED.replace("    mark(HERE);\n", f"    mark(HERE);\n{more}"))
    assert text.count("step7();") == 1 and "stand in the diff" in text and text.count("last = at;") == 1


LONG = (
    "package x;\nimport java.time.Duration;\nimport java.util.Map;\nimport java.util.function.Consumer;\n"
    "import org.apache.kafka.clients.consumer.KafkaConsumer;\nclass Orders {\n  void before() {\n    first();\n    last();\n  }\n\n"
    "  void drop(Map<String, Duration> all, Consumer<String> told) {\n    GONE\n    done();\n  }\n\n  void after() {\n    begin();\n    end();\n  }\n"
)


def test_a_neighbour_that_only_the_context_of_a_hunk_reaches_is_not_shown_whole() -> None:
    padding = "".join(f"  void pad{n}() {{ nothing{n}(); }}\n" for n in range(PADDING))
    more = "".join(f"    more{n}();\n" for n in range(9))
    before = f"{LONG}{padding}}}\n".replace("    last();\n", f"{more}    last();\n").replace(
        "    begin();\n", f"    begin();\n{more}"
    )
    after = before.replace("    GONE\n", "")
    change = file_change("Orders.java", before, after, context=5)
    pieces = slices_of(change, change.hunks, extract("Orders.java", after, Side.AFTER))
    shown = "\n".join(piece.text for piece in pieces)
    assert "pad0" not in shown and "more4();" not in shown and "first();" not in shown and "end();" not in shown


def test_imports_of_the_language_say_nothing_but_for_names_that_streaming_has_too() -> None:
    text = rendered(f"{LONG.replace('GONE', 'all.clear();')}}}\n", f"{LONG.replace('GONE', 'told.accept(all);')}}}\n")
    assert "import java.util.Map" not in text and "import java.time.Duration" not in text
    assert "import java.util.function.Consumer;" in text and "KafkaConsumer;" in text


def test_an_excerpt_of_a_long_function_ends_with_its_statement() -> None:
    steps = "".join(f"    other{n}(a{n}, b{n});\n" for n in range(60))
    block = (
        "    if (isOpen(fresh)) {\n      client.send(\n"
        + "".join(f"          x{n},\n" for n in range(8))
        + "          last);\n    }\n"
    )
    padding = "".join(f"  void pad{n}() {{ nothing{n}(); }}\n" for n in range(PADDING))
    after = f"class Orders {{\n  private int fresh;\n  void take() {{\n    fresh = HERE;\n  }}\n  void run() {{\n{steps}{block}{steps}  }}\n{padding}}}\n"
    text = rendered(after.replace("HERE", "0"), after)
    assert "isOpen(fresh)" in text and "          last);" in text and "other3(" not in text
