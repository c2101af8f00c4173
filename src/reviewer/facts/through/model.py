"""What a method of the repository does to a client that it holds, as its callers see it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from enum import StrEnum

from reviewer.core.value import value
from reviewer.facts.streaming.model import FileFacts, Handling, Role, Through


class Tells(StrEnum):
    """How the caller of a method learns what became of the record."""

    SETTLED = "settled"  # the method waits: the caller has nothing to do
    TOLD = "told"  # someone else is told, later: a callback
    FUTURE = "future"  # by what the method returns, which has to be waited for
    RESULT = "result"  # by an error that the method returns
    LOST = "lost"  # nobody learns it, whatever the caller does


@value()
class Given:
    """A part of the record: the text that the method says, or the position among the arguments of the call that gives it."""

    text: str | None = None
    position: int | None = None
    name: str = ""


@value()
class Effect:
    """One thing that a method does. `parameters` are the names of what it is given, without its own object."""

    role: Role
    client: str
    library: str
    through: Through
    parameters: tuple[str, ...]
    tells: Tells = Tells.SETTLED
    topic: Given | None = None
    key: Given | None = None
    payload: Given | None = None
    has_key: bool = False


@value()
class Calls:
    """A method that is given a function, or a type whose method `function` is, and calls it with each record: the handling in which it does so.

    `position` is that of the function among the arguments, `records` the positions of what holds a record among those of the function.
    """

    handling: Handling
    through: Through
    ack: str
    records: tuple[int, ...]
    position: int | None = None
    name: str = ""


@value()
class Helper:
    """A file whose types, functions and objects others use. `effects` and `calls` are by type ("" for none) and method, `hooks` by type and
    method of a subclass, `objects` are the types of what a module makes."""

    file: FileFacts = field(repr=False, compare=False)
    effects: Mapping[tuple[str, str], Effect]
    calls: Mapping[tuple[str, str], tuple[Calls, ...]]
    hooks: Mapping[tuple[str, str], Calls]
    objects: Mapping[str, str]
