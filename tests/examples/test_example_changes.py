"""What the README promises of the example changes: each danger at its line, and silence for the harmless ones."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from reviewer.app.cli import main

EXAMPLES = Path(__file__).parents[2] / "examples"
EXPECTED = {
    "01-acks-one-line": ("kafka-producer-acks-not-all", 5, "RIGHT"),
    "02-commit-before-archive": ("kafka-consumer-commit-before-process", 48, "RIGHT"),
    "03-uid-dropped": ("flink-operator-uid-changed-or-graph-changed-without-uid", 25, "LEFT"),
    "04-keyed-by-hub": ("flink-keyby-changed", 23, "RIGHT"),
    "05-topology-node-before-unnamed-store": ("kstreams-topology-auto-name-shift", 17, "RIGHT"),
    "06-application-id-renamed": ("kstreams-application-id-changed", 23, "RIGHT"),
    "07-avro-field-without-default": ("schema-avro-incompatible-field-change", 11, "RIGHT"),
    "08-partitions-raised": ("topic-partition-count-changed", 8, "RIGHT"),
    "09-failures-swallowed": ("kafka-consumer-swallowed-exception-in-poll-loop", 40, "RIGHT"),
    "10-record-key-changed": ("kafka-producer-key-expression-changed", 30, "RIGHT"),
    "11-await-lost": ("kafka-consumer-handler-promise-not-awaited", 27, "RIGHT"),
    "12-dead-letters-dropped": ("spring-kafka-default-error-handler-logs-and-skips", 19, "RIGHT"),
}
HARMLESS = ("20-harmless-java-streams", "21-harmless-rename-and-log", "22-harmless-comment", "23-harmless-flink-layout")


def findings(name: str, capsys: pytest.CaptureFixture[str]) -> list[tuple[str, int, str]]:
    change = EXAMPLES / "changes" / f"{name}.diff"
    arguments = ["review", "--engine", "rules", "--repo", str(EXAMPLES / "repository"), "--diff", str(change)]
    assert main([*arguments, "--format", "json"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert report["problems"] == []
    return [(f["rule_id"], f["line"], f["side"]) for f in report["findings"]]


@pytest.mark.parametrize("name", EXPECTED)
def test_a_danger_is_found_at_its_line_and_nothing_else(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert findings(name, capsys) == [EXPECTED[name]]


@pytest.mark.parametrize("name", HARMLESS)
def test_a_harmless_change_stays_silent(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert findings(name, capsys) == []


def test_the_readme_shows_what_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    readme = (EXAMPLES.parent / "README.md").read_text(encoding="utf-8")
    (recorded,) = re.findall(r"```\n\$ stream-review review\n(.*?)```", readme, re.S)
    change = EXAMPLES / "changes" / "03-uid-dropped.diff"
    main(["review", "--engine", "rules", "--repo", str(EXAMPLES / "repository"), "--diff", str(change)])
    seconds = re.compile(r"\d+\.\d s$", re.M)
    assert seconds.sub("s", recorded) == seconds.sub("s", capsys.readouterr().out)


def test_every_change_is_expected() -> None:
    assert {p.stem for p in (EXAMPLES / "changes").glob("*.diff")} == {*EXPECTED, *HARMLESS}
