"""A few things at once: GitHub asks for restraint, and a hundred files should not take a minute."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")

AT_ONCE = 4


def side_by_side(do: Callable[[Item], Result], items: Iterable[Item]) -> list[Result]:
    """`do` for every item, a few at a time, in order. The first error ends it."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        waiting = [pool.submit(do, item) for item in items]
        try:
            return [one.result() for one in waiting]
        finally:
            pool.shutdown(cancel_futures=True)
