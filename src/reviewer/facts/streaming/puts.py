"""What the steps of a run put into a field: something of the record, its own old value, or what can be had again."""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import StrEnum

from reviewer.facts.fields import Access, FieldUse, Scopes, Touch, is_reset
from reviewer.facts.steps import Run, branch
from reviewer.facts.streaming.effects import Effects
from reviewer.facts.streaming.flow import is_noise
from reviewer.facts.streaming.origin import Origins, is_clock, is_constant, lambdas_of
from reviewer.facts.syntax import Assignment, Block, BlockKind, Call, JumpKind, SyntaxFacts


class Put(StrEnum):
    """What a step puts into a field."""

    OLD = "old"  # what was in it, changed: `count + 1`
    RECORD = "record"  # something of the record
    FLAG = "flag"  # a constant
    CLOCK = "clock"
    LOADED = "loaded"  # what can be had again: made, looked up, computed from the key at hand
    NOTHING = "nothing"  # it empties or shrinks it


SHRINKS = frozenset({"remove", "poll", "pop", "discard", "popleft", "dequeue", "getAndSet"})
_OLD = frozenset(
    {"++", "--", "+=", "-=", "*=", "/=", "|=", "&=", "^=", "merge", "compute", "computeIfPresent", "increment", "incrementAndGet",
     "decrementAndGet", "addAndGet", "getAndIncrement", "getAndAdd", "accumulateAndGet", "updateAndGet"}
)  # fmt: skip
_COLLECTS = frozenset(
    {
        "add",
        "addAll",
        "append",
        "offer",
        "push",
        "extend",
        "insert",
        "addLast",
        "addFirst",
        "appendleft",
        "addOne",
        "enqueue",
    }
)
_GETS = frozenset({"computeIfAbsent", "getOrPut", "getOrElseUpdate", "setdefault"})
_KEYED = frozenset({"put", "putIfAbsent", "="})
_OR_ELSE = re.compile(r"\?:|\bor\b|(==|!=) ?null ?\?|null (==|!=)|\bis (not )?None\b|getOrElse|orElse")
_NAME = re.compile(r"[a-z_]\w*")  # one that nothing is known of: what a pattern took out of the record
_PLAIN = re.compile(r"[a-z_]\w*(\.\w+(\(\))?)*")  # a name or what is read off it
_NULL = re.compile(r"\bnull\b|\bNone\b|isDefined|isPresent")
_ABSENT = re.compile(r"null|None|contains|isPresent|isDefined|isEmpty|\bin\b|nonEmpty|empty")
_DIFFERS = re.compile(r"!=|equals|=!=|<>|==")
_FACTORY = re.compile(r"^(await |new )?[\w.<>\[\], ]*\w\s*(<.*>)?\([^)\s]")
_CALLBACKS = frozenset(
    {"whenComplete", "thenAccept", "thenApply", "onComplete", "onSuccess", "addListener", "then", "handle", "foreach"}
)


