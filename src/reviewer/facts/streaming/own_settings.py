"""The defaults that a settings class of the code's own gives to keys of a client: `private String requiredAcks = "all";`.

Only what has an order of strength is read, in a class that is named after settings, where the file or the class is named after Kafka.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from reviewer.facts.keys.lookup import Suffix, known_suffix, words_of
from reviewer.facts.streaming.config import canonical
from reviewer.facts.streaming.model import Setting
from reviewer.facts.streaming.names import Names
from reviewer.facts.syntax import Assignment, Expression, TypeDeclaration

_CLASS = re.compile(r"(Properties|Config|Configuration|Settings|Options|Defaults|Opts|Conf)$")
_CONSTANT = re.compile(r"(?:[A-Za-z_]\w*\.){1,4}[A-Z][A-Z0-9_]+")
_KAFKA = frozenset({"kafka", "producer", "consumer", "streams"})
_BEFORE = _KAFKA | {"default", "broker", "topic", "m"}


def own_settings(names: Names) -> Iterator[Setting]:
    """One for each such field."""
    path = set(words_of(names.syntax.path))
    for assignment in names.syntax.assignments:
        declared = _owner(names, assignment)
        if declared is None or assignment.value is None or not _is_value(assignment.value):
            continue
        suffix = known_suffix(assignment.target.rpartition(".")[2].lstrip("_"))
        if suffix is None or not _is_ordered(suffix) or not set(suffix.before) <= _BEFORE:
            continue
        if path & _KAFKA or set(words_of(declared.name)) & _KAFKA or names.libraries:
            value = names.resolve(assignment.value)
            key = canonical(suffix.key.means or suffix.key.name)
            yield Setting(
                key=key, value=value, client=_client(suffix, declared), scope=declared.name, span=assignment.span,
                in_code=True,
            )  # fmt: skip


def _is_value(given: Expression) -> bool:
    """A literal, or the constant of a library: `StreamsConfig.AT_LEAST_ONCE`."""
    return given.literal is not None or _CONSTANT.fullmatch(given.text) is not None


def _owner(names: Names, assignment: Assignment) -> TypeDeclaration | None:
    if assignment.type is None or assignment.function is not None or assignment.subscript is not None:
        return None
    declared = names.syntax.types[assignment.type]
    is_constant = "static" in assignment.modifiers and "final" in assignment.modifiers
    return declared if _CLASS.search(declared.name) and not is_constant else None


def _is_ordered(suffix: Suffix) -> bool:
    return bool(suffix.key.order) or suffix.key.more is not None or bool(suffix.key.means)


def _client(suffix: Suffix, declared: TypeDeclaration) -> str:
    words = (*suffix.before, *words_of(declared.name))
    found = next((word for word in words if word in suffix.key.clients), "")
    return found or (next(iter(suffix.key.clients)) if len(suffix.key.clients) == 1 else "")
