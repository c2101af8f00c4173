"""What the builders of Kafka sources and sinks, watermark strategies and CDC sources say."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from reviewer.core.span import Span
from reviewer.facts.streaming.config import key_of, scoped
from reviewer.facts.streaming.config_flow import settings_for
from reviewer.facts.streaming.dataflow import Part
from reviewer.facts.streaming.flink.after import following
from reviewer.facts.streaming.follow import Place, Step, at, flat, origin, trail, value_of
from reviewer.facts.streaming.model import Builder, Setting
from reviewer.facts.streaming.names import Names, simple_type
from reviewer.facts.streaming.parts import Says, first_line, made_of, parts_of, root_type, word_of
from reviewer.facts.streaming.quantity import duration_of, number_of
from reviewer.facts.streaming.value import Known, Value
from reviewer.facts.syntax import Call, Expression, ExpressionKind

_GUARANTEES = ("NONE", "AT_LEAST_ONCE", "EXACTLY_ONCE")
_RESETS = ("EARLIEST", "LATEST", "NONE")
_SOURCE = {
    "setgroupid": (Says(part="group", read="text"),),
    "setclientidprefix": (Says(part="client-id-prefix", read="text"),),
    "settopicpattern": (Says(part="topic-pattern", read="made"),),
    "setvalueonlydeserializer": (Says(part="deserializer", read="made"),),
    "setdeserializer": (Says(part="deserializer", read="made"),),
}
_SINK = {
    "setdeliveryguarantee": (Says(part="guarantee", read="word", words=_GUARANTEES),),
    "setdeliverguarantee": (Says(part="guarantee", read="word", words=_GUARANTEES),),
    "settransactionalidprefix": (Says(part="transactional-id-prefix", read="text"),),
    "settransactionnamingstrategy": (Says(part="transaction-naming", read="word", words=("INCREMENTING", "POOLING")),),
}
_RECORD = {
    "settopic": (Says(part="topic", read="text"),),
    "settopicselector": (Says(part="topic-selector", read="made"),),
    "setkeyserializationschema": (Says(part="key-serializer", read="made"),),
    "setvalueserializationschema": (Says(part="value-serializer", read="made"),),
    "setkafkakeyserializer": (Says(part="key-serializer", read="made"),),
    "setkafkavalueserializer": (Says(part="value-serializer", read="made"),),
    "setpartitioner": (Says(part="partitioner", read="made"),),
}
_WATERMARK = {
    "forboundedoutoforderness": (
        Says(part="watermark", read="given", words=("bounded",)),
        Says(part="watermark.bound", read="duration"),
    ),
    "formonotonoustimestamps": (Says(part="watermark", read="given", words=("monotonous",)),),
    "nowatermarks": (Says(part="watermark", read="given", words=("none",)),),
    "forgenerator": (Says(part="watermark", read="given", words=("generator",)), Says(part="watermark.generator", read="made")),
    "withidleness": (Says(part="watermark.idleness", read="duration"),),
    "withwatermarkalignment": (
        Says(part="watermark.group", read="text"),
        Says(part="watermark.max-drift", read="duration", at=1),
        Says(part="watermark.align-interval", read="duration", at=2, optional=True),
    ),
    "withtimestampassigner": (Says(part="watermark.timestamps", read="made"),),
}  # fmt: skip
_BOUNDED_BASES = re.compile(r"BoundedOutOfOrderness(?:TimestampExtractor|Watermarks)$")
_CDC = {
    "serverid": (Says(part="server-id", read="text"),),
    "splitsize": (Says(part="chunk-size", read="number"),),
    "slotname": (Says(part="slot", read="text"),),
    "decodingpluginname": (Says(part="plugin", read="text"),),
    "hostname": (Says(part="host", read="text"),),
    "database": (Says(part="databases", read="text"),),
    "deserializer": (Says(part="deserializer", read="made"),),
    "scannewlyaddedtableenabled": (Says(part="newly-added-tables", read="text"),),
    "includeschemachanges": (Says(part="schema-changes", read="text"),),
    "skipsnapshotbackfill": (Says(part="skip-backfill", read="text"),),
    "heartbeatinterval": (Says(part="heartbeat", read="duration"),),
    "closeidlereaders": (Says(part="close-idle-readers", read="text"),),
}
_CDC_SOURCES = re.compile(r"(MySql|MySQL|Postgres|PostgreSQL|MongoDB|Oracle|SqlServer|Db2|TiDB|OceanBase|Vitess)(?:Incremental)?(?:Source|SourceBuilder)")  # fmt: skip
_CDC_NAMES = {"postgresql": "postgres"}


def with_parts(names: Names, builders: Sequence[Builder], settings: tuple[Setting, ...]) -> Iterator[Builder]:
    """The builders with their parts and the client's settings."""
    for builder in builders:
        steps = _steps(names, builder)
        if builder.kind == "kafka-source":
            given = _once(_client_settings(steps, settings, "consumer", _scope(names, builder)))
            yield replace(builder, parts=tuple(_source(steps)), settings=given)
        elif builder.kind == "kafka-sink":
            given = _once(_client_settings(steps, settings, "producer", _scope(names, builder)))
            yield replace(builder, parts=tuple(_sink(steps)), settings=given)
        elif builder.kind == "watermark":
            yield replace(builder, parts=parts_of(steps, _WATERMARK))
        else:
            yield builder


