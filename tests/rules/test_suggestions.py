"""An exact suggestion for a document is one: the file still parses, and the danger is gone from that line."""

from __future__ import annotations

import pytest
from rules.examples import delta_between, delta_of
from rules.test_examples import CASES

from reviewer.core.finding import Finding
from reviewer.core.span import Side
from reviewer.rules.engine import run_rules
from reviewer.rules.examples import Example
from reviewer.rules.registry import rule_by_id
from reviewer.rules.rule import Rule

_DOCUMENTS = ("properties", "yaml", "yml", "tf", "conf", "toml")


def _with(text: str, finding: Finding) -> str:
    lines = text.split("\n")
    lines[finding.span.first_line - 1] = finding.suggestion or ""
    return "\n".join(lines)


@pytest.mark.parametrize(("rule", "example"), CASES)
def test_a_suggestion_for_a_document_parses_and_cures(rule: Rule, example: Example) -> None:
    before = {f.old_path: f.before for f in example.files if f.old_path and f.before is not None}
    after = {f.new_path: f.after for f in example.files if f.new_path and f.after is not None}
    delta = delta_of(example)
    for finding in run_rules(delta, [rule]).findings:
        path = finding.span.path
        if finding.suggestion is None or path.rsplit(".", 1)[-1] not in _DOCUMENTS:
            continue
        cured = delta_between(before, {**after, path: _with(after[path], finding)})
        now, then = cured.after.file(path), delta.after.file(path)
        if now is not None and then is not None:
            assert [e.keys for e in now.syntax.entries] == [e.keys for e in then.syntax.entries]
            assert now.syntax.has_errors == then.syntax.has_errors
        left = {
            (f.span.path, f.span.first_line) for f in run_rules(cured, [rule]).findings if f.span.side is Side.AFTER
        }
        assert (path, finding.span.first_line) not in left


def test_a_value_is_replaced_and_not_a_part_of_another() -> None:
    text = "apiVersion: kafka.strimzi.io/v1beta2\nkind: KafkaTopic\nmetadata:\n  name: t1\nspec:\n  config:\n    retention.ms: {} # 1 or 10\n"
    delta = delta_between({"t1.yaml": text.format("604800000")}, {"t1.yaml": text.format("1")})
    (finding,) = run_rules(delta, [rule_by_id("topic-retention-shrunk-or-too-short")]).findings
    assert finding.suggestion is None, "the 1 stands twice in the line"
