"""A comment tells in ten seconds what happens, and never more than GitHub takes."""

from __future__ import annotations

from dataclasses import replace

import pytest
from golden_files import assert_golden
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from sample import ACKS, ALERT, COMMIT, DECLARED, OLDER, PARTITIONS, REPORT, RETENTION, UID

from reviewer.core.finding import Finding, PlacementKind, Stage, Standing, Withheld
from reviewer.core.problem import Problem
from reviewer.core.question import Question
from reviewer.core.report import Judgements, Outcome, Report, Status
from reviewer.core.span import Side
from reviewer.publish.markdown import finding_body, render, summary

HOSTILE = "@octocat ![x](https://evil.example/p) <img src=x onerror=y>\n```suggestion\nrm -rf /\n```\n| a | b |\n# h"
MARKDOWN = MarkdownIt("commonmark").enable("table")


def test_bodies_and_pages_read_as_agreed() -> None:
    assert_golden("comment_commit.md", finding_body(COMMIT))
    assert_golden("comment_uid.md", finding_body(UID))
    assert_golden("comment_acks.md", finding_body(ACKS))
    assert_golden("comment_alert.md", finding_body(ALERT))
    assert_golden("summary.md", summary(REPORT, run_url="https://github.com/shop/orders/actions/runs/1"))
    assert_golden("document.md", render(REPORT))


def test_a_suggestion_is_offered_only_on_new_lines() -> None:
    assert "```suggestion\nacks=all\n```" in finding_body(ACKS)
    removed = replace(ACKS, span=replace(ACKS.span, side=Side.BEFORE))
    assert "```suggestion" not in finding_body(removed)
    on_file = finding_body(replace(ACKS, placement=PlacementKind.FILE))
    assert "```suggestion" not in on_file
    assert "**Replacement:**\n\n```\nacks=all\n```" in on_file


def test_a_suggestion_may_hold_fences_but_nothing_hidden() -> None:
    fenced = finding_body(replace(ACKS, suggestion="```\nx\n```"))
    assert "````suggestion\n```\nx\n```\n````" in fenced
    assert "suggestion" not in finding_body(replace(ACKS, suggestion="acks=all\u202e"))


def test_an_empty_suggestion_deletes_the_lines() -> None:
    assert "```suggestion\n```" in finding_body(replace(ACKS, suggestion=""))


@pytest.mark.parametrize("text", ["1. stop\n2. deploy\n3. start", "In this order:\n1) stop\n2) deploy\n3) start"])
def test_a_numbered_list_in_a_fix_stays_one(text: str) -> None:
    tokens = MARKDOWN.parse(finding_body(replace(ALERT, fix=text)))
    lists = [token.type for token in tokens if token.type in {"ordered_list_open", "list_item_open"}]
    # The events have two steps, the fix three.
    assert lists == ["ordered_list_open", *["list_item_open"] * 2, "ordered_list_open", *["list_item_open"] * 3]


def test_a_number_that_begins_a_sentence_is_no_list() -> None:
    assert "**Why:** 3 records are lost." in finding_body(replace(ALERT, why="3 records are lost."))


def test_hostile_text_stays_text() -> None:
    evil = replace(
        ALERT,
        title=HOSTILE,
        why=HOSTILE,
        fix=HOSTILE,
        scenario=(HOSTILE, HOSTILE),
        references=("https://evil.example",),
    )
    asked = replace(
        RETENTION, title=HOSTILE, question=HOSTILE, settle=f"</details> {HOSTILE}", if_so=(HOSTILE, HOSTILE)
    )
    older = replace(OLDER, title=HOSTILE, why=HOSTILE, fix=HOSTILE)
    report = replace(
        REPORT, findings=(evil, older, replace(older, standing=Standing.DECLARED)), questions=(asked,),
        problems=(Problem(step="x", subject=HOSTILE, message=HOSTILE),),
    )  # fmt: skip
    for text in (finding_body(evil), summary(report), render(report)):
        tokens = [token for block in MARKDOWN.parse(text) for token in (block, *(block.children or []))]
        assert not any(token.type in {"image", "heading_open"} for token in tokens)
        assert {token.content for token in tokens if token.type == "html_inline"} <= {"<sub>", "</sub>"}
        assert not any(token.type == "fence" and token.info == "suggestion" for token in tokens)
        assert all("@octocat" not in token.content for token in tokens if token.type == "text")
        assert not any("evil.example" in str(token.attrs.get("href")) for token in tokens)
        assert text.count("<details>") == text.count("</details>")


def verdict_of(*findings: Finding, questions: tuple[Question, ...] = (), status: Status = Status.REVIEWED) -> str:
    """The first line of the page."""
    bare = Report(tool_version="1", engine="claude", base="a", head="b", status=status)
    return summary(replace(bare, findings=findings, questions=questions)).split("\n")[0].strip("*").split(": ", 1)[1]


def test_the_first_line_counts_only_dangers_of_the_change_and_never_hides_the_rest() -> None:
    asked = (RETENTION, PARTITIONS)
    assert verdict_of(questions=asked) == "No danger found, 2 questions."
    assert verdict_of(questions=asked, status=Status.NO_STREAMING_CODE) == "No danger found, 2 questions."
    assert verdict_of(OLDER, questions=asked[:1]) == "No new danger found, 1 question, 1 older danger."
    assert verdict_of(DECLARED) == "No new danger found, 1 declared trade-off."
    assert verdict_of(COMMIT, OLDER) == "1 danger (1 critical): data loss. Also 1 older danger."
    partial = "Nothing found in what was reviewed, 2 questions. The review is incomplete."
    assert verdict_of(questions=asked, status=Status.PARTIAL) == partial


