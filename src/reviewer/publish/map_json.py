"""The map as JSON. Its schema is docs/map.schema.json, made of `map_model.py`."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict

from reviewer.core.stream_map import Fate, StreamEdge, StreamNode

SCHEMA_VERSION = "2.0"


def rendered(
    nodes: Sequence[tuple[StreamNode, Fate]], edges: Sequence[tuple[StreamEdge, Fate]], *, with_change: bool
) -> str:
    """JSON, two blanks deep, ending in a line end; `change` only where two versions are compared."""
    data = {
        "schema_version": SCHEMA_VERSION,
        "nodes": [_one(node, fate, with_change) for node, fate in nodes],
        "edges": [_one(edge, fate, with_change) for edge, fate in edges],
    }
    text = json.dumps(data, indent=2, ensure_ascii=False)
    return text.encode("utf-8", "replace").decode("utf-8") + "\n"


def _one(item: StreamNode | StreamEdge, fate: Fate, with_change: bool) -> dict[str, object]:
    return {**asdict(item), "change": fate.value} if with_change else asdict(item)
