"""Reviews by the clouds, on the command line and in the action, and what a user is told when something is missing."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from action_kit import LINE, RULE, Seen, Stage, Stager
from cloud_kit import BEARERS, KEYS, SECRETS
from fakes.claude import FakeBedrock, FakeVertex
from fakes.claude.bedrock import ACCESS_KEY, BEARER, REGION
from fakes.claude.vertex import PROJECT

from reviewer.app import providers
from reviewer.app.action.inputs import read_run, without_secrets
from reviewer.app.cli import main
from reviewer.app.providers import CLOUD_VARIABLES

SOURCE = Path(__file__).parents[2] / "src"


# -- the command line ------------------------------------------------------------------------------------------------------


def confirmed_in_words(body: Mapping[str, Any]) -> dict[str, Any]:
    """The answer to any unit of either reader, as far as the prompt tells which one is asked."""
    text = json.dumps(body["messages"])
    if "the second opinion" in text:
        nothing = dict.fromkeys(("severity", "confidence"))
        return {
            "findings": [],
            "verdicts": [],
            "needs": [],
            "opinions": [{"id": "f1", "verdict": "upheld", "reason": "r", "quote": "", **nothing}],
        }
    row = {"id": "h1", "verdict": "confirmed", "reason": "so it is", "quote": LINE}
    return {"findings": [], "verdicts": [row], "needs": []}


@pytest.fixture
def clean(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> pytest.MonkeyPatch:
    """An environment in which nobody has ever logged in anywhere."""
    for name in (*CLOUD_VARIABLES, "AWS_PROFILE", "ANTHROPIC_BEDROCK_BASE_URL", "ANTHROPIC_VERTEX_BASE_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path / "nobody"))
    return monkeypatch


def set_all(monkeypatch: pytest.MonkeyPatch, variables: Mapping[str, str]) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)


def test_a_change_is_reviewed_by_bedrock(
    repo: Path, clean: pytest.MonkeyPatch, fake_bedrock: FakeBedrock, capsys: pytest.CaptureFixture[str]
) -> None:
    set_all(clean, {**KEYS, "ANTHROPIC_BEDROCK_BASE_URL": fake_bedrock.url})
    fake_bedrock.reply(confirmed_in_words, times=None)
    assert main(["review", "--repo", str(repo), "--provider", "bedrock", "--format", "json"]) == 0
    told = capsys.readouterr()
    report = json.loads(told.out)
    assert (report["engine"], report["status"]) == ("claude", "reviewed") and report["usage"]["cost_usd"] > 0
    assert [finding["rule_id"] for finding in report["findings"]] == [RULE]
    assert len(fake_bedrock.prompts) == 2
    assert not any(secret in told.out + told.err + str(fake_bedrock.prompts) for secret in SECRETS)


def test_a_change_is_reviewed_by_vertex_as_the_configuration_says(
    repo: Path, clean: pytest.MonkeyPatch, fake_vertex: FakeVertex, google: dict[str, str],
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    set_all(clean, {**google, "ANTHROPIC_VERTEX_BASE_URL": f"{fake_vertex.url}/v1"})
    (repo / ".github").mkdir()
    (repo / ".github" / "stream-review.yml").write_text("provider: vertex\nmodel: opus\n")
    fake_vertex.reply(confirmed_in_words, times=None)
    assert main(["review", "--repo", str(repo), "--format", "json"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert report["engine"] == "claude" and [finding["rule_id"] for finding in report["findings"]] == [RULE]
    assert {body["model"] for body in fake_vertex.prompts} == {"claude-opus-5-5"}
    # An option wins over the file, and without a key of Anthropic the rules answer.
    assert main(["review", "--repo", str(repo), "--provider", "anthropic", "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["engine"] == "rules"


@pytest.mark.parametrize(
    ("arguments", "variables", "words"),
    [
        (["--engine", "claude"], {}, "needs AWS_BEARER_TOKEN_BEDROCK, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE"),
        ([], {"AWS_BEARER_TOKEN_BEDROCK": BEARER}, "lacks AWS_REGION"),
        ([], {"AWS_REGION": REGION, "AWS_ACCESS_KEY_ID": ACCESS_KEY}, "lacks AWS_SECRET_ACCESS_KEY"),
    ],
)  # fmt: skip
def test_what_is_missing_ends_a_review_before_it_begins(
    arguments: list[str], variables: dict[str, str], words: str, repo: Path, clean: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    set_all(clean, variables)
    assert main(["review", "--repo", str(repo), "--provider", "bedrock", *arguments]) == 2
    told = capsys.readouterr()
    assert words in told.err and told.out == "" and not any(secret in told.err for secret in SECRETS)


def test_the_prompt_is_shown_without_credentials(
    repo: Path, clean: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["review", "--repo", str(repo), "--provider", "bedrock", "--show-prompt"]) == 0
    out = capsys.readouterr().out
    assert '"global.anthropic.claude-' in out and "# The form of the answer" in out and '"format"' not in out


def test_the_doctor_names_what_is_set_and_what_is_missing_and_no_value(
    repo: Path, clean: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], google: dict[str, str]
) -> None:
    def told(provider: str, code: int) -> str:
        assert main(["doctor", "--repo", str(repo), "--provider", provider]) == code
        out = capsys.readouterr().out
        assert not any(secret in out for secret in SECRETS) and REGION not in out and PROJECT not in out
        return out

    assert "rules only, offline (AWS_BEARER_TOKEN_BEDROCK, or AWS_ACCESS_KEY_ID" in told("bedrock", 0)
    set_all(clean, {name: value for name, value in KEYS.items() if name != "AWS_REGION"})
    out = told("bedrock", 2)
    assert "set: AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN; missing: AWS_REGION" in out
    assert "none: bedrock lacks something" in out
    set_all(clean, KEYS)
    out = told("bedrock", 0)
    assert "claude (bedrock: credentials are there)" in out and "missing: nothing" in out and "about " in out
    set_all(clean, google)
    assert "GOOGLE_APPLICATION_CREDENTIALS, CLOUD_ML_REGION, ANTHROPIC_VERTEX_PROJECT_ID; missing: nothing" in told(
        "vertex", 0
    )
    clean.setenv("CLOUD_ML_REGION", "europe-west9")
    assert "its price is not known" in told("vertex", 0)


# -- the action --------------------------------------------------------------------------------------------------------------


class Cloudy:
    """A stage whose workflow has set a cloud's variables."""

    def __init__(self, stage: Stage, variables: Mapping[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
        from reviewer.app.action import entry

        run = entry.run
        monkeypatch.setattr("action_kit.run", lambda environ: run({**environ, **variables}))
        self._stage = stage

    def run(self, **inputs: str) -> Seen:
        return self._stage.run(**{"key": "", "anthropic_base_url": "", **inputs})


def test_the_action_reviews_with_bedrock(
    make: Stager, fake_bedrock: FakeBedrock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(providers, "bedrock_url", lambda region: fake_bedrock.url)
    fake_bedrock.reply(confirmed_in_words, times=None)
    stage = make()
    seen = Cloudy(stage, KEYS, monkeypatch).run(provider="bedrock")
    assert seen.code == 0 and seen.outputs["status"] == "reviewed" and float(seen.outputs["cost-usd"]) > 0
    assert len(stage.inline) == 1 and len(fake_bedrock.prompts) == 2 and stage.claude.requests == []
    said = seen.log + seen.summary + json.dumps(dict(seen.outputs)) + "".join(stage.inline) + str(fake_bedrock.prompts)
    assert not any(secret in said for secret in SECRETS)


def test_the_action_reviews_with_vertex_as_the_base_says(
    make: Stager, fake_vertex: FakeVertex, google: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(providers, "vertex_url", lambda region: f"{fake_vertex.url}/v1")
    fake_vertex.reply(confirmed_in_words, times=None)
    stage = make(before={".github/stream-review.yml": "provider: vertex\n"})
    seen = Cloudy(stage, google, monkeypatch).run()
    assert seen.code == 0 and seen.outputs["status"] == "reviewed" and len(stage.inline) == 1
    assert not any(secret in seen.log + seen.summary for secret in SECRETS)
    # The input wins over the configuration.
    assert "Engine rules" in Cloudy(stage, google, monkeypatch).run(provider="anthropic").log


@pytest.mark.parametrize(
    ("inputs", "variables", "words"),
    [
        ({"provider": "bedrock", "engine": "claude"}, {}, "AWS_BEARER_TOKEN_BEDROCK, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY is not set"),
        ({"provider": "bedrock"}, {"AWS_BEARER_TOKEN_BEDROCK": BEARER}, "lacks AWS_REGION"),
        ({"provider": "vertex"}, {"GOOGLE_APPLICATION_CREDENTIALS": "/nowhere.json"}, "the credentials file of Google can't be read"),
        ({"provider": "bedrock", "anthropic_base_url": "https://gateway.example.org"}, KEYS, "anthropic-base-url has no meaning"),
        ({"provider": "azure"}, {}, "The input provider is 'azure'"),
    ],
)  # fmt: skip
def test_the_action_says_what_is_missing_and_reviews_nothing(
    make: Stager, inputs: dict[str, str], variables: dict[str, str], words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage = make()
    seen = Cloudy(stage, variables, monkeypatch).run(**inputs)
    assert seen.code == 2 and words in seen.log and seen.outputs["status"] == "failed"
    assert stage.inline == [] and not any(secret in seen.log + seen.summary for secret in SECRETS)


def test_without_credentials_the_rules_review(make: Stager, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = Cloudy(make(), {"AWS_REGION": REGION}, monkeypatch).run(provider="bedrock")
    assert seen.code == 0 and "Engine rules" in seen.log


def test_a_fork_gets_the_rules_also_when_claude_is_wanted_of_a_cloud(
    make: Stager, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = Cloudy(make(who="fork"), {"AWS_REGION": REGION}, monkeypatch).run(provider="bedrock", engine="claude")
    assert seen.code == 0 and "Engine rules" in seen.log and "no API key or credentials" in seen.summary


def test_credentials_of_a_cloud_leave_the_environment_and_stand_in_no_repr(
    tmp_path: Path, google: dict[str, str]
) -> None:
    variables = {**KEYS, **BEARERS, **google}
    assert without_secrets(variables) == {}
    given = read_run({"GITHUB_REPOSITORY": "acme/shop", "GITHUB_WORKSPACE": str(tmp_path), **variables})
    assert given.provider("bedrock").access is not None and given.provider("vertex").access is not None
    assert not any(secret in repr(given) + repr(given.provider("bedrock")) for secret in SECRETS)


def test_no_process_of_the_action_is_born_with_them() -> None:
    """A parser of hostile code is a process of its own: what it has not got it can't lose."""
    code = (
        "import json, os\n"
        "from reviewer.app import wiring\n"
        "from reviewer.app.action import entry\n"
        "from reviewer.facts import workers\n"
        "def names(connection):\n"
        "    connection.send(sorted(os.environ))\n"
        "def looked(given, channel):\n"
        "    workers.serve = names\n"
        "    with wiring.parser_pool() as pool:\n"
        "        print(json.dumps([sorted(os.environ), *(w.connection.recv() for w in pool._workers)]))\n"
        "    return 0\n"
        "entry._answered = looked\n"
        "entry.run()\n"
    )
    environ = {
        **KEYS,
        **BEARERS,
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(SOURCE),
        "GOOGLE_APPLICATION_CREDENTIALS": "/hush",
    }
    ran = subprocess.run([sys.executable, "-c", code], env=environ, check=True, capture_output=True, text=True)
    processes = json.loads(ran.stdout.splitlines()[-1].removeprefix("stream-review: "))
    assert len(processes) == 2 and all("PATH" in names and not set(names) & set(CLOUD_VARIABLES) for names in processes)
