"""Steps of a program's own bookkeeping that a change leaves out: what it keeps of offsets, partitions and work is still used, and one
place no longer brings it up to date.

Silence is the rule in doubt: nothing is said where the same is done elsewhere, where new lines speak of the holder, or where much is rewritten.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from reviewer.core.change import FileChange, LineKind
from reviewer.core.lazily import lazily
from reviewer.core.span import Span
from reviewer.facts.delta import Delta, FilePair
from reviewer.facts.gone import names_a_commit
from reviewer.facts.streaming.bookkeeping import Kept, Verb, holder, is_streaming, kept_by, verb
from reviewer.facts.streaming.flow import is_noise
from reviewer.facts.streaming.model import FileFacts
from reviewer.facts.streaming.protections import qualified, written
from reviewer.facts.streaming.records import mentions
from reviewer.facts.syntax import BlockKind, Call, ResultUse
from reviewer.rules.support import folded, line

#: The languages whose fields and functions this was measured on.
LANGUAGES = frozenset({"java", "kotlin", "scala"})
_MANY_HUNKS = 12  # a file that is rewritten
_MANY_ADDED = 2  # new lines beside the removed one: something else stands there now
_EMPTY = lazily(
    r"null|None|Nil|\w+\.empty(\[.*\])?(\(\))?|empty\w+\(\)|new \w+(<.*>)?\(\)|\w+\.of\(\)|mutable\w+Of\(\)|-1L?"
)
_ENDS = lazily(r"(close|stop|shutdown|dispose|destroy|teardown|finali[sz]e|interrupt)\w*$")


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """A call that is gone. `holder` is what it was made on, `user` the function that still goes by that, `commit` the commit behind it in
    the same function ("" where there is none); `event` says which callback for partitions it stood in."""

    files: FilePair
    function: str
    call: Call
    text: str
    holder: str
    kept: Kept
    verb: Verb | None
    user: str
    commit: str
    event: str
    place: str
    span: Span


def left_out(delta: Delta) -> Iterator[LeftOut]:
    """The steps that are gone, in the order of the files; one for each function and holder."""
    for files, before, after in delta.modified():
        if files.is_user or not is_readable(files, before, after):
            continue
        now = _Version(after)
        was = _Version(before)
        told: set[tuple[str, str]] = set()
        for call in before.syntax.calls:
            if not files.touches(call.name_span):
                continue
            found = _step(delta, files, was, now, call)
            if found is not None and (found.function, found.holder) not in told:
                told.add((found.function, found.holder))
                yield found


@dataclass(frozen=True, slots=True, kw_only=True)
class Unset:
    """A variable that was set back to empty in `function`, as written in `text`, and is not any more; `user` still goes by it."""

    files: FilePair
    function: str
    text: str
    holder: str
    kept: Kept
    user: str
    span: Span


def unset(delta: Delta) -> Iterator[Unset]:
    """The variables that hold offsets, partitions or work and keep the last turn's value now."""
    for files, before, after in delta.modified():
        if files.is_user or not is_readable(files, before, after):
            continue
        now = _Version(after)
        for assignment in before.syntax.assignments:
            name, home = assignment.target.rpartition(".")[2], qualified(before, assignment.function)
            kept, value = kept_by(name), assignment.value.text if assignment.value is not None else ""
            if kept is None or assignment.is_declaration or not home or not files.touches(assignment.span):
                continue
            set_in = {
                qualified(after, a.function) for a in after.syntax.assignments if a.target.rpartition(".")[2] == name
            }
            added = added_beside(files.change, assignment.span.first_line)
            gone = _EMPTY.fullmatch(value) and not _ENDS.match(folded(home.rpartition(".")[2])) and home in now.homes
            if not gone or home in set_in or not set_in or added is None or len(added) > _MANY_ADDED:
                continue
            if _emptied(after, name) >= _emptied(before, name):
                continue
            user = (
                ""
                if any(re.search(rf"\b{re.escape(name)}\b", text) for text in added)
                else _user(now, home, name, None)
            )
            if user:
                text = f"{name} = {value}"
                yield Unset(
                    files=files, function=home, text=text, holder=name, kept=kept, user=user, span=line(assignment.span)
                )


def _emptied(file: FileFacts, name: str) -> int:
    """How often a variable is set to empty after it was declared."""
    mine = (a for a in file.syntax.assignments if a.target.rpartition(".")[2] == name and not a.is_declaration)
    return sum(a.value is not None and _EMPTY.fullmatch(a.value.text) is not None for a in mine)


