"""Questions about code that consumes: what commits, what a client does when nothing is said, what is handed over without waiting."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from reviewer.facts.gone import names_a_commit
from reviewer.facts.streaming.flow import is_noise
from reviewer.facts.streaming.model import FactSet, FileFacts, Handling, Handoff, Known, Operation, Role, Value
from reviewer.facts.streaming.protections import folded
from reviewer.facts.streaming.records import derived_names, mentions
from reviewer.facts.syntax import BlockKind, Call, Function
from reviewer.rules.checks.settings import default_of

#: Who takes over the commits, or the settings, of the plain client: there its own defaults do not hold.
_FRAMEWORKS = frozenset({"spring-kafka", "kafka-streams", "flink-datastream"})
_DEPTH = 2
_TRACKED = re.compile(
    r"asyncAcks|maxDeferredCommits|ParallelStreamProcessor|parallelconsumer|OffsetTracker|completedOffsets",
    re.IGNORECASE,
)
_RECORD = re.compile(r"ConsumerRecord\b|ConsumerMessage\b|\bMessage\b|^(msg|message|record)$")
# What only those who are connected see is worth nothing later: Spring's STOMP template, sockets, SignalR, server-sent events.
_PUSHED = re.compile(
    r"web_?\.?socket|messaging\.simp|socket\.?io|signalr|\bsse\b|sse_starlette|SseEmitter|ServerSentEvent",
    re.IGNORECASE,
)
_PUSHES = re.compile(
    r"send|send_?(text|json|bytes|message|async)|emit|convert_?and_?send|broadcast|push", re.IGNORECASE
)
_NEW_EACH_TIME = re.compile(r"uuid|guid\.newguid|nanoid|\brandom|rand\.", re.IGNORECASE)
_UNKNOWN = Value(known=Known.UNKNOWN, text="")
_ON_PURPOSE = re.compile(r"at.?most.?once|fire.?and.?forget|best.?effort", re.IGNORECASE)


def shows_live(file: FileFacts) -> bool:
    """Whether a file works with what only those see who are connected at the moment: a WebSocket, server-sent events."""
    return any(_PUSHED.search(item.path) for item in file.syntax.imports)


def is_push(file: FileFacts, call: Call) -> bool:
    """Whether a call hands something to those who are connected at the moment."""
    return _PUSHES.fullmatch(call.name) is not None and shows_live(file)


def is_of_this_run(file: FileFacts, handling: Handling) -> bool:
    """A group whose name is new at each start: nobody goes on behind what it has committed."""
    texts = [s.value.text for s in file.settings if s.key == "group.id"]
    known = [handling.group.text] if handling.group.text else texts
    return bool(known) and all(_NEW_EACH_TIME.search(text) for text in known)


def commits(file: FileFacts) -> tuple[Operation, ...]:
    """What commits, stores, marks or acknowledges offsets in a file."""
    return tuple(file.operations_of(Role.COMMIT))


def commit_calls(file: FileFacts) -> Iterator[Call]:
    """Commits of a client, and calls of the object's own methods that are named after one."""
    operations = {op.call.index for op in file.operations_of(Role.COMMIT) if op.client != "acknowledgment"}
    for call in file.syntax.calls:
        own = (
            call.receiver in ("", "this", "self") and re.match(r"_*(try_?|do_?)?commit", folded(call.name)) is not None
        )
        if call.index in operations or (own and not call.is_construction):
            yield call


def commits_later(file: FileFacts, *, besides: frozenset[int | None] = frozenset()) -> bool:
    """Whether a file commits now and then: asynchronously, or under a condition; what is committed after each batch needs no more.
    Commits in some functions do not count."""
    for call in commit_calls(file):
        if call.function in besides:
            continue
        conditional = file.syntax.enclosing(call.blocks, BlockKind.CONDITIONAL) is not None
        text = " ".join(f"{a.name or ''}={a.value.text}" for a in call.arguments)
        if conditional or "async" in folded(call.name) or re.search(r"asynchronous=True", text):
            return True
        if call.receiver in ("", "this", "self") and names_a_commit(call):
            return True
    return False


