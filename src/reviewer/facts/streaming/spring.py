"""What Spring's containers are made of: listener container factories, error handlers, recoverers, back-offs, templates, as builders with parts."""

from __future__ import annotations

import re
from collections.abc import Iterator

from reviewer.core.span import Span
from reviewer.core.value import value
from reviewer.facts.streaming.dataflow import Part
from reviewer.facts.streaming.follow import Place, at, flat, origin
from reviewer.facts.streaming.model import Builder
from reviewer.facts.streaming.names import Names, simple_type
from reviewer.facts.streaming.parts import Says, first_line, made_of, read
from reviewer.facts.streaming.value import Known, Value
from reviewer.facts.syntax import Assignment, BlockKind, Call, Expression, ExpressionKind

_KINDS = {
    "ConcurrentKafkaListenerContainerFactory": "container-factory", "ConcurrentMessageListenerContainer": "container",
    "KafkaMessageListenerContainer": "container", "ContainerProperties": "container-properties",
    "DefaultErrorHandler": "error-handler", "SeekToCurrentErrorHandler": "error-handler", "SeekToCurrentBatchErrorHandler": "error-handler",
    "RecoveringBatchErrorHandler": "error-handler", "RetryingBatchErrorHandler": "error-handler", "CommonLoggingErrorHandler": "error-handler",
    "CommonContainerStoppingErrorHandler": "error-handler", "CommonDelegatingErrorHandler": "error-handler", "LoggingErrorHandler": "error-handler",
    "BatchLoggingErrorHandler": "error-handler", "ContainerStoppingErrorHandler": "error-handler", "DefaultAfterRollbackProcessor": "error-handler",
    "DeadLetterPublishingRecoverer": "recoverer", "FixedBackOff": "back-off", "ExponentialBackOff": "back-off",
    "ExponentialBackOffWithMaxRetries": "back-off", "KafkaTemplate": "template", "ReplyingKafkaTemplate": "template",
    "DefaultKafkaProducerFactory": "producer-factory", "KafkaTransactionManager": "transaction-manager",
    "ErrorHandlingDeserializer": "deserializer",
}  # fmt: skip
_FLAGS = (
    "batchlistener", "asyncacks", "synccommits", "ackdiscarded", "missingtopicsfatal", "autostartup", "stopimmediate", "deliveryattemptheader",
    "commitrecovered", "seekaftererror", "resetstateonrecoveryfailure", "ackafterhandle", "failifsendresultiserror", "allownontransactional",
    "sharedreplytopic", "statefulretry", "logrecoveryrecord", "resetstateonexceptionchange",
)  # fmt: skip
_MADE = {
    "commonerrorhandler": "error-handler", "errorhandler": "error-handler", "batcherrorhandler": "error-handler", "afterrollbackprocessor": "after-rollback",
    "recordfilterstrategy": "filter", "replytemplate": "reply-template", "retrytemplate": "retry-template", "recoverycallback": "recovery-callback",
    "consumerrebalancelistener": "rebalance-listener", "transactionmanager": "transactions", "kafkaawaretransactionmanager": "transactions",
    "consumerfactory": "consumer-factory", "recordmessageconverter": "converter", "messageconverter": "converter", "backoff": "back-off",
    "listenertaskexecutor": "executor", "messagelistener": "listener", "backoffhandler": "back-off-handler",
}  # fmt: skip
_TEXTS = {"transactionidprefix": "transaction-id-prefix", "defaulttopic": "topic", "groupid": "group"}
_NUMBERS = {"concurrency": "concurrency", "ackcount": "ack-count", "maxattempts": "attempts", "maxretries": "attempts"}
_TIMES = {
    "idleeventinterval": "idle-event", "polltimeout": "poll-timeout", "acktime": "ack-time", "defaultreplytimeout": "reply-timeout", "interval": "interval",
    "initialinterval": "interval", "maxinterval": "max-interval", "maxelapsedtime": "max-elapsed", "waitforsendresulttimeout": "send-timeout",
    "shutdowntimeout": "shutdown-timeout", "idlebetweenpolls": "idle-between-polls",
}  # fmt: skip
_WORDS = {
    "ackmode": ("ack-mode", ("RECORD", "BATCH", "TIME", "COUNT", "COUNT_TIME", "MANUAL", "MANUAL_IMMEDIATE")),
    "eosmode": ("eos-mode", ("ALPHA", "BETA", "V1", "V2")),
    "assignmentcommitoption": ("assignment-commit", ("ALWAYS", "NEVER", "LATEST_ONLY", "LATEST_ONLY_NO_TX")),
}
_LISTS = {
    "addnotretryableexceptions": "not-retryable",
    "addretryableexceptions": "retryable",
    "setclassifications": "retryable",
}
_HANDLES = re.compile(r"BackOff")


