"""What is wrong with what somebody wrote, in words that say where it stands and what fits there instead."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pydantic import ValidationError

#: pydantic's names of types, in a user's words. Its own name the classes of this program, which no user ever saw.
_WANTED = {
    "dict_type": "must be `key: value` pairs",
    "model_type": "must be `key: value` pairs",
    "list_type": "must be a list",
    "tuple_type": "must be a list",
    "string_type": "must be a text",
    "missing": "is missing",
}


def yaml_fault(error: Exception) -> str:
    """Line and column, both from 1, of what YAML refuses, and why: `line 3, column 8: expected …`."""
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    why = getattr(error, "problem", None) or next(iter(str(error).splitlines()), "") or "it is nested too deep"
    if mark is None:
        return why
    begun = getattr(error, "context_mark", None)
    inside = f" (in what begins in line {begun.line + 1})" if begun is not None and begun.line != mark.line else ""
    return f"line {mark.line + 1}, column {mark.column + 1}: {why}{inside}"


def value_fault(item: Any) -> str:
    """`where: what is wrong` of one of pydantic's errors, without the names of its classes."""
    where = ".".join(str(part) for part in item["loc"])
    wanted = _WANTED.get(item["type"], item["msg"].lower())
    if not where:
        return f"the file {wanted}"
    return f"{where} {wanted}" if item["type"] in _WANTED else f"{where}: {wanted}"


def first_fault(error: ValidationError) -> str:
    """The first of what pydantic refused."""
    return value_fault(error.errors()[0])


def nearest(word: str, known: Iterable[str], count: int = 1) -> tuple[str, ...]:
    """The known words that are most like `word`, most alike first; none when nothing is like it."""
    return tuple(difflib.get_close_matches(word, sorted(known), n=count, cutoff=0.5))
