"""The ratio that the tests of hostile texts stand on tells a square from a line."""

from __future__ import annotations

import pytest
from growth import grows_linearly


def test_what_grows_with_the_square_is_noticed_and_what_grows_linearly_is_not() -> None:
    grows_linearly(lambda size: sum(range(size * 100)), 1_000)
    with pytest.raises(AssertionError, match="4 times the input took 1"):
        grows_linearly(lambda size: sum(range(size * size)), 1_000)
