"""The ceiling in dollars: money is set aside before a request is sent, never counted afterwards."""

from __future__ import annotations

import threading
from collections.abc import Callable

_POLL_SECONDS = 0.1


class Ceiling:
    """What a run may spend. Safe to use from several threads; shared by all rounds of a run."""

    def __init__(self, limit_usd: float) -> None:
        self.limit_usd = limit_usd
        self._spent = 0.0
        self._outstanding = 0.0
        self._changed = threading.Condition()

    @property
    def remaining_usd(self) -> float:
        """What is neither spent nor set aside."""
        with self._changed:
            return self.limit_usd - self._spent - self._outstanding

    def reserve(self, worst_case_usd: float, give_up: Callable[[], bool]) -> bool:
        """Set the worst case aside; wait for running requests to end cheaper if need be. False: it can't be afforded."""
        with self._changed:
            while self._spent + self._outstanding + worst_case_usd > self.limit_usd:
                if self._outstanding <= 0 or self._spent + worst_case_usd > self.limit_usd or give_up():
                    return False
                self._changed.wait(_POLL_SECONDS)
            self._outstanding += worst_case_usd
            return True

    def settle(self, reserved_usd: float, actual_usd: float) -> None:
        """A request has ended: what it cost is spent, the rest is free again."""
        with self._changed:
            # Floats: what is set aside must be exactly nothing when nothing runs, or `reserve` would wait for nobody.
            self._outstanding = max(round(self._outstanding - reserved_usd, 9), 0.0)
            self._spent += actual_usd
            self._changed.notify_all()
