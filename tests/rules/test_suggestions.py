"""An exact suggestion is one: the file still parses, and the rule is silent then."""

from __future__ import annotations

import pytest
from rules.examples import delta_between, delta_of
from rules.test_examples import CASES

from reviewer.core.finding import Finding
from reviewer.rules.engine import run_rules
from reviewer.rules.examples import Example
from reviewer.rules.registry import rule_by_id
from reviewer.rules.rule import Rule


def _with(text: str, finding: Finding) -> str:
    lines = text.split("\n")
    lines[finding.span.first_line - 1 : finding.span.last_line] = (
        finding.suggestion.split("\n") if finding.suggestion else []
    )
    return "\n".join(lines)


@pytest.mark.parametrize(("rule", "example"), CASES)
def test_a_suggestion_parses_and_cures(rule: Rule, example: Example) -> None:
    before = {f.old_path: f.before for f in example.files if f.old_path and f.before is not None}
    after = {f.new_path: f.after for f in example.files if f.new_path and f.after is not None}
    delta = delta_of(example)
    findings = run_rules(delta, [rule]).findings
    for finding in findings:
        if finding.suggestion is None:
            continue
        path = finding.span.path
        cured = delta_between(before, {**after, path: _with(after[path], finding)})
        now, then = cured.after.file(path), delta.after.file(path)
        if now is not None and then is not None:
            assert now.syntax.has_errors <= then.syntax.has_errors
        left = run_rules(cured, [rule]).findings
        assert len(left) < len(findings), [f.span for f in left]


def test_a_value_is_replaced_and_not_a_part_of_another() -> None:
    text = "apiVersion: kafka.strimzi.io/v1beta2\nkind: KafkaTopic\nmetadata:\n  name: t1\nspec:\n  config:\n    retention.ms: {} # 1 or 10\n"
    delta = delta_between({"t1.yaml": text.format("604800000")}, {"t1.yaml": text.format("1")})
    (finding,) = run_rules(delta, [rule_by_id("topic-retention-shrunk-or-too-short")]).findings
    assert finding.suggestion == "    retention.ms: 604800000 # 1 or 10", "not: # 604800000 or 10"
