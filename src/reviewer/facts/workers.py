"""Parsing in worker processes: hostile code can hang or crash a parser, never the run.

tree-sitter holds the interpreter's lock while it parses, and 40 kB of `a<a<a<` keep it for many seconds. So each file is parsed
in a process that can be killed. What was given up comes back as a problem.
"""

from __future__ import annotations

import multiprocessing
import pickle
import sys
import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from multiprocessing.context import ForkContext, SpawnContext
from multiprocessing.process import BaseProcess
from types import TracebackType
from typing import TYPE_CHECKING

from reviewer.core.problem import Problem
from reviewer.core.progress import SILENT, Progress
from reviewer.core.span import Side
from reviewer.core.value import value

if TYPE_CHECKING:
    from reviewer.facts.syntax import SyntaxFacts

SIZE_LIMIT = 512 * 1024
Key = tuple[str, Side]
_READY = "ready"  # a worker's first word; the limit for a file begins here: a busy machine may take seconds to start an interpreter
_START_SECONDS = 60.0
_AT_ONCE = 8
_WORTH = 100_000  # characters that are worth another process


@value()
class Job:
    """One file to read on one side."""

    path: str
    text: str
    side: Side


def serve(connection: Connection) -> None:
    """The worker's loop: jobs in, for each its facts (or the reason why not) out, until the parent goes away."""
    # Not at the top: the parent has other things to do while this is imported here.
    from reviewer.facts.extract import extract
    from reviewer.facts.wire import register

    register()
    connection.send(_READY)
    while True:
        try:
            jobs: Sequence[Job] = connection.recv()
        except (EOFError, OSError):
            return
        for job in jobs:
            try:
                answer: SyntaxFacts | str = extract(job.path, job.text, job.side)
            except (RecursionError, ValueError, MemoryError) as error:
                answer = f"could not be read ({type(error).__name__})"
            connection.send(answer)


@dataclass(slots=True)
class _Worker:
    """A process and what it was given: it reads the first of `jobs`, and has since `since`."""

    process: BaseProcess
    connection: Connection
    jobs: deque[Job] = field(default_factory=deque)
    since: float = 0.0
    is_ready: bool = False

    def stop(self) -> None:
        self.connection.close()
        self.process.kill()
        self.process.join()
        self.process.close()


class _Reading:
    """What one call of the pool is given and has read so far. `unread` counts the sides that are left of each file."""

    def __init__(self, jobs: Sequence[Job]) -> None:
        self.unread = Counter(job.path for job in jobs)
        self.files = len(self.unread)
        self.found: dict[Key, SyntaxFacts] = {}
        self.problems: list[Problem] = []
        self.queue = [job for job in reversed(jobs) if not _is_large(job)]
        for job in jobs:
            if _is_large(job):
                self.give_up(job, f"over {SIZE_LIMIT // 1024} kB: not parsed")

    def give_up(self, job: Job, why: str) -> None:
        side = "after" if job.side is Side.AFTER else "before"
        self.problems.append(Problem(step="facts", subject=job.path, message=f"{why} ({side} the change)"))
        self._finish(job)

    def take(self, job: Job, answer: SyntaxFacts | str) -> None:
        if isinstance(answer, str):
            self.give_up(job, answer)
        else:
            self.found[(job.path, job.side)] = answer
            self._finish(job)

    def _finish(self, job: Job) -> None:
        self.unread[job.path] -= 1
        if not self.unread[job.path]:
            del self.unread[job.path]

    def tell(self, progress: Progress) -> None:
        progress("Parsing files", self.files - len(self.unread), self.files)


