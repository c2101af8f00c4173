"""docs/catalogue.md: who looks for each danger of the risk catalogue."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from reviewer.model.briefs.brief import all_briefs
from reviewer.risks.catalogue import SECTIONS, all_risks, checks
from reviewer.risks.risk import Risk, Section
from reviewer.rules.registry import all_rules, rule_by_id


def catalogue_page() -> str:
    """One table a technology, and the rules for dangers that the catalogue does not have."""
    by_rule, told = checks(all_rules()), _told()
    risks = all_risks()
    beyond = sorted({rule.id for rule in all_rules()} - {risk.id for risk in risks})
    return _PAGE.format(
        all=len(risks), rules=sum(risk.id in by_rule for risk in risks), asked=sum(bool(risk.question) for risk in risks),
        not_looked=sum(bool(risk.why_not) for risk in risks),
        tables="\n\n".join(_table(section, by_rule, told) for section in SECTIONS),
        beyond="\n".join(f"- {_rule(name)}: {rule_by_id(name).title}{_beside(name)}" for name in beyond),
    )  # fmt: skip


def _told() -> Mapping[str, Sequence[str]]:
    """The briefs with facts that decide a danger, by its id."""
    found: dict[str, list[str]] = {}
    for brief in all_briefs():
        for name in sorted({name for fact in brief.facts for name in fact.risks}):
            found.setdefault(name, []).append(brief.technology)
    return found


def _table(section: Section, by_rule: Mapping[str, Sequence[str]], told: Mapping[str, Sequence[str]]) -> str:
    rows = [f"| {_title(risk)} | `{risk.id}` | {_answer(risk, by_rule, told)} |" for risk in section.risks]
    return "\n".join((f"## {section.title}", "", "| Danger | Id | Who looks for it |", "|---|---|---|", *rows))


def _title(risk: Risk) -> str:
    return risk.title or rule_by_id(risk.id).title


def _answer(risk: Risk, by_rule: Mapping[str, Sequence[str]], told: Mapping[str, Sequence[str]]) -> str:
    if rules := by_rule.get(risk.id, ()):
        return ", ".join(_rule(name, "the rule" if name == risk.id else name) for name in rules)
    if risk.why_not:
        return f"nobody: {risk.why_not}"
    return f"Claude: {risk.question} *{', '.join(told.get(risk.id, ()))}; takes {risk.seen}*"


def _rule(name: str, words: str = "") -> str:
    return f"[{words or name}](rules/{name}.md)"


def _beside(name: str) -> str:
    covers = rule_by_id(name).covers
    return f" (checks {', '.join(f'`{risk}`' for risk in covers)})" if covers else ""


_PAGE = """# The risk catalogue

{all} dangers of streaming code, by technology, and who looks for each: {rules} have an offline rule, {asked} are left to Claude, {not_looked} to nobody.

A rule reports what a change introduces; its page says which forms it sees and which it cannot. A danger without a rule takes judgement, or facts
that no rule reads yet: the question is the one that has to be answered of the code, and Claude gets, with the code, what decides it in the clients
and versions at hand; in italics stand the [briefs](../src/reviewer/model/briefs) that say it ([what the model is told](model.md)), and what an answer takes.
Without a key nobody asks. `stream-review explain ID` shows either. The table is made from `src/reviewer/risks`; a test fails for a danger without an answer, and for one with two.

{tables}

## Rules beyond the catalogue

{beyond}
"""
