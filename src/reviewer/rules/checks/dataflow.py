"""Questions about jobs and topologies: which operator, window, store or pattern is the same after the change, and what differs in it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from reviewer.core.numbers import whole
from reviewer.core.span import Side, Span
from reviewer.core.value import value
from reviewer.facts.delta import Delta, FilePair
from reviewer.facts.streaming.dataflow import Part, Pattern, Store, Window, part_of
from reviewer.facts.streaming.model import FileFacts, Known, Operator, Value
from reviewer.rules.cause import declared
from reviewer.rules.support import aligned

_STATEMENT = 8  # lines behind the first one in which a statement is looked for
_AMOUNT = re.compile(r"(-?\d+)(?: (?:ms|bytes))?")


@value()
class Same:
    """An operator before and after the change, with the files that hold it."""

    files: FilePair
    before: FileFacts
    after: FileFacts
    was: Operator
    now: Operator

    @property
    def place(self) -> str:
        """What a hit about it is about."""
        return f"{self.now.root}/{self.now.op}"


@value()
class Changed:
    """A part that is another one. A side is None where nothing says it; `span` is its line after the change, else before it."""

    name: str
    old: Value | None
    new: Value | None
    span: Span

    @property
    def was(self) -> str:
        """The old value for the reader."""
        return shown(self.old)

    @property
    def now(self) -> str:
        """The new value for the reader."""
        return shown(self.new)


def operators(delta: Delta, framework: str) -> Iterator[Same]:
    """The operators of a framework that are the same before and after: those of one function that stand among the same neighbours."""
    for pair, before, after in delta.modified():
        old, new = of_framework(before, framework), of_framework(after, framework)
        for root in sorted({op.root for op in old} & {op.root for op in new}):
            for was, now in aligned([op for op in old if op.root == root], [op for op in new if op.root == root]):
                if was.uid is None or now.uid is None or was.uid == now.uid:
                    yield Same(files=pair, before=before, after=after, was=was, now=now)


def of_framework(file: FileFacts, framework: str) -> list[Operator]:
    """The operators of a file that are of a framework."""
    return [op for op in file.operators if op.framework == framework]


def windows(delta: Delta, framework: str) -> Iterator[tuple[Same, Window, Window]]:
    """The windows that the same operator takes before and after."""
    for same in operators(delta, framework):
        old, new = window_of(same.before, same.was), window_of(same.after, same.now)
        if old is not None and new is not None:
            yield same, old, new


def window_of(file: FileFacts, operator: Operator) -> Window | None:
    """The windows that an operator takes."""
    found = (w for w in file.windows if w.operator == operator.position and w.framework == operator.framework)
    return next(found, None)


def stores_of(file: FileFacts, operator: Operator) -> list[Store]:
    """The stores of an operator, in order."""
    return [store for store in file.stores if operator.position in store.users]


def patterns(delta: Delta) -> Iterator[tuple[FilePair, Pattern, Pattern]]:
    """The event patterns of one function that are the same, by rank where several of a function stay as many."""
    for pair, before, after in delta.modified():
        old, new = (_by_function(file) for file in (before, after))
        for function, now in new.items():
            was = old.get(function, [])
            if len(was) == len(now):
                yield from ((pair, w, n) for w, n in zip(was, now, strict=True))


def _by_function(file: FileFacts) -> dict[str, list[Pattern]]:
    found: dict[str, list[Pattern]] = {}
    for pattern in file.patterns:
        found.setdefault(file.function_name(pattern.call.function), []).append(pattern)
    return found


def changed(was: Sequence[Part], now: Sequence[Part], *names: str) -> Iterator[Changed]:
    """The parts of some names that differ, both known; also one that comes or goes."""
    for name in names:
        old, new = part_of(was, name), part_of(now, name)
        if old == new or any(value is not None and value.known is Known.UNKNOWN for value in (old, new)):
            continue
        span = last_span(now, name) or last_span(was, name)
        if span is not None:
            yield Changed(name=name, old=old, new=new, span=span)


def last_span(parts: Iterable[Part], name: str) -> Span | None:
    """The line that says a part; None when nothing does."""
    found = [part.span for part in parts if part.name == name]
    return found[-1] if found else None


def amount(value: Value | None) -> int | None:
    """A known length of time in ms, size in bytes or count; None where it is none."""
    match = _AMOUNT.fullmatch(value.text) if value is not None and value.known is not Known.UNKNOWN else None
    return whole(match[1]) if match is not None else None


_UNITS = ((86_400_000, "d"), (3_600_000, "h"), (60_000, "min"), (1_000, "s"))


def shown(value: Value | None) -> str:
    """A value for the reader: `300000 ms` is `5 min`; "nothing" where nothing says it."""
    if value is None:
        return "nothing"
    number = amount(value)
    if value.text.endswith(" ms") and number:
        size, unit = next(((size, unit) for size, unit in _UNITS if number % size == 0), (1, "ms"))
        return f"{number // size} {unit}"
    return "0" if value.text == "0 ms" else value.text or "nothing"


def behind(all_of: Sequence[Operator], operator: Operator) -> list[Operator]:
    """The operators that read what an operator gives on, looking through windows and other edges."""
    found: list[Operator] = []
    for other in all_of:
        if operator.position in other.inputs and other.position != operator.position:
            found += behind(all_of, other) if other.kind == "edge" and other.position > operator.position else [other]
    return found


def ancestors(file: FileFacts, operator: Operator) -> list[Operator]:
    """The operators of the file whose records reach an operator, nearest first, up to a repartition."""
    by_position = {op.position: op for op in file.operators}
    found: dict[int, Operator] = {}
    waiting = list(operator.inputs)
    while waiting:
        other = by_position.get(waiting.pop(0))
        if other is not None and other.position not in found:
            found[other.position] = other
            waiting += other.inputs if other.op != "repartition" else ()
    return list(found.values())


def is_new_application(delta: Delta) -> bool:
    """Whether the applications of the change get another id: then all their state is new anyway. Another module's id says nothing."""
    renamed: set[str] = set()
    for _, before, after in delta.modified():
        old, new = ({s.value.text for s in file.settings if s.key == "application.id"} for file in (before, after))
        if old and new and not old & new:
            renamed.add(_module(after.path))
    topologies = {_module(file.path) for file in delta.after.files if file.operators or file.nodes}
    return bool(renamed) and all(any(_holds(one, other) for other in renamed) for one in topologies)


