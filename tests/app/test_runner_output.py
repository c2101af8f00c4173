"""No text of a stranger can make the runner do anything, whoever prints it."""

from __future__ import annotations

import io
import logging
import re
import sys
import threading
import warnings
from pathlib import Path

import pytest
from action_kit import outputs_of
from hypothesis import given
from hypothesis import strategies as st

from reviewer.app.action.runner_output import HarmlessStream, runner

#: What the runner does with a line of either stream (its ActionCommand): trims it and looks for `::` in front, or `##[` anywhere.
_COMMAND = re.compile(r"^\s*::|##\[")
_EVIL = st.lists(
    st.sampled_from(["::error::x", "##[command]", "##[", "::add-mask::", "\n", "\r", "\x85", "\u2028", "\u200b", "\x0b", "#", "[", " ", "a", "::", "\x1b["])
    | st.text(max_size=3),
    max_size=12,
).map("".join)  # fmt: skip


def test_a_stream_that_outlives_its_target_is_taken_away_in_silence() -> None:
    target = io.StringIO()
    stream = HarmlessStream(target)
    target.close()
    stream.close()
    assert stream.closed


def obeyed(text: str) -> list[str]:
    return [line for line in re.split(r"[\n\r\x0b\x0c\x85\u2028\u2029]", text) if _COMMAND.search(line)]


@given(st.lists(_EVIL, max_size=5))
def test_nothing_that_goes_through_the_streams_is_obeyed(parts: list[str]) -> None:
    target = io.StringIO()
    stream = HarmlessStream(target)
    for part in parts:
        stream.write(part)
        stream.flush()
    stream.finish()
    assert obeyed(target.getvalue()) == []


@given(_EVIL, _EVIL)
def test_annotations_are_one_command_each(message: str, title: str) -> None:
    out = io.StringIO()
    kept, sys.stdout = sys.stdout, out
    try:
        with runner(output=None, step_summary=None) as channel:
            channel.annotate("error", message, title=title)
    finally:
        sys.stdout = kept
    lines = out.getvalue().splitlines()
    assert len(lines) == 1 and lines[0].startswith("::error title=")
    assert lines[0].count("::") >= 2 and "::" not in lines[0][2:].split("::", 1)[0]


def test_libraries_warnings_and_threads_are_made_harmless_too(capsys: pytest.CaptureFixture[str]) -> None:
    def crash() -> None:
        print("::set-output name=a::b")
        assert logging.lastResort is not None  # what a library without handlers logs through
        logging.lastResort.emit(logging.makeLogRecord({"msg": "::error::logged"}))
        sys.stderr.write(warnings.formatwarning("a\n::error::warned", UserWarning, "::error::.py", 1))

    with runner(output=None, step_summary=None):
        thread = threading.Thread(target=crash)
        thread.start()
        thread.join()
        print("no line end: ##[group]x", end="", file=sys.stderr)
    seen = capsys.readouterr()
    assert "set-output" in seen.out and "logged" in seen.out + seen.err and "group" in seen.err
    assert obeyed(seen.out) == obeyed(seen.err) == []


@given(value=_EVIL)
def test_an_output_cannot_set_another(tmp_path_factory: pytest.TempPathFactory, value: str) -> None:
    file = tmp_path_factory.mktemp("o") / "output"
    with runner(output=file, step_summary=None) as channel:
        channel.outputs({"status": value, "review-url": "u"})
    text = file.read_text(encoding="utf-8")
    assert set(outputs_of(text)) == {"status", "review-url"} and len(text.splitlines()) == 6


def test_outputs_do_not_follow_a_link(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    victim = tmp_path / "victim"
    victim.write_text("mine")
    (tmp_path / "output").symlink_to(victim)
    with runner(output=tmp_path / "output", step_summary=tmp_path / "none" / "summary") as channel:
        channel.outputs({"status": "reviewed"})
        assert not channel.summary("page")
    assert victim.read_text() == "mine"
    assert capsys.readouterr().out.count("::warning") == 2


def test_a_stream_that_cannot_say_a_letter_says_a_question_mark() -> None:
    target = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    stream = HarmlessStream(target)
    print("“quoted” \ud800", file=stream)
    stream.finish()
    assert target.buffer.getvalue().decode() == "stream-review: ?quoted? \n"
