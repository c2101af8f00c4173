"""What protects streaming work from loss: guards, null tests, flushes, commits, waits, delegation, error handlers, options.

A protection is read from one version of a file; `facts/gone.py` compares two versions. Language-neutral: only syntax facts and
streaming facts of the public kinds are read, and names are compared without case and underscores.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import StrEnum

from reviewer.core.span import Span
from reviewer.core.value import value
from reviewer.facts.streaming.model import FileFacts, Operation, Role
from reviewer.facts.streaming.names import bare
from reviewer.facts.syntax import Block, BlockKind, Call, Jump, JumpKind, ResultUse


class Protects(StrEnum):
    """The kinds of protection."""

    GUARD = "guard"  # an `if` around a streaming effect, or one that leaves before it
    NULL_TEST = "null test"  # the same, asking whether there is a value: null, None, nil, -1
    FLUSH = "flush"
    COMMIT = "commit"
    ACK = "ack"
    PAUSE = "pause"
    JOIN = "join"  # what waits for a send, or for work that was handed over
    DELEGATION = "delegation"  # a life-cycle method that calls the same method of `super` or of a field
    HANDLER = "handler"  # a catch that throws again, acknowledges, seeks back or sends the record elsewhere
    OPTION = "option"  # a step of a builder, or a setter of a factory


@value()
class Protection:
    """One protection.

    `type` and `function` say where it stands (qualified, of the named function around it), `what` what does it (for a test
    the names that it reads, sorted), `on` what it protects (`seek consumer`, the caught types, the builder): together with `kind` the
    identity that outlives moved lines and renamed variables. `text` is for the reader: the condition or the call as written.
    """

    kind: Protects
    type: str
    function: str
    what: str
    on: str
    text: str
    span: Span

    @property
    def key(self) -> tuple[str, str, str]:
        """What is the same when it stands somewhere else."""
        return self.kind.value, self.what, self.on


NOTHING = re.compile(
    r"(?<!\w)(null|None|nil|undefined)(?!\w)|(?<![\w.])-1(?![\w.])|[<>]=?\s*0(?![\w.])|(?i:is_?(null|none|present)|non_?null|ofNullable)"
)
_WORD = re.compile(r"[A-Za-z_]\w*")
_FILLERS = frozenset({"null", "none", "nil", "undefined", "is", "not", "and", "or", "in", "if", "this", "self", "true", "false", "objects", "nonnull", "isnull"})  # fmt: skip
_GUARDED = (Role.SEND, Role.COMMIT, Role.SEEK, Role.FLUSH, Role.CLOSE, Role.TRANSACTION, Role.SUBSCRIBE)
_LEAVING = (JumpKind.RETURN, JumpKind.CONTINUE, JumpKind.BREAK, JumpKind.THROW)
_LIFE_CYCLE = frozenset(
    {"open", "close", "stop", "flush", "init", "initializestate", "snapshotstate", "processwatermark", "finish", "endinput", "dispose",
     "poll", "commit", "commitrecord", "preparecommit", "notifycheckpointcomplete", "notifycheckpointaborted", "onpartitionsrevoked",
     "onpartitionslost", "onpartitionsassigned", "shutdown", "teardown", "cleanup", "setup", "stopasync", "disposeasync"}
)  # fmt: skip
_PAUSES = frozenset({"pause", "pausepartitions", "pausefetchpartitions", "pausefetchtopics", "pauseall"})
_WAITS = frozenset({"get", "join", "result", "await", "wait", "awaittermination", "allof", "gather", "invokeall", "awaitall", "whenall", "waitall"})  # fmt: skip
_KEPT = (ResultUse.AWAITED, ResultUse.RETURNED)
_ACKS = frozenset(
    {"acknowledge", "ack", "nack", "markmessage", "markoffset", "commit", "commitsync", "commitasync", "seek"}
)
_FLUSH = re.compile(r"_*flush([A-Z_]|$)")
_SETTER = re.compile(r"set_?[A-Z]")
_FACTORY = re.compile(r"Factory|Container|ErrorHandler|Builder|Config")


def folded(name: str) -> str:
    """A name without case and underscores: `onPartitionsRevoked`, `on_partitions_revoked`."""
    return name.replace("_", "").lower()


def protections(file: FileFacts) -> tuple[Protection, ...]:
    """Every protection of a file that has to do with a streaming library, in no particular order."""
    if not file.libraries and not file.handlings and not file.operations:
        return ()
    reading = _Reading(file)
    found = (*reading.tests(), *reading.calls(), *reading.joins(), *reading.handlers(), *reading.options())
    return tuple(dict.fromkeys(found))


def effect(operation: Operation) -> str:
    """What an operation does, as `Protection.on` says it: `seek consumer`."""
    return f"{operation.role.value} {operation.client}"


class _Reading:
    def __init__(self, file: FileFacts) -> None:
        self.file, self.syntax = file, file.syntax

    def _made(self, kind: Protects, function: int | None, what: str, on: str, text: str, span: Span) -> Protection:
        name = qualified(self.file, function)
        return Protection(
            kind=kind, type=name.rpartition(".")[0], function=name, what=what, on=on, text=text, span=span
        )

    def tests(self) -> Iterator[Protection]:
        """Each condition around, or in front of, each effect; a null test of a record protects all that is done with it."""
        for operation in self.file.operations:
            if operation.role in _GUARDED:
                for block in around(self.file, operation.call):
                    yield self._test(block, effect(operation))
        for handling in self.file.handlings:
            for block in self.syntax.blocks:
                tested = block.kind is BlockKind.CONDITIONAL and handling.span.contains(block.span)
                if tested and NOTHING.search(block.detail) and handling.records & set(_WORD.findall(block.detail)):
                    yield self._test(block, "record")

    def _test(self, block: Block, on: str) -> Protection:
        kind = Protects.NULL_TEST if NOTHING.search(block.detail) else Protects.GUARD
        return self._made(kind, block.function, read_names(block.detail), on, block.detail, block.span)

    def calls(self) -> Iterator[Protection]:
        """Flushes, commits, acknowledgements, pauses, and calls of the same method of something else."""
        for operation in self.file.operations:
            call, kind = operation.call, {Role.FLUSH: Protects.FLUSH, Role.COMMIT: Protects.COMMIT}.get(operation.role)
            if kind is Protects.COMMIT and (operation.client == "acknowledgment" or "ack" in folded(call.name)):
                kind = Protects.ACK
            if kind is not None:
                yield self._made(kind, call.function, kind.value, operation.client, written(call), call.name_span)
        known = {operation.call.index for operation in self.file.operations}
        for call in self.syntax.calls:
            name = folded(call.name)
            if call.index not in known and is_flush(call) and any(self._commits_after(call)):
                yield self._made(Protects.FLUSH, call.function, "flush", "buffer", written(call), call.name_span)
            if name in _PAUSES:
                yield self._made(Protects.PAUSE, call.function, "pause", "consumer", written(call), call.name_span)
            home = call.function if name in _LIFE_CYCLE and not call.is_construction else None
            while home is not None and self.syntax.functions[home].is_lambda:
                home = self.syntax.functions[home].parent
            if home is not None and name == folded(self.syntax.functions[home].name) and self._is_handed_on(call):
                holder = "super" if call.receiver.startswith(("super", "base")) else bare(call.receiver)
                yield self._made(Protects.DELEGATION, home, name, holder, written(call), call.name_span)

    def _commits_after(self, flush: Call) -> Iterator[Call]:
        """The commits of offsets behind a flush in its function."""
        for operation in self.file.operations_of(Role.COMMIT):
            if operation.call.function == flush.function and operation.call.index > flush.index:
                yield operation.call

    def _is_handed_on(self, call: Call) -> bool:
        """Whether it is the method of something else, and no operation of a client."""
        return call.receiver not in ("", "this", "self") and not any(
            o.call.index == call.index for o in self.file.operations
        )

    def joins(self) -> Iterator[Protection]:
        """What waits for the result of a send, or for work in another thread."""
        for send in self.file.sends:
            call = send.operation.call
            if send.callback is not None:
                yield self._made(
                    Protects.JOIN, call.function, "result", effect(send.operation), written(call), send.callback.span
                )
            elif send.handled:
                wait = self._wait(call)
                yield self._made(
                    Protects.JOIN, call.function, "result", effect(send.operation), written(wait), wait.name_span
                )
        for handoff in self.file.handoffs:
            wait = self._wait(handoff.call)
            if (
                handoff.joined
                and (wait.index != handoff.call.index or wait.result in _KEPT)
                and _is_wait(wait, handoff.call)
            ):
                yield self._made(
                    Protects.JOIN, handoff.call.function, "join", handoff.construct, written(wait), wait.name_span
                )

    def _wait(self, call: Call) -> Call:
        """The call that waits for another one's result: chained, on its variable, or later in the function; else the call itself."""
        chained = (c for c in self.syntax.continued(call) if folded(c.name) in _WAITS)
        later = [
            c
            for c in self.syntax.calls_in(call.function, nested=True)
            if c.index > call.index and folded(c.name) in _WAITS
        ]
        mine = (
            c
            for c in later
            if call.result is ResultUse.ASSIGNED and call.result_name and bare(c.receiver) == bare(call.result_name)
        )
        if call.result in _KEPT:
            return call
        return next(chained, None) or next(mine, None) or next(iter(later), call)

    def handlers(self) -> Iterator[Protection]:
        """Catches around streaming work that do something about the failure."""
        for block in self.syntax.blocks:
            if (
                block.kind is not BlockKind.CATCH
                or block.owner is None
                or not self._works(self.syntax.blocks[block.owner])
            ):
                continue
            for jump in self.syntax.jumps:
                if block.index in jump.blocks and jump.kind is JumpKind.THROW:
                    yield self._made(
                        Protects.HANDLER, block.function, "throw", "failure", f"throw {jump.text}".strip(), jump.span
                    )
            for call in self.syntax.calls:
                if block.index in call.blocks and (what := self._rescues(call)):
                    yield self._made(Protects.HANDLER, block.function, what, "failure", written(call), call.name_span)

    def _works(self, tried: Block) -> bool:
        """Whether records are handled, or a client is used, in a `try`, or the `try` stands in a handling."""
        spans = [operation.call.span for operation in self.file.operations]
        return any(tried.span.contains(s) for s in spans) or any(
            h.span.contains(tried.span) for h in self.file.handlings
        )

    def _rescues(self, call: Call) -> str:
        if any(send.operation.call.index == call.index for send in self.file.sends):
            return "send"
        return "ack" if folded(call.name) in _ACKS and call.receiver else ""

    def options(self) -> Iterator[Protection]:
        """Steps of builders, and setters of what makes listeners."""
        for builder in self.file.builders:
            for method, argument, span in builder.steps:
                if method not in ("build", "builder"):
                    what = f"{folded(method)} {argument}" if folded(method) == "setproperty" else folded(method)
                    yield self._made(
                        Protects.OPTION,
                        builder.call.function,
                        what,
                        builder.kind,
                        f"{method}({argument})",
                        span,
                    )
        for call in self.syntax.calls:
            if _SETTER.match(call.name) and call.receiver and call.receiver_call is None:
                made = self.file.names.type_of(call.receiver, call.function)
                if _FACTORY.search(made):
                    yield self._made(
                        Protects.OPTION,
                        call.function,
                        folded(call.name),
                        made.split("<")[0],
                        written(call),
                        call.name_span,
                    )