def _module(path: str) -> str:
    """The folder above `src`, else the file's own: a configuration and the code that it is for lie below one of these."""
    root, source, _ = path.partition("src/")
    return root if source else path.rpartition("/")[0]


def _holds(one: str, other: str) -> bool:
    return f"{one}/".startswith(other) or f"{other}/".startswith(one)


def cause(files: FilePair, span: Span, wanted: str = "") -> Span:
    """The line that makes it so: the span where the change touches it, else a changed line of the same statement that says `wanted`,
    else the changed declaration of a name that the line uses."""
    facts = files.before if span.side is Side.BEFORE else files.after
    text = files.change.text(span.side)
    if facts is None or text is None or files.touches(span):
        return span
    lines = text.split("\n")
    for row in range(span.first_line + 1, min(span.first_line + _STATEMENT, len(lines)) + 1):
        at = Span(path=span.path, side=span.side, first_line=row, last_line=row)
        if wanted and wanted in lines[row - 1] and files.touches(at):
            return at
    given = declared(facts, "\n".join(lines[span.first_line - 1 : span.last_line]), files.touches)
    return next((assignment.span for assignment in given), span)


def label(operator: Operator) -> str:
    """An operator as the reader sees it: `process(Totals)`."""
    return f"{operator.op}({operator.function_class})" if operator.function_class else f"{operator.op}()"
