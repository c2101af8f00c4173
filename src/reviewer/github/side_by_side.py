"""A few things at once: GitHub asks for restraint, and a hundred files should not take a minute."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor, wait
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")

AT_ONCE = 4
_TICK_SECONDS = 0.2


def side_by_side(
    do: Callable[[Item], Result], items: Iterable[Item], watch: Callable[[int], object] = lambda _done: None
) -> list[Result]:
    """`do` for every item, a few at a time, in order. The first error ends it. `watch` is told again and again how many are done."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        waiting = [pool.submit(do, item) for item in items]
        try:
            results: list[Result] = []
            for one in waiting:
                while not wait([one], timeout=_TICK_SECONDS).done:
                    watch(len(results))
                results.append(one.result())
                watch(len(results))
            return results
        finally:
            pool.shutdown(cancel_futures=True)
