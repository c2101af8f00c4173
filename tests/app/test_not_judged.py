"""Streaming code that no rule can judge is named as such, and nobody reads "no danger found" of it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from app.conftest import git

from reviewer.app.cli import main

CPP = '#include <librdkafka/rdkafkacpp.h>\nvoid f() { conf->set("acks", "0", errstr); }\n'
SAMZA = "import org.apache.samza.task.StreamTask;\nclass Job implements StreamTask {\n  void process() {}\n}\n"


def reviewed(repo: Path, capsys: pytest.CaptureFixture[str], form: str = "json") -> Any:
    code = main(["review", "--repo", str(repo), "--engine", "rules", "--format", form])
    shown = capsys.readouterr().out
    assert code == 0
    return json.loads(shown) if form == "json" else shown


def only(repo: Path, name: str, text: str) -> None:
    """The change is one new file and nothing else."""
    git(repo, "checkout", "-q", "--", ".")
    (repo / name).write_text(text, encoding="utf-8")


@pytest.mark.parametrize(
    ("name", "text", "why"),
    [
        ("Job.groovy", SAMZA, "no table knows the library org.apache.samza in Groovy"),
        ("kafka/sender.cpp", CPP, "no reader for files of this kind"),
        ("Gemfile", "gem 'karafka', '2.4.0'\n", "the dependencies of such a build file are not read"),
        ("Job.java", SAMZA, "no table knows the library org.apache.samza in Java"),
    ],
)
def test_such_code_is_not_called_reviewed(
    name: str, text: str, why: str, repo: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (repo / "kafka").mkdir()
    only(repo, name, text)
    report = reviewed(repo, capsys)
    assert report["status"] == "partial"
    (item,) = report["coverage"]
    assert (item["outcome"], item["reviewed_by"]) == ("not-reviewed", None)
    assert item["reason"].startswith(f"recognised, not judged offline: {why}")


@pytest.mark.parametrize("form", ["terminal", "markdown"])
def test_the_summary_names_it_and_gives_no_all_clear(form: str, repo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    only(repo, "Job.java", SAMZA)
    shown = reviewed(repo, capsys, form)
    assert "danger found" not in shown
    assert "Job.java" in shown and "not judged offline" in shown


def test_beside_code_that_is_judged_the_rest_is_reviewed(repo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (repo / "Job.java").write_text(SAMZA, encoding="utf-8")
    report = reviewed(repo, capsys)
    assert report["status"] == "partial"
    assert {(item["path"], item["reviewed_by"]) for item in report["coverage"]} == {
        ("Orders.java", "rules"),
        ("Job.java", None),
    }


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("build.gradle", "dependencies {\n    implementation 'org.apache.kafka:kafka-clients:3.9.0'\n}\n"),
        ("application.yml", "spring:\n  kafka:\n    producer:\n      acks: all\n"),
        ("orders.avsc", '{"type": "record", "name": "Order", "fields": []}\n'),
        ("Listener.java", "import com.acme.kafka.Wrapper;\nclass Listener { void on(Wrapper record) { record.commit(); } }\n"),
    ],
)  # fmt: skip
def test_what_rules_read_stays_reviewed(name: str, text: str, repo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    only(repo, name, text)
    (item,) = reviewed(repo, capsys)["coverage"]
    assert (item["outcome"], item["reviewed_by"]) == ("reviewed", "rules"), item


@pytest.mark.parametrize(
    ("name", "text", "line"),
    [
        ("orders.avsc", '{"type": "record", "name": "Order",\n "fields": [\n  {"name": "id" "type": "string"}\n]}\n', 3),
        ("sink.json", '{"name": "sink",\n "config": {\n  "connector.class": "S3",\n  "topics": "orders"\n', 5),
    ],
)  # fmt: skip
def test_broken_json_is_said_with_its_line(
    name: str, text: str, line: int, repo: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    git(repo, "checkout", "-q", "--", ".")
    (repo / name).write_text(text, encoding="utf-8")
    assert main(["review", "--repo", str(repo), "--engine", "rules", "--format", "json"]) == 2
    (item,) = json.loads(capsys.readouterr().out)["coverage"]
    assert (item["outcome"], item["reviewed_by"]) == ("not-reviewed", None)
    assert f"no valid JSON at line {line}" in item["reason"]


def test_comments_in_a_schema_are_no_fault(repo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    only(repo, "orders.avsc", '// Licence\n/* of\n two lines */ {"type": "record", "name": "Order", "fields": []}\n')
    (item,) = reviewed(repo, capsys)["coverage"]
    assert item["outcome"] == "reviewed"


def test_a_json_schema_that_stops_being_json_is_said(repo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    git(repo, "checkout", "-q", "--", ".")
    path = repo / "order.schema.json"
    good = '{"$schema": "http://json-schema.org/draft-07/schema#",\n "properties": {"id": {}}\n}\n'
    path.write_text(good, encoding="utf-8")
    git(repo, "add", ".")
    git(repo, "commit", "-qm", "schema")
    path.write_text(good.replace("{}}", "{},}"), encoding="utf-8")
    assert main(["review", "--repo", str(repo), "--engine", "rules", "--format", "json"]) == 2
    (item,) = json.loads(capsys.readouterr().out)["coverage"]
    assert item["outcome"] == "not-reviewed" and "no valid JSON at line 2" in item["reason"]
