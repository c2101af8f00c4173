"""What streams where: the clients, jobs and topics of one version of the code, and the difference of two versions."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class NodeKind(StrEnum):
    """What a node of the map is."""

    TOPIC = "topic"
    CLIENT = "client"  # a class or module that reads or writes topics, or holds a job or topology
    OPERATOR = "operator"  # a named step of a Flink job or Streams topology


class EdgeKind(StrEnum):
    """What an arrow says."""

    READS = "reads"  # topic -> client
    WRITES = "writes"  # client -> topic
    THEN = "then"  # operator -> operator


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class StreamNode:
    """A node. `id` is stable over moved lines; `inside` is the client that an operator belongs to.

    `is_known` is False for a topic whose name is computed: then `label` is the expression as written.
    """

    id: str
    kind: NodeKind
    label: str
    path: str = ""
    line: int = 0
    inside: str = ""
    is_known: bool = True


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class StreamEdge:
    """An arrow from the id `source` to the id `target`."""

    source: str
    target: str
    kind: EdgeKind


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamMap:
    """Nodes and edges, sorted; every edge's ends are nodes of the map."""

    nodes: tuple[StreamNode, ...] = ()
    edges: tuple[StreamEdge, ...] = ()


class Fate(StrEnum):
    """What a change does to a node or an edge."""

    ADDED = "added"
    REMOVED = "removed"
    KEPT = "kept"


@dataclass(frozen=True, slots=True, kw_only=True)
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
    was, remains = frozenset(before.edges), frozenset(after.edges)
    edges = [(edge, _fate(edge in was, edge in remains)) for edge in sorted(was | remains)]
    return MapDifference(nodes=tuple(nodes), edges=tuple(edges))


def _fate(was: bool, remains: bool) -> Fate:
    return Fate.KEPT if was and remains else Fate.ADDED if remains else Fate.REMOVED
