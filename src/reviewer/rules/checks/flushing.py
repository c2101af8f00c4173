"""Questions about what is written at a checkpoint or before a framework commits offsets."""

from __future__ import annotations

import re
from collections.abc import Iterator

from reviewer.core.span import Span
from reviewer.core.value import value
from reviewer.facts.delta import Delta
from reviewer.facts.streaming.flow import is_noise
from reviewer.facts.streaming.model import FileFacts
from reviewer.facts.streaming.names import bare, simple_type
from reviewer.facts.streaming.protections import written
from reviewer.facts.syntax import BlockKind, Call, Function, TypeDeclaration
from reviewer.rules.checks.words import Words
from reviewer.rules.rule import Hit
from reviewer.rules.support import folded, line

_WRITES = re.compile(
    r"flush|write|send|post|upload|execute|commit|persist|save|insert|emit|drain|push|publish|store|deliver|produce"
)
_NO_WRITE = re.compile(r"^(get|is|has|set|size|count|log|report|record(?!s$)|metric)")
_BUFFERS = re.compile(r"(?i)(^|_|:)(add|append|buffer|offer|enqueue|push|accumulate|collect|put|computeIfAbsent)")
_FILLS = re.compile(
    r"(write|add|append|send|put|insert|upsert|delete|index|offer|emit|collect|process|invoke|produce|execute)"
)
_DEPTH = 3


@value()
class Emptied:
    """A method of a class that wrote what the class buffers and no longer does. `whole` says that the method is gone, `conditional` that it
    still writes under a condition that is new."""

    file: FileFacts
    owner: TypeDeclaration
    method: str
    text: str
    span: Span
    whole: bool
    conditional: bool

    @property
    def how(self) -> str:
        """What became of the method, as a verb of it."""
        if self.whole:
            return "is gone"
        return f"calls {self.text} only under a condition now" if self.conditional else f"no longer calls {self.text}"

    def hit(self, words: Words) -> Hit:
        """The hit on it; `words` may name {owner}, {method}, {how} and {text}."""
        return words.hit(
            f"{self.owner.qualified}.{self.method}/writes nothing", self.span,
            owner=self.owner.name, method=self.method, how=self.how, text=self.text,
        )  # fmt: skip


def emptied(delta: Delta, base: re.Pattern[str], methods: tuple[str, ...]) -> Iterator[Emptied]:
    """Methods (folded names) of classes that extend or implement something like `base`, of classes that stay and buffer on."""
    for files, before, after in delta.modified():
        for owner in after.syntax.types:
            was = next((t for t in before.syntax.types if t.qualified == owner.qualified), None)
            if was is None or not any(base.search(simple_type(b.split("(")[0])) for b in owner.bases):
                continue
            buffers = _buffers(after, owner)
            if any(
                _work(after, f)
                for f in _methods(after, owner, methods)
                if not any(f.name == o.name for o in _methods(before, was, methods))
            ):
                continue  # another of them does it now
            for function in _methods(before, was, methods):
                lost = _work(before, function)
                now = next((f for f in _methods(after, owner, methods) if f.name == function.name), None)
                kept = _work(after, now) if now is not None else []
                conditional = bool(kept) and all(_is_conditional(after, c) for c in kept)
                if not lost or (kept and not (conditional and not all(_is_conditional(before, c) for c in lost))):
                    continue
                if not buffers and not _is_filled(after, owner, lost):
                    continue
                span = next((c.name_span for c in lost if files.touches(c.name_span)), None)
                if span is not None:
                    yield Emptied(
                        file=after, owner=owner, method=function.name, text=written(lost[0]), span=line(span), whole=now is None,
                        conditional=conditional,
                    )  # fmt: skip


def _methods(file: FileFacts, owner: TypeDeclaration, names: tuple[str, ...]) -> list[Function]:
    return [f for f in file.syntax.functions if f.type == owner.index and not f.is_lambda and folded(f.name) in names]


def _work(file: FileFacts, function: Function, depth: int = 0) -> list[Call]:
    """The calls of a method that write: by their name, or helpers of the file that do."""
    found = []
    for call in file.syntax.calls_in(function.index, nested=True):
        if is_noise(call) or call.receiver.startswith(("super", "base")):
            continue
        name = folded(call.name)
        helper = _helper(file, call)
        if helper is not None and helper.index != function.index:
            empties = any(c.name == "clear" for c in file.syntax.calls_in(helper.index))
            if _WRITES.search(name) or empties or (depth < _DEPTH and _work(file, helper, depth + 1)):
                found.append(call)
        elif _WRITES.search(name) and not _NO_WRITE.match(name) and not call.is_construction:
            found.append(call)
    return found


def _helper(file: FileFacts, call: Call) -> Function | None:
    if call.receiver not in ("", "this", "self"):
        return None
    named = [f for f in file.syntax.functions if f.name == call.name and not f.is_lambda]
    return named[0] if len(named) == 1 else None


def _is_conditional(file: FileFacts, call: Call) -> bool:
    """Under a condition that asks for more than whether there is something to write."""
    block = file.syntax.enclosing(call.blocks, BlockKind.CONDITIONAL)
    return block is not None and re.search(r"(?i)empty|size|length|count|null|contains", block.detail) is None


def _is_filled(file: FileFacts, owner: TypeDeclaration, lost: list[Call]) -> bool:
    """Whether what was flushed buffers itself: the class still writes records to it."""
    flushed = {bare(c.receiver) for c in lost if "flush" in folded(c.name)} - {"", "this", "self", "super"}
    mine = (c for c in file.syntax.calls if owner.span.contains(c.span) and bare(c.receiver) in flushed)
    return any(_FILLS.match(folded(c.name)) for c in mine)


def _buffers(file: FileFacts, owner: TypeDeclaration) -> bool:
    """Whether the class keeps records until later."""
    for call in file.syntax.calls:
        if owner.span.contains(call.span) and not call.is_construction:
            if _BUFFERS.search(call.name) or any(
                _BUFFERS.search(a.value.text.rpartition("::")[1] + a.value.text.rpartition("::")[2])
                for a in call.arguments
                if "::" in a.value.text
            ):
                return True
    return any(a.operator == "+=" and owner.span.contains(a.span) for a in file.syntax.assignments)
