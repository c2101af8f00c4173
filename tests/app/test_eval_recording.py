"""The recording that CI replays: what the product asks is what was answered, and the answers score as they did.

The machinery is shown on a tiny recording, answered by a script. The stored one in `evals/recorded` is answered by models.
"""

from __future__ import annotations

import importlib.util
import json
import re
import shutil
from collections import Counter
from pathlib import Path
from types import ModuleType

import pytest

from reviewer.app.cli import main
from reviewer.app.evaluate.cases import chosen_cases, read_cases
from reviewer.context import render

ROOT = Path(__file__).parents[2]
EVALS = ROOT / "evals"
CASES = """language: java

### acks-lowered
technology: kafka-producer
needs: rules
why: One copy is enough for a success.
--- Orders.java
 import org.apache.kafka.clients.producer.*;
 class Orders {
   KafkaProducer<String, String> open(Properties props) {
-    props.put(ProducerConfig.ACKS_CONFIG, "all");
+    props.put(ProducerConfig.ACKS_CONFIG, "1"); // ! data-loss
     return new KafkaProducer<>(props);
   }
 }

### linger-raised
technology: kafka-producer
kind: harmless
why: Latency only.
--- Bills.java
 import org.apache.kafka.clients.producer.*;
 class Bills {
   KafkaProducer<String, String> open(Properties props) {
-    props.put(ProducerConfig.LINGER_MS_CONFIG, "5");
+    props.put(ProducerConfig.LINGER_MS_CONFIG, "20");
     return new KafkaProducer<>(props);
   }
 }

### not-chosen
technology: kafka-producer
kind: harmless
why: Nobody asks about it.
--- Mails.java
 import org.apache.kafka.clients.producer.*;
-class Mails { }
+class Mails { int n; }
"""