@value()
class _Told:
    """Something that is said of an object: the property without `set` or `is`, and the value. `certain` is False under a condition."""

    name: str
    given: Expression | None
    place: Place
    span: Span
    certain: bool


def spring_objects(names: Names) -> Iterator[Builder]:
    """Each construction of one of the types, with what is said of it in the function that makes it."""
    for call in names.syntax.calls:
        kind = _KINDS.get(simple_type(call.name))
        if kind is None or not call.is_construction:
            continue
        last = names.end_of_chain(call)
        holder = call.result_name or last.result_name or _field(names, call)
        told = [*_chained(names, call), *(_on(names, holder, call.function) if holder else ())]
        parts = (*_bean(names, call), *_constructed(names, call, kind), *(p for t in told for p in _parts(t)))
        yield Builder(kind=kind, library="spring-kafka", holder=holder, call=call, steps=(), parts=parts)


def _field(names: Names, call: Call) -> str:
    found = (a for a in names.syntax.assignments if a.value is not None and a.value.call == call.index)
    return next((a.target for a in found), "")


def _bean(names: Names, call: Call) -> Iterator[Part]:
    """A listener names its factory by the bean's name: that of the method, or what @Bean says."""
    yield Part(
        name="type", value=Value(known=Known.EXPLICIT, text=simple_type(call.name)), span=first_line(call.name_span)
    )
    function = names.syntax.functions[call.function] if call.function is not None else None
    annotation = next((a for a in function.annotations if a.simple_name == "Bean"), None) if function else None
    if function is not None and annotation is not None:
        named = next((a.value for a in annotation.arguments if a.name in (None, "value", "name")), None)
        text = names.resolve(named).text if named is not None else function.name
        yield Part(name="bean", value=Value(known=Known.EXPLICIT, text=text.strip('{}[]" ')), span=annotation.span)


def _constructed(names: Names, call: Call, kind: str) -> Iterator[Part]:
    where = at(names, call)
    if simple_type(call.name).endswith(("BackOff", "BackOffWithMaxRetries")):
        yield from _back_off(where, call)
    elif kind == "error-handler":
        for position, argument in enumerate(call.arguments):
            made, _ = origin(where, argument.value)
            is_back_off = _HANDLES.search(made.text.split("(")[0]) or _HANDLES.search(
                _type_of(names, argument.value, call)
            )
            if position and not is_back_off:
                continue  # a handler of the back-off, a template, a flag
            part = "back-off" if is_back_off else "recoverer"
            yield Part(name=part, value=_kind_of(where, argument.value), span=argument.value.span)
    elif kind == "recoverer":
        for position, part in enumerate(("template", "destination")):
            given = call.argument(position)
            if given is not None:
                yield Part(name=part, value=made_of(where, given), span=given.span)


def _kind_of(where: Place, expression: Expression) -> Value:
    """The type of what is made, whatever it is given: `DeadLetterPublishingRecoverer`; a lambda by its text; UNKNOWN for the rest."""
    made, there = origin(where, expression)
    if made.call is not None and there.syntax.calls[made.call].is_construction:
        return Value(known=Known.EXPLICIT, text=simple_type(there.syntax.calls[made.call].name))
    named = there.names.type_of(made.text, there.function) if made.kind is ExpressionKind.NAME else ""
    return Value(known=Known.EXPLICIT, text=named) if named in _KINDS else made_of(where, expression)


