"""Long work at a terminal: what a person sees while it goes on, and that nobody else sees any of it."""

from __future__ import annotations

import json
import os
import pty
import re
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from app.pseudo_terminal import Seen, run
from app.test_cli_claude_hostile import NOTHING, upheld
from fakes.claude import KEY, Answer, FakeClaude
from fakes.github import REPO, TOKEN, FakeGitHub, pull_request

SOURCE = Path(__file__).parents[2] / "src"
COMMAND = [sys.executable, "-m", "reviewer.app.cli"]
# The same without the wait for work that is worth a word, and with less patience for a file: no test depends on a fast machine.
AT_ONCE = [
    sys.executable, "-c",
    "from reviewer.app.terminal_progress import TerminalProgress as T; T.__init__.__kwdefaults__['delay'] = 0.0; "
    "from reviewer.facts.workers import ParserPool as P; P.__init__.__kwdefaults__['seconds'] = 1.0; "
    "from reviewer.app.cli import main; raise SystemExit(main())",
]  # fmt: skip
# Whoever starts the tests in the background hands on that Ctrl-C is ignored; who sits at a terminal has it.
HEARS_CTRL_C = [
    sys.executable, "-c",
    "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); from reviewer.app.cli import main; raise SystemExit(main())",
]  # fmt: skip
REVIEW = ["review", "--format", "json"]
SLOW = "class Slow { KafkaProducer<A, B> p; void f() { " + "a<" * 30000 + " } }"
AUDITED = "stream-review: audit: 2 files may be streaming code, 0 others were not looked at."
UNREAD = "stream-review: facts: Slow.java: parsing took more than 1 s and was given up (after the change)"


