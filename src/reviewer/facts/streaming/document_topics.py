"""Topics that documents declare: resources of Terraform and Strimzi, and any mapping that has the shape of a topic."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from reviewer.core.lazily import lazily
from reviewer.core.numbers import whole
from reviewer.core.span import Span
from reviewer.core.value import value
from reviewer.facts.keys.lookup import known_key, known_suffix, words_of
from reviewer.facts.streaming.config import canonical
from reviewer.facts.streaming.model import Known, Setting, Topic, Value
from reviewer.facts.streaming.references import references, resolved
from reviewer.facts.syntax import ConfigEntry

_NAMES = ("topicname", "topic", "topicid", "name")
_PARTITIONS = frozenset({"partitions", "partitioncount", "partitionscount", "numpartitions", "numberofpartitions"})
_REPLICATION = frozenset({"replicationfactor", "replication", "replicas"})
_CONFIG = frozenset({"config", "configs", "configuration", "topicconfig", "topicconfigs", "topicconfiguration", "properties", "settings", "configoverrides"})  # fmt: skip
_BROKERS = frozenset({"kafka", "redpanda", "msk"})
_NO_NAMES = lazily(r"defaults?|min(?:imum)?|max(?:imum)?|limits?|\*|_.*", re.IGNORECASE)


@dataclass(slots=True, kw_only=True)
class _Node:
    """A mapping or list of a document."""

    path: tuple[str, ...]
    leaves: dict[str, ConfigEntry] = field(default_factory=dict)
    children: dict[str, _Node] = field(default_factory=dict)


def document_topics(entries: Sequence[ConfigEntry], known: Mapping[str, str] | None = None) -> Iterator[Topic]:
    """The topics in the order of the text. `known` are values of placeholders that other files define."""
    values = {**references(entries), **(known or {})}
    for document in dict.fromkeys(entry.document for entry in entries):
        root = _tree([entry for entry in entries if entry.document == document])
        yield from _topics(root, root, _Context(values=values))


def _tree(entries: Sequence[ConfigEntry]) -> _Node:
    root = _Node(path=())
    for entry in entries:
        node = root
        for depth, key in enumerate(entry.keys[:-1], start=1):
            node = node.children.setdefault(key, _Node(path=entry.keys[:depth]))
        node.leaves.setdefault(entry.keys[-1], entry)
    return root


@value()
class _Context:
    """What stands around a mapping: a manifest's `kind`, and its name."""

    values: Mapping[str, str]
    is_topic: bool = False
    name: ConfigEntry | None = None


def _topics(node: _Node, root: _Node, around: _Context) -> Iterator[Topic]:
    kind = node.leaves.get("kind")
    if kind is not None and kind.value == "KafkaTopic":
        yield from _manifest(node, kind, around.values)
        return
    found = _declared(node, around.values)
    if found is not None:
        yield found
        return
    for child in node.children.values():
        yield from _topics(child, root, around)


def _manifest(node: _Node, kind: ConfigEntry, values: Mapping[str, str]) -> Iterator[Topic]:
    spec, metadata = node.children.get("spec"), node.children.get("metadata")
    own = spec.leaves.get("topicName") or spec.leaves.get("name") if spec is not None else None
    name = own or (metadata.leaves.get("name") if metadata is not None else None) or kind
    yield _made(spec or node, name, name.value, "KafkaTopic", values)


def _declared(node: _Node, values: Mapping[str, str]) -> Topic | None:
    resource = _resource(node)
    name = _first(node, _NAMES)
    if resource:
        shown = name.value if name is not None else node.path[-1]
        return _made(node, name, shown, resource, values) if name is not None or _counts(node) else None
    if not _has_shape(node, name):
        return None
    own = _own_name(node)
    if name is None and not own:
        return None
    return _made(node, name, name.value if name is not None else own, "document", values)


def _resource(node: _Node) -> str:
    """The type of a Terraform resource that is a topic; "" for anything else."""
    if len(node.path) != 3 or node.path[0] != "resource":
        return ""
    words = set(words_of(node.path[1]))
    return node.path[1] if "topic" in words and words & _BROKERS and not words & {"acl", "policy", "iam"} else ""


def _has_shape(node: _Node, name: ConfigEntry | None) -> bool:
    """Whether a mapping is a topic: by its counts and settings, and by something that says topic."""
    partitions, replication = _first(node, _PARTITIONS), _first(node, _REPLICATION)
    of_topic = any(_is_topics_own(key) for key in _setting_keys(node))
    if partitions is not None and not _is_count(partitions):
        return False
    if partitions is None and not of_topic and (replication is None or _squash(replication.keys[-1]) == "replicas"):
        return False
    if "topics" in _parents(node) or "topic" in _parents(node):
        # `topic: {compacted: {segmentBytes: 1}}` is what an application makes of its topics.
        return "topics" in _parents(node) or bool(partitions or replication or name)
    if name is not None and _squash(name.keys[-1]) != "name":
        return partitions is not None or of_topic
    if partitions is not None and replication is not None and _squash(replication.keys[-1]) != "replicas":
        return True
    return name is not None and of_topic


