"""Cases as small trees in a text file: what is written is what is reviewed and scored, and a slip is no silent case."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from reviewer.app.cli import main
from reviewer.app.evaluate.case import Case
from reviewer.app.evaluate.cases import read_cases
from reviewer.core.problem import ReviewError

ROOT = Path(__file__).parents[2]
HEAD = "technology: kafka-producer\nfamily: 2\nneeds: rules\nwhy: One broker is enough: no copy.\n"
WEAKER = f"### weaker\n{HEAD}--- producer.properties\n-acks=all\n+acks=1 # ! data-loss\n linger.ms=5\n"


def read(folder: Path, text: str) -> tuple[Case, ...]:
    file = folder / "some.cases"
    file.write_text(f"language: properties\n{text}", encoding="utf-8")
    return read_cases(file)


def places(case: Case) -> list[tuple[str, str, str, int, int]]:
    return [(item.categories[0], item.path, item.side, item.first_line, item.last_line) for item in case.labels]


def test_a_case_is_reviewed_and_scored_under_its_language_family_and_need(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "theme").mkdir()
    (case,) = read(tmp_path / "theme", WEAKER)
    assert (case.name, case.kind, case.language) == ("weaker", "risky", "properties")
    assert main(["eval", str(tmp_path), "--engine", "rules", "--format", "json"]) == 0
    found = json.loads(capsys.readouterr().out)
    for row in ("kafka-producer", "in properties", "data-loss", "family 2", "needs rules", "all"):
        assert (found["rows"][row]["found"], found["rows"][row]["exact"]) == (1, 1)
    assert (found["cases"][0]["family"], found["cases"][0]["needs"]) == (2, "rules")


def test_marks_are_no_part_of_the_text(tmp_path: Path) -> None:
    (case,) = read(tmp_path, WEAKER)
    (file,) = case.files
    assert (file.before, file.after) == ("acks=all\nlinger.ms=5\n", "acks=1\nlinger.ms=5\n")


def test_a_mark_says_side_lines_and_what_is_fair_as_well(tmp_path: Path) -> None:
    text = f"""### several
{HEAD}--- app/Sender.java
 class Sender {{
-  producer.flush(); // ! data-loss, operations: critical
+  a();
+  b();
+  c(); // ! ordering: high (2 lines)
 }}
--- sink.json
 {{
+  "errors.tolerance": "all"
^ data-loss
 }}
--- deploy/old.yaml
-retention.ms: 1 # ! data-loss
--- beside.py
 import a
"""
    (case,) = read(tmp_path, text)
    assert places(case) == [
        ("data-loss", "app/Sender.java", "LEFT", 2, 2), ("ordering", "app/Sender.java", "RIGHT", 3, 4),
        ("data-loss", "sink.json", "RIGHT", 2, 2), ("data-loss", "deploy/old.yaml", "LEFT", 1, 1),
    ]  # fmt: skip
    assert case.labels[0].categories == ("data-loss", "operations")
    assert [label.severity for label in case.labels] == ["critical", "high", "", ""]
    assert [file.new_path for file in case.files] == ["app/Sender.java", "sink.json", None, "beside.py"]


def test_what_lies_beside_the_change_is_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The loop stores offsets itself in a file that the change leaves alone; the setting is elsewhere."""
    text = """### two-files
technology: kafka-consumer
family: 12
needs: rules
why: The client commits on its own while the loop commits.
--- settings.py
 CONSUMER = {
     "group.id": "orders",
-    "enable.auto.commit": False,
+    "enable.auto.commit": True, # ! data-loss
 }
--- loop.py
 from confluent_kafka import Consumer
 from settings import CONSUMER
 consumer = Consumer(CONSUMER)
 while True:
     message = consumer.poll(1.0)
     save(message)
     consumer.commit(message)
"""
    read(tmp_path, text)
    assert main(["eval", str(tmp_path), "--engine", "rules", "--format", "json"]) == 0
    (case,) = json.loads(capsys.readouterr().out)["cases"]
    assert case["name"] == "two-files" and case["problems"] == []


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "holds no case"),
        (WEAKER.replace("data-loss", "dataloss"), "some.cases: weaker: category"),
        (WEAKER.replace(" # ! data-loss", ""), "a risky case has a mark"),
        (WEAKER.replace("needs: rules", "kind: harmless"), "a harmless one has none"),
        (WEAKER.replace("needs: rules", "needs: luck"), "needs"),
        (WEAKER.replace("needs: rules\n", ""), "says what it needs"),
        (WEAKER.replace("why: One broker is enough: no copy.\n", ""), "why"),
        (WEAKER.replace("technology: kafka-producer\n", ""), "technology"),
        (WEAKER.replace("family: 2", "family: 99"), "family"),
        (WEAKER.replace("family: 2", "family: 2\nrollout: dance orders"), "rollout is `kind subject; …` or none"),
        (WEAKER.replace("family: 2", "family: 2\nhit: orders"), "hit is `name: path, path; …` or none"),
        (WEAKER.replace("family: 2", "famly: 2"), "famly"),
        (WEAKER.replace("family: 2", "family 2"), "lines of `key: value`"),
        (WEAKER.replace("--- producer.properties\n", ""), "no file"),
        (WEAKER.replace(" linger", "linger"), "begins with"),
        (WEAKER.replace("# ! data-loss", "# ! data-loss (3 lines)"), "line"),
        (WEAKER.replace("# ! data-loss", "# ! data-loss: grave"), "severity"),
        (WEAKER.replace("-acks=all\n+", " "), "leaves alone"),
        (f"{WEAKER}{WEAKER}", "several cases are called weaker"),
    ],
)
def test_a_slip_is_a_clear_error(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(ReviewError) as caught:
        read(tmp_path, text)
    assert message in str(caught.value)


def test_the_public_set_is_well_formed() -> None:
    cases = [case for case in read_cases(ROOT / "evals") if case.files]
    assert all(case.language for case in cases)
    about_deploy = [
        c for c in cases if c.kind != "risky" and (c.deploy.roll_out is not None or c.deploy.hit is not None)
    ]
    assert [c.name for c in cases if c.family is None and c not in about_deploy] == []
