"""What protected streaming work and is gone: for each kind, changes that take it away and changes that only move or replace it."""

from __future__ import annotations

from pathlib import Path

import pytest
from rules.examples import delta_between, delta_of

from reviewer.core.span import Side
from reviewer.facts.streaming.protections import Protects
from reviewer.rules.examples import Example, read_examples

KINDS = Path(__file__).parent / "protections"
EXAMPLES = [
    (Protects(path.stem.replace("_", " ")), example)
    for path in sorted(KINDS.glob("*.txt"))
    for example in read_examples(path.read_text(encoding="utf-8"))
]
EXAMPLES = [
    (Protects(path.stem.replace("_", " ")), example)
    for path in sorted(KINDS.glob("*.txt"))
    for example in read_examples(path.read_text(encoding="utf-8"))
]
CASES = [pytest.param(kind, example, id=f"{kind}: {example.title}") for kind, example in EXAMPLES]


def test_every_kind_has_examples_of_both_sorts() -> None:
    found = {kind: {example.is_bad for k, example in EXAMPLES if k is kind} for kind in Protects}
    assert found == {kind: {True, False} for kind in Protects}


@pytest.mark.parametrize(("kind", "example"), CASES)
def test_what_is_gone_is_said_with_its_removed_line(kind: Protects, example: Example) -> None:
    found = {(g.span.path, g.span.side, g.span.first_line) for g in delta_of(example).gone(kind)}
    assert found == example.marks


LOOP = """from confluent_kafka import Consumer

class Loop:
    def run(self):
        while True:
            msg = self.consumer.poll(1.0)
            save(msg)
            self.consumer.commit(asynchronous=False)
"""


def test_a_protection_says_where_it_stood_and_what_it_was() -> None:
    delta = delta_between({"loop.py": LOOP}, {"loop.py": LOOP.rsplit("            self", 1)[0]})
    (gone,) = delta.gone()
    assert (gone.path, gone.function, gone.span.side) == ("loop.py", "Loop.run", Side.BEFORE)
    assert (gone.protection.type, gone.protection.text) == ("Loop", "self.consumer.commit()")


def test_layout_and_renamed_variables_take_nothing_away() -> None:
    renamed = "\n\n# moved\n" + LOOP.replace("self.consumer", "self.orders_consumer")
    assert delta_between({"loop.py": LOOP}, {"loop.py": renamed}).gone() == ()


def test_a_deleted_file_has_lost_nothing_that_it_needs() -> None:
    assert delta_between({"loop.py": LOOP}, {}).gone() == ()
