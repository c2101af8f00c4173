"""Claude as the clouds offer it, over loopback with the SDK's own clients: what is sent, what is answered, what it costs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from cloud_kit import EMPTY, REQUEST, Door, ask, bearer, google, keys, reviewer, run
from fakes.claude import KEY, Answer, FakeBedrock, FakeClaude, FakeVertex
from fakes.claude.bedrock import OLD_MODEL

from reviewer.core.problem import Problem
from reviewer.model import models
from reviewer.model.access import ApiKey
from reviewer.model.answer_form import schema
from reviewer.model.reply import Reply as Answered

# -- an answer ---------------------------------------------------------------------------------------------------------


def test_an_answer_is_read_counted_and_priced(door: Door) -> None:
    door.server.reply(Answer(text=json.dumps(EMPTY), thinking="hm " * 40))
    begun: list[bool] = []
    with reviewer(door.access) as claude:
        exchange = claude.review(REQUEST, lambda: begun.append(True))
    assert isinstance(exchange.result, str) and json.loads(exchange.result).items() >= EMPTY.items() and begun == [True]
    assert exchange.usage.cost_usd is not None and exchange.usage.cost_usd > 0 and exchange.usage.output_tokens > 40
    (body,) = door.server.prompts
    assert (body["model"], body["stream"], body["output_config"]["effort"]) == ("claude-sonnet-5-5", True, "high")
    assert {block["cache_control"]["type"] for block in body["system"]} == {"ephemeral"} and len(body["system"]) <= 4
    assert not {"temperature", "top_p", "top_k", "tools", "tool_choice", "thinking", "cache_control"} & body.keys()


def test_where_the_form_cannot_be_enforced_it_is_asked_for_in_words(fake_bedrock: FakeBedrock) -> None:
    fake_bedrock.reply(f"Here is my answer:\n```json\n{json.dumps(EMPTY)}\n```\nThat is all.")
    fan = run(bearer(fake_bedrock.url))
    assert isinstance(fan.outcomes["u1"], Answered)
    (body,) = fake_bedrock.prompts
    assert "format" not in body["output_config"]
    assert json.loads(body["system"][-1]["text"].split("\n\n")[-1]) == schema()


def test_where_it_can_it_is(fake_vertex: FakeVertex) -> None:
    fake_vertex.reply(EMPTY)
    assert isinstance(ask(google(fake_vertex)).result, str)
    (body,) = fake_vertex.prompts
    assert body["output_config"]["format"]["schema"] == schema() and len(body["system"]) == 2


def test_where_it_turns_out_that_it_cannot_it_is_asked_for_in_words_from_then_on(
    fake_vertex: FakeVertex, fake_claude: FakeClaude
) -> None:
    for server, access in (
        (fake_vertex, google(fake_vertex)),
        (fake_claude, ApiKey(key=KEY, base_url=fake_claude.url)),
    ):
        server.fail_next(status=400, message="output_config.format: Extra inputs are not permitted")
        server.reply(EMPTY, times=None)
        fan = run(access, "u1", "u2")
        assert all(isinstance(outcome, Answered) for outcome in fan.outcomes.values())
        assert ["format" in body["output_config"] for body in server.prompts] == [False, False]
        assert fan.usage.requests == 2 and fan.usage.cost_usd is not None and fan.usage.cost_usd > 0


def test_the_prefix_is_cached_for_all_requests(door: Door) -> None:
    door.server.reply(EMPTY, times=None)
    fan = run(door.access, "u1", "u2", "u3")
    assert all(isinstance(outcome, Answered) for outcome in fan.outcomes.values())
    assert (
        512 < fan.usage.cache_read_tokens // 2 < fan.usage.cache_write_tokens < 1.1 * fan.usage.cache_read_tokens // 2
    )


def test_variables_of_the_environment_are_not_obeyed(
    door: Door, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in ("ANTHROPIC_BEDROCK_BASE_URL", "ANTHROPIC_VERTEX_BASE_URL", "ANTHROPIC_BASE_URL", "AWS_ENDPOINT_URL"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    monkeypatch.setenv("ANTHROPIC_CUSTOM_HEADERS", "Authorization: Bearer stolen\nx-spy: yes\nanthropic-beta: spying")
    monkeypatch.setenv("AWS_BEARER_TOKEN_BEDROCK", "")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAOTHER")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "other")
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(tmp_path / "none.json"))
    monkeypatch.setenv("ANTHROPIC_VERTEX_PROJECT_ID", "other")
    monkeypatch.setenv("CLOUD_ML_REGION", "nowhere1")
    door.server.reply(EMPTY)
    assert isinstance(ask(door.access).result, str)
    (call,) = door.asked
    assert "x-spy" not in call.headers and "anthropic-beta" not in call.headers and "traceparent" not in call.headers
    assert "stolen" not in str(call.headers)


# -- models and prices ---------------------------------------------------------------------------------------------------


def test_aliases_and_ids_mean_the_same_model_at_every_provider() -> None:
    assert models.resolve("opus", "bedrock") == "global.anthropic.claude-opus-5-5"
    assert models.resolve("claude-opus-5-5", "bedrock") == "global.anthropic.claude-opus-5-5"
    assert models.resolve("Haiku", "vertex") == "claude-haiku-5-5"
    assert models.resolve("", "bedrock") == "global.anthropic.claude-sonnet-5-5"
    assert models.resolve("eu.anthropic.claude-opus-5-5", "bedrock") == "eu.anthropic.claude-opus-5-5"
    assert models.resolve("claude-sonnet-4-5@20250929", "vertex") == "claude-sonnet-4-5@20250929"
    opus = models.known("opus")
    arn = "arn:aws:bedrock:eu-west-1:123456789012:inference-profile/eu.anthropic.claude-opus-5-5"
    for name in ("global.anthropic.claude-opus-5-5", "anthropic.claude-opus-5-5", arn, "claude-opus-5-5@20260922"):
        assert models.known(name) == opus is not None
    assert models.known("arn:aws:bedrock:eu-west-1:1:application-inference-profile/x1y2") is None
    for model in models.MODELS:
        assert all(models.known(model.id_at(provider)) == model for provider in models.PROVIDERS)


@pytest.mark.parametrize(
    ("model", "provider", "region", "is_known"),
    [
        ("claude-sonnet-5-5", "anthropic", "", True), ("claude-tomorrow", "anthropic", "", False),
        ("global.anthropic.claude-sonnet-5-5", "bedrock", "eu-west-1", True),
        ("eu.anthropic.claude-sonnet-5-5", "bedrock", "eu-west-1", False),
        ("anthropic.claude-sonnet-5-5", "bedrock", "us-east-1", False),
        ("arn:aws:bedrock:eu-west-1:1:application-inference-profile/x1", "bedrock", "eu-west-1", False),
        ("claude-sonnet-5-5", "vertex", "global", True), ("claude-sonnet-5-5", "vertex", "eu", False),
        ("claude-sonnet-5-5", "vertex", "europe-west1", False),
    ],
)  # fmt: skip
def test_a_price_is_known_only_where_it_is_documented_as_the_list_price(
    model: str, provider: models.Provider, region: str, is_known: bool
) -> None:
    assert models.has_list_price(model, provider, region) is is_known


def test_an_unknown_price_is_unknown_and_with_a_ceiling_nothing_is_sent(fake_bedrock: FakeBedrock) -> None:
    access = keys(fake_bedrock.url)
    fan = run(access, model="eu.anthropic.claude-sonnet-5-5", ceiling=5.0)
    outcome = fan.outcomes["u1"]
    assert isinstance(outcome, Problem) and "price of the model `eu.anthropic" in outcome.message
    assert fake_bedrock.requests == []
    fake_bedrock.reply(EMPTY)
    exchange = ask(access, model="eu.anthropic.claude-sonnet-5-5")
    assert isinstance(exchange.result, str) and exchange.usage.cost_usd is None
    assert fake_bedrock.prompts[0]["output_config"] == {"effort": "high"}  # the same model, so the same depth


def test_a_region_of_google_has_no_known_price() -> None:
    with FakeVertex(region="europe-west1") as server:
        server.reply(EMPTY)
        exchange = ask(google(server))
    assert isinstance(exchange.result, str) and exchange.usage.cost_usd is None


def test_an_older_model_of_bedrock_is_asked_in_the_version_that_it_knows(fake_bedrock: FakeBedrock) -> None:
    fake_bedrock.reply(EMPTY, times=2)
    for name in (f"us.{OLD_MODEL}", f"arn:aws:bedrock:us-east-1:1:inference-profile/us.{OLD_MODEL}"):
        assert isinstance(ask(bearer(fake_bedrock.url), model=name).result, str)
    assert "output_config" not in fake_bedrock.prompts[0]
    old = ("anthropic.claude-opus-4-6-v1", "us.anthropic.claude-sonnet-4-6", "anthropic.claude-3-haiku-20240307-v1:0")
    assert all(models.has_old_bedrock_version(name) for name in old)
    new = [model.bedrock for model in models.MODELS] + ["us.anthropic.claude-opus-4-7", "eu.anthropic.claude-sonnet-5"]
    assert not any(models.has_old_bedrock_version(name) for name in new)


def test_the_fakes_refuse_what_belongs_to_another_door(fake_claude: FakeClaude, fake_bedrock: FakeBedrock) -> None:
    """A body of the one is none of the other: a test that passes at both would show nothing."""
    for extra in ({"inference_geo": "us"}, {"service_tier": "auto"}, {"cache_control": {"type": "ephemeral"}}):
        with reviewer(bearer(fake_bedrock.url)) as claude:
            sdk = claude._sdk()
            with pytest.raises(Exception, match="Extra inputs are not permitted"), sdk.messages.stream(
                model="global.anthropic.claude-sonnet-5-5", max_tokens=10, messages=[{"role": "user", "content": "x"}], extra_body=extra
            ):  # fmt: skip
                pass
    assert len(fake_bedrock.refused) == 3 and fake_claude.requests == []
