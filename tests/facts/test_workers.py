"""Hostile files cost their own limit, never the run."""

from __future__ import annotations

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
