"""What streams where: topics, and the clients, jobs, stores and connectors around them, of one version, and the difference of two."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import field
from enum import StrEnum

from reviewer.core.value import value


class NodeKind(StrEnum):
    """What a node of the map is."""

    TOPIC = "topic"
    CLIENT = "client"  # a class or module that reads or writes topics, or the frame around a job or topology
    OPERATOR = "operator"  # a step of a Flink job, a node of a Streams topology
    STORE = "store"
    TABLE = "table"  # a table, view or stream of SQL
    CONNECTOR = "connector"
    SCHEMA = "schema"


class EdgeKind(StrEnum):
    """What an arrow says."""

    READS = "reads"  # topic -> what reads it
    WRITES = "writes"  # what writes it -> topic
    THEN = "then"  # step -> step
    KEEPS = "keeps"  # step -> store
    DESCRIBES = "describes"  # schema -> topic


@value(order=True)
class StreamNode:
    """A node. `id` is stable over moved lines; `inside` is the client that a step belongs to.

    `is_known` is False for a name that is computed: then `label` is the expression as written. `name` is what the framework calls a step
    (`KSTREAM-FILTER-0000000002`), "" where that is not known. `from_default` names what may set another name: an environment variable, a key.
    """

    id: str
    kind: NodeKind
    label: str
    path: str = ""
    line: int = 0
    inside: str = ""
    is_known: bool = True
    name: str = ""
    from_default: str = ""


@value(order=True)
class StreamEdge:
    """An arrow from the id `source` to the id `target`, and the first place that says it. `group` is the consumer group of a reader."""

    source: str
    target: str
    kind: EdgeKind
    group: str = ""
    path: str = field(default="", compare=False)
    line: int = field(default=0, compare=False)


@value()
class StreamMap:
    """Nodes and edges, sorted; every edge's ends are nodes of the map."""

    nodes: tuple[StreamNode, ...] = ()
    edges: tuple[StreamEdge, ...] = ()

    def node(self, identity: str) -> StreamNode | None:
        """The node of an id."""
        return next((node for node in self.nodes if node.id == identity), None)


class Fate(StrEnum):
    """What a change does to a node or an edge."""

    ADDED = "added"
    REMOVED = "removed"
    KEPT = "kept"


@value()
class MapDifference:
    """Both versions in one picture: the union of nodes and edges, each with its fate."""

    nodes: tuple[tuple[StreamNode, Fate], ...]
    edges: tuple[tuple[StreamEdge, Fate], ...]

    @property
    def is_empty(self) -> bool:
        """Whether the change alters nothing that the map shows."""
        return all(fate is Fate.KEPT for _, fate in (*self.nodes, *self.edges))


def difference(before: StreamMap, after: StreamMap) -> MapDifference:
    """What is added, removed and kept. A node is known by its id: moved lines are no difference."""
    old, new = {node.id: node for node in before.nodes}, {node.id: node for node in after.nodes}
    nodes = [(new.get(i) or old[i], _fate(i in old, i in new)) for i in sorted({*old, *new})]
    was, remains = {edge: edge for edge in before.edges}, {edge: edge for edge in after.edges}
    edges = [(remains.get(e) or was[e], _fate(e in was, e in remains)) for e in sorted({*was, *remains})]
    return MapDifference(nodes=tuple(nodes), edges=tuple(edges))


def _fate(was: bool, remains: bool) -> Fate:
    return Fate.KEPT if was and remains else Fate.ADDED if remains else Fate.REMOVED


def around(found: StreamMap, begin: Iterable[str], depth: int) -> StreamMap:
    """What lies at most `depth` arrows from some nodes, against or with the arrows; frames come with what is in them.

    A frame without a step is a node like any other; one with steps is crossed along its steps. Arrows inside a job cost nothing:
    a depth of 1 around a topic shows its readers and writers with all their steps.
    """
    beside = _neighbours(found)
    near = dict.fromkeys(begin, 0)
    queue = list(near)
    while queue:
        current = queue.pop(0)
        for other, cost in beside.get(current, ()):
            steps = near[current] + cost
            if steps <= depth and steps < near.get(other, depth + 1):
                near[other] = steps
                queue.append(other)
    frames = {node.inside for node in found.nodes if node.id in near}
    kept = {node.id for node in found.nodes if node.id in near or node.id in frames}
    return StreamMap(
        nodes=tuple(node for node in found.nodes if node.id in kept),
        edges=tuple(edge for edge in found.edges if edge.source in near and edge.target in near),
    )


def said_by(found: StreamMap, chosen: Callable[[str], bool]) -> StreamMap:
    """What some files (by their paths) say: their nodes, their arrows, and what is at the other end."""
    edges = tuple(edge for edge in found.edges if chosen(edge.path))
    ends = {end for edge in edges for end in (edge.source, edge.target)}
    kept = ends | {node.id for node in found.nodes if chosen(node.path)}
    kept |= {node.inside for node in found.nodes if node.id in kept}
    return StreamMap(nodes=tuple(node for node in found.nodes if node.id in kept), edges=edges)


def _neighbours(found: StreamMap) -> Mapping[str, list[tuple[str, int]]]:
    beside: dict[str, list[tuple[str, int]]] = {}
    for edge in found.edges:
        cost = 0 if edge.kind in (EdgeKind.THEN, EdgeKind.KEEPS, EdgeKind.DESCRIBES) else 1
        beside.setdefault(edge.source, []).append((edge.target, cost))
        beside.setdefault(edge.target, []).append((edge.source, cost))
    return beside
