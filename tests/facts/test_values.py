"""Spans and facts are compared, hashed and sorted by what they say; that nothing assigns to them is the type checker's work."""

from __future__ import annotations

import pytest

from reviewer.core.span import Side, Span
from reviewer.core.value import value


def span(first: int, last: int, path: str = "A.java") -> Span:
    return Span(path=path, side=Side.AFTER, first_line=first, last_line=last)


def test_the_type_checker_takes_values_for_frozen_and_their_fields_for_keywords() -> None:
    told = vars(value)["__dataclass_transform__"]
    told = {**told["kwargs"], **told}  # Python 3.11 keeps `frozen_default` among what it does not know
    assert told["frozen_default"] and told["kw_only_default"]


def test_equal_values_are_one_key() -> None:
    assert {span(1, 2): "kept"}[span(1, 2)] == "kept"
    assert span(1, 2) != span(1, 3)


def test_spans_are_sorted_by_path_and_line() -> None:
    assert sorted([span(9, 9), span(1, 4), span(1, 2), span(1, 1, "0.java")]) == [
        span(1, 1, "0.java"), span(1, 2), span(1, 4), span(9, 9),
    ]  # fmt: skip


def test_a_value_holds_nothing_but_its_fields() -> None:
    with pytest.raises(AttributeError):
        setattr(span(1, 2), "colour", "red")  # noqa: B010 - mypy would refuse the plain assignment


@pytest.mark.parametrize(("first", "last"), [(0, 1), (3, 2)])
def test_lines_that_are_no_range_are_refused(first: int, last: int) -> None:
    with pytest.raises(ValueError, match="not a range of lines"):
        span(first, last)
