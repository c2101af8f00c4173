"""How facts travel from a worker process: quickly.

Python pickles a frozen, slotted dataclass through a `__setstate__` written in Python that asks for the fields again for every object;
of 300 files that were most of the run. Here each class is restored by setting its slots directly, which is what its `__init__` does.
"""

from __future__ import annotations

import copyreg
from collections.abc import Callable
from dataclasses import fields
from operator import attrgetter
from typing import Any

from reviewer.core.span import Span
from reviewer.facts import syntax

_CLASSES: tuple[type, ...] = (
    Span, syntax.Entry, syntax.Expression, syntax.Argument, syntax.Call, syntax.Block, syntax.Jump, syntax.Parameter,
    syntax.Annotation, syntax.Function, syntax.TypeDeclaration, syntax.Assignment, syntax.Import, syntax.Comment,
    syntax.ConfigEntry, syntax.Section, syntax.SyntaxFacts,
)  # fmt: skip


def restore(number: int, values: tuple[Any, ...]) -> Any:
    """An object of the numbered class with the given values of its fields, in the order of their declaration."""
    made, setters = _SETTERS[number]
    found: Any = object.__new__(made)
    for setter, value in zip(setters, values, strict=True):
        setter(found, value)
    return found


def register() -> None:
    """Make pickle use it in this process. The restoring side needs nothing but this module."""
    for number, item in enumerate(_CLASSES):
        copyreg.pickle(item, _reducer(number, attrgetter(*(f.name for f in fields(item)))))


def _reducer(number: int, values: Callable[[Any], tuple[Any, ...]]) -> Callable[[Any], tuple[Any, ...]]:
    return lambda item: (restore, (number, values(item)))


_SETTERS = tuple((item, tuple(getattr(item, f.name).__set__ for f in fields(item))) for item in _CLASSES)
