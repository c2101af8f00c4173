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
from reviewer.core.blast_radius import BlastKind
from reviewer.core.problem import ReviewError
from reviewer.facts.delta import Delta
from reviewer.rules.rule import Rule
from reviewer.rules.technologies import TECHNOLOGIES, vocabulary

#: A file that only says a name has nothing else of the technology: whoever uses the name has.
_ABOUT = {BlastKind.TOPIC: "topics", BlastKind.GROUP: "kafka", BlastKind.STORE: "streams"}


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
    """The folders whose technology a changed file has on one side, one that reads a changed constant, or code beside it that handles
    records and uses what is changed."""
    found: set[str] = set()
    users = (file for pair in delta.users for file in (pair.before, pair.after) if file is not None)
    for file in (*delta.before.files, *delta.after.files, *users):
        left = TECHNOLOGIES.keys() - found
        words = vocabulary(file) if left else ""
        found |= {folder for folder in left if TECHNOLOGIES[folder].is_in(file, words)}
    found |= {_ABOUT[blast.kind] for blast in delta.radius if blast.kind in _ABOUT}
    if any(file.states for file in delta.after.related):  # of the classes of the change
        found.add("flink")
    if any(file.handlings or file.operations for file in delta.after.related):
        found.add("kafka")
    return frozenset(found)


@cache
def rule_ids() -> frozenset[str]:
    """The ids of all rules; none is loaded for it."""
    return frozenset(name.replace("_", "-") for folder in TECHNOLOGIES for name in _modules(folder))


def rule_by_id(identity: str) -> Rule:
    """The rule with an id; ReviewError that names those with an id like it, and how to list all, when there is none."""
    for rule in all_rules():
        if rule.id == identity:
            return rule
    like = _like(identity)
    hint = f" Did you mean {' or '.join(like)}?" if like else ""
    raise ReviewError(f"There is no rule {identity!r}.{hint} `stream-review rules` lists them all.")


def _like(identity: str) -> tuple[str, ...]:
    """Ids that hold every word of a wrong one, else those that are spelled most like it; three at most."""
    import difflib  # not above: it is for mistakes only

    words = {word for word in identity.lower().replace("_", "-").split("-") if word}
    having = sorted((name for name in rule_ids() if words and words <= set(name.split("-"))), key=len)
    return tuple(having[:3] or difflib.get_close_matches(identity.lower(), sorted(rule_ids()), n=3, cutoff=0.5))


def _sorted(rules: Iterator[Rule]) -> tuple[Rule, ...]:
    return tuple(sorted(rules, key=lambda rule: rule.id))


@cache
def rules_of(folder: str) -> tuple[Rule, ...]:
    """The rules of a folder; they are loaded for it."""
    return tuple(import_module(f"{package.__name__}.{folder}.{name}").RULE for name in _modules(folder))


def _modules(folder: str) -> list[str]:
    return [module.name for module in pkgutil.iter_modules([str(Path(path) / folder) for path in package.__path__])]