def client_default(file: FileFacts, key: str) -> str:
    """The default of a consumer's key that the libraries of a file agree on, whatever the version; "" when they do not, or a
    framework decides."""
    return "" if file.libraries & _FRAMEWORKS else default_of(file, "consumer", key) or ""


def with_helpers(file: FileFacts, handling: Handling) -> tuple[Handling, ...]:
    """A handling, and the functions of the file that it gives records to, two calls deep: of the kind `helper`, in a listener `listener`."""
    kept = file.helpers.get(id(handling), ())
    if kept and kept[0] is handling:
        return kept
    found, latest = [handling], [handling]
    for _ in range(_DEPTH):
        known = {known.function for known in found}
        latest = [helper for home in latest for helper in _helpers(file, home) if helper.function not in known]
        found += {helper.function: helper for helper in latest}.values()
    file.helpers[id(handling)] = tuple(found)
    return file.helpers[id(handling)]


def _helpers(file: FileFacts, handling: Handling) -> Iterator[Handling]:
    for call in handling.calls:
        function = _own_function(file, call)
        if (
            function is None
            or function.index == handling.function
            or file.syntax.is_inside(handling.function, function.index)
        ):
            continue
        first = len(function.parameters) - len(call.arguments)  # a method of Go has its object among the parameters
        given = function.parameters[max(first, 0) :] if first <= 1 else function.parameters
        records = frozenset(
            name
            for parameter, argument in zip(given, call.arguments, strict=False)
            if mentions(argument.value.text, handling.records)
            for name in re.findall(r"\w+", parameter.name)  # `({ message, topic })`
        )
        if records:
            yield replace(
                handling, kind="listener" if handling.kind == "listener" else "helper", function=function.index,
                span=function.span, calls=tuple(file.syntax.calls_in(function.index, nested=True)),
                records=derived_names(file.names, function.span, records, None), name=function.qualified, stages=(),
            )  # fmt: skip


def _own_function(file: FileFacts, call: Call) -> Function | None:
    """The one function of the file that is called on the same object, or on none."""
    receiver = call.receiver
    if call.is_construction or "." in receiver or "(" in receiver or (receiver and not _is_own(file, call)):
        return None
    named = [f for f in file.syntax.functions if f.name == call.name and not f.is_lambda]
    return named[0] if len(named) == 1 else None


def _is_own(file: FileFacts, call: Call) -> bool:
    if call.receiver in ("this", "self", "cls"):
        return True
    function = call.function
    while function is not None:  # Go: the first parameter of a method is its object
        declared = file.syntax.functions[function]
        own = file.syntax.language == "go" and bool(declared.parameters) and "." in declared.qualified
        if own and not declared.is_lambda:
            return declared.parameters[0].name == call.receiver
        function = declared.parent
    return False


def committing(file: FileFacts, known: list[Handling]) -> Iterator[Handling]:
    """Functions that take a record and commit it, whose loop stands in another file: of the kind `committing`; those that KafkaJS
    is given elsewhere: `callback`."""
    seen = {handling.function for handling in known}
    yield from _given_elsewhere(file, seen)
    for operation in commits(file):
        index = operation.call.function
        if index is None or index in seen or file.syntax.functions[index].is_lambda:
            continue
        seen.add(index)
        function = file.syntax.functions[index]
        records = frozenset(p.name for p in function.parameters if _RECORD.search(p.type or p.name))
        if records and not any(file.syntax.is_inside(index, handling.function) for handling in known):
            yield Handling(
                kind="committing", library=operation.library, function=index, span=function.span,
                calls=tuple(file.syntax.calls_in(index, nested=True)),
                records=derived_names(file.names, function.span, records, None), auto_commit=_UNKNOWN, group=_UNKNOWN,
                topics=(), name=function.qualified,
            )  # fmt: skip


