"""action.yml, the door that reads the inputs, the contract and the README name the same things."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from reviewer.app.action import inputs as action_inputs

ROOT = Path(__file__).parents[2]
ACTION: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
#: The contract that workflows hold on to; a name here goes only with a major version.
INPUTS = {
    "anthropic-api-key", "github-token", "pr-number", "base-ref", "head-ref", "engine", "provider", "model", "agent-prompt", "config-file",
    "fail-on-severity", "min-severity", "min-confidence", "max-comments", "max-cost-usd", "comment-summary-in-pr", "dry-run",
    "warn-only", "require-review", "resolve-fixed-threads", "timeout-minutes", "mode", "report-file", "sarif-file",
    "anthropic-base-url",
}  # fmt: skip
OUTPUTS = {"status", "findings-count", "highest-severity", "review-url", "report-file", "sarif-file", "cost-usd"}


def test_all_name_the_same_inputs_and_outputs() -> None:
    assert set(ACTION["inputs"]) == set(action_inputs.NAMES) == INPUTS
    assert set(ACTION["outputs"]) == OUTPUTS


def test_nothing_has_a_default_but_the_token() -> None:
    assert {name: value["default"] for name, value in ACTION["inputs"].items() if "default" in value} == {
        "github-token": "${{ github.token }}"
    }
    assert not any(value["required"] for value in ACTION["inputs"].values())


@pytest.mark.parametrize("kind", ["inputs", "outputs"])
def test_each_is_described_in_a_sentence_and_stands_in_the_readme(kind: str) -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    for name, value in ACTION[kind].items():
        assert 20 < len(value["description"]) < 200 and value["description"].endswith(".")
        assert f"| `{name}` | {value['description']} |" in readme


@pytest.mark.parametrize("name", sorted(action_inputs._CHOICES))
def test_a_description_names_every_value(name: str) -> None:
    words = set(re.findall(r"[a-z-]+", ACTION["inputs"][name]["description"]))
    assert set(action_inputs._CHOICES[name]) <= words


def test_it_can_be_listed() -> None:
    assert ACTION["name"] and len(ACTION["description"]) < 125
    assert ACTION["branding"] == {"icon": "git-pull-request", "color": "blue"}
    assert ACTION["runs"] == {"using": "docker", "image": "Dockerfile"}  # no args: they would be shown in the log
