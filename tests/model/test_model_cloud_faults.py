"""Every way in which a call to a cloud can fail: each ends as a true word, and no secret stands in one."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from cloud_kit import EMPTY, SECRETS, Door, ask, google, keys, run, said
from fakes.claude import Answer, FakeBedrock, FakeVertex
from fakes.claude.vertex import TOKEN
from fakes.loopback import Call, Loopback, Reply, json_reply

from reviewer.core.problem import Problem
from reviewer.model.access import Access, Bedrock, Vertex

STATUSES = [
    (429, "rate limit"),
    (500, "The API failed"),
    (503, "not available"),
    (504, "did not answer in time"),
    (424, "refused"),
]


@pytest.mark.parametrize(("status", "words"), STATUSES)
def test_a_status_has_its_words_and_the_services_own(door: Door, status: int, words: str) -> None:
    door.server.fail_next(status=status, message="the service's own words")
    exchange = ask(door.access)
    assert words in said(exchange) and "the service's own words" in said(exchange) and str(status) in said(exchange)
    assert not exchange.fatal and exchange.metered and exchange.usage.cost_usd == 0


def test_what_passes_is_tried_again(door: Door) -> None:
    door.server.fail_next(status=429, retry_after=0.05)
    door.server.fail_next(status=503, retry_after=0.05)
    door.server.reply(EMPTY)
    assert isinstance(ask(door.access, retries=2).result, str)
    assert len(door.asked) == 3


def test_a_retry_after_of_days_is_not_waited_for_and_stops_the_others(door: Door) -> None:
    door.server.fail_next(status=429, retry_after=4_000_000, times=9)
    fan = run(door.access, "u1", "u2", retries=2)
    assert all("rate limit" in str(outcome) for outcome in fan.outcomes.values()) and len(door.asked) == 1


@pytest.mark.parametrize("fault", [{"cut_after": 10}, {"reset_after": 10}, {"error_after": 10}])
def test_a_stream_that_breaks_is_no_answer_and_may_have_cost_more(door: Door, fault: dict[str, int]) -> None:
    door.server.reply(Answer(text=json.dumps(EMPTY), **fault))  # type: ignore[arg-type]
    exchange = ask(door.access)
    assert "broke" in said(exchange) and exchange.retryable and not exchange.metered
    assert exchange.usage.input_tokens + exchange.usage.cache_write_tokens > 0


@pytest.mark.parametrize(("reason", "words"), [("refusal", "declined"), ("max_tokens", "output limit")])
def test_an_answer_that_is_none_has_its_words_and_is_paid_for(door: Door, reason: Any, words: str) -> None:
    door.server.reply(Answer(text='{"findings": [', stop_reason=reason, unchecked=True))
    exchange = ask(door.access)
    assert words in said(exchange) and exchange.metered and exchange.usage.cost_usd is not None
    assert exchange.usage.cost_usd > 0


def test_silence_ends_with_the_deadline(door: Door) -> None:
    door.server.fail_next(hang=60)
    assert "time for the review was used up" in said(ask(door.access, seconds=0.7))


def wrong(door: Door) -> tuple[Access, str]:
    """A way in that is refused, and what a user has to read."""
    if isinstance(door.access, Vertex):
        return replace(door.access, project="acme-other"), "ANTHROPIC_VERTEX_PROJECT_ID"
    assert isinstance(door.access, Bedrock)
    if door.access.bearer:
        return replace(door.access, bearer="bedrock-api-key-of-yesterday"), "AWS refused the credentials"
    return replace(door.access, secret_key="another-secret"), "AWS refused the credentials"


def test_wrong_credentials_are_asked_about_once_and_stand_in_no_message(door: Door) -> None:
    access, words = wrong(door)
    fan = run(access, "u1", "u2", "u3")
    for outcome in fan.outcomes.values():
        assert isinstance(outcome, Problem) and words in outcome.message and "403" in outcome.message
        assert not any(secret in outcome.message for secret in (*SECRETS, "another-secret", "of-yesterday"))
    assert len(door.asked) == 1


def test_a_secret_that_the_service_repeats_is_taken_out(door: Door) -> None:
    """AWS writes the headers of a request into its refusal of the signature; a gateway may write any."""
    fetched = [TOKEN] if isinstance(door.access, Vertex) else []
    own = [text for text in (*door.access.secrets, *fetched) if "PRIVATE" not in text]
    door.server.fail_next(status=403, message=f"the headers were {' '.join(own)}.")
    message = said(ask(door.access))
    assert "[redacted]" in message and not any(text in message for text in own)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"secret_key": "another-secret"}, "does not match"), ({"session_token": ""}, "security token"),
        ({"access_key": "AKIAOTHER"}, "security token"), ({"region": "us-east-1"}, "valid region"),
    ],
)  # fmt: skip
def test_a_signature_that_does_not_fit_is_refused(
    fake_bedrock: FakeBedrock, change: dict[str, str], words: str
) -> None:
    exchange = ask(replace(keys(fake_bedrock.url), **change))
    assert exchange.fatal and "AWS refused the credentials" in said(exchange) and words in said(exchange)


@pytest.mark.parametrize("model", ["no-such-model", "anthropic.claude-sonnet-5-5", "eu.anthropic.claude-tomorrow"])
def test_a_model_that_bedrock_does_not_offer_ends_the_asking(fake_bedrock: FakeBedrock, model: str) -> None:
    exchange = ask(keys(fake_bedrock.url), model=model)
    assert exchange.fatal and "check `model`, AWS_REGION" in said(exchange) and "400" in said(exchange)


def test_a_model_that_google_does_not_offer_ends_the_asking(fake_vertex: FakeVertex) -> None:
    exchange = ask(google(fake_vertex), model="claude-tomorrow")
    assert exchange.fatal and "check `model`, CLOUD_ML_REGION" in said(exchange) and "404" in said(exchange)


def test_a_redirect_is_not_followed_with_the_code(door: Door) -> None:
    elsewhere = Loopback(lambda call: json_reply({}))
    token = {"access_token": TOKEN, "expires_in": 3600, "token_type": "Bearer"}

    def redirecting(call: Call) -> Reply:
        if call.path == "/token":
            return json_reply(token)
        return Reply(status=307, headers={"location": f"{elsewhere.url}{call.raw_path}", "content-length": "0"})

    here = Loopback(redirecting)
    exchange = ask(replace(door.access, base_url=f"{here.url}/v1"))
    here.close()
    elsewhere.close()
    assert "redirect" in said(exchange) and exchange.fatal and "anthropic-base-url" not in said(exchange)
    assert elsewhere.requests == []


GARBLED = {
    "a login page": b"<html>Please sign in, this page is long enough for a frame to be read from it</html>",
    "nothing": b"",
    "half a frame": b"\x00\x00\x01\x00\x00\x00",
    "a frame with a wrong sum": b"\x00\x00\x00\x10\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00",
}


@pytest.mark.parametrize("body", GARBLED.values(), ids=GARBLED.keys())
def test_what_is_no_answer_is_a_problem_and_no_crash(door: Door, body: bytes) -> None:
    def garbled(call: Call) -> Reply:
        return Reply(headers={"content-type": "text/event-stream"}, chunks=[body] if body else [])

    here = Loopback(garbled)
    exchange = ask(replace(door.access, base_url=f"{here.url}/v1"))
    here.close()
    assert "broke" in said(exchange) and not exchange.metered
