"""The shape of the map as JSON, version 2.0: the one source of its schema, and what a test reads every map with."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from reviewer.core.stream_map import EdgeKind, Fate, NodeKind

Change = Annotated[Fate | None, Field(default=None, description="With --base: what the change does to it.")]


class Shape(BaseModel):
    """Closed and frozen."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class NodeShape(Shape):
    """A topic, or what reads, writes, keeps or describes one."""

    id: Annotated[str, Field(description="Stable over moved lines.")]
    kind: NodeKind
    label: str
    path: Annotated[str, Field(description="Relative to the repository; empty for a topic.")]
    line: Annotated[int, Field(ge=0)]
    inside: Annotated[str, Field(description="The id of the client that a step or store belongs to, else empty.")]
    is_known: Annotated[
        bool, Field(description="false: the name is computed, and the label is the expression as written.")
    ]
    name: Annotated[
        str,
        Field(description="What the framework calls a step, as Topology.describe() prints it; empty when not known."),
    ]
    from_default: Annotated[
        str, Field(description="What may set another name: an environment variable or a key; else empty.")
    ]
    change: Change


class EdgeShape(Shape):
    """An arrow, with the first place that says it. reads: topic to reader; writes: writer to topic; then: step to step."""

    source: str
    target: str
    kind: EdgeKind
    group: Annotated[str, Field(description="The consumer group of a reader, else empty.")]
    path: str
    line: Annotated[int, Field(ge=0)]
    change: Change


class MapShape(Shape):
    """Topics, clients, steps, stores, tables, connectors and schemas of a repository."""

    schema_version: Literal["2.0"]
    nodes: list[NodeShape]
    edges: list[EdgeShape]


def json_schema() -> dict[str, Any]:
    """The JSON Schema, as it is published in docs/map.schema.json."""
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", **MapShape.model_json_schema()}
    return {**schema, "title": "stream-review map"}
