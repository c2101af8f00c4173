"""What comes back from a worker is what it read, whichever way the process was started."""

from __future__ import annotations

import dataclasses
import pickle
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from reviewer.core.span import Side
from reviewer.facts import document, syntax, wire
from reviewer.facts.extract import extract
from reviewer.facts.workers import Job, ParserPool

SOURCES = sorted(
    path for path in (Path(__file__).parent / "languages").glob("*/*") if path.suffix not in (".facts", ".py")
)


@pytest.fixture
def another_thread() -> Iterator[None]:
    """A process with a second thread must not fork: the pool starts fresh interpreters then."""
    done = threading.Event()
    thread = threading.Thread(target=done.wait)
    thread.start()
    yield
    done.set()
    thread.join()


def test_every_kind_of_fact_travels_the_fast_way() -> None:
    declared = {
        item
        for module in (syntax, document)
        for item in vars(module).values()
        if dataclasses.is_dataclass(item) and item.__module__ == module.__name__
    }
    assert declared <= set(wire._CLASSES)


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.name)
def test_facts_survive_the_journey(path: Path) -> None:
    facts = extract(path.name, path.read_text(encoding="utf-8"), Side.BEFORE)
    wire.register()
    restored = pickle.loads(pickle.dumps(facts))
    assert restored == facts
    assert facts.calls or facts.entries or facts.imports or facts.sections


def test_a_forked_worker_answers() -> None:
    _assert_read()


@pytest.mark.usefixtures("another_thread")
def test_a_fresh_worker_answers() -> None:
    _assert_read()


def _assert_read() -> None:
    job = Job(path="A.java", text="import a.B;\nclass A { void f() { send(1); } }\n", side=Side.AFTER)
    with ParserPool(size=1) as pool:
        found, problems = pool.extract_all([job])
    assert problems == ()
    assert found[("A.java", Side.AFTER)] == extract(job.path, job.text, job.side)