def _type_of(names: Names, expression: Expression, call: Call) -> str:
    return names.type_of(expression.text, call.function) if expression.kind is ExpressionKind.NAME else ""


def _back_off(where: Place, call: Call) -> Iterator[Part]:
    says = (
        (Says(part="attempts", read="number"),) if call.name.startswith("ExponentialBackOffWithMaxRetries")
        else (Says(part="interval", read="duration"), Says(part="attempts" if call.name.startswith("Fixed") else "multiplier", read="number", at=1))
    )  # fmt: skip
    for said in says:
        given = call.argument(said.at)
        if given is not None:
            yield Part(name=said.part, value=_unlimited(read(where, given, said)), span=given.span)


def _unlimited(found: Value) -> Value:
    last = found.text.rsplit(".", 1)[-1]
    if last in ("MAX_VALUE", "UNLIMITED_ATTEMPTS", "MaxValue"):
        return Value(known=Known.EXPLICIT, text="unlimited")
    return found


def _chained(names: Names, call: Call) -> Iterator[_Told]:
    """`Factory().apply { setConcurrency(3); containerProperties.ackMode = … }`, and setters in a chain."""
    for after in names.syntax.continued(call):
        inside = next((a.value.function for a in after.arguments if a.value.function is not None), None)
        if after.name in ("apply", "also", "run") and inside is not None:
            own = names.syntax.functions[inside].parameters
            yield from _on(names, own[0].name if own else "", inside)
        else:
            yield _told(names, after)


def _on(names: Names, holder: str, function: int | None) -> Iterator[_Told]:
    """Statements on the variable, and on its container properties; with an empty holder on the object itself."""
    plain = holder.removeprefix("this.")
    for call in names.syntax.calls_in(function):
        root = names.syntax.chain(call)[0]
        receiver = root.receiver.removeprefix("this.")
        mine = receiver == plain or receiver.split(".")[0] == plain or (not plain and receiver == "containerProperties")
        if mine and not root.is_construction and call.arguments:
            yield _told(names, call)
    for assignment in names.syntax.assignments:
        if assignment.function == function and _is_property(assignment, plain):
            yield _Told(
                name=flat(assignment.target.rsplit(".", 1)[-1]), given=assignment.value, place=Place(names=names, function=function),
                span=assignment.span, certain=_sure(names, assignment.blocks),
            )  # fmt: skip


def _is_property(assignment: Assignment, plain: str) -> bool:
    target = assignment.target.removeprefix("this.")
    if assignment.is_declaration or assignment.value is None:
        return False
    return target.startswith(f"{plain}.") if plain else True


def _told(names: Names, call: Call) -> _Told:
    given = call.argument(0) if call.arguments else None
    return _Told(
        name=flat(call.name), given=given, place=at(names, call), span=call.name_span, certain=_sure(names, call.blocks)
    )


def _sure(names: Names, blocks: tuple[int, ...]) -> bool:
    return all(names.syntax.blocks[index].kind is not BlockKind.CONDITIONAL for index in blocks)


def _parts(told: _Told) -> Iterator[Part]:
    name = re.sub(r"^(set|is)(?=\w)", "", told.name) if told.name not in ("setclassifications",) else told.name
    says = _says(name)
    if says is None or told.given is None:
        return
    found = _kind_of(told.place, told.given) if says.read == "made" else read(told.place, told.given, says)
    if not told.certain:
        found = Value(known=Known.UNKNOWN, text=told.given.text)
    yield Part(name=says.part, value=found, span=first_line(told.span))


def _says(name: str) -> Says | None:
    if name in _FLAGS:
        return Says(part="batch" if name == "batchlistener" else name, read="text")
    for table, how in ((_MADE, "made"), (_TEXTS, "text"), (_NUMBERS, "number"), (_TIMES, "duration"), (_LISTS, "made")):
        if name in table:
            return Says(part=table[name], read=how)
    if name in _WORDS:
        part, words = _WORDS[name]
        return Says(part=part, read="word", words=words)
    return None
