"""Bad input: one line that says where, what is wrong, and what fits there instead."""

from __future__ import annotations

from pathlib import Path

import pytest

from reviewer.app.cli import main


def _said(capsys: pytest.CaptureFixture[str], arguments: list[str]) -> str:
    """What stands on stderr of a run that could not be."""
    try:
        code: int | str | None = main(arguments)
    except SystemExit as ended:
        code = ended.code
    assert code == 2
    return capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["reviw"], "Did you mean review?"),
        (["review", "--engine", "claud"], "Did you mean claude? See `stream-review review --help`."),
        (["review", "--min-severty=high"], "Did you mean --min-severity?"),
        (["review", "--maxcost", "3"], "Did you mean --max-cost-usd?"),
        (["review", "--repo"], "argument --repo: expected one argument. See `stream-review review --help`."),
        (["review", "--engine", "zebra"], "(choose from "),
        ([], "COMMAND"),
    ],
)
def test_a_wrong_command_line_is_told_in_one_line(
    capsys: pytest.CaptureFixture[str], arguments: list[str], words: str
) -> None:
    said = _said(capsys, arguments)
    assert words in said
    assert said.startswith("stream-review: ") and said.count("\n") == 1


@pytest.mark.parametrize(
    ("wrong", "like"),
    [
        ("kafka-producer-acks", "Did you mean kafka-producer-acks-not-all?"),
        ("KAFKA_PRODUCER_ACKS_NOT_ALL", "Did you mean kafka-producer-acks-not-all?"),
        ("autocommit-processing", "Did you mean kafka-consumer-autocommit-before-processing?"),
        ("flink-keyby-chnaged", "flink-keyby-changed"),
    ],
)
def test_an_unknown_rule_is_told_with_those_like_it(capsys: pytest.CaptureFixture[str], wrong: str, like: str) -> None:
    assert like in _said(capsys, ["explain", wrong])


def test_a_rule_like_none_is_told_without_a_guess(capsys: pytest.CaptureFixture[str]) -> None:
    assert _said(capsys, ["explain", "zzzz"]) == (
        "stream-review: There is no rule 'zzzz'. `stream-review rules` lists them all.\n"
    )


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            "engine: rules\nrules:\n  a: [1,\n  b: 2\n",
            "line 5, column 1: expected ',' or ']', but got '<stream end>' (in what begins in line 3)",
        ),
        ("rules: 3\n", "rules must be `key: value` pairs"),
        ("ignore-paths: docs\n", "ignore-paths must be a list"),
    ],
)
def test_a_wrong_configuration_says_where(
    repo: Path, capsys: pytest.CaptureFixture[str], text: str, words: str
) -> None:
    (repo / "config.yml").write_text(text, encoding="utf-8")
    assert words in _said(capsys, ["review", "--repo", str(repo), "--config", str(repo / "config.yml")])


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[1, 2]\n", "the file must be `key: value` pairs"),
        ("cases: [{name: x}]\n", "cases.0.technology is missing"),
        ("cases:\n  - {name: x\n", "is not valid YAML: line 3, column 1: "),
    ],
)
def test_wrong_cases_are_told_without_the_names_of_classes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, words: str
) -> None:
    (tmp_path / "cases.yaml").write_text(text, encoding="utf-8")
    said = _said(capsys, ["eval", str(tmp_path / "cases.yaml"), "--engine", "rules"])
    assert words in said and "_file" not in said.lower()


def test_a_patch_that_fits_neither_side_says_what_to_do(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "Orders.java").write_text("class Other {}\n", encoding="utf-8")
    (tmp_path / "p.diff").write_text(
        "--- a/Orders.java\n+++ b/Orders.java\n@@ -1,2 +1,2 @@\n class Orders {\n-a\n+b\n", encoding="utf-8"
    )
    main(["review", "--diff", str(tmp_path / "p.diff"), "--repo", str(tmp_path)])
    assert "Check out the commit that the patch was made from" in capsys.readouterr().err