def is_of_flink(found: LeftOut | Unset) -> bool:
    """Whether the step stood in code of a Flink job, or of a source or sink for it."""
    before = found.files.before
    assert before is not None
    return "flink-datastream" in before.libraries or any("flink" in item.path for item in before.syntax.imports)


def is_readable(files: FilePair, before: FileFacts, after: FileFacts) -> bool:
    """Whether a file's difference says what is gone: streaming code of the program, and not rewritten."""
    mine = before.syntax.language in LANGUAGES and not after.is_test and is_streaming(before)
    return mine and len(files.change.hunks) <= _MANY_HUNKS


def added_beside(change: FileChange, number: int) -> list[str] | None:
    """The new lines in the run of changed lines around a removed one; None when the line is not removed."""
    for hunk in change.hunks:
        run: list[str] = []
        mine = False
        for diff_line in (*hunk.lines, None):
            if diff_line is None or diff_line.kind is LineKind.CONTEXT:
                if mine:
                    return run
                run = []
                continue
            mine = mine or diff_line.old_number == number
            if diff_line.new_number is not None and diff_line.text.strip(" \t{}()"):
                run.append(diff_line.text)
    return None


class _Version:
    """One version of a file, with what is asked of it again and again; most files are asked for nothing."""

    def __init__(self, file: FileFacts) -> None:
        self.file = file

    @cached_property
    def homes(self) -> Counter[str]:
        return Counter(f.qualified for f in self.file.syntax.functions if not f.is_lambda)

    @cached_property
    def calls(self) -> dict[str, list[Call]]:
        found: dict[str, list[Call]] = {}
        for call in self.file.syntax.calls:
            found.setdefault(qualified(self.file, call.function), []).append(call)
        return found

    @cached_property
    def fields(self) -> set[str]:
        syntax = self.file.syntax
        named = {a.target.rpartition(".")[2] for a in syntax.assignments if a.is_field}
        return named | {p.name for f in syntax.functions for p in f.parameters if syntax.language == "scala"}

    @cached_property
    def made(self) -> Counter[tuple[str, str]]:
        return Counter((holder(c), c.name) for c in self.file.syntax.calls)

    def in_function(self, home: str) -> Counter[tuple[str, str]]:
        return Counter((holder(c), c.name) for c in self.calls.get(home, ()))


def _step(delta: Delta, files: FilePair, was: _Version, now: _Version, call: Call) -> LeftOut | None:
    home = qualified(was.file, call.function)
    if not home or now.homes[home] != was.homes[home] or call.is_construction or is_noise(call):
        return None
    if call.result not in (ResultUse.IGNORED, ResultUse.OTHER) or was.file.syntax.next_of(call) is not None:
        return None
    name = holder(call) if call.receiver not in ("", "this") else ""
    kept = (kept_by(name) if name else None) or kept_by(call.name)
    if kept is None:
        return None
    key = (holder(call), call.name)
    if now.in_function(home)[key] >= was.in_function(home)[key] or now.made[key] >= was.made[key]:
        return None
    callback = next((r for r in was.file.rebalances if _is_in(was.file, call, r.function)), None)
    done = verb(call)
    told = (
        callback is not None
        and name != ""
        and any(mentions(a.value.text, {callback.partitions}) for a in call.arguments)
    )
    if (done is None and not told) or not _is_known(was, now, home, name, call):
        return None
    if done is Verb.FORGET and (not name or _ENDS.match(folded(home.rpartition(".")[2]))):
        return None
    added = added_beside(files.change, call.name_span.first_line)
    if added is None or len(added) > _MANY_ADDED or _has_heir(delta, files, was, now, home, name, call):
        return None
    user = _user(now, home, name, call)
    if not user or (name and _is_given_up(was, now, name)):
        return None
    return LeftOut(
        files=files, function=home, call=call, text=re.sub(r"^(?:\w+\.)?this\.", "", written(call)), holder=name, kept=kept, verb=done, user=user,
        commit=_commit_behind(was, now, home, call), event=callback.event if callback is not None else "", place=_place(was.file, call), span=line(call.name_span),
    )  # fmt: skip


def _is_in(file: FileFacts, call: Call, function: int) -> bool:
    return call.function == function or file.syntax.is_inside(call.function, function)


