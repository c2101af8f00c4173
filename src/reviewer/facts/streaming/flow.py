"""What happens to a record inside a handling: which calls process it, and what a catch does. Used by several rules."""

from __future__ import annotations

import re
from collections.abc import Iterator

from reviewer.facts.idioms import LOGGERS, METRICS
from reviewer.facts.streaming.model import FileFacts, Handling, Role
from reviewer.facts.streaming.records import COLLECTS, mentions
from reviewer.facts.syntax import Block, BlockKind, Call, Jump, ResultUse

_NOISE = frozenset(
    {"println", "printf", "print", "eprintln", "eprint", "increment", "inc", "printStackTrace", "getMessage", "format", "toString", "str", "repr",
     "len", "size", "isEmpty", "info", "debug", "warn", "warning", "error", "exception", "trace", "sleep", "currentTimeMillis"}
)  # fmt: skip
_PRINTS = re.compile(r"(?i)out|err|fmt|console|stream|writer|log")  # a printer of labels is none
_READS = frozenset(
    {"value", "key", "topic", "partition", "offset", "headers", "timestamp", "iterator", "records", "partitions", "error",
     "count", "isEmpty", "hasNext", "next", "items", "values", "get", "decode", "loads", "readValue", "parse", "fromJson",
     "deserialize", "parseFrom", "toList", "stream", "getPayload", "getValue", "just", "then", "thenMany", "thenReturn", "pure", "successful", "forEach", "for_each"}
)  # fmt: skip

_CONVERSION = re.compile(
    r"(from|to|parse|decode|deserialize|convert|extract|get|map|read|unmarshal|loads?|of|build|new|create)(?![a-z])"
)


def is_noise(call: Call) -> bool:
    """Logging, metrics, printing: no damage when it does not happen."""
    receiver = call.receiver
    if receiver.endswith(")"):  # `log.WithError(err).Error(…)`, `log.Error().Err(err).Msg(…)`
        root = receiver.partition("(")[0]
        if LOGGERS.search(root) or LOGGERS.search(root.rpartition(".")[0]):
            return True
    name = call.name.rstrip("!")
    return bool(
        (name in _NOISE and not (name == "print" and receiver and not _PRINTS.search(receiver)))
        or LOGGERS.search(receiver)
        or METRICS.search(receiver)
        or call.name.startswith("log")
    )


def processes(facts: FileFacts, handling: Handling, call: Call) -> bool:
    """Whether a call does something with a record: it is handed a record and is no look at it, no log, no client call."""
    if is_noise(call) or call.name in _READS or call.is_construction:
        return False
    if _converts(call) or (not call.receiver and call.name in facts.names.idioms.wrappers):
        return False
    if call.name in COLLECTS and _is_local_collection(facts, call):
        return False
    if any(operation.call.index == call.index for operation in facts.operations if operation.role is not Role.SEND):
        return False
    if call.name in facts.names.tables.acts and mentions(call.receiver, handling.records):
        return True  # `batch.write.save(…)`: the records do it themselves
    return _is_given_poll(facts, call) or any(
        mentions(a.value.text, handling.records) for a in call.arguments if a.value.function is None
    )


def _is_given_poll(facts: FileFacts, call: Call) -> bool:
    """`worker.process(consumer.poll(timeout))`: what was polled has no name."""
    given = {argument.value.call for argument in call.arguments} - {None}
    return bool(given) and any(operation.call.index in given for operation in facts.operations_of(Role.POLL))


def _converts(call: Call) -> bool:
    """`Order.fromBytes(record.value())`: another form of the record, of which something is made afterwards."""
    if call.result not in (ResultUse.ARGUMENT, ResultUse.ASSIGNED, ResultUse.CHAINED):
        return False
    static = re.fullmatch(r"[A-Z]\w*", call.receiver) is not None
    return static or _CONVERSION.match(call.name[:1].lower() + call.name[1:]) is not None  # Go: Unmarshal


def _is_local_collection(facts: FileFacts, call: Call) -> bool:
    """Collecting records into a list of this function is no work yet; a queue is given to someone else."""
    made = [
        a
        for a in facts.syntax.assignments
        if a.target == call.receiver and a.function is not None and a.value is not None
    ]
    return (
        bool(made)
        and "queue" not in call.receiver.lower()
        and not any("Queue" in (a.declared_type + (a.value.text if a.value else "")) for a in made)
    )


def work(facts: FileFacts, handling: Handling) -> tuple[Call, ...]:
    """The calls that process records in a handling, in order."""
    return tuple(call for call in handling.calls if processes(facts, handling, call))


def catches(facts: FileFacts, handling: Handling) -> Iterator[tuple[Block, tuple[Call, ...], tuple[Jump, ...]]]:
    """The catch blocks inside a handling, each with the calls and jumps in it."""
    for block in facts.syntax.blocks:
        if block.kind is BlockKind.CATCH and handling.span.contains(block.span) and block.owner is not None:
            inside = tuple(c for c in facts.syntax.calls if block.span.contains(c.span) and block.index in c.blocks)
            jumps = tuple(j for j in facts.syntax.jumps if block.span.contains(j.span) and block.index in j.blocks)
            yield block, inside, jumps


def order(call: Call) -> tuple[int, int]:
    """Position in the source, for before/after questions inside one function."""
    return call.name_span.first_line, call.index


def exclusive(facts: FileFacts, first: Call, second: Call) -> bool:
    """Whether the two stand in different branches so that one run never executes both in that order.

    A catch and its try are not exclusive, two conditionals' bodies may be: they share no innermost conditional.
    """
    mine = [b for b in first.blocks if facts.syntax.blocks[b].kind in (BlockKind.CONDITIONAL, BlockKind.CATCH)]
    other = set(second.blocks)
    return any(block not in other for block in mine)
