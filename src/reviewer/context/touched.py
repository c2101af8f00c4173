"""What of the map a change touches: topics, groups, stores, connectors and schemas."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from reviewer.core.change import ChangeSet
from reviewer.core.lazily import lazily
from reviewer.core.span import Side, Span
from reviewer.core.stream_map import EdgeKind, Fate, NodeKind, StreamEdge, StreamMap, StreamNode, difference
from reviewer.facts.delta import Delta
from reviewer.facts.stream_map.constants import constants_over
from reviewer.facts.streaming.model import FactSet, FileFacts, Topic
from reviewer.files import is_template

_ENDS = (EdgeKind.READS, EdgeKind.WRITES)
_NAME = lazily(r"[A-Za-z0-9_.-]{3,200}")
_TELLING = lazily(r"topic|group|stream|store|channel|destination|queue|application.?id", re.IGNORECASE)


@dataclass(slots=True)
class Touched:
    """Names with the places of the change that touch them; `renamed` maps a topic's new name to its old one, `regrouped` a group's, `types` a schema's full name to what code calls it."""

    topics: dict[str, dict[Span, None]] = field(default_factory=dict)
    groups: dict[str, dict[Span, None]] = field(default_factory=dict)
    stores: dict[str, dict[Span, None]] = field(default_factory=dict)
    connectors: dict[str, dict[Span, None]] = field(default_factory=dict)
    schemas: dict[str, dict[Span, None]] = field(default_factory=dict)
    types: dict[str, str] = field(default_factory=dict)
    renamed: dict[str, str] = field(default_factory=dict)
    regrouped: dict[str, str] = field(default_factory=dict)

    @property
    def names(self) -> tuple[str, ...]:
        """All names that others may use, the topics first."""
        found = (*self.topics, *self.renamed.values(), *self.groups, *self.stores, *self.types.values())
        return tuple(dict.fromkeys(found))


def touched_by(delta: Delta, before: StreamMap, after: StreamMap, said: Mapping[str, Span] | None = None) -> Touched:
    """What the change adds or takes away, and what a changed class writes: its readers get what is written now.

    `said` are names that an unchanged file uses, with the line of the change that says them: it stands for the use.
    A topic that a changed class reads as before is not touched: nobody else who reads it notices.
    """
    found = Touched()
    lines = changed_lines(delta.change_set)
    for side, facts, drawn in ((Side.BEFORE, delta.before, before), (Side.AFTER, delta.after, after)):
        labels = {node.id: node for node in drawn.nodes}
        for edge in drawn.edges:
            if edge.kind is EdgeKind.WRITES and _is_around(facts, edge, side, lines):
                _note(found, edge, labels, side)
    compared = difference(before, after)
    nodes = {node.id: node for node, _ in compared.nodes}
    regrouped = _regrouped(compared.edges)
    for edge, fate in compared.edges:
        if fate is not Fate.KEPT and (edge.source, edge.target, edge.kind) not in regrouped:
            _note(found, edge, nodes, Side.BEFORE if fate is Fate.REMOVED else Side.AFTER)
    _note_groups(found, [(e, f) for e, f in compared.edges if f is not Fate.KEPT], after)
    for node, fate in compared.nodes:
        if fate is not Fate.KEPT and node.is_known and node.kind is NodeKind.STORE:
            _add(
                found.stores,
                node.label,
                _span(node.path, node.line, Side.BEFORE if fate is Fate.REMOVED else Side.AFTER),
            )
    found.renamed = _renames([(e, f) for e, f in compared.edges], nodes)
    _declared(found, delta, lines)
    _settle(found, {path for path, _ in lines}, said or {})
    return found


def _settle(found: Touched, changed: set[str], said: Mapping[str, Span]) -> None:
    """Places are those of the change."""
    for names in (found.topics, found.groups, found.stores):
        for name, spans in names.items():
            own = {span: None for span in spans if span.path in changed}
            names[name] = own or ({said[name]: None} if name in said else {})


