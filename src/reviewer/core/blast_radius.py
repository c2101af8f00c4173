"""Who else is hit: for what a change touches, everyone who reads or writes it, changed or not."""

from __future__ import annotations

from enum import StrEnum

from reviewer.core.span import Span
from reviewer.core.value import value


class BlastKind(StrEnum):
    """What is touched."""

    TOPIC = "topic"
    SCHEMA = "schema"
    GROUP = "group"
    STORE = "store"
    CONNECTOR = "connector"


@value(order=True)
class User:
    """One place that reads or writes. `what` says who it is; `repository` is "" for the reviewed one; `quote` is the line, "" when unread."""

    path: str
    line: int
    what: str
    changed: bool
    repository: str = ""
    quote: str = ""


#: How a note ends that tells of code that only hands a name on.
NOT_FOLLOWED = "who reads or writes it there could not be followed"


@value()
class Blast:
    """One touched thing and its users.

    `was` is the name before a rename, else ""; then `old_readers` and `old_writers` are those that still use it. `touched` are the places of
    the change that read, write or declare it. `note` says what was not looked at, "" when everything was.
    """

    kind: BlastKind
    name: str
    was: str = ""
    readers: tuple[User, ...] = ()
    writers: tuple[User, ...] = ()
    old_readers: tuple[User, ...] = ()
    old_writers: tuple[User, ...] = ()
    touched: tuple[Span, ...] = ()
    note: str = ""

    @property
    def is_open(self) -> bool:
        """Whether somebody has the name of whom it is not known what he does with it."""
        return NOT_FOLLOWED in self.note

    @property
    def others(self) -> tuple[User, ...]:
        """Those that the change does not touch: the ones that a reviewer does not see in the diff."""
        everyone = (*self.readers, *self.writers, *self.old_readers, *self.old_writers)
        return tuple(dict.fromkeys(user for user in everyone if not user.changed))
