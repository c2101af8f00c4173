"""Many requests side by side, within a deadline and a ceiling. Every one ends as an answer or as a Problem."""

from __future__ import annotations

import queue
import threading
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

from reviewer.core.problem import Problem
from reviewer.core.report import Usage
from reviewer.model import models
from reviewer.model.ceiling import Ceiling
from reviewer.model.port import Exchange, ModelRequest, Reviewer

T = TypeVar("T")
#: Told again and again: requests on their way, answers that are there, and what those cost in dollars (None: not known).
Watch = Callable[[int, int, float | None], None]
MAX_WORKERS = 4
_TICK_SECONDS = 0.2
_GRACE_SECONDS = 2.0  # a call that knows the deadline ends by itself and then still reports what it used


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """`deadline` is a reading of `clock`. With a `ceiling`, `model` must have a known price or nothing is sent.

    `has_list_price` False: the table's price is not the one that is asked there, so it counts as unknown.
    """

    deadline: float
    clock: Callable[[], float]
    model: str
    max_output_tokens: int
    has_list_price: bool = True
    ceiling: Ceiling | None = None
    workers: int = MAX_WORKERS
    retries: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class FanOut(Generic[T]):
    """Exactly one outcome for every request, by its id, and what all of them used.

    `oversize` are the requests that failed and of which a smaller one may succeed. `unmetered` counts the calls that broke
    before the service said what they used, `unmetered_usd` is what they can have cost at most (None: not known).
    """

    outcomes: Mapping[str, T | Problem]
    usage: Usage
    oversize: frozenset[str] = frozenset()
    unmetered: int = 0
    unmetered_usd: float | None = 0.0


def fan_out(
    requests: Mapping[str, ModelRequest], reviewer: Reviewer, parse: Callable[[str], T | Problem], limits: Limits,
    watch: Watch = lambda _out, _back, _cost: None,
) -> FanOut[T]:  # fmt: skip
    """Ask everything.

    The first request runs alone until its answer begins: only then can the others read the cached prefix. Ctrl-C ends the
    call at once; threads that still wait for an answer are daemons and send nothing more.
    """
    run = _Run(requests, reviewer, limits)
    started = limits.clock()
    try:
        exchanges = run.collect(watch)
    finally:
        run.stop.set()
    outcomes: dict[str, T | Problem] = {}
    for name in requests:
        outcomes[name] = _outcome(name, exchanges[name][-1].result, parse)
    lost = [(name, exchange) for name, tries in exchanges.items() for exchange in tries if not exchange.metered]
    bounds = [run.worst_case(requests[name]) for name, _ in lost]
    usage = models.total([exchange.usage for tries in exchanges.values() for exchange in tries])
    return FanOut(
        outcomes=outcomes, usage=replace(usage, seconds=round(limits.clock() - started, 3)),
        oversize=frozenset(name for name, tries in exchanges.items() if tries[-1].oversize), unmetered=len(lost),
        unmetered_usd=None if None in bounds else sum(bound for bound in bounds if bound is not None),
    )  # fmt: skip


def _outcome(name: str, result: str | Problem, parse: Callable[[str], T | Problem]) -> T | Problem:
    parsed = parse(result) if isinstance(result, str) else result
    return replace(parsed, subject=name) if isinstance(parsed, Problem) else parsed


