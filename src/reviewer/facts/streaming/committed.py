"""What is committed, and on which path: positions that are made for a commit, and the steps of transactions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from reviewer.clients.library import Library
from reviewer.core.lazily import lazily
from reviewer.facts.streaming.delivery import Position, TransactionCall
from reviewer.facts.streaming.follow import at, origin
from reviewer.facts.streaming.model import Operation, Role
from reviewer.facts.streaming.names import Names, simple_type
from reviewer.facts.streaming.value import Known, Value
from reviewer.facts.syntax import BlockKind, Call, Expression

_STEPS = {
    "init": "init", "begin": "begin", "start": "begin", "send": "offsets", "commit": "commit", "abort": "abort", "rollback": "abort",
    "execute": "run", "transactionally": "run",
}  # fmt: skip
_PATHS = {BlockKind.TRY: "try", BlockKind.CATCH: "catch", BlockKind.FINALLY: "finally"}
_BEHIND = lazily(r"\+\s*1[lL]?\)?$|^1[lL]?\s*\+|\.(position|nextOffset)\s*\(|\.nextOffset$")
_OWN = lazily(r"\.(offset|kafkaOffset|originalKafkaOffset)\s*(\(\s*\))?$")


def transactions(names: Names, operations: Sequence[Operation]) -> Iterator[TransactionCall]:
    """The calls with the role of a transaction, in order."""
    for operation in operations:
        if operation.role is not Role.TRANSACTION:
            continue
        call = operation.call
        word = next((step for start, step in _STEPS.items() if call.name.lower().startswith(start)), "run")
        path, caught = _path(names, call)
        yield TransactionCall(
            step=word, path=path, caught=caught, in_loop=names.syntax.enclosing(call.blocks, BlockKind.LOOP) is not None,
            library=operation.library, call=call,
        )  # fmt: skip


def _path(names: Names, call: Call) -> tuple[str, str]:
    for index in reversed(call.blocks):
        block = names.syntax.blocks[index]
        if block.kind in _PATHS:
            return _PATHS[block.kind], block.detail if block.kind is BlockKind.CATCH else ""
    return "", ""


def positions(names: Names) -> Iterator[Position]:
    """Every construction of what holds an offset for a commit."""
    types = {n: at for library in names.libraries for n, at in library.positions.items() if _is_of(names, library, n)}
    for call in names.syntax.calls if types else ():
        at_argument = types.get(simple_type(call.name))
        offset = call.argument(at_argument) if at_argument is not None and call.is_construction else None
        if offset is not None:
            yield Position(offset=offset, advance=_advance(names, call, offset), call=call)


def _is_of(names: Names, library: Library, name: str) -> bool:
    """Not a class of this program that is called alike."""
    path = names.imported.get(name)
    own = any(declared.name == name for declared in names.syntax.types)
    return not own and (path is None or library.is_imported_by(path))


def _advance(names: Names, call: Call, offset: Expression) -> Value:
    made, _ = origin(at(names, call), offset)
    for text in (offset.text, made.text):
        if _BEHIND.search(text):
            return Value(known=Known.EXPLICIT, text="1")
        if _OWN.search(text):
            return Value(known=Known.EXPLICIT, text="0")
    return Value(known=Known.UNKNOWN, text=offset.text)
