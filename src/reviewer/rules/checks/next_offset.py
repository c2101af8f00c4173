"""Where the step from a record's offset to the next one is gone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from reviewer.core.span import Span
from reviewer.facts.delta import Delta, FilePair
from reviewer.facts.streaming.model import FileFacts
from reviewer.facts.streaming.protections import folded, qualified
from reviewer.facts.syntax import Call

_PLUS = re.compile(r"(?<!\+)\+\s*1[lLnuU]?(?:i64|u64)?(?![\w.])")
_NEXT = re.compile(r"^(?P<own>[^+]*[^+\s])\s*\+\s*1[lLnuU]?(?:i64|u64)?$")
_OFFSET = re.compile(r"offset|position", re.IGNORECASE)
_MOVES = re.compile(
    r"seek|commit|storeoffset|setoffset|assign|offsetandmetadata|topicpartitionoffset|addpartitionoffset"
)

_WRAPPERS = frozenset({"Some", "Ok", "of", "Optional", "info", "debug", "warn"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Unstepped:
    """A call that got `own` + 1 and gets `own` now, or a variable `name` that was it; `span` is the changed line, `function` the qualified name around it."""

    files: FilePair
    call: Call
    span: Span
    own: str
    name: str
    function: str


def unstepped(delta: Delta) -> Iterator[Unstepped]:
    """Calls of functions that move or commit positions, whose offset has lost the one that was added to it."""
    for files, before, after in delta.modified():
        if not before.libraries or not _PLUS.search(files.change.before or "") or _stepped_anew(files):
            continue
        now: dict[str, list[Call]] = {}
        for call in after.syntax.calls:
            now.setdefault(qualified(after, call.function), []).append(call)
        for function in sorted(_stepping(before)):
            calls = now.get(function, [])
            if not any(_MOVES.search(folded(c.name)) for c in calls) or _steps(after, function):
                continue
            yield from _by_argument(files, before, calls, function)
            yield from _by_variable(files, before, calls, function)


def _stepping(file: FileFacts) -> set[str]:
    """The functions that add one to something that they give or keep."""
    given = {c.function for c in file.syntax.calls if any(_NEXT.match(a.value.text) for a in c.arguments)}
    kept = {a.function for a in file.syntax.assignments if a.value is not None and _NEXT.match(a.value.text)}
    return {qualified(file, function) for function in given | kept} - {""}


def _by_argument(files: FilePair, before: FileFacts, calls: list[Call], function: str) -> Iterator[Unstepped]:
    for was in before.syntax.calls:
        if qualified(before, was.function) != function:
            continue
        for at, argument in enumerate(was.arguments):
            match = _NEXT.match(argument.value.text)
            if match is None or not (_OFFSET.search(argument.value.text) or _MOVES.search(folded(was.name))):
                continue
            for now in calls:
                given = now.arguments[at].value.text if len(now.arguments) == len(was.arguments) else ""
                if now.name == was.name and given == match["own"] and files.touches(now.name_span):
                    yield Unstepped(files=files, call=now, span=now.name_span, own=given, name="", function=function)


def _by_variable(files: FilePair, before: FileFacts, calls: list[Call], function: str) -> Iterator[Unstepped]:
    """`offset = done + 1` is gone, and `offset` is given to the same call as before."""
    for assignment in before.syntax.assignments:
        match = _NEXT.match(assignment.value.text) if assignment.value is not None else None
        if match is None or qualified(before, assignment.function) != function or not files.touches(assignment.span):
            continue
        name = assignment.target
        if not _OFFSET.search(name) or not re.fullmatch(r"\w+", name):
            continue
        used = {c.name for c in before.syntax.calls if qualified(before, c.function) == function and _takes(c, name)}
        found = [c for c in calls if c.name in used - _WRAPPERS and _takes(c, name)]
        lines = [c.name_span for c in found if files.touches(c.name_span)]
        lines += [s for s in _set(files, function, name) if files.touches(s)]
        if found and lines:
            yield Unstepped(files=files, call=found[0], span=lines[0], own=name, name=name, function=function)


def _set(files: FilePair, function: str, name: str) -> Iterator[Span]:
    """Where a variable is set in a function after the change."""
    after = files.after
    assert after is not None
    for assignment in after.syntax.assignments:
        if assignment.target == name and qualified(after, assignment.function) == function:
            yield assignment.span


def _takes(call: Call, name: str) -> bool:
    return any(re.search(rf"(?<![\w.]){name}(?!\w)", argument.value.text) for argument in call.arguments)


def _steps(file: FileFacts, function: str) -> bool:
    """Whether a function still adds one somewhere: then it may be to this."""
    texts = [a.value.text for c in file.syntax.calls if qualified(file, c.function) == function for a in c.arguments]
    texts += [
        a.value.text for a in file.syntax.assignments if a.value is not None and qualified(file, a.function) == function
    ]
    return any(_PLUS.search(text) for text in texts)


def _stepped_anew(files: FilePair) -> bool:
    """Whether the change adds one on some new line: the step may have moved there."""
    known = {line.strip() for line in (files.change.before or "").split("\n")}
    return any(_PLUS.search(line) for line in (files.change.after or "").split("\n") if line.strip() not in known)