@pytest.fixture
def env(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """The environment of somebody at a terminal, without a key."""
    taken = (
        "CI",
        "NO_COLOR",
        "ANTHROPIC_API_KEY",
        "COLUMNS",
        "LINES",
        "FORCE_COLOR",
        "TTY_INTERACTIVE",
        "TTY_COMPATIBLE",
    )
    kept = {name: value for name, value in os.environ.items() if name not in taken}
    return {**kept, "TERM": "xterm-256color", "PYTHONPATH": str(SOURCE)}


@pytest.fixture
def with_claude(env: dict[str, str], fake_claude: FakeClaude) -> dict[str, str]:
    """The same with a Claude that thinks for a while, twice."""
    fake_claude.reply(Answer(text=json.dumps(NOTHING), delay=1.5))
    fake_claude.reply(lambda body: Answer(text=json.dumps(upheld(body)), delay=1.0))
    return {**env, "ANTHROPIC_API_KEY": KEY, "ANTHROPIC_BASE_URL": fake_claude.url}


@pytest.fixture
def tree(repo: Path) -> Path:
    """A second file that keeps the parser busy until it is given up."""
    (repo / "Slow.java").write_text(SLOW, encoding="utf-8")
    return repo


def lines(pictures: Sequence[str], pattern: str) -> list[tuple[str, ...]]:
    """What the line in motion said, each once, in the order of time; the bar is left out."""
    found = [match.groups() for picture in pictures for match in re.finditer(pattern, picture, re.M)]
    return list(dict.fromkeys(found))


def is_silent(seen: Seen) -> bool:
    return "\x1b" not in seen.raw and not re.search(r"\d+ of \d+", seen.raw) and "Claude reviews" not in seen.raw


def test_requests_and_their_cost_are_seen_and_go_away(repo: Path, with_claude: dict[str, str]) -> None:
    seen = run([*COMMAND, *REVIEW], cwd=repo, env=with_claude)
    bar = r"[━╸╺]+"
    first = lines(seen.pictures, rf"^Claude reviews {bar} (\d) of (\d) answers, (\d) out, (\$[\d.]+) so far \d+ s$")
    second = lines(
        seen.pictures, rf"^Claude checks what it found {bar} (\d) of (\d) answers, (\d) out, (\$[\d.]+) so far \d+ s$"
    )
    assert first == [("0", "1", "1", "$0.00")]
    report = json.loads(seen.out)
    assert [row[:3] for row in second] == [("0", "1", "1")]
    assert 0 < float(second[0][3].removeprefix("$")) < report["usage"]["cost_usd"] + 0.005
    assert (seen.code, seen.last, report["engine"], len(report["findings"])) == (0, "", "claude", 1)


def test_the_report_stands_alone_on_the_terminal_that_showed_the_line(repo: Path, with_claude: dict[str, str]) -> None:
    seen = run(["bash", "-c", '"$@" >&2', "bash", *COMMAND, "review"], cwd=repo, env=with_claude)
    assert any(picture.startswith("Claude reviews ") for picture in seen.pictures)
    assert seen.last.startswith(" HIGH  The producer is told") and "1 danger (1 high): data loss." in seen.last
    assert "Claude reviews" not in seen.last and "so far" not in seen.last


def test_off_a_terminal_not_a_byte_of_it_is_written(repo: Path, with_claude: dict[str, str]) -> None:
    ran = subprocess.run([*COMMAND, *REVIEW], cwd=repo, env=with_claude, check=True, capture_output=True)
    assert ran.stderr == b"" and json.loads(ran.stdout)["engine"] == "claude"


@pytest.mark.parametrize("quiet", [{"TERM": "dumb"}, {"TERM": "unknown"}, {"CI": "true"}, {"CI": "1", "NO_COLOR": "1"}])
def test_a_terminal_that_nobody_watches_sees_only_the_messages(
    tree: Path, env: dict[str, str], quiet: dict[str, str]
) -> None:
    seen = run([*AT_ONCE, "audit", "--format", "json"], cwd=tree, env={**env, **quiet})
    assert is_silent(seen) and seen.raw.splitlines() == [AUDITED, UNREAD]
    assert len(json.loads(seen.out)["findings"]) == 1


def test_files_are_counted_and_messages_stand_whole_above_the_line(tree: Path, env: dict[str, str]) -> None:
    seen = run([*AT_ONCE, "audit", "--format", "json"], cwd=tree, env={**env, "CI": "false"})
    counted = lines(seen.pictures, r"^(Looking for streaming code|Parsing files) \S+ (\d) of (\d) +\d+ s$")
    # Which of the counts is seen between two redraws is the machine's business.
    assert {(what, of) for what, _, of in counted} <= {("Looking for streaming code", "2"), ("Parsing files", "2")}
    assert any(what == "Parsing files" for what, _, _ in counted)
    assert any(re.fullmatch(rf"{re.escape(AUDITED)}\nParsing files .* s", picture) for picture in seen.pictures)
    assert any("Applying the rules" in picture for picture in seen.pictures)
    assert seen.last == f"{AUDITED}\n{UNREAD}"
    assert AUDITED in seen.raw and len(json.loads(seen.out)["findings"]) == 1


def test_both_sides_of_a_file_are_one_file(repo: Path, env: dict[str, str]) -> None:
    seen = run([*AT_ONCE, *REVIEW], cwd=repo, env=env)
    assert {row[1] for row in lines(seen.pictures, r"^Parsing files \S+ (\d) of (\d) ")} == {"1"}


def test_no_color_leaves_the_line_without_its_colours(tree: Path, env: dict[str, str]) -> None:
    seen = run([*AT_ONCE, "audit", "--format", "json"], cwd=tree, env={**env, "NO_COLOR": "1"})
    assert any("Parsing files" in picture for picture in seen.pictures) and seen.styles == frozenset()
    assert seen.last == f"{AUDITED}\n{UNREAD}"


def test_a_narrow_window_does_not_fill_with_old_lines(tree: Path, env: dict[str, str]) -> None:
    seen = run([*AT_ONCE, "audit", "--format", "json"], cwd=tree, env=env, columns=30)
    moving = [p.removeprefix(AUDITED).strip("\n") for p in seen.pictures if p.startswith(AUDITED)]
    assert any(moving) and all(len(row) <= 30 and "\n" not in row for row in moving if UNREAD not in row)
    assert seen.last == f"{AUDITED}\n{UNREAD}"


def test_short_work_shows_and_loads_nothing(repo: Path, env: dict[str, str]) -> None:
    code = (
        "import sys; from reviewer.app.terminal_progress import TerminalProgress as T; T.__init__.__kwdefaults__['delay'] = 60; "
        "from reviewer.app.cli import main; code = main(); print('rich' in sys.modules); raise SystemExit(code)"
    )
    seen = run([sys.executable, "-c", code, *REVIEW, "--output", "report.json"], cwd=repo, env=env)
    assert (seen.code, seen.raw, seen.out) == (0, "", "False\n")


def test_the_prompts_are_not_interrupted(repo: Path, env: dict[str, str]) -> None:
    seen = run([*AT_ONCE, "review", "--show-prompt"], cwd=repo, env=env)
    assert seen.code == 0 and is_silent(seen) and "===== request 1 of 1: system, block 1 =====" in seen.out


def test_ctrl_c_takes_the_line_away_and_says_what_happened(
    repo: Path, with_claude: dict[str, str], fake_claude: FakeClaude
) -> None:
    # Long enough that no busy machine can finish before the signal; the end of the process ends the wait.
    fake_claude.reply(Answer(text=json.dumps(NOTHING), delay=30), first=True)

    def interrupt(process: subprocess.Popen[bytes], picture: str) -> None:
        if "Claude reviews" in picture:
            process.send_signal(signal.SIGINT)

    seen = run([*HEARS_CTRL_C, *REVIEW], cwd=repo, env=with_claude, watch=interrupt)
    assert (seen.code, seen.out) == (2, "")
    assert seen.last == "stream-review: interrupted; nothing was posted."


def test_a_job_in_the_background_leaves_the_terminal_to_the_other(tree: Path, env: dict[str, str]) -> None:
    seen = run([*AT_ONCE, "audit", "--format", "json"], cwd=tree, env=env, in_front=False)
    assert is_silent(seen) and AUDITED in seen.raw and len(json.loads(seen.out)["findings"]) == 1


def test_a_terminal_that_goes_away_costs_no_result(repo: Path, with_claude: dict[str, str]) -> None:
    master, slave = pty.openpty()
    process = subprocess.Popen([*AT_ONCE, *REVIEW], cwd=repo, env=with_claude, stdout=subprocess.PIPE, stderr=slave)
    os.close(slave)
    seen = b""
    while b"Claude reviews" not in seen:
        seen += os.read(master, 4096)
    os.close(master)
    out = process.communicate(timeout=90)[0]
    assert (process.returncode, len(json.loads(out)["findings"])) == (0, 1)


def test_what_is_fetched_from_github_is_counted(env: dict[str, str], fake_github: FakeGitHub, tmp_path: Path) -> None:
    from app.conftest import ORDERS

    names = [f"Orders{number}.java" for number in range(6)]
    weak = ORDERS.replace('"all"', '"1"')
    pull_request(fake_github, dict.fromkeys(names, ORDERS), {name: f"{weak}// {name}\n" for name in names})
    fake_github.fail_next("POST /graphql", delay=2.0, times=1)
    given = {**env, "GITHUB_TOKEN": TOKEN, "GITHUB_API_URL": fake_github.url}
    seen = run([*COMMAND, *REVIEW, "--pr", f"https://github.com/{REPO}/pull/1"], cwd=tmp_path, env=given)
    counted: list[Any] = lines(seen.pictures, r"^Fetching files from GitHub \S+ (\d) of (\d) ")
    assert counted and {of for _, of in counted} == {"6"}
    assert (seen.code, seen.last, len(json.loads(seen.out)["findings"])) == (0, "", 6)
