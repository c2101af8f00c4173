"""Faults a test orders in advance: which request they hit, and what then goes wrong."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any

from fakes.loopback import Call

#: `"POST */reviews"` (method and path, `*` crosses slashes), or a predicate on the request. The query is not matched.
Matcher = str | Callable[[Call], bool]


def matches(matcher: Matcher, call: Call) -> bool:
    """Whether `call` is one that `matcher` means; `"*"` means every request."""
    if callable(matcher):
        return matcher(call)
    return fnmatchcase(f"{call.method} {call.path}", matcher)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One kind of failure.

    `status` None leaves the true answer; `performed` says that the request takes effect although its answer is the failure;
    `drop` closes the connection instead of answering, `reset` does so with a TCP reset and, unless `performed`, before anything
    was done; `cut` breaks the true answer off halfway; `twisted` makes another JSON of the true one; `delay` is in seconds, before
    the answer.
    """

    status: int | None = None
    body: bytes = b"{}"
    content_type: str = "application/json; charset=utf-8"
    headers: tuple[tuple[str, str], ...] = ()
    performed: bool = False
    drop: bool = False
    reset: bool = False
    cut: bool = False
    twisted: Callable[[Any], Any] | None = None
    delay: float = 0.0


@dataclass(slots=True)
class _Order:
    matcher: Matcher
    fault: Fault
    left: int


@dataclass(slots=True)
class FaultPlan:
    """Faults waiting for their request, first ordered first served; safe to use from many threads."""

    _orders: list[_Order] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def order(self, matcher: Matcher, fault: Fault, times: int) -> None:
        """Make the next `times` requests that match fail with `fault`."""
        with self._lock:
            self._orders.append(_Order(matcher, fault, times))

    def take(self, call: Call) -> Fault | None:
        """The fault meant for `call`, used up by asking; None when there is none."""
        with self._lock:
            for order in self._orders:
                if order.left > 0 and matches(order.matcher, call):
                    order.left -= 1
                    return order.fault
        return None

    def forget(self) -> None:
        """Take back what is still waiting."""
        with self._lock:
            self._orders.clear()

    @property
    def pending(self) -> int:
        """How many ordered failures have not hit a request: a test that expects a fault can assert it came."""
        with self._lock:
            return sum(order.left for order in self._orders)
