"""The riskiest units are asked about first: what a ceiling or a deadline cuts off is what matters least."""

from __future__ import annotations

from dataclasses import replace

import pytest

from reviewer.asking.order import risk, riskiest_first
from reviewer.context.unit import ReviewUnit, UnitHunk
from reviewer.core.finding import Category, Confidence, Finding, Severity
from reviewer.core.span import Side, Span
from reviewer.diff.texts import hunks_between

LOOP = """for (;;) {
  ConsumerRecords<String, String> records = consumer.poll(ofMillis(100));
  for (ConsumerRecord<String, String> record : records) {
    store.save(record.value());
  }
  consumer.commitSync();
}
"""


def unit(before: str, after: str, name: str = "u") -> ReviewUnit:
    (hunk,) = hunks_between(before, after)
    piece = UnitHunk(path=f"{name}.java", old_path=None, index=0, hunk=hunk)
    return ReviewUnit(id=name, paths=(piece.path,), hunks=(piece,))


HARMLESS = {
    "a renamed local": unit(LOOP, LOOP.replace("records", "batch"), "renamed"),
    "a log line": unit(LOOP, LOOP.replace("store.save", "log.info(record); store.save"), "logged"),
    "a long new class": unit("", "".join(f"  String name{n}() {{ return name{n}; }}\n" for n in range(200)), "long"),
}
RISKY = {
    "a commit that goes": unit(LOOP, LOOP.replace("  consumer.commitSync();\n", ""), "commit"),
    "a uid that goes": unit('.process(f)\n.uid("count")\n.name("c")\n', '.process(f)\n.name("c")\n', "uid"),
    "a question that goes": unit("if (!seen.add(id)) {\n  return;\n}\nbook(id);\n", "book(id);\n", "seen"),
    "a wait in the loop": unit(
        "deliver(notice);\n", "while (!deliver(notice)) {\n  Thread.sleep(600_000);\n}\n", "wait"
    ),
    "a tolerance that changes": unit('"errors.tolerance": "none",\n', '"errors.tolerance": "all",\n', "tolerance"),
    "acks that change": unit("acks=all\nlinger.ms=5\n", "acks=1\nlinger.ms=5\n", "acks"),
    "retention that shrinks": unit("retention.ms: 604800000\n", "retention.ms: 3600000\n", "retention"),
    "a group that is renamed": unit('group.id = "a"\n', 'group.id = "b"\n', "group"),
}


@pytest.mark.parametrize("risky", RISKY.values(), ids=RISKY.keys())
@pytest.mark.parametrize("harmless", HARMLESS.values(), ids=HARMLESS.keys())
def test_a_short_dangerous_unit_comes_before_a_harmless_one(risky: ReviewUnit, harmless: ReviewUnit) -> None:
    assert riskiest_first([harmless, risky])[0] is risky


def test_what_a_rule_suspects_comes_first_and_equals_keep_their_order() -> None:
    finding = Finding(
        id="0" * 16, rule_id="r", category=Category.DATA_LOSS, severity=Severity.HIGH, confidence=Confidence.HIGH, title="t",
        span=Span(path="renamed.java", side=Side.AFTER, first_line=2, last_line=2), scenario=("s",), why="w", fix="f", subject="s",
    )  # fmt: skip
    suspected = replace(HARMLESS["a renamed local"], hypotheses=(finding,))
    units = [*HARMLESS.values(), *RISKY.values(), suspected]
    ordered = riskiest_first(units)
    assert ordered[0] is suspected and sorted(units, key=id) == sorted(ordered, key=id)
    twins = [replace(RISKY["acks that change"], id=f"u{n}") for n in range(4)]
    assert [u.id for u in riskiest_first(twins)] == ["u0", "u1", "u2", "u3"]


def test_a_guard_that_only_changes_weighs_less_than_one_that_goes() -> None:
    changed = unit(LOOP, LOOP.replace("commitSync", "commitAsync"), "changed")
    assert 0 < risk(changed) < risk(RISKY["a commit that goes"])
