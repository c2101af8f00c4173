"""Functions that a change leaves where they are and changes a little: what one of them did and no longer does can be told line by line.

A function that was written anew, split or moved is none of these: there nobody can say from outside what took the place of what.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, TypeVar

from reviewer.core.lazily import lazily
from reviewer.core.span import Side, Span
from reviewer.facts.streaming.flow import is_noise
from reviewer.facts.streaming.names import bare
from reviewer.facts.syntax import Assignment, Block, BlockKind, Call, Function, Jump

if TYPE_CHECKING:
    from reviewer.facts.delta import Delta, FilePair
    from reviewer.facts.streaming.model import FileFacts

_T = TypeVar("_T", Call, Block, Jump, Assignment)
_FEW = 3  # calls: of so few, none need stay for a function to be the same
_KEPT = 0.4  # of the calls of a function that is the same
_LINES = 160  # changed lines of a file, beyond which it is rewritten
#: What a file says that has to do with streams, where no client is known: it wraps one, or hands on what one gives.
_IMPORTED = lazily(r"(?i)kafka|sarama|kgo\b|arroyo|faust|pulsar|kinesis|streams?\b|consumer|producer|flink")
_TERMS = lazily(
    r"(?i)offsets?(?![a-z])|partitions?(?![a-z])|rebalanc|checkpoint|watermark|consumer|producer|commit|kafka"
)
_KAFKA = lazily(r"(?i)kafka|sarama")
_ENOUGH = 3  # different terms, where neither its path nor an import says it


@dataclass(frozen=True, kw_only=True)
class Body:
    """What a function does, its lambdas included, in order."""

    file: FileFacts
    function: Function
    calls: Sequence[Call]
    blocks: Sequence[Block]
    jumps: Sequence[Jump]
    assignments: Sequence[Assignment]

    @cached_property
    def name(self) -> str:
        """The last part of the name."""
        return self.function.qualified.rpartition(".")[2]

    @cached_property
    def names(self) -> Counter[tuple[str, str]]:
        """The calls by receiver and name, without logging."""
        return Counter((bare(c.receiver), c.name) for c in self.calls if not is_noise(c))

    def inside(self, kind: BlockKind, blocks: Sequence[int]) -> bool:
        """Whether one of the blocks is of a kind."""
        return any(self.file.syntax.blocks[index].kind is kind for index in blocks)


@dataclass(frozen=True, kw_only=True)
class SameFunction:
    """One function on both sides, changed and not rewritten."""

    files: FilePair
    was: Body
    now: Body

    @cached_property
    def gone(self) -> Counter[tuple[str, str]]:
        """The calls that it does not make any more."""
        return self.was.names - self.now.names

    @cached_property
    def fresh(self) -> Counter[tuple[str, str]]:
        """The calls that it did not make before."""
        return self.now.names - self.was.names

    @property
    def name(self) -> str:
        """The last part of its name."""
        return self.now.name

    @property
    def qualified(self) -> str:
        """Its name with the types around it."""
        return self.now.function.qualified

    def calls(self) -> Iterator[tuple[Call, Call]]:
        """Each call with itself after the change, where the function makes it as often as before."""
        new = _by_name(self.now.calls)
        for key, old in _by_name(self.was.calls).items():
            if len(old) == len(new.get(key, ())):
                yield from zip(old, new[key], strict=True)

    def has_fresh(self, words: re.Pattern[str]) -> bool:
        """Whether a new call is named so, that it may do what is gone."""
        return any(words.search(f"{receiver}.{name}") for receiver, name in self.fresh)

    def removed(self, span: Span) -> Span | None:
        """The first line of a span before the change, where the change removes it."""
        line = Span(path=span.path, side=Side.BEFORE, first_line=span.first_line, last_line=span.first_line)
        return line if self.files.touches(line) else None


def same_functions(delta: Delta) -> Iterator[SameFunction]:
    """The functions of production files that have to do with streams."""
    for files, before, after in delta.modified():
        if files.is_user or before.is_test or after.is_test or not before.syntax.functions:
            continue
        texts = files.change.before, files.change.after
        streams = all(_is_streaming(file, text or "") for file, text in zip((before, after), texts, strict=True))
        if not streams or _is_rewritten(files):
            continue
        old, new = _bodies(files, before), _bodies(files, after)
        for name, was in old.items():
            now = new.get(name)
            if now is None or not (files.touches(was.function.span) or files.touches(now.function.span)):
                continue
            found = SameFunction(files=files, was=was, now=now)
            if _is_same(found):
                yield found


def _by_name(calls: Sequence[Call]) -> dict[tuple[str, str], list[Call]]:
    found: dict[tuple[str, str], list[Call]] = {}
    for call in calls:
        found.setdefault((bare(call.receiver), call.name), []).append(call)
    return found


def _is_streaming(file: FileFacts, text: str) -> bool:
    if file.libraries or file.handlings or file.operations or file.sends:
        return True
    named = (
        _KAFKA.search(text)
        or _IMPORTED.search(file.path)
        or any(_IMPORTED.search(item.path) for item in file.syntax.imports)
    )
    said = {match[0].lower().rstrip("s") for text in _said(file) for match in _TERMS.finditer(text)}
    return len(said) >= (1 if named else _ENOUGH)


def _said(file: FileFacts) -> Iterator[str]:
    yield from (f"{call.receiver} {call.name}" for call in file.syntax.calls)
    yield from (function.qualified for function in file.syntax.functions)
    yield from (p.type for function in file.syntax.functions for p in function.parameters)
    yield from (assignment.target for assignment in file.syntax.assignments)


def _is_rewritten(files: FilePair) -> bool:
    changed = sum(len(hunk.changed_numbers(side)) for hunk in files.change.hunks for side in (Side.BEFORE, Side.AFTER))
    return changed > _LINES


def _is_same(found: SameFunction) -> bool:
    before, kept = found.was.names.total(), (found.was.names & found.now.names).total()
    return before <= _FEW or (kept >= before * _KEPT and found.fresh.total() <= max(kept, _FEW))


def _bodies(files: FilePair, file: FileFacts) -> dict[str, Body]:
    """Functions by name; overloads are left out: nobody knows which became which."""
    functions = file.syntax.functions
    named = Counter(f.qualified for f in functions if not f.is_lambda)
    home = {f.index: _home(functions, f.index) for f in functions}
    syntax = file.syntax
    calls, blocks = _by_home(home, syntax.calls), _by_home(home, syntax.blocks)
    jumps, assignments = _by_home(home, syntax.jumps), _by_home(home, syntax.assignments)
    return {
        f.qualified: Body(
            file=file, function=f, calls=calls[f.index], blocks=blocks[f.index], jumps=jumps[f.index], assignments=assignments[f.index],
        )
        for f in functions
        if not f.is_lambda and named[f.qualified] == 1
    }  # fmt: skip


def _home(functions: Sequence[Function], index: int) -> int:
    """The named function around a lambda."""
    function = functions[index]
    while function.is_lambda and function.parent is not None:
        function = functions[function.parent]
    return function.index


def _by_home(home: dict[int, int], items: Sequence[_T]) -> defaultdict[int, list[_T]]:
    found: defaultdict[int, list[_T]] = defaultdict(list)
    for item in items:
        if item.function is not None:
            found[home[item.function]].append(item)
    return found
