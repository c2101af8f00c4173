"""Hostile files cost their own limit, never the run."""

from __future__ import annotations

import faulthandler
import multiprocessing
from collections.abc import Iterator

import pytest

from reviewer.core.span import Side
from reviewer.facts.workers import Job, ParserPool

GOOD = "class A { void run() { go(); } }"


def test_a_file_that_takes_too_long_is_given_up_and_the_others_are_read() -> None:
    jobs = [
        Job(path="Slow.java", text="class A { void f() { " + "a<" * 30000 + " } }", side=Side.AFTER),
        Job(path="Good.java", text=GOOD, side=Side.AFTER),
        Job(path="Good.java", text=GOOD, side=Side.BEFORE),
    ]
    with ParserPool(seconds=1.0) as pool:
        found, problems = pool.extract_all(jobs)
    assert [call.name for call in found[("Good.java", Side.AFTER)].calls] == ["go"]
    assert ("Good.java", Side.BEFORE) in found
    assert [(p.subject, "given up" in p.message) for p in problems] == [("Slow.java", True)]


def test_a_huge_file_is_not_parsed_and_said_so() -> None:
    with ParserPool() as pool:
        found, problems = pool.extract_all([Job(path="Huge.java", text="x" * 600_000, side=Side.AFTER)])
    assert found == {}
    assert problems[0].subject == "Huge.java" and "512 kB" in problems[0].message


def test_deeply_nested_code_ends_in_a_result_or_a_problem() -> None:
    text = "class A { void f() { g(" + "(" * 5000 + "1" + ")" * 5000 + "); } }"
    with ParserPool(seconds=3.0) as pool:
        found, problems = pool.extract_all([Job(path="Deep.java", text=text, side=Side.AFTER)])
    assert len(found) + len(problems) == 1


def test_a_file_that_is_given_up_does_not_take_those_with_it_that_were_handed_over_with_it() -> None:
    slow = Job(path="Slow.java", text="class A { void f() { " + "a<" * 30000 + " } }", side=Side.AFTER)
    good = [Job(path=f"Good{n}.java", text=GOOD, side=Side.AFTER) for n in range(40)]
    with ParserPool(size=1, seconds=1.0) as pool:
        found, problems = pool.extract_all([good[0], slow, *good[1:]])
    assert sorted(path for path, _ in found) == sorted(job.path for job in good)
    assert [problem.subject for problem in problems] == ["Slow.java"]


def test_a_parser_that_died_while_it_had_nothing_to_do_costs_no_file() -> None:
    """The system may kill it for its memory. A broken pipe must not look like a reader of our output that went away."""
    jobs = [Job(path=f"Good{n}.java", text=GOOD, side=Side.AFTER) for n in range(9)]
    with ParserPool(size=2) as pool:
        pool.extract_all(jobs[:1])
        for child in multiprocessing.active_children():
            child.kill()
            child.join()
        found, problems = pool.extract_all(jobs)
    assert (len(found), problems) == (9, ())


def test_what_is_to_be_done_meanwhile_is_done_once() -> None:
    done: list[str] = []
    with ParserPool(meanwhile=lambda: done.append("loaded")) as pool:
        for name in ("A.java", "B.java"):
            found, problems = pool.extract_all([Job(path=name, text=GOOD, side=Side.AFTER)])
            assert [path for path, _ in found] == [name] and problems == ()
    assert done == ["loaded"]


LANGUAGES = ("A.scala", "a.go", "a.ts", "a.tsx", "a.js", "A.cs", "a.rs", "A.groovy", "a.sql", "a.proto", "a.tf", "a.yaml", "a.toml", "a.xml", "a.json", "a.gradle", "Dockerfile")  # fmt: skip
HOSTILE = {
    "type arguments": "a<" * 20_000,
    "brackets": "f(" * 20_000,
    "lists": "[" * 60_000,
    "balanced": "(" * 8_000 + "1" + ")" * 8_000,
    "quotes": '"\\' * 40_000 + "'" * 20_001 + "`" * 20_001,
    "comments": "/*" * 60_000 + "$a$" * 30_000,
    "indents": "".join(f"{' ' * min(n, 200)}k{n}:\n" for n in range(2_000)),
    "items": "- " * 60_000,
    "tags": "<a " * 40_000 + "<b>" * 20_000,
    "controls": "\x00\ufeff\u2028\ud800" * 20_000,
}


@pytest.fixture
def no_dump() -> Iterator[None]:
    """A worker that hostile text crashes is expected: its stack is no news."""
    faulthandler.disable()
    yield
    faulthandler.enable()


@pytest.mark.usefixtures("no_dump")
@pytest.mark.parametrize("path", LANGUAGES)
def test_hostile_text_ends_in_a_result_or_a_problem_in_every_language(path: str) -> None:
    jobs = [Job(path=f"{name}/{path}", text=text, side=Side.AFTER) for name, text in HOSTILE.items()]
    with ParserPool(seconds=0.5) as pool:
        found, problems = pool.extract_all(jobs)
    answered = [key[0] for key in found] + [problem.subject for problem in problems]
    assert sorted(answered) == sorted(job.path for job in jobs)
    assert all("given up" in p.message or "could not be read" in p.message or "crashed" in p.message for p in problems)


@pytest.mark.parametrize("path", LANGUAGES)
def test_one_line_of_ten_megabytes_is_not_parsed_and_said_so(path: str) -> None:
    with ParserPool() as pool:
        found, problems = pool.extract_all([Job(path=path, text="a(" * 5_000_000, side=Side.BEFORE)])
    assert found == {}
    assert [(p.subject, p.step) for p in problems] == [(path, "facts")] and "512 kB" in problems[0].message
