"""Every way in which a call can fail, over loopback with the real SDK: each ends as a true word, and none outlives the deadline."""

from __future__ import annotations

import json
import os
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from fakes.claude import KEY, Answer, FakeClaude
from fakes.loopback import Call, HangUp, Loopback, Reply, json_reply

from reviewer.core.problem import Problem, ReviewError
from reviewer.model.access import ApiKey
from reviewer.model.anthropic import ClaudeReviewer
from reviewer.model.ceiling import Ceiling
from reviewer.model.fan_out import FanOut, Limits, Watch, fan_out
from reviewer.model.port import Exchange, ModelRequest
from reviewer.model.reply import Reply as Answered
from reviewer.model.reply import parse_reply

EMPTY: dict[str, Any] = {"findings": [], "verdicts": [], "needs": []}
REQUEST = ModelRequest(system_blocks=("You review. " * 300, "Risks."), user="unit u1", schema_name="review")


def reviewer(
    url: str, *, seconds: float = 30.0, retries: int = 0, model: str = "sonnet", key: str = KEY
) -> ClaudeReviewer:
    return ClaudeReviewer(
        access=ApiKey(key=key, base_url=url), model=model, deadline=time.monotonic() + seconds, clock=time.monotonic,
        max_output_tokens=2_000, max_retries=retries,
    )  # fmt: skip


def ask(url: str, **options: Any) -> Exchange:
    with reviewer(url, **options) as claude:
        return claude.review(REQUEST, lambda: None)


def said(exchange: Exchange) -> str:
    assert isinstance(exchange.result, Problem), exchange.result
    return exchange.result.message


STATUSES = [
    (400, "refused the request", False, False),
    (401, "API key was not accepted", True, False),
    (402, "billing", True, False),
    (403, "may not do this", True, False),
    (404, "does not exist", True, False),
    (409, "conflict", False, False),
    (413, "too long for the model", False, True),
    (422, "could not process", False, False),
    (429, "rate limit", False, False),
    (500, "The API failed", False, False),
    (503, "not available", False, False),
    (504, "did not answer in time", False, False),
    (529, "overloaded", False, False),
    (307, "redirect", True, False),
]


@pytest.mark.parametrize(("status", "words", "fatal", "oversize"), STATUSES)
def test_every_status_has_its_own_words(
    fake_claude: FakeClaude, status: int, words: str, fatal: bool, oversize: bool
) -> None:
    fake_claude.fail_next(status=status, message="the service's own words")
    exchange = ask(fake_claude.url)
    assert words in said(exchange) and "the service's own words" in said(exchange) and str(status) in said(exchange)
    assert (exchange.fatal, exchange.oversize, exchange.metered) == (fatal, oversize, True)
    assert exchange.usage.cost_usd == 0


def test_a_prompt_that_is_too_long_is_a_plain_400_and_known_as_such(fake_claude: FakeClaude) -> None:
    with reviewer(fake_claude.url) as claude:
        exchange = claude.review(replace(REQUEST, user="x" * 3_000_001), lambda: None)
    assert "too long for the model" in said(exchange) and exchange.oversize


STOPS = [
    ("max_tokens", "output limit", True, False),
    ("stop_sequence", "stop sequence", False, False),
    ("tool_use", "asked for a tool", False, False),
    ("pause_turn", "paused", False, True),
    ("refusal", "declined", False, False),
    ("model_context_window_exceeded", "context window", True, False),
]


@pytest.mark.parametrize(("reason", "words", "oversize", "retryable"), STOPS)
def test_every_stop_reason_has_its_own_words_and_is_paid_for(
    fake_claude: FakeClaude, reason: Any, words: str, oversize: bool, retryable: bool
) -> None:
    fake_claude.reply(Answer(text='{"findings": [', stop_reason=reason, unchecked=True))
    exchange = ask(fake_claude.url)
    assert words in said(exchange)
    assert (exchange.oversize, exchange.retryable, exchange.metered) == (oversize, retryable, True)
    assert exchange.usage.cost_usd is not None and exchange.usage.cost_usd > 0


@pytest.mark.parametrize("fault", [{"cut_after": 10}, {"reset_after": 10}, {"error_after": 10}])
def test_a_stream_that_breaks_is_no_answer_and_may_have_cost_more(
    fake_claude: FakeClaude, fault: dict[str, int]
) -> None:
    fake_claude.reply(Answer(text='{"findings": [], "verdicts": [], "needs": []}', **fault))  # type: ignore[arg-type]
    exchange = ask(fake_claude.url)
    assert "broke" in said(exchange)
    assert (
        exchange.retryable
        and not exchange.metered
        and exchange.usage.input_tokens + exchange.usage.cache_write_tokens > 0
    )


