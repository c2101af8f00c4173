"""What the fake Claude answers 4xx to, asked through the real SDK."""

from __future__ import annotations

from typing import Any

import anthropic
import httpx2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, Field

from fakes.claude import FakeClaude
from fakes.clients import claude_sdk

MARK = {"type": "ephemeral"}
TOOL = {"name": "t", "description": "d", "input_schema": {"type": "object"}}


class Finding(BaseModel):
    title: str = Field(max_length=20)
    line: int = Field(ge=1)
    steps: list[str] = Field(max_length=5)


def ask(**more: Any) -> dict[str, Any]:
    messages = [{"role": "user", "content": "Review this"}]
    return {"model": "claude-opus-5-5", "max_tokens": 100, "messages": messages, **more}


def schema(node: dict[str, Any]) -> dict[str, Any]:
    return {"output_config": {"format": {"type": "json_schema", "schema": node}}}


def closed(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "additionalProperties": False}


RECURSIVE = {
    **closed(root={"$ref": "#/$defs/node"}),
    "$defs": {"node": closed(children={"type": "array", "items": {"$ref": "#/$defs/node"}})},
}
REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "temperature": ({"extra_body": {"temperature": 0}}, "temperature"),
    "top_p": ({"extra_body": {"top_p": 0.5}}, "top_p"),
    "top_k": ({"extra_body": {"top_k": 5}}, "top_k"),
    "thinking enabled": ({"thinking": {"type": "enabled", "budget_tokens": 2000}}, "thinking.type"),
    "thinking disabled": ({"thinking": {"type": "disabled"}}, "thinking.type"),
    "thinking between tools on Opus": ({"thinking": {"type": "between_tools"}}, "thinking.type"),
    "forced tool": ({"tools": [TOOL], "tool_choice": {"type": "tool", "name": "t"}}, "forcing tool use"),
    "any tool": ({"tools": [TOOL], "tool_choice": {"type": "any"}}, "forcing tool use"),
    "choice without tools": ({"tool_choice": {"type": "auto"}}, "tool_choice"),
    "prefill": (
        {"messages": [{"role": "user", "content": "x"}, {"role": "assistant", "content": "{"}]},
        "prefill",
    ),
    "assistant first": ({"messages": [{"role": "assistant", "content": "x"}]}, "first message"),
    "no messages": ({"messages": []}, "at least one message"),
    "empty message": ({"messages": [{"role": "user", "content": ""}]}, "non-empty"),
    "blank block": ({"system": [{"type": "text", "text": " "}]}, "non-empty"),
    "system role": ({"messages": [{"role": "system", "content": "x"}]}, "role"),
    "unknown field": ({"extra_body": {"output_format": {}}}, "Extra inputs"),
    "unknown effort": ({"output_config": {"effort": "extreme"}}, "effort"),
    "unknown output setting": ({"output_config": {"style": "short"}}, "Extra inputs"),
    "max_tokens above the model's": ({"max_tokens": 128_001, "timeout": 5}, "128001 > 128000"),
    "negative max_tokens": ({"max_tokens": -1}, "max_tokens"),
    "five breakpoints": ({"system": [{"type": "text", "text": "x", "cache_control": MARK}] * 5}, "Found 5"),
    "four and the automatic one": (
        {"system": [{"type": "text", "text": "x", "cache_control": MARK}] * 4, "cache_control": MARK},
        "Found 5",
    ),
    "long-lived after short-lived": (
        {
            "system": [
                {"type": "text", "text": "x", "cache_control": MARK},
                {"type": "text", "text": "y", "cache_control": {**MARK, "ttl": "1h"}},
            ]
        },
        "ttl",
    ),
    "unknown lifetime": ({"cache_control": {**MARK, "ttl": "2h"}}, "ttl"),
    "open schema": (schema({"type": "object", "properties": {}}), "additionalProperties"),
    "open schema inside": (schema(closed(a={"type": "array", "items": {"type": "object"}})), "additionalProperties"),
    "numeric bound": (schema(closed(a={"type": "integer", "minimum": 1})), "minimum"),
    "length bound": (schema(closed(a={"type": "string", "maxLength": 5})), "maxLength"),
    "array bound": (schema(closed(a={"type": "array", "items": {"type": "string"}, "maxItems": 5})), "maxItems"),
    "pattern": (schema(closed(a={"type": "string", "pattern": "^a"})), "pattern"),
    "recursion": (schema(RECURSIVE), "Circular"),
    "dangling reference": (schema(closed(a={"$ref": "#/$defs/none"})), "can't be resolved"),
    "bound inside anyOf": (schema(closed(a={"anyOf": [{"type": "integer", "maximum": 3}]})), "maximum"),
    "pydantic's own schema": (schema(Finding.model_json_schema()), "additionalProperties"),
}


