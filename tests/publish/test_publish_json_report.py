"""The JSON report is a contract: exactly these fields out, and nothing else in."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from golden_files import assert_golden
from hypothesis import given
from hypothesis import strategies as st
from sample import COMMIT, REPORT

import reviewer.publish
from reviewer.core.problem import ReviewError
from reviewer.core.report import Report
from reviewer.publish.json_report import SIZE_LIMIT, parse, render
from reviewer.publish.report_model import schema_text

PACKAGED = Path(reviewer.publish.__file__).parent / "report.schema.json"
PUBLISHED = Path(__file__).parents[2] / "docs" / "report.schema.json"
SCHEMA = json.loads(schema_text())


def without_extras(report: Report) -> Report:
    """What version 1.0 of the contract carries."""
    bare = tuple(replace(finding, subject="") for finding in report.findings)
    withheld = tuple(replace(item, finding=replace(item.finding, subject="")) for item in report.withheld)
    return replace(report, findings=bare, withheld=withheld, model=None, notices=(), diagram=None)


def changed(path: tuple[str | int, ...], value: Any) -> str:
    document = json.loads(render(REPORT))
    target = document
    for part in path[:-1]:
        target = target[part]
    target[path[-1]] = value
    return json.dumps(document)


def test_the_report_reads_as_agreed() -> None:
    assert_golden("report.json", render(REPORT))


def test_the_report_is_valid_against_its_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    jsonschema.Draft202012Validator(SCHEMA).validate(json.loads(render(REPORT)))


def test_the_schema_is_published_as_it_is_enforced() -> None:
    if os.environ.get("UPDATE_GOLDEN"):
        PACKAGED.write_text(schema_text(), encoding="utf-8")
        PUBLISHED.write_text(schema_text(), encoding="utf-8")
    assert PACKAGED.read_text(encoding="utf-8") == schema_text()
    assert PUBLISHED.read_text(encoding="utf-8") == schema_text()


def test_a_report_survives_the_way_to_mode_post() -> None:
    assert parse(render(REPORT)) == without_extras(REPORT)


def test_undecodable_names_do_not_break_the_file() -> None:
    odd = replace(REPORT, findings=(replace(COMMIT, title="caf\udce9"),))
    assert parse(render(odd)).findings[0].title == "caf?"


@pytest.mark.parametrize(
    ("path", "value", "named"),
    [
        (("schema_version",), "2.0", "schema_version"),
        (("extra",), 1, "extra"),
        (("tool", "name"), "other", "tool.name"),
        (("status",), "fine", "status"),
        (("findings", 0, "path"), "../../etc/passwd", "findings.0"),
        (("findings", 0, "path"), "/etc/passwd", "findings.0"),
        (("findings", 0, "start_line"), 99, "findings.0"),
        (("findings", 0, "line"), "31", "findings.0.line"),
        (("findings", 0, "line"), True, "findings.0.line"),
        (("findings", 0, "id"), "<!-- marker -->", "findings.0.id"),
        (("findings", 0, "rule_id"), "x](https://evil.example)", "findings.0.rule_id"),
        (("findings", 0, "side"), "BOTH", "findings.0.side"),
        (("findings", 0, "evidence", 0, "line"), 0, "findings.0.evidence.0.line"),
        (("findings", 0, "scenario"), "text", "findings.0.scenario"),
        (("withheld", 0, "stage"), "elsewhere", "withheld.0.stage"),
        (("questions", 0, "path"), "../../etc/passwd", "questions.0"),
        (("questions", 0, "id"), "<!-- marker -->", "questions.0.id"),
        (("questions", 0, "settle"), None, "questions.0.settle"),
        (("judged", "upheld"), -1, "judged.upheld"),
        (("findings", 0, "standing"), "gone", "findings.0.standing"),
        (("findings", 0, "doubt"), "none", "findings.0.doubt"),
        (("coverage", 0, "old_path"), "a/../../b", "coverage.0"),
        (("problems", 0), "text", "problems.0"),
        (("usage", "tokens", "input"), -1, "usage.tokens.input"),
        (("usage", "seconds"), float("nan"), "usage.seconds"),
    ],
)
def test_anything_else_is_refused_by_name(path: tuple[str | int, ...], value: Any, named: str) -> None:
    with pytest.raises(ReviewError) as refused:
        parse(changed(path, value))
    assert str(refused.value).startswith(f"report-file: {named}: ")


@pytest.mark.parametrize("text", ["", "null", "[]", "{", "[" * 100_000, "\ud800", "{}", '"' + "x" * SIZE_LIMIT])
def test_what_is_no_report_is_refused(text: str) -> None:
    with pytest.raises(ReviewError, match=r"^report-file: "):
        parse(text)


def test_a_missing_field_is_refused() -> None:
    document = json.loads(render(REPORT))
    del document["coverage"]
    with pytest.raises(ReviewError, match=r"^report-file: coverage: "):
        parse(json.dumps(document))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


@given(st.sampled_from(sorted(json.loads(render(REPORT)))), JSON)
def test_what_is_accepted_is_valid_against_the_schema(field: str, value: Any) -> None:
    text = changed((field,), value)
    try:
        parse(text)
    except ReviewError:
        return
    jsonschema.Draft202012Validator(SCHEMA).validate(json.loads(text))
