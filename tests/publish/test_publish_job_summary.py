"""The job's own page and its annotations: within GitHub's limits, and never a command of a stranger."""

from __future__ import annotations

import re
from dataclasses import replace

from golden_files import assert_golden
from hypothesis import given
from hypothesis import strategies as st
from sample import ACKS, ALERT, COMMIT, DECLARED, OLDER, PARTITIONS, REPORT, RETENTION, UID

from reviewer.core.finding import PlacementKind
from reviewer.core.problem import Problem
from reviewer.core.report import Report, Status
from reviewer.publish import job_summary
from reviewer.publish.markdown import summary

COMMAND = re.compile(r"^::(error|warning|notice) ((?:file|line|endLine|title)=[^,:\r\n]*,?)+::[^\r\n]*$")


def written(report: Report) -> str:
    pages: list[str] = []
    job_summary.write(report, pages.append)
    assert len(pages) == 1
    return pages[0]


def test_they_read_as_agreed() -> None:
    assert_golden("annotations.txt", "\n".join(job_summary.annotations(REPORT)) + "\n")
    assert_golden("job_summary.md", written(REPORT))


def test_every_finding_is_told_in_full() -> None:
    page = written(REPORT)
    assert all(step.split(" -> ")[-1] in page for finding in REPORT.dangers for step in finding.scenario)
    assert all(step.split(" -> ")[-1] in page for question in REPORT.questions for step in question.if_so)
    assert all(f.title in page and f.scenario[-1] not in page for f in (OLDER, DECLARED))


def test_the_page_stays_below_the_limit_and_counts_the_rest() -> None:
    wide = tuple(replace(COMMIT, id=f"{index:016x}", why="\U0001f980" * 5000) for index in range(300))
    page = written(replace(REPORT, findings=wide))
    assert len(page.encode()) <= 1_000_000
    assert "that did not fit here" in page


def test_levels_and_lines() -> None:
    lines = job_summary.annotations(replace(REPORT, status=Status.REVIEWED, notices=(), questions=()))
    assert [line.split(" ")[0] for line in lines] == ["::error", "::error", "::warning", "::notice"]
    assert lines[0].startswith(f"::error file={COMMIT.span.path},line=7,endLine=7,title=Offsets")
    assert lines[1].startswith(f"::error file={UID.span.path},title=The uid")


def test_three_questions_are_notices_and_what_is_older_or_declared_is_no_annotation() -> None:
    asked = (RETENTION, PARTITIONS, replace(PARTITIONS, id="1" * 16), replace(PARTITIONS, id="2" * 16))
    quiet = replace(REPORT, findings=(OLDER, DECLARED), questions=asked, status=Status.REVIEWED, notices=())
    first, *more = job_summary.annotations(quiet)
    assert first.startswith(f"::notice file={RETENTION.span.path},title=Question%3A Does")
    assert "On removed code: config/topics.yml:8-9%0A1. The shop is down" in first
    assert [line.split(",")[:2] for line in more] == [[f"::notice file={PARTITIONS.span.path}", "line=9"]] * 2


def test_ten_of_a_level_and_one_line_for_the_rest() -> None:
    many = tuple(replace(finding, id=f"{index:016x}") for index in range(14) for finding in (ACKS, ALERT))
    lines = job_summary.annotations(replace(REPORT, findings=many, status=Status.REVIEWED, notices=(), questions=()))
    assert sum(line.startswith("::warning") for line in lines) == 10
    assert sum(line.startswith("::notice") for line in lines) == 10
    assert lines[-1] == "stream-review: 8 more annotations not shown; see the job summary."


def test_an_incomplete_run_is_announced_first() -> None:
    failed = replace(REPORT, findings=(), questions=(), status=Status.FAILED)
    first = job_summary.annotations(failed)[0]
    assert first.startswith("::warning title=stream-review failed::")
    assert "overloaded" in first
    assert job_summary.annotations(replace(failed, status=Status.REVIEWED, notices=())) == ()


@given(st.text() | st.sampled_from(["a\n::error::x", "x,line=1::y", "%0A::stop-commands::x", "\r::add-mask::a"]))
def test_a_stranger_gives_no_command(text: str) -> None:
    evil = replace(COMMIT, title=text, fix=text, scenario=(text,), span=replace(COMMIT.span, path=text or "x"))
    asked = replace(PARTITIONS, question=text, settle=text, if_so=(text,), span=replace(COMMIT.span, path=text or "x"))
    for line in job_summary.annotations(replace(REPORT, findings=(evil,), questions=(asked,), notices=(text,))):
        assert COMMAND.match(line), line


def test_pages_fit_whatever_the_words() -> None:
    noisy = "@$#1" * 2000
    evil = tuple(
        replace(ALERT, id=f"{index:016x}", title=noisy, placement=PlacementKind.SUMMARY) for index in range(80)
    )
    gaps = tuple(replace(REPORT.coverage[3], path=f"{index}{noisy}", reason=noisy) for index in range(80))
    failures = tuple(Problem(step=noisy, subject=noisy, message=noisy) for _ in range(80))
    quiet = tuple(replace(OLDER, id=f"{index:016x}", title=noisy, why=noisy, fix=noisy) for index in range(80, 160))
    asked = tuple(replace(RETENTION, question=noisy, settle=noisy, if_so=(noisy,) * 12) for _ in range(80))
    report = replace(
        REPORT, findings=evil + quiet, questions=asked, coverage=gaps, problems=failures, notices=(noisy,) * 80
    )
    page = summary(report)
    assert len(page) <= 60_000
    assert "80 dangers" in page
    assert "more finding" in page and "80 questions to the team" in page and "… and 77 more in the JSON report." in page
    assert len(written(report).encode()) <= 1_000_000
