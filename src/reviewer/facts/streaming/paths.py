"""Where a leaf of a document stands: its path with the names of list items, the manifest around it, variables and pairs resolved."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace

from reviewer.core.lazily import lazily
from reviewer.core.span import Span
from reviewer.core.value import value
from reviewer.facts.syntax import ConfigEntry


@value()
class Place:
    """A leaf and its place. `dotted` is the path without indices, `kind` the manifest's, `label` tells documents of one file apart."""

    entry: ConfigEntry
    dotted: str
    value: str
    span: Span
    kind: str
    label: str


_INDEX = lazily(r"\.?\[\d+\]")
_PAIR = lazily(r"^([A-Za-z][\w.-]{2,120})=(.*)$", re.DOTALL)
_NAMES = ("name", "key")


def places(entries: Sequence[ConfigEntry]) -> Iterator[Place]:
    """The leaves in the order of the text; a list's `{name: K, value: V}` and `K=V` count as K below the list, too."""
    manifests = _manifests(entries)
    names = _item_names(entries)
    for at, entry in enumerate(entries):
        kind, label = manifests.get(entry.document, ("", ""))
        plain = Place(
            entry=entry, dotted=_INDEX.sub("", entry.dotted), value=entry.value, span=entry.span, kind=kind, label=label
        )
        yield plain
        yield from _pairs(plain, names)
        yield from _options(plain, at, entries)


#: How programs are told their consumer's group on the command line; `--group` alone is many things, and a number behind `--group-id` is Unix's.
GROUP_OPTION = lazily(
    r"(?:^|(?<=\s))--(?:kafka[.-](?:consumer[.-])?group|consumer[.-]group|group[.-]id(?![=\s]+[\"']?\d+[\"']?(?!\S)))(?:[.-](?:id|name))?(?:[=\s]+[\"']?(?P<value>[^\s\"']+)|$)"
)
#: What the option is called below the command that it belongs to.
OPTION = "kafka.consumer.group.id"
_COMMANDS = frozenset({"command", "args", "entrypoint", "cmd"})
#: What a container that consumes says somewhere: `--group-id` alone is said of users, chats and jobs as well.
_KAFKAS = re.compile(
    r"kafka|redpanda|confluent|consum|broker|bootstrap[._-]?server|(?<![a-z])topics?(?![a-z])", re.IGNORECASE
)


def _options(place: Place, at: int, entries: Sequence[ConfigEntry]) -> Iterator[Place]:
    """The group in the arguments of a container: `--consumer-group=orders`, or the option and its value as two items, or inside a command."""
    following = entries[at + 1] if at + 1 < len(entries) else None
    keys = place.entry.keys
    home = keys[:-1] if keys[-1].startswith("[") else keys
    match = GROUP_OPTION.search(place.value) if home and home[-1].lower() in _COMMANDS else None
    if match is None or (match[0].startswith("--group") and not _consumes(place, home[:-1], entries)):
        return
    dotted = _joined((*home, OPTION))
    if match["value"]:
        yield replace(place, dotted=dotted, value=match["value"])
    elif following is not None and following.keys[:-1] == keys[:-1] and not following.value.startswith("-"):
        if following.value.isdigit() and match[0].startswith("--group"):
            return
        yield replace(place, entry=following, dotted=dotted, value=following.value, span=following.span)


def _consumes(place: Place, container: tuple[str, ...], entries: Sequence[ConfigEntry]) -> bool:
    """Whether a container, or the name of its manifest, says anything of Kafka."""
    own = (e for e in entries if e.document == place.entry.document and e.keys[: len(container)] == container)
    return _KAFKAS.search(place.label) is not None or any(_KAFKAS.search(f"{e.dotted[-80:]} {e.value}") for e in own)


def _pairs(place: Place, names: dict[tuple[int, tuple[str, ...]], ConfigEntry]) -> Iterator[Place]:
    entry = place.entry
    keys = entry.keys
    if len(keys) > 1 and keys[-1].startswith("[") and (match := _PAIR.match(entry.value)):
        yield replace(place, dotted=_joined((*keys[:-1], match[1])), value=match[2])
    elif len(keys) > 2 and keys[-1] in ("value", "@value") and keys[-3] not in ("env", "environment"):
        name = names.get((entry.document, keys[:-1]))
        if name is not None:
            span = replace(entry.span, first_line=min(name.span.first_line, entry.span.first_line))
            yield replace(place, dotted=_joined((*keys[:-2], name.value)), span=span)


def _joined(keys: tuple[str, ...]) -> str:
    return _INDEX.sub("", ".".join(keys))


def _item_names(entries: Sequence[ConfigEntry]) -> dict[tuple[int, tuple[str, ...]], ConfigEntry]:
    return {
        (entry.document, entry.keys[:-1]): entry
        for entry in entries
        if entry.keys[-1] in _NAMES and len(entry.keys) > 1 and entry.keys[-2].startswith("[")
    }


_PROFILE = ("spring.config.activate.on-profile", "spring.profiles", "metadata.name")


def _manifests(entries: Sequence[ConfigEntry]) -> dict[int, tuple[str, str]]:
    """Document -> its kind, and its label where a file has several: a profile's or a resource's name."""
    several = len({entry.document for entry in entries}) > 1
    kinds = {entry.document: entry.value for entry in entries if entry.keys == ("kind",)}
    labels: dict[int, str] = {}
    for entry in entries:
        if several and _INDEX.sub("", entry.dotted) in _PROFILE:
            labels.setdefault(entry.document, entry.value)
    doubled = {label for label, count in Counter(labels.values()).items() if count > 1}
    shown = {d: f"{kinds.get(d, '')}/{label}" if label in doubled else label for d, label in labels.items()}
    return {d: (kinds.get(d, ""), shown.get(d, "")) for d in {entry.document for entry in entries}}