def _is_known(was: _Version, now: _Version, home: str, name: str, call: Call) -> bool:
    """Whether what the call was made on is there after the change: a field, a variable of the function, or the object's own method."""
    if not name:
        return any(f.name == call.name and not f.is_lambda for f in now.file.syntax.functions)
    if name in was.fields and name in now.fields:
        return True
    if verb(call) not in (
        Verb.FORGET,
        Verb.DONE,
    ):  # what is collected in a variable of the function is given away by it
        return False
    spans = [f.span for f in now.file.syntax.functions if f.qualified == home]
    around = {f.index for f in now.file.syntax.functions if any(f.span.contains(span) for span in spans)}
    mine = {a.target for a in now.file.syntax.assignments if a.is_declaration and a.function in around}
    return name in mine


def _has_heir(delta: Delta, files: FilePair, was: _Version, now: _Version, home: str, name: str, call: Call) -> bool:
    """Whether something may do it instead: the same verb on the same holder, a new line of the function that speaks of either, a helper that is
    called anew and does, or the same call in another file."""
    mine = now.calls.get(home, [])
    known = was.in_function(home)
    same = [c for c in mine if name and holder(c) == name and verb(c) is verb(call) is not None]
    if any(c.name == call.name or not known[(name, c.name)] for c in same):
        return True
    words = lazily(
        rf"\b(?:{'|'.join(re.escape(w) for w in (name, call.name) if w)})\b" if name else rf"\b{re.escape(call.name)}\b"
    )
    spans = [f.span for f in now.file.syntax.functions if f.qualified == home]
    for hunk in files.change.hunks:
        for diff_line in hunk.lines:
            number = diff_line.new_number
            if diff_line.kind is LineKind.ADDED and number is not None and words.search(diff_line.text):
                if any(s.first_line <= number <= s.last_line for s in spans):
                    return True
    fresh = {c.name for c in mine if not known[(holder(c), c.name)]}
    helpers = [f for f in now.file.syntax.functions if f.name in fresh and not f.is_lambda]
    inside = [c for f in helpers for c in now.file.syntax.calls_in(f.index, nested=True)]
    if any((name and holder(c) == name) or c.name == call.name for c in inside):
        return True
    return any(
        file.path != now.file.path and _made(file, call) > _made(delta.before.file(file.path), call)
        for file in delta.after.files
    )


def _is_given_up(was: _Version, now: _Version, name: str) -> bool:
    """Whether more calls on the holder went than stay: then it is on its way out, and its last use says little."""
    before, after = (sum(n for (on, _), n in version.made.items() if on == name) for version in (was, now))
    return before - after > max(after, 1)


def _made(file: FileFacts | None, call: Call) -> int:
    return sum(c.name == call.name for c in file.syntax.calls) if file is not None else 0


def _user(now: _Version, home: str, name: str, call: Call | None) -> str:
    """The function that still goes by the holder, another one where there is one; "" when nobody does."""
    if call is not None and not name:
        return next((h for h, calls in now.calls.items() if any(c.name == call.name for c in calls)), "")
    word = lazily(rf"(?<![\w]){re.escape(name)}(?!\w)")
    users = [
        h
        for h, calls in now.calls.items()
        if h and any(holder(c) == name or any(word.search(a.value.text) for a in c.arguments) for c in calls)
    ]
    users += [
        qualified(now.file, b.function)
        for b in now.file.syntax.blocks
        if b.kind in (BlockKind.LOOP, BlockKind.CONDITIONAL) and word.search(b.detail)
    ]
    return next((h for h in users if h and h != home), next(iter(users), ""))


def _commit_behind(was: _Version, now: _Version, home: str, call: Call) -> str:
    """The commit that stood behind a call without arguments in its function, and still stands there: it takes what the call has made ready."""
    if call.arguments:
        return ""
    behind = (c for c in was.calls[home] if c.index > call.index and names_a_commit(c) and not is_noise(c))
    kept = now.in_function(home)
    return next((written(c) for c in behind if kept[(holder(c), c.name)]), "")


def _place(file: FileFacts, call: Call) -> str:
    """The part of the function that it stood in, for the reader: where a failure is handled, or a branch."""
    for index in reversed(call.blocks):
        block = file.syntax.blocks[index]
        if block.kind is BlockKind.CATCH:
            return "when the work fails"
        if block.kind is BlockKind.FINALLY:
            return "at the end, also after a failure"
    return ""
