"""Every input is checked at the door, and the message names it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from reviewer.app.action.inputs import NAMES, read_run, without_secrets
from reviewer.core.problem import ReviewError

ROOT = Path(__file__).parents[2]


def environ(tmp_path: Path, **inputs: str) -> dict[str, str]:
    made = {"GITHUB_REPOSITORY": "acme/shop", "GITHUB_WORKSPACE": str(tmp_path), "INPUT_GITHUB-TOKEN": "ghs_hush"}
    return made | {f"INPUT_{name.upper().replace('_', '-')}": value for name, value in inputs.items()}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("engine", "gpt"), ("mode", "all"), ("fail-on-severity", "moderate"), ("min-severity", "none"), ("min-confidence", "x"),
        ("comment-summary-in-pr", "on-failure"), ("dry-run", "yes"), ("warn-only", "1"), ("require-review", "on"),
        ("resolve-fixed-threads", "no"), ("max-comments", "-1"), ("max-comments", "1.5"), ("max-cost-usd", "$1"),
        ("max-cost-usd", "1e9"), ("timeout-minutes", "ten"), ("model", "a b"), ("model", "-x"), ("base-ref", "--upload-pack=x"),
        ("head-ref", "a..b"), ("config-file", "/etc/passwd"), ("config-file", "../x"), ("agent-prompt", "a/../../b"),
        ("report-file", "../x"), ("sarif-file", "/tmp/x"), ("anthropic-base-url", "http://example.org"),
        ("anthropic-base-url", "https://user:pass@example.org"), ("anthropic-base-url", "file:///etc"),
        ("anthropic-base-url", "https://a b"), ("anthropic-base-url", "https://example.org:99999"),
        ("anthropic-base-url", "https://example.org/?x=1"), ("anthropic-api-key", "sk-ant\nsk-ant"), ("github-token", "a b"),
    ],
)  # fmt: skip
def test_a_wrong_input_is_named(tmp_path: Path, name: str, value: str) -> None:
    with pytest.raises(ReviewError, match=name):
        read_run(environ(tmp_path) | {f"INPUT_{name.upper()}": value})


def test_a_secret_is_shown_nowhere(tmp_path: Path) -> None:
    given = read_run(environ(tmp_path, anthropic_api_key="sk-ant-hush"))
    assert (given.api_key, given.token) == ("sk-ant-hush", "ghs_hush")
    assert "hush" not in repr(given)
    with pytest.raises(ReviewError) as caught:
        read_run(environ(tmp_path, anthropic_api_key="sk-ant two words"))
    assert "words" not in str(caught.value)


def test_an_empty_input_is_an_unset_one(tmp_path: Path) -> None:
    given = read_run(environ(tmp_path) | {f"INPUT_{name.upper()}": "  " for name in NAMES})
    assert given.values == {} and given.api_key == given.token == ""


def test_the_secrets_are_found_under_the_names_of_other_actions(tmp_path: Path) -> None:
    given = read_run(
        {**environ(tmp_path), "INPUT_GITHUB-TOKEN": "", "INPUT_GITHUB_TOKEN": "t", "INPUT_ANTHROPIC_API_KEY": "k"}
    )
    assert (given.token, given.api_key) == ("t", "k")


@pytest.mark.parametrize(
    "url", ["https://gateway.example.org/anthropic/", "http://127.0.0.1:8080", "http://localhost:1", "http://[::1]:2"]
)
def test_a_gateway_or_this_machine_may_be_the_model(tmp_path: Path, url: str) -> None:
    assert read_run(environ(tmp_path, anthropic_base_url=url)).text("anthropic-base-url") == url.rstrip("/")


@pytest.mark.parametrize("mode", ["analyze", "post"])
def test_the_split_modes_agree_on_a_file(tmp_path: Path, mode: str) -> None:
    assert read_run(environ(tmp_path, mode=mode)).report_file == "stream-review-report.json"
    assert read_run(environ(tmp_path, mode=mode, report_file="a.json")).report_file == "a.json"
    assert read_run(environ(tmp_path)).report_file == ""


def test_a_report_and_a_sarif_file_do_not_overwrite_each_other(tmp_path: Path) -> None:
    with pytest.raises(ReviewError, match="same file"):
        read_run(environ(tmp_path, report_file="x", sarif_file="./x"))


@pytest.mark.parametrize("payload", ["[]", "{", "3", None])
def test_an_unreadable_payload_is_said(tmp_path: Path, payload: str | None) -> None:
    file = tmp_path / "event.json"
    if payload is not None:
        file.write_text(payload)
    with pytest.raises(ReviewError, match="GITHUB_EVENT_PATH"):
        read_run({**environ(tmp_path), "GITHUB_EVENT_PATH": str(file)})


def test_outside_of_a_workflow_it_says_so(tmp_path: Path) -> None:
    with pytest.raises(ReviewError, match="inside a GitHub workflow"):
        read_run({"GITHUB_REPOSITORY": ""})
    with pytest.raises(ReviewError, match="GITHUB_API_URL"):
        read_run({**environ(tmp_path), "GITHUB_API_URL": "http://ghes.example.org/api/v3"})


def test_of_the_environment_only_what_is_listed_stays() -> None:
    given: dict[str, Any] = {
        "PATH": "/bin", "HTTPS_PROXY": "http://proxy", "https_proxy": "http://proxy", "SSL_CERT_FILE": "/ca", "PYTHONSAFEPATH": "1",
        "GITHUB_TOKEN": "t", "INPUT_GITHUB-TOKEN": "t", "ACTIONS_RUNTIME_TOKEN": "t", "ANTHROPIC_API_KEY": "k", "AWS_SECRET_ACCESS_KEY": "k",
        "ACTIONS_ID_TOKEN_REQUEST_TOKEN": "t", "ANTHROPIC_BASE_URL": "http://evil", "NPM_TOKEN": "t",
    }  # fmt: skip
    assert set(without_secrets(given)) == {"PATH", "HTTPS_PROXY", "https_proxy", "SSL_CERT_FILE", "PYTHONSAFEPATH"}


def test_the_process_keeps_no_secret_in_its_environment(tmp_path: Path) -> None:
    code = "import os, json; from reviewer.app.action.entry import run; run(); print(json.dumps(sorted(os.environ)))"
    event = tmp_path / "event.json"
    event.write_text(json.dumps({"action": "checks_requested"}))
    surroundings = environ(tmp_path, anthropic_api_key="k") | {
        "PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT / "src"), "GITHUB_EVENT_NAME": "merge_group",
        "GITHUB_EVENT_PATH": str(event), "GITHUB_TOKEN": "t",
    }  # fmt: skip
    done = subprocess.run([sys.executable, "-c", code], env=surroundings, capture_output=True, text=True, check=True)
    left = set(json.loads(done.stdout.splitlines()[-1]))
    assert {"PATH", "PYTHONPATH"} <= left and not any(
        "TOKEN" in name or "KEY" in name or "INPUT" in name for name in left
    )
