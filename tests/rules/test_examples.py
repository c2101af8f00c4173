"""Every rule, alone, on its own examples: it must hit exactly the marked lines."""

from __future__ import annotations

import pytest
from rules.examples import Place, delta_of, marks

from reviewer.core.rule import Bad, Example, Rule
from reviewer.rules.engine import run_rules
from reviewer.rules.registry import all_rules, module_of

HEADINGS = ("What it catches", "Why it hurts in production", "What to do", "What it cannot see", "References")
CASES = [
    pytest.param(rule, example, id=f"{rule.id}: {example.title}")
    for rule in all_rules()
    for example in (*rule.bad, *rule.good)
]


@pytest.mark.parametrize(("rule", "example"), CASES)
def test_a_rule_hits_exactly_the_marked_lines(rule: Rule, example: Example) -> None:
    run = run_rules(delta_of(example), [rule])
    assert run.problems == ()
    found: set[Place] = {(f.span.path, f.span.side.value, f.span.first_line) for f in run.findings}
    assert found == marks(example)


@pytest.mark.parametrize("rule", all_rules(), ids=lambda rule: rule.id)
def test_a_rule_is_whole(rule: Rule) -> None:
    module = module_of(rule)
    assert module.rsplit(".", 1)[-1] == rule.id.replace("-", "_")
    documentation = __import__(module, fromlist=["RULE"]).__doc__ or ""
    assert [h for h in HEADINGS if f"## {h}\n" not in documentation] == []
    assert len(rule.bad) >= 2 and len(rule.good) >= 2
    assert all(marks(example) for example in rule.bad)
    assert not any(marks(example) for example in rule.good)
    assert all(isinstance(example, Bad) for example in rule.bad)
    assert rule.references


@pytest.mark.parametrize("rule", all_rules(), ids=lambda rule: rule.id)
def test_a_finding_tells_a_sequence_of_events(rule: Rule) -> None:
    for example in rule.bad:
        for finding in run_rules(delta_of(example), [rule]).findings:
            assert len(finding.scenario) >= 3
            assert finding.fix and finding.why and finding.evidence[0].quote
