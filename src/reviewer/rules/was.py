"""What a value was: a reader who is told that `acks=1` is dangerous asks first what it was before."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from reviewer.core.span import Span
from reviewer.facts.delta import Delta
from reviewer.facts.keys.lookup import known_key
from reviewer.facts.keys.model import Kind
from reviewer.facts.pairs import Pair
from reviewer.facts.streaming.model import Setting
from reviewer.rules.checks.strength import plain
from reviewer.rules.checks.topics import duration, milliseconds, shown
from reviewer.rules.rule import Hit
from reviewer.rules.support import line

_OWN_WORDS = re.compile(r"\b(was|were|lived|instead of|no longer)\b")
_CLASS = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)+")


def with_old(hits: list[Hit], delta: Delta) -> list[Hit]:
    """The hits, those that speak of a changed setting with what it was, where they do not say it themselves.

    The setting is the one on the hit's line whose key the hit's subject names; a text (a password may be one) is never said.
    """
    if not hits:
        return hits
    keys = {s.key for side in (delta.before, delta.after) for file in side.files for s in file.settings if _is_said(s)}
    pairs = [pair for pair in delta.settings(*keys) if pair.before is not None and _differ(pair)] if keys else []
    return [_told(hit, pairs) for hit in hits]


def _is_said(setting: Setting) -> bool:
    key = known_key(setting.key)
    return key is not None and key.kind is not Kind.TEXT


def _differ(pair: Pair[Setting]) -> bool:
    """Whether it is sure that the value is another one, or that the setting is gone."""
    if pair.before is None or not pair.is_sure or plain(pair.before.value) is None:
        return False
    return pair.after is None or plain(pair.after.value) not in (None, plain(pair.before.value))


def _told(hit: Hit, pairs: Iterable[Pair[Setting]]) -> Hit:
    named = [pair for pair in pairs if _stands_on(hit, pair) and _names(hit, pair)]
    said = {(p.before and plain(p.before.value), p.after and plain(p.after.value)) for p in named}
    if len(said) != 1 or named[0].before is None or _says(hit, named[0].before):
        return hit  # a field, and what is made of it, have one value
    before, after = named[0].before, named[0].after
    now = "is not set any more" if after is None else f"is now {_shown(after)}"
    return replace(hit, message=f"{hit.message} `{_spelled(before)}` was {_shown(before)} and {now}.")


def _spelled(setting: Setting) -> str:
    key = known_key(setting.key)
    return key.name if key is not None and key.name.replace("-", ".") == setting.key else setting.key


def _shown(setting: Setting) -> str:
    """A value as a reader knows it: a number with its unit, a class by its own name, a constant by what it stands for."""
    text = shown(setting)
    if "(" in setting.value.text:
        return plain(setting.value) or text
    return text.rpartition(".")[2] if _CLASS.fullmatch(text) else text


def _stands_on(hit: Hit, pair: Pair[Setting]) -> bool:
    setting: Setting | None = pair.after or pair.before
    spans: tuple[Span, ...] = (hit.span, *hit.evidence)
    return setting is not None and any(line(span) == line(setting.span) for span in spans)


def _names(hit: Hit, pair: Pair[Setting]) -> bool:
    setting = pair.after or pair.before
    key = setting.key if setting is not None else ""
    names = (key, key.rpartition("acks")[1])  # whatever prefix it has
    said = f"{hit.subject} {hit.message}"
    return any(name and re.search(rf"(?<![\w.-]){re.escape(name)}(?![\w-]|\.\w)", said) for name in names)


def _says(hit: Hit, before: Setting) -> bool:
    """Whether the message tells of before in its own words, or has the old value as it is written or as a length of time."""
    if _OWN_WORDS.search(hit.message):
        return True
    words, time = {before.value.text, plain(before.value) or ""}, milliseconds(before)
    if time is not None and time >= 0:
        words.add(duration(time))
    return any(re.search(rf"(?<![\w.-]){re.escape(word)}(?![\w-]|\.\w)", hit.message, re.I) for word in words if word)
