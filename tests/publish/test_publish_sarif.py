"""The SARIF log is valid against the standard's own schema and keeps what code scanning needs."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
from golden_files import assert_golden
from sample import ACKS, ALERT, COMMIT, DECLARED, OLDER, PARTITIONS, REPORT, RETENTION, UID

from reviewer.core.finding import Severity
from reviewer.core.report import Report, Status
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
    document: dict[str, Any] = json.loads(render(report, RULES))
    jsonschema.Draft4Validator(SCHEMA).validate(document)
    run: dict[str, Any] = document["runs"][0]
    return run


def results(report: Report) -> dict[str, dict[str, Any]]:
    return {result["partialFingerprints"]["streamReview/v1"]: result for result in log(report)["results"]}


def test_the_log_reads_as_agreed_and_is_valid() -> None:
    log(REPORT)
    assert_golden("report.sarif", render(REPORT, RULES))


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
    document = json.loads(render(replace(REPORT, findings=many), RULES))["runs"][0]
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
