"""`stream-review map` on a real repository: the streams, and what a change does to them."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from reviewer.app.cli import main

SOURCE = """import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
class Billing {
  private final KafkaProducer<String, String> producer = make();
  void bill(String order) throws Exception {
    producer.send(new ProducerRecord<>("invoices", order, order)).get();
  }
}
"""


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    """A repository with one producer."""
    (tmp_path / "Billing.java").write_text(SOURCE, encoding="utf-8")
    for arguments in (
        ["init", "-q", "-b", "main"],
        ["add", "."],
        ["-c", "user.name=a", "-c", "user.email=a@example.org", "commit", "-q", "-m", "x"],
    ):
        subprocess.run(["git", "-C", str(tmp_path), *arguments], check=True)
    return tmp_path


def test_the_map_shows_who_writes_what(repo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["map", "--repo", str(repo)]) == 0
    assert capsys.readouterr().out == (
        'flowchart LR\n  n1["Billing (Apache Kafka clients (JVM))"]\n  n2[("invoices")]\n  n1 -->|writes| n2\n'
    )


def test_with_a_base_it_shows_what_the_change_does(repo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (repo / "Billing.java").write_text(SOURCE.replace("invoices", "bills"), encoding="utf-8")
    assert main(["map", "--repo", str(repo), "--base", "HEAD", "--format", "json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert {node["label"]: node["change"] for node in found["nodes"] if node["kind"] == "topic"} == {
        "bills": "added",
        "invoices": "removed",
    }
    assert sorted(edge["change"] for edge in found["edges"]) == ["added", "removed"]


def test_a_change_that_alters_nothing_says_so(repo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (repo / "Billing.java").write_text("// moved\n" + SOURCE, encoding="utf-8")
    assert main(["map", "--repo", str(repo), "--base", "HEAD"]) == 0
    captured = capsys.readouterr()
    assert captured.out == "" and "alters no topic" in captured.err


def test_a_missing_directory_is_a_clear_error(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["map", "--repo", "/nowhere-at-all"]) == 2
    assert "there is no directory" in capsys.readouterr().err


def test_a_review_carries_the_picture(repo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (repo / "Billing.java").write_text(SOURCE.replace("invoices", "bills"), encoding="utf-8")
    assert main(["review", "--repo", str(repo), "--engine", "rules", "--format", "markdown"]) == 0
    shown = capsys.readouterr().out
    assert "```mermaid" in shown and '("+ bills")' in shown


def test_nothing_to_show_is_said_and_no_empty_picture_is_drawn(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "readme.txt").write_text("nothing streams here", encoding="utf-8")
    assert main(["map", "--repo", str(tmp_path)]) == 0
    captured = capsys.readouterr()
    assert captured.out == "" and "no topic, client, job or connector was found" in captured.err
    assert main(["map", "--repo", str(tmp_path), "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"schema_version": "2.0", "nodes": [], "edges": []}


def test_only_what_lies_around_a_topic(repo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (repo / "Other.java").write_text(
        SOURCE.replace("invoices", "refunds").replace("Billing", "Other"), encoding="utf-8"
    )
    assert main(["map", "--repo", str(repo), "--topic", "refunds", "--format", "dot"]) == 0
    shown = capsys.readouterr().out
    assert "refunds" in shown and "invoices" not in shown and shown.startswith("digraph streams {")
    assert main(["map", "--repo", str(repo), "--topic", "refunds", "--depth", "0", "--format", "json"]) == 0
    assert [node["label"] for node in json.loads(capsys.readouterr().out)["nodes"]] == ["refunds"]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--topic", "invoice"], "Did you mean 'invoices'?"),
        (["--topic", "zzz"], "no topic is called 'zzz'"),
        (["--depth", "1"], "name a topic"),
    ],
)
def test_a_wrong_topic_or_depth_is_a_clear_error(
    options: list[str], words: str, repo: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["map", "--repo", str(repo), *options]) == 2
    assert words in capsys.readouterr().err


def test_only_what_chosen_files_say_with_their_neighbours(repo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (repo / "jobs").mkdir()
    sends = SOURCE.replace("class Billing", "class Refunds").replace('"invoices"', "Topics.REFUNDS")
    (repo / "jobs" / "Refunds.java").write_text(sends, encoding="utf-8")
    (repo / "jobs" / "Topics.java").write_text(
        'class Topics { static final String REFUNDS = "refunds"; }\n', encoding="utf-8"
    )
    assert main(["map", "--repo", str(repo), "jobs"]) == 0
    picture = capsys.readouterr().out
    assert "Refunds" in picture and "refunds" in picture and "Billing" not in picture
    assert main(["map", "--repo", str(repo), "nowhere/"]) == 2
    assert "The path 'nowhere/' matches nothing" in capsys.readouterr().err
