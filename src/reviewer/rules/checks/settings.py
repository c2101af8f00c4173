"""Questions about settings. Each yields what it found; the rule says what it means."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from reviewer.core.span import Span
from reviewer.core.value import value
from reviewer.facts.delta import Delta, FilePair
from reviewer.facts.owners import belongs
from reviewer.facts.streaming.model import Client, FactSet, FileFacts, Known, Setting, Value
from reviewer.rules.checks.strength import is_weaker, plain
from reviewer.rules.checks.words import of_setting


@dataclass(frozen=True, slots=True)
class Written:
    """A setting as it stands in a file."""

    file: FileFacts
    setting: Setting

    @property
    def subject(self) -> str:
        """What a hit about it is about."""
        return of_setting(self.setting)

    @property
    def text(self) -> str:
        """The value."""
        return self.setting.value.text


@value()
class Differs:
    """A setting that was `old` and is `new`. `after` is None where it was removed; then `span` is its line before the change."""

    files: FilePair
    before: Setting
    after: Setting | None
    old: Value
    new: Value
    is_sure: bool

    @property
    def span(self) -> Span:
        """Where it is to be reported."""
        return (self.after or self.before).span

    @property
    def subject(self) -> str:
        """What a hit about it is about."""
        return of_setting(self.after or self.before)


def written(facts: FactSet, *keys: str, of: str = "", among: tuple[str, ...] = ()) -> Iterator[Written]:
    """The settings of a client kind (of any) that are written with one of some values (with any), ignoring case."""
    for file in facts.files:
        for setting in file.settings:
            if setting.key in keys and (not of or belongs(file, setting, of)):
                if not among or setting.value.is_explicit(*among):
                    yield Written(file, setting)


def defaulted(facts: FactSet, key: str, *, of: str, among: tuple[str, ...]) -> Iterator[tuple[FileFacts, Client]]:
    """The clients of a kind that leave a setting to a default which is one of some values in their version."""
    for file in facts.files:
        for client in file.clients:
            value = client.value(key)
            if client.kind == of and value.known is Known.DEFAULT and value.text in among:
                yield file, client


def default_of(file: FileFacts, kind: str, key: str) -> str | None:
    """What holds without a setting in every library of the file that has such clients; None where they differ or one is unknown."""
    known = [found.defaults_of(kind, None) for found in file.names.libraries if kind in found.defaults]
    values = {defaults.get(key) for defaults in known}
    return next(iter(values)) if len(values) == 1 else None


def beside(file: FileFacts, setting: Setting, *keys: str) -> tuple[Setting, ...]:
    """The settings of some keys that the same owner has."""
    return tuple(other for other in file.settings if other.scope == setting.scope and other.key in keys)


def changed(delta: Delta, *keys: str, of: str = "") -> Iterator[Differs]:
    """Settings whose value is another one after the change: a literal, or what holds where the environment says nothing."""
    for pair in delta.settings(*keys):
        if pair.before is None or pair.after is None or pair.files.after is None:
            continue
        if not of or belongs(pair.files.after, pair.after, of):
            old, new, after = pair.before.value, pair.after.value, pair.after
            if old == new and pair.files.before is not None:
                old, (new, span) = _behind(pair.files.before, old)[0], _behind(pair.files.after, new)
                after = replace(after, value=new, span=span or after.span)
            elif old != new:
                after = replace(after, span=_where_it_changed(pair.files, after))
            if old.text != new.text and plain(old) is not None and plain(new) is not None and plain(old) != plain(new):
                yield Differs(files=pair.files, before=pair.before, after=after, old=old, new=new, is_sure=pair.is_sure)


def _behind(file: FileFacts, value: Value) -> tuple[Value, Span | None]:
    """What a name stands for that is assigned once in the file, and where: `ACKS = os.getenv("ACKS", "all")`."""
    if value.known is not Known.UNKNOWN or not value.text.isidentifier():
        return value, None
    found = [a for a in file.syntax.assignments if a.target == value.text and a.value is not None]
    if len(found) != 1 or found[0].value is None:
        return value, None
    return Value(known=Known.UNKNOWN, text=found[0].value.text), found[0].span


def _where_it_changed(files: FilePair, setting: Setting) -> Span:
    """The line of the value, where the setting's own line stays: the one changed assignment of the file that gives it."""
    if files.after is None or files.touches(setting.span):
        return setting.span
    given = [
        a.span
        for a in files.after.syntax.assignments
        if a.value is not None and setting.value.text in (a.value.literal, a.value.text) and files.touches(a.span)
    ]
    return given[0] if len(given) == 1 else setting.span


def removed(delta: Delta, *keys: str, of: str = "") -> Iterator[Differs]:
    """Settings that are gone from a file that stays, and that stand nowhere else in the change under the same key.

    `new` is the default where every client of that kind in the file has the same known one, else unknown.
    """
    kept = {(s.key, s.value) for file in delta.after.files for s in file.settings if s.key in keys}
    for pair in delta.settings(*keys):
        before, file = pair.before, pair.files.after
        if before is None or pair.after is not None or file is None or (before.key, before.value) in kept:
            continue
        if of and (pair.files.before is None or not belongs(pair.files.before, before, of)):
            continue
        new = _default(file, before.key, of or before.client)
        yield Differs(files=pair.files, before=before, after=None, old=before.value, new=new, is_sure=pair.is_sure)


def _default(file: FileFacts, key: str, kind: str) -> Value:
    values = {client.value(key) for client in file.clients if client.kind == kind}
    return next(iter(values)) if len(values) == 1 else Value(known=Known.UNKNOWN, text="")


def weaker(delta: Delta, *keys: str, of: str = "") -> Iterator[Differs]:
    """Settings that guarantee less than before, by the table in `strength.py`: another value, or removed where the default is less."""
    for differs in (*changed(delta, *keys, of=of), *removed(delta, *keys, of=of)):
        if is_weaker(differs.before.key, differs.old, differs.new):
            yield differs