class _Run:
    """The shared state of one fan-out."""

    def __init__(self, requests: Mapping[str, ModelRequest], reviewer: Reviewer, limits: Limits) -> None:
        self.stop = threading.Event()
        self._requests, self._reviewer, self._limits = requests, reviewer, limits
        self._waiting = deque(requests)
        self._ended: queue.SimpleQueue[tuple[str, list[Exchange]]] = queue.SimpleQueue()
        self._begun = threading.Event()
        self._fatal: Exchange | None = None

    def collect(self, watch: Watch) -> dict[str, list[Exchange]]:
        """Start the workers and wait for all outcomes, at most until the deadline."""
        done: dict[str, list[Exchange]] = {}
        if self._requests:
            self._start(1)
        while not self._begun.wait(_TICK_SECONDS) and self._requests and not self._late():
            self._tell(watch, done)
        self._start(min(self._limits.workers, len(self._requests)) - 1)
        while len(done) < len(self._requests) and not self._late(_GRACE_SECONDS):
            self._tell(watch, done)
            try:
                name, tries = self._ended.get(timeout=_TICK_SECONDS)
            except queue.Empty:
                continue
            done[name] = tries
        self.stop.set()
        done.update(self._arrived())  # what was answered in time counts, though the time is up before it is looked at
        unsent = set(self._waiting)
        for name in self._requests:
            done.setdefault(name, [Exchange(result=_problem(_LATE), metered=name in unsent)])
        return done

    def _arrived(self) -> Iterator[tuple[str, list[Exchange]]]:
        while True:
            try:
                yield self._ended.get_nowait()
            except queue.Empty:
                return

    def _tell(self, watch: Watch, done: Mapping[str, Sequence[Exchange]]) -> None:
        usage = models.total([exchange.usage for tries in done.values() for exchange in tries])
        watch(len(self._requests) - len(self._waiting) - len(done), len(done), usage.cost_usd)

    def _start(self, count: int) -> None:
        for _ in range(count):
            threading.Thread(target=self._work, daemon=True).start()

    def _late(self, grace: float = 0.0) -> bool:
        return self._limits.clock() >= self._limits.deadline + grace

    def _give_up(self) -> bool:
        return self.stop.is_set() or self._late()

    def _work(self) -> None:
        while not self.stop.is_set():
            try:
                name = self._waiting.popleft()
            except IndexError:
                return
            tries = [Exchange(result=_problem("The request crashed; this is a bug in this program."), metered=False)]
            try:
                tries = self._ask_with_retries(self._requests[name])
            finally:  # a crash travels on to the thread's hook and is shown; the others must not wait for it
                self._begun.set()
                self._ended.put((name, tries))

    def _ask_with_retries(self, request: ModelRequest) -> list[Exchange]:
        tries = [self._ask(request)]
        while tries[-1].retryable and len(tries) <= self._limits.retries and not self._give_up():
            again = self._ask(request)
            if isinstance(again.result, Problem) and not again.usage.requests:
                return tries  # nothing was sent: the first failure says more
            tries.append(again)
        return tries

    def _ask(self, request: ModelRequest) -> Exchange:
        if self._fatal is not None:
            return replace(self._fatal, usage=Usage())
        if self._give_up():
            return Exchange(result=_problem(_LATE))
        ceiling, price = self._limits.ceiling, 0.0
        if ceiling is not None:
            worst = self.worst_case(request)
            if worst is None:
                return Exchange(result=_problem(_unpriced(self._limits.model)), fatal=True)
            if not ceiling.reserve(worst, self._give_up):
                return Exchange(result=_problem(_too_dear(worst, ceiling)))
            price = worst
        exchange = Exchange(result=_problem(_LATE), metered=False)
        try:
            exchange = self._reviewer.review(request, self._begun.set)
        finally:
            if ceiling is not None:
                # What was never metered may have been charged in full.
                ceiling.settle(price, (exchange.usage.cost_usd or 0.0) if exchange.metered else price)
        if exchange.fatal:
            self._fatal = exchange
        return exchange

    def worst_case(self, request: ModelRequest) -> float | None:
        """More than the request can cost, in dollars; None when the model's price is not known."""
        if not self._limits.has_list_price:
            return None
        return models.worst_case(request.texts, self._limits.max_output_tokens, self._limits.model)


_LATE = "The time for the review was used up; raise `timeout-minutes`."


def _unpriced(model: str) -> str:
    return (
        f"The price of the model `{model}` is not known, so `max-cost-usd` could not be kept; unset it or name a known model"
        " (at a cloud: where its global endpoint answers)."
    )


def _too_dear(worst: float, ceiling: Ceiling) -> str:
    left = max(ceiling.remaining_usd, 0.0)
    return f"It could have cost {worst:.2f} USD and {left:.2f} USD of `max-cost-usd` were left."


def _problem(message: str) -> Problem:
    return Problem(step="model", subject="request", message=message)
