"""A library that facts know is streaming code for relevance too: else rules would speak of files that are called not streaming."""

from __future__ import annotations

import pytest

from reviewer.clients.library import Library
from reviewer.clients.registry import all_libraries
from reviewer.relevance.signals import has_marker, signals


@pytest.mark.parametrize("library", all_libraries(), ids=lambda library: library.id)
def test_relevance_knows_the_imports_and_coordinates_of_a_library(library: Library) -> None:
    known = signals()
    qualified = {name: words for name, _, words in known.qualified}
    for prefix in library.imports:
        assert known.imports.search(f"{prefix}X" if prefix.endswith(".") else prefix) or prefix in qualified, prefix
        looked_at = has_marker(prefix) or (prefix in qualified and all(map(has_marker, qualified[prefix])))
        assert looked_at, f"a file with {prefix} is not looked at: add a marker"
    for coordinate in library.coordinates:
        assert known.coordinates.search(coordinate), coordinate
