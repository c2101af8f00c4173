"""Whether a value guarantees less than another: the orders of the table of keys (`facts/keys`). What has no order there can't be compared."""

from __future__ import annotations

import re
from math import prod

from reviewer.core.numbers import whole
from reviewer.facts.keys.lookup import known_key
from reviewer.facts.keys.model import Kind, known
from reviewer.facts.streaming.model import Known, Value

_PRODUCT = re.compile(r"\s*[\d_]+[lL]?(?:\s*\*\s*[\d_]+[lL]?)*\s*")
_CLASS = re.compile(r"^(?:[A-Za-z_]\w*(?:\.|::))+(?=[A-Za-z_]\w*$)")
_WORDS = {"off": "false", "0": "false", "on": "true", "1": "true"}
# A setter's guarantee, which no document has as a key.
_OWN = {
    key.name: key
    for key in known("delivery.guarantee", "flink", Kind.CHOICE, order="none at_least_once exactly_once", same={"at-least-once": "at_least_once", "exactly-once": "exactly_once"})
}  # fmt: skip


def is_weaker(key: str, old: Value, new: Value) -> bool:
    """Whether both values are known and the new one guarantees less."""
    row = _OWN.get(key) or known_key(key)
    before, after = plain(old), plain(new)
    if row is None or before is None or after is None:
        return False
    if row.kind is Kind.BOOL:
        before, after = _WORDS.get(before, before), _WORDS.get(after, after)
    return row.is_weaker(before, after) is True


# Constants of Kafka's own classes stand for the word that they are named after: `StreamsConfig.EXACTLY_ONCE_V2`.
_CONSTANT = re.compile(r"(?:\w+(?:\.|::))*([A-Z]\w+)(?:\.(?:toString|name|value)\(\)(?:\.toLowerCase\(.*\))?)?")
_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])")
_NAMED = frozenset({"exactly_once", "exactly_once_v2", "exactly_once_beta", "at_least_once", "read_committed", "read_uncommitted",
                    "earliest", "latest", "leader", "all",
                    "cleanup_policy_compact", "cleanup_policy_delete"})  # fmt: skip
# What holds where the environment says nothing: `${ACKS:all}`, `getenv("ACKS", "all")`, `process.env.ACKS ?? "all"`.
_FALLBACKS = re.compile(
    r"\$\{[^${}:]+:-?([^{}$]*)\}"
    r"|(?:\w+[.:]+)*(?:get_?env\w*|env\w*[.:]+(?:get|or|str\w*|default)|get_?env_?or(?:_?default)?|env|env_?or|get_?or_?default|get_?(?:string|int|bool|property))\([^(),]*,\s*[\"']?([\w.-]+)[\"']?\)"
    r"|[^?|]*env\w*[.\[][^?|]*(?:\?\?|\|\||\?:)\s*[\"']?([\w.-]+)[\"']?",
    re.IGNORECASE,
)


def fallback(value: Value) -> str | None:
    """The text that an unknown value has where the environment or the placeholder's key is not set; None where it has none."""
    match = _FALLBACKS.fullmatch(value.text.strip()) if value.known is Known.UNKNOWN and len(value.text) < 300 else None
    return next((group for group in match.groups() if group is not None), None) if match is not None else None


_BOXED = re.compile(
    r"^(?:Int\.box|Long\.box|(?:Integer|Long|String|Boolean)\.(?:valueOf|toString)|int|str|String)\(([\w.]+)\)$"
)
_MOST = re.compile(
    r"^(?:java\.lang\.)?(?:Integer\.MAX_VALUE|Int\.(?:MAX_VALUE|MaxValue)|int\.MaxValue|math\.MaxInt32)$"
)


def plain(value: Value) -> str | None:
    """A known value in lower case, without a class in front, products worked out: `7 * 24` is 168. None when it is unknown."""
    text = _MOST.sub("2147483647", _BOXED.sub(r"\1", value.text.strip()))
    if _PRODUCT.fullmatch(text):
        factors = [whole(part.strip().rstrip("lL")) for part in text.split("*")]
        return str(prod(factor for factor in factors if factor is not None)) if None not in factors else text
    if value.known is Known.UNKNOWN:
        constant = _CONSTANT.fullmatch(text)
        word = _HUMP.sub("_", constant[1]).lower() if constant is not None else ""
        text = word if word in _NAMED else fallback(value) or ""
    return _CLASS.sub("", text).lower() or None


def number(value: Value) -> int | None:
    """A known whole number, else None."""
    text = plain(value)
    return whole(text) if text is not None else None
