"""A link: one client, job or sink with the factors that decide what it promises. Levels are numbers, unknown ones ranges."""

from __future__ import annotations

from collections.abc import Hashable

from reviewer.core.guarantee import Promise, Subject
from reviewer.core.span import Span
from reviewer.core.value import value

LOST, TWICE, ONCE_A_SESSION, ONCE = range(4)  # what may become of a record, worst first


@value()
class Factor:
    """One thing that decides: the link promises at most what each of its factors does.

    `low` and `high` are the worst and the best that it may come to: equal when it is known. `what` says it in words, `span` is its
    line (None for an absent one that has no place). `is_unseen`: something is written whose value can't be read here.
    """

    name: str
    low: int
    high: int
    what: str
    span: Span | None = None
    is_unseen: bool = False


@value()
class Link:
    """`identity` is the same on both sides of a change, `node` the id of its client in the map. `factors` are in the order in which
    a reader should hear of them. `decides` is False where this side says nothing of the promise, and the other one may.
    `topic` is what it writes, "" where that is not known; `isolation` decides only behind one who writes in transactions;
    `unknown` names what is not known here: where the other side does not know it either, it decides nothing of the change."""

    kind: Subject
    identity: Hashable
    subject: str
    node: str
    factors: tuple[Factor, ...]
    decides: bool = True
    topic: str = ""
    isolation: Factor | None = None
    unknown: str = ""

    @property
    def low(self) -> int:
        """The least that it may promise."""
        return min(factor.low for factor in self.factors)

    @property
    def high(self) -> int:
        """The most that it may promise."""
        return min(factor.high for factor in self.factors)

    @property
    def weakest(self) -> Factor:
        """The first factor that promises the least."""
        return min(self.factors, key=lambda factor: (factor.high, factor.low))

    def factor(self, name: str) -> Factor | None:
        """The factor of a name."""
        return next((factor for factor in self.factors if factor.name == name), None)


def labels(before: tuple[int, int], after: tuple[int, int]) -> tuple[Promise, Promise] | None:
    """The two promises where one range lies wholly below the other; None where they may be the same.

    A range is told by its end that is nearer to the other. A producer that is idempotent and has no transactions stands between: it is
    exactly-once beside one whose retries are stored twice, at-least-once beside one that writes in transactions.
    """
    if before[1] < after[0]:
        one, other = before[1], after[0]
    elif after[1] < before[0]:
        one, other = before[0], after[1]
    else:
        return None
    found = _label(one, other), _label(other, one)
    return found if found[0] is not found[1] else None


def _label(level: int, other: int) -> Promise:
    if level == ONCE_A_SESSION:
        return Promise.AT_LEAST_ONCE if other == ONCE else Promise.EXACTLY_ONCE
    return {LOST: Promise.AT_MOST_ONCE, TWICE: Promise.AT_LEAST_ONCE, ONCE: Promise.EXACTLY_ONCE}[level]


def known_label(low: int, high: int) -> Promise:
    """The promise of a range by itself: unknown where its ends differ."""
    return _label(low, LOST) if low == high else Promise.UNKNOWN
