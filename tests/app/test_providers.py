"""Which provider there is, what he wants, and what is refused: by names and never by values, without importing any SDK."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from cloud_kit import BEARERS, KEYS, SECRETS
from fakes.claude.bedrock import ACCESS_KEY, BEARER, REGION, SESSION_TOKEN
from fakes.claude.vertex import PROJECT

from reviewer.app import cli, providers
from reviewer.app.providers import find
from reviewer.core.problem import ReviewError
from reviewer.model.access import Bedrock, Vertex
from reviewer.model.models import PROVIDERS, Provider

SOURCE = Path(__file__).parents[2] / "src"


def test_bedrock_takes_a_bearer_token_before_keys_as_the_sdk_does() -> None:
    access = find("bedrock", {**KEYS, **BEARERS}, local=False).ready()
    assert isinstance(access, Bedrock) and (access.bearer, access.access_key) == (BEARER, "")
    access = find("bedrock", {**KEYS, "AWS_BEARER_TOKEN_BEDROCK": " "}, local=False).ready()
    assert isinstance(access, Bedrock) and (access.bearer, access.access_key, access.session_token) == (
        "", ACCESS_KEY, SESSION_TOKEN,
    )  # fmt: skip
    assert not any(secret in repr(access) for secret in SECRETS)


def test_vertex_takes_a_credentials_file(google: dict[str, str]) -> None:
    access = find("vertex", google, local=False).ready()
    assert isinstance(access, Vertex) and (access.region, access.project) == ("global", PROJECT)
    assert not any(secret in repr(access) for secret in SECRETS)


@pytest.mark.parametrize("region", ["global", "us", "eu", "europe-west1"])
def test_the_addresses_are_those_of_the_sdk(region: str, monkeypatch: pytest.MonkeyPatch) -> None:
    import anthropic

    for name in ("ANTHROPIC_BEDROCK_BASE_URL", "ANTHROPIC_VERTEX_BASE_URL", "AWS_BEARER_TOKEN_BEDROCK"):
        monkeypatch.delenv(name, raising=False)
    with anthropic.AnthropicVertex(region=region, project_id="p", access_token="t") as vertex:
        assert str(vertex.base_url).rstrip("/") == providers.vertex_url(region)
    with anthropic.AnthropicBedrock(aws_region="eu-west-1", api_key="k") as bedrock:
        assert str(bedrock.base_url).rstrip("/") == providers.bedrock_url("eu-west-1")


def test_the_choices_of_the_command_line_are_the_providers_that_there_are() -> None:
    assert cli._PROVIDERS == PROVIDERS  # written out there: `--version` must not wait for an import


@pytest.mark.parametrize("provider", ["anthropic", "bedrock", "vertex"])
def test_without_credentials_there_is_no_way_in_and_no_error(provider: Any) -> None:
    found = find(provider, {"AWS_REGION": REGION, "CLOUD_ML_REGION": "global"}, local=False)
    assert not found.has_credentials and found.ready() is None and found.wanted


@pytest.mark.parametrize("lost", ["AWS_REGION", "AWS_SECRET_ACCESS_KEY", "AWS_ACCESS_KEY_ID"])
def test_half_of_what_bedrock_wants_is_an_error_that_names_the_rest(lost: str) -> None:
    found = find("bedrock", {name: value for name, value in KEYS.items() if name != lost}, local=False)
    with pytest.raises(ReviewError, match=f"bedrock lacks {lost}") as caught:
        found.ready()
    assert not any(secret in str(caught.value) for secret in SECRETS)


@pytest.mark.parametrize("lost", ["CLOUD_ML_REGION", "ANTHROPIC_VERTEX_PROJECT_ID"])
def test_half_of_what_vertex_wants_is_an_error_that_names_the_rest(lost: str, google: dict[str, str]) -> None:
    with pytest.raises(ReviewError, match=f"vertex lacks {lost}"):
        find("vertex", {name: value for name, value in google.items() if name != lost}, local=False).ready()


@pytest.mark.parametrize("provider", ["bedrock", "vertex"])
def test_a_missing_extra_is_an_error_that_says_what_to_install(
    provider: Any, google: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(providers, "has_module", lambda name: False)
    with pytest.raises(ReviewError, match=r"install stream-review\[" + provider):
        find(provider, {**KEYS, **google}, local=False).ready()


def test_whether_an_extra_is_there_is_seen_without_importing_it() -> None:
    code = (
        "import sys; from reviewer.app import providers; "
        "print(providers.has_module('boto3'), providers.has_module('google.auth'), providers.has_module('no.such.module'), "
        "sorted({'boto3', 'botocore', 'google.auth', 'anthropic'} & sys.modules.keys()))"
    )
    environ = {**os.environ, "PYTHONPATH": str(SOURCE)}
    ran = subprocess.run([sys.executable, "-c", code], env=environ, check=True, capture_output=True, text=True)
    assert ran.stdout.strip() == "True True False []"


@pytest.mark.parametrize(
    ("provider", "name", "value"),
    [
        ("bedrock", "AWS_REGION", "eu-west-1.evil.example/"), ("bedrock", "AWS_REGION", "EU"), ("bedrock", "AWS_REGION", "a@b"),
        ("vertex", "CLOUD_ML_REGION", "evil.example/x?"), ("vertex", "ANTHROPIC_VERTEX_PROJECT_ID", "../../x"),
        ("bedrock", "AWS_BEARER_TOKEN_BEDROCK", "a\nb"), ("bedrock", "AWS_SECRET_ACCESS_KEY", "two words"),
    ],
)  # fmt: skip
def test_a_value_that_could_lead_elsewhere_is_refused_and_not_shown(
    provider: Any, name: str, value: str, google: dict[str, str]
) -> None:
    with pytest.raises(ReviewError, match=name) as caught:
        find(provider, {**KEYS, **google, name: value}, local=False)
    assert value not in str(caught.value)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"token_uri": "https://evil.example/token"}, "token_uri"), ({"token_uri": "http://oauth2.googleapis.com"}, "token_uri"),
        ({"token_uri": "https://googleapis.com.evil.example"}, "token_uri"), ({"type": "gdch_service_account"}, "no type"),
        ({"type": "external_account", "token_url": 7}, "token_url"),
        ({"type": "external_account", "service_account_impersonation_url": "https://x.evil"}, "service_account_impersonation_url"),
        ({"type": "impersonated_service_account", "source_credentials": {"token_uri": "https://x.evil"}}, "token_uri"),
        ({"type": "external_account", "credential_source": {"executable": {"command": "sh"}}}, "start a program"),
    ],
)  # fmt: skip
def test_a_credentials_file_that_leads_away_from_google_is_refused(
    change: dict[str, Any], words: str, google: dict[str, str], google_file: Path
) -> None:
    google_file.write_text(json.dumps({**json.loads(google_file.read_text()), **change}))
    with pytest.raises(ReviewError, match=words) as caught:
        find("vertex", google, local=False).ready()
    assert "PRIVATE" not in str(caught.value)


@pytest.mark.parametrize("content", [None, "", "[]", "{", "{}", '{"type": "x"}', "[" * 100_000])
def test_a_credentials_file_that_is_none_is_refused(
    content: str | None, google: dict[str, str], google_file: Path
) -> None:
    google_file.unlink() if content is None else google_file.write_text(content)
    with pytest.raises(ReviewError, match="GOOGLE_APPLICATION_CREDENTIALS: the credentials file"):
        find("vertex", google, local=False).ready()


def test_a_login_on_a_users_own_machine_counts_there_and_not_in_the_action(
    tmp_path: Path, google: dict[str, str], google_file: Path
) -> None:
    (tmp_path / ".aws").mkdir()
    (tmp_path / ".aws" / "config").write_text("[default]\nregion = eu-west-3\n[profile other]\nregion = us-east-1\n")
    (tmp_path / ".config" / "gcloud").mkdir(parents=True)
    google_file.rename(tmp_path / ".config" / "gcloud" / "application_default_credentials.json")
    del google["GOOGLE_APPLICATION_CREDENTIALS"]
    home = {"HOME": str(tmp_path)}
    mine, other = find("bedrock", home).ready(), find("bedrock", {**home, "AWS_PROFILE": "other"}).ready()
    assert isinstance(mine, Bedrock) and (mine.region, mine.profile) == ("eu-west-3", None)
    assert isinstance(other, Bedrock) and (other.region, other.profile) == ("us-east-1", "other")
    assert isinstance(find("vertex", {**home, **google}).ready(), Vertex)
    with pytest.raises(ReviewError, match="AWS_PROFILE"):
        find("bedrock", {**home, "AWS_PROFILE": "none"})
    mixed = find("bedrock", {**home, "AWS_PROFILE": "other", "AWS_BEARER_TOKEN_BEDROCK": BEARER}).ready()
    assert isinstance(mixed, Bedrock) and (mixed.bearer, mixed.region) == (BEARER, "us-east-1")
    assert not find("bedrock", {**home, "AWS_PROFILE": "other"}, local=False).has_credentials
    assert not find("vertex", {**home, **google}, local=False).has_credentials


@pytest.mark.parametrize("provider", ["bedrock", "vertex"])
def test_only_a_users_own_machine_may_name_another_address(provider: Provider, google: dict[str, str]) -> None:
    elsewhere = {
        "ANTHROPIC_BEDROCK_BASE_URL": "https://gateway.example.org", "ANTHROPIC_VERTEX_BASE_URL": "https://gateway.example.org/v1",
    }  # fmt: skip
    there = find(provider, {**KEYS, **google, **elsewhere}).ready()
    here = find(provider, {**KEYS, **google, **elsewhere}, local=False).ready()
    assert there is not None and there.base_url.startswith("https://gateway.example.org")
    assert here is not None and here.base_url.split("/")[2].endswith(("amazonaws.com", "googleapis.com"))
    name = f"ANTHROPIC_{provider.upper()}_BASE_URL"
    with pytest.raises(ReviewError, match=f"{name} is not an address"):
        find(provider, {**KEYS, **google, name: "http://gateway.example.org"})
