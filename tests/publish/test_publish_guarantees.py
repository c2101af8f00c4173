"""Guarantees in the reports: one sentence once, ways for one reason together, strangers' names harmless."""

from __future__ import annotations

from dataclasses import replace

from sample import CONSUMER, GUARANTEES, REPORT

from reviewer.core.guarantee import Because, Guarantee, Promise, Subject
from reviewer.core.span import Side, Span
from reviewer.publish import json_report
from reviewer.publish.guarantee_words import promised
from reviewer.publish.markdown import summary

WAY = GUARANTEES[0]


def test_ways_with_one_weak_link_are_one_line() -> None:
    ways = [replace(WAY, subject=f"orders -> sink-{number}") for number in range(5)]
    ((names, said),) = promised(ways)
    assert names == "orders -> sink-0, orders -> sink-1, orders -> sink-2 and 2 more"
    assert said.startswith("at-least-once -> at-most-once, because first weak link orders-saver: commitSync()")


def test_a_sentence_that_reads_the_same_is_said_once_and_the_report_has_both() -> None:
    one = GUARANTEES[2]
    elsewhere = Because(span=Span(path="other.yml", side=Side.AFTER, first_line=3, last_line=3), what="the same")
    both = (one, replace(one, because=(elsewhere,)))
    assert [name for name, _ in promised(both)] == ["consumer orders-saver"]
    again = json_report.parse(json_report.render(replace(REPORT, guarantees=both)))
    assert again.guarantees == both


def test_what_got_weaker_comes_first_and_whole_ways_last() -> None:
    assert [name for name, _ in promised(GUARANTEES)] == [
        "consumer orders-saver",
        "producer pay|ments",
        "orders -> invoices",
    ]


def test_names_of_strangers_are_no_markdown() -> None:
    hostile = Guarantee(
        kind=Subject.CONSUMER, subject="`</details>@everyone` ![x](http://e.example/x)", before=Promise.EXACTLY_ONCE, after=Promise.UNKNOWN,
        because=(Because(span=Span(path=CONSUMER, side=Side.AFTER, first_line=7, last_line=7), what="acks is <img src=x> @team"),),
        weak_link="x",
    )  # fmt: skip
    page = summary(replace(REPORT, guarantees=(hostile,)))
    line = next(line for line in page.splitlines() if "exactly-once -> unknown" in line)
    assert "&lt;img" in line and " `@team` " in line and line.startswith("- ``consumer `</details>@everyone` ![x]")
