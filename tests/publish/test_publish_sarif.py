"""The SARIF log is valid against the standard's own schema and keeps what code scanning needs."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from golden_files import assert_golden
from sample import ACKS, ALERT, COMMIT, DECLARED, OLDER, PARTITIONS, REPORT, RETENTION, SOURCES, UID

from reviewer.core.finding import Finding, Severity
from reviewer.core.report import Report, Status
from reviewer.core.span import Side, Span
from reviewer.publish.sarif import RuleSummary, render

SCHEMA = json.loads((Path(__file__).parent / "schemas" / "sarif-schema-2.1.0.json").read_text(encoding="utf-8"))
RULES = (
    RuleSummary(
        id="kafka-consumer-commit-before-process",
        title="Offsets are committed before the records are processed",
        description="A crash between the commit and the processing loses the records in between.",
        help_markdown="Commit *behind* the work.",
        severity=Severity.CRITICAL,
    ),
)


def log(report: Report) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(render(report, RULES, SOURCES))
    jsonschema.Draft4Validator(SCHEMA).validate(document)
    run: dict[str, Any] = document["runs"][0]
    return run


def results(report: Report) -> dict[str, dict[str, Any]]:
    return {result["partialFingerprints"]["streamReview/v1"]: result for result in log(report)["results"]}


def test_the_log_reads_as_agreed_and_is_valid() -> None:
    log(REPORT)
    assert_golden("report.sarif", render(REPORT, RULES, SOURCES))


def test_every_result_points_to_its_rule() -> None:
    run = log(REPORT)
    rules = run["tool"]["driver"]["rules"]
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
    assert results(REPORT)[ALERT.id]["ruleId"] == "model-operations"


def test_levels_follow_severity() -> None:
    found = results(REPORT)
    levels = [found[finding.id]["level"] for finding in (COMMIT, UID, ACKS, ALERT)]
    assert levels == ["error", "error", "warning", "note"]


def test_a_removed_line_is_told_and_not_pointed_at() -> None:
    result = results(REPORT)[UID.id]
    location = result["locations"][0]
    assert location["physicalLocation"]["region"] == {"startLine": 1}
    assert location["properties"] == {"side": "LEFT", "removedStartLine": 4, "removedEndLine": 4}
    assert "stood on line 4 before the change" in result["message"]["text"]


def test_the_scenario_is_a_flow() -> None:
    flow = results(REPORT)[COMMIT.id]["codeFlows"][0]["threadFlows"][0]["locations"]
    assert [step["location"]["message"]["text"] for step in flow] == list(COMMIT.scenario)


def test_a_failure_does_not_look_clean() -> None:
    run = log(replace(REPORT, findings=(), status=Status.FAILED))
    invocation = run["invocations"][0]
    assert invocation["executionSuccessful"] is False
    assert "overloaded" in invocation["toolExecutionNotifications"][0]["message"]["text"]


def test_texts_stay_within_the_limits_and_make_no_links() -> None:
    evil = replace(
        COMMIT,
        title="[x](https://evil.example)" * 200,
        fix="f" * 5000,
        scenario=("s" * 5000, ""),
        span=replace(COMMIT.span, path="a b/ü\udce9#?.java"),
    )
    result = results(replace(REPORT, findings=(evil,)))[evil.id]
    assert len(result["message"]["text"]) <= 1024
    assert "](" not in result["message"]["text"]
    assert "Fix: f" in result["message"]["text"]
    assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "a%20b/%C3%BC%3F%23%3F.java"


def test_more_results_than_code_scanning_keeps_are_counted() -> None:
    many = tuple(replace(ALERT, id=f"{index:016x}", scenario=(), evidence=()) for index in range(5001))
    document = json.loads(render(replace(REPORT, findings=many), RULES, SOURCES))["runs"][0]
    assert len(document["results"]) == 5000
    assert all(result["ruleId"] == "model-operations" for result in document["results"]), "questions give way first"
    notes = document["invocations"][0]["toolExecutionNotifications"]
    assert notes[-1]["message"]["text"].startswith("3 more results")


def test_a_question_is_a_note_under_a_rule_of_its_own_and_no_finding() -> None:
    found = results(REPORT)
    for asked, rule in ((RETENTION, "question-data-loss"), (PARTITIONS, "question-ordering")):
        result = found[asked.id]
        assert (result["ruleId"], result["level"], "kind" in result) == (rule, "note", False)
        text = result["message"]["text"]
        assert text.startswith(asked.question) and text.endswith(f"What would settle it: {asked.settle}")
        assert result["properties"]["question"] is True
    rules = {rule["id"]: rule for rule in log(REPORT)["tool"]["driver"]["rules"]}
    assert rules["question-ordering"]["shortDescription"]["text"] == "Question to the team: ordering"
    assert rules["question-ordering"]["defaultConfiguration"]["level"] == "note"
    assert found[RETENTION.id]["locations"][0]["properties"]["removedStartLine"] == 8


def test_what_is_older_or_declared_is_a_note_that_says_so() -> None:
    found = results(REPORT)
    rows = {f.id: (found[f.id]["level"], found[f.id]["properties"]["standing"]) for f in (OLDER, DECLARED, COMMIT)}
    assert rows == {OLDER.id: ("note", "older"), DECLARED.id: ("note", "declared"), COMMIT.id: ("error", "new")}


def test_the_words_of_a_question_make_no_links_and_stay_within_the_limit() -> None:
    link = "[x](https://evil.example)" * 200
    asked = replace(RETENTION, question=link, settle=link, if_so=(link,) * 12)
    text = results(replace(REPORT, questions=(asked,)))[asked.id]["message"]["text"]
    assert len(text) <= 1024 and "](" not in text and "What would settle it" in text


def fixed(finding: Finding, text: str) -> str | None:
    """The file after a tool has applied the fix as the standard reads it: lines and UTF-16 columns; None without one."""
    sources = {(finding.span.path, Side.AFTER): text}
    document = json.loads(render(replace(REPORT, findings=(finding,), questions=()), RULES, sources))
    jsonschema.Draft4Validator(SCHEMA).validate(document)
    (result,) = document["runs"][0]["results"]
    if "fixes" not in result:
        return None
    assert result["fixes"][0]["description"]["text"]
    ((change,),) = [fix["artifactChanges"] for fix in result["fixes"]]
    assert change["artifactLocation"] == result["locations"][0]["physicalLocation"]["artifactLocation"]
    (replacement,) = change["replacements"]
    region = replacement["deletedRegion"]
    starts = [0]
    for line in text.splitlines(keepends=True):
        starts.append(starts[-1] + len(line.encode("utf-16-le")) // 2)
    first = starts[region["startLine"] - 1] + region["startColumn"] - 1
    last = starts[region["endLine"] - 1] + region["endColumn"] - 1
    units = text.encode("utf-16-le")
    inserted: str = replacement.get("insertedContent", {"text": ""})["text"]
    return units[: 2 * first].decode("utf-16-le") + inserted + units[2 * last :].decode("utf-16-le")


def suggesting(text: str, first: int, last: int, side: Side = Side.AFTER) -> Finding:
    return replace(
        ACKS, suggestion=text, span=Span(path="a b/x.properties", side=side, first_line=first, last_line=last)
    )


@pytest.mark.parametrize(
    ("text", "lines", "suggestion", "after"),
    [
        ("a=1\nacks=1\nb=2\n", (2, 2), "acks=all", "a=1\nacks=all\nb=2\n"),
        ("a=1\r\nacks=1\r\nb=2\r\n", (2, 2), "acks=all", "a=1\r\nacks=all\r\nb=2\r\n"),
        ("a=1\nacks=1", (2, 2), "acks=all", "a=1\nacks=all"),
        ("a=1\r\nacks=1", (2, 2), "acks=all\nb=2", "a=1\r\nacks=all\r\nb=2"),
        ("a=1\r\nb=1\r\nc=1\r\n", (1, 2), "a=2\nb=2\n", "a=2\r\nb=2\r\nc=1\r\n"),
        ("# 😀😀\nx=😀 # 1\n", (2, 2), "x=😀 # 2", "# 😀😀\nx=😀 # 2\n"),
        ("a=1\nacks=0\nb=2\n", (2, 2), "", "a=1\nb=2\n"),
        ("a=1\r\nacks=0\r\n", (2, 2), "", "a=1\r\n"),
        ("a=1\r\nacks=0", (2, 2), "", "a=1"),
        ("acks=0", (1, 1), "", ""),
    ],
)
def test_a_fix_changes_the_lines_and_nothing_else(
    text: str, lines: tuple[int, int], suggestion: str, after: str
) -> None:
    assert fixed(suggesting(suggestion, *lines), text) == after


def test_there_is_no_fix_for_what_can_not_be_applied() -> None:
    text = "a=1\nacks=1\n"
    assert fixed(suggesting("acks=all", 2, 2, Side.BEFORE), text) is None, "the line is gone"
    assert fixed(suggesting("acks=all", 3, 3), text) is None, "the file has two lines"
    assert fixed(suggesting("acks=\u202eall", 2, 2), text) is None, "nobody sees what would be written"
    assert fixed(replace(ACKS, suggestion=None), text) is None
    assert "fixes" not in json.loads(render(replace(REPORT, findings=(ACKS,)), RULES, {}))["runs"][0]["results"][0]
