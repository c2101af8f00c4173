"""Configuration: what is written, as settings with canonical keys."""

from __future__ import annotations

import re
from collections.abc import Iterator

from reviewer.clients.library import Key, Library
from reviewer.core.lazily import lazily
from reviewer.facts.keys.lookup import known_key, known_suffix
from reviewer.facts.streaming.model import Known, Setting, Value
from reviewer.facts.streaming.names import Names, bare
from reviewer.facts.streaming.written import Way, Written, code_written, named
from reviewer.facts.syntax import Call, Expression, ExpressionKind

_CONSTANT = lazily(r"^(?:\w+\.)*?(\w+Config)s?\.([A-Z][A-Z0-9_]+)$|^([A-Z][A-Z0-9_]+_CONFIG)$")
# Keys that are worth a fact wherever they stand in code that imports a client library.
_KEY = lazily(r"^[a-z][a-z0-9]*([.][a-z0-9]+)*$")
# Keys of one word: every other one is somebody else's where keys are mostly written in another way.
_ONE_WORD = frozenset({"acks", "retries"})
# The constants whose text is not their key: StreamsConfig and ConsumerConfig javadoc.
_IRREGULAR = {
    "default.deserialization.exception.handler.class": "default.deserialization.exception.handler",
    "deserialization.exception.handler.class": "deserialization.exception.handler",
    "processing.exception.handler.class": "processing.exception.handler",
    "default.production.exception.handler.class": "default.production.exception.handler",
    "production.exception.handler.class": "production.exception.handler",
    "request.required.acks": "acks",
    "key.serializer.class": "key.serializer",
    "value.serializer.class": "value.serializer",
    "key.deserializer.class": "key.deserializer",
    "value.deserializer.class": "value.deserializer",
    "send.buffer": "send.buffer.bytes",
    "receive.buffer": "receive.buffer.bytes",
    "sasl.jaas": "sasl.jaas.config",
    "partitioner.class": "partitioner.class",
    "transaction.timeout": "transaction.timeout.ms",
    "min.in.sync.replicas": "min.insync.replicas",
}


# Keys of Flink's and of security's groups, known or not; and what stands before a client's key in another configuration.
_OF_A_SYSTEM = lazily(
    r"(execution|state|pipeline|table|taskmanager|jobmanager|restart[.-]strategy|high[.-]availability|ssl|sasl|security|partition\.discovery)\."
)
_PREFIXES = frozenset(
    {"consumer", "producer", "main", "restore", "global", "admin", "override", "properties", "client", "topic"}
)


def canonical(key: str) -> str:
    """`ENABLE_AUTO_COMMIT_CONFIG`, `enable-auto-commit`, `enable_auto_commit` -> `enable.auto.commit`."""
    text = re.sub(r"_CONFIG$", "", key.strip())
    dotted = re.sub(r"[-_]", ".", text).lower()
    return _IRREGULAR.get(dotted, dotted)


def key_of(expression: Expression, names: Names, function: int | None) -> tuple[str, str] | None:
    """(canonical key, client kind or "") of an expression that names a configuration key; None if it does not."""
    if match := _CONSTANT.match(expression.text):
        owner = match.group(1) or ""
        kinds = {k: v for library in names.libraries for k, v in library.config_constants.items()}
        return canonical(match.group(2) or match.group(3)), kinds.get(owner, "")
    constant = ".".join(expression.text.split(".")[-2:])
    for library in names.libraries:
        if (key := library.key_constants.get(constant)) is not None:
            return key, ""
    value = names.resolve(expression, function)
    if value.known is Known.EXPLICIT and _KEY.match(canonical(value.text)) and "." in canonical(value.text) + ".":
        return canonical(value.text), ""
    return None