def _is_count(entry: ConfigEntry) -> bool:
    return not entry.is_literal or entry.value.strip().lstrip("-").isdigit()


def _is_topics_own(key: str) -> bool:
    """Whether a key is of topics alone: a broker's configuration has `min.insync.replicas`, too."""
    found = known_suffix(key)
    return found is not None and not found.before and found.key.clients == {"topic"} and not found.key.generic


def _setting_keys(node: _Node) -> Iterator[str]:
    yield from node.leaves
    yield from (key for key, _ in _config_leaves(node))


def _parents(node: _Node) -> frozenset[str]:
    """The words of the nearest names around a mapping, indices and its own name left out."""
    named = [key for key in node.path if not key.startswith("[")]
    is_item = bool(node.path) and node.path[-1].startswith("[")
    around = named[-1:] if is_item else named[-2:-1]
    return frozenset(word for key in around for word in words_of(key))


def _own_name(node: _Node) -> str:
    """The name that a mapping has by its key: `topics: {orders: …}`, a channel of AsyncAPI."""
    if not node.path or node.path[-1].startswith("["):
        return ""
    if node.path[-2:] == ("bindings", "kafka") and len(node.path) > 2:
        return node.path[-3]
    return "" if _NO_NAMES.fullmatch(node.path[-1]) else node.path[-1]


def _counts(node: _Node) -> bool:
    return _first(node, _PARTITIONS) is not None or _first(node, _REPLICATION) is not None


def _squash(key: str) -> str:
    return re.sub(r"[^a-z]", "", key.lower())


def _first(node: _Node, names: Sequence[str] | frozenset[str]) -> ConfigEntry | None:
    found = {_squash(key): entry for key, entry in reversed(node.leaves.items())}
    return next((found[name] for name in names if name in found), None)


def _made(node: _Node, name: ConfigEntry | None, shown: str, by: str, values: Mapping[str, str]) -> Topic:
    partitions, replication = _first(node, _PARTITIONS), _first(node, _REPLICATION)
    text, is_literal = resolved(shown, values)
    at = name or partitions or replication or next(iter(node.leaves.values()), None) or next(_entries(node))
    return Topic(
        name=text, is_literal=is_literal, partitions=_number(partitions, values), replication=_number(replication, values),
        settings=tuple(_settings(node, text, values)), span=at.span, partitions_span=_span(partitions),
        replication_span=_span(replication), declared_by=by, address=".".join(node.path),
    )  # fmt: skip


def _entries(node: _Node) -> Iterator[ConfigEntry]:
    yield from node.leaves.values()
    for child in node.children.values():
        yield from _entries(child)


def _config_leaves(node: _Node) -> Iterator[tuple[str, ConfigEntry]]:
    """The settings below `config`, with the path there as their key; items of a list have the list's key."""
    for name, child in node.children.items():
        if _squash(name) in _CONFIG:
            for entry in _entries(child):
                inner = entry.keys[len(child.path) :]
                yield ".".join(key for key in inner if not key.startswith("[")), entry


def _settings(node: _Node, topic: str, values: Mapping[str, str]) -> Iterator[Setting]:
    joined: dict[str, list[ConfigEntry]] = {}
    for key, entry in _config_leaves(node):
        joined.setdefault(_name(key), []).append(entry)
    for key, entry in node.leaves.items():
        if (row := known_key(key)) is not None and "topic" in row.clients and _squash(key) not in _REPLICATION:
            joined.setdefault(canonical(row.name), []).append(entry)
    for key, child in node.children.items():
        row = known_key(key)
        if row is not None and "topic" in row.clients and not row.generic:
            joined.setdefault(canonical(row.name), []).extend(_entries(child))
    for key, entries in joined.items():
        texts = [resolved(entry.value, values) for entry in entries]
        known = Known.EXPLICIT if all(is_literal for _, is_literal in texts) else Known.UNKNOWN
        yield Setting(
            key=key, value=Value(known=known, text=",".join(text for text, _ in texts)), client="topic", scope=topic,
            span=entries[0].span, in_code=False, written=entries[0].dotted,
        )  # fmt: skip


def _name(key: str) -> str:
    row = known_key(key)
    return canonical(row.name if row is not None else key)


def _number(entry: ConfigEntry | None, values: Mapping[str, str]) -> int | None:
    if entry is None:
        return None
    text, is_literal = resolved(entry.value, values)
    return whole(text) if is_literal else None


def _span(entry: ConfigEntry | None) -> Span | None:
    return entry.span if entry is not None else None
