"""The types of a request's fields, as a JSON schema: what the API refuses before it looks at any meaning."""

from __future__ import annotations

from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match

from fakes.claude.errors import invalid

_CACHE_CONTROL = {"type": ["object", "null"], "properties": {"type": {"type": "string"}, "ttl": {"type": "string"}}}
_BLOCK: dict[str, Any] = {
    "type": "object",
    "required": ["type"],
    "properties": {"type": {"type": "string"}, "text": {"type": "string"}, "cache_control": _CACHE_CONTROL},
    "if": {"properties": {"type": {"const": "text"}}},
    "then": {"required": ["text"]},
}
_CONTENT = {"anyOf": [{"type": "string"}, {"type": "array", "items": _BLOCK}]}
_TOOL = {"type": "object", "required": ["name"], "properties": {"cache_control": _CACHE_CONTROL}}
_TYPED = {"type": "object", "required": ["type"], "properties": {"type": {"type": "string"}}}
_FORMAT = {"type": ["object", "null"], "properties": {"type": {"type": "string"}, "schema": {"type": "object"}}}
_MESSAGE = {
    "type": "object",
    "required": ["role", "content"],
    "properties": {"role": {"type": "string"}, "content": _CONTENT},
    "additionalProperties": False,
}
_REQUEST = Draft202012Validator(
    {
        "type": "object",
        "properties": {
            "model": {"type": "string"},
            "max_tokens": {"type": "integer"},
            "messages": {"type": "array", "items": _MESSAGE},
            "system": _CONTENT,
            "tools": {"type": "array", "items": _TOOL},
            "tool_choice": _TYPED,
            "thinking": _TYPED,
            "cache_control": _CACHE_CONTROL,
            "output_config": {
                "type": "object",
                "properties": {"effort": {"type": ["string", "null"]}, "format": _FORMAT},
            },
            "stream": {"type": "boolean"},
            "stop_sequences": {"type": "array", "items": {"type": "string"}},
        },
    }
)


def check_shape(body: object) -> None:
    """Refuse a body whose fields have the wrong types, naming the field."""
    error = best_match(_REQUEST.iter_errors(body))
    if error is not None:
        raise invalid(f"{'.'.join(map(str, error.absolute_path))}: {error.message[:200]}")
