"""`stream-review rules` and `stream-review explain`."""

from __future__ import annotations

import argparse
import json

from reviewer.app import exit_codes
from reviewer.publish.sarif import RuleSummary
from reviewer.rules.examples import rendered, without_examples
from reviewer.rules.registry import all_rules, rule_by_id


def run(given: argparse.Namespace) -> int:
    """Print the catalogue or one rule's page."""
    if given.command == "explain":
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