def _is_wait(wait: Call, work: Call) -> bool:
    """`get()` and `result()` are waits only on the work's own future: much else is read by these names."""
    own = wait.receiver_call is not None or bare(wait.receiver) == bare(work.result_name or "?")
    return wait.index == work.index or own or folded(wait.name) not in ("get", "result", "wait", "await")


def around(file: FileFacts, call: Call) -> Iterator[Block]:
    """The conditions that a call stands under: those around it, and those in front of it that leave."""
    blocks = file.syntax.blocks
    yield from (blocks[b] for b in call.blocks if blocks[b].kind is BlockKind.CONDITIONAL and blocks[b].detail)
    for jump in file.syntax.jumps:
        if (
            jump.function == call.function
            and jump.kind in _LEAVING
            and jump.blocks
            and _before(blocks[jump.blocks[-1]], jump, call)
        ):
            yield blocks[jump.blocks[-1]]


def _before(block: Block, jump: Jump, call: Call) -> bool:
    if block.kind is not BlockKind.CONDITIONAL or not block.detail or block.index in call.blocks:
        return False
    outside = jump.blocks[:-1]
    return call.blocks[: len(outside)] == outside and block.span.last_line < call.span.first_line


def read_names(condition: str) -> str:
    """The names that a condition reads, sorted."""
    return " ".join(sorted({folded(word) for word in _WORD.findall(condition)} - _FILLERS))


def is_flush(call: Call) -> bool:
    """Whether a call by its name gives on what is buffered: `flush`, `flushAll`, `flush_batch`."""
    return _FLUSH.match(call.name[:1].lower() + call.name[1:]) is not None


def written(call: Call) -> str:
    """A call for a message: `consumer.commitSync()`."""
    return f"{call.receiver}.{call.name}()" if call.receiver else f"{call.name}()"


def qualified(file: FileFacts, function: int | None) -> str:
    """The qualified name of the named function around a place; "" outside functions."""
    functions = file.syntax.functions
    while function is not None and functions[function].is_lambda:
        function = functions[function].parent
    return file.function_name(function)


def calls_of(file: FileFacts, function: str) -> Iterator[Call]:
    """The calls of a function by its qualified name, those of its lambdas included."""
    homes = {index for index in (None, *range(len(file.syntax.functions))) if qualified(file, index) == function}
    return (call for call in file.syntax.calls if call.function in homes)
