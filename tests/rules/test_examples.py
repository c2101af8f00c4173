"""Every rule, alone, on its examples: those of its page and those beside this file. It must hit exactly the marked lines."""

from __future__ import annotations

from pathlib import Path

import pytest
from rules.examples import delta_of

from reviewer.rules.engine import run_rules
from reviewer.rules.examples import Example, Place, examples_of, read_examples, write_example
from reviewer.rules.registry import all_rules
from reviewer.rules.rule import Rule

HEADINGS = (
    "What it catches",
    "Why it hurts in production",
    "What to do",
    "Trade-off",
    "What it cannot see",
    "Examples",
    "References",
)
REGRESSIONS = Path(__file__).parent / "regressions"
RULES = {rule.id: rule for rule in all_rules()}


def examples(rule: Rule) -> tuple[Example, ...]:
    """All of a rule's examples."""
    further = REGRESSIONS / f"{rule.id}.txt"
    text = further.read_text(encoding="utf-8") if further.exists() else ""
    return (*examples_of(rule.page or ""), *read_examples(text))


CASES = [
    pytest.param(rule, example, id=f"{rule.id}: {example.title}")
    for rule in RULES.values()
    for example in examples(rule)
]


@pytest.mark.parametrize(("rule", "example"), CASES)
def test_a_rule_hits_exactly_the_marked_lines(rule: Rule, example: Example) -> None:
    run = run_rules(delta_of(example), [rule])
    assert run.problems == ()
    found: set[Place] = {(f.span.path, f.span.side, f.span.first_line) for f in run.findings}
    assert found == example.marks
    for finding in run.findings:
        assert len(finding.scenario) >= 3, "a finding tells a sequence of events"
        assert finding.fix and finding.why and finding.evidence[0].quote


@pytest.mark.parametrize(("rule", "example"), CASES)
def test_an_example_is_marked_if_it_is_bad_and_says_what_it_means(rule: Rule, example: Example) -> None:
    assert example.is_bad == bool(example.marks)
    assert read_examples(write_example(example)) == (example,)


@pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: rule.id)
def test_a_page_is_whole_and_teaches_with_two_bad_and_two_good(rule: Rule) -> None:
    page = rule.page or ""
    headings = [h for h in HEADINGS if h != "Trade-off" or f"\n## {h}\n" in page]
    places = [page.find(f"\n## {heading}\n\n") for heading in headings]
    assert -1 not in places, f"a heading is missing: {HEADINGS}"
    assert places == sorted(places)
    assert rule.references and rule.title and len(rule.title) <= 100
    assert page.startswith(f"{rule.title}.\n\n")
    assert [example.is_bad for example in examples_of(page)] == [True, True, False, False]
    titles = [example.title for example in examples(rule)]
    assert len(set(titles)) == len(titles)
    assert rule.inspect or rule.compare


def test_trade_offs_are_one_line_that_names_the_cost_and_when_the_cheaper_choice_is_legitimate() -> None:
    told = {rule.id: rule.trade_off for rule in RULES.values() if rule.trade_off}
    assert len(told) >= 25 and "kafka-producer-acks-not-all" in told
    for name, text in told.items():
        assert "legitimate" in text and "\n" not in text and len(text) <= 400, name


def test_every_file_of_regressions_belongs_to_a_rule() -> None:
    assert {path.name for path in REGRESSIONS.iterdir()} <= {f"{name}.txt" for name in RULES}
