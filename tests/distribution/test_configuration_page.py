"""What an editor says of a configuration is what the tool says of it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml
from jsonschema import Draft202012Validator

from reviewer.app.settings_file import parse_settings
from reviewer.core.problem import ReviewError
from reviewer.rules.registry import rule_ids

ROOT = Path(__file__).parents[2]
SCHEMA = json.loads((ROOT / "docs" / "config.schema.json").read_text(encoding="utf-8"))
EXAMPLE = (ROOT / "examples" / "stream-review.yml").read_text(encoding="utf-8")
RULES = rule_ids()


def test_the_schema_is_one_and_describes_every_key() -> None:
    Draft202012Validator.check_schema(SCHEMA)
    assert [key for key, found in SCHEMA["properties"].items() if not found.get("description")] == []


def test_the_example_is_fine_for_both_and_tells_editors_where_the_schema_is() -> None:
    Draft202012Validator(SCHEMA).validate(yaml.safe_load(EXAMPLE))
    settings = parse_settings(EXAMPLE, "examples/stream-review.yml", RULES)
    assert settings.fail_on_severity == "critical" and settings.disabled() == {"topic-durability-too-low"}
    first = EXAMPLE.splitlines()[0]
    assert first.startswith("# yaml-language-server: $schema=https://") and first.endswith("docs/config.schema.json")


@pytest.mark.parametrize(
    "text",
    [
        "min-severty: high",
        "min-severity: hihg",
        "max-comments: -1",
        "max-cost-usd: 0",
        "rules: [a]",
        "paths: src",
        "timeout-minutes: 400",
    ],
)
def test_both_refuse_the_same(text: str) -> None:
    assert not Draft202012Validator(SCHEMA).is_valid(yaml.safe_load(text))
    with pytest.raises(ReviewError):
        parse_settings(text, "file", RULES)
