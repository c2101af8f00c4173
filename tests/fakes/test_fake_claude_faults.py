"""Failures of the fake Claude on demand, as the real SDK meets them."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import anthropic
import httpx2
import pytest

from fakes.claude import Answer, FakeClaude
from fakes.clients import claude_sdk


def ask(**more: Any) -> dict[str, Any]:
    messages = [{"role": "user", "content": "Review this"}]
    return {"model": "claude-sonnet-5-5", "max_tokens": 1000, "messages": messages, **more}


@pytest.mark.parametrize(
    ("status", "error", "kind"),
    [
        (429, anthropic.RateLimitError, "rate_limit_error"),
        (529, anthropic.OverloadedError, "overloaded_error"),
        (500, anthropic.InternalServerError, "api_error"),
        (403, anthropic.PermissionDeniedError, "permission_error"),
        (402, anthropic.PaymentRequiredError, "billing_error"),
    ],
)
def test_a_status_becomes_its_error(
    fake_claude: FakeClaude, status: int, error: type[anthropic.APIStatusError], kind: str
) -> None:
    fake_claude.fail_next(status=status)
    with claude_sdk(fake_claude) as client, pytest.raises(error) as raised:
        client.messages.create(**ask())
    assert (raised.value.status_code, raised.value.type) == (status, kind)
    assert raised.value.request_id == "req_000001"


def test_the_sdk_obeys_retry_after_and_succeeds(fake_claude: FakeClaude) -> None:
    fake_claude.fail_next(status=429, retry_after=0.3, times=2)
    fake_claude.reply("ok")
    begun = time.monotonic()
    with claude_sdk(fake_claude, max_retries=2) as client:
        assert client.messages.create(**ask()).stop_reason == "end_turn"
    assert time.monotonic() - begun >= 0.6
    assert len(fake_claude.requests) == 3
    assert fake_claude.pending_faults == 0


def test_silence_is_a_timeout_and_the_server_still_closes_at_once(fake_claude: FakeClaude) -> None:
    fake_claude.fail_next(hang=60)
    with claude_sdk(fake_claude, timeout=0.2) as client, pytest.raises(anthropic.APITimeoutError):
        client.messages.create(**ask())
    begun = time.monotonic()
    fake_claude.close()
    assert time.monotonic() - begun < 5


def test_a_dropped_connection_is_a_connection_error(fake_claude: FakeClaude) -> None:
    fake_claude.fail_next(drop=True)
    with claude_sdk(fake_claude) as client, pytest.raises(anthropic.APIConnectionError):
        client.messages.create(**ask())
    assert fake_claude.prompts == []


def test_a_stream_that_is_cut_cleanly_ends_without_a_stop_reason(fake_claude: FakeClaude) -> None:
    fake_claude.reply(Answer(text="x" * 100, cut_after=50))
    with claude_sdk(fake_claude) as client, client.messages.stream(**ask()) as stream:
        message = stream.get_final_message()
    assert message.stop_reason is None
    assert message.content[0].type == "text" and message.content[0].text == "x" * 50


def test_a_reset_in_mid_stream_is_an_error_of_the_http_library(fake_claude: FakeClaude) -> None:
    fake_claude.reply(Answer(text="x" * 100, reset_after=50))
    with (
        claude_sdk(fake_claude, max_retries=2) as client,
        pytest.raises(httpx2.HTTPError),
        client.messages.stream(**ask()) as stream,
    ):
        stream.get_final_message()
    assert len(fake_claude.requests) == 1


def test_an_error_event_in_mid_stream_says_overloaded_under_status_200(fake_claude: FakeClaude) -> None:
    fake_claude.reply(Answer(text="x" * 100, error_after=50))
    with (
        claude_sdk(fake_claude) as client,
        pytest.raises(anthropic.APIStatusError, match="overloaded_error") as error,
        client.messages.stream(**ask()) as stream,
    ):
        stream.get_final_message()
    assert error.value.status_code == 200


def test_a_fault_can_be_aimed(fake_claude: FakeClaude) -> None:
    fake_claude.fail_next(status=500, matcher=lambda call: b"second" in call.body)
    fake_claude.fail_next(status=503, matcher="GET /v1/models*")
    fake_claude.reply("ok", times=None)
    second = [{"role": "user", "content": "second"}]
    with claude_sdk(fake_claude) as client:
        client.messages.create(**ask())
        with pytest.raises(anthropic.InternalServerError):
            client.messages.create(**ask(messages=second))
        with pytest.raises(anthropic.InternalServerError):
            client.models.list()
        client.messages.create(**ask(messages=second))


def test_many_requests_at_once_are_all_answered_and_recorded(fake_claude: FakeClaude) -> None:
    fake_claude.reply(lambda body: body["messages"][0]["content"], times=None)
    with claude_sdk(fake_claude) as client, ThreadPoolExecutor(16) as pool:

        def said(number: int) -> str:
            message = client.messages.create(**ask(messages=[{"role": "user", "content": f"unit {number}"}]))
            return "".join(block.text for block in message.content if block.type == "text")

        replies = list(pool.map(said, range(40)))
    assert replies == [f"unit {number}" for number in range(40)]
    assert len(fake_claude.prompts) == 40