def respelt(delta: Delta) -> dict[str, Span]:
    """Texts that a constant, a key of configuration or a variable of the environment had or has, where the change gives it another:
    files that use it may read or write under another name now. With the line of the change that says each."""
    changed = {file.path_on(side) for file in delta.change_set.files for side in Side}
    old, new = (
        # Also manifests without a word of streaming: what they set is read elsewhere.
        {
            key: text
            for facts in version.everything()
            if facts.path in changed and not (facts.is_test or is_template(facts.path))
            for key, text in _spelt(facts)
        }
        for version in (delta.before, delta.after)
    )
    texts = {text for key in old.keys() & new.keys() if old[key] != new[key] for text in (old[key], new[key])}
    found: dict[str, Span] = {}
    for file in delta.change_set.files:
        for hunk in file.hunks:
            for line in hunk.lines:
                side = Side.BEFORE if line.new_number is None else Side.AFTER
                number = line.new_number or line.old_number or 0
                for text in texts if None in (line.new_number, line.old_number) else ():
                    if re.search(rf"(?<![\w.-]){re.escape(text)}(?![\w.-])", line.text):
                        found[text] = Span(path=file.path_on(side), side=side, first_line=number, last_line=number)
    return found


def _spelt(facts: FileFacts) -> Iterator[tuple[tuple[str, str], str]]:
    """What a file says that names stand for."""
    said = [(name, text) for name, text in facts.names.constants.items() if "#" not in name]
    if facts.syntax.entries:
        said += [(entry.dotted, entry.value) for entry in facts.syntax.entries if _TELLING.search(entry.dotted)]
        variables = constants_over([facts]).environment.items()
        said += [(name, one.text) for name, every in variables if _TELLING.search(name) for one in every]
    yield from (((facts.path, name), text) for name, text in said if _NAME.fullmatch(text))


def changed_lines(change_set: ChangeSet) -> Mapping[tuple[str, Side], frozenset[int]]:
    """Lines that are added, by new path, and lines that are removed, by old path."""
    found: dict[tuple[str, Side], set[int]] = {}
    for file in change_set.files:
        for hunk in file.hunks:
            for line in hunk.lines:
                if line.new_number is not None and line.old_number is None:
                    found.setdefault((file.path_on(Side.AFTER), Side.AFTER), set()).add(line.new_number)
                elif line.old_number is not None and line.new_number is None:
                    found.setdefault((file.path_on(Side.BEFORE), Side.BEFORE), set()).add(line.old_number)
    return {key: frozenset(lines) for key, lines in found.items()}


def _is_around(facts: FactSet, edge: StreamEdge, side: Side, lines: Mapping[tuple[str, Side], frozenset[int]]) -> bool:
    """Whether the class around an edge, else the function, else the file, has a changed line."""
    own = lines.get((edge.path, side))
    file = facts.file(edge.path)
    if not own or file is None:
        return False
    around = file.syntax.type_at(edge.line) or file.syntax.function_at(edge.line)
    if around is None:
        return True
    return any(around.span.first_line <= line <= around.span.last_line for line in own)


def _note(found: Touched, edge: StreamEdge, nodes: Mapping[str, StreamNode], side: Side) -> None:
    for end in (edge.source, edge.target):
        node = nodes.get(end)
        if node is not None and node.kind is NodeKind.TOPIC and node.is_known and edge.kind in _ENDS:
            _add(found.topics, node.label, _span(edge.path, edge.line, side))


def _regrouped(edges: Iterable[tuple[StreamEdge, Fate]]) -> set[tuple[str, str, EdgeKind]]:
    """Ends that stay and change their group only: the others at the topic do not notice."""
    fates: dict[tuple[str, str, EdgeKind], set[Fate]] = {}
    for edge, fate in edges:
        fates.setdefault((edge.source, edge.target, edge.kind), set()).add(fate)
    return {ends for ends, seen in fates.items() if {Fate.ADDED, Fate.REMOVED} <= seen}


def _note_groups(found: Touched, changed: list[tuple[StreamEdge, Fate]], after: StreamMap) -> None:
    """A reader's group that is new or gone: who else is in it shares its partitions, or is left alone with them."""
    old = {(e.source, e.target): e for e, f in changed if f is Fate.REMOVED and e.kind is EdgeKind.READS}
    everyone = [e for e in after.edges if e.kind is EdgeKind.READS and e.group]
    for edge, fate in changed:
        other = old.get((edge.source, edge.target))
        if fate is Fate.ADDED and edge.kind is EdgeKind.READS and other is None and edge.group:
            # The same service may read other topics in its group; at one topic the members share its records.
            if any(e.group == edge.group and e.source == edge.source and e.path != edge.path for e in everyone):
                _add(found.groups, edge.group, _span(edge.path, edge.line, Side.AFTER))
        if fate is Fate.ADDED and edge.kind is EdgeKind.READS and other is not None and edge.group != other.group:
            if edge.group and other.group:
                found.regrouped[edge.group] = other.group
            for group, one, side in ((edge.group, edge, Side.AFTER), (other.group, other, Side.BEFORE)):
                if group:
                    _add(found.groups, group, _span(one.path, one.line, side))


