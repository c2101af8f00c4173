"""Finds the rules: every module constant `RULE` in the packages beside this file. Nothing to register, nothing to forget."""

from __future__ import annotations

import pkgutil
from functools import cache
from importlib import import_module

from reviewer import rules as package
from reviewer.core.problem import ReviewError
from reviewer.rules.rule import Rule


@cache
def all_rules() -> tuple[Rule, ...]:
    """Every rule, sorted by id."""
    found: list[Rule] = []
    for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        if not module.ispkg and module.name.count(".") > 2:
            rule = getattr(import_module(module.name), "RULE", None)
            if isinstance(rule, Rule):
                found.append(rule)
    return tuple(sorted(found, key=lambda rule: rule.id))


def rule_by_id(identity: str) -> Rule:
    """The rule with an id; ReviewError that says how to list them when there is none."""
    for rule in all_rules():
        if rule.id == identity:
            return rule
    raise ReviewError(f"There is no rule {identity!r}. `stream-review rules` lists them all.")
