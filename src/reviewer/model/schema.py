"""JSON schemas in the form that structured output accepts: closed, everything required, no bounds, no recursion."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

_KEPT = frozenset({"type", "enum", "const", "properties", "required", "items", "anyOf"})


def closed_schema(model: type[BaseModel]) -> dict[str, Any]:
    """The schema of a model without references; bounds are left out, they are enforced after parsing."""
    whole = model.model_json_schema()
    return _closed(whole, whole.get("$defs", {}))


def _closed(node: dict[str, Any], definitions: dict[str, Any]) -> dict[str, Any]:
    if "$ref" in node:
        return _closed(definitions[node["$ref"].rsplit("/", 1)[-1]], definitions)
    result = {key: value for key, value in node.items() if key in _KEPT}
    if "properties" in node:
        result["properties"] = {name: _closed(child, definitions) for name, child in node["properties"].items()}
        result["required"] = list(node["properties"])
        result["additionalProperties"] = False
    if "items" in node:
        result["items"] = _closed(node["items"], definitions)
    if "anyOf" in node:
        result["anyOf"] = [_closed(child, definitions) for child in node["anyOf"]]
    return result