@pytest.fixture(scope="module")
def recorder() -> ModuleType:
    """`scripts/record_evals.py`, which is what `make record` runs."""
    spec = importlib.util.spec_from_file_location("record_evals", ROOT / "scripts" / "record_evals.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_stored_answers_are_to_what_the_product_asks_and_score_as_they_did(recorder: ModuleType) -> None:
    assert recorder.check(EVALS) == []


def test_the_stored_cases_are_of_all_technologies_and_of_both_kinds() -> None:
    cases = read_cases(EVALS)
    chosen = chosen_cases(cases, [f"@{EVALS / 'recorded' / 'cases.txt'}"])
    assert Counter(case.kind for case in chosen) == {"risky": 20, "harmless": 10}
    assert {case.technology for case in chosen} == {case.technology for case in cases} - {"none"}
    no_streaming_code = {"markdown"}
    languages = {"hcl" if case.language == "terraform" else case.language for case in cases}
    assert {case.language for case in chosen} == languages - no_streaming_code
    removals = [case for case in chosen if any(label.side == "LEFT" for label in case.labels)]
    assert len(removals) >= 7 and sum(case.needs == "model" for case in chosen) >= 4


# -- the machinery -------------------------------------------------------------------------------------------------------


@pytest.fixture
def evals(tmp_path: Path) -> Path:
    root = tmp_path / "evals"
    (root / "recorded").mkdir(parents=True)
    (root / "tiny.cases").write_text(CASES, encoding="utf-8")
    (root / "recorded" / "cases.txt").write_text("# two of three\nacks-lowered\nlinger-raised  # harmless\n")
    return root


def answer(request: Path) -> None:
    """Confirm what a rule suspects, uphold what was found, say nothing else."""
    text = request.read_text(encoding="utf-8").partition("===== request =====")[2]
    shared = {"severity": None, "confidence": None, "documented": "", "reason": "r"}
    if request.name.startswith("second-opinion-"):
        verdicts = [
            {"id": name, "verdict": "upheld", "quote": "", **shared} for name in re.findall(r"^(f\d+): ", text, re.M)
        ]
        reply: dict[str, object] = {"opinions": verdicts}
    else:
        ids = re.findall(r"^(h\d+): ", text, re.M)
        quote = 'props.put(ProducerConfig.ACKS_CONFIG, "1");'
        verdicts = [{"id": name, "verdict": "confirmed", "quote": quote, **shared} for name in ids]
        reply = {"findings": [], "needs": [], "earlier": [], "verdicts": verdicts}
    request.with_name(request.name.replace(".request.md", ".answer.json")).write_text(
        json.dumps(reply), encoding="utf-8"
    )


def open_requests(evals: Path) -> list[Path]:
    found = sorted((evals / "recorded").rglob("*.request.md"))
    return [path for path in found if not path.with_name(path.name.replace(".request.md", ".answer.json")).exists()]


@pytest.fixture
def kept(evals: Path, recorder: ModuleType, capsys: pytest.CaptureFixture[str]) -> Path:
    """A whole recording of the tiny set."""
    rounds = 0
    while recorder.record(evals):
        waiting = open_requests(evals)
        assert waiting, "nothing is asked, and yet it is not all kept"
        for request in waiting:
            answer(request)
        rounds += 1
    assert rounds == 2, "the first answers, then the second opinion"
    capsys.readouterr()
    return evals


def test_a_recording_is_asked_for_round_by_round_and_only_answers_are_kept(
    evals: Path, recorder: ModuleType, capsys: pytest.CaptureFixture[str]
) -> None:
    assert recorder.record(evals) == 2
    assert "Whoever answers, a person or any model, sees one request" in capsys.readouterr().out
    assert [path.parent.name for path in open_requests(evals)] == ["acks-lowered", "linger-raised"]
    for request in open_requests(evals):
        answer(request)
    assert recorder.record(evals) == 2
    (second,) = open_requests(evals)
    answer(second)
    assert recorder.record(evals) == 0
    names = {
        path.relative_to(evals / "recorded").as_posix() for path in (evals / "recorded").rglob("*") if path.is_file()
    }
    answers = {name for name in names if name.endswith(".answer.json")}
    assert names - answers == {"cases.txt", "given.json", "scores.json"} and len(answers) == 3
    scores = json.loads((evals / "recorded" / "scores.json").read_text(encoding="utf-8"))
    assert scores["cases"] == {
        "acks-lowered": ["found: data-loss, high, at Orders.java:4 (RIGHT), by both"], "linger-raised": [],
    }  # fmt: skip
    assert scores["all"]["recall"] == 1.0
    assert recorder.check(evals) == []


def test_a_product_that_asks_otherwise_is_told_how_to_record_again_and_who_may_answer(
    kept: Path, recorder: ModuleType
) -> None:
    (kept / "tiny.cases").write_text(CASES.replace("class Bills {", "class Invoices {"), encoding="utf-8")
    (said,) = recorder.check(kept)
    assert said.startswith(
        "The product asks otherwise than it was answered: 1 requests have no answer, linger-raised/review-"
    )
    assert "Run `make record`" in said and "did not write the finding that a second opinion judges" in said
    assert open_requests(kept) == [], "a replay writes nothing"
    assert recorder.record(kept) == 2
    for request in open_requests(kept):
        answer(request)
    assert recorder.record(kept) == 0 and recorder.check(kept) == []
    assert len(list(kept.rglob("*.answer.json"))) == 3, "what nobody asks any more is not kept"


def test_answers_that_nobody_asks_for_and_cases_that_are_gone_are_named(kept: Path, recorder: ModuleType) -> None:
    folder = kept / "recorded"
    (folder / "linger-raised" / "review-000000000000.answer.json").write_text("{}", encoding="utf-8")
    (said,) = recorder.check(kept)
    assert said.startswith("1 answers belong to no request any more, linger-raised/review-000000000000.answer.json is")
    (folder / "cases.txt").write_text("acks-lowered\n")
    stray, scores = recorder.check(kept)
    assert stray.startswith("2 answers") and "linger-raised" in scores
    assert recorder.record(kept) == 0 and recorder.check(kept) == []
    assert not (folder / "linger-raised").exists()


def test_other_scores_of_the_same_answers_are_shown(kept: Path, recorder: ModuleType) -> None:
    (first,) = (kept / "recorded" / "acks-lowered").glob("review-*.answer.json")
    text = first.read_text(encoding="utf-8")
    first.write_text(text.replace("confirmed", "refuted"), encoding="utf-8")
    said = "\n".join(recorder.check(kept))
    assert "1 answers belong to no request any more, acks-lowered/second-opinion-" in said
    assert '-   "found: data-loss, high, at Orders.java:4 (RIGHT), by both"' in said
    assert '+   "missed: data-loss at Orders.java:4 (RIGHT), refuted"' in said


def test_other_instructions_leave_answers_in_use_and_are_counted(
    kept: Path, recorder: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    replay = ["eval", str(kept), "--only", f"@{kept / 'recorded' / 'cases.txt'}", "--replay", str(kept / "recorded")]
    assert main(replay) == 0 and "other instructions" not in capsys.readouterr().err
    monkeypatch.setattr(render, "_ABOUT_DIFF", "The diff, in other words.")
    assert recorder.check(kept) == []
    assert "3 of 3 answers were given under other instructions than today's." in capsys.readouterr().err


def test_without_answers_there_is_no_recording(evals: Path, recorder: ModuleType) -> None:
    (said,) = recorder.check(evals)
    assert said.startswith("evals/recorded holds no answers. Run `make record`")
    shutil.rmtree(evals / "recorded")
    assert recorder.check(evals) == [said]


def test_what_is_no_account_of_answers_is_a_clear_error(kept: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (kept / "recorded" / "given.json").write_text("[1]", encoding="utf-8")
    assert main(["eval", str(kept), "--replay", str(kept / "recorded")]) == 2
    assert "is not what --record wrote" in capsys.readouterr().err


# -- the choice of cases -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("only", "names"),
    [
        ((), ["acks-lowered", "linger-raised", "not-chosen"]),
        (("not-chosen",), ["not-chosen"]),
        (("@names.txt", "not-chosen"), ["linger-raised", "not-chosen"]),
    ],
)
def test_only_chooses_cases_by_name_or_by_a_file_of_names(
    evals: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    only: tuple[str, ...],
    names: list[str],
) -> None:
    monkeypatch.chdir(evals)
    Path("names.txt").write_text("# those that stay silent\n\nlinger-raised # for now\n")
    words = [word for name in only for word in ("--only", name)]
    assert main(["eval", "tiny.cases", "--engine", "rules", "--format", "json", *words]) == 0
    assert [case["name"] for case in json.loads(capsys.readouterr().out)["cases"]] == names


@pytest.mark.parametrize(
    ("only", "message"), [("nobody", "no case is called 'nobody'"), ("@nowhere.txt", "'nowhere.txt' can't be read")]
)
def test_a_choice_that_is_none_is_a_clear_error(
    evals: Path, capsys: pytest.CaptureFixture[str], only: str, message: str
) -> None:
    assert main(["eval", str(evals), "--engine", "rules", "--only", only]) == 2
    assert f"--only: {message}" in capsys.readouterr().err
