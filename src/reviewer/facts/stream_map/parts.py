"""What the readers of files hand to the builder of the map: nodes, edges, and topics by their names."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from reviewer.core.span import Span
from reviewer.core.stream_map import EdgeKind, NodeKind, StreamEdge, StreamNode
from reviewer.facts.stream_map.call_names import TopicName
from reviewer.facts.stream_map.topic_names import TopicNames
from reviewer.facts.streaming.model import FileFacts


@dataclass(slots=True)
class Drawing:
    """Collects nodes and edges; what comes twice is one, and the first place that says it is told."""

    topics: TopicNames
    nodes: dict[str, StreamNode] = field(default_factory=dict)
    edges: dict[StreamEdge, StreamEdge] = field(default_factory=dict)
    renamed: dict[str, str] = field(default_factory=dict)
    #: Methods (path, first and last line) whose sources and sinks are drawn at the job that they are made for.
    handed: set[tuple[str, int, int]] = field(default_factory=set)

    def add(self, node: StreamNode) -> StreamNode:
        """The node of its id: the one that came first."""
        return self.nodes.setdefault(node.id, node)

    def topic(self, name: TopicName, facts: FileFacts) -> StreamNode:
        """A topic. One whose name is not known is known by its expression: a placeholder's everywhere, any other's in its file."""
        if name.is_known:
            identity = f"topic:{name.text}"
        else:
            everywhere = name.text.startswith(("${", "#{")) and name.text.count("{") == 1
            identity = f"topic?:{name.text}" if everywhere else f"topic?:{name.scope or self.path(facts)}#{name.text}"
        known = self.nodes.get(identity)
        if known is None:
            node = StreamNode(
                id=identity,
                kind=NodeKind.TOPIC,
                label=name.text,
                is_known=name.is_known,
                from_default=name.from_default,
            )
            return self.add(node)
        if known.from_default and not name.from_default:  # somebody names it for sure
            self.nodes[identity] = replace(known, from_default="")
        return self.nodes[identity]

    def is_handed(self, edge: StreamEdge) -> bool:
        """Whether an edge of a class is one of a job elsewhere."""
        ends = (self.nodes[edge.source], self.nodes[edge.target])
        return any(node.kind is NodeKind.CLIENT for node in ends) and any(path == edge.path and first <= edge.line <= last for path, first, last in self.handed)  # fmt: skip

    def path(self, facts: FileFacts) -> str:
        """The path that identifies: of a file that moved, the new one."""
        return self.renamed.get(facts.path, facts.path)

    def client(self, facts: FileFacts, function: int | None, type_index: int | None = None) -> StreamNode:
        """The class around a function, or the file when there is none."""
        own = facts.syntax.functions[function].type if function is not None else type_index
        name = facts.syntax.types[own].name if own is not None else facts.path.rsplit("/", 1)[-1]
        line = facts.syntax.types[own].span.first_line if own is not None else 1
        telling = (
            facts.libraries - {"kafka-clients"} or facts.libraries
        )  # Streams and Spring code imports the plain client too
        titles = [library.title for library in facts.names.libraries if library.id in telling]
        label = f"{name} ({', '.join(titles)})" if titles else name
        return self.add(
            StreamNode(
                id=f"client:{self.path(facts)}#{name}",
                kind=NodeKind.CLIENT,
                label=label,
                path=self.path(facts),
                line=line,
            )
        )

    def join(self, source: StreamNode, target: StreamNode, kind: EdgeKind, span: Span | None, facts: FileFacts, group: str = "") -> None:  # fmt: skip
        """An edge, with the place that says it; what a helper of another file says stands at the step that it is given to."""
        line = span.first_line if span is not None else 0
        if span is not None and span.path != facts.path:
            line = next((end.line for end in (source, target) if end.path == self.path(facts)), 0)
        edge = StreamEdge(source=source.id, target=target.id, kind=kind, group=group, path=self.path(facts), line=line)
        self.edges.setdefault(edge, edge)
