"""Questions about builders and the order of calls."""

from __future__ import annotations

from collections.abc import Iterator

from reviewer.core.span import Span
from reviewer.facts.streaming.flow import exclusive, order
from reviewer.facts.streaming.model import Builder, FactSet, FileFacts, Role
from reviewer.facts.syntax import Call


def steps(facts: FactSet, kind: str, *methods: str) -> Iterator[tuple[FileFacts, Builder, tuple[str, str, Span]]]:
    """The last step with one of some names of each builder of a kind, as (method, first argument, span of the name)."""
    for file in facts.files:
        for builder in file.builders:
            step = builder.step(*methods) if builder.kind == kind else None
            if step is not None:
                yield file, builder, step


def missing(facts: FactSet, kind: str, *methods: str) -> Iterator[tuple[FileFacts, Builder]]:
    """The builders of a kind that are finished here (`build`) without one of some steps; one that is handed on may get it elsewhere."""
    for file in facts.files:
        for builder in file.builders:
            if builder.kind == kind and builder.step("build") is not None and builder.step(*methods) is None:
                yield file, builder


def before(file: FileFacts, first: Role, work: tuple[Call, ...]) -> Iterator[tuple[Call, Call]]:
    """Calls of a role that one run makes before some work of the same function: (the call, the first work behind it)."""
    for operation in file.operations_of(first):
        call = operation.call
        later = (
            w for w in work if w.function == call.function and order(w) > order(call) and not exclusive(file, call, w)
        )
        following = next(later, None)
        if following is not None:
            yield call, following
