"""Connectors that documents configure: REST bodies, property files, resources of Strimzi, Confluent and Terraform."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from reviewer.core.lazily import lazily
from reviewer.facts.streaming.model import Connector, Known, Setting, Value
from reviewer.facts.streaming.references import references, resolved
from reviewer.facts.syntax import ConfigEntry

_CLASS = "connector.class"
_KINDS = {"KafkaConnector": "config", "Connector": "configs"}  # kind of a manifest -> what its settings hang below
# Block of a MirrorMaker 2 resource -> the class that it stands for.
_MIRRORS = {
    "sourceConnector": "org.apache.kafka.connect.mirror.MirrorSourceConnector",
    "checkpointConnector": "org.apache.kafka.connect.mirror.MirrorCheckpointConnector",
    "heartbeatConnector": "org.apache.kafka.connect.mirror.MirrorHeartbeatConnector",
}
_HOLDERS = lazily(
    r"(config|configs|configuration|connector_configuration|config_nonsensitive|properties|spec)$", re.IGNORECASE
)
_NAMES = ("name", "connector_name")

_Leaves = Mapping[tuple[str, ...], ConfigEntry]


def connectors(
    entries: Sequence[ConfigEntry], path: str, known: Mapping[str, str] | None = None
) -> Iterator[Connector]:
    """The connectors in the order of the text. `known` are values of placeholders that other files define."""
    values = {**references(entries), **(known or {})}
    for document in dict.fromkeys(entry.document for entry in entries):
        mine = [entry for entry in entries if entry.document == document]
        leaves = {entry.keys: entry for entry in mine}
        yield from _by_class(mine, leaves, path, values)
        yield from _by_kind(mine, leaves, values)
        yield from _mirrors(mine, leaves, values)


def _by_class(
    entries: Sequence[ConfigEntry], leaves: _Leaves, path: str, values: Mapping[str, str]
) -> Iterator[Connector]:
    """Any mapping with `connector.class`, flat or nested; `connector: {class: …}` does not occur in the wild."""
    for entry in entries:
        if entry.keys[-1] != _CLASS:
            continue
        holder = entry.keys[:-1]
        outer = holder[:-1] if holder and _HOLDERS.search(holder[-1]) else holder
        inside = [e for e in entries if e.keys[: len(holder)] == holder and len(e.keys) == len(holder) + 1]
        name = _name(leaves, holder, outer)
        own = "" if outer[-1:] and outer[-1].startswith("[") else outer[-1] if outer else _stem(path)
        yield _made(
            name, name.value if name is not None else own, entry, inside, len(holder), values, "connector.class"
        )


def _name(leaves: _Leaves, holder: tuple[str, ...], outer: tuple[str, ...]) -> ConfigEntry | None:
    places = [(*at, key) for at in dict.fromkeys((outer, holder)) for key in _NAMES]
    return next((leaves[place] for place in places if place in leaves), None)


def _by_kind(entries: Sequence[ConfigEntry], leaves: _Leaves, values: Mapping[str, str]) -> Iterator[Connector]:
    for entry in entries:
        if entry.keys[-1] != "kind" or entry.value not in _KINDS:
            continue
        root = entry.keys[:-1]
        made = leaves.get((*root, "spec", "class"))
        name = leaves.get((*root, "spec", "name")) or leaves.get((*root, "metadata", "name"))
        if made is None or name is None:
            continue
        holder = (*root, "spec", _KINDS[entry.value])
        inside = [e for e in entries if e.keys[: len(holder)] == holder]
        tasks = [leaves[key] for key in ((*root, "spec", "tasksMax"), (*root, "spec", "taskMax")) if key in leaves]
        yield _made(name, name.value, made, [*tasks, *inside], len(holder), values, entry.value)


def _mirrors(entries: Sequence[ConfigEntry], leaves: _Leaves, values: Mapping[str, str]) -> Iterator[Connector]:
    blocks: dict[tuple[str, ...], list[ConfigEntry]] = {}
    for entry in entries:
        at = next((n for n, key in enumerate(entry.keys) if key in _MIRRORS and "mirrors" in entry.keys[:n]), None)
        if at is not None:
            blocks.setdefault(entry.keys[: at + 1], []).append(entry)
    for block, inside in blocks.items():
        mirror, spec = block[:-1], block[: block.index("mirrors")]
        source = leaves.get((*mirror, "sourceCluster")) or leaves.get((*mirror, "source", "alias"))
        target = leaves.get((*mirror, "targetCluster")) or leaves.get((*spec, "target", "alias"))
        name = f"{source.value if source else ''}->{target.value if target else ''}.{block[-1]}"
        settings = [entry for entry in inside if {"config", "tasksMax"} & {*entry.keys[len(block) :]}]
        yield _made(None, name, inside[0], settings, len(block) + 1, values, "KafkaMirrorMaker2", _MIRRORS[block[-1]])


def _made(
    name: ConfigEntry | None, shown: str, made: ConfigEntry, inside: Sequence[ConfigEntry], depth: int, values: Mapping[str, str],
    by: str, connector_class: str = "",
) -> Connector:  # fmt: skip
    text, is_literal = resolved(shown, values)
    found = (
        _setting(entry, depth, text, values)
        for entry in inside
        if entry is not name and (connector_class or entry is not made)
    )
    return Connector(
        name=text, is_literal=is_literal, connector_class=connector_class or resolved(made.value, values)[0], settings=tuple(found),
        span=made.span, name_span=name.span if name is not None else None, declared_by=by,
    )  # fmt: skip


def _setting(entry: ConfigEntry, depth: int, name: str, values: Mapping[str, str]) -> Setting:
    key = ".".join(part for part in entry.keys[min(depth, len(entry.keys) - 1) :] if not part.startswith("["))
    text, is_literal = resolved(entry.value, values)
    return Setting(
        key="tasks.max" if key in ("tasksMax", "taskMax") else key, client="connector", scope=name, span=entry.span, in_code=False,
        value=Value(known=Known.EXPLICIT if is_literal else Known.UNKNOWN, text=text), written=entry.dotted,
    )  # fmt: skip


def _stem(path: str) -> str:
    """A connector whose body has no name is called by its file: `PUT /connectors/orders/config < orders.json`."""
    return path.rsplit("/", 1)[-1].rsplit(".", 1)[0]
