"""Questions about code that consumes: what commits, what a client does when nothing is said, what is handed over without waiting."""

from __future__ import annotations

import re
from collections.abc import Iterator

from reviewer.facts.streaming.flow import is_noise
from reviewer.facts.streaming.handling import mentions
from reviewer.facts.streaming.model import FactSet, FileFacts, Handling, Handoff, Operation, Role

#: Who takes over the commits, or the settings, of the plain client: there its own defaults do not hold.
_FRAMEWORKS = frozenset({"spring-kafka", "kafka-streams", "flink-datastream"})
_ON_PURPOSE = re.compile(r"at.?most.?once|fire.?and.?forget|best.?effort", re.IGNORECASE)


def commits(file: FileFacts) -> tuple[Operation, ...]:
    """What commits, stores, marks or acknowledges offsets in a file."""
    return tuple(file.operations_of(Role.COMMIT))


def client_default(file: FileFacts, key: str) -> str:
    """The default of a consumer's key that the libraries of a file agree on, whatever the version; "" when they do not, or a
    framework decides."""
    if file.libraries & _FRAMEWORKS:
        return ""
    rows = (library.defaults_of("consumer", None) for library in file.names.libraries)
    values = {row[key] for row in rows if key in row}
    return next(iter(values)) if len(values) == 1 else ""


def handed_over(file: FileFacts, handling: Handling) -> Iterator[Handoff]:
    """The records of a handling that are given to other threads or tasks, and that nobody waits for; logging is none."""
    inside = {call.index for call in handling.calls}
    for handoff in file.handoffs:
        if handoff.call.index in inside and not handoff.joined and _carries(file, handling, handoff):
            yield handoff


def _carries(file: FileFacts, handling: Handling, handoff: Handoff) -> bool:
    if not any(mentions(a.value.text, handling.records) for a in handoff.call.arguments):
        return False
    within = [c for c in file.syntax.calls if handoff.call.span.contains(c.span) and c.index != handoff.call.index]
    return not within or any(not is_noise(call) for call in within)


def is_at_most_once(file: FileFacts, first: int, last: int, *names: str) -> bool:
    """Whether a name, or a comment on some lines or the four above, says that records may go."""
    near = (c.text for c in file.syntax.comments if first - 4 <= c.span.first_line <= last)
    return any(_ON_PURPOSE.search(text) for text in (*names, *near))


def anywhere(facts: FactSet, *roles: Role) -> bool:
    """Whether a file that was read, changed or beside the change, has an operation of a role."""
    return any(True for file in facts.everything() for _ in file.operations_of(*roles))
