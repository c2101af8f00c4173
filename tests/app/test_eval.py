"""`stream-review eval`: the figures are those of the labels, and a case that could not be reviewed is not scored."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from reviewer.app.cli import main
from reviewer.app.evaluate.scoring import Label, score, tally
from reviewer.core.finding import Category, Confidence, Finding, Severity
from reviewer.core.span import Side, Span

ROOT = Path(__file__).parents[2]
BEFORE = "acks=all\nclient.id=a\nlinger.ms=5\nbootstrap.servers=b:9092\n"
DIFF = """--- a/producer.properties
+++ b/producer.properties
@@ -1,4 +1,4 @@
-acks=all
+acks=1
 client.id=a
 linger.ms=5
 bootstrap.servers=b:9092
"""


def finding(category: Category, line: int, side: Side = Side.AFTER) -> Finding:
    return Finding(
        id=f"{line:016x}", rule_id=None, category=category, severity=Severity.HIGH, confidence=Confidence.HIGH, title="t",
        span=Span(path="A.java", side=side, first_line=line, last_line=line), scenario=("s",), why="w", fix="f", subject="s",
    )  # fmt: skip


def label(category: str, line: int, side: str = "RIGHT") -> Label:
    return Label(category=category, path="A.java", side=side, first_line=line, last_line=line)


def test_a_finding_serves_one_label_and_must_fit_in_kind_place_and_side() -> None:
    found = [
        finding(Category.DATA_LOSS, 11),
        finding(Category.ORDERING, 10),
        finding(Category.DATA_LOSS, 10, Side.BEFORE),
    ]
    case = score("c", "kafka", [label("data-loss", 10), label("data-loss", 12), label("ordering", 20)], found)
    assert [item.first_line for item, _ in case.found] == [10]
    assert [item.first_line for item in case.missed] == [12, 20]
    assert [f.span.side.value for f in case.false] == ["RIGHT", "LEFT"]
    row = tally([case])
    assert row.recall == pytest.approx(1 / 3)
    assert row.precision == pytest.approx(1 / 3)


def test_nothing_to_divide_by_is_no_figure() -> None:
    row = tally([score("c", "kafka", [], [])])
    assert row.recall is None and row.precision is None


def cases(folder: Path, expect: str, diff: str = DIFF) -> Path:
    (folder / "repo").mkdir()
    (folder / "repo" / "producer.properties").write_text(BEFORE.replace("all", "1"), encoding="utf-8")
    (folder / "change.diff").write_text(diff, encoding="utf-8")
    file = folder / "cases.yaml"
    file.write_text(f"repository: repo\ncases:\n  - change: change.diff\n    technology: kafka\n    expect: {expect}\n")
    return file


def test_what_is_missed_and_what_is_false_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = cases(tmp_path, "[{category: ordering, path: producer.properties, line: 1}]")
    assert main(["eval", str(file), "--engine", "rules", "--format", "json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["rows"]["all"] == {"found": 0, "missed": 1, "false": 1, "recall": 0.0, "precision": 0.0}
    assert found["cases"][0]["missed"] == [
        {"category": "ordering", "path": "producer.properties", "line": 1, "side": "RIGHT"}
    ]
    assert main(["eval", str(file), "--engine", "rules"]) == 0
    shown = capsys.readouterr().out
    assert "missed in change: ordering at producer.properties:1 (RIGHT)" in shown
    assert "false in change:" in shown


def test_a_labelled_danger_that_is_found_counts(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = cases(tmp_path, "[{category: data-loss, path: producer.properties, line: 1}]")
    assert main(["eval", str(file), "--engine", "rules", "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["rows"]["kafka"]["recall"] == 1.0


@pytest.mark.parametrize(
    ("expect", "diff", "message"),
    [
        ("[{category: sadness, path: a, line: 1}]", DIFF, "category"),
        ("[{category: ordering, path: a, lin: 1}]", DIFF, "lin"),
        ("[]", "no diff at all", "diff"),
    ],
)
def test_bad_cases_are_a_clear_error(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], expect: str, diff: str, message: str
) -> None:
    assert main(["eval", str(cases(tmp_path, expect, diff)), "--engine", "rules"]) == 2
    assert message in capsys.readouterr().err


def test_a_missing_file_is_a_clear_error(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["eval", "no-such-cases.yaml"]) == 2
    assert "no-such-cases.yaml" in capsys.readouterr().err


def test_the_example_changes_are_labelled_and_scored(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["eval", str(ROOT / "evals"), "--engine", "rules", "--format", "json"]) == 0
    found = json.loads(capsys.readouterr().out)
    labelled = {case["name"] for case in found["cases"]}
    assert {path.stem for path in (ROOT / "examples" / "changes").glob("*.diff")} <= labelled
    assert [case for case in found["cases"] if case["false"]] == []
