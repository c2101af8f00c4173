"""`/stream-review …` in a comment: what was asked. Pure; who may ask is `comment_command`'s business."""

from __future__ import annotations

import re
from dataclasses import dataclass

from reviewer.publish.text import one_line, shortened

WORD = "/stream-review"
#: Every comment of ours holds it, so that none of them can ever be a command.
MARK = "<!-- stream-review:"
USAGE = (
    "I understand three commands, each on the first line of a comment:\n\n"
    "- `/stream-review` reviews this pull request now\n"
    "- `/stream-review explain ID` tells more about a finding or a rule\n"
    "- `/stream-review ignore ID REASON` silences a finding here; the reason is required"
)
UNKNOWN = "There is no such finding on this pull request, and no such rule. The id stands in the finding's comment or in its summary."
_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,99}")
_REASON_LIMIT = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """Review now, and whole."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Explain:
    """Tell more about a finding (its fingerprint) or a rule (its id)."""

    id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Ignore:
    """Silence a finding on this pull request. `reason` is one line of a stranger's text, not yet fit for Markdown."""

    id: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """Anything else: the writer is told what there is."""


Command = Review | Explain | Ignore | Usage


def parse_command(body: str) -> Command | None:
    """The command of a comment, or None when its first line is none. Text below the first line means nothing."""
    first = re.split(r"[\r\n]", body, maxsplit=1)[0]
    words = first.split(maxsplit=3)
    if not words or words[0] != WORD or not first.startswith(WORD):
        return None
    match words[1:]:
        case []:
            return Review()
        case ["explain", name] if _ID.fullmatch(name.lower()):
            return Explain(id=name.lower())
        case ["ignore", name, reason] if _ID.fullmatch(name.lower()) and one_line(reason):
            return Ignore(id=name.lower(), reason=shortened(one_line(reason), _REASON_LIMIT))
        case _:
            return Usage()
