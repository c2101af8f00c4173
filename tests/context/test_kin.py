"""In a file too long to show whole: the function that decides about the change, and no list of everything that is declared."""

from __future__ import annotations

import pytest
from context.test_units import file_change, plan

from reviewer.context.render import render_unit
from reviewer.context.slices import slices_of
from reviewer.core.span import Side
from reviewer.facts.extract import extract

JAVA = """package org.example;
import java.util.Map;
import org.apache.kafka.clients.consumer.Consumer;
import org.example.Unrelated;
class Task extends Worker {
  private Map<String, Long> committed;
  private final int batchSize = 10;
  private Consumer<String, String> consumer;
  void done(Map<String, Long> offsets) {
    committed = offsets;
  }
  void commitAll() {
    for (var entry : committed.entrySet()) { consumer.commitSync(entry); }
  }
  void onRevoked() {
    if (ready) { done(current()); }
  }
@PADDING@
}
"""
GO = """package p

import (
	"fmt"
	"github.com/example/kafka"
)

func (t *Task) done(offsets map[string]int64) {
	t.committed = offsets
}

func (t *Task) commitAll(r *kafka.Reader) {
	for topic, at := range t.committed {
		r.Commit(topic, at)
	}
}

func (t *Task) onRevoked() {
	t.done(t.current())
}
@PADDING@
"""
PYTHON = """import os
from confluent_kafka import Consumer

class Task:
    def done(self, offsets):
        self.committed = offsets

    def commit_all(self):
        for topic in self.committed:
            self.consumer.commit(topic)

    def on_revoked(self):
        self.done(self.current())
@PADDING@
"""
KOTLIN = """package org.example
import org.apache.kafka.clients.consumer.Consumer
class Task {
  private var committed: Map<String, Long> = mapOf()
  private val batchSize = 10
  fun done(offsets: Map<String, Long>) {
    committed = offsets
  }
  fun commitAll() {
    committed.forEach { consumer.commitSync(it) }
  }
  fun onRevoked() {
    done(current())
  }
@PADDING@
}
"""
CSHARP = """namespace P {
  class Task {
    private Dictionary<string, long> committed;
    private int batchSize = 10;
    void done(Dictionary<string, long> offsets) {
      committed = offsets;
    }
    void commitAll() {
      foreach (var entry in committed) { consumer.Commit(entry); }
    }
    void onRevoked() {
      done(current());
    }
@PADDING@
  }
}
"""
OTHERS = {
    "java": "  private String unused{n};\n  void other{n}(String message) {{\n    log.info(message, unused{n});\n  }}\n",
    "go": 'func (t *Task) other{n}(message string) {{\n\tfmt.Println("{n}", message)\n}}\n\n',
    "py": "    def other{n}(self, message):\n        print(message, {n})\n\n",
    "kt": "  private val unused{n} = 1\n  fun other{n}(message: String) {{\n    println(message)\n  }}\n",
    "cs": "    private int unused{n};\n    void other{n}(string message) {{\n      Log(message, unused{n});\n    }}\n",
}
CASES = [
    ("Task.java", JAVA, "commitAll", "onRevoked"),
    ("task.go", GO, "commitAll", "onRevoked"),
    ("task.py", PYTHON, "commit_all", "on_revoked"),
    ("Task.kt", KOTLIN, "commitAll", "onRevoked"),
    ("Task.cs", CSHARP, "commitAll", "onRevoked"),
]
IDS = [case[0] for case in CASES]


def long(path: str, code: str) -> str:
    other = OTHERS[path.rsplit(".", 1)[-1]]
    return code.replace("@PADDING@\n", "".join(other.format(n=n) for n in range(400)))


def shown(path: str, code: str) -> dict[str, str]:
    """Reason -> text, for a change of the line that sets `committed`; pieces of one reason together."""
    after = long(path, code)
    change = file_change(path, after.replace("committed = offsets", "committed.update(offsets)"), after, context=0)
    found: dict[str, str] = {}
    for piece in slices_of(change, change.hunks, extract(path, after, Side.AFTER)):
        found[piece.why] = f"{found.get(piece.why, '')}{piece.text}\n"
    return found


@pytest.mark.parametrize(("path", "code", "user", "caller"), CASES, ids=IDS)
def test_the_function_that_reads_the_changed_field_and_the_one_that_calls_the_changed_function_are_shown(
    path: str, code: str, user: str, caller: str
) -> None:
    whys = list(shown(path, code))
    assert any(why.startswith(f"`Task.{user}`, which uses ") and "committed" in why for why in whys)
    assert any(why.startswith(f"`Task.{caller}`, which calls `done` in line ") for why in whys)


@pytest.mark.parametrize(("path", "code", "user", "caller"), CASES, ids=IDS)
def test_functions_and_fields_that_share_nothing_with_the_change_are_not_shown(
    path: str, code: str, user: str, caller: str
) -> None:
    text = "\n".join(shown(path, code).values())
    assert "other1" not in text and "unused" not in text
    assert len(text) < 1_500


def test_the_fields_that_the_shown_code_uses_stand_under_one_heading_and_imports_only_where_the_diff_names_them() -> (
    None
):
    found = shown("Task.java", JAVA)
    fields = found["fields that this code uses"]
    assert "committed;" in fields and "consumer;" in fields
    assert found["the type around this code"] == "class Task extends Worker {\n"
    assert not any("Unrelated" in text for text in found.values())


def test_a_licence_is_never_shown_as_an_import() -> None:
    licence = "/*\n" + " * Licensed under the terms of the map.\n" * 20 + " */\n"
    found = shown(
        "Task.java",
        licence + JAVA.replace("done(Map<String, Long> offsets)", "done(Map<String, Long> offsets) /* Map */"),
    )
    assert not any("Licensed" in text for text in found.values())


def test_of_a_long_function_its_head_and_the_lines_that_count_are_shown() -> None:
    filler = "".join(f"    step{n}();\n" for n in range(200))
    code = JAVA.replace("    for (var entry", f"{filler}    for (var entry").replace(
        "commitSync(entry); }\n", f"commitSync(entry); }}\n{filler}"
    )
    found = shown("Task.java", code)
    (text,) = [text for why, text in found.items() if why.startswith("`Task.commitAll`")]
    assert "void commitAll()" in text and "committed.entrySet()" in text
    assert len(text.split("\n")) < 20


def test_a_name_that_most_functions_use_makes_none_of_them_kin() -> None:
    code = JAVA.replace("committed = offsets", "log.info(offsets); committed = offsets")
    assert not any("other" in why for why in shown("Task.java", code))


def test_pieces_of_one_reason_share_a_heading() -> None:
    after = long("Task.java", JAVA)
    change = file_change("Task.java", after.replace("committed = offsets", "committed.clear()"), after, context=0)
    (unit,) = plan(change, facts={"Task.java": extract("Task.java", after, Side.AFTER)}).units
    text = render_unit(unit)
    assert text.count("fields that this code uses") == 1
    assert "\n--- 6-8: fields that this code uses\nR6|" in text and "\nR8|" in text
