"""Records that come through the stages of a stream: `Consumer.committableSource(…).mapAsync(4)(…).via(Committer.flow(…))`."""

from __future__ import annotations

import re
from collections.abc import Iterator

from reviewer.clients.library import Delivers, Library
from reviewer.facts.streaming.delivery import Stage
from reviewer.facts.streaming.listeners import calls_in, consumer_value, said_ack
from reviewer.facts.streaming.model import Client, Handling, Setting
from reviewer.facts.streaming.names import Names, simple_type
from reviewer.facts.streaming.records import derived_names
from reviewer.facts.syntax import Call, ResultUse

_COMMITS = re.compile(
    r"_(\.\w+)*\.commit(OrRetry\([^()]*\))?"
)  # Scala: `evalMap(_.offset.commit)` is a call without brackets
_FAILS = ("recover", "retry")  # their lambda gets the failure, no record
_ROOT = re.compile(r"^[\w.]+")


def record_streams(names: Names, clients: tuple[Client, ...], settings: tuple[Setting, ...]) -> Iterator[Handling]:
    """Each chain of calls that begins at a source of records, or at a variable that holds one."""
    rows = [(library, row) for library in names.libraries for row in library.delivers if row.by == "chain"]
    if not rows:
        return
    held: dict[tuple[str, int | None], tuple[Library, Delivers]] = {}
    for call in names.syntax.calls:
        if call.result is ResultUse.CHAINED and names.chained.get(call.index) is not None:
            continue
        chain = names.syntax.chain(call)
        found = _source(names, chain, rows) or _held(chain[0], held)
        if found is None:
            continue
        if call.result_name:
            held[call.result_name, call.function] = found
        if call.function is not None and any(step.name in found[0].stages for step in chain):
            yield _stream(names, found[0], found[1], chain, clients, settings)


def _source(
    names: Names, chain: tuple[Call, ...], rows: list[tuple[Library, Delivers]]
) -> tuple[Library, Delivers] | None:
    for library, row in rows:
        for call in chain:
            if call.name == row.name and _is_of(names, library, row, call):
                return library, row
    return None


def _is_of(names: Names, library: Library, row: Delivers, call: Call) -> bool:
    """The source is asked of the type that the table names: by its declared type, its own name, or how such variables are called."""
    root = names.syntax.chain(call)[0]
    owner = simple_type(root.name if root.is_construction else root.receiver)
    if owner in row.skips or row.of in (owner, names.type_of(root.receiver, call.function)):
        return True
    words = library.receiver_names.get(row.client, ())
    plain = re.sub(r"[^a-z]", "", root.receiver.rsplit(".", 1)[-1].lower())
    return bool(plain) and not names.type_of(root.receiver, call.function) and plain.endswith(words or ("\0",))


def _held(root: Call, held: dict[tuple[str, int | None], tuple[Library, Delivers]]) -> tuple[Library, Delivers] | None:
    match = _ROOT.match(root.receiver)
    return held.get((match.group(), root.function)) if match and match.group() == root.receiver else None


def _stream(
    names: Names, library: Library, row: Delivers, chain: tuple[Call, ...], clients: tuple[Client, ...],
    settings: tuple[Setting, ...],
) -> Handling:  # fmt: skip
    last = chain[-1]
    assert last.function is not None
    stages = tuple(_stages(names, library, chain))
    given = {f.index: f for f in names.syntax.functions}
    first = [
        p.name
        for s in stages
        if s.function is not None and s.kind not in _FAILS
        for p in given[s.function].parameters
        if p.name != "_"
    ]
    failures = {
        p.name for s in stages if s.function is not None and s.kind in _FAILS for p in given[s.function].parameters[:1]
    }
    unnamed = any(s.function is not None and not given[s.function].parameters for s in stages)
    return Handling(
        kind="stream", library=library.id, function=last.function, span=last.span,
        calls=calls_in(names, last.function, last.span),
        records=derived_names(names, last.span, frozenset([*first, *(["it"] if unnamed else [])]), None)
        - {last.result_name or "", *(failures - set(first))},
        auto_commit=consumer_value(names, "enable.auto.commit", "", last.function, clients, settings),
        group=consumer_value(names, "group.id", "", last.function, clients, settings), topics=(),
        name=names.syntax.functions[last.function].qualified, stages=stages, parts=said_ack(row.ack, chain[0].name_span),
    )  # fmt: skip


def _stages(names: Names, library: Library, chain: tuple[Call, ...]) -> Iterator[Stage]:
    for call in chain:
        kind = library.stages.get(call.name)
        if kind is None:
            continue
        lambdas = [a.value.function for a in call.arguments if a.value.function is not None]
        yield Stage(kind=_kind(library, names, kind, call), call=call, function=lambdas[0] if lambdas else None)


def _kind(library: Library, names: Names, kind: str, call: Call) -> str:
    """`.via(Committer.flow(…))`, `.through(commitBatchWithin(…))`: the stage does what it is given."""
    for argument in call.arguments:
        inner = names.syntax.calls[argument.value.call] if argument.value.call is not None else None
        root = names.syntax.chain(inner)[0] if inner is not None else None
        for made in (inner, root):
            if made is None:
                continue
            word = library.stages.get(f"{simple_type(made.receiver)}.{made.name}" if made.receiver else made.name)
            if word is not None and kind == "given":
                return word
    if any(_COMMITS.fullmatch(a.value.text) for a in call.arguments):
        return "commit"
    if kind != "given":
        return kind
    return "end" if call.name.startswith(("to", "run")) else "each"
