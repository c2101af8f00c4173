"""What a change does to guarantees, as facts for the model: at most two lines a file."""

from __future__ import annotations

from collections.abc import Iterable

from reviewer.core.guarantee import Guarantee

_MOST = 2


def promise_lines(guarantees: Iterable[Guarantee], path: str) -> tuple[str, ...]:
    """What is promised otherwise because of a line of a changed file."""
    own = [g for g in guarantees if any(because.span.path == path for because in g.because)]
    return tuple(
        f"{path}: guarantee of {g.kind.value} {g.subject} by these facts: {g.before.value} -> {g.after.value}, because"
        f" {g.because[0].what} (line {g.because[0].span.first_line})"
        for g in own[:_MOST]
    )
