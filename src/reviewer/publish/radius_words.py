"""The blast radius in words that all publishers share: who else reads or writes what the change touches."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from reviewer.core.blast_radius import Blast, BlastKind, User
from reviewer.publish.text import shortened

_SHOWN = 3  # users of one line
_NAME = 120
_VERBS = {
    BlastKind.TOPIC: ("read by", "written by"),
    BlastKind.SCHEMA: ("read by", "written by"),
    BlastKind.GROUP: ("also in it:", "written by"),
    BlastKind.STORE: ("queried by", "kept by"),
    BlastKind.CONNECTOR: ("its topics are read by", "its topics are written by"),
}
#: (name, what is said of it): strangers' text, each part to be made harmless by the publisher.
Line = tuple[str, tuple[str, ...]]


def told(radius: Sequence[Blast]) -> Iterator[Line]:
    """One line for each touched thing that others use, or that has a new name; those with the most users first."""
    chosen = [blast for blast in radius if blast.others or blast.was or blast.is_open]
    for blast in sorted(chosen, key=lambda blast: (not blast.was, -len(blast.others), blast.kind, blast.name)):
        yield f"{blast.kind.value} {shortened(blast.name, _NAME)}", tuple(_parts(blast))


def _parts(blast: Blast) -> Iterator[str]:
    reads, writes = _VERBS[blast.kind]
    if blast.was:
        yield f"was {shortened(blast.was, _NAME)}"
        still = [u for u in dict.fromkeys((*blast.old_readers, *blast.old_writers)) if not u.changed]
        yield f"the old name is still used by {_users(still)}" if still else "nobody else was found at the old name"
    for verb, users in ((reads, blast.readers), (writes, blast.writers)):
        others = [user for user in users if not user.changed]
        if others:
            yield f"{verb} {_users(others)}"
    if blast.note:
        yield f"({shortened(blast.note, 200)})"


def _users(users: Sequence[User]) -> str:
    """Each with its place; what one class does on several lines of its file is one."""
    lines: dict[tuple[str, str, str], list[int]] = {}
    for user in users:
        lines.setdefault((user.what, user.repository, user.path), []).append(user.line)
    told = [f"{shortened(what, 80)} at {_place(repository, path, found)}" for (what, repository, path), found in lines.items()]  # fmt: skip
    shown = ", ".join(told[:_SHOWN])
    return shown if len(told) <= _SHOWN else f"{shown} and {len(told) - _SHOWN} more"


def _place(repository: str, path: str, lines: Sequence[int]) -> str:
    where = f"{repository}: {path}" if repository else path
    return f"{where}:{', '.join(map(str, dict.fromkeys(lines)))}"
