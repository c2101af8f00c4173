"""How many blobs are asked for in one question. Pure; used by several threads at once.

GitHub ends a query after ten seconds, or when it takes too much of something that is not published, and a query that was ended
costs points all the same. So a batch that failed is asked again in smaller ones, which grow again when that goes well.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Mapping, Sequence

MOST = 50  # blobs of a question; public clients ask for 100 and 250
LEAST = 8  # a batch this small that fails is left to REST: one of its files may be what GitHub stumbles over
_BYTES = 1_000_000  # of text in a question
_QUESTIONS = 250  # of a run, of the 1,000 points an hour that a repository has
_FAILURES = 8  # one behind the other: then GraphQL is out of order. Two workers have been through every size
_GOOD = 8  # questions that went well, one behind the other: then there may be more in one


class Pace:
    """The size of batches, for a whole run. `Batches` holds the lock around everything but `stop`."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.size = MOST
        self._failures = self._good = 0
        self._left = _QUESTIONS

    @property
    def is_over(self) -> bool:
        """Whether nothing is asked any more."""
        return self._left <= 0 or self._failures >= _FAILURES

    def stop(self) -> None:
        """Ask nothing more."""
        with self.lock:
            self._left = 0

    def begin(self) -> None:
        """A question is sent."""
        self._left -= 1

    def worked(self) -> None:
        """It was answered."""
        self._failures, self._good = 0, self._good + 1
        if self._good >= _GOOD:
            self.size, self._good = min(MOST, self.size * 2), 0

    def shrink(self, count: int, *, is_failure: bool) -> None:
        """So many were too many; nothing at all came when it `is_failure`."""
        self.size, self._good = min(self.size, max(LEAST, count // 2)), 0
        self._failures = self._failures + 1 if is_failure else 0


class Batches:
    """What waits to be asked: name -> bytes it has."""

    def __init__(self, sizes: Mapping[str, int], pace: Pace) -> None:
        self._sizes, self._pace = sizes, pace
        self._waiting = deque(sizes)

    def take(self) -> Sequence[str]:
        """The next batch; empty at the end."""
        with self._pace.lock:
            batch: list[str] = []
            total = 0
            while self._waiting and len(batch) < self._pace.size and not self._pace.is_over:
                total += self._sizes[self._waiting[0]]
                if batch and total > _BYTES:
                    break
                batch.append(self._waiting.popleft())
            if batch:
                self._pace.begin()
            return batch

    def worked(self) -> None:
        """A batch was answered; what it did not give is not asked again here."""
        with self._pace.lock:
            self._pace.worked()

    def was_too_much(self, missing: Sequence[str], count: int) -> None:
        """Of `count` only some came."""
        with self._pace.lock:
            self._pace.shrink(count, is_failure=False)
            self._waiting.extendleft(reversed(missing))

    def failed(self, batch: Sequence[str]) -> None:
        """Nothing came."""
        with self._pace.lock:
            self._pace.shrink(len(batch), is_failure=True)
            if len(batch) > LEAST:
                self._waiting.extendleft(reversed(batch))

    def drop(self) -> None:
        """The run is over: the other workers find nothing more."""
        with self._pace.lock:
            self._waiting.clear()