def _steps(names: Names, builder: Builder) -> list[Step]:
    """The calls of the chain, and those made later on its variable."""
    return [Step(call=builder.call, place=at(names, builder.call)), *following(names, builder.call, frozenset())]


def _scope(names: Names, builder: Builder) -> str:
    return scoped(names, builder.holder or builder.kind, builder.call.function)


def _source(steps: Sequence[Step]) -> Iterator[Part]:
    for step in steps:
        span = first_line(step.call.name_span)
        if step.name == "settopics":
            yield from (Part(name="topic", value=value, span=span) for value in listed(step.place, step.call))
        elif step.name in ("setstartingoffsets", "setstartfromearliest", "setstartfromlatest"):
            yield from _start(step)
        elif step.name in ("setbounded", "setunbounded"):
            value = _offsets(step)[0]
            yield Part(name="bounded" if step.name == "setbounded" else "stop", value=value, span=span)
    yield from parts_of(steps, _SOURCE)


def _start(step: Step) -> Iterator[Part]:
    span = first_line(step.call.name_span)
    value, root = _offsets(step)
    yield Part(name="start", value=value, span=span)
    argument = root.call.argument(0) if root is not None else None
    if root is None or argument is None or not step.certain:
        return
    if value.text == "committed":
        yield Part(name="start-reset", value=word_of(root.place, argument, _RESETS), span=span)
    elif value.text == "timestamp":
        yield Part(name="start-at", value=number_of(root.place, argument), span=span)


_STARTS = {
    "committedoffsets": "committed",
    "earliest": "earliest",
    "latest": "latest",
    "timestamp": "timestamp",
    "offsets": "offsets",
}


def _offsets(step: Step) -> tuple[Value, Step | None]:
    """earliest | latest | committed | timestamp | offsets of an `OffsetsInitializer`, and the call that makes it."""
    expression = step.call.argument(0)
    made = trail(step.place, expression)
    text = expression.text if expression is not None else ""
    word = (
        _STARTS.get(made[0].name)
        if made and len(made) == 1 and root_type(made).endswith("OffsetsInitializer")
        else None
    )
    if word is None or not step.certain:
        return Value(known=Known.UNKNOWN, text=text), None
    return Value(known=Known.EXPLICIT, text=word), made[0]