class ParserPool:
    """A context manager around the worker processes. The first starts with it, the others when there is enough to read.

    `seconds` is the limit for one file, on the given monotonic clock. `meanwhile` is done once, while the first files are read.
    """

    def __init__(
        self, *, size: int = 2, seconds: float = 5.0, clock: Callable[[], float] = time.monotonic,
        meanwhile: Callable[[], object] = lambda: None, progress: Progress = SILENT,
    ) -> None:  # fmt: skip
        self._size, self._seconds, self._clock, self._meanwhile = size, seconds, clock, meanwhile
        self._progress = progress
        self._workers: list[_Worker] = []

    def __enter__(self) -> ParserPool:
        self._workers.append(self._start())
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for worker in self._workers:
            worker.stop()
        self._workers = []

    def extract_all(self, jobs: Sequence[Job]) -> tuple[dict[Key, SyntaxFacts], tuple[Problem, ...]]:
        """Facts by (path, side), and a problem for every file that was given up."""
        reading = _Reading(jobs)
        queue = reading.queue
        worth = 1 + sum(len(job.text) for job in queue) // _WORTH
        while len(self._workers) < min(self._size, len(queue), worth):
            self._workers.append(self._start())
        while queue or any(worker.jobs for worker in self._workers):
            for worker in self._workers:
                self._give(worker, queue)
            self._meanwhile()
            self._meanwhile = lambda: None
            self._collect(reading)
            reading.tell(self._progress)
        return reading.found, tuple(reading.problems)

    def _give(self, worker: _Worker, queue: list[Job]) -> None:
        """Several files at once, so that a worker does not wait for us; only to an idle one, so that we never wait for it."""
        if not worker.jobs and queue:
            count = max(1, min(_AT_ONCE, len(queue) // (2 * len(self._workers))))
            worker.jobs.extend(queue.pop() for _ in range(count))
            worker.since = self._clock()
            try:
                worker.connection.send(tuple(worker.jobs))
            except OSError:  # it died while it had nothing to do: no file is to blame
                self._renew(worker, queue)

    def _start(self) -> _Worker:
        context = _context()
        ours, theirs = context.Pipe()
        process = context.Process(target=serve, args=(theirs,), daemon=True)
        process.start()
        theirs.close()
        return _Worker(process=process, connection=ours)

    def _collect(self, reading: _Reading) -> None:
        busy = [worker for worker in self._workers if worker.jobs]
        ready = wait([worker.connection for worker in busy], timeout=0.2)
        for worker in busy:
            if worker.connection in ready:
                self._answer(worker, reading)
            elif self._clock() - worker.since > (self._seconds if worker.is_ready else _START_SECONDS):
                what = f"parsing took more than {self._seconds:g} s" if worker.is_ready else "the parser did not start"
                self._replace(worker, f"{what} and was given up", reading)

    def _answer(self, worker: _Worker, reading: _Reading) -> None:
        try:
            data = worker.connection.recv_bytes()
        except (EOFError, OSError):
            self._replace(worker, "the parser crashed on it", reading)
            return
        if not worker.is_ready:
            worker.is_ready, worker.since = True, self._clock()
            return
        job, worker.since = worker.jobs.popleft(), self._clock()
        self._give(worker, reading.queue)  # before the answer is unpacked: the worker goes on meanwhile
        reading.take(job, pickle.loads(data))

    def _replace(self, worker: _Worker, why: str, reading: _Reading) -> None:
        """Give up what a worker was reading; what it was given besides goes back into the queue."""
        reading.give_up(worker.jobs.popleft(), why)
        self._renew(worker, reading.queue)

    def _renew(self, worker: _Worker, queue: list[Job]) -> None:
        queue.extend(reversed(worker.jobs))
        worker.jobs.clear()
        worker.stop()
        self._workers[self._workers.index(worker)] = self._start()


def _context() -> ForkContext | SpawnContext:
    """A fork needs no new interpreter. It is safe only while no other thread runs."""
    is_safe = sys.platform == "linux" and threading.active_count() == 1
    return multiprocessing.get_context("fork") if is_safe else multiprocessing.get_context("spawn")


def _is_large(job: Job) -> bool:
    return len(job.text) > SIZE_LIMIT
