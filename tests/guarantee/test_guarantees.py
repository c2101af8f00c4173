"""What a change promises otherwise than before, as a user reads it: in the terminal, in Markdown, in the JSON report, and as facts for the model."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from reviewer.app.cli import main

ENRICHER = """import java.util.Properties;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsBuilder;
class Enricher {
  KafkaStreams build() {
    Properties props = new Properties();
    props.put("application.id", "payments-enricher");
    props.put("processing.guarantee", "exactly_once_v2");
    StreamsBuilder builder = new StreamsBuilder();
    builder.stream("payments").mapValues(v -> "e" + v).to("enriched");
    return new KafkaStreams(builder.build(), props);
  }
}
"""
REPORTER = ENRICHER.replace("Enricher", "Reporter").replace("payments-enricher", "reporter").replace('"enriched"', '"reports"').replace('"payments"', '"enriched"')  # fmt: skip


def repository(folder: Path, files: dict[str, str]) -> Path:
    """A repository with one commit."""
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")
    for arguments in (
        ["init", "-q", "-b", "main"],
        ["add", "."],
        ["-c", "user.name=a", "-c", "user.email=a@example.org", "commit", "-q", "-m", "x"],
    ):
        subprocess.run(["git", "-C", str(folder), *arguments], check=True)
    return folder


def edit(repo: Path, path: str, old: str, new: str) -> None:
    """One replacement in one file."""
    text = (repo / path).read_text(encoding="utf-8")
    assert text.count(old) == 1
    (repo / path).write_text(text.replace(old, new), encoding="utf-8")


def reviewed(repo: Path, capsys: pytest.CaptureFixture[str], form: str = "json", *more: str) -> str:
    """The report of the work tree."""
    assert main(["review", "--repo", str(repo), "--engine", "rules", "--format", form, *more]) == 0
    return capsys.readouterr().out


def promises(repo: Path, capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    """The guarantees of the report."""
    found: list[dict[str, Any]] = json.loads(reviewed(repo, capsys))["guarantees"]
    return found


def told(found: list[dict[str, Any]]) -> list[tuple[str, str, str]]:
    return [(item["subject"], item["before"], item["after"]) for item in found]


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    return repository(tmp_path / "shop", {"src/Enricher.java": ENRICHER})


def test_a_lowered_guarantee_is_one_line_with_the_reason(repo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    edit(repo, "src/Enricher.java", "exactly_once_v2", "at_least_once")
    line = "exactly-once -> at-least-once, because processing.guarantee=at_least_once:"
    assert f"  payments-enricher: {line}" in reviewed(repo, capsys, "terminal")
    page = reviewed(repo, capsys, "markdown")
    assert f"- `payments-enricher`: {line}" in page
    assert page.index("**Guarantees**") < page.index("| Severity |")
    (found,) = promises(repo, capsys)
    assert (found["kind"], found["weak_link"]) == ("streams", "payments-enricher")
    first, second = found["because"]
    assert (first["path"], first["side"], first["line"]) == ("src/Enricher.java", "RIGHT", 8)
    assert (second["side"], second["what"].split(":")[0]) == ("LEFT", "processing.guarantee=exactly_once")


def test_nothing_is_said_where_nothing_changes(repo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    edit(repo, "src/Enricher.java", '"e" + v', '"f" + v')
    assert promises(repo, capsys) == []
    assert "Guarantees" not in reviewed(repo, capsys, "terminal") + reviewed(repo, capsys, "markdown")


def test_a_new_client_is_no_change_of_a_promise(repo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (repo / "src/Reporter.java").write_text(REPORTER.replace("exactly_once_v2", "at_least_once"), encoding="utf-8")
    assert promises(repo, capsys) == []


def test_a_value_that_becomes_unseen_is_told_and_one_that_stays_unseen_is_not(
    repo: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    edit(repo, "src/Enricher.java", '"exactly_once_v2"', 'System.getenv("GUARANTEE")')
    (found,) = promises(repo, capsys)
    assert told([found]) == [("payments-enricher", "exactly-once", "unknown")]
    assert 'System.getenv("GUARANTEE")' in found["because"][0]["what"]
    subprocess.run(["git", "-C", str(repo), "-c", "user.name=a", "-c", "user.email=a@example.org", "commit", "-qam", "y"], check=True)  # fmt: skip
    edit(repo, "src/Enricher.java", '"GUARANTEE"', '"PROMISE"')
    assert promises(repo, capsys) == []


def test_along_a_way_the_first_weak_link_is_named_in_files_that_the_change_leaves_alone(
    repo: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (repo / "src/Reporter.java").write_text(REPORTER, encoding="utf-8")
    subprocess.run(["git", "-C", str(repo), "add", "."], check=True)
    subprocess.run(["git", "-C", str(repo), "-c", "user.name=a", "-c", "user.email=a@example.org", "commit", "-qm", "y"], check=True)  # fmt: skip
    edit(repo, "src/Enricher.java", "exactly_once_v2", "at_least_once")
    found = promises(repo, capsys)
    assert told(found) == [
        ("payments-enricher", "exactly-once", "at-least-once"),
        ("payments -> reports", "exactly-once", "at-least-once"),
    ]
    assert found[1]["weak_link"] == "payments-enricher"
    text = " ".join(reviewed(repo, capsys, "terminal").split())
    assert "payments -> reports: exactly-once -> at-least-once, because first weak link payments-enricher:" in text


def test_a_way_with_another_weak_link_promises_what_it_promised(repo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (repo / "src/Reporter.java").write_text(REPORTER.replace("exactly_once_v2", "at_least_once"), encoding="utf-8")
    subprocess.run(["git", "-C", str(repo), "add", "."], check=True)
    subprocess.run(["git", "-C", str(repo), "-c", "user.name=a", "-c", "user.email=a@example.org", "commit", "-qm", "y"], check=True)  # fmt: skip
    edit(repo, "src/Enricher.java", "exactly_once_v2", "at_least_once")
    assert told(promises(repo, capsys)) == [("payments-enricher", "exactly-once", "at-least-once")]


def test_checkpoints_that_go_from_the_code_leave_it_to_the_cluster(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    job = """import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
class Fraud {
  public static void main(String[] args) throws Exception {
    StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
    env.enableCheckpointing(60_000);
    env.fromSource(Sources.cards(), Marks.none(), "cards").keyBy(c -> c.id).process(new Rules()).sinkTo(Sinks.alerts());
    env.execute("fraud");
  }
}
"""
    repo = repository(tmp_path / "jobs", {"Fraud.java": job})
    edit(repo, "Fraud.java", "    env.enableCheckpointing(60_000);\n", "")
    (found,) = promises(repo, capsys)
    assert told([found]) == [("fraud", "exactly-once", "unknown")]
    assert (found["because"][0]["side"], found["because"][0]["line"]) == ("LEFT", 5)


def test_the_model_is_told_in_a_line_of_the_facts(
    repo: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    edit(repo, "src/Enricher.java", "exactly_once_v2", "at_least_once")
    assert main(["review", "--repo", str(repo), "--engine", "claude", "--show-prompt"]) == 0
    shown = capsys.readouterr().out
    line = "guarantee of streams payments-enricher by these facts: exactly-once -> at-least-once, because"
    assert shown.count(line) == 1


def test_a_findings_trade_off_is_one_line(repo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    edit(repo, "src/Enricher.java", "exactly_once_v2", "at_least_once")
    (finding,) = json.loads(reviewed(repo, capsys))["findings"]
    assert "At-least-once is legitimate where" in finding["trade_off"] and "\n" not in finding["trade_off"]
    assert "  cost Exactly-once commits every 100 ms" in reviewed(repo, capsys, "terminal")
    assert "**Trade-off:** Exactly-once commits every 100 ms" in reviewed(repo, capsys, "markdown")
    assert "Trade-off: Exactly-once commits every 100 ms" in reviewed(repo, capsys, "sarif")


PROFILES = """spring:
  application.name: orders
  kafka:
    producer:
      acks: all
---
spring:
  config.activate.on-profile: PROFILE
  kafka:
    producer:
      acks: all
      linger.ms: 5
"""


@pytest.mark.parametrize(("profile", "promised", "severity"), [("local", [], "medium"), ("prod", [("orders", "at-least-once", "at-most-once")], "high")])  # fmt: skip
def test_a_developers_part_of_a_document_promises_nothing(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    profile: str,
    promised: list[tuple[str, str, str]],
    severity: str,
) -> None:
    path = "src/main/resources/application.yml"
    repo = repository(tmp_path / "orders", {path: PROFILES.replace("PROFILE", profile)})
    edit(repo, path, "acks: all\n      linger", 'acks: "1"\n      linger')
    report = json.loads(reviewed(repo, capsys))
    assert told(report["guarantees"]) == promised
    assert [finding["severity"] for finding in report["findings"]] == [severity]
