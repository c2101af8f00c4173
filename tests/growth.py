"""How work grows with its input: a ratio within one run, which no machine and no load beside it changes, and never a time."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

#: Four times the input takes four times the work where it grows linearly, and sixteen times where it grows with the square.
_TIMES, _MOST = 4, 8
_TRIES = 6  # what else the machine does can make a measurement longer, never shorter: the shortest ones are compared


def grows_linearly(work: Callable[[int], object], size: int) -> None:
    """Fails when `work(size)` takes more than twice of what it may, by the processor time of `work(size / 4)`."""
    work(size // _TIMES // 2)  # what only the first call does
    small = large = float("inf")
    for _ in range(_TRIES):
        small, large = min(small, _seconds(work, size // _TIMES)), min(large, _seconds(work, size))
        if large <= _MOST * small:
            return
    raise AssertionError(
        f"{_TIMES} times the input took {large / small:.1f} times as long ({small:.4f} s, {large:.4f} s)"
    )


def _seconds(work: Callable[[int], object], size: int) -> float:
    started = time.process_time()
    work(size)
    return time.process_time() - started


@contextmanager
def ends() -> Iterator[None]:
    """A guard against what practically hangs, and no measure: what it guards takes a second or two of the processor, and may take a minute."""
    started = time.process_time()
    yield
    assert time.process_time() - started < 60, "this would never have ended for a larger input"