@pytest.mark.parametrize(("more", "message"), REFUSED.values(), ids=REFUSED.keys())
def test_it_answers_400_to_what_the_api_answers_400_to(
    fake_claude: FakeClaude, more: dict[str, Any], message: str
) -> None:
    fake_claude.reply("never said", times=None)
    with claude_sdk(fake_claude) as client, pytest.raises(anthropic.BadRequestError) as error:
        client.messages.create(**ask(**more))
    assert message in str(error.value)
    assert error.value.type == "invalid_request_error"
    assert fake_claude.prompts == []
    assert len(fake_claude.refused) == 1


@pytest.mark.parametrize(
    "more",
    [
        {"thinking": {"type": "adaptive"}},
        {"thinking": {"type": "between_tools"}, "model": "claude-sonnet-5-5"},
        {"output_config": {"effort": "max"}},
        {"extra_body": {"temperature": 1}},
        {"max_tokens": 128_000, "timeout": 5},
        {"tools": [TOOL], "tool_choice": {"type": "auto"}},
        {"system": [{"type": "text", "text": "x", "cache_control": MARK}] * 4},
        {"system": [{"type": "text", "text": "x", "cache_control": {**MARK, "ttl": "1h"}}], "cache_control": MARK},
    ],
)
def test_it_takes_what_the_api_takes(fake_claude: FakeClaude, more: dict[str, Any]) -> None:
    fake_claude.reply("ok")
    with claude_sdk(fake_claude) as client:
        assert client.messages.create(**ask(**more)).stop_reason == "end_turn"


def test_the_sdks_own_schema_of_a_pydantic_model_passes(fake_claude: FakeClaude) -> None:
    fake_claude.reply({"title": "t", "line": 1, "steps": []})
    with claude_sdk(fake_claude) as client:
        client.messages.create(**ask(**schema(anthropic.transform_schema(Finding))))
    assert fake_claude.refused == []


def test_an_unknown_model_is_404(fake_claude: FakeClaude) -> None:
    with claude_sdk(fake_claude) as client:
        with pytest.raises(anthropic.NotFoundError):
            client.messages.create(**ask(model="claude-tomorrow"))
        with pytest.raises(anthropic.NotFoundError):
            client.models.retrieve("claude-tomorrow")


def test_a_wrong_key_is_401_and_the_right_one_comes_as_bearer(fake_claude: FakeClaude) -> None:
    fake_claude.reply("ok")
    with claude_sdk(fake_claude, api_key="sk-wrong") as client, pytest.raises(anthropic.AuthenticationError):
        client.messages.create(**ask())
    with claude_sdk(fake_claude) as client:
        client.messages.create(**ask())
    assert fake_claude.requests[-1].headers["authorization"] == f"Bearer {fake_claude.key}"


def test_too_large_a_request_is_413(fake_claude: FakeClaude) -> None:
    fake_claude.max_bytes = 1000
    messages = [{"role": "user", "content": "x" * 1000}]
    with claude_sdk(fake_claude) as client, pytest.raises(anthropic.ContentTooLargeError):
        client.messages.create(**ask(messages=messages))


