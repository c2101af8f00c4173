"""What is known of a key of configuration."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from enum import StrEnum

from reviewer.clients.library import version_number
from reviewer.core.value import value


class Kind(StrEnum):
    """What a value is, with its unit."""

    BOOL = "bool"
    INT = "int"
    RATIO = "ratio"
    MS = "ms"
    SECONDS = "s"
    MINUTES = "min"
    HOURS = "h"
    DURATION = "duration"  # `10 min`, `30s`, ISO 8601
    BYTES = "bytes"
    KILOBYTES = "kB"
    SIZE = "size"  # `64mb`
    CHOICE = "choice"
    TEXT = "text"
    CLASS = "class"
    LIST = "list"


@value()
class Since:
    """A default that holds from a version on ("" for the first one)."""

    version: str
    value: str


@value()
class Key:
    """One key.

    `clients` are those it belongs to: producer | consumer | streams | admin | topic | broker | worker | connector | flink | listener.
    `order` are its values from the weakest to the strongest where there is such an order; of numbers `more` says whether a greater
    one is stronger (True), weaker (False) or neither (None); `unlimited` is the number that stands for no limit. `same` are
    spellings of one value. `defaults` are by product (kafka | librdkafka | kafka-python | aiokafka | flink), oldest version first;
    `source` is where they are written. `generic`: other software has the key too, so it counts only with something beside it. `means` is the
    key that this one is another spelling of.
    """

    name: str
    clients: frozenset[str]
    kind: Kind
    order: tuple[str, ...] = ()
    more: bool | None = None
    unlimited: str = ""
    same: Mapping[str, str] = field(default_factory=dict)
    defaults: Mapping[str, tuple[Since, ...]] = field(default_factory=dict)
    source: str = ""
    generic: bool = False
    means: str = ""

    def default(self, product: str, version: str | None) -> str | None:
        """What holds where the key is absent; None when that depends on an unknown version or is not known."""
        rows = self.defaults.get(product, ())
        if len(rows) == 1:
            return rows[0].value
        number = version_number(version)
        if number is None:
            return None
        return next((r.value for r in reversed(rows) if (version_number(r.version) or ()) <= number), None)

    def is_weaker(self, old: str, new: str) -> bool | None:
        """Whether `new` protects less than `old`; None where the two can't be ordered."""
        one, other = self._plain(old), self._plain(new)
        if one in self.order and other in self.order:
            return self.order.index(other) < self.order.index(one)
        first, second = self._number(one), self._number(other)
        if self.more is None or first is None or second is None:
            return None
        return second < first if self.more else second > first

    def _plain(self, value: str) -> str:
        text = value.strip().lower()
        return self.same.get(text, text)

    def _number(self, text: str) -> float | None:
        if self.unlimited and text == self.unlimited:
            return float("inf")
        digits = text.replace("_", "")
        return float(digits) if digits.lstrip("-").isdigit() else None


def known(
    names: str, clients: str, kind: Kind, *, order: str = "", more: bool | None = None, unlimited: str = "",
    same: Mapping[str, str] | None = None, source: str = "", generic: bool = False, means: str = "", **defaults: str,
) -> tuple[Key, ...]:  # fmt: skip
    """Rows of the table: names and clients apart by blanks, `kafka="1 3.0=all"`: 1, since 3.0 all."""
    return tuple(
        Key(
            name=name, clients=frozenset(clients.split()), kind=kind, order=tuple(order.split()), more=more, unlimited=unlimited,
            same=dict(same or {}), source=source, generic=generic, means=means,
            defaults={product.replace("_", "-"): rows(text) for product, text in defaults.items()},
        )
        for name in names.split()
    )  # fmt: skip


def rows(text: str) -> tuple[Since, ...]:
    """`1 3.0=all` as rows: 1 from the first version on, all since 3.0; `_` stands for a blank."""
    parts = (part.rpartition("=") for part in text.split(" "))
    return tuple(Since(version=version, value=value.replace("_", " ")) for version, _, value in parts)