def test_the_three_gravest_questions_are_folded_into_one_block() -> None:
    asked = tuple(replace(RETENTION, id=f"{n:016x}", question=f"Is it number {n}?") for n in range(5))
    page = summary(replace(REPORT, questions=asked), note="Say `no`.")
    assert page.count("<details><summary>5 questions to the team</summary>") == 1
    block = page.split("5 questions to the team</summary>")[1].split("</details>")[0]
    assert [n for n in range(5) if f"**Is it number {n}?**" in block] == [0, 1, 2]
    assert block.rstrip().endswith("… and 2 more in the JSON report.\n\nSay `no`.")
    assert "to the team" not in summary(replace(REPORT, questions=()), note="Say `no`.")


def test_what_is_older_or_declared_is_one_line_each_and_not_in_the_table() -> None:
    page = summary(REPORT)
    table = page.split("| --- |")[1].split("\n\n")[0]
    for finding, title in ((OLDER, "Older than this change"), (DECLARED, "Trade-offs that the change declares")):
        (line,) = (line for line in page.split("\n") if finding.title in line)
        assert finding.title not in table and line.startswith(f"- {finding.severity.value}: ")
        assert page.index(f"**{title}**") < page.index(line) and finding.scenario[0] not in page
    many = tuple(replace(OLDER, id=f"{n:016x}") for n in range(30))
    assert "- … and 10 more" in summary(replace(REPORT, findings=many))


def test_a_huge_finding_still_fits_and_keeps_its_end() -> None:
    steps = (*("y" * 5000 for _ in range(50)), "the records are gone")
    body = finding_body(replace(COMMIT, why="w`" * 40_000, fix="f\n" * 40_000, scenario=steps))
    assert len(body) <= 60_000
    assert "the records are gone" in body


@given(st.integers(min_value=51, max_value=400))
def test_rows_that_do_not_fit_are_counted(number: int) -> None:
    many = tuple(replace(ALERT, id=f"{index:016x}", why="w" * 3000) for index in range(number))
    page = summary(replace(REPORT, findings=many))
    assert len(page) <= 60_000
    assert f"… and {number - 50} more finding" in page
    assert "that did not fit here" in page


def test_a_failed_run_never_reads_as_all_clear() -> None:
    empty = Report(tool_version="1", engine="claude", base="a", head="b", status=Status.FAILED)
    assert "nothing was checked" in summary(empty)
    missing = tuple(item for item in REPORT.coverage if item.outcome is Outcome.NOT_REVIEWED)
    unanswered = summary(replace(empty, model="claude-x", coverage=missing))
    assert "The offline rules looked and found nothing, which is no all-clear" in unanswered
    partial = summary(replace(empty, status=Status.PARTIAL, coverage=missing))
    assert "1 hunk could not be reviewed" in partial
    assert "data/dump.bin" in partial
    assert "No danger found" not in partial


def test_all_clear_is_one_short_line() -> None:
    page = summary(Report(tool_version="1", engine="rules", base="a", head="b", status=Status.REVIEWED))
    assert "second opinion" not in page and "question" not in page
    assert page.startswith("**stream-review: No danger found in the streaming code of this change.**")
    assert "ignore[" not in page


def test_an_unknown_price_is_not_zero() -> None:
    page = summary(replace(REPORT, usage=replace(REPORT.usage, cost_usd=None)))
    assert "cost unknown" in page


def test_names_of_engine_and_version_are_text_too() -> None:
    evil = replace(
        REPORT, engine="@octocat", model="<img src=x>", tool_version="[x](https://evil.example)", findings=()
    )
    closing_line = summary(evil).splitlines()[-1]
    assert "engine `@octocat` (&lt;img src=x>)" in closing_line
    assert "evil.example" not in closing_line


@pytest.mark.parametrize(
    ("judged", "line"),
    [
        (None, None),
        (Judgements(), None),
        (Judgements(upheld=3, weakened=1, refuted=1, asked=2), "second opinion: 3 upheld, 1 weakened, 1 refuted; 2 asked"),
        (Judgements(unjudged=2), "second opinion: 2 unjudged"),
        (Judgements(refuted=1, told_twice=1), "second opinion: 1 refuted; 1 told twice"),
    ],
)  # fmt: skip
def test_the_second_opinion_is_counted_in_the_small_print(judged: Judgements | None, line: str | None) -> None:
    closing = summary(replace(REPORT, judged=judged)).splitlines()[-1]
    assert (f" · {line} · " in closing) if line else ("second opinion" not in closing)


def _picture(nodes: int) -> str:
    return "\n".join(["flowchart LR", *(f'  n{n}[("orders")]' for n in range(nodes))]) + "\n"


def test_a_picture_says_what_its_marks_mean_and_is_folded_when_it_is_large() -> None:
    small = summary(replace(REPORT, diagram=_picture(20)))
    assert "`+` and thick: new · `-` and dashed: gone" in small and "Picture of the streams" not in small
    large = summary(replace(REPORT, diagram=_picture(21)))
    assert "<details><summary>Picture of the streams: 21 nodes</summary>\n\n```mermaid\nflowchart LR" in large


def test_who_says_so_stands_in_the_table_and_what_was_refuted_with_its_reason() -> None:
    refuted = Withheld(finding=UID, stage=Stage.REFUTED, reason="The uid moved into `Uids.FRAUD`.")
    page = summary(replace(REPORT, withheld=(refuted,)))
    assert "| rule and model |" in page and "| model |" in page
    assert "<details><summary>Suspected and refuted: 1</summary>" in page
    assert f"{UID.title}: The uid moved into `Uids.FRAUD`." in page
