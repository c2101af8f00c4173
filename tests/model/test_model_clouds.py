"""Claude as the clouds offer it, over loopback with the SDK's own clients: what is sent, and every way in which a call can fail."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from fakes.claude import Answer, FakeBedrock, FakeClaude, FakeVertex
from fakes.claude.bedrock import ACCESS_KEY, BEARER, OLD_MODEL, REGION, SECRET_KEY, SESSION_TOKEN
from fakes.claude.vertex import ACCOUNT, PROJECT, TOKEN
from fakes.loopback import Call, Loopback, Reply, json_reply

from reviewer.core.problem import Problem
from reviewer.model import models
from reviewer.model.access import Access, Bedrock, Vertex
from reviewer.model.anthropic import ClaudeReviewer
from reviewer.model.ceiling import Ceiling
from reviewer.model.fan_out import FanOut, Limits, fan_out
from reviewer.model.port import Exchange, ModelRequest
from reviewer.model.reply import Reply as Answered
from reviewer.model.reply import parse_reply, schema

EMPTY: dict[str, Any] = {"findings": [], "verdicts": [], "needs": []}
REQUEST = ModelRequest(system_blocks=("You review. " * 300, "Risks."), user="unit u1", schema_name="review")
SECRETS = (BEARER, SECRET_KEY, SESSION_TOKEN, ACCESS_KEY, TOKEN)


def keys(url: str, region: str = REGION) -> Bedrock:
    return Bedrock(
        region=region, base_url=url, access_key=ACCESS_KEY, secret_key=SECRET_KEY, session_token=SESSION_TOKEN
    )  # fmt: skip


def bearer(url: str, region: str = REGION) -> Bedrock:
    return Bedrock(region=region, base_url=url, bearer=BEARER)


def google(server: FakeVertex, credentials: str | None = None, project: str = PROJECT) -> Vertex:
    info = json.loads(credentials or server.service_account())
    return Vertex(region=server.region, project=project, base_url=f"{server.url}/v1", credentials=info)


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """A cloud and a way in."""

    server: FakeBedrock | FakeVertex
    access: Access

    @property
    def asked(self) -> list[Call]:
        """Requests for an answer, without those for a token."""
        return [call for call in self.server.requests if call.path.startswith(("/model/", "/v1/"))]


@pytest.fixture(params=["bedrock with keys", "bedrock with a bearer token", "vertex"])
def door(request: pytest.FixtureRequest, fake_bedrock: FakeBedrock, fake_vertex: FakeVertex) -> Door:
    if request.param == "vertex":
        return Door(server=fake_vertex, access=google(fake_vertex))
    make = keys if "keys" in request.param else bearer
    return Door(server=fake_bedrock, access=make(fake_bedrock.url))


def reviewer(access: Access, *, seconds: float = 30.0, retries: int = 0, model: str = "sonnet") -> ClaudeReviewer:
    return ClaudeReviewer(
        access=access, model=model, deadline=time.monotonic() + seconds, clock=time.monotonic, max_output_tokens=2_000,
        max_retries=retries,
    )  # fmt: skip


def ask(access: Access, **options: Any) -> Exchange:
    with reviewer(access, **options) as claude:
        return claude.review(REQUEST, lambda: None)


def said(exchange: Exchange) -> str:
    assert isinstance(exchange.result, Problem), exchange.result
    assert not any(secret in exchange.result.message for secret in SECRETS), exchange.result.message
    return exchange.result.message


def run(access: Access, *names: str, ceiling: float | None = None, **options: Any) -> FanOut[Answered]:
    with reviewer(access, **options) as claude:
        limits = Limits(
            deadline=time.monotonic() + 30, clock=time.monotonic, model=claude.model, max_output_tokens=2_000,
            has_list_price=claude.has_list_price, ceiling=Ceiling(ceiling) if ceiling is not None else None, workers=1,
        )  # fmt: skip
        requests = {name: replace(REQUEST, user=f"unit {name}.") for name in names or ("u1",)}
        return fan_out(requests, claude, parse_reply, limits)


# -- an answer ---------------------------------------------------------------------------------------------------------


def test_an_answer_is_read_counted_and_priced(door: Door) -> None:
    door.server.reply(Answer(text=json.dumps(EMPTY), thinking="hm " * 40))
    begun: list[bool] = []
    with reviewer(door.access) as claude:
        exchange = claude.review(REQUEST, lambda: begun.append(True))
    assert exchange.result == json.dumps(EMPTY) and begun == [True]
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


def test_the_prefix_is_cached_for_all_requests(door: Door) -> None:
    door.server.reply(EMPTY, times=None)
    fan = run(door.access, "u1", "u2", "u3")
    assert all(isinstance(outcome, Answered) for outcome in fan.outcomes.values())
    assert fan.usage.cache_write_tokens > 512 and fan.usage.cache_read_tokens == 2 * fan.usage.cache_write_tokens


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


# -- failures ------------------------------------------------------------------------------------------------------------

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


# -- tokens of Google ------------------------------------------------------------------------------------------------------


def test_a_token_is_fetched_once_for_all_requests(fake_vertex: FakeVertex) -> None:
    fake_vertex.reply(EMPTY, times=None)
    assert not [o for o in run(google(fake_vertex), "u1", "u2", "u3").outcomes.values() if isinstance(o, Problem)]
    assert fake_vertex.given_out == [ACCOUNT]


def test_the_identity_of_a_workflow_is_enough(fake_vertex: FakeVertex) -> None:
    fake_vertex.reply(EMPTY)
    assert isinstance(ask(google(fake_vertex, fake_vertex.workload_identity())).result, str)
    assert fake_vertex.given_out == ["impersonated"]


def test_a_refused_account_ends_the_asking_and_says_so(fake_vertex: FakeVertex) -> None:
    stranger = json.loads(fake_vertex.service_account())
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import rsa

    form = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    other = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    stranger["private_key"] = other.private_bytes(serialization.Encoding.PEM, *form).decode()
    fan = run(google(fake_vertex, json.dumps(stranger)), "u1", "u2")
    for outcome in fan.outcomes.values():
        assert isinstance(outcome, Problem) and "Google gives no token" in outcome.message
        assert "Invalid JWT Signature" in outcome.message and "PRIVATE KEY" not in outcome.message
    assert [call.path for call in fake_vertex.requests] == ["/token"] and fan.usage.requests == 0


@pytest.mark.parametrize("lost", ["private_key", "client_email", "token_uri"])
def test_a_credentials_file_that_lacks_something_is_a_problem(fake_vertex: FakeVertex, lost: str) -> None:
    info = json.loads(fake_vertex.service_account())
    del info[lost]
    exchange = ask(google(fake_vertex, json.dumps(info)))
    assert exchange.fatal and "Google gives no token" in said(exchange)


def test_a_redirect_is_not_followed_for_a_token_either(fake_vertex: FakeVertex) -> None:
    here = Loopback(
        lambda call: Reply(status=302, headers={"location": f"{fake_vertex.url}/token", "content-length": "0"})
    )
    info = {**json.loads(fake_vertex.service_account()), "token_uri": here.url}
    exchange = ask(google(fake_vertex, json.dumps(info)))
    here.close()
    assert "Google gives no token" in said(exchange) and fake_vertex.requests == []


# -- profiles of AWS -------------------------------------------------------------------------------------------------------


@pytest.fixture
def aws_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("AWS_PROFILE", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))
    return tmp_path


def test_a_profile_is_looked_up_by_the_library_of_aws(fake_bedrock: FakeBedrock, aws_files: Path) -> None:
    (aws_files / "credentials").write_text(
        f"[reviews]\naws_access_key_id={ACCESS_KEY}\naws_secret_access_key={SECRET_KEY}\naws_session_token={SESSION_TOKEN}\n"
    )
    fake_bedrock.reply(EMPTY)
    access = Bedrock(region=REGION, base_url=fake_bedrock.url, profile="reviews")
    assert isinstance(ask(access).result, str)


@pytest.mark.parametrize("profile", ["reviews", "unknown", None])
def test_a_profile_without_credentials_is_a_problem(
    fake_bedrock: FakeBedrock, aws_files: Path, profile: str | None
) -> None:
    (aws_files / "config").write_text("[profile reviews]\nregion=eu-west-1\n")
    exchange = ask(Bedrock(region=REGION, base_url=fake_bedrock.url, profile=profile))
    assert exchange.fatal and "AWS gives no credentials for the profile" in said(exchange)
    assert fake_bedrock.requests == []


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
