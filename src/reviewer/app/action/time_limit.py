"""The run's own clock: an alarm that ends whatever hangs, and a clean end when the runner cancels the job."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import FrameType

_RING_AGAIN = 1.0  # an exception in a destructor is lost: the alarm rings until somebody hears it
_PUBLISHING = 60.0  # seconds kept back for publishing, at most a quarter of the whole


class OutOfTime(BaseException):
    """`timeout-minutes` are over. No `Exception`, so that nobody takes it for a failure of his own."""


class Cancelled(BaseException):
    """The runner asked us to end (SIGTERM, SIGINT)."""


@dataclass(slots=True)
class TimeLimit:
    """How long the run may take, from its first moment. `seconds` may be set anew when the configuration is known."""

    seconds: float
    clock: Callable[[], float] = time.monotonic
    started: float = field(init=False)
    _is_armed: bool = field(default=False, init=False)

    def __post_init__(self) -> None:
        self.started = self.clock()

    @property
    def deadline(self) -> float:
        """When everything must be over, as a reading of the clock."""
        return self.started + self.seconds

    @property
    def analysis_deadline(self) -> float:
        """When the model must have answered, so that what is known can still be published."""
        return self.deadline - min(_PUBLISHING, self.seconds / 4)

    @property
    def elapsed(self) -> float:
        """Seconds since the run began."""
        return self.clock() - self.started

    def change(self, seconds: float) -> None:
        """Another limit, counted from the same beginning."""
        self.seconds = seconds
        if self._is_armed:
            self._arm()

    def stop(self) -> None:
        """No alarm any more: what is left to do takes no time."""
        if self._is_armed:
            signal.setitimer(signal.ITIMER_REAL, 0)

    @contextmanager
    def enforced(self) -> Iterator[None]:
        """Raise OutOfTime in the main thread at the deadline, and Cancelled when the runner ends the job."""
        if threading.current_thread() is not threading.main_thread():
            yield  # only the main thread hears signals; the services' own time limits still hold
            return
        kept = {s: signal.signal(s, _ended) for s in (signal.SIGTERM, signal.SIGINT)}
        kept[signal.SIGALRM] = signal.signal(signal.SIGALRM, _rang)
        self._is_armed = True
        try:
            self._arm()
            yield
        finally:
            self.stop()
            self._is_armed = False
            for number, handler in kept.items():
                signal.signal(number, handler)

    def _arm(self) -> None:
        signal.setitimer(signal.ITIMER_REAL, max(self.deadline - self.clock(), 0.001), _RING_AGAIN)


def _rang(_number: int, _frame: FrameType | None) -> None:
    raise OutOfTime


def _ended(_number: int, _frame: FrameType | None) -> None:
    raise Cancelled
