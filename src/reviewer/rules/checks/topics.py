"""Questions about what topics promise: their settings before and after, matched by the topic's name; and amounts in words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

from reviewer.core.span import Span
from reviewer.core.value import value
from reviewer.facts.delta import Delta
from reviewer.facts.keys.lookup import known_key
from reviewer.facts.keys.model import Kind
from reviewer.facts.owners import belongs
from reviewer.facts.pairs import TOPICS
from reviewer.facts.streaming.model import FactSet, FileFacts, Setting, Topic
from reviewer.files import FileKind
from reviewer.rules.checks.strength import number
from reviewer.rules.checks.words import of_change
from reviewer.rules.rule import Hit

_Place = tuple[str, int]


@value()
class Promise:
    """A setting of a topic (or of a broker, for all topics without their own) that differs. At most one side is None.

    `of` is the topic as a phrase, `topic` what holds it after the change where that is one topic, `file` the file after the change.
    """

    of: str
    key: str
    before: Setting | None
    after: Setting | None
    topic: Topic | None
    file: FileFacts

    @property
    def span(self) -> Span:
        """Where it is to be reported."""
        setting = self.after or self.before
        assert setting is not None
        return setting.span

    @property
    def subject(self) -> str:
        """What a hit about it is about: `the topic orders/retention.ms: 1 -> 2`."""
        old, new = (setting.value.text if setting is not None else "" for setting in (self.before, self.after))
        is_each = self.topic is not None and not self.topic.is_literal
        of = f"the topic `{self.topic.name}`" if self.topic is not None and is_each else self.of
        return of_change(f"{of}/{self.key}", old, new)

    def swap(self) -> tuple[str, str] | None:
        """The exact text that puts the old value back, where it is a plain word."""
        if self.before is None or self.after is None:
            return None
        old, new = self.before.value.text, self.after.value.text
        return (new, old) if _is_word(old) and _is_word(new) else None


def with_swap(hit: Hit, found: Promise) -> Hit:
    """The hit with the suggestion that puts the old value back, where that is safe."""
    return replace(hit, replace=found.swap())


_MANY = 3  # names that are told one by one


def named(topic: Topic, *, begins: bool = False) -> str:
    """A topic as a phrase: its name, ``the topic `spec.name` `` for an expression, ``each topic of `TOPICS` (orders, bills)`` for a loop's."""
    if topic.is_literal:
        return topic.name
    text = f"the topic `{topic.name}`"
    if topic.over:
        names = ", ".join(topic.among[:_MANY]) + (", …" if len(topic.among) > _MANY else "")
        text = f"each topic of `{topic.over}`{f' ({names})' if names else ''}"
    return text[0].upper() + text[1:] if begins else text


def _of(topic: Topic) -> str:
    return f"the topic {topic.name}" if topic.is_literal else named(topic)


def _is_word(text: str) -> bool:
    return text.replace("-", "").replace("_", "").isalnum()


def promises(delta: Delta, *keys: str) -> Iterator[Promise]:
    """The settings of some keys that differ: topic by topic, then those of code and of brokers that hang on no topic."""
    kept = _counts(delta.after, keys)
    were = _counts(delta.before, keys)
    seen: set[_Place] = set()
    for found in (*_of_topics(delta, keys, seen), *_alone(delta, keys, seen)):
        gone = found.before if found.after is None else None
        if gone is None or kept[gone.key, gone.value.text] < were[gone.key, gone.value.text]:
            yield found  # what is gone here and stands somewhere else instead has moved


def _counts(facts: FactSet, keys: tuple[str, ...]) -> Counter[tuple[str, str]]:
    return Counter((s.key, s.value.text) for file in facts.files for s in every(file, *keys))


def every(file: FileFacts, *keys: str) -> Iterator[Setting]:
    """The settings of some keys in a file: those of its topics first, then the rest; each place once."""
    seen: set[_Place] = set()
    for setting in (*(s for topic in file.topics for s in topic.settings), *file.settings):
        if setting.key in keys and _place(setting) not in seen:
            seen.add(_place(setting))
            yield setting


def _place(setting: Setting) -> _Place:
    return f"{setting.span.side}{setting.span.path}/{setting.key}", setting.span.first_line


def _of_topics(delta: Delta, keys: tuple[str, ...], seen: set[_Place]) -> Iterator[Promise]:
    for pair in delta.pairs_of(TOPICS):
        was, now, file = pair.before, pair.after, pair.files.after
        old, new = _by_key(was, seen), _by_key(now, seen)
        if was is None or now is None or file is None or not pair.is_sure:
            continue
        for key in keys:
            before, after = old.get(key), new.get(key)
            if (before.value if before else None) != (after.value if after else None):
                yield Promise(of=_of(now), key=key, before=before, after=after, topic=now, file=file)


def _by_key(topic: Topic | None, seen: set[_Place]) -> dict[str, Setting]:
    if topic is None:
        return {}
    seen.update(_place(setting) for setting in topic.settings)
    return {setting.key: setting for setting in topic.settings}


def _alone(delta: Delta, keys: tuple[str, ...], seen: set[_Place]) -> Iterator[Promise]:
    for pair in delta.settings(*keys):
        before, after, file = pair.before, pair.after, pair.files.after
        known = after or before
        if known is None or file is None or before is None or not pair.is_sure or _place(known) in seen:
            continue
        if (after is None or before.value != after.value) and _is_owned(file, known):
            broker = known.client == "broker" or known.key.startswith(("log.", "message.max"))
            of = "every topic without a value of its own" if broker else "the topic"
            yield Promise(of=of, key=known.key, before=before, after=after, topic=None, file=file)


def _is_owned(file: FileFacts, setting: Setting) -> bool:
    """Whether it is a topic's or a broker's; the broker of a developer's machine or of CI holds nothing that matters."""
    if file.kind in (FileKind.TEST, FileKind.DEVELOPMENT):
        return False
    return setting.client in ("topic", "broker") or belongs(file, setting, "broker") or setting.in_code


_TIMES = (("day", 86_400_000), ("hour", 3_600_000), ("minute", 60_000), ("second", 1000))
_SIZES = (("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10))
_FACTORS = {Kind.MS: 1, Kind.SECONDS: 1000, Kind.MINUTES: 60_000, Kind.HOURS: 3_600_000}


def milliseconds(setting: Setting) -> int | None:
    """The length of time that a setting says, by the unit of its key; -1 for no limit, None when it is unknown."""
    row, amount = known_key(setting.key), number(setting.value)
    if amount is None or row is None or row.kind not in _FACTORS:
        return None
    return amount if amount < 0 else amount * _FACTORS[row.kind]


def shown(setting: Setting) -> str:
    """A value with what it means: `3600000 (1 hour)`."""
    text, row, amount = setting.value.text, known_key(setting.key), number(setting.value)
    if amount is None or row is None:
        return text
    if amount < 0:
        return f"{text} (no limit)"
    if row.kind in _FACTORS:
        return f"{text} ({duration(amount * _FACTORS[row.kind])})"
    return f"{text} ({_size(amount)})" if row.kind is Kind.BYTES and amount >= 1024 else text


def duration(amount: int) -> str:
    """Milliseconds in words: `2.5 hours`."""
    name, unit = next(((n, u) for n, u in _TIMES if amount >= u), ("ms", 1))
    count = f"{amount / unit:.1f}".removesuffix(".0")
    return f"{count} {name}" if count == "1" or name == "ms" else f"{count} {name}s"


def _size(amount: int) -> str:
    name, unit = next((n, u) for n, u in _SIZES if amount >= u)
    return f"{amount / unit:.1f}".removesuffix(".0") + f" {name}"
