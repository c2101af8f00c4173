"""A library that facts know is streaming code for relevance too: else rules would speak of files that are called not streaming."""

from __future__ import annotations

import pytest

from reviewer.clients.library import Library
from reviewer.clients.registry import all_libraries
from reviewer.relevance.derived import derived
from reviewer.relevance.signals import Signals, has_marker, signals


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


_BARE = {
    "imports": ["org.apache.kafka."],
    "qualified_imports": {"common": ["word"]},
    "identifiers": [],
    "coordinates": "kafka",
    "markers": ["kafka"],
}


def made_up(*imports: str) -> Library:
    return Library(
        id="a", title="A", languages=frozenset({"go"}), imports=imports, coordinates=("github.com/acme/bus",)
    )


def test_a_new_table_needs_no_line_of_its_own() -> None:
    raw = derived(_BARE, [made_up("github.com/acme/bus")])
    assert raw["imports"] == ["org.apache.kafka.", "github.com/acme/bus"]
    assert raw["markers"] == ["kafka", "github.com/acme/bus"]
    assert Signals(raw).imports.search('import "github.com/acme/bus/v2"')
    assert Signals(raw).coordinates.search("github.com/acme/bus v1.2.0")


@pytest.mark.parametrize("path", ["org.apache.kafka.clients.", "common"])
def test_what_a_wider_prefix_or_a_qualified_import_says_is_not_said_again(path: str) -> None:
    assert derived(_BARE, [made_up(path)])["imports"] == ["org.apache.kafka."]
