"""`stream-review rules` and `stream-review explain`."""

from __future__ import annotations

import argparse
import json
from importlib import import_module

from reviewer.app import exit_codes
from reviewer.publish.sarif import RuleSummary
from reviewer.rules.registry import all_rules, module_of, rule_by_id


def run(given: argparse.Namespace) -> int:
    """Print the catalogue or one rule's page."""
    if given.command == "explain":
        rule = rule_by_id(given.rule)
        print(f"{rule.id}: {rule.title}")
        print(f"{rule.category.words}, {rule.severity.value}, confidence {rule.confidence.value}\n")
        print(documentation(rule.id))
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
    """The docstring of a rule's module: its page."""
    return (import_module(module_of(rule_by_id(identity))).__doc__ or "").strip()


def summaries() -> tuple[RuleSummary, ...]:
    """The rules as SARIF wants them."""
    return tuple(
        RuleSummary(
            id=rule.id, title=rule.title, description=documentation(rule.id).split("\n", 1)[0],
            help_markdown=documentation(rule.id), severity=rule.severity,
        )
        for rule in all_rules()
    )  # fmt: skip