def _given_elsewhere(file: FileFacts, seen: set[int | None]) -> Iterator[Handling]:
    """`export async function onMessage({ message }: EachMessagePayload)`."""
    library = next((lib.id for lib in file.names.libraries if lib.id in ("kafkajs", "confluent-kafka-javascript")), "")
    for function in file.syntax.functions if library else ():
        payload = next((p for p in function.parameters if "EachMessagePayload" in p.type), None)
        inside = any(file.syntax.is_inside(function.index, index) for index in seen)
        if (
            payload is not None
            and function.index not in seen
            and not inside
            and not function.is_lambda
            and function.is_async
        ):
            called = any(call.name == function.name for call in file.syntax.calls)
            records = frozenset(re.findall(r"\w+", payload.name))
            if not called:
                yield Handling(
                    kind="callback", library=library, function=function.index, span=function.span,
                    calls=tuple(file.syntax.calls_in(function.index, nested=True)),
                    records=derived_names(file.names, function.span, records, None), auto_commit=_UNKNOWN, group=_UNKNOWN,
                    topics=(), name=function.qualified,
                )  # fmt: skip


def waits(file: FileFacts, handling: Handling) -> bool:
    """Whether a handling waits for tasks, whoever started them."""
    return any(call.name in file.names.idioms.waits and call.name not in ("get", "result") for call in handling.calls)


def handed_over(file: FileFacts, handling: Handling) -> Iterator[Handoff]:
    """The records of a handling that are given to other threads or tasks, and that nobody waits for; logging is none."""
    inside = {call.index for call in handling.calls}
    for handoff in file.handoffs:
        if handoff.call.index in inside and not handoff.joined and _carries(file, handling, handoff):
            yield handoff


def _carries(file: FileFacts, handling: Handling, handoff: Handoff) -> bool:
    made = handoff.call.receiver_call  # `Thread(target=handle, args=(record,)).start()`
    given = (*handoff.call.arguments, *(file.syntax.calls[made].arguments if made is not None else ()))
    if not any(mentions(a.value.text, handling.records) for a in given):
        return False
    if handoff.construct == "promise":  # what is called is the work, what stands within are its arguments
        return not is_noise(handoff.call)
    within = [c for c in file.syntax.calls if handoff.call.span.contains(c.span) and c.index != handoff.call.index]
    return not within or any(not is_noise(call) for call in within)


def loose_handoff(file: FileFacts, handling: Handling) -> Handoff | None:
    """Work that the handling, or a function that it gives the record to, hands over while nobody waits."""
    for place in with_helpers(file, handling):
        if place is handling or not waits(file, handling):
            if (found := next(handed_over(file, place), None)) is not None:
                return found
    return None


def in_handoff(file: FileFacts, handoff: Handoff, commit: Call) -> bool:
    """A commit made by the task itself, after its own work, is not the loop's commit."""
    return any(
        f.argument_of == handoff.call.index
        and (commit.function == f.index or file.syntax.is_inside(commit.function, f.index))
        for f in file.syntax.functions
    )


def is_tracked(file: FileFacts) -> bool:
    """Whether something keeps account of which records are done."""
    imports = any(_TRACKED.search(item.path) for item in file.syntax.imports)
    return imports or any(_TRACKED.search(c.name) or _TRACKED.search(c.receiver) for c in file.syntax.calls)


def is_at_most_once(file: FileFacts, first: int, last: int, *names: str) -> bool:
    """Whether a name, or a comment on some lines or the four above, says that records may go."""
    near = (c.text for c in file.syntax.comments if first - 4 <= c.span.first_line <= last)
    return any(_ON_PURPOSE.search(text) for text in (*names, *near))


def anywhere(facts: FactSet, *roles: Role) -> bool:
    """Whether a file that was read, changed or beside the change, has an operation of a role."""
    return any(True for file in facts.everything() for _ in file.operations_of(*roles))
