"""Labels of what happens on deploy, scored by `stream-review eval`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from reviewer.app.cli import main

CASE = """language: yaml

### more-partitions
technology: kafka
family: 3
needs: rules
rollout: ROLLOUT
hit: HIT
why: Keys move while older records of theirs are unread.
--- topic.yaml
 apiVersion: kafka.strimzi.io/v1beta2
 kind: KafkaTopic
 metadata:
   name: parcels
 spec:
-  partitions: 3
+  partitions: 6 # ! ordering
--- Tracker.java
 import org.springframework.kafka.annotation.KafkaListener;
 class Tracker {
   @KafkaListener(topics = "parcels", groupId = "tracking")
   void on(String scan) { save(scan); }
 }
"""


@pytest.mark.parametrize(
    ("roll_out", "hit", "figures", "lines"),
    [
        ("topic-change parcels", "parcels: Tracker.java", (1, 0, 0, 1, 0, 0), []),
        (
            "topic-change parcels; drain parcels", "parcels: Tracker.java, Other.java", (1, 1, 0, 1, 1, 0),
            ["roll-out missed in more-partitions: drain parcels", "who is hit missed in more-partitions: parcels: Other.java"],
        ),
        (
            "none", "none", (0, 0, 1, 0, 0, 1),
            ["roll-out false in more-partitions: topic-change parcels", "who is hit false in more-partitions: parcels: Tracker.java"],
        ),
    ],
)  # fmt: skip
def test_what_is_told_of_the_deploy_is_compared_with_the_labels(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    roll_out: str,
    hit: str,
    figures: tuple[int, ...],
    lines: list[str],
) -> None:
    (tmp_path / "x.cases").write_text(CASE.replace("ROLLOUT", roll_out).replace("HIT", hit), encoding="utf-8")
    assert main(["eval", str(tmp_path), "--engine", "rules", "--format", "json"]) == 0
    told = json.loads(capsys.readouterr().out)["deploy"]
    assert (
        tuple(told[name][part] for name in ("roll-out", "who is hit") for part in ("found", "missed", "false"))
        == figures
    )
    assert main(["eval", str(tmp_path), "--engine", "rules"]) == 0
    table = capsys.readouterr().out
    assert all(line in table for line in lines)


def test_without_labels_nothing_is_compared(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = CASE.replace("rollout: ROLLOUT\nhit: HIT\n", "")
    (tmp_path / "x.cases").write_text(text, encoding="utf-8")
    assert main(["eval", str(tmp_path), "--engine", "rules", "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["deploy"] == {}
