"""Guides can't be generated, so they are held to this: what they name exists, what they show works."""

from __future__ import annotations

import ast
import json
import re
import shutil
import subprocess
import sys
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
from verify.code import finding

from reviewer.core.finding import Severity, Stage, Standing, Withheld
from reviewer.core.report import Coverage, Judgements, Outcome, Report, Status, Usage
from reviewer.core.span import Side
from reviewer.place.questions import question
from reviewer.publish import json_report

ROOT = Path(__file__).parents[2]
GUIDES = [ROOT / "README.md", ROOT / "SECURITY.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
SAMPLE = Report(
    tool_version="1.2.3", engine="claude", base="9" * 40, head="0" * 40, status=Status.PARTIAL, model="claude",
    findings=(
        finding(id="a" * 16, severity=Severity.HIGH), finding(id="b" * 16, severity=Severity.LOW),
        finding(id="d" * 16, severity=Severity.HIGH, standing=Standing.OLDER),
    ),
    questions=(question(finding(id="e" * 16)),), judged=Judgements(upheld=3, refuted=1, asked=1),
    withheld=(Withheld(finding=finding(id="c" * 16), stage=Stage.REFUTED, reason="a click topic"),),
    coverage=(
        Coverage(
            path="dump.bin", old_path=None, side=Side.AFTER, start_line=0, line=0,
            outcome=Outcome.NOT_REVIEWED, reviewed_by=None, reason="binary file",
        ),
    ),
    problems=(), notices=(), usage=Usage(requests=3, cost_usd=0.0612, seconds=14.2),
)  # fmt: skip
_TEST = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")


@cache
def found_in(path: str) -> frozenset[str]:
    file = ROOT / path
    if not file.is_file():
        return frozenset()
    tree = ast.parse(file.read_text(encoding="utf-8"))
    return frozenset(n.name for n in ast.walk(tree) if isinstance(n, ast.FunctionDef) and n.name.startswith("test_"))


@pytest.mark.parametrize("guide", GUIDES, ids=lambda path: path.name)
def test_every_test_that_a_guide_names_exists(guide: Path) -> None:
    named = _TEST.findall(guide.read_text(encoding="utf-8"))
    assert [f"{path}::{name}" for path, name in named if name not in found_in(path)] == []


@pytest.mark.parametrize("guide", GUIDES, ids=lambda path: path.name)
def test_every_file_that_a_guide_links_exists(guide: Path) -> None:
    links = re.findall(r"\]\((?!https?:|#)([^)#]+)", guide.read_text(encoding="utf-8"))
    assert [link for link in links if not (guide.parent / link).exists()] == []


def test_every_threat_has_a_test() -> None:
    text = (ROOT / "SECURITY.md").read_text(encoding="utf-8").partition("## Threats")[2].partition("\n## ")[0]
    rows = [line for line in text.splitlines() if line.startswith("| ")][1:]
    assert len(rows) >= 20
    assert [row for row in rows if not _TEST.search(row)] == []


@pytest.fixture
def reports(tmp_path: Path) -> Path:
    """Two reports as two runs leave them."""
    texts = {"1": SAMPLE, "2": replace(SAMPLE, findings=(), withheld=(), usage=replace(SAMPLE.usage, cost_usd=None))}
    for run, report in texts.items():
        folder = tmp_path / "reports" / run
        folder.mkdir(parents=True)
        (folder / "stream-review-report.json").write_text(json_report.render(report), encoding="utf-8")
    return tmp_path / "reports"


def test_the_script_for_platform_teams_sums_reports_up(reports: Path) -> None:
    command = [sys.executable, str(ROOT / "scripts" / "metrics.py"), str(reports)]
    found = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    assert (found["runs"], found["runs with findings"], found["runs of unknown cost"]) == (2, 1, 1)
    assert sum(found["findings by severity"].values()) == len(SAMPLE.dangers) > 0
    assert found["older or declared"] == len(SAMPLE.findings) - len(SAMPLE.dangers) > 0
    assert found["questions"] == 2 * len(SAMPLE.questions) and found["second opinion"]["upheld"] == 2 * 3
    assert sum(found["withheld by stage"].values()) == len(SAMPLE.withheld)
    assert sum(found["hunks"].values()) == 2 * len(SAMPLE.coverage)
    (reports / "other.json").write_text("[]", encoding="utf-8")
    assert subprocess.run(command, check=False, capture_output=True).returncode == 2


@pytest.mark.skipif(shutil.which("jq") is None, reason="jq is not installed")
def test_the_jq_line_for_platform_teams_works_as_printed(reports: Path) -> None:
    guide = (ROOT / "docs" / "platform-teams.md").read_text(encoding="utf-8")
    (line,) = [block for block in re.findall(r"```sh\n(.*?)```", guide, re.S) if block.startswith("jq")]
    done = subprocess.run(["bash", "-c", line], check=True, capture_output=True, text=True, cwd=reports.parent)
    found = json.loads(done.stdout)
    assert found["runs"] == 2 and sum(found["findings"].values()) == len(SAMPLE.dangers)
    assert found["dollars"] == pytest.approx(SAMPLE.usage.cost_usd)


def test_every_one_of_the_56_complaints_has_an_answer_and_a_test() -> None:
    rows = re.findall(
        r"^\| (\d+) \| (.+) \| (.+) \| (.+) \|$", (ROOT / "docs" / "complaints.md").read_text("utf-8"), re.M
    )
    assert [int(row[0]) for row in rows] == list(range(1, 57))
    assert [number for number, _, _, shown in rows if not _TEST.search(shown)] == []