def code_settings(names: Names) -> Iterator[Setting]:
    """Every key and value written in code, in whatever way; not what is put if absent where the same holder was given one before."""
    given: set[tuple[str, str]] = set()
    found: list[Setting] = []
    for item in code_written(names):
        setting = setting_of(names, item)
        if setting is None or (setting.if_absent and (setting.key, setting.scope) in given):
            continue
        given.add((setting.key, setting.scope))
        found.append(setting)
    sure = {id(s) for s in found if s.client or _is_key(names, s.key)}
    scopes = {s.scope for s in found if id(s) in sure}
    # A text that no table knows is a setting where one stands that is: `org_id` of a log line is none, `plugin.level` beside `group.id` is.
    yield from (s for s in found if id(s) in sure or ("." in s.key and s.scope in scopes))


def _is_key(names: Names, key: str) -> bool:
    """Whether a key is one wherever it stands: `acks`, not the `id` of a row."""
    if (
        known_key(key) is not None
        or _OF_A_SYSTEM.match(key)
        or any(row.key == key for row in names.tables.keys.values())
    ):
        return True
    suffix = known_suffix(key)
    return suffix is not None and bool(suffix.before) and set(suffix.before) <= _PREFIXES


def setting_of(names: Names, written: Written, library: Library | None = None) -> Setting | None:
    """The setting that something written is; None when its path is no key.

    `library` is given when it is known to flow into one of its clients: then every name is a key, in that library's spelling.
    """
    found, depth = _table_key(names, written), 1
    if found is not None:
        key, depth = found
        value = value_for(names, key, written)
        return _setting(names, written, key.key, key.client, value, depth) if value is not None else None
    if written.value is None:
        return None
    keyed = _spelled(names, written, library)
    if keyed is None:
        return None
    value = names.resolve(written.value, written.function)
    return _setting(names, written, keyed[0], keyed[1], value, depth)


def _setting(names: Names, written: Written, key: str, client: str, value: Value, depth: int) -> Setting:
    holder = written.holder
    if written.way is Way.FIELD and len(written.path) > depth:
        holder = written.path[-depth - 1].text
    return Setting(
        key=key, value=value, client=client or _client_of_config(names, written), span=written.span, in_code=True,
        scope=scoped(names, re.sub(r"\[.*$", "", holder), written.function), if_absent=written.if_absent,
        said=names.said(written.value, written.function),
    )  # fmt: skip


def _table_key(names: Names, written: Written) -> tuple[Key, int] | None:
    """The row for the longest end of the path that has one, and how long that is."""
    if not names.tables.keys:
        return None
    parts = [_part(names, key, written.function) for key in written.path]
    for first in range(len(parts)):
        row = names.tables.keys.get(".".join(parts[first:]))
        if row is not None and (len(parts) - first > 1 or written.way is not Way.FIELD or _config_type(names, written)):
            return row, len(parts) - first
    return None


def _part(names: Names, key: Expression, function: int | None) -> str:
    if key.kind is ExpressionKind.NAME:
        return key.text
    return names.resolve(key, function).text


def _config_type(names: Names, written: Written) -> tuple[Library, str] | None:
    """Whose configuration the holder is, and of which client, by its type."""
    if not names.tables.configs:
        return None
    if written.way is Way.NAMED and written.holder in names.tables.configs:
        return names.tables.configs[written.holder]
    holder = (
        ".".join((written.holder, *(part.text for part in written.path[:-1])))
        if written.way is Way.FIELD
        else written.holder
    )
    found = names.tables.configs.get(names.type_of(holder, written.function))
    if found is None and written.way is Way.FIELD and len(written.path) > 1:  # `settings.ConsumerConfig.GroupId = …`
        found = names.tables.configs.get(names.fields.get(written.path[-2].text, ""))
    return found


def _client_of_config(names: Names, written: Written) -> str:
    owner = _config_type(names, written) if written.way in (Way.NAMED, Way.FIELD) else None
    return owner[1] if owner is not None else ""


