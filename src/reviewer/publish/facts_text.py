"""Facts for a person at a terminal: a line for each fact, below it a line for each of its values with the place that says it."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence

from reviewer.core.span import Side
from reviewer.core.stated import Compared, FileTold, RuleWord, Said, Spoke, Standing, Stated, StatedValue
from reviewer.core.stream_map import Fate
from reviewer.publish.text import shown
from reviewer.publish.words import counted

_MARKS = {Fate.KEPT: " ", Fate.ADDED: "+", Fate.REMOVED: "-"}
_STANDING = {
    Standing.NOT_COMPARED: "",
    Standing.UNCHANGED: ", not changed",
    Standing.CHANGED: ", changed",
    Standing.ADDED: ", new",
    Standing.REMOVED: ", removed",
}
_WIDE = 34  # columns of a value before the place that says it


def rendered(files: Sequence[FileTold]) -> str:
    """Plain text, whatever strangers wrote into names and values."""
    return "\n".join(line for file in files for line in (*_file(file), ""))


def _file(file: FileTold) -> Iterator[str]:
    used = f"; {', '.join(file.libraries)}" if file.libraries else ""
    was = f" (was {shown(file.old_path)})" if file.old_path else ""
    yield f"{shown(file.path)}{was}: {file.language}, {file.kind}{_STANDING[file.standing]}{used}"
    if not file.facts:
        yield "  Nothing of streaming was understood in it."
    for fact in file.facts:
        yield from _compared(fact, file.path)
    if file.given_up:
        yield "  Not understood"
    for gap in file.given_up:
        where = f"line {gap.line}" if gap.line else "the file"
        yield f"    {where}{' before the change' if gap.side is Side.BEFORE else ''}: {shown(gap.what)}"
    yield from _rules(file)


def _compared(fact: Compared, path: str) -> Iterator[str]:
    if fact.is_changed and fact.before is not None and fact.now is not None:
        yield from _changed(fact.before, fact.now, path)
    elif (one := fact.now or fact.before) is not None:
        yield from _fact(one, _MARKS[fact.fate], path)


def _changed(before: Stated, now: Stated, path: str) -> Iterator[str]:
    """What is other than before with both signs; the rest once."""
    yield _head(now, "~", path)
    old = [(_value(value, path), _said(value)) for value in before.values]
    new = [(_value(value, path), _said(value)) for value in now.values]
    kept = {said for _, said in old} & {said for _, said in new}
    yield from (f"-     {line}" for line, said in old if said not in kept)
    yield from (f"{' ' if said in kept else '+'}     {line}" for line, said in new)
    same = [step.title for step in before.steps] == [step.title for step in now.steps]
    yield from _steps(before, "-", path) if not same else ()
    yield from _steps(now, " " if same else "+", path)


def _said(value: StatedValue) -> tuple[str, str, str]:
    return value.name, value.text, value.known.value


def _fact(fact: Stated, mark: str, path: str) -> Iterator[str]:
    yield _head(fact, mark, path)
    for value in fact.values:
        yield f"{mark}     {_value(value, path)}"
    yield from _steps(fact, mark, path)


def _head(fact: Stated, mark: str, path: str) -> str:
    inside = f" in {shown(fact.inside)}" if fact.inside else ""
    return f"{mark} {fact.kind.value} {shown(fact.title)}{inside} ({_place(fact.path, fact.first_line, path)})"


def _steps(fact: Stated, mark: str, path: str) -> Iterator[str]:
    for number, step in enumerate(fact.steps, start=1):
        said = ", ".join(f"{shown(value.name)} {_text(value)}" for value in step.values)
        yield f"{mark}     {number}. {shown(step.title)}{f': {said}' if said else ''} ({_place(step.path, step.first_line, path)})"


def _value(value: StatedValue, path: str) -> str:
    said = f"{shown(value.name)} = {_text(value)}"
    where = _place(value.path, value.line, path)
    note = "; ".join(part for part in (where, shown(value.why)) if part)
    return f"{said:<{_WIDE}}  {note}".rstrip()


def _text(value: StatedValue) -> str:
    if value.known is Said.UNKNOWN:
        return f"unknown ({shown(value.text)})" if value.text else "unknown"
    return shown(value.text) or '""'


def _place(path: str, line: int, file: str) -> str:
    if not line:
        return ""
    return f"line {line}" if path == file else f"{shown(path)}:{line}"


def _rules(file: FileTold) -> Iterator[str]:
    if file.not_judged:
        yield f"  No rule looked: {shown(file.not_judged)}."
        return
    ids = dict.fromkeys(word.rule_id for word in file.rules)
    yield f"  {counted(len(ids), 'rule')} looked at it"
    for word in file.rules:
        if word.spoke not in (Spoke.SILENT, Spoke.OFF):
            yield f"    {word.spoke.value} {word.rule_id}{_where(word, file.path)}: {shown(word.why)}"
    for spoke in (Spoke.OFF, Spoke.SILENT):
        names = [word.rule_id for word in file.rules if word.spoke is spoke]
        if names:
            yield textwrap.fill(
                f"{spoke.value}: {', '.join(names)}", 110, initial_indent="    ", subsequent_indent="      ",
                break_on_hyphens=False,
            )  # fmt: skip


def _where(word: RuleWord, path: str) -> str:
    where = _place(word.path, word.line, path)
    gone = " (removed)" if word.side is Side.BEFORE else ""
    return f", {where}{gone}" if where else ""
