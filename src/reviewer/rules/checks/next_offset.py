"""Where the step from a record's offset to the next one is gone."""

from __future__ import annotations

import re
from collections.abc import Iterator

from reviewer.core.span import Span
from reviewer.core.value import value
from reviewer.facts.delta import Delta, FilePair
from reviewer.facts.streaming.model import FileFacts
from reviewer.facts.streaming.protections import folded, qualified
from reviewer.facts.syntax import Assignment, BlockKind, Call

_PLUS = re.compile(r"(?<!\+)\+\s*1[lLnuU]?(?:i64|u64)?(?![\w.])")
_NEXT = re.compile(r"^(?P<own>[^+]*[^+\s])\s*\+\s*1[lLnuU]?(?:i64|u64)?$")
_OFFSET = re.compile(r"offset|position", re.IGNORECASE)
_MOVES = re.compile(
    r"seek|commit|storeoffset|setoffset|assign|offsetandmetadata|topicpartitionoffset|addpartitionoffset"
)

#: What is next by its own name needs no step.
_SAYS_NEXT = re.compile(r"(?i)next|end_?offset|high_?water")

_WRAPPERS = frozenset({"Some", "Ok", "of", "Optional", "info", "debug", "warn"})


@value()
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
            yield from _by_variable(files, before, after, calls, function)


@value()
class Dropped:
    """A variable `name` that was moved to the next offset by `step`, as written, and is used without it now; `span` is the removed line."""

    name: str
    step: str
    span: Span
    function: str


def dropped(delta: Delta) -> Iterator[Dropped]:
    """Steps of variables that are given on by other ways than a call: `next++`, `next = last + 1` before a return."""
    for files, before, after in delta.modified():
        if not _streams(before) or after.is_test or _stepped_anew(files):
            continue
        for assignment in before.syntax.assignments:
            name, function = assignment.target, qualified(before, assignment.function)
            step = ""
            if re.fullmatch(r"\w+", name):
                step = _step(before, assignment) or _set_back(files, before, after, assignment, function)
            if not step or not function or not files.touches(assignment.span) or _steps_name(after, function, name):
                continue
            kept = next((f for f in after.syntax.functions if f.qualified == function), None)
            texts = (
                _given(after) if _is_field(after, name) else (*_texts(after, function), *_left_with(after, function))
            )
            used = any(_names(text, name) for text in texts)
            set_to = [a.value.text for a in _set(after, function, name) if a.value is not None]
            if kept is not None and used and set_to and not any(_SAYS_NEXT.search(text) for text in set_to):
                yield Dropped(name=name, step=step, span=assignment.span, function=function)


def _streams(file: FileFacts) -> bool:
    """Whether a file uses a client, or the program's own part that does, by the name of what it imports."""
    return bool(file.libraries) or any("kafka" in item.path.lower() for item in file.syntax.imports)


def _step(file: FileFacts, assignment: Assignment) -> str:
    """A step by one of something that is an offset by its name, outside loops: those count."""
    if not _OFFSET.search(assignment.target) or file.syntax.enclosing(assignment.blocks, BlockKind.LOOP) is not None:
        return ""
    value = assignment.value.text if assignment.value is not None else ""
    if assignment.operator in ("++", "+=") and value in ("", "1", "1L", "1n"):
        return f"{assignment.target}++" if assignment.operator == "++" else f"{assignment.target} += 1"
    is_next = "next" in folded(assignment.target) and _NEXT.match(value) is not None
    return f"{assignment.target} = {value}" if is_next else ""


def _set_back(files: FilePair, before: FileFacts, after: FileFacts, assignment: Assignment, function: str) -> str:
    """`offset = last + 1` that is `offset = last` now: of the same variable, and of what is found at a start or after a failure."""
    match = _NEXT.match(assignment.value.text) if assignment.value is not None and assignment.operator == "=" else None
    if match is None or not _OFFSET.search(assignment.target) or _SAYS_NEXT.search(match["own"]):
        return ""
    if before.syntax.enclosing(assignment.blocks, BlockKind.LOOP) is not None:
        return ""
    own = re.sub(r"\s", "", match["own"])
    now = [a for a in _set(after, function, assignment.target) if a.value is not None and files.touches(a.span)]
    same = any(re.sub(r"\s", "", a.value.text) == own for a in now if a.value is not None)
    return f"{assignment.target} = {assignment.value.text}" if same and assignment.value is not None else ""


def _is_field(file: FileFacts, name: str) -> bool:
    return any(a.is_field and a.target == name for a in file.syntax.assignments)


def _given(file: FileFacts) -> Iterator[str]:
    """What is given to calls, or returned, anywhere in a file."""
    yield from (a.value.text for c in file.syntax.calls for a in c.arguments)
    yield from (jump.text for jump in file.syntax.jumps)


def _steps_name(file: FileFacts, function: str, name: str) -> bool:
    """Whether one is still added, to the variable or to anything in the function."""
    return _steps(file, function) or any(a.operator in ("++", "+=") for a in _set(file, function, name))


def _texts(file: FileFacts, function: str) -> Iterator[str]:
    """What a function gives to calls and assigns."""
    yield from (a.value.text for c in file.syntax.calls if qualified(file, c.function) == function for a in c.arguments)
    for assignment in file.syntax.assignments:
        if assignment.value is not None and qualified(file, assignment.function) == function:
            yield assignment.value.text


def _left_with(file: FileFacts, function: str) -> Iterator[str]:
    """What a function returns, yields or throws."""
    return (jump.text for jump in file.syntax.jumps if qualified(file, jump.function) == function)


def _names(text: str, name: str) -> bool:
    return re.search(rf"(?<![\w.]){name}(?!\w)", text) is not None


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


def _by_variable(
    files: FilePair, before: FileFacts, after: FileFacts, calls: list[Call], function: str
) -> Iterator[Unstepped]:
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
        lines += [a.span for a in _set(after, function, name) if files.touches(a.span)]
        if found and lines:
            yield Unstepped(files=files, call=found[0], span=lines[0], own=name, name=name, function=function)


def _set(file: FileFacts, function: str, name: str) -> Iterator[Assignment]:
    """Where a variable is set in a function."""
    return (a for a in file.syntax.assignments if a.target == name and qualified(file, a.function) == function)


def _takes(call: Call, name: str) -> bool:
    return any(_names(argument.value.text, name) for argument in call.arguments)


def _steps(file: FileFacts, function: str) -> bool:
    """Whether a function still adds one somewhere: then it may be to this."""
    return any(_PLUS.search(text) for text in _texts(file, function))


def _stepped_anew(files: FilePair) -> bool:
    """Whether the change adds one on some new line: the step may have moved there."""
    known = {line.strip() for line in (files.change.before or "").split("\n")}
    return any(_PLUS.search(line) for line in (files.change.after or "").split("\n") if line.strip() not in known)