def test_thinking_comes_first_and_only_the_text_is_the_answer(fake_claude: FakeClaude) -> None:
    fake_claude.reply(Answer(text='{"findings": [], "verdicts": [], "needs": []}', thinking="hm " * 40))
    exchange = ask(fake_claude.url)
    assert isinstance(exchange.result, str) and json.loads(exchange.result)["findings"] == []
    assert exchange.usage.output_tokens > 40


def test_what_is_sent_is_what_the_model_table_says(fake_claude: FakeClaude) -> None:
    fake_claude.reply(EMPTY)
    assert isinstance(ask(fake_claude.url, model="opus").result, str)
    (body,) = fake_claude.prompts
    assert (body["model"], body["output_config"]["effort"], body["stream"]) == ("claude-opus-5-5", "high", True)
    assert not {"temperature", "top_p", "top_k", "tools", "tool_choice", "thinking"} & body.keys()
    assert [block["cache_control"]["type"] for block in body["system"]] == ["ephemeral", "ephemeral"]
    assert body["messages"][-1]["role"] == "user"


def test_a_model_that_is_not_known_is_asked_without_effort() -> None:
    claude = reviewer("http://127.0.0.1:9", model="claude-haiku-4-5")
    assert "effort" not in claude.body(REQUEST)["output_config"]


