"""What a function object carries from one record to the next in its fields, and whether an output or a decision hangs on it."""

from __future__ import annotations

from collections.abc import Container, Iterable

from reviewer.core.span import Span
from reviewer.core.value import value
from reviewer.facts.fields import Access, FieldUse, Scopes, Touch, accesses, carried_in, is_reset, left_behind
from reviewer.facts.steps import Run, run_of
from reviewer.facts.streaming.aliases import with_aliases
from reviewer.facts.streaming.effects import Effects
from reviewer.facts.streaming.flow import is_noise
from reviewer.facts.streaming.hanging import Hanging, Hangs
from reviewer.facts.streaming.origin import is_constant
from reviewer.facts.streaming.puts import SHRINKS, Put, Puts
from reviewer.facts.syntax import Assignment, Call, Function, SyntaxFacts, TypeDeclaration

_OPENING = ("open", "initializeState")
_MAKERS = ("__init__", "<init>", "this", "constructor")


@value()
class Carried:
    """A field that lives on between the calls of `method`.

    `written` is where something is put in, `read` where an earlier call's value is used. `collects`: records wait in it for each other.
    `loaded`: it is filled when the function is opened, and may come back so.
    """

    method: str
    written: Span
    read: Span | None
    puts: frozenset[Put]
    hangs: Hangs
    collects: bool
    loaded: bool


@value()
class _Entry:
    """A method that is called per record, and what it does with one field."""

    name: str
    run: Run
    effects: Effects
    puts: Puts


class Carrier:
    """A class whose `entries` are called per record; what the `controls` among them put into a loaded field can be loaded again."""

    def __init__(
        self, syntax: SyntaxFacts, declared: TypeDeclaration, entries: Iterable[str], *, controls: Container[str], is_sink: bool
    ) -> None:  # fmt: skip
        self._syntax, self._controls, self._scopes = syntax, controls, Scopes(syntax)
        wanted = frozenset(entries)
        own = [f for f in syntax.functions if f.type == declared.index and not f.is_lambda and f.parent is None]
        self._entries = [_entry(syntax, f, is_sink) for f in own if f.name in wanted]
        reached = {frame.function for entry in self._entries for frame in entry.run.frames}
        others = (f for f in own if f.index not in reached and f.name not in (declared.name, *_MAKERS))
        self._others = [run_of(syntax, f.index) for f in others]
        self._opening = [run_of(syntax, f.index) for f in own if f.name in _OPENING]

    @property
    def hands_on(self) -> bool:
        """Whether a method gives a record, or something of it, to another call than a log."""
        return any(entry.puts.hands_on for entry in self._entries)

    def carried(self, name: str, field: Assignment) -> Carried | None:
        """What lives on in a field; None when every call starts without it."""
        use = FieldUse(self._scopes, name)
        seen = [(e, with_aliases(use, field, e.run, accesses(use, e.run))) for e in self._entries]
        changes = [(e, a, e.puts.of(use, a)) for e, touched in seen for a in touched if a.touch is not Touch.READ]
        loaded = any(self._fills(use, run) for run in self._opening)
        kept = [
            (e, a, put) for e, a, put in changes if put is not Put.NOTHING and not (loaded and e.name in self._controls)
        ]
        if not kept or not any(left_behind(e.run, touched) for e, touched in seen):
            return None
        hanging = self._hanging(use, seen)
        entry, access, _ = min(kept, key=lambda k: (k[2] not in (Put.OLD, Put.RECORD), _span(k[0], k[1]).first_line))
        return Carried(
            method=entry.name, written=_span(entry, access), read=hanging.read, puts=frozenset(p for _, _, p in kept),
            hangs=hanging.hangs, collects=any(p is Put.RECORD and e.puts.collects(a) for e, a, p in kept), loaded=loaded,
        )  # fmt: skip

    def _hanging(self, use: FieldUse, seen: list[tuple[_Entry, tuple[Access, ...]]]) -> Hanging:
        found = Hanging()
        for _ in range(2):  # what one method puts into another field, the next one may give out
            for entry, touched in seen:
                carried = carried_in(self._syntax, entry.run, touched)
                found = found.graver(Hanging.of(use, entry.run, entry.effects, carried, found.fields))
                if found.hangs is Hangs.OUTPUT:
                    return found
        if found.hangs is Hangs.NOTHING and any(self._reads(use, run) for run in self._others):
            return Hanging(hangs=Hangs.LATER)
        return found

    def _fills(self, use: FieldUse, run: Run) -> bool:
        """Whether more than an empty value is put into it."""
        touched = (a for a in accesses(use, run) if a.touch is not Touch.READ)
        return any(not is_reset(a) and a.way not in SHRINKS and not is_constant(a.text) for a in touched)

    def _reads(self, use: FieldUse, run: Run) -> bool:
        """Whether another method uses it: hands it on, goes through it, takes from it."""
        carried = carried_in(self._syntax, run, accesses(use, run))
        nodes = [run.steps[a.step].node for a in carried if a.touch is Touch.READ or a.way in SHRINKS]
        return any(not (isinstance(node, Call) and is_noise(node)) for node in nodes)


def _entry(syntax: SyntaxFacts, function: Function, is_sink: bool) -> _Entry:
    run = run_of(syntax, function.index)
    effects = Effects(syntax, run, is_sink=is_sink)
    return _Entry(name=function.name, run=run, effects=effects, puts=Puts(syntax, run, effects))


def _span(entry: _Entry, access: Access) -> Span:
    node = entry.run.steps[access.step].node
    return node.name_span if isinstance(node, Call) else node.span
