"""`stream-review facts`: what was understood, where it was said, which rules looked; and clear errors."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import Any

import pytest
from app.conftest import ORDERS, git

from reviewer.app.cli import main
from reviewer.publish.facts_model import FactsShape, json_schema

SCHEMA = Path(__file__).parents[2] / "docs" / "facts.schema.json"
BILLING = """import org.apache.kafka.clients.producer.*;
class Billing {
  void bill(Properties props, String id) {
    props.put("linger.ms", System.getenv("LINGER"));
    props.put(ProducerConfig.RETRIES_CONFIG, Limits.RETRIES);
    KafkaProducer<String, String> producer = new KafkaProducer<>(props);
    producer.send(new ProducerRecord<>("invoices", id, id));
    producer.flush();
  }
}
"""
LIMITS = "class Limits {\n  static final int RETRIES = 3;\n}\n"
LOOP = """from confluent_kafka import Consumer

def run(store):
    consumer = Consumer({"group.id": "billing", "enable.auto.commit": False})
    consumer.subscribe(["orders"])
    while True:
        record = consumer.poll(1.0)
        store.save(record)
        consumer.commit(record)
"""


def told(capsys: pytest.CaptureFixture[str], *arguments: str) -> Any:
    assert main(["facts", "--format", "json", *arguments]) == 0
    found = json.loads(capsys.readouterr().out)
    FactsShape.model_validate(found)
    return found


def fact(file: Any, kind: str, title: str = "") -> Any:
    return next(one for one in file["facts"] if one["kind"] == kind and title in one["title"])


def value(one: Any, name: str) -> Any:
    return next(said for said in one["values"] if said["name"] == name)


@pytest.fixture
def billing(repo: Path) -> Path:
    (repo / "Billing.java").write_text(BILLING, encoding="utf-8")
    (repo / "Limits.java").write_text(LIMITS, encoding="utf-8")
    git(repo, "add", ".")
    git(repo, "commit", "-qm", "second")
    return repo


def test_each_value_has_the_place_that_says_it(billing: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (file,) = told(capsys, "--repo", str(billing), str(billing / "Billing.java"))["files"]
    client = fact(file, "client")
    assert (client["first_line"], client["inside"]) == (6, "Billing.bill")
    retries = value(client, "retries")
    assert (retries["text"], retries["path"], retries["line"]) == ("3", "Limits.java", 2)
    linger = value(client, "linger.ms")
    assert (linger["known"], linger["line"], linger["why"]) == (
        "unknown",
        4,
        "comes from the environment of the process",
    )
    send = fact(file, "send")
    assert value(send, "key")["why"] == "a parameter of Billing.bill"
    assert value(send, "outcome")["text"].startswith("dropped")


def test_a_default_names_its_client_version_and_source(repo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (repo / "loop.py").write_text(LOOP, encoding="utf-8")
    (repo / "requirements.txt").write_text("confluent-kafka==2.5.0\n", encoding="utf-8")
    (file,) = told(capsys, "--repo", str(repo), str(repo / "loop.py"))["files"]
    client = fact(file, "client", "consumer")
    assert value(client, "version")["text"] == "==2.5.0"
    reset = value(client, "auto.offset.reset")
    assert (reset["known"], reset["text"]) == ("default", "largest")
    assert "default of confluent-kafka-python ==2.5.0" in reset["why"]


def test_the_order_of_work_and_commit_is_told(repo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (repo / "loop.py").write_text(LOOP, encoding="utf-8")
    (file,) = told(capsys, "--repo", str(repo), str(repo / "loop.py"))["files"]
    steps = [(step["title"], step["first_line"]) for step in fact(file, "handling")["steps"]]
    assert steps == [
        ("poll of consumer: consumer.poll()", 7),
        ("work: store.save()", 8),
        ("commit of consumer: consumer.commit()", 9),
    ]


def test_with_a_base_before_and_after_stand_side_by_side(billing: Path, capsys: pytest.CaptureFixture[str]) -> None:
    changed = BILLING.replace("    producer.flush();\n", "").replace("invoices", "bills")
    (billing / "Billing.java").write_text(changed, encoding="utf-8")
    found = told(
        capsys, "--repo", str(billing), "--base", "HEAD", *(str(billing / n) for n in ("Billing.java", "Limits.java"))
    )
    file, other = found["files"]
    assert (file["standing"], other["standing"]) == ("changed", "unchanged")
    send = fact(file, "send")
    assert send["change"] == "changed"
    assert (value(send["before"], "topic")["text"], value(send, "topic")["text"]) == ("invoices", "bills")
    assert fact(file, "client")["change"] == "kept"
    assert fact(file, "operation", "flush")["change"] == "removed"
    assert fact(file, "protection-gone", "flush")["first_line"] == 8


def test_it_says_which_rules_spoke_and_why_others_did_not(repo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (file,) = told(capsys, "--repo", str(repo), "--base", "HEAD", str(repo / "Orders.java"))["files"]
    words = {word["rule_id"]: word for word in file["rules"]}
    assert (words["kafka-producer-acks-not-all"]["spoke"], words["kafka-producer-acks-not-all"]["line"]) == (
        "reported",
        4,
    )
    assert words["kafka-producer-idempotence-off"]["spoke"] == "silent"
    assert "flink-keyby-changed" not in words


def test_a_finding_that_is_withheld_has_its_reason(billing: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (billing / "Billing.java").write_text(BILLING.replace('"invoices"', '"bills"'), encoding="utf-8")
    (billing / "Orders.java").write_text(ORDERS, encoding="utf-8")
    (file,) = told(capsys, "--repo", str(billing), "--base", "HEAD", str(billing / "Billing.java"))["files"]
    held = [word for word in file["rules"] if word["spoke"] == "withheld"]
    assert any("it was there before the change" in word["why"] for word in held)


def test_a_rule_that_the_configuration_turns_off_is_named(repo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (repo / ".github").mkdir()
    (repo / ".github" / "stream-review.yml").write_text("rules: {kafka-producer-acks-not-all: off}\n", encoding="utf-8")
    (file,) = told(capsys, "--repo", str(repo), "--base", "HEAD", str(repo / "Orders.java"))["files"]
    assert {w["spoke"] for w in file["rules"] if w["rule_id"] == "kafka-producer-acks-not-all"} == {"off"}


def test_a_file_that_the_change_removes_has_its_facts_before(billing: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (billing / "Billing.java").unlink()
    (file,) = told(capsys, "--repo", str(billing), "--base", "HEAD", str(billing / "Billing.java"))["files"]
    assert file["standing"] == "removed"
    assert {one["change"] for one in file["facts"]} == {"removed"}


def test_what_was_not_understood_is_said_with_its_line(repo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (repo / "orders.avsc").write_text('{"type": "record",\n "name": "Order",\n "fields": [}\n', encoding="utf-8")
    (file,) = told(capsys, "--repo", str(repo), str(repo / "orders.avsc"))["files"]
    assert any(gap["line"] == 3 for gap in file["given_up"])


def test_code_that_no_rule_reads_says_so(repo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = "import org.apache.samza.task.StreamTask;\nclass A implements StreamTask { void process() {} }\n"
    (repo / "A.java").write_text(text, encoding="utf-8")
    (file,) = told(capsys, "--repo", str(repo), str(repo / "A.java"))["files"]
    assert file["rules"] == []
    assert file["not_judged"] == "nothing in it belongs to a technology that has rules"


def test_the_terminal_shows_the_same(billing: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    (billing / "Billing.java").write_text(BILLING.replace("invoices", "bills"), encoding="utf-8")
    output = tmp_path / "facts.txt"
    arguments = [
        "facts",
        str(billing / "Billing.java"),
        "--repo",
        str(billing),
        "--base",
        "HEAD",
        "--output",
        str(output),
    ]
    assert main(arguments) == 0
    shown = output.read_text(encoding="utf-8")
    assert capsys.readouterr().out == ""
    assert re.search(r"(?m)^~ send producer\.send\(\) in Billing\.bill \(line 7\)$", shown)
    assert re.search(r"(?m)^-     topic = invoices +line 7$", shown) and re.search(
        r"(?m)^\+     topic = bills +line 7$", shown
    )
    assert "retries = 3" in shown and "Limits.java:2" in shown and "withheld" in shown and "silent: " in shown


def test_a_name_is_seen_from_here_and_from_the_repository(
    billing: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (billing / "sub").mkdir()
    monkeypatch.chdir(billing / "sub")
    assert told(capsys, "../Billing.java")["files"][0]["path"] == "Billing.java"
    monkeypatch.chdir("/")
    assert told(capsys, "--repo", str(billing), "Billing.java")["files"][0]["path"] == "Billing.java"


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("missing.java", "no file missing.java"),
        ("folder", "is a folder: name files in it"),
        ("picture.json", "is binary: only text is read"),
        ("notes.xyz", "files of this kind are not read"),
        ("link.java", "is a symbolic link"),
        ("secret.properties", "is ignored by git"),
        ("large.java", "larger than 1 MiB"),
        ("../outside.java", "is outside the repository"),
    ],
)
def test_a_file_that_cannot_be_read_is_a_clear_error(
    name: str, says: str, repo: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(repo)
    (repo / "folder").mkdir()
    (repo / "picture.json").write_bytes(b"\x89PNG\0\0\0")
    (repo / "notes.xyz").write_text("x", encoding="utf-8")
    os.symlink(repo / "Orders.java", repo / "link.java")
    (repo / ".gitignore").write_text("secret.properties\n", encoding="utf-8")
    (repo / "secret.properties").write_text("acks=1\n", encoding="utf-8")
    (repo / "large.java").write_text("// x\n" * 300_000, encoding="utf-8")
    assert main(["facts", name]) == 2
    captured = capsys.readouterr()
    assert says in captured.err and captured.out == ""


def test_without_git_a_folder_of_files_is_read_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "loop.py").write_text(LOOP, encoding="utf-8")
    (file,) = told(capsys, "--repo", str(tmp_path), str(tmp_path / "loop.py"))["files"]
    assert fact(file, "handling")


def test_the_published_schema_is_the_current_one() -> None:
    assert json.loads(SCHEMA.read_text(encoding="utf-8")) == json_schema()


def test_a_setting_of_hocon_is_told_and_judged(repo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = "akka.kafka.producer {\n  kafka-clients {\n    acks = all\n    acks = ${?KAFKA_ACKS}\n  }\n}\n"
    git(repo, "checkout", "-q", "--", ".")
    (repo / "application.conf").write_text(text, encoding="utf-8")
    git(repo, "add", ".")
    git(repo, "commit", "-qm", "conf")
    (repo / "application.conf").write_text(text.replace("= all", "= 1"), encoding="utf-8")
    (file,) = told(capsys, "--repo", str(repo), "--base", "HEAD", str(repo / "application.conf"))["files"]
    acks = fact(file, "setting", "acks of producer")
    assert (value(acks, "acks")["text"], value(acks["before"], "acks")["text"]) == ("1", "all")
    reported = [(word["rule_id"], word["line"]) for word in file["rules"] if word["spoke"] == "reported"]
    assert reported == [("kafka-producer-acks-not-all", 3)]
