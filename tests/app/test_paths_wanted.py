"""Paths as people type them on the command line."""

from __future__ import annotations

import pytest

from reviewer.app.paths import skipper


@pytest.mark.parametrize("typed", [".", "./", "./src", "src", "src/", "src/a/B.java", "./src/a/B.java", "*.java"])
def test_a_path_as_typed_selects_the_file(typed: str) -> None:
    assert not skipper([typed], [])("src/a/B.java")


@pytest.mark.parametrize("typed", ["./test", "src/b", "B.kt"])
def test_another_path_does_not(typed: str) -> None:
    assert skipper([typed], [])("src/a/B.java")
