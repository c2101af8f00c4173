"""Questions about connectors: what a setting of one was and is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from reviewer.core.span import Span
from reviewer.facts.delta import Delta
from reviewer.facts.streaming.model import Connector, FileFacts, Known, Setting


@dataclass(frozen=True, slots=True, kw_only=True)
class Turned:
    """A setting of a connector that had one explicit value and has another, or none (`now` is None). `span` is the line to report."""

    connector: Connector
    key: str
    was: Setting | None
    now: Setting | None

    @property
    def old(self) -> str:
        """The value before, "" where there was none."""
        return self.was.value.text if self.was is not None else ""

    @property
    def new(self) -> str:
        """The value after, "" where there is none."""
        return self.now.value.text if self.now is not None else ""

    @property
    def span(self) -> Span:
        """The line where it is now, or the removed one."""
        found = self.now or self.was
        assert found is not None
        return found.span


def connectors(delta: Delta) -> Iterator[tuple[FileFacts, Connector | None, Connector]]:
    """The connectors of the changed files that somebody's records depend on, each with itself before (by name)."""
    for pair in delta.pairs():
        if pair.after is None or pair.after.is_test or pair.after.is_development:
            continue
        old = {c.name: c for c in pair.before.connectors} if pair.before is not None else {}
        alone = list(old.values())
        for connector in pair.after.connectors:
            was = old.get(connector.name) or (alone[0] if len(alone) == len(pair.after.connectors) == 1 else None)
            yield pair.after, was, connector


def turned(was: Connector, now: Connector) -> Iterator[Turned]:
    """The settings of a connector whose explicit value is another one now, or gone; what is not known is no change."""
    old = {s.key: s for s in was.settings}
    new = {s.key: s for s in now.settings}
    for key in dict.fromkeys((*old, *new)):
        one, other = old.get(key), new.get(key)
        known = all(s is None or s.value.known is Known.EXPLICIT for s in (one, other))
        if known and (one is None or other is None or one.value.text != other.value.text):
            yield Turned(connector=now, key=key, was=one, now=other)


def value(connector: Connector, key: str) -> str | None:
    """The explicit value of a key in lower case, "" where it is not set; None where it is not known."""
    setting = connector.setting(key)
    if setting is None:
        return ""
    return setting.value.text.strip().lower() if setting.value.known is Known.EXPLICIT else None


def is_sink(connector: Connector) -> bool:
    """Whether it reads topics."""
    return "sink" in connector.connector_class.lower() or connector.setting("topics") is not None
