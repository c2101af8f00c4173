"""Tokens of Google and profiles of AWS, as the clouds' own libraries give them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from cloud_kit import EMPTY, ask, google, run, said
from fakes.claude import FakeBedrock, FakeVertex
from fakes.claude.bedrock import ACCESS_KEY, REGION, SECRET_KEY, SESSION_TOKEN
from fakes.claude.vertex import ACCOUNT
from fakes.loopback import Loopback, Reply

from reviewer.core.problem import Problem
from reviewer.model.access import Bedrock


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