class Puts:
    """The puts of one run."""

    def __init__(self, syntax: SyntaxFacts, run: Run, effects: Effects) -> None:
        self.syntax, self.run, self.effects, self.origins = syntax, run, effects, Origins(syntax, run)
        self._scopes = Scopes(syntax)
        self._leaving = {j.blocks[-1] for j in syntax.jumps if j.blocks and j.kind is not JumpKind.YIELD}
        self._called_back = frozenset(
            p.name for c in syntax.calls if c.name in _CALLBACKS for f in lambdas_of(syntax, c) for p in f.parameters
        )

    @property
    def hands_on(self) -> bool:
        """Whether something of the record is given to a call that is no log and no check."""
        calls = ((s.node, s.frame) for s in self.run.steps if isinstance(s.node, Call) and not is_noise(s.node))
        return any(self.origins.is_of_record(a.value.text, frame) for call, frame in calls for a in call.arguments)

    def of(self, use: FieldUse, access: Access) -> Put:
        """What a change or write puts in."""
        if access.touch is Touch.WRITE and access.text in ("true", "false", "True", "False"):
            return Put.FLAG
        if is_reset(access) or access.way in SHRINKS:
            return Put.NOTHING
        text, frame = self.origins.resolved(access.text, access.step)
        if access.way in _GETS or (access.touch is Touch.CHANGE and self._is_making(use, access)):
            return Put.LOADED
        if access.way in _OLD or use.mentions(text, self.run.frames[frame].function):
            return Put.LOADED if self._can_be_had(access, text, frame) else Put.OLD
        if is_constant(text) or is_clock(text):
            return Put.RECORD if self._is_keyed(access) else Put.CLOCK if is_clock(text) else Put.FLAG
        if self._is_keyed(access) and _PLAIN.fullmatch(text) and text not in self._called_back:
            return Put.RECORD
        of_record = self.origins.is_of_record(text, frame) or (
            access.way in _COLLECTS and _NAME.fullmatch(text) is not None
        )
        return Put.RECORD if of_record and not self._is_cached(use, access, text) else Put.LOADED

    def collects(self, access: Access) -> bool:
        """Whether a put of the record is one of many that wait together."""
        text, _ = self.origins.resolved(access.text, access.step)
        newest = self.effects.is_sink and access.way in _KEYED and not _FACTORY.match(text)  # the newest per key wait
        many = access.way in _COLLECTS or newest
        return access.touch is Touch.CHANGE and many

    def _can_be_had(self, access: Access, text: str, frame: int) -> bool:
        """`x ?: load()`, a number that goes round, an array that is filled anew."""
        lazy = _OR_ELSE.search(text) is not None and not self.origins.is_of_record(text, frame)
        return lazy or "%" in text or access.holds is not None

    def _is_keyed(self, access: Access) -> bool:
        """`seen.put(record.id(), true)` keeps the record's key."""
        node = self.run.steps[access.step].node
        if access.way not in _KEYED or access.touch is not Touch.CHANGE:
            return False
        key = node.arguments[0].value if isinstance(node, Call) and node.arguments else None
        key = node.subscript if isinstance(node, Assignment) else key
        return key is not None and self.origins.is_of_record(key.text, self.run.steps[access.step].frame)

    def _is_making(self, use: FieldUse, access: Access) -> bool:
        """`if (weights == null) { weights = load(); weights[0] = 1; }`: a part of how it is made."""
        inside = [b for b in self._guards(access) if branch(b.index) in self.run.steps[access.step].path]
        return any(
            use.mentions(b.detail, b.function) and _NULL.search(b.detail) and not self.effects.acts(b.index)
            and any(self._assigns(use, b)) for b in inside
        )  # fmt: skip

    def _assigns(self, use: FieldUse, block: Block) -> Iterator[bool]:
        for node in self._inside(block):
            yield node.operator == "=" and use.is_whole(node.target)

    def _inside(self, block: Block) -> list[Assignment]:
        nodes = (self.run.steps[index].node for index in self.run.within.get(branch(block.index), ()))
        return [node for node in nodes if isinstance(node, Assignment)]

    def _is_cached(self, use: FieldUse, access: Access, text: str) -> bool:
        """Get or compute: put where it was found missing, or where the key at hand is another one than the last."""
        if access.touch is not Touch.WRITE and access.way not in _KEYED:
            return False
        for block in self._guards(access):
            asks = use.mentions(block.detail, block.function) or self._asks_local(use, block)
            absent = asks and _ABSENT.search(block.detail) is not None
            if absent and text in self._called_back:
                return True
            if not self.effects.acts(block.index) and (self._is_memo(block) or (absent and _FACTORY.match(text))):
                return True
        return False

    def _guards(self, access: Access) -> list[Block]:
        """The branches around a step, and those before it that leave."""
        step = self.run.steps[access.step]
        earlier = [s.node for s in self.run.steps[: access.step] if isinstance(s.node, Block) and s.frame == step.frame]
        return [
            b for b in earlier
            if b.kind is BlockKind.CONDITIONAL and (branch(b.index) in step.path or b.index in self._leaving)
        ]  # fmt: skip

    def _asks_local(self, use: FieldUse, block: Block) -> bool:
        """`value = cache.get(key); if (value == null)`: the condition is about what the field gave."""
        given = (s.node for s in self.run.steps if isinstance(s.node, Assignment) and s.node.function == block.function)
        names = {a.target for a in given if a.value is not None and use.mentions(a.value.text, a.function)}
        return any(re.search(rf"(?<!\w){re.escape(name)}(?!\w)", block.detail) for name in names)

    def _is_memo(self, block: Block) -> bool:
        """`if (key != last) { last = key; made = make(key); }`: after it the field is what this record asks for."""
        if not _DIFFERS.search(block.detail):
            return False
        return any(
            a.value is not None and _squashed(a.value.text) in _squashed(block.detail)
            and FieldUse(self._scopes, a.target.rsplit(".", 1)[-1]).mentions(block.detail, block.function)
            for a in self._inside(block) if not a.is_declaration and a.operator == "=" and re.fullmatch(r"[\w.]+", a.target)
        )  # fmt: skip


def _squashed(text: str) -> str:
    return re.sub(r"\s+", "", text)
