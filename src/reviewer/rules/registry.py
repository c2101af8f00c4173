"""Finds the rules: every module with a constant `RULE` in the folders beside this file. Nothing to register, nothing to forget.

A review loads only the folders whose technology the change has; the catalogue, the documentation and the model's list load all.
"""

from __future__ import annotations

import pkgutil
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from pathlib import Path

from reviewer import rules as package
from reviewer.core.problem import ReviewError
from reviewer.facts.delta import Delta
from reviewer.rules.rule import Rule
from reviewer.rules.technologies import TECHNOLOGIES, vocabulary


def all_rules() -> tuple[Rule, ...]:
    """Every rule, sorted by id."""
    return _sorted(rule for folder in TECHNOLOGIES for rule in rules_of(folder))


def rules_for(delta: Delta) -> tuple[Rule, ...]:
    """The rules that may have something to say about a change, sorted by id."""
    return _sorted(rule for folder in folders_for(delta) for rule in rules_of(folder))


def preload() -> None:
    """Load what nearly every change needs: for the time in which the first files are parsed."""
    rules_of("kafka")


def folders_for(delta: Delta) -> frozenset[str]:
    """The folders whose technology a changed file has on one side."""
    found: set[str] = set()
    for file in (*delta.before.files, *delta.after.files):
        left = TECHNOLOGIES.keys() - found
        words = vocabulary(file) if left else ""
        found |= {folder for folder in left if TECHNOLOGIES[folder].is_in(file, words)}
    return frozenset(found)


@cache
def rule_ids() -> frozenset[str]:
    """The ids of all rules; none is loaded for it."""
    return frozenset(name.replace("_", "-") for folder in TECHNOLOGIES for name in _modules(folder))


def rule_by_id(identity: str) -> Rule:
    """The rule with an id; ReviewError that says how to list them when there is none."""
    for rule in all_rules():
        if rule.id == identity:
            return rule
    raise ReviewError(f"There is no rule {identity!r}. `stream-review rules` lists them all.")


def _sorted(rules: Iterator[Rule]) -> tuple[Rule, ...]:
    return tuple(sorted(rules, key=lambda rule: rule.id))


@cache
def rules_of(folder: str) -> tuple[Rule, ...]:
    """The rules of a folder; they are loaded for it."""
    return tuple(import_module(f"{package.__name__}.{folder}.{name}").RULE for name in _modules(folder))


def _modules(folder: str) -> list[str]:
    return [module.name for module in pkgutil.iter_modules([str(Path(path) / folder) for path in package.__path__])]