def test_variables_and_profiles_of_the_environment_are_not_obeyed(
    fake_claude: FakeClaude, monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    monkeypatch.setenv("ANTHROPIC_CUSTOM_HEADERS", "Authorization: Bearer stolen\nx-spy: yes")
    monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-ant-other")
    monkeypatch.setenv("ANTHROPIC_AUTH_TOKEN", "other")
    monkeypatch.setenv("ANTHROPIC_BASE_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("ANTHROPIC_PROFILE", "other")
    monkeypatch.setenv("ANTHROPIC_CONFIG_DIR", str(tmp_path))
    fake_claude.reply(EMPTY)
    assert isinstance(ask(fake_claude.url).result, str)
    headers = fake_claude.requests[-1].headers
    assert headers["authorization"] == f"Bearer {KEY}"
    assert "x-spy" not in headers and "x-api-key" not in headers and "traceparent" not in headers


def test_a_redirect_is_not_followed_with_the_code() -> None:
    elsewhere = Loopback(lambda call: json_reply({}))
    here = Loopback(
        lambda call: Reply(status=307, headers={"location": f"{elsewhere.url}/v1/messages", "content-length": "0"})
    )
    exchange = ask(here.url)
    here.close()
    elsewhere.close()
    assert "redirect" in said(exchange) and exchange.fatal
    assert elsewhere.requests == []


def test_the_key_is_in_no_message() -> None:
    exchange = ask(f"http://127.0.0.1:9/{KEY}")
    assert "broke" in said(exchange) and KEY not in said(exchange)
    with Loopbacked(
        lambda call: json_reply({"type": "error", "error": {"type": "x", "message": f"bad {KEY}"}}, 400)
    ) as url:
        assert KEY not in said(ask(url))


class Loopbacked:
    """A server that is no Claude."""

    def __init__(self, answer: Callable[[Call], Reply]) -> None:
        self._server = Loopback(answer)

    def __enter__(self) -> str:
        return self._server.url

    def __exit__(self, *_: object) -> None:
        self._server.close()


def event(name: str, data: str) -> bytes:
    return f"event: {name}\ndata: {data}\n\n".encode()


START = (
    '{"type":"message_start","message":{"id":"m","type":"message","role":"assistant","model":"m","content":[],"stop_reason":null,'
    '"stop_sequence":null,"usage":{"input_tokens":7,"output_tokens":1}}}'
)
GARBLED = {
    "a login page": b"<html>Please sign in</html>",
    "nothing": b"",
    "no JSON": event("message_start", "{"),
    "delta before the start": event(
        "content_block_delta", '{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"x"}}'
    ),
    "delta of no block": event("message_start", START)
    + event("content_block_delta", '{"type":"content_block_delta","index":9,"delta":{"type":"text_delta","text":"x"}}'),
    "an error before the start": event(
        "error", '{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}'
    ),
}


@pytest.mark.parametrize("body", GARBLED.values(), ids=GARBLED.keys())
def test_what_is_no_answer_of_the_api_is_a_problem_and_no_crash(body: bytes) -> None:
    with Loopbacked(
        lambda call: Reply(headers={"content-type": "text/event-stream"}, chunks=[body] if body else [])
    ) as url:
        exchange = ask(url)
    assert "broke" in said(exchange) and not exchange.metered


def test_an_answer_without_end_is_given_up() -> None:
    def endless() -> Iterator[bytes]:
        yield event("message_start", START)
        yield event(
            "content_block_start", '{"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}'
        )
        while True:
            yield event(
                "content_block_delta",
                '{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"%s"}}' % ("x" * 9_000),
            )

    with Loopbacked(lambda call: Reply(headers={"content-type": "text/event-stream"}, chunks=endless())) as url:
        assert "longer than the API can give" in said(ask(url))


def test_no_key_is_an_error_of_ours() -> None:
    with pytest.raises(ReviewError, match="key is empty"):
        reviewer("http://127.0.0.1:9", key="")


# -- deadlines ---------------------------------------------------------------------------------------------------------


def run(
    url: str, *names: str, seconds: float = 30.0, retries: int = 0, model: str = "sonnet", ceiling: float | None = None,
    workers: int = 4, again: int = 1, watch: Watch = lambda _out, _back, _cost: None,
) -> FanOut[Answered]:  # fmt: skip
    with reviewer(url, seconds=seconds, retries=retries, model=model) as claude:
        limits = Limits(
            deadline=time.monotonic() + seconds, clock=time.monotonic, model=claude.model, max_output_tokens=2_000,
            ceiling=Ceiling(ceiling) if ceiling is not None else None, workers=workers, retries=again,
        )  # fmt: skip
        return fan_out(
            {name: replace(REQUEST, user=f"unit {name}.") for name in names or ("u1",)}, claude, parse_reply, limits,
            watch,
        )  # fmt: skip


def problem(fan: FanOut[Answered], name: str = "u1") -> str:
    outcome = fan.outcomes[name]
    assert isinstance(outcome, Problem)
    return outcome.message


def test_a_retry_after_of_days_is_not_waited_for_and_stops_the_others(fake_claude: FakeClaude) -> None:
    fake_claude.fail_next(status=429, retry_after=4_000_000, times=9)
    fan = run(fake_claude.url, "u1", "u2", "u3", retries=2, workers=1)
    assert all("rate limit" in problem(fan, name) for name in fan.outcomes)
    assert len(fake_claude.requests) == 1


def test_a_short_retry_after_is_obeyed(fake_claude: FakeClaude) -> None:
    fake_claude.fail_next(status=429, retry_after=0.1)
    fake_claude.fail_next(status=529, retry_after=0.1)
    fake_claude.reply(EMPTY)
    assert isinstance(run(fake_claude.url, retries=2).outcomes["u1"], Answered)


def test_silence_ends_with_the_deadline_and_nothing_is_sent_after_it(fake_claude: FakeClaude) -> None:
    fake_claude.fail_next(hang=60, times=9)
    fan = run(fake_claude.url, seconds=0.7, retries=2)
    assert "time for the review was used up" in problem(fan)
    assert fan.unmetered >= 1 and fan.unmetered_usd is not None and fan.unmetered_usd > 0
    assert len(fake_claude.requests) == 1


def test_pings_without_end_do_not_hold_a_run() -> None:
    done = threading.Event()

    def pings() -> Iterator[bytes]:
        yield event("message_start", START)
        while not done.wait(0.05):
            yield event("ping", '{"type":"ping"}')

    with Loopbacked(lambda call: Reply(headers={"content-type": "text/event-stream"}, chunks=pings())) as url:
        fan = run(url, "u1", "u2", seconds=0.5)
        done.set()
    assert all("time for the review was used up" in problem(fan, name) for name in fan.outcomes)
    assert fan.unmetered >= 1


def test_what_was_never_sent_is_not_counted_as_unmetered(fake_claude: FakeClaude) -> None:
    fan = run(fake_claude.url, seconds=0.0)
    assert "time for the review was used up" in problem(fan) and fan.unmetered == 0 and fan.usage.cost_usd == 0
    assert fake_claude.requests == []


# -- side by side --------------------------------------------------------------------------------------------------------


def test_the_first_request_warms_the_cache_for_the_others(fake_claude: FakeClaude) -> None:
    fake_claude.reply(EMPTY, times=None)
    fan = run(fake_claude.url, *(f"u{n}" for n in range(1, 7)))
    assert all(isinstance(outcome, Answered) for outcome in fan.outcomes.values())
    # The shared part is written once, and of each unit its own few words.
    written, read = fan.usage.cache_write_tokens, fan.usage.cache_read_tokens
    assert 512 < read // 5 < written < 1.1 * read // 5


def test_who_watches_sees_requests_go_out_and_come_back_at_their_cost(fake_claude: FakeClaude) -> None:
    fake_claude.reply(Answer(text=json.dumps(EMPTY), delay=0.5), times=None)
    seen: list[tuple[int, int, float | None]] = []
    fan = run(fake_claude.url, *(f"u{n}" for n in range(1, 7)), watch=lambda *told: seen.append(told))
    assert (1, 0, 0) in seen and any(out > 1 for out, _, _ in seen)  # the first alone, then side by side
    assert all(out >= 0 and out + back <= 6 for out, back, _ in seen)
    assert [back for _, back, _ in seen] == sorted(back for _, back, _ in seen) and seen[-1][1] == 5
    costs = [cost for _, _, cost in seen if cost is not None]
    assert costs == sorted(costs) and fan.usage.cost_usd and 0 < costs[-1] < fan.usage.cost_usd


def test_one_unit_that_fails_takes_no_other_with_it(fake_claude: FakeClaude) -> None:
    fake_claude.reply(Answer(stop_reason="refusal"), when="unit u2.", times=None)
    fake_claude.reply(EMPTY, times=None)
    fan = run(fake_claude.url, "u1", "u2", "u3")
    assert [name for name, outcome in fan.outcomes.items() if isinstance(outcome, Problem)] == ["u2"]


def test_a_broken_stream_is_asked_again_once(fake_claude: FakeClaude) -> None:
    fake_claude.reply(Answer(text='{"findings": [], "verdicts": [], "needs": []}', cut_after=9))
    fake_claude.reply(EMPTY)
    fan = run(fake_claude.url)
    assert isinstance(fan.outcomes["u1"], Answered)
    assert (fan.usage.requests, fan.unmetered) == (2, 1)


def test_a_wrong_key_is_asked_about_once(fake_claude: FakeClaude) -> None:
    fake_claude.key = "sk-ant-right"
    fan = run(fake_claude.url, "u1", "u2", "u3", workers=1)
    assert all("key was not accepted" in problem(fan, name) for name in fan.outcomes)
    assert len(fake_claude.requests) == 1


def test_a_reset_connection_is_a_problem() -> None:
    def reset(call: Call) -> Reply:
        raise HangUp(reset=True)

    with Loopbacked(reset) as url:
        assert "broke" in problem(run(url, again=0))


# -- the ceiling ---------------------------------------------------------------------------------------------------------


def test_a_request_that_could_cost_too_much_is_not_sent(fake_claude: FakeClaude) -> None:
    fan = run(fake_claude.url, "u1", "u2", ceiling=0.001)
    assert all("max-cost-usd" in problem(fan, name) for name in fan.outcomes)
    assert fake_claude.requests == [] and fan.usage.cost_usd == 0


def test_a_run_never_spends_more_than_its_ceiling(fake_claude: FakeClaude) -> None:
    fake_claude.reply(EMPTY, times=None)
    names = [f"u{n}" for n in range(12)]
    fan = run(fake_claude.url, *names, ceiling=0.06)
    answered = [n for n in names if isinstance(fan.outcomes[n], Answered)]
    assert len(answered) > 0
    assert fan.usage.cost_usd is not None and fan.usage.cost_usd <= 0.06
    assert len(fake_claude.requests) == len(answered)


def test_an_unknown_price_is_unknown_and_with_a_ceiling_nothing_is_sent(fake_claude: FakeClaude) -> None:
    fan = run(fake_claude.url, model="claude-tomorrow", ceiling=5.0)
    assert "price of the model `claude-tomorrow` is not known" in problem(fan)
    assert fake_claude.requests == []
    without = run(fake_claude.url, model="claude-tomorrow")
    assert "model" in problem(without) and without.usage.cost_usd is None


def test_importing_the_module_does_not_import_the_sdk() -> None:
    import subprocess
    import sys

    code = "import sys, reviewer.asking.session, reviewer.model.anthropic; print(sorted({'anthropic', 'httpx2'} & sys.modules.keys()))"
    source = os.path.join(os.path.dirname(__file__), "..", "..", "src")
    ran = subprocess.run(
        [sys.executable, "-c", code],
        check=True,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": source},
    )
    assert ran.stdout.strip() == "[]", ran.stderr
