"""Parameters that a function read before the change and reads no more, while it still works."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from reviewer.facts.delta import Delta, FilePair
from reviewer.facts.streaming.flow import is_noise
from reviewer.facts.streaming.model import FileFacts
from reviewer.facts.streaming.records import mentions
from reviewer.facts.syntax import Call, Function, Parameter
from reviewer.rules.checks.left_out import is_readable
from reviewer.rules.checks.overloads import version_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Unused:
    """`parameter` of `function`, as it is after the change; `calls` are those that the function still makes."""

    files: FilePair
    was: Function
    function: Function
    parameter: Parameter
    calls: tuple[Call, ...]


def unused(delta: Delta) -> Iterator[Unused]:
    """The parameters, in the order of the functions."""
    for files, before, after in delta.modified():
        if files.is_user or not is_readable(files, before, after):
            continue
        for was in before.syntax.functions:
            if was.is_lambda or not was.parameters or not files.touches(was.span):
                continue
            several = [f for f in after.syntax.functions if f.qualified == was.qualified and not f.is_lambda]
            now = version_of(before, after, was.index) or (several[0] if len(several) == 1 else None)
            if now is None or [p.type for p in now.parameters] != [p.type for p in was.parameters]:
                continue
            calls = tuple(c for c in after.syntax.calls_in(now.index, nested=True) if not is_noise(c))
            for old, new in zip(was.parameters, now.parameters, strict=True):
                if calls and _is_read(before, was, old.name) and not _is_read(after, now, new.name):
                    yield Unused(files=files, was=was, function=now, parameter=new, calls=calls)


def _is_read(file: FileFacts, function: Function, name: str) -> bool:
    """Whether a function speaks of a name beyond logging it."""
    syntax = file.syntax

    def inside(index: int | None) -> bool:
        return index == function.index or syntax.is_inside(index, function.index)

    calls = [c for c in syntax.calls_in(function.index, nested=True) if not is_noise(c)]
    logged = [c.span for c in syntax.calls_in(function.index, nested=True) if is_noise(c)]
    texts = [
        t
        for c in calls
        for t in (c.receiver, *(a.value.text for a in c.arguments))
        if not any(s.contains(c.span) for s in logged)
    ]
    texts += [a.value.text for a in syntax.assignments if a.value is not None and inside(a.function)]
    texts += [b.detail for b in syntax.blocks if inside(b.function)]
    texts += [j.text for j in syntax.jumps if inside(j.function)]
    return any(mentions(text, {name}) for text in texts)
