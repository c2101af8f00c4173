"""What the Claude API answers 400 to, for today's models."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from jsonschema import Draft202012Validator, SchemaError

from fakes.claude.errors import ApiError, invalid
from fakes.claude.models import MODELS, Model
from fakes.claude.shape import check_shape

_COMMON = frozenset(
    {"model", "messages", "system", "tools", "tool_choice", "thinking", "output_config", "cache_control"}
)
_CREATE = _COMMON | {
    *("max_tokens", "stream", "stop_sequences", "metadata", "service_tier", "speed", "container", "diagnostics"),
    *("inference_geo", "user_profile_id", "workspace_id", "temperature", "top_p", "top_k"),
}
#: Sampling parameters, kept for old clients: only the default value is let through.
_SAMPLING: Mapping[str, object] = {"temperature": 1, "top_p": 1, "top_k": None}
_EFFORTS = ("low", "medium", "high", "xhigh", "max")
BREAKPOINTS = 4


def check(body: Mapping[str, Any], *, counting: bool = False) -> Model:
    """The model that `body` names, if the API would take the request; ApiError otherwise."""
    for name in body:
        if name not in (_COMMON if counting else _CREATE):
            raise invalid(f"{name}: Extra inputs are not permitted")
    for name in ("model", "messages") if counting else ("model", "max_tokens", "messages"):
        if name not in body:
            raise invalid(f"{name}: Field required")
    check_shape(body)
    model = MODELS.get(body["model"])
    if model is None:
        raise ApiError(404, f"model: {body['model']}")
    _check_sampling(body)
    _check_thinking(body.get("thinking"), model)
    _check_tools(body)
    _check_messages(body["messages"])
    _check_cache_control(body)
    _check_output_config(body.get("output_config"))
    if not counting:
        _check_max_tokens(body["max_tokens"], model)
    return model


def _check_sampling(body: Mapping[str, Any]) -> None:
    for name, default in _SAMPLING.items():
        if name in body and body[name] != default:
            raise invalid(f"`{name}` may only be set to its default on this model")


def _check_thinking(thinking: Mapping[str, Any] | None, model: Model) -> None:
    if thinking is None:
        return
    kind = thinking.get("type")
    allowed = {"adaptive"} | ({"between_tools"} if model.between_tools else set())
    if kind not in allowed or "budget_tokens" in thinking:
        raise invalid(
            f"thinking.type: `{kind}` is not supported on {model.id}; use `adaptive` and `output_config.effort`"
        )


def _check_tools(body: Mapping[str, Any]) -> None:
    choice = body.get("tool_choice")
    if choice is None:
        return
    if choice.get("type") not in ("auto", "none"):
        raise invalid(f"tool_choice: forcing tool use (`{choice.get('type')}`) is not supported on this model")
    if not body.get("tools"):
        raise invalid("tool_choice: may only be specified while providing tools")


def _check_messages(messages: Sequence[Mapping[str, Any]]) -> None:
    if not messages:
        raise invalid("messages: at least one message is required")
    for number, message in enumerate(messages):
        if message["role"] not in ("user", "assistant"):
            raise invalid(f"messages.{number}.role: Input should be 'user' or 'assistant'")
        if not message["content"]:
            raise invalid(f"messages.{number}: user messages must have non-empty content")
    if messages[0]["role"] != "user":
        raise invalid("messages: first message must use the `user` role")
    if messages[-1]["role"] == "assistant":
        raise invalid("This model does not support assistant message prefill; the last message must be the user's.")


def _check_max_tokens(value: int, model: Model) -> None:
    if value < 0:
        raise invalid("max_tokens: Input should be greater than or equal to 0")
    if value > model.max_output:
        limit = f"{model.max_output}, which is the maximum allowed number of output tokens for {model.id}"
        raise invalid(f"max_tokens: {value} > {limit}")


def blocks(body: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """All cacheable blocks in the order of the prefix: tools, system, messages; a plain string is a text block."""
    yield from body.get("tools") or ()
    if "system" in body:
        yield from _as_blocks(body["system"])
    for message in body["messages"]:
        yield from _as_blocks(message["content"])


def _as_blocks(content: str | Sequence[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    if isinstance(content, str):
        yield {"type": "text", "text": content}
    else:
        yield from content


def _check_cache_control(body: Mapping[str, Any]) -> None:
    marked = [block for block in blocks(body) if block.get("cache_control")]
    count = len(marked) + bool(body.get("cache_control"))
    if count > BREAKPOINTS:
        raise invalid(f"A maximum of {BREAKPOINTS} blocks with cache_control may be provided. Found {count}.")
    controls = [block["cache_control"] for block in marked]
    if body.get("cache_control"):
        controls.append(body["cache_control"])
    for control in controls:
        if control.get("type") != "ephemeral" or control.get("ttl", "5m") not in ("5m", "1h"):
            raise invalid("cache_control: only type `ephemeral` with ttl `5m` or `1h` is supported")
    lifetimes = [control.get("ttl", "5m") for control in controls]
    if lifetimes != sorted(lifetimes):  # "1h" sorts before "5m"
        raise invalid("cache_control: a ttl='1h' block must not come after a ttl='5m' block")
    for block in blocks(body):
        if block.get("type") == "text" and not block.get("text", "").strip():
            raise invalid("text content blocks must be non-empty and contain non-whitespace text")


def _check_output_config(config: Mapping[str, Any] | None) -> None:
    if config is None:
        return
    for name in config:
        if name not in ("effort", "format"):
            raise invalid(f"output_config.{name}: Extra inputs are not permitted")
    if config.get("effort") is not None and config["effort"] not in _EFFORTS:
        raise invalid(f"output_config.effort: Input should be one of {', '.join(_EFFORTS)}")
    wanted = config.get("format")
    if wanted is None:
        return
    if wanted.get("type") != "json_schema" or "schema" not in wanted:
        raise invalid("output_config.format: Input should be {'type': 'json_schema', 'schema': {...}}")
    _check_whole_schema(wanted["schema"])


_BOUNDS = frozenset(
    {"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "minLength", "maxLength"}
    | {"maxItems", "uniqueItems", "minProperties", "maxProperties", "patternProperties", "pattern"}
)


def _check_whole_schema(schema: Mapping[str, Any]) -> None:
    """Refuse what structured output can't be compiled from: an open, bounded or recursive schema, or foreign parts."""
    try:
        Draft202012Validator.check_schema(schema)
    except SchemaError as error:
        raise invalid(f"output_config.format.schema: Invalid schema: {error.message[:200]}") from None
    _check_schema(schema, schema, "schema", ())


