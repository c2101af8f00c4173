"""One name in all its spellings: `group.id`, `group-id`, `GROUP_ID_CONFIG`, `setGroupId` and `SPRING_KAFKA_CONSUMER_GROUPID` are one key."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate

_PIECE = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_TOKEN = re.compile(r"[A-Za-z_](?:[\w.-]{0,200}\w)?")
_CONSTANTS = ("config", "key", "property", "name", "env")  # what constants of keys end in
_SETTERS = ("set", "with")


def pieces(text: str) -> tuple[str, ...]:
    """The words of a name in lower case, whatever joins them."""
    return tuple(piece.lower() for piece in _PIECE.findall(text))


@dataclass(frozen=True)
class Spelling:
    """A key, an environment variable, a constant. `symbol` is how the model wrote it."""

    symbol: str

    @cached_property
    def words(self) -> tuple[str, ...]:
        """Without the class of a constant and what constants end in."""
        owner, _, last = self.symbol.rpartition(".")
        own = pieces(last if owner[:1].isupper() and "_" in last else self.symbol)
        return own[:-1] if len(own) > 2 and own[-1] in _CONSTANTS and "_" in self.symbol else own

    @cached_property
    def texts(self) -> tuple[str, ...]:
        """What to look for, in any case: every spelling holds one of these."""
        last = pieces(re.split(r"[.:/]", self.symbol)[-1]) if "_" not in self.symbol else self.words[-2:]
        tail = last if len(last) > 1 else self.words[-2:]
        return tuple(dict.fromkeys(mark.join(tail) for mark in (".", "-", "_", "")))

    @cached_property
    def nested(self) -> str | None:
        """The last word alone, by which a document holds the key line by line; None when `texts` find it."""
        last = re.split(r"[.:/]", self.symbol)[-1]
        return last if len(pieces(last)) == 1 and len(self.words) > 1 and "." in self.symbol else None

    @cached_property
    def _least(self) -> int:
        """Words of its end that alone may stand for it: `group-id` of `consumer.group-id`; `poll.records` is not `max.poll.records`."""
        last = pieces(re.split(r"[.:/]", self.symbol)[-1])
        return len(last) if len(last) > 1 and "." in self.symbol else len(self.words)

    def rank(self, name: str) -> int | None:
        """0: the same key; 1: the key under a longer prefix, or its end alone; 2: its last word by a setter; None: another one."""
        ranks = [rank for words in _readings(name) if (rank := self._rank(words)) is not None]
        return min(ranks, default=None)

    def rank_in(self, line: str) -> int | None:
        """The best rank of a name in a line of code."""
        lowered = line.lower()
        if not any(text in lowered for text in self.texts) and (self.nested or "\0") not in lowered:
            return None
        ranks = [rank for token in _TOKEN.findall(line[:2_000]) if (rank := self.rank(token)) is not None]
        return min(ranks, default=None)

    def _rank(self, words: tuple[str, ...]) -> int | None:
        mine, other = "".join(self.words), "".join(words)
        if not mine or not other:
            return None
        if mine == other:
            return 0
        if other.endswith(mine):
            return 1 if len(other) - len(mine) in _starts(words) else None
        if mine.endswith(other) and len(mine) - len(other) in _starts(self.words):
            return 1 if len(words) >= max(2, self._least) else None
        setter = len(words) == 2 and words[0] in _SETTERS and len(self.words) > 1
        return 2 if setter and words[1] == self.words[-1] else None


def _readings(name: str) -> Iterator[tuple[str, ...]]:
    """The words of a name; of a constant also without its class, and without what constants end in; of a setter what it sets."""
    own = [pieces(name)]
    owner, _, last = name.rpartition(".")
    if owner:
        own += [pieces(last)] if owner.rpartition(".")[2][:1].isupper() else []
    for words in own:
        yield words
        if len(words) > 1 and words[-1] in _CONSTANTS:
            yield words[:-1]
        if len(words) > 2 and words[0] in _SETTERS:
            yield words[1:]


def _starts(words: tuple[str, ...]) -> set[int]:
    return set(accumulate(map(len, words)))
