"""Which function of the other version a function is, where several have its name."""

from __future__ import annotations

from reviewer.facts.streaming.model import FileFacts
from reviewer.facts.syntax import Function


def version_of(before: FileFacts, other: FileFacts, function: int | None) -> Function | None:
    """The function of another version (or the same one) that is the named function around a place: of overloads the one with the same
    types of parameters. None where there is no such one, or no need to tell several apart."""
    functions = before.syntax.functions
    while function is not None and functions[function].is_lambda:
        function = functions[function].parent
    if function is None:
        return None
    mine = functions[function]
    several = [f for f in other.syntax.functions if f.qualified == mine.qualified and not f.is_lambda]
    types = [p.type for p in mine.parameters]
    same = [f for f in several if [p.type for p in f.parameters] == types]
    return same[0] if len(several) > 1 and len(same) == 1 else None


def is_inside(file: FileFacts, function: int | None, home: Function | None) -> bool:
    """Whether a place is in a function, or in what stands inside it; without one, any place is."""
    return home is None or function == home.index or file.syntax.is_inside(function, home.index)
