"""Values that are made by the hundred thousand: spans and syntax facts.

To the type checker they are frozen dataclasses, and it refuses an assignment to a field. To the interpreter they are plain slotted ones:
a frozen one sets each field through a call, and is unpickled by code in Python. For 300 files that was a fifth of the review.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar, dataclass_transform

_Class = TypeVar("_Class")


@dataclass_transform(kw_only_default=True, frozen_default=True, field_specifiers=(field,))
def value(*, order: bool = False) -> Callable[[type[_Class]], type[_Class]]:
    """Make a class such a value: compared and hashed by its fields, with `order` also sorted by them."""
    return dataclass(slots=True, unsafe_hash=True, order=order)