def _renames(edges: list[tuple[StreamEdge, Fate]], nodes: Mapping[str, StreamNode]) -> dict[str, str]:
    """New name -> old name where the same reader or writer has one topic less and one more."""
    gone: dict[tuple[str, EdgeKind], list[str]] = {}
    come: dict[tuple[str, EdgeKind], list[str]] = {}
    for edge, fate in edges:
        if edge.kind in _ENDS and fate is not Fate.KEPT:
            topic, other = (edge.source, edge.target) if edge.kind is EdgeKind.READS else (edge.target, edge.source)
            node = nodes.get(topic)
            if node is not None and node.kind is NodeKind.TOPIC and node.is_known:
                (gone if fate is Fate.REMOVED else come).setdefault((other, edge.kind), []).append(node.label)
    return {
        come[key][0]: gone[key][0]
        for key in come
        if len(come[key]) == 1 and len(gone.get(key, ())) == 1 and come[key] != gone[key]
    }


def _declared(found: Touched, delta: Delta, lines: Mapping[tuple[str, Side], frozenset[int]]) -> None:
    """Topics, connectors and schemas that documents declare, where their lines change."""
    for side, version in ((Side.BEFORE, delta.before), (Side.AFTER, delta.after)):
        for facts in version.files:
            own = lines.get((facts.path, side), frozenset())
            if own and not facts.is_test:
                _of_file(found, facts, own)
    for topic in _redeclared(delta):
        _add(found.topics, topic.name, topic.span)
    olds = {s.fullname: s for facts in delta.before.files for s in facts.schemas}
    news = {s.fullname: s for facts in delta.after.files for s in facts.schemas}
    for name, schema in {**olds, **news}.items():
        old, new = olds.get(name), news.get(name)
        if name and (
            old is None or new is None or (old.fields, old.symbols, old.detail) != (new.fields, new.symbols, new.detail)
        ):
            found.types[name] = schema.local or name.rsplit(".", 1)[-1]
            _add(found.schemas, name, schema.span)


def _redeclared(delta: Delta) -> Iterator[Topic]:
    """Topics whose declaration stays and says something else: by a parameter, local or constant that stands elsewhere."""
    old = {topic.name: _said(topic) for facts in delta.before.files if not facts.is_test for topic in facts.topics}
    for facts in delta.after.files:
        for topic in facts.topics if not facts.is_test else ():
            if topic.is_literal and topic.name and old.get(topic.name, _said(topic)) != _said(topic):
                yield topic


def _said(topic: Topic) -> tuple[object, ...]:
    return (topic.partitions, topic.replication, frozenset((s.key, s.value.text) for s in topic.settings))


def _of_file(found: Touched, facts: FileFacts, own: frozenset[int]) -> None:
    for topic in facts.topics:
        spans = (topic.span, *(s.span for s in topic.settings), topic.partitions_span, topic.replication_span)
        if topic.is_literal and topic.name and any(_holds(span, own) for span in spans if span is not None):
            _add(found.topics, topic.name, topic.span)
    for connector in facts.connectors:
        places = (connector.span, *(s.span for s in connector.settings))
        if connector.is_literal and any(_holds(span, own) for span in places):
            _add(found.connectors, connector.name, connector.span)


def _holds(span: Span, lines: frozenset[int]) -> bool:
    return any(span.first_line <= line <= span.last_line for line in lines)


def _add(names: dict[str, dict[Span, None]], name: str, span: Span | None) -> None:
    spans = names.setdefault(name, {})
    if span is not None:
        spans[span] = None


def _span(path: str, line: int, side: Side) -> Span | None:
    return Span(path=path, side=side, first_line=line, last_line=line) if path and line > 0 else None
