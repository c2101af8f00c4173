"""Find the known key at the end of a path, however its words are joined."""

from __future__ import annotations

import re
from functools import cache, lru_cache

from reviewer.core.value import value
from reviewer.facts.keys import connect, flink, frameworks, kafka_brokers, kafka_clients
from reviewer.facts.keys.model import Key

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+|[^\W\d_]+")
_JOINT = re.compile(r"[.\-_]")
_LONGEST = 9  # words of the longest key


@value()
class Suffix:
    """A known key at the end of a path: its first character there, and the words before it in lower case."""

    key: Key
    start: int
    before: tuple[str, ...]


@cache
def all_keys() -> dict[str, Key]:
    """Every known key by its name; the first table that has it wins."""
    found: dict[str, Key] = {}
    for table in (kafka_clients.KEYS, kafka_brokers.KEYS, connect.KEYS, flink.KEYS, frameworks.KEYS):
        for key in table:
            found.setdefault(key.name, key)
    return found


@cache
def _squashed() -> dict[str, Key]:
    return {_JOINT.sub("", key.name).lower(): key for key in all_keys().values()}


def known_key(name: str) -> Key | None:
    """The row of a key by its name, canonical or as written."""
    key = _squashed().get(_JOINT.sub("", name).lower())
    return all_keys().get(key.means, key) if key is not None else None


@lru_cache(maxsize=8192)
def known_suffix(path: str) -> Suffix | None:
    """The longest known key with which a path ends; None when it ends with none.

    `KAFKA_LOG_RETENTION_MS` ends with `log.retention.ms`, not with `retention.ms`. Words may be joined by dots, dashes, underscores,
    humps or nothing (`AUTOOFFSETRESET`, as Spring reads the environment).
    """
    if len(path) > 1000:
        return None
    words = list(_WORD.finditer(path))
    for at in range(max(0, len(words) - _LONGEST), len(words)):
        if key := _squashed().get("".join(word.group().lower() for word in words[at:])):
            return Suffix(key=key, start=words[at].start(), before=words_of(path[: words[at].start()]))
    return None


def words_of(text: str) -> tuple[str, ...]:
    """`spring.kafka.autoOffsetReset` -> spring, kafka, auto, offset, reset."""
    return tuple(word.group().lower() for word in _WORD.finditer(text))