def _check_schema(node: object, root: Mapping[str, Any], at: str, above: tuple[str, ...]) -> None:
    where = f"output_config.format.{at}"
    if not isinstance(node, dict):
        raise invalid(f"{where}: boolean schemas are not supported")
    for name in node.keys() & _BOUNDS:
        raise invalid(f"{where}: For '{node.get('type')}' type, property '{name}' is not supported")
    if node.get("minItems", 0) not in (0, 1):
        raise invalid(f"{where}: 'minItems' may only be 0 or 1")
    types = node.get("type", [])
    is_object = "object" in (types if isinstance(types, list) else [types]) or "properties" in node
    if is_object and node.get("additionalProperties") is not False:
        raise invalid(f"{where}: For 'object' type, 'additionalProperties' must be explicitly set to false")
    if isinstance(node.get("$ref"), str):
        _check_reference(node["$ref"], root, where, above)
    for name, child in (node.get("properties") or {}).items():
        _check_schema(child, root, f"{at}.properties.{name}", above)
    for keyword in ("anyOf", "allOf"):
        for number, child in enumerate(node.get(keyword, ())):
            _check_schema(child, root, f"{at}.{keyword}.{number}", above)
    if "oneOf" in node:
        raise invalid(f"{where}: 'oneOf' is not supported")
    if "items" in node:
        _check_schema(node["items"], root, f"{at}.items", above)


def _check_reference(target: str, root: Mapping[str, Any], where: str, above: tuple[str, ...]) -> None:
    if target in above:
        raise invalid(f"{where}: Circular reference detected: {target}")
    kind, _, name = target.removeprefix("#/").partition("/")
    if kind not in ("$defs", "definitions") or name not in root.get(kind, {}):
        raise invalid(f"{where}: reference {target} can't be resolved inside the schema")
    _check_schema(root[kind][name], root, f"schema.{kind}.{name}", (*above, target))
