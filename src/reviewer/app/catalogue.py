"""`stream-review rules` and `stream-review explain`."""

from __future__ import annotations

import argparse
import json

from reviewer.app import exit_codes
from reviewer.model.briefs.brief import all_briefs
from reviewer.publish.sarif import RuleSummary
from reviewer.risks.catalogue import checks, risk_by_id
from reviewer.risks.risk import Risk
from reviewer.rules.examples import rendered, without_examples
from reviewer.rules.registry import all_rules, rule_by_id, rule_ids


def run(given: argparse.Namespace) -> int:
    """Print the catalogue, one rule's page, or who looks for a danger that has no rule of its own."""
    risk = risk_by_id(given.rule) if given.command == "explain" and given.rule not in rule_ids() else None
    if risk is not None:
        print("\n".join(_told(risk)))
    elif given.command == "explain":
        rule = rule_by_id(given.rule)
        print(f"{rule.id}: {rule.title}")
        print(f"{rule.category.words}, {rule.severity.value}, confidence {rule.confidence.value}\n")
        print(rendered(rule.text))
    elif given.format == "json":
        print(json.dumps([_row(rule.id) for rule in all_rules()], indent=2))
    else:
        width = max(len(rule.id) for rule in all_rules())
        for rule in all_rules():
            print(f"{rule.id:<{width}}  {rule.severity.value:<8}  {rule.category.words:<17}  {rule.title}")
    return exit_codes.REVIEWED


def _row(identity: str) -> dict[str, object]:
    rule = rule_by_id(identity)
    return {
        "id": rule.id, "title": rule.title, "category": rule.category.value, "severity": rule.severity.value,
        "confidence": rule.confidence.value, "technologies": list(rule.technologies), "references": list(rule.references),
    }  # fmt: skip


def _told(risk: Risk) -> list[str]:
    """A danger without a rule of its own: the rules that check it, or the question and the facts that decide it."""
    head = f"{risk.id}: {risk.title}"
    if by := checks(all_rules()).get(risk.id):
        return [head, *(f"It is checked by {name}: `stream-review explain {name}`" for name in by)]
    if risk.why_not:
        return [head, f"Nobody looks for it. {risk.why_not}"]
    facts = [
        f"  {brief.technology}: {fact.text}" for brief in all_briefs() for fact in brief.facts if risk.id in fact.risks
    ]
    return [
        head,
        "No rule checks it; Claude is told what decides it. To answer:",
        f"  {risk.question}",
        "What decides:",
        *facts,
    ]


def documentation(identity: str) -> str:
    """A rule's page without title and examples: for places that show it beside a finding."""
    return without_examples(rule_by_id(identity).text)


def summaries() -> tuple[RuleSummary, ...]:
    """The rules as SARIF wants them."""
    return tuple(
        RuleSummary(
            id=rule.id, title=rule.title, description=rule.summary,
            help_markdown=documentation(rule.id), severity=rule.severity,
        )
        for rule in all_rules()
    )  # fmt: skip
