"""Questions, older findings and thresholds through the action: where they are seen, and that they fail and repeat nothing."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from action_kit import BEFORE, CONFIG, LINE, RULE, Seen, Stage, Stager, confirmed
from fakes.claude import asks_for, is_second_opinion

QUIET = BEFORE.replace("Orders", "Quiet")
LINGER = 'props.put(ProducerConfig.LINGER_MS_CONFIG, "5");'
CHANGED = QUIET.replace("return new", f"{LINGER}\n    return new")
ASKED: dict[str, Any] = {
    "category": "data-loss", "severity": "critical", "confidence": "low", "title": "Records expire unsent", "path": "Quiet.java",
    "side": "RIGHT", "start_line": 5, "line": 5, "scenario": ["the broker is away", "its records are gone"], "why": "why",
    "fix": "fix", "suggestion": None, "evidence": [{"path": "Quiet.java", "line": 5, "quote": LINGER}], "rule_id": None,
    "question": "Is the broker ever away for long?", "settle": "the longest outage of last year",
}  # fmt: skip
TEAM = "1 question to the team"


def saying(*findings: Mapping[str, Any]) -> Callable[[Mapping[str, Any]], dict[str, Any]]:
    """Of what is shown, these are found."""

    def said(body: Mapping[str, Any]) -> dict[str, Any]:
        shown = json.dumps(body["messages"])
        return {**confirmed(body), "findings": [f for f in findings if f"=== {f['path']}" in shown]}

    return said


def is_review(body: Mapping[str, Any]) -> bool:
    return asks_for("findings")(body) and not is_second_opinion(body)


def says(stage: Stage, *findings: Mapping[str, Any]) -> Stage:
    """What the model answers from now on."""
    stage.claude.reply(saying(*findings), when=is_review, times=None, first=True)
    return stage


@pytest.fixture
def asking(make: Stager) -> Stage:
    """A change in which nothing is found and one thing is asked."""
    return says(make(before={"Quiet.java": QUIET}, after={"Quiet.java": CHANGED}), ASKED)


def notices(seen: Seen) -> list[str]:
    return [
        line for line in seen.annotations if line.startswith("::notice file=Quiet.java,line=5,endLine=5,title=Question")
    ]


def test_a_question_is_one_summary_without_comments_and_counts_for_nothing(asking: Stage) -> None:
    seen = asking.run(fail_on_severity="low", require_review="true")
    assert (seen.code, seen.outputs["findings-count"], seen.outputs["highest-severity"]) == (0, "0", "")
    assert asking.inline == [] and len(asking.reviews) == 1 and seen.outputs["review-url"]
    for page in (asking.reviews[0], seen.summary):
        assert (
            TEAM in page and "**Is the broker ever away for long?**" in page and "No danger found, 1 question." in page
        )
        assert "What would settle it: the longest outage of last year" in page
    assert seen.annotations == [], "the summary says it, once"
    assert "No danger found, 1 question." in seen.log


def test_a_second_run_writes_nothing_and_a_question_that_is_settled_goes(asking: Stage) -> None:
    asking.run()
    done = len(asking.github.performed)
    says(asking, {**ASKED, "question": "Put differently?", "title": "Other words", "scenario": ["x", "y"]}).run()
    assert asking.github.performed[done:] == []
    says(asking).run()
    assert TEAM not in asking.reviews[0] and "Earlier questions: 1 no longer asked." in asking.reviews[0]
    assert len(asking.reviews) == 1 and asking.inline == []


@pytest.mark.parametrize("inputs", [{"dry_run": "true"}, {"comment_summary_in_pr": "never"}])
def test_where_no_summary_is_written_the_question_is_a_notice(asking: Stage, inputs: dict[str, str]) -> None:
    seen = asking.run(**inputs)
    assert len(notices(seen)) == 1 and "1. the broker is away%0A2. its records are gone" in notices(seen)[0]
    assert asking.reviews == [] and TEAM in seen.summary


def test_after_a_push_elsewhere_the_file_of_a_question_is_read_again(asking: Stage) -> None:
    asking.run()
    asking.push({"README.md": "more\n"})
    since = len(asking.claude.prompts)
    seen = asking.run("pull_request", asking.pull_payload("synchronize"))
    assert "Quiet.java" in json.dumps([prompt["messages"] for prompt in asking.claude.prompts[since:]])
    assert TEAM in asking.reviews[0] and TEAM in seen.summary


def test_after_a_push_an_outage_loses_no_question(asking: Stage) -> None:
    asking.run()
    asking.push({"README.md": "more\n"})
    asking.claude.fail_next(status=400, times=9)
    seen = asking.run("pull_request", asking.pull_payload("synchronize"))
    assert seen.outputs["status"] == "failed"
    assert "- question, critical: Is the broker ever away for long?" in asking.reviews[0]


def test_a_writer_ends_a_question_by_its_id(asking: Stage) -> None:
    asking.run()
    name = re.search(r"id `([0-9a-f]{16})`", asking.reviews[0])
    assert name is not None
    asking.github.set_role(asking.scene.repo, "carol", "write")
    asking.run("issue_comment", asking.comment_payload(f"/stream-review ignore {name[1]} never", login="carol"))
    seen = asking.run()
    assert TEAM not in asking.reviews[0] and "Earlier questions: 1 ignored." in asking.reviews[0]
    assert TEAM not in seen.summary and "1 ignored" in seen.summary and notices(seen) == []


def test_two_jobs_ask_what_one_would(asking: Stage) -> None:
    analysed = asking.run(mode="analyze")
    assert TEAM in analysed.summary and len(notices(analysed)) == 1
    posted = asking.run(mode="post", key="", fail_on_severity="low")
    assert posted.code == 0 and posted.outputs["findings-count"] == "0" and notices(posted) == []
    assert TEAM in asking.reviews[0] and asking.inline == []
    assert "second opinion: 1 upheld; 1 asked" in posted.summary


def forge(stage: Stage, change: Callable[[dict[str, Any]], None]) -> None:
    """Another report in place of the one that the analysis left."""
    path = stage.workspace / "stream-review-report.json"
    report = json.loads(path.read_text(encoding="utf-8"))
    change(report)
    path.write_text(json.dumps(report), encoding="utf-8")


def test_a_forged_report_asks_only_about_the_change_and_not_too_much(asking: Stage) -> None:
    asking.run(mode="analyze")
    evil = "@acme/all ![x](https://evil.example/p.png) </details> <img src=x>"

    def change(report: dict[str, Any]) -> None:
        (true,) = report["questions"]
        away = {**true, "id": "1" * 16, "path": "src/Nowhere.java", "question": "Nowhere?"}
        off = {**true, "id": "2" * 16, "start_line": 4000, "line": 4000, "question": "Behind the end?"}
        loud = {**true, "question": evil, "settle": evil, "if_so": [evil], "title": evil}
        many = [{**true, "id": f"{n:016x}", "severity": "low", "question": f"Number {n}?"} for n in range(200)]
        report["questions"] = [*many, away, off, loud, loud]

    forge(asking, change)
    seen = asking.run(mode="post", key="")
    assert seen.code == 0
    for page in (asking.reviews[0], seen.summary):
        assert "50 questions to the team" in page and "… and 47 more in the JSON report." in page
        assert "Nowhere?" not in page and "Behind the end?" not in page
        assert "![" not in page and "<img" not in page and not re.search(r"(?<!`)@acme", page)
        assert page.count("<details>") == page.count("</details>")
        assert page.index("**`@acme/all`") < page.index("Number 0?"), "the gravest first, whatever the report's order"
    assert "2 quote" in seen.summary and "151 limit" in seen.summary and "1 duplicate" in seen.summary


def test_the_posting_job_keeps_to_its_own_settings(asking: Stage) -> None:
    asking.run(mode="analyze")
    tip = asking.scene.repo.commit({CONFIG: "questions: off\n"}, parent=asking.scene.pull.base_sha, branch="main")
    asking.scene.pull.base_sha = tip
    seen = asking.run(mode="post", key="")
    assert asking.reviews == [] and "to the team" not in seen.summary and "1 threshold" in seen.summary


@pytest.mark.parametrize("mode", ["review", "post"])
def test_lighter_findings_are_told_in_full_in_the_summary(make: Stager, mode: str) -> None:
    stage = make(before={CONFIG: "inline-min-severity: critical\n"})
    if mode == "post":
        stage.run(mode="analyze")
    seen = stage.run(mode=mode, fail_on_severity="high")
    assert seen.code == 1 and seen.outputs["findings-count"] == "1" and stage.inline == []
    page = stage.reviews[0]
    assert "**Told here and on no line**" in page and RULE in page and "1. The leader" in page
    assert "**Replacement:**" in page and LINE.replace('"1"', '"all"') in page
    done = len(stage.github.performed)
    if mode == "review":
        stage.run()
    assert stage.github.performed[done:] == []


def test_what_is_older_is_a_line_of_the_summary_and_counts_for_nothing(make: Stager) -> None:
    stage = make(before={"Quiet.java": QUIET}, after={"Quiet.java": CHANGED})
    says(stage, {**ASKED, "confidence": "high", "standing": "older"})
    seen = stage.run(fail_on_severity="low")
    assert (seen.code, seen.outputs["findings-count"], seen.outputs["highest-severity"]) == (0, "0", "")
    assert stage.inline == [] and seen.annotations == []
    assert "**Older than this change**\n\n- critical: Records expire unsent `Quiet.java:5`" in stage.reviews[0]
    assert "No new danger found, 1 older danger." in stage.reviews[0]
    done = len(stage.github.performed)
    stage.run()
    assert stage.github.performed[done:] == []


def test_a_danger_that_becomes_a_question_keeps_its_comment(make: Stager) -> None:
    stage = make(before={"Quiet.java": QUIET}, after={"Quiet.java": CHANGED})
    says(stage, {**ASKED, "confidence": "high"}).run()
    assert len(stage.inline) == 1 and "Records expire unsent" in stage.inline[0]
    before = list(stage.inline)
    says(stage, ASKED)
    seen = stage.run(fail_on_severity="low")
    assert seen.code == 0 and stage.inline == before and TEAM in stage.reviews[0]
