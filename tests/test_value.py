"""What `core/value.py` makes of a class: what a frozen dataclass would be to its users."""

from __future__ import annotations

from dataclasses import field, fields, replace
from typing import Any

import pytest

from reviewer.core.value import value


@value()
class Parcel:
    """Two fields that count and one that does not."""

    to: str
    weight: int = 1
    notes: list[str] = field(default_factory=list, init=False, repr=False, compare=False)


@value(order=True)
class Shelf:
    row: int
    place: int = 0


@value()
class Nothing:
    """Without a field."""


def test_fields_decide_what_is_equal_and_what_is_one_in_a_set() -> None:
    marked = Parcel(to="Bern")
    marked.notes.append("fragile")
    assert marked == Parcel(to="Bern") != Parcel(to="Bern", weight=2)
    assert {marked, Parcel(to="Bern"), replace(marked, to="Graz")} == {Parcel(to="Graz"), Parcel(to="Bern")}
    assert Nothing() == Nothing() and len({Nothing(), Nothing()}) == 1


def test_another_class_is_never_equal() -> None:
    others: list[object] = [(1, 0), Nothing(), Parcel(to="")]
    assert Shelf(row=1) not in others


def test_a_value_with_an_unhashable_field_is_refused_by_a_set() -> None:
    with pytest.raises(TypeError, match="unhashable"):
        hash(Parcel(to=["Bern"]))  # type: ignore[arg-type]


def test_order_is_that_of_the_fields() -> None:
    first, second, third = Shelf(row=1, place=2), Shelf(row=2), Shelf(row=2, place=1)
    assert sorted([third, first, second]) == [first, second, third]
    assert first < second <= second < third and third > second >= second
    with pytest.raises(TypeError):
        sorted([Parcel(to="Bern"), Parcel(to="Graz")])  # type: ignore[type-var]


def test_it_shows_its_fields_and_has_no_room_for_others() -> None:
    assert repr(Parcel(to="Bern")) == "Parcel(to='Bern', weight=1)"
    assert [item.name for item in fields(Shelf)] == ["row", "place"]
    anything: Any = Shelf(row=1)
    with pytest.raises(AttributeError):
        anything.colour = "red"