def _spelled(names: Names, written: Written, library: Library | None) -> tuple[str, str] | None:
    """(canonical key, client kind) of a key that no table has."""
    last = written.path[-1]
    owner = _config_type(names, written) if written.way in (Way.NAMED, Way.FIELD) else None
    library = library or (owner[0] if owner is not None else None)
    if library is not None and library.spelling == "fields":
        return None
    if written.way is Way.NAMED and (library is not None or names.tables.dotted):
        return canonical(plain_spelling(last.text, library.spelling if library is not None else "dotted")), ""
    if written.way is Way.FIELD:
        return (canonical(plain_spelling(last.text, owner[0].spelling)), owner[1]) if owner is not None else None
    if (
        library is not None
        and library.spelling != "dotted"
        and last.kind in (ExpressionKind.NAME, ExpressionKind.STRING)
    ):
        name = _part(names, last, written.function)
        return (
            (canonical(plain_spelling(name, library.spelling)), "")
            if name not in ("topic", "topics") and _may_be_key(library, name, written.value)
            else None
        )
    if written.way is Way.OPTION:
        return None
    if not names.tables.dotted:
        return _topics_own(last)
    found = key_of(last, names, written.function)
    if found is None or names.tables.words or "." in found[0] or found[0] in _ONE_WORD:
        return found
    return None


def _topics_own(last: Expression) -> tuple[str, str] | None:
    """A key of topics is spelled as Kafka spells it, whatever the library's own settings are called: `{"retention.ms": …}`."""
    row = known_key(last.literal) if last.literal is not None and "." in last.literal else None
    if row is None or row.name != last.literal or "topic" not in row.clients or row.generic:
        return None
    return canonical(row.name), "topic"


def _may_be_key(library: Library, name: str, value: Expression | None) -> bool:
    """A group of settings is none by itself, and neither is a function that records are delivered to."""
    return (
        value is not None
        and value.kind is not ExpressionKind.COLLECTION
        and all(row.name != name for row in library.delivers)
    )


_HUMP = lazily(r"(?<=[a-z0-9])(?=[A-Z])")


def plain_spelling(name: str, spelling: str) -> str:
    """`EnableAutoCommit` (pascal), `groupId` (camel) -> `Enable.Auto.Commit`, `group.Id`; other spellings as they are."""
    return _HUMP.sub(".", name) if spelling in ("camel", "pascal") else name


def value_for(names: Names, key: Key, written: Written) -> Value | None:
    """The value in the words of the documentation: `sarama.WaitForLocal` is `1`; None when it says nothing about the key."""
    if written.way is Way.OPTION and key.constant is not None:
        return Value(known=Known.EXPLICIT, text=key.constant)
    if written.value is None:
        return None
    found = names.resolve(written.value, written.function)
    # `kgo.NewOffset().AtEnd()`: what is called last says it
    made = names.syntax.calls[written.value.call].name if written.value.call is not None else ""
    return worded(key, found, written.value.text, made)


def worded(key: Key, found: Value, text: str, made: str = "") -> Value:
    """The value in the words of the documentation, by what was found, the text as written, or what is called in it."""
    name = re.split(r"\.|::", re.sub(r"\(.*$", "", text))[-1]
    for word in (made, name, found.text):
        if word in key.values:
            return Value(known=Known.EXPLICIT, text=key.values[word])
    return found


def scoped(names: Names, name: str, function: int | None) -> str:
    """The function's qualified name and the variable: stable when other functions come or go."""
    return f"{'' if function is None else names.syntax.functions[function].qualified}#{bare(name)}"


def keyword_settings(names: Names, call: Call, library: Library | None = None) -> tuple[Setting, ...]:
    """Settings given as keyword arguments or fields: `KafkaProducer(acks=1)`, `dict(acks=1)`, `kafka.Writer{…}`."""
    found = (setting_of(names, item, library) for item in named(call))
    return tuple(setting for setting in found if setting is not None)
