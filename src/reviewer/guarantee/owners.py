"""Whose settings decide: a client that is made in code, else settings that stand together in code or a document."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from reviewer.core.span import Span
from reviewer.core.value import value
from reviewer.facts.keys.lookup import known_key
from reviewer.facts.owners import belongs
from reviewer.facts.profiles import developers_lines
from reviewer.facts.streaming.model import Builder, Client, FileFacts, Known, Setting, Value
from reviewer.facts.streaming.names import bare
from reviewer.facts.syntax import BlockKind
from reviewer.rules.checks.owners import owner
from reviewer.rules.checks.strength import fallback, plain

_FALLBACK = re.compile(r"\$\{[^{}:]+:[^{}]|[,?|]\s*[\"'][\w.-]+[\"']\s*\)?$")
_UNKNOWN = Value(known=Known.UNKNOWN, text="")


@value()
class Owner:
    """The settings of one owner by key. `name` tells it from others of the file; `client` is None for settings that only stand together.

    `doubled` are keys that are written with several values, or under a condition. `decides` is False where nothing here says what is promised: it may on the other side.
    """

    file: FileFacts
    name: str
    settings: Mapping[str, Setting]
    doubled: frozenset[str]
    client: Client | None = None
    decides: bool = True

    def value(self, key: str) -> Value:
        """Explicit, else the default of the client's version, or the one that all versions have; else unknown."""
        if key in self.doubled:
            return _UNKNOWN
        if key in self.settings:
            return self.settings[key].value
        if self.client is not None:
            return self.client.value(key)
        row = known_key(key)
        default = row.default("kafka", None) if row is not None else None
        return _UNKNOWN if default is None else Value(known=Known.DEFAULT, text=default)

    def text(self, key: str) -> str | None:
        """The value in lower case, `all` for -1; None when it is unknown, also where only the environment may say otherwise."""
        value = self.value(key)
        found = plain(value) if fallback(value) is None else None
        row = known_key(key)
        return row.same.get(found, found) if row is not None and found is not None else found

    def is_written(self, key: str) -> bool:
        """Whether the key is set to anything."""
        return key in self.settings

    def is_unseen(self, key: str) -> bool:
        """Whether the key is set to what can't be read here, and nothing says what holds where the environment is silent."""
        if key in self.doubled:
            return True
        return key in self.settings and self.text(key) is None and not _FALLBACK.search(self.settings[key].value.text)

    def place(self, key: str) -> Span | None:
        """The line of a setting, else of the client."""
        if key in self.settings:
            return first_line(self.settings[key].span)
        return first_line(self.client.call.name_span) if self.client is not None else None

    @property
    def line(self) -> int:
        """A line of the owner; 0 without any."""
        places = [s.span for s in self.settings.values()] if self.client is None else [self.client.call.name_span]
        return places[0].first_line if places and self._is_code else 0

    @property
    def _is_code(self) -> bool:
        return self.client is not None or any(setting.in_code for setting in self.settings.values())

    @property
    def function(self) -> int | None:
        """The function in which the client is made."""
        return self.client.call.function if self.client is not None else None


def first_line(span: Span) -> Span:
    """The first line of a span."""
    return Span(path=span.path, side=span.side, first_line=span.first_line, last_line=span.first_line)


def owners_of(file: FileFacts, kind: str, deciding: frozenset[str]) -> Iterator[Owner]:
    """The clients of a kind, then settings that belong to no client of the file."""
    for client in file.clients:
        if client.kind == kind:
            name = f"{file.function_name(client.call.function)}#{bare(client.holder)}!"
            yield _owner(file, name, client.settings, client)
    makers: tuple[Client | Builder, ...] = (*file.clients, *file.builders)
    taken = {_place(s) for maker in makers for s in maker.settings}
    loose: dict[str, list[Setting]] = {}
    nobodys = developers_lines(file)
    for setting in file.settings:
        if _place(setting) not in taken and setting.span.first_line not in nobodys and belongs(file, setting, kind):
            loose.setdefault(owner(setting), []).append(setting)
    for name, settings in loose.items():
        found = _owner(file, name, settings, None)
        yield replace(found, decides=not deciding.isdisjoint(found.settings))


def _place(setting: Setting) -> tuple[str, Span]:
    """The same words in the same place, whoever reads them."""
    return setting.key, setting.span


def _owner(file: FileFacts, name: str, settings: Iterable[Setting], client: Client | None) -> Owner:
    by_key: dict[str, list[Setting]] = {}
    for setting in settings:
        row = known_key(setting.key)
        by_key.setdefault(row.name if row is not None else setting.key, []).append(setting)
    unsure = {
        key for key, found in by_key.items()
        if len({s.value for s in found}) > 1 or any(_is_sometimes(file, s, client) for s in found)
    }  # fmt: skip
    return Owner(
        file=file, name=name, settings={key: found[-1] for key, found in by_key.items()}, doubled=frozenset(unsure),
        client=client,
    )  # fmt: skip


def _is_sometimes(file: FileFacts, setting: Setting, client: Client | None) -> bool:
    """Whether code makes a setting under a condition that the client itself does not stand under."""
    if not setting.in_code or setting.span.path != file.path:
        return False
    made = client.call.blocks if client is not None else ()
    return any(
        block.kind is BlockKind.CONDITIONAL and block.index not in made and block.span.contains(setting.span)
        for block in file.syntax.blocks
    )
