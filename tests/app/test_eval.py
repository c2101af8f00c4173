"""`stream-review eval`: the figures are those of the labels, and a case that could not be reviewed is not scored."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from reviewer.app.cli import main
from reviewer.app.evaluate.fixes import applied, score_fixes
from reviewer.app.evaluate.scoring import Label, score, tally
from reviewer.app.evaluate.severity import by_severity
from reviewer.core.change import ChangeSet, FileChange, FileStatus
from reviewer.core.finding import Category, Confidence, Finding, Origin, Severity, Stage, Standing, Withheld
from reviewer.core.problem import Problem
from reviewer.core.question import Question
from reviewer.core.report import Coverage, Outcome, Report, ReviewedBy, Status
from reviewer.core.span import Side, Span
from reviewer.facts.syntax import SyntaxFacts
from reviewer.facts.workers import Job, Key

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
    return Label(categories=(category,), path="A.java", side=side, first_line=line, last_line=line)


def report(*findings: Finding, withheld: tuple[Withheld, ...] = (), asked: tuple[Question, ...] = ()) -> Report:
    read = Coverage(
        path="A.java", old_path=None, side=Side.AFTER, start_line=1, line=60, outcome=Outcome.REVIEWED,
        reviewed_by=ReviewedBy.BOTH, reason="imports Kafka",
    )  # fmt: skip
    return Report(
        tool_version="1", engine="claude", model="m", base="a", head="b", status=Status.REVIEWED, findings=findings,
        withheld=withheld, questions=asked, coverage=(read,),
    )  # fmt: skip


def test_a_finding_serves_one_label_and_must_fit_in_kind_and_place() -> None:
    found = [finding(Category.DATA_LOSS, 11), finding(Category.ORDERING, 10), finding(Category.DATA_LOSS, 10)]
    labels = [label("data-loss", 10), label("data-loss", 30), label("ordering", 20)]
    case = score("c", "kafka", "risky", labels, report(*found))
    assert [(at.first_line, f.span.first_line) for at, f in case.found] == [(10, 10)]
    assert [item.label.first_line for item in case.missed] == [30, 20]
    assert [f.span.first_line for f in case.again] == [11]
    assert [f.category.value for f in case.false] == ["ordering"]
    row = tally([case])
    assert row.recall == pytest.approx(1 / 3)
    assert row.precision == pytest.approx(2 / 3)


def test_one_finding_at_one_cause_serves_the_labels_of_all_its_places_and_one_of_its_own_comes_first() -> None:
    one, other = finding(Category.DATA_LOSS, 12), finding(Category.DATA_LOSS, 10)
    both = [label("data-loss", 10), label("data-loss", 12)]
    alone = score("c", "kafka", "risky", both, report(one))
    assert (len(alone.found), alone.missed, alone.again, alone.false) == (2, (), (), ())
    assert [pair[1] for pair in score("c", "kafka", "risky", both, report(one, other)).found] == [other, one]


def test_what_stands_in_the_summary_as_older_or_declared_is_never_false_but_may_find_a_label() -> None:
    older = replace(finding(Category.DATA_LOSS, 10), standing=Standing.OLDER)
    declared = replace(finding(Category.ORDERING, 40), standing=Standing.DECLARED)
    case = score("c", "kafka", "risky", [label("data-loss", 10)], report(older, declared))
    assert (len(case.found), case.false) == (1, ())


def test_a_removed_line_is_compared_where_it_stood_and_only_the_label_s_own_side_is_exact() -> None:
    def project(span: Span) -> tuple[int, int]:
        return (40, 40) if span.side is Side.BEFORE else (span.first_line, span.last_line)

    found = report(finding(Category.DATA_LOSS, 90, Side.BEFORE))
    case = score("c", "kafka", "risky", [label("data-loss", 41)], found, project)
    assert len(case.found) == 1 and case.exact == 0 and tally([case]).own_side == 0
    assert score("c", "kafka", "risky", [label("data-loss", 90, "LEFT")], found, project).exact == 1
    assert score("c", "kafka", "risky", [label("data-loss", 90)], found, project).found == ()


def test_a_finding_that_points_at_the_whole_file_is_at_no_place() -> None:
    wide = replace(
        finding(Category.DATA_LOSS, 1), span=Span(path="A.java", side=Side.AFTER, first_line=1, last_line=200)
    )
    assert score("c", "kafka", "risky", [label("data-loss", 10)], report(wide)).found == ()


def test_a_missed_danger_says_where_it_was_lost() -> None:
    at = [label("data-loss", 10)]
    right = finding(Category.DATA_LOSS, 10)
    held = Withheld(finding=right, stage=Stage.REFUTED, reason="r")
    asked = Question(
        id=right.id, rule_id=None, category=right.category, severity=right.severity, span=right.span, title="t",
        question="q", if_so=("s",), settle="x",
    )  # fmt: skip

    def lost(made: Report, labels: list[Label] = at) -> tuple[str, bool]:
        (missed,) = score("c", "kafka", "risky", labels, made).missed
        return missed.lost, missed.asked

    assert lost(report()) == ("not said", False)
    assert lost(report(asked=(asked,))) == ("not said", True)
    assert lost(report(withheld=(held,))) == ("refuted", False)
    assert lost(report(finding(Category.SCHEMA, 11))) == ("other category", False)
    assert lost(report(finding(Category.DATA_LOSS, 50))) == ("other line", False)
    assert lost(report(), [label("data-loss", 200)]) == ("not sent", False)


def test_nothing_to_divide_by_is_no_figure_and_harmless_changes_are_counted_apart() -> None:
    row = tally([score("c", "kafka", "harmless", [], report())])
    assert row.recall is None and row.precision is None and row.per_quiet == 0
    loud = tally([score("c", "kafka", "harmless", [], report(finding(Category.SCHEMA, 1)))])
    assert loud.per_quiet == 1 and loud.precision == 0


def test_labels_that_were_weighed_are_compared_and_findings_counted_by_the_weight_they_claim() -> None:
    at = [replace(label("data-loss", 10), severity="critical"), replace(label("ordering", 30), severity="critical")]
    far = [replace(label("data-loss", 10), severity="low"), label("ordering", 30)]
    found, stray = finding(Category.DATA_LOSS, 10), finding(Category.SCHEMA, 50)
    rows = by_severity([score("c", "k", "risky", each, report(found, stray)) for each in (at, far)])
    worst, claimed, least = rows["critical"], rows["high"], rows["low"]
    assert (worst.labels, worst.found, worst.same, worst.near) == (2, 1, 0, 1)
    assert (least.labels, least.found, least.near) == (1, 1, 0), "low and high are two levels apart"
    assert (claimed.labels, claimed.at_a_label, claimed.false) == (0, 2, 2)


def test_a_suggestion_that_leaves_the_danger_or_does_not_parse_is_no_fix() -> None:
    text = "acks=0\r\nlinger.ms=5\r\n"
    change = FileChange(
        old_path="A.java", new_path="A.java", status=FileStatus.MODIFIED, hunks=(), before="acks=all\r\n", after=text
    )
    change_set = ChangeSet(base="a", head="b", files=(change,))
    offered = replace(finding(Category.DATA_LOSS, 1), rule_id="r", origin=Origin.RULE, suggestion="acks=all")

    def parse(jobs: Sequence[Job]) -> tuple[dict[Key, SyntaxFacts], tuple[Problem, ...]]:
        read = {(j.path, j.side): "?" in j.text for j in jobs}
        return {k: SyntaxFacts(path=k[0], language="java", broken=(1,) if bad else ()) for k, bad in read.items()}, ()

    def again(version: ChangeSet) -> Sequence[Finding]:
        return (offered,) if "acks=all" not in (version.files[0].after or "") else ()

    def broken(item: Finding) -> list[str]:
        made = replace(report(item), engine="rules")
        scored = score_fixes(made, change_set, parse, again)
        assert (scored.on_lines, scored.offered) == (1, 1)
        return [reason for _, reason in scored.broken]

    assert applied(text, offered) == "acks=all\r\nlinger.ms=5\r\n"
    assert applied(text, replace(offered, suggestion="")) == "linger.ms=5\r\n"
    assert broken(offered) == []
    assert broken(replace(offered, suggestion="acks=1")) == ["the danger is still reported"]
    assert broken(replace(offered, suggestion="acks=all?")) == ["it does not parse"]
    assert broken(replace(offered, span=replace(offered.span, path="B.java"))) == ["the text of its file is not there"]


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
    row = found["rows"]["all"]
    assert (row["found"], row["missed"], row["false"], row["recall"], row["precision"]) == (0, 1, 1, 0.0, 0.0)
    (missed,) = found["cases"][0]["missed"]
    assert missed["lost"] == "other category" and missed["line"] == 1 and missed["side"] == "RIGHT"
    assert main(["eval", str(file), "--engine", "rules"]) == 0
    shown = capsys.readouterr().out
    assert "missed in change (other category): ordering at producer.properties:1 (RIGHT)" in shown
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
    labelled: set[str] = set()
    for file in ("parcel.yaml", "payments.yaml"):
        assert main(["eval", str(ROOT / "evals" / file), "--engine", "rules", "--format", "json"]) == 0
        cases = json.loads(capsys.readouterr().out)["cases"]
        labelled |= {case["name"] for case in cases}
        assert [case for case in cases if case["false"]] == []
    assert {path.stem for path in (ROOT / "examples" / "changes").glob("*.diff")} <= labelled


def test_a_commit_of_a_repository_is_a_case_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    repo = tmp_path / "repo"
    repo.mkdir()
    for number, acks in enumerate(("all", "1")):
        (repo / "producer.properties").write_text(BEFORE.replace("all", acks), encoding="utf-8")
        for command in (["init", "-q"], ["add", "-A"], ["commit", "-q", "-m", f"c{number}"]):
            identity = ["-c", "user.name=n", "-c", "user.email=e@example.org"]
            subprocess.run(["git", *identity, *command], cwd=repo, check=True)
    (tmp_path / "cases.yaml").write_text(
        "cases:\n  - {name: one, repository: repo, base: HEAD~1, technology: kafka,"
        " expect: [{category: ordering, also: [data-loss], path: producer.properties, side: LEFT, line: 1}]}\n"
    )
    assert main(["eval", str(tmp_path / "cases.yaml"), "--engine", "rules", "--format", "json"]) == 0
    row = json.loads(capsys.readouterr().out)["rows"]["all"]
    assert row["recall"] == 1.0 and row["exact"] == 0


FOUND = {
    "findings": [], "needs": [],
    "verdicts": [{"id": "h1", "verdict": "confirmed", "reason": "so it is", "quote": "acks=1"}],
}  # fmt: skip


def answer_all(folder: Path, text: str) -> list[Path]:
    """Write an answer beside every request that has none."""
    open_ones = [p for p in folder.rglob("*.request.md") if not _answer(p).exists()]
    for path in open_ones:
        _answer(path).write_text(text, encoding="utf-8")
    return open_ones


def _answer(request: Path) -> Path:
    return request.with_name(request.name.replace(".request.md", ".answer.json"))


def test_requests_are_written_answered_round_by_round_and_replayed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("ANTHROPIC_API_KEY", raising=False)
    file = cases(tmp_path, "[{category: data-loss, path: producer.properties, line: 1}]")
    folder = tmp_path / "recording"
    record = ["eval", str(file), "--record", str(folder), "--format", "json"]
    assert main(record) == 2
    out, err = capsys.readouterr()
    assert json.loads(out)["cases"] == [] and "1 requests of 1 cases have no answer yet" in err
    (request,) = folder.rglob("*.request.md")
    text = request.read_text(encoding="utf-8")
    assert "acks=1" in text and '"additionalProperties": false' in text
    shared = folder / "instructions" / f"{text.split()[1]}.md"
    assert "streaming systems engineer" in shared.read_text(encoding="utf-8").lower()

    assert len(answer_all(folder, json.dumps(FOUND))) == 1
    assert main(record) == 2, "the second opinion is the next round"
    assert len(answer_all(folder, json.dumps(UPHELD))) == 1
    capsys.readouterr()
    assert main(record) == 0
    recorded = json.loads(capsys.readouterr().out)
    assert recorded["rows"]["all"]["recall"] == 1.0 and recorded["cases"][0]["requests"] == 2
    assert recorded["cases"][0]["found"][0]["origin"] == "both" and recorded["cost_usd"] > 0

    assert main(["eval", str(file), "--replay", str(folder), "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out) == recorded


UPHELD = {
    "opinions": [
        {
            "id": "f1", "verdict": "upheld", "reason": "r", "quote": "", "severity": None,
            "confidence": None,
        }
    ]
}  # fmt: skip


def test_answers_under_other_instructions_are_used_and_counted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = cases(tmp_path, "[]")
    folder = tmp_path / "recording"
    main(["eval", str(file), "--record", str(folder)])
    answer_all(folder, json.dumps({**FOUND, "verdicts": [{**FOUND["verdicts"][0], "verdict": "refuted"}]}))
    (request,) = folder.rglob("*.request.md")
    request.write_text(request.read_text(encoding="utf-8").replace("given under: ", "given under: old"))
    capsys.readouterr()
    assert main(["eval", str(file), "--replay", str(folder)]) == 0
    assert "1 of 1 answers were given under other instructions" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("text", "why"), [("no json", "is not JSON"), ('{"findings": 3}', "has no list `findings`")]
)  # fmt: skip
def test_an_answer_that_is_none_is_no_silent_case(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, why: str
) -> None:
    file = cases(tmp_path, "[]")
    folder = tmp_path / "recording"
    main(["eval", str(file), "--record", str(folder)])
    answer_all(folder, text)
    assert main(["eval", str(file), "--replay", str(folder)]) == 2
    out, err = capsys.readouterr()
    assert why in err and "0 cases" in out


def test_a_replay_without_its_answers_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = cases(tmp_path, "[]")
    assert main(["eval", str(file), "--replay", str(tmp_path / "none")]) == 2
    assert "there is no directory" in capsys.readouterr().err
    (tmp_path / "empty").mkdir()
    assert main(["eval", str(file), "--replay", str(tmp_path / "empty")]) == 2
    assert "have no answer yet: use --record" in capsys.readouterr().err
    assert list((tmp_path / "empty").iterdir()) == []
    assert main(["eval", str(file), "--replay", str(tmp_path / "empty"), "--record", str(tmp_path / "empty")]) == 2


@pytest.mark.parametrize(
    ("case", "message"),
    [
        ("{change: a.diff, base: HEAD, technology: t, expect: []}", "not both"),
        ("{base: HEAD, technology: t, expect: []}", "needs a name"),
        ("{change: a.diff, technology: t, expect: []}", "has no repository"),
    ],
)
def test_a_case_that_is_no_change_is_a_clear_error(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], case: str, message: str
) -> None:
    (tmp_path / "cases.yaml").write_text(f"cases:\n  - {case}\n")
    assert main(["eval", str(tmp_path / "cases.yaml")]) == 2
    assert message in capsys.readouterr().err
