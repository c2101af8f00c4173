"""What the catalogue says of one danger."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Seen(StrEnum):
    """What it takes to see a danger in a change."""

    BY_FACTS = "facts"
    WITH_CONTEXT = "facts and some context"
    BY_JUDGEMENT = "judgement"


@dataclass(frozen=True, slots=True, kw_only=True)
class Risk:
    """One danger. Without question and reason it is one that rules check; with a rule of its own id, the rule's page has the title.

    `question` is what a reader of the change has to answer, `seen` what it takes; the facts that decide it are in the briefs,
    under this id. `why_not` is why nobody looks for it. At most one of the two is given.
    """

    id: str
    seen: Seen | None = None
    title: str = ""
    question: str = ""
    why_not: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """The dangers of one technology."""

    title: str
    risks: tuple[Risk, ...]


def checked(*ids: str) -> tuple[Risk, ...]:
    """Dangers that have a rule of that very id. One that other rules name in `covers` is a `Risk` with a title."""
    return tuple(Risk(id=identity) for identity in ids)
