"""At a terminal: the line, the events and the fix; nothing a stranger wrote drives the terminal."""

from __future__ import annotations

import io
import re
from dataclasses import replace

import pytest
from golden_files import assert_golden
from hypothesis import given
from hypothesis import strategies as st
from sample import ACKS, ALERT, COMMIT, CONSUMER, DECLARED, OLDER, REPORT, RETENTION, SOURCES, UID

from reviewer.core.finding import Standing
from reviewer.core.problem import Problem
from reviewer.core.report import Report, Status
from reviewer.core.span import Side
from reviewer.publish.terminal import open_console, render

HOSTILE = "[bold red]x[/] [/nope] \x1b[2J\x1b]8;;https://evil.example\x07 \u202e :warning: \r\n::error::x"


def printed(
    report: Report, sources: dict[tuple[str, Side], str], *, is_tty: bool = False, no_color: bool = False
) -> str:
    stream = io.StringIO()
    render(report, sources, open_console(stream, is_tty=is_tty, no_color=no_color))
    return stream.getvalue()


@pytest.fixture(autouse=True)
def _terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("NO_COLOR", "FORCE_COLOR", "COLUMNS", "LINES", "TTY_COMPATIBLE", "TTY_INTERACTIVE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")


def test_the_report_reads_as_agreed() -> None:
    assert_golden("terminal.txt", printed(REPORT, SOURCES))


def test_plain_output_has_no_escapes_and_keeps_the_width() -> None:
    output = printed(REPORT, SOURCES)
    assert "\x1b" not in output
    assert max(map(len, output.splitlines())) <= 100


def test_a_terminal_gets_colour_unless_it_is_unwanted() -> None:
    assert "\x1b[1;31m" in printed(REPORT, SOURCES, is_tty=True)
    assert not re.search(r"\x1b\[[0-9;]*3[0-7]m", printed(REPORT, SOURCES, is_tty=True, no_color=True))


def test_the_frame_marks_the_line_and_shows_two_around() -> None:
    lines = printed(replace(REPORT, findings=(COMMIT,)), SOURCES).splitlines()
    numbers = [match.group(1, 2) for line in lines if (match := re.match(r"^  ([ >-]) +(\d+) │", line))]
    assert numbers == [(" ", "5"), (" ", "6"), (">", "7"), (" ", "8"), (" ", "9")]


def test_a_very_long_line_is_cut_and_leaves_the_numbers_in_place() -> None:
    key = (COMMIT.span.path, Side.AFTER)
    lines = SOURCES[key].split("\n")
    lines[5] = "    " + "call().".join("x" * 40 for _ in range(6))
    output = printed(replace(REPORT, findings=(COMMIT,)), {**SOURCES, key: "\n".join(lines)}).splitlines()
    numbers = [match.group(1, 2) for line in output if (match := re.match(r"^  ([ >-]) +(\d+) │", line))]
    assert numbers == [(" ", "5"), (" ", "6"), (">", "7"), (" ", "8"), (" ", "9")]
    assert any(line.startswith("    6 │") and line.endswith("…") for line in output)


def test_removed_lines_are_marked_as_removed() -> None:
    output = printed(replace(REPORT, findings=(UID,)), SOURCES)
    assert '- 4 │     .uid("scoring")' in output
    assert "(removed)" in output


def test_without_the_text_the_quote_is_shown() -> None:
    assert '> 31 │ expr: lag{group="orders"} > 1000' in printed(replace(REPORT, findings=(ALERT,)), {})
    bare = replace(ALERT, evidence=())
    assert "(the code is not at hand)" in printed(replace(REPORT, findings=(bare,)), {})


def test_a_span_behind_the_end_of_the_text_falls_back_to_the_quote() -> None:
    assert "> 2 │ acks=1" in printed(replace(REPORT, findings=(ACKS,)), {(ACKS.span.path, Side.AFTER): "x\n"})


def test_a_long_span_shows_its_ends() -> None:
    long = replace(COMMIT, span=replace(COMMIT.span, first_line=1, last_line=900))
    output = printed(replace(REPORT, findings=(long,)), {(CONSUMER, Side.AFTER): "code\n" * 900})
    assert "⋮" in output
    assert "> 900 │ code" in output
    assert "450 │" not in output


def test_hostile_text_is_shown_and_not_obeyed() -> None:
    evil = replace(
        COMMIT, title=HOSTILE, why=HOSTILE, fix=HOSTILE, scenario=(HOSTILE,), suggestion=HOSTILE, span=replace(COMMIT.span, path=HOSTILE)
    )  # fmt: skip
    older = replace(OLDER, title=HOSTILE, why=HOSTILE, fix=HOSTILE, span=evil.span)
    asked = replace(RETENTION, question=HOSTILE, settle=HOSTILE, if_so=(HOSTILE,), span=evil.span)
    report = replace(
        REPORT, findings=(evil, older), questions=(asked,), problems=(Problem(step=HOSTILE, subject=HOSTILE, message=HOSTILE),)
    )  # fmt: skip
    output = printed(report, {(HOSTILE, Side.AFTER): f"{HOSTILE}\n" * 9})
    assert "[bold red]x[/]" in output
    assert ":warning:" in output
    assert "\\x1b[2J" in output
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]", output)


@given(st.text(max_size=60), st.text(max_size=200), st.integers(1, 12), st.booleans())
def test_any_text_prints(words: str, source: str, line: int, is_tty: bool) -> None:
    span = replace(COMMIT.span, first_line=line, last_line=line + 1)
    odd = replace(COMMIT, title=words, why=words, fix=words, scenario=(words,), span=span, suggestion=words)
    asked = replace(RETENTION, question=words, settle=words, if_so=(words,))
    report = replace(REPORT, findings=(odd, replace(odd, standing=Standing.OLDER)), questions=(asked,))
    output = printed(report, {(CONSUMER, Side.AFTER): source}, is_tty=is_tty)
    assert "4 hunks: 2 reviewed, 1 not streaming, 1 not reviewed" in output


def test_three_questions_follow_the_findings_and_the_others_are_counted() -> None:
    asked = tuple(replace(RETENTION, question=f"Is it number {n}?") for n in range(5))
    output = printed(replace(REPORT, questions=asked), SOURCES)
    assert "5 questions to the team\n  Is it number 0?\n" in output and "  … and 2 more in the JSON report\n" in output
    assert "Is it number 2?" in output and "Is it number 3?" not in output
    assert output.index(ALERT.title) < output.index("Is it number 0?") < output.index("Not reviewed")


def test_what_is_older_or_declared_has_no_frame_and_no_events() -> None:
    output = printed(replace(REPORT, findings=(OLDER, DECLARED), questions=()), SOURCES)
    assert "Older than this change\n  high: A retried order" in output and "producer.send" not in output
    assert "Trade-offs that the change declares\n  medium: Clicks are dropped" in output
    assert OLDER.scenario[0] not in output and "No new" not in output.split("\n")[0]
    assert "found in what was reviewed, 1 older danger, 1 declared trade-off." in " ".join(output.split())


def test_a_failed_run_says_so_last() -> None:
    empty = Report(tool_version="1", engine="claude", base="a", head="b", status=Status.FAILED)
    assert "nothing was checked" in printed(empty, {})
