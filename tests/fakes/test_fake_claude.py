"""The fake Claude through the real SDK: replies, streams, token counts, the prompt cache, models."""

from __future__ import annotations

import json
import time
from typing import Any, cast

import pytest

from fakes.claude import Answer, FakeClaude
from fakes.clients import claude_sdk

SONNET = "claude-sonnet-5-5"
SCHEMA = {
    "type": "object",
    "properties": {"findings": {"type": "array", "items": {"$ref": "#/$defs/finding"}}},
    "required": ["findings"],
    "additionalProperties": False,
    "$defs": {
        "finding": {
            "type": "object",
            "properties": {"line": {"type": "integer"}, "title": {"type": "string"}},
            "required": ["line", "title"],
            "additionalProperties": False,
        }
    },
}
FORMAT: dict[str, Any] = {"format": {"type": "json_schema", "schema": SCHEMA}}


def ask(text: str = "Review this", **more: Any) -> dict[str, Any]:
    return {"model": SONNET, "max_tokens": 1000, "messages": [{"role": "user", "content": text}], **more}


def text_of(message: Any) -> str:
    return "".join(block.text for block in message.content if block.type == "text")


def test_a_scripted_reply_comes_back_with_counted_tokens(fake_claude: FakeClaude) -> None:
    fake_claude.reply({"findings": [{"line": 3, "title": "lost record"}]})
    with claude_sdk(fake_claude) as client:
        message = client.messages.create(**ask(output_config=FORMAT))
        counted = client.messages.count_tokens(
            model=SONNET,
            messages=[{"role": "user", "content": "Review this"}],
            output_config=cast(Any, FORMAT),
        )
    assert json.loads(text_of(message)) == {"findings": [{"line": 3, "title": "lost record"}]}
    assert message.stop_reason == "end_turn"
    assert message.usage.input_tokens == counted.input_tokens > 0
    assert message.usage.output_tokens == -(-len(text_of(message)) // 3)
    assert fake_claude.prompts[0]["messages"][0]["content"] == "Review this"


def test_a_stream_has_the_same_reply_in_the_order_of_the_api(fake_claude: FakeClaude) -> None:
    fake_claude.reply(Answer(text="x" * 100, thinking="hm"))
    with claude_sdk(fake_claude) as client, client.messages.stream(**ask()) as stream:
        kinds = [event.type for event in stream if not event.type.startswith(("text", "signature", "thinking"))]
        message = stream.get_final_message()
    deltas = ["content_block_delta"] * 3
    assert kinds == [
        "message_start",
        *("content_block_start", "content_block_delta", "content_block_stop"),
        *("content_block_start", *deltas, "content_block_stop"),
        *("message_delta", "message_stop"),
    ]
    assert (text_of(message), message.stop_reason) == ("x" * 100, "end_turn")
    assert message.usage.output_tokens == 1 + 34
    assert message.usage.input_tokens > 0


def test_a_thinking_block_comes_first_and_is_empty_unless_asked_for(fake_claude: FakeClaude) -> None:
    fake_claude.reply(Answer(text="yes", thinking="long thoughts"), times=2)
    with claude_sdk(fake_claude) as client:
        silent = client.messages.create(**ask())
        shown = client.messages.create(**ask(thinking={"type": "adaptive", "display": "summarized"}))
    assert [block.type for block in silent.content] == ["thinking", "text"]
    assert [block.thinking for block in (silent.content[0], shown.content[0]) if block.type == "thinking"] == [
        "",
        "long thoughts",
    ]


def test_replies_are_chosen_by_the_request_and_used_up(fake_claude: FakeClaude) -> None:
    fake_claude.reply("about consumers", when="poll(")
    fake_claude.reply(lambda body: f"{len(body['messages'])} messages", when=lambda body: body["max_tokens"] == 7)
    fake_claude.reply("anything", times=None)
    with claude_sdk(fake_claude) as client:
        said = [
            text_of(client.messages.create(**ask("while: poll()"))),
            text_of(client.messages.create(**ask("while: poll()"))),
            text_of(client.messages.create(**ask(max_tokens=7))),
            text_of(client.messages.create(**ask())),
        ]
    assert said == ["about consumers", "anything", "1 messages", "anything"]


def test_the_first_request_writes_the_cache_and_the_next_reads_it(fake_claude: FakeClaude) -> None:
    fake_claude.reply("ok", times=None)
    system = [{"type": "text", "text": "s" * 3000, "cache_control": {"type": "ephemeral"}}]
    with claude_sdk(fake_claude) as client:
        first, second = (client.messages.create(**ask(text, system=system)).usage for text in ("one", "two"))
        other = client.messages.create(**ask(system=[{**system[0], "text": "t" * 3000}])).usage
    assert (first.cache_creation_input_tokens, first.cache_read_input_tokens) == (1000, 0)
    assert (second.cache_creation_input_tokens, second.cache_read_input_tokens) == (0, 1000)
    assert (other.cache_creation_input_tokens, other.cache_read_input_tokens) == (1000, 0)
    assert first.input_tokens == second.input_tokens < 20


def test_a_longer_prefix_reads_the_shorter_one_and_writes_the_rest(fake_claude: FakeClaude) -> None:
    fake_claude.reply("ok", times=None)
    mark = {"type": "ephemeral", "ttl": "1h"}
    stable = {"type": "text", "text": "s" * 3000, "cache_control": mark}
    extra = {"type": "text", "text": "e" * 1500, "cache_control": mark}
    with claude_sdk(fake_claude) as client:
        client.messages.create(**ask(system=[stable]))
        usage = client.messages.create(**ask(system=[stable, extra])).usage
    assert (usage.cache_read_input_tokens, usage.cache_creation_input_tokens) == (1000, 500)
    assert usage.cache_creation is not None
    assert usage.cache_creation.ephemeral_1h_input_tokens == 500


def test_below_the_minimum_caching_silently_does_nothing(fake_claude: FakeClaude) -> None:
    fake_claude.reply("ok", times=None)
    system = [{"type": "text", "text": "s" * 1500, "cache_control": {"type": "ephemeral"}}]
    with claude_sdk(fake_claude) as client:
        usages = [client.messages.create(**ask(system=system)).usage for _ in range(2)]
    assert {(one.cache_creation_input_tokens, one.cache_read_input_tokens) for one in usages} == {(0, 0)}


def test_max_tokens_zero_only_warms_the_cache(fake_claude: FakeClaude) -> None:
    fake_claude.reply("ok")
    system = [{"type": "text", "text": "s" * 3000, "cache_control": {"type": "ephemeral"}}]
    with claude_sdk(fake_claude) as client:
        warm = client.messages.create(**ask(system=system, max_tokens=0))
        hot = client.messages.create(**ask(system=system))
    assert (warm.content, warm.usage.output_tokens) == ([], 0)
    assert hot.usage.cache_read_input_tokens == 1000


def test_max_tokens_cuts_the_reply(fake_claude: FakeClaude) -> None:
    fake_claude.reply({"findings": []} | {"findings": [{"line": 1, "title": "t" * 400}]})
    with claude_sdk(fake_claude) as client:
        message = client.messages.create(**ask(output_config=FORMAT, max_tokens=20))
    assert message.stop_reason == "max_tokens"
    assert message.usage.output_tokens == 20
    with pytest.raises(json.JSONDecodeError):
        json.loads(text_of(message))


@pytest.mark.parametrize("reason", ["refusal", "model_context_window_exceeded", "pause_turn"])
@pytest.mark.parametrize("streamed", [False, True])
def test_every_stop_reason_can_be_had(fake_claude: FakeClaude, reason: Any, streamed: bool) -> None:
    fake_claude.reply(Answer(text='{"find', stop_reason=reason, refusal_category="cyber"))
    with claude_sdk(fake_claude) as client:
        if streamed:
            with client.messages.stream(**ask(output_config=FORMAT)) as stream:
                message = stream.get_final_message()
        else:
            message = client.messages.create(**ask(output_config=FORMAT))
    assert message.stop_reason == reason
    category = message.stop_details.category if message.stop_details else None
    assert category == ("cyber" if reason == "refusal" else None)


def test_broken_json_can_be_had_on_purpose(fake_claude: FakeClaude) -> None:
    fake_claude.reply(Answer(text="{not json", unchecked=True))
    with claude_sdk(fake_claude) as client:
        assert text_of(client.messages.create(**ask(output_config=FORMAT))) == "{not json"


def test_models_are_described_and_listed(fake_claude: FakeClaude) -> None:
    with claude_sdk(fake_claude) as client:
        model = client.models.retrieve(SONNET)
        names = [one.id for one in client.models.list()]
    assert (model.max_input_tokens, model.max_tokens, model.lifecycle) == (1_000_000, 128_000, "active")
    assert model.capabilities is not None and model.capabilities.structured_outputs.supported
    assert names == ["claude-fable-5-1", "claude-opus-5-5", "claude-sonnet-5-5", "claude-haiku-5-5"]


def test_a_slow_reply_is_late_and_the_text_told_is_at_hand(fake_claude: FakeClaude) -> None:
    fake_claude.reply(Answer(text="ok", delay=0.2))
    begun = time.monotonic()
    with claude_sdk(fake_claude) as client:
        client.messages.create(**ask("the question", system="the rules"))
    assert time.monotonic() - begun >= 0.2
    assert fake_claude.prompt_text() == "the rules\nthe question"
