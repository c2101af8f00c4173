"""Where records are handled, with the order of work and commit, and what a rebalance, a transaction and another thread do."""

from __future__ import annotations

import re
from collections.abc import Iterator

from reviewer.core.stated import FactKind, Stated, StatedValue
from reviewer.facts.streaming.model import Handling
from reviewer.facts.streaming.value import Known
from reviewer.facts.syntax import BlockKind, Call
from reviewer.facts.told.teller import Teller, called_on

_STEPS = 60  # of a handling that are told
_WORD = re.compile(r"[A-Za-z_]\w*")
_BLOCKS = {
    BlockKind.CATCH: "in a catch",
    BlockKind.FINALLY: "in a finally",
    BlockKind.CONDITIONAL: "under a condition",
}


def handlings(teller: Teller) -> Iterator[Stated]:
    """The places to which records are delivered."""
    for handling in teller.file.handlings:
        steps = list(_work(teller, handling))
        yield teller.fact(
            FactKind.HANDLING, f"{handling.kind} {handling.name} ({handling.library})", handling.span,
            function=handling.function, values=_values(teller, handling), steps=steps[:_STEPS],
        )  # fmt: skip


def _values(teller: Teller, handling: Handling) -> Iterator[StatedValue]:
    records = ", ".join(sorted(handling.records))
    yield teller.text("records", records or "no name holds them", handling.span)
    for topic in handling.topics:
        yield teller.text("topic", topic, handling.span)
    for name, value in (("auto commit", handling.auto_commit), ("group", handling.group)):
        if value.text or value.known is not Known.UNKNOWN:
            yield teller.said(name, value, handling.span, handling.function)
        else:
            yield teller.said(name, value, handling.span)
    yield from teller.parts(handling.parts)


def _work(teller: Teller, handling: Handling) -> Iterator[Stated]:
    """Stages of a stream; else the calls in order: what is done to clients, and what is given a record."""
    for stage in handling.stages:
        yield teller.fact(FactKind.OPERATION, f"stage {stage.kind}: {stage.call.name}()", stage.call.name_span)
    if handling.stages:
        return
    roles = {operation.call.index: operation for operation in teller.file.operations}
    for call in sorted(handling.calls, key=lambda call: (call.name_span.first_line, call.index)):
        operation = roles.get(call.index)
        if operation is not None:
            title = called_on(operation)
        elif _is_given_records(call, handling.records):
            title = f"work: {f'{call.receiver}.' if call.receiver else ''}{call.name}()"
        else:
            continue
        where = _where(teller, call)
        yield teller.fact(
            FactKind.OPERATION, f"{title}{f', {where}' if where else ''}", call.name_span, function=call.function
        )


def _is_given_records(call: Call, records: frozenset[str]) -> bool:
    return any(records & set(_WORD.findall(argument.value.text)) for argument in call.arguments)


def _where(teller: Teller, call: Call) -> str:
    """What decides whether and when a call is made."""
    kinds = [teller.file.syntax.blocks[index].kind for index in call.blocks]
    return next((words for kind, words in _BLOCKS.items() if kind in kinds), "")


def moves(teller: Teller) -> Iterator[Stated]:
    """Rebalances, steps of transactions, offsets made ready for a commit, work for other threads."""
    for change in teller.file.rebalances:
        partitions = change.partitions or "none"
        steps = [
            teller.fact(FactKind.OPERATION, f"{e.what}: {e.call.name}()", e.call.name_span, values=(
                teller.text("of", "these partitions" if e.of_partitions else "all", e.call.name_span),
            )) for e in change.effects
        ]  # fmt: skip
        yield teller.fact(
            FactKind.REBALANCE, f"{change.event}: {change.name}()", change.span, function=change.function, steps=steps,
            values=(teller.text("partitions", f"{partitions}, {'read' if change.uses_partitions else 'not read'}", change.span),),
        )  # fmt: skip
    for step in teller.file.transactions:
        path = f" in a {step.path} {step.caught}".rstrip() if step.path else ""
        yield teller.fact(
            FactKind.TRANSACTION,
            f"{step.step}: {step.call.name}(){path}",
            step.call.name_span,
            function=step.call.function,
        )
    for position in teller.file.positions:
        value = teller.said("advance", position.advance, position.call.name_span, position.call.function)
        yield teller.fact(
            FactKind.POSITION,
            position.offset.text,
            position.call.name_span,
            function=position.call.function,
            values=(value,),
        )
    for handoff in teller.file.handoffs:
        joined = "the same function waits for it" if handoff.joined else "nobody waits for it here"
        value = teller.text("end", joined, handoff.call.name_span)
        yield teller.fact(
            FactKind.HANDOFF, f"{handoff.construct}: {handoff.call.name}()", handoff.call.name_span, function=handoff.call.function, values=(value,)
        )  # fmt: skip
