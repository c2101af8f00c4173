"""How facts travel from a worker process: quickly.

Pickle would send each object with the names of its fields; here it sends the class and the values, and calls the one with the others.
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


def register() -> None:
    """Make pickle use it in this process. The restoring side needs nothing but the classes."""
    for item in _CLASSES:
        copyreg.pickle(item, _reducer(item, attrgetter(*(f.name for f in fields(item)))))


def _reducer(made: type, values: Callable[[Any], tuple[Any, ...]]) -> Callable[[Any], tuple[Any, ...]]:
    return lambda item: (made, values(item))
