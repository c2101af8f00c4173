"""Every danger of the catalogue has one answer: rules, a question whose facts Claude gets, or a reason why nobody looks for it."""

from __future__ import annotations

from reviewer.model.briefs.brief import all_briefs
from reviewer.risks.catalogue import all_risks, checks
from reviewer.rules.registry import all_rules

RISKS = all_risks()
BY_RULE = checks(all_rules())
TOLD = {name for brief in all_briefs() for fact in brief.facts for name in fact.risks}


def test_no_danger_is_without_an_answer_and_none_has_two() -> None:
    assert len(RISKS) == len({risk.id for risk in RISKS}) >= 204
    without = [r.id for r in RISKS if r.id not in BY_RULE and not r.question and not r.why_not]
    assert not without, "no rule covers them: give each a question, or say why nobody looks for it"
    twice = [r.id for r in RISKS if sum((r.id in BY_RULE, bool(r.question), bool(r.why_not))) > 1]
    assert not twice, "a rule checks them now: take their questions out of src/reviewer/risks (`checked` names them)"


def test_a_question_says_what_it_takes_and_its_facts_are_told() -> None:
    asked = [risk for risk in RISKS if risk.question]
    assert [risk.id for risk in asked if risk.id not in TOLD] == [], "no brief carries the facts that decide it"
    assert [risk.id for risk in asked if risk.seen is None or not risk.title or not risk.question.endswith("?")] == []


def test_what_rules_and_briefs_name_is_in_the_catalogue() -> None:
    known = {risk.id for risk in RISKS}
    assert {
        (rule.id, name) for rule in all_rules() for name in rule.covers if name not in known or name == rule.id
    } == set()
    assert known | {rule.id for rule in all_rules()} >= TOLD
    own = {rule.id for rule in all_rules()}
    titled = {risk.id for risk in RISKS if risk.title}
    assert {risk.id for risk in RISKS} - own - titled == set()
    assert own & titled == set(), "a rule of that id has the title now: name it in `checked`"
