"""The nouns of a review as classes: spans, facts, findings, rules and what is handed from one step to the next.

To the type checker they are frozen dataclasses, and it refuses an assignment to a field. To the interpreter they are plain slotted ones:
a frozen one sets each field through a call, and is unpickled by code in Python. For 300 files that was a fifth of the review.
Only `__init__` is written as source and compiled for each class; the rest are closures, for the 200 classes that a review of one file
loads were a third of its time.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from dataclasses import dataclass, field, fields
from typing import Any, TypeVar, dataclass_transform

_Class = TypeVar("_Class")
_Key = Callable[[Any], Any]


@dataclass_transform(kw_only_default=True, frozen_default=True, field_specifiers=(field,))
def value(*, order: bool = False) -> Callable[[type[_Class]], type[_Class]]:
    """Make a class such a value: compared and hashed by its fields, with `order` also sorted by them."""

    def made(cls: type[_Class]) -> type[_Class]:
        # Without a docstring `dataclass` would work out the signature, which takes as long as all the rest.
        cls.__doc__ = cls.__doc__ or cls.__name__
        slotted = dataclass(slots=True, eq=False, repr=False)(cls)
        for name, method in _methods(slotted, order=order).items():
            setattr(slotted, name, method)
        return slotted

    return made


def _methods(cls: type[Any], *, order: bool) -> dict[str, Callable[..., Any]]:
    names = [f.name for f in fields(cls) if f.compare]
    key: _Key = operator.attrgetter(*names) if names else lambda _item: ()
    compared = (operator.eq, operator.lt, operator.le, operator.gt, operator.ge) if order else (operator.eq,)
    found: dict[str, Callable[..., Any]] = {f"__{one.__name__}__": _compared(one, key) for one in compared}
    return found | {"__hash__": lambda self: hash(key(self)), "__repr__": _shown}


def _compared(compare: Callable[[Any, Any], bool], key: _Key) -> Callable[[Any, object], bool]:
    def method(self: Any, other: object) -> bool:
        return compare(key(self), key(other)) if other.__class__ is self.__class__ else NotImplemented

    return method


def _shown(self: Any) -> str:
    """As a dataclass shows itself."""
    shown = ", ".join(f"{f.name}={getattr(self, f.name)!r}" for f in fields(self) if f.repr)
    return f"{self.__class__.__qualname__}({shown})"