def _sink(steps: Sequence[Step]) -> Iterator[Part]:
    yield from parts_of(steps, _SINK)
    for step in steps:
        if step.name == "setrecordserializer":
            made = trail(step.place, step.call.argument(0))
            found = parts_of(made, _RECORD)
            if root_type(made).startswith("KafkaRecordSerializationSchema"):
                yield from found
                yield Part(name="keyed", value=_has_key(made), span=first_line(step.call.name_span))
            else:
                yield Part(name="serializer", value=made_of(step.place, step.call.argument(0)), span=first_line(step.call.name_span))  # fmt: skip


def connected_parts(place: Place, expression: Expression | None) -> Iterator[Part]:
    """What the Kafka source or sink that an operator is given says, under `source.` and `sink.`; through helpers with their arguments."""
    steps = trail(place, expression)
    root = root_type(steps)
    if root == "KafkaSource":
        yield from (replace(part, name=f"source.{part.name}") for part in _source(steps))
    elif root == "KafkaSink":
        yield from (replace(part, name=f"sink.{part.name}") for part in _sink(steps))


def _has_key(steps: Sequence[Step]) -> Value:
    keyed = any(s.name in ("setkeyserializationschema", "setkafkakeyserializer") for s in steps)
    return Value(known=Known.EXPLICIT, text=str(keyed).lower())


def listed(place: Place, call: Call) -> Iterator[Value]:
    """The texts that a call is given: `(a, b)`, `(List.of(a, b))`, `(["a", "b"])`; a name that is no text is one UNKNOWN."""
    for argument in call.arguments:
        yield from texts(place, argument.value)


def texts(place: Place, expression: Expression) -> Iterator[Value]:
    """One text, or each of a list."""
    made, where = origin(place, expression)
    if made.kind is ExpressionKind.COLLECTION:
        for entry in made.entries:
            yield value_of(where, entry.value)
    elif made.call is not None and flat(where.syntax.calls[made.call].name) in ("of", "aslist", "listof", "setof", "singletonlist", "singleton", "arrayof", "list", "seq"):  # fmt: skip
        yield from listed(where, where.syntax.calls[made.call])
    else:
        yield value_of(place, expression)


def _once(settings: Iterable[Setting]) -> tuple[Setting, ...]:
    """Each written key once: a literal is seen as what flows in and as what its variable holds."""
    found: dict[tuple[str, Span], Setting] = {}
    for setting in settings:
        key = (setting.key, setting.span)
        if key not in found or not found[key].scope.rpartition("#")[2]:
            found[key] = setting
    return tuple(found.values())


def _client_settings(
    steps: Sequence[Step], settings: tuple[Setting, ...], client: str, scope: str
) -> Iterator[Setting]:
    """Properties that the builder hands to the Kafka client, the source's group and servers among them."""
    for step in steps:
        place, call = step.place, step.call
        if step.name == "setproperty" and len(call.arguments) == 2:
            found = key_of(call.arguments[0].value, place.names, place.function)
            if found is not None:
                yield _setting(step, found[0], value_of(place, call.arguments[1].value), client, scope)
        elif step.name in ("setproperties", "setkafkaproducerconfig"):
            given = call.argument(0)
            if given is not None:
                flown, _ = settings_for(place.names, settings, given, place.function)
                yield from (replace(s, client=s.client or client) for s in flown)
        elif step.name == "setgroupid":
            yield _setting(step, "group.id", value_of(place, call.argument(0)), client, scope)
        elif step.name == "setbootstrapservers":
            yield _setting(step, "bootstrap.servers", value_of(place, call.argument(0)), client, scope)


def _setting(step: Step, key: str, found: Value, client: str, scope: str) -> Setting:
    known = found if step.certain else Value(known=Known.UNKNOWN, text=found.text)
    return Setting(key=key, value=known, client=client, scope=scope, span=first_line(step.call.name_span), in_code=True)


