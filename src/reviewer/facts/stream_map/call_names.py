"""What a call says of a topic's name: keys that are looked up with a default, formats, getters of what configuration fills."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass

from reviewer.core.lazily import lazily
from reviewer.core.value import value
from reviewer.facts.stream_map.constants import Computed, Constants
from reviewer.facts.streaming.follow import Place, flat, origin, resolved, value_of
from reviewer.facts.streaming.model import Known
from reviewer.facts.syntax import Call, Expression, ExpressionKind

_DEPTH = 6
_OWN = lazily(r"^(?:this|self|cls)(?:\.|->)")

_ENV_CALLS = frozenset({"getenv", "environ.get", "lookupenv", "getenvironmentvariable", "env.var", "env::var", "getenvoption"})  # fmt: skip
_LOOKUP = lazily(r"^(get|value|env|read|lookup|fetch|param|prop|opt|require|config|setting|resolve)")
_ELSE = frozenset({"orelse", "getorelse", "unwrapor", "unwraporelse", "ifblank", "ifempty"})
_SAME = frozenset(
    {"trim", "tostring", "strip", "get", "orelsethrow", "unwrap", "expect", "toowned", "into", "asstr", "intern"}
)
_OWN_NAME = frozenset({"name", "getname", "topic", "gettopic", "topicname", "gettopicname", "value", "getvalue"})
#: What is made with a topic first: a partition to be assigned, a topic of Faust and Quix Streams.
_OF_TOPIC = frozenset({"topicpartition", "newtopicpartition", "topicpartitionoffset", "topic"})
_BINDS = frozenset({"ConfigurationProperties", "ConfigMapping", "ConfigProperties"})


@value()
class TopicName:
    """A topic's name, or the expression that stands for one.

    `from_default` says what may set another name; `scope` is the file in which an expression that is not known means the same, "" for the
    file that has it.
    """

    text: str
    is_known: bool
    from_default: str = ""
    scope: str = ""


@dataclass(slots=True, kw_only=True)
class CallNames(ABC):
    """The part of the resolver that reads calls; it asks the other one for what they are given."""

    constants: Constants

    @abstractmethod
    def _one(self, place: Place, expression: Expression, depth: int) -> TopicName: ...

    @abstractmethod
    def _elsewhere(self, place: Place, name: str) -> list[Computed]: ...

    def _of_call(self, place: Place, call: Call, depth: int) -> TopicName:
        text = shown_call(call)
        unknown = TopicName(text=text, is_known=False)
        name = flat(call.name)
        if name in _ELSE and call.arguments and call.receiver_call is not None:
            inner = (
                self._of_call(place, place.syntax.calls[call.receiver_call], depth + 1) if depth <= _DEPTH else unknown
            )
            return inner if inner.is_known else self._default(place, call.arguments[0].value, inner.text, depth)
        if name in _SAME and not call.arguments and call.receiver_call is not None and depth <= _DEPTH:
            return self._of_call(place, place.syntax.calls[call.receiver_call], depth + 1)
        if name in ("ofnullable", "option", "some", "string", "requirenonnull") and call.arguments and depth <= _DEPTH:
            return self._one(place, call.arguments[0].value, depth + 1)
        if name in _OF_TOPIC and (first := call.argument(0, "topic")) is not None and depth <= _DEPTH:
            return self._one(place, first, depth + 1)
        if name == "format" and call.arguments:
            return self._formatted(place, call, unknown, depth)
        if looked := self._looked_up(place, call, depth):
            return looked
        if not call.arguments:
            return self._getter(place, call, depth) or unknown
        return unknown

    def _looked_up(self, place: Place, call: Call, depth: int) -> TopicName | None:
        """`System.getenv("X")`, `os.environ.get("X", "orders")`, `props.getProperty("orders.topic")`, `config["x"]`."""
        name, receiver = flat(call.name), call.receiver.replace("()", "")
        is_env = name in _ENV_CALLS or name.startswith("getenv") or (receiver.endswith(("environ", "getenv", ".env", "env")) and name in ("get", "getordefault", "var"))  # fmt: skip
        if not is_env and not _LOOKUP.match(name):
            return None
        first = call.argument(0)
        key = resolved(place, first) if first is not None else None
        if first is not None and key is not None and key.known is not Known.EXPLICIT:
            return self._of_option(place, first, depth)
        if key is None or key.known is not Known.EXPLICIT or not key.text:
            return None
        path = place.syntax.path
        said = self.constants.variable(key.text, path) if is_env else self.constants.key(key.text, path)
        if said is not None and said and "{" not in said:
            return TopicName(text=said, is_known=True)
        default = call.argument(1)
        if default is not None:
            return self._default(place, default, key.text, depth)
        return TopicName(text=f"${{{key.text}}}", is_known=False)

    def _of_option(self, place: Place, expression: Expression, depth: int) -> TopicName | None:
        """`config.get(ORDERS)` with `ORDERS = Param.string("orders-topic", "orders")` or `key("topic").stringType().defaultValue("orders")`."""
        made, where = origin(place, expression)
        if (
            made.call is None
            and expression.kind is ExpressionKind.NAME
            and len(found := self._elsewhere(place, expression.text)) == 1
        ):
            made, where = found[0].assignment.value or made, Place(names=found[0].facts.names, function=None)
        if made.call is None:
            return None
        chain = where.syntax.chain(where.syntax.calls[made.call])
        texts = [value_of(where, a.value) for a in chain[0].arguments]
        literal = [one.text for one in texts[:2] if one.known is Known.EXPLICIT]
        if len(chain) > 1 and chain[-1].name == "defaultValue" and chain[-1].arguments and literal:
            return self._default(where, chain[-1].arguments[0].value, literal[0], depth)
        if len(chain) == 1 and len(literal) == 2 and len(texts) in (2, 3):
            said = self.constants.key(literal[0], place.syntax.path)
            return TopicName(text=said or literal[1], is_known=True, from_default="" if said else literal[0])
        return None

    def _default(self, place: Place, expression: Expression, source: str, depth: int) -> TopicName:
        found = self._one(place, expression, depth + 1)
        note = source.removeprefix("${").removesuffix("}")
        return TopicName(text=found.text, is_known=True, from_default=note) if found.is_known else TopicName(text=source, is_known=False)  # fmt: skip

    def _formatted(self, place: Place, call: Call, unknown: TopicName, depth: int) -> TopicName:
        """`String.format("%s-orders", prefix)`."""
        values = [self._one(place, a.value, depth + 1) for a in call.arguments]
        if not all(value.is_known for value in values) or not values:
            return unknown
        pattern, *rest = [value.text for value in values]
        if len(re.findall(r"%s|\{\}", pattern)) != len(rest) or "%" in re.sub(r"%s", "", pattern):
            return unknown
        for text in rest:
            pattern = re.sub(r"%s|\{\}", lambda _match, own=text: own, pattern, count=1)  # type: ignore[misc]
        return TopicName(text=pattern, is_known=True)

    def _getter(self, place: Place, call: Call, depth: int) -> TopicName | None:
        """`ORDERS.name()` of an object that is made with its name; `properties.getTopic()` of a class that configuration fills."""
        owner = _OWN.sub("", call.receiver)
        if owner and call.receiver_call is None and flat(call.name) in _OWN_NAME:
            made, where = origin(place, Expression(kind=ExpressionKind.NAME, text=call.receiver, span=call.span))
            if made.call is None and len(found := self._elsewhere(place, owner)) == 1:
                made, where = found[0].assignment.value or made, found[0].place
            if made.call is not None and (built := where.syntax.calls[made.call]).is_construction and built.arguments:
                return self._one(where, built.arguments[0].value, depth + 1)
        parts = [
            part for part in re.split(r"\.", call.receiver.replace("()", "")) if part and part not in ("this", "self")
        ]
        if not parts:
            return None
        return self._bound(place, parts[0], [*parts[1:], call.name])

    def _bound(self, place: Place, holder: str, path: Sequence[str]) -> TopicName | None:
        """A property of a class with `@ConfigurationProperties(prefix = "app")`, by the key that fills it."""
        type_name = place.names.type_of(holder, place.function)
        declared = self.constants.declared(type_name, place.syntax.path) if type_name else None
        if declared is None:
            return None
        own = next(t for t in declared.types if t.name == type_name)
        prefix = next((a.arguments[0].value.literal for a in own.annotations if a.simple_name in _BINDS and a.arguments), None)  # fmt: skip
        names = [_property(part) for part in path]
        if prefix is not None and (said := self.constants.key(".".join((prefix, *names)), place.syntax.path)):
            return TopicName(text=said, is_known="{" not in said)
        said = self.constants.constant(type_name, names[-1], place.syntax.path) if len(names) == 1 else None
        return TopicName(text=said, is_known=True, from_default=f"{type_name}.{names[-1]}") if said else None


def _property(name: str) -> str:
    """`getOrdersTopic` -> `ordersTopic`."""
    match = re.match(r"^(?:get|is)([A-Z])(\w*)$", name)
    return f"{match[1].lower()}{match[2]}" if match else name


def shown_call(call: Call) -> str:
    """A call as it is written, without its type arguments."""
    inside = ", ".join(argument.value.text for argument in call.arguments)
    return f"{call.receiver}.{call.name}({inside})".removeprefix(".")
