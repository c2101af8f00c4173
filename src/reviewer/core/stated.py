"""What was understood of a file, as a reader is told it: facts of every kind in one shape."""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum

from reviewer.core.span import Side
from reviewer.core.stream_map import Fate
from reviewer.core.value import value


class FactKind(StrEnum):
    """What a fact is about, in the order in which they are told."""

    CLIENT = "client"
    SETTING = "setting"
    SEND = "send"
    HANDLING = "handling"
    OPERATION = "operation"
    TRANSACTION = "transaction"
    REBALANCE = "rebalance"
    POSITION = "position"
    HANDOFF = "handoff"
    TOPIC = "topic"
    JOB = "job"
    OPERATOR = "operator"
    WINDOW = "window"
    STATE = "state"
    TIMER = "timer"
    PATTERN = "pattern"
    BUILDER = "builder"
    STORE = "store"
    NODE = "node"
    TABLE = "table"
    QUERY = "query"
    SCHEMA = "schema"
    COMPATIBILITY = "compatibility"
    CONNECTOR = "connector"
    DEPENDENCY = "dependency"
    MOVED_DEFAULT = "moved-default"
    PROTECTION_GONE = "protection-gone"


class Said(StrEnum):
    """How a value is known."""

    EXPLICIT = "explicit"
    DEFAULT = "default"
    UNKNOWN = "unknown"


@value()
class StatedValue:
    """A value of a fact. `text` of an unknown one is the expression as written.

    `path` and `line` (1-based) are where the value was said, "" and 0 where no file says it; `why` is where a default comes from
    (client, version, source), or why a value is unknown, else "".
    """

    name: str
    text: str
    known: Said = Said.EXPLICIT
    path: str = ""
    line: int = 0
    why: str = ""


@value()
class Stated:
    """A fact. `title` names it in a few words, `inside` is the function or type around it, "" for none.

    Lines are 1-based; `steps` are what belongs to it, in order: the work of a handling, the fields of a schema.
    """

    kind: FactKind
    title: str
    inside: str
    path: str
    first_line: int
    last_line: int
    values: tuple[StatedValue, ...] = ()
    steps: tuple[Stated, ...] = ()


@value()
class Compared:
    """A fact with what the change does to it: `now` is None for a removed one, `before` for an added one.

    Where both are there and `fate` is ADDED, something of it is other than before.
    """

    fate: Fate
    before: Stated | None
    now: Stated | None

    @property
    def is_changed(self) -> bool:
        """Whether it is there on both sides and says something else."""
        return self.before is not None and self.now is not None and self.fate is not Fate.KEPT


@value()
class GivenUp:
    """What was not read, and the line where that is so (0: the whole file)."""

    side: Side
    line: int
    what: str


def placeless(stated: Stated) -> Stated:
    """The same wherever it stands: what two versions are compared by."""
    values = tuple(replace(said, path="", line=0) for said in stated.values)
    steps = tuple(placeless(step) for step in stated.steps)
    return replace(stated, path="", first_line=0, last_line=0, values=values, steps=steps)


def compared(before: tuple[Stated, ...], now: tuple[Stated, ...]) -> tuple[Compared, ...]:
    """The facts of two versions side by side, in the order of the new one; what is gone stands last.

    Facts that are equal but for their lines stand for each other first, then those of one kind, title and function, in order.
    """
    left = list(before)
    found: list[Compared | None] = [None] * len(now)
    for key, fate in ((placeless, Fate.KEPT), (_name, Fate.ADDED)):
        known: dict[object, list[Stated]] = {}
        for old in left:
            known.setdefault(key(old), []).append(old)
        for number, new in enumerate(now):
            if found[number] is None and known.get(key(new)):
                old = known[key(new)].pop(0)
                left = [other for other in left if other is not old]
                found[number] = Compared(fate=fate, before=old, now=new)
    rest = (one or Compared(fate=Fate.ADDED, before=None, now=now[number]) for number, one in enumerate(found))
    return (*rest, *(Compared(fate=Fate.REMOVED, before=old, now=None) for old in left))


def _name(stated: Stated) -> tuple[str, str, str]:
    return stated.kind.value, stated.title, stated.inside


class Spoke(StrEnum):
    """What a rule made of a file."""

    REPORTED = "reported"
    ASKED = "asked"  # as a question: nobody could see what decides it
    WITHHELD = "withheld"
    SILENT = "silent"
    OFF = "off"  # by the configuration
    CRASHED = "crashed"


@value()
class RuleWord:
    """A rule that looked at a file, and what it said of one place; `line` is 0 and `path` "" where it said nothing.

    `why` is the finding's own words, or why it is withheld.
    """

    rule_id: str
    spoke: Spoke
    path: str = ""
    side: Side = Side.AFTER
    line: int = 0
    why: str = ""


class Standing(StrEnum):
    """What the change does to the file."""

    NOT_COMPARED = "not-compared"
    UNCHANGED = "unchanged"
    CHANGED = "changed"
    ADDED = "added"
    REMOVED = "removed"


@value()
class FileTold:
    """One file as it was understood.

    `language` is the reader's, `kind` what the file is for (`files.py`), `libraries` are ids. `not_judged` says why no rule looks, else "".
    """

    path: str
    old_path: str
    standing: Standing
    language: str
    kind: str
    libraries: tuple[str, ...]
    facts: tuple[Compared, ...]
    given_up: tuple[GivenUp, ...]
    rules: tuple[RuleWord, ...]
    not_judged: str