def watermark_parts(place: Place, expression: Expression | None) -> tuple[Part, ...]:
    """What a watermark strategy says, also the old assigner classes; UNKNOWN `watermark` for one that can't be followed."""
    if expression is None:
        return ()
    steps = trail(place, expression)
    root = root_type(steps)
    if root == "WatermarkStrategy":
        return parts_of(steps, _WATERMARK)
    return tuple(_old_watermark(place, expression, steps, root))


def _old_watermark(place: Place, expression: Expression, steps: Sequence[Step], root: str) -> Iterator[Part]:
    """`new BoundedOutOfOrdernessTimestampExtractor<>(Time.seconds(5)) {…}`, also as a class of this file."""
    span = first_line(expression.span)
    call = steps[0].call if steps else None
    bases = [base for t in place.syntax.types if t.name == root for base in t.bases]
    if call is not None and call.is_construction and _BOUNDED_BASES.search(root):
        yield Part(name="watermark", value=Value(known=Known.EXPLICIT, text="bounded"), span=span)
        yield Part(name="watermark.bound", value=duration_of(steps[0].place, call.argument(0)), span=span)
    elif call is not None and call.is_construction and (root == "AscendingTimestampExtractor" or any("AscendingTimestampExtractor" in b for b in bases)):  # fmt: skip
        yield Part(name="watermark", value=Value(known=Known.EXPLICIT, text="monotonous"), span=span)
    elif call is not None and call.is_construction and bases:
        yield Part(name="watermark", value=Value(known=Known.EXPLICIT, text="generator"), span=span)
        yield Part(name="watermark.generator", value=Value(known=Known.EXPLICIT, text=root), span=span)
    else:
        yield Part(name="watermark", value=Value(known=Known.UNKNOWN, text=expression.text), span=span)


def cdc_sources(names: Names) -> Iterator[Builder]:
    """`MySqlSource.<String>builder()…build()` as builders of kind cdc-source."""
    for call in names.syntax.calls:
        owner = simple_type(call.name if call.is_construction else call.receiver)
        match = _CDC_SOURCES.fullmatch(owner)
        if (
            match is None
            or call.receiver_call is not None
            or (flat(call.name) != "builder" and not call.is_construction)
        ):
            continue
        steps = [Step(call=call, place=at(names, call)), *following(names, call, frozenset())]
        word = match[1].lower()
        connector = Value(known=Known.EXPLICIT, text=f"{_CDC_NAMES.get(word, word)}-cdc")
        holder = next((s.call.result_name for s in reversed(steps) if s.call.result_name), None) or ""
        yield Builder(
            kind="cdc-source", library="flink-datastream", holder=holder, call=call,
            steps=tuple((s.call.name, _first(s), s.call.name_span) for s in steps),
            parts=(Part(name="connector", value=connector, span=first_line(call.name_span)), *_cdc(steps)),
        )  # fmt: skip


def _first(step: Step) -> str:
    argument = step.call.argument(0)
    return "" if argument is None else value_of(step.place, argument).text


def _cdc(steps: Sequence[Step]) -> Iterator[Part]:
    yield from parts_of(steps, _CDC)
    for step in steps:
        span = first_line(step.call.name_span)
        if step.name in ("tablelist", "databaselist", "schemalist", "collectionlist"):
            yield from (
                Part(name=step.name.removesuffix("list"), value=v, span=span) for v in listed(step.place, step.call)
            )
        elif step.name == "chunkkeycolumn" and step.call.arguments:
            yield Part(name="chunk-key", value=value_of(step.place, step.call.arguments[-1].value), span=span)
        elif step.name == "startupoptions":
            made = trail(step.place, step.call.argument(0))
            if root_type(made) == "StartupOptions" and step.certain:
                yield Part(name="startup", value=Value(known=Known.EXPLICIT, text=made[0].call.name), span=span)
                if made[0].call.arguments:
                    yield Part(
                        name="startup-at", value=value_of(made[0].place, made[0].call.arguments[0].value), span=span
                    )
            else:
                yield Part(name="startup", value=Value(known=Known.UNKNOWN, text=_first(step)), span=span)
