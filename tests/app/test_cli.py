"""The command line as a user meets it: output, messages, exit codes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from reviewer.app.cli import main
from reviewer.rules.registry import all_rules

SCHEMA = json.loads((Path(__file__).parents[2] / "docs" / "report.schema.json").read_text(encoding="utf-8"))


def test_a_one_line_change_of_acks_is_found_on_its_line(repo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["review", "--repo", str(repo), "--format", "json"]) == 0
    report = json.loads(capsys.readouterr().out)
    Draft202012Validator(SCHEMA).validate(report)
    assert report["status"] == "reviewed" and report["engine"] == "rules"
    (finding,) = report["findings"]
    assert (finding["rule_id"], finding["path"], finding["line"], finding["side"]) == (
        "kafka-producer-acks-not-all", "Orders.java", 4, "RIGHT",
    )  # fmt: skip
    assert finding["placement"] == "inline"
    assert finding["suggestion"] == '    props.put(ProducerConfig.ACKS_CONFIG, "all");'
    assert [c["outcome"] for c in report["coverage"]] == ["reviewed"]


def test_the_threshold_decides_the_exit_code(repo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["review", "--repo", str(repo), "--fail-on-severity", "high"]) == 1
    assert main(["review", "--repo", str(repo), "--fail-on-severity", "critical"]) == 0
    assert "Orders.java:4" in capsys.readouterr().out


@pytest.mark.parametrize("form", ["terminal", "json", "sarif", "markdown"])
def test_every_format_goes_to_a_file_as_well(repo: Path, tmp_path: Path, form: str) -> None:
    target = tmp_path / "report"
    assert main(["review", "--repo", str(repo), "--format", form, "--output", str(target)]) == 0
    assert "acks" in target.read_text(encoding="utf-8")


def test_an_ignore_comment_with_a_reason_silences_and_one_without_does_not(
    repo: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = (repo / "Orders.java").read_text(encoding="utf-8")
    comment = "    // stream-review: ignore[kafka-producer-acks-not-all] clicks may be lost\n    props"
    (repo / "Orders.java").write_text(text.replace("    props", comment), encoding="utf-8")
    main(["review", "--repo", str(repo), "--format", "json"])
    report = json.loads(capsys.readouterr().out)
    assert report["findings"] == []
    assert [(w["stage"], w["reason"]) for w in report["withheld"]] == [("ignored", "clicks may be lost")]
    (repo / "Orders.java").write_text(
        text.replace("    props", comment.replace(" clicks may be lost", "")), encoding="utf-8"
    )
    main(["review", "--repo", str(repo), "--format", "json"])
    report = json.loads(capsys.readouterr().out)
    assert len(report["findings"]) == 1 and "reason" in report["problems"][0]["message"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--base", "nowhere"], "nowhere"),
        (["--diff", "absent.diff"], "absent.diff"),
        (["--config", "absent.yml"], "absent.yml"),
        (["--engine", "claude"], "ANTHROPIC_API_KEY"),
        (["--staged", "--base", "main"], "--staged"),
        (["--agent-prompt", "absent.md", "--show-prompt"], "absent.md"),
        (["--output", "no/such/dir/report"], "--output"),
    ],
)
def test_bad_input_says_what_to_do_and_ends_with_2(
    repo: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], message: str
) -> None:
    assert main(["review", "--repo", str(repo), *arguments]) == 2
    assert message in capsys.readouterr().err


@pytest.mark.parametrize(("given", "words"), [("a lot", "must be dollars, like 0.50"), ("0", "must be greater than 0")])
def test_a_ceiling_that_is_none_says_how_one_looks(
    repo: Path, capsys: pytest.CaptureFixture[str], given: str, words: str
) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(["review", "--repo", str(repo), "--max-cost-usd", given])
    assert words in capsys.readouterr().err


def test_a_directory_without_git_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["review", "--repo", str(tmp_path)]) == 2
    assert "--diff" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("config", "message"),
    [
        ("min-severty: high\n", "did you mean 'min-severity'"),
        ("rules:\n  kafka-producer-acks-not-al: false\n", "did you mean 'kafka-producer-acks-not-all'"),
        ("max-comments: many\n", "max-comments"),
        ("[1, 2]\n", "mapping"),
        ("a: [\n", "YAML"),
    ],
)
def test_a_wrong_configuration_names_the_key(
    repo: Path, capsys: pytest.CaptureFixture[str], config: str, message: str
) -> None:
    (repo / "config.yml").write_text(config, encoding="utf-8")
    assert main(["review", "--repo", str(repo), "--config", str(repo / "config.yml")]) == 2
    assert message in capsys.readouterr().err


def test_a_rule_can_be_turned_off_or_weighed_otherwise(repo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config = repo / "config.yml"
    config.write_text("rules:\n  kafka-producer-acks-not-all: false\n", encoding="utf-8")
    main(["review", "--repo", str(repo), "--config", str(config), "--format", "json"])
    assert json.loads(capsys.readouterr().out)["findings"] == []
    config.write_text("rules:\n  kafka-producer-acks-not-all: {severity: low}\n", encoding="utf-8")
    main(["review", "--repo", str(repo), "--config", str(config), "--format", "json"])
    assert json.loads(capsys.readouterr().out)["findings"][0]["severity"] == "low"


def test_a_change_without_streaming_code_says_so(repo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (repo / "tool.py").write_text("print(1)\n", encoding="utf-8")
    main(["review", "--repo", str(repo), "--format", "json", "*.py"])
    report = json.loads(capsys.readouterr().out)
    assert report["status"] == "no-streaming-code"
    assert report["coverage"][0]["outcome"] == "not-streaming"


def test_audit_reports_what_the_change_did_not_bring(repo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["audit", "--repo", str(repo), "--format", "json"]) == 0
    assert [f["rule_id"] for f in json.loads(capsys.readouterr().out)["findings"]] == ["kafka-producer-acks-not-all"]


@pytest.mark.parametrize(
    ("path", "severities"),
    [
        ("orders/Orders.java", ["high"]),
        ("orders-docs/Orders.java", ["medium"]),
        ("quickstarts/orders/Orders.java", ["medium"]),
        ("systemtest/src/main/java/Orders.java", []),  # of low confidence: not shown
    ],
)
def test_what_is_no_production_weighs_less(
    repo: Path, capsys: pytest.CaptureFixture[str], path: str, severities: list[str]
) -> None:
    (repo / path).parent.mkdir(parents=True)
    (repo / "Orders.java").rename(repo / path)
    assert main(["audit", "--repo", str(repo), "--format", "json"]) == 0
    assert [f["severity"] for f in json.loads(capsys.readouterr().out)["findings"]] == severities


def test_the_configuration_that_a_broker_ships_weighs_less_beside_its_scripts(
    repo: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def severities() -> dict[str, str]:
        main(["audit", "--repo", str(repo), "--format", "json", "*.properties"])
        return {f["path"]: f["severity"] for f in json.loads(capsys.readouterr().out)["findings"]}

    for path in ("config/server.properties", "deploy/config/server.properties"):
        (repo / path).parent.mkdir(parents=True)
        (repo / path).write_text("broker.id=0\noffsets.topic.replication.factor=1\n", encoding="utf-8")
    assert severities() == {"config/server.properties": "high", "deploy/config/server.properties": "high"}
    (repo / "bin").mkdir()
    (repo / "bin" / "kafka-topics.sh").write_text("exec kafka-run-class.sh\n", encoding="utf-8")
    assert severities() == {"config/server.properties": "medium", "deploy/config/server.properties": "high"}


def test_the_catalogue_and_its_pages(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rules", "--format", "json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert [row["id"] for row in rows] == [rule.id for rule in all_rules()]
    assert main(["rules"]) == 0
    assert main(["explain", rows[0]["id"]]) == 0
    page = capsys.readouterr().out
    assert "## What it catches" in page and "### Reported: " in page and "```diff\n--- " in page
    assert main(["explain", "no-such-rule"]) == 2


def test_a_danger_without_a_rule_of_its_own_is_explained(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "kafka-producer-unstable-key"]) == 0
    told = capsys.readouterr().out
    assert "No rule checks it" in told and "Is the key made of a random number" in told
    assert "kafka-core: moved keys: partition = hash(key bytes) % count" in told
    assert main(["explain", "flink-operator-uid-missing"]) == 0
    assert "stream-review explain flink-generated-uids-allowed-again" in capsys.readouterr().out
    assert main(["explain", "test-stateful-change-unverified"]) == 0
    assert "Nobody looks for it" in capsys.readouterr().out


def test_doctor_says_what_is_there(repo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor", "--repo", str(repo)]) == 0
    assert "rules only" in capsys.readouterr().out


def test_a_patch_over_the_tree_gives_the_same_finding(
    repo: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    patch = """--- a/Orders.java
+++ b/Orders.java
@@ -4 +4 @@
-    props.put(ProducerConfig.ACKS_CONFIG, "all");
+    props.put(ProducerConfig.ACKS_CONFIG, "1");
"""
    (tmp_path / "change.diff").write_text(patch, encoding="utf-8")
    assert main(["review", "--repo", str(repo), "--diff", str(tmp_path / "change.diff"), "--format", "json"]) == 0
    (finding,) = json.loads(capsys.readouterr().out)["findings"]
    assert (finding["line"], finding["placement"]) == (4, "inline")


def test_the_same_danger_on_the_same_code_is_shown_once_and_counted(
    repo: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    profile = "spring:\n  kafka:\n    producer:\n      acks: 1\n"
    (repo / "application.yml").write_text(f"{profile}---\n{profile}", encoding="utf-8")
    assert main(["review", "--repo", str(repo), "--format", "json", "application.yml"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert [f["line"] for f in report["findings"]] == [4]
    assert [(w["stage"], w["reason"]) for w in report["withheld"]] == [
        ("duplicate", "the same danger on the same code is shown at line 4 of application.yml")
    ]
