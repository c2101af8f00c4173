"""Files in a workspace that belongs to strangers."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from reviewer.app.action.workspace_files import read_text, relative_path, write_text
from reviewer.core.problem import ReviewError


def test_a_file_is_written_whole_with_its_directories_and_readable_by_the_next_step(tmp_path: Path) -> None:
    write_text(tmp_path, "report-file", "out/deep/report.json", "{}")
    target = tmp_path / "out" / "deep" / "report.json"
    assert target.read_text() == "{}" and target.stat().st_mode & 0o666 == 0o666
    write_text(tmp_path, "report-file", "out/deep/report.json", "[]")
    assert target.read_text() == "[]" and [p.name for p in target.parent.iterdir()] == ["report.json"]
    assert read_text(tmp_path, "report-file", "out/deep/report.json", 10) == "[]"


@pytest.mark.parametrize("value", ["../x", "a/../../x", "/etc/passwd", "", ".", "a\nb", "/"])
def test_a_path_must_stay_inside(tmp_path: Path, value: str) -> None:
    with pytest.raises(ReviewError, match="sarif-file"):
        relative_path(tmp_path, "sarif-file", value)


def test_an_absolute_path_inside_is_made_relative(tmp_path: Path) -> None:
    assert relative_path(tmp_path, "sarif-file", f"{tmp_path}/a/x.sarif") == "a/x.sarif"


@pytest.mark.parametrize("linked", ["report.json", "out"])
def test_links_are_followed_neither_for_reading_nor_for_writing(tmp_path: Path, linked: str) -> None:
    workspace, outside = tmp_path / "workspace", tmp_path / "outside"
    workspace.mkdir()
    outside.mkdir()
    (outside / "report.json").write_text("secret")
    (workspace / linked).symlink_to(outside if linked == "out" else outside / "report.json")
    name = "out/report.json" if linked == "out" else "report.json"
    for act in (
        lambda: write_text(workspace, "report-file", name, "x"),
        lambda: read_text(workspace, "report-file", name, 9),
    ):
        with pytest.raises(ReviewError, match=r"report-file.*link"):
            act()
    assert (outside / "report.json").read_text() == "secret" and len(list(outside.iterdir())) == 1


def test_what_cannot_be_read_says_why(tmp_path: Path) -> None:
    (tmp_path / "big").write_text("x" * 100)
    (tmp_path / "binary").write_bytes(b"\xff\xfe")
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "pipe")
    for name, why in (
        ("big", "larger"),
        ("binary", "UTF-8"),
        ("folder", "folder"),
        ("pipe", "regular"),
        ("none", "No such"),
    ):
        with pytest.raises(ReviewError, match=why):
            read_text(tmp_path, "report-file", name, 50)


def test_a_write_that_fails_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", fail)
    with pytest.raises(ReviewError, match="No space"):
        write_text(tmp_path, "sarif-file", "a.sarif", "text")
    assert list(tmp_path.iterdir()) == []
