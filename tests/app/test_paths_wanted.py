"""Paths as people type them on the command line."""

from __future__ import annotations

from pathlib import Path

import pytest
from app.conftest import git

from reviewer.app.cli import main
from reviewer.app.paths import skipper


@pytest.mark.parametrize("typed", [".", "./", "./src", "src", "src/", "src/a/B.java", "./src/a/B.java", "*.java"])
def test_a_path_as_typed_selects_the_file(typed: str) -> None:
    assert not skipper([typed], [])("src/a/B.java")


@pytest.mark.parametrize("typed", ["./test", "src/b", "B.kt"])
def test_another_path_does_not(typed: str) -> None:
    assert skipper([typed], [])("src/a/B.java")


def test_a_path_that_matches_nothing_is_an_error_that_names_what_it_was_compared_with(
    repo: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["review", "--repo", str(repo), "--engine", "rules", "Order.java"]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "'Order.java' matches nothing" in captured.err
    assert "the changed file Orders.java and the 1 files of the repository" in captured.err
    assert "Did you mean Orders.java?" in captured.err


def test_one_wrong_path_beside_a_right_one_is_an_error_too(repo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["review", "--repo", str(repo), "--engine", "rules", "Orders.java", "src/"]) == 2
    assert "'src/' matches nothing" in capsys.readouterr().err


def test_a_path_that_did_not_change_is_said_and_no_error(repo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (repo / "docs").mkdir()
    (repo / "docs" / "a.txt").write_text("x\n", encoding="utf-8")
    git(repo, "add", "docs")
    git(repo, "commit", "-qm", "docs")
    assert main(["review", "--repo", str(repo), "--engine", "rules", "docs"]) == 0
    captured = capsys.readouterr()
    assert "docs: nothing changed below docs." in captured.err
    assert "danger" not in captured.out


def test_a_file_that_the_change_removes_is_a_match(repo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (repo / "Orders.java").unlink()
    assert main(["review", "--repo", str(repo), "--engine", "rules", "Orders.java"]) == 0
    assert "nothing" not in capsys.readouterr().err


def test_an_audit_compares_with_the_tree(repo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (repo / "notes.txt").write_text("x\n", encoding="utf-8")
    assert main(["audit", "--repo", str(repo), "nowhere/"]) == 2
    assert "It was compared with the 2 files of the repository" in capsys.readouterr().err
    assert main(["audit", "--repo", str(repo), "notes.txt"]) == 0
    assert "notes.txt: no file below it may be streaming code." in capsys.readouterr().err