def test_a_prompt_beyond_the_context_is_a_plain_400(fake_claude: FakeClaude) -> None:
    messages = [{"role": "user", "content": "x" * 3_000_001}]
    with claude_sdk(fake_claude) as client, pytest.raises(anthropic.BadRequestError, match="prompt is too long"):
        client.messages.create(**ask(messages=messages))


def test_counting_refuses_the_same_mistakes(fake_claude: FakeClaude) -> None:
    with claude_sdk(fake_claude) as client, pytest.raises(anthropic.BadRequestError, match="prefill"):
        client.messages.count_tokens(model="claude-opus-5-5", messages=REFUSED["prefill"][0]["messages"])


@pytest.mark.parametrize(
    ("headers", "body", "status"),
    [
        ({"authorization": "Bearer {key}"}, b"{}", 400),
        ({"x-api-key": "{key}", "anthropic-version": "2023-06-01"}, b"{}", 400),
        ({"anthropic-version": "2023-06-01"}, b"{}", 401),
        ({"x-api-key": "{key}", "anthropic-version": "2023-06-01"}, b"not json", 400),
        ({"x-api-key": "{key}", "anthropic-version": "2023-06-01"}, b"[]", 400),
    ],
)
def test_raw_requests_are_refused_too(
    fake_claude: FakeClaude, headers: dict[str, str], body: bytes, status: int
) -> None:
    filled = {name: value.format(key=fake_claude.key) for name, value in headers.items()}
    answer = httpx2.post(f"{fake_claude.url}/v1/messages", headers=filled, content=body)
    assert answer.status_code == status
    assert answer.json()["type"] == "error"


#: One for all examples: a client of one's own reads the machine's certificates anew, which costs more than the rest of an example.
CLIENT = httpx2.Client()
FIELDS = ["system", "thinking", "output_config", "cache_control", "tools", "tool_choice", "stream"]
SCALARS = st.none() | st.booleans() | st.integers(-5, 5) | st.text(max_size=5)
VALUES = st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner))


@given(name=st.sampled_from([*sorted(ask()), *FIELDS]), value=VALUES)
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_nonsense_is_refused_and_never_breaks_the_fake(fake_claude: FakeClaude, name: str, value: Any) -> None:
    fake_claude.reply("ok", times=None)
    headers = {"x-api-key": fake_claude.key, "anthropic-version": "2023-06-01"}
    answer = CLIENT.post(f"{fake_claude.url}/v1/messages", headers=headers, json=ask() | {name: value})
    assert answer.status_code in (200, 400, 404)


@given(schema_value=st.dictionaries(st.sampled_from(["type", "properties", "items", "$ref", "$defs", "anyOf"]), VALUES))
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_nonsense_schemas_are_refused_too(fake_claude: FakeClaude, schema_value: dict[str, Any]) -> None:
    headers = {"x-api-key": fake_claude.key, "anthropic-version": "2023-06-01"}
    body = ask(max_tokens=0) | schema(closed(a=schema_value))
    answer = CLIENT.post(f"{fake_claude.url}/v1/messages", headers=headers, json=body)
    assert answer.status_code in (200, 400)


def test_a_request_without_a_scripted_reply_is_noticed(fake_claude: FakeClaude) -> None:
    with claude_sdk(fake_claude) as client, pytest.raises(anthropic.BadRequestError, match="no reply is scripted"):
        client.messages.create(**ask())
    assert fake_claude.unscripted.pop() == "Review this"


def test_a_scripted_reply_that_the_schema_rules_out_is_noticed(fake_claude: FakeClaude) -> None:
    fake_claude.reply({"other": 1})
    with claude_sdk(fake_claude) as client, pytest.raises(anthropic.BadRequestError, match="does not fit"):
        client.messages.create(**ask(**schema(closed(a={"type": "integer"}))))
    assert "other" in fake_claude.unscripted.pop()
