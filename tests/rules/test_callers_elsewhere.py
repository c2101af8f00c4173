"""A function that a change lets run on by itself, called by code that the change leaves alone: found by search, told where it is let go."""

from __future__ import annotations

import pytest
from facts.test_values_elsewhere import delta

from reviewer.rules.engine import run_rules
from reviewer.rules.registry import rules_for

LISTENER = """package shop;
import org.springframework.kafka.annotation.KafkaListener;
class Listener {
  private final Pictures pictures;
  @KafkaListener(topics = "images")
  void image(String path) { pictures.render(path); }
}
"""
SERVICE = "package shop;\nclass Pictures {\n%s  void render(String path) { Renderer.render(path); }\n}\n"
LOOP = """from confluent_kafka import Consumer
from app.work import spread

def step(consumer: Consumer) -> None:
    batch = consumer.consume(50, 1.0)
    spread(batch)
    consumer.commit(asynchronous=False)
"""
WORK = "def spread(batch, pool):\n    for one in batch:\n        %s\n"


@pytest.mark.parametrize(
    ("caller", "text", "path", "before", "after", "told"),
    [
        ("src/main/java/shop/Listener.java", LISTENER, "src/main/java/shop/Pictures.java", SERVICE % "", SERVICE % "  @Async\n",
         ("kafka-consumer-handler-promise-not-awaited", 3)),
        ("app/loop.py", LOOP, "app/work.py", WORK % "book(one)", WORK % "pool.submit(book, one)",
         ("kafka-consumer-async-handoff-commit", 3)),
        ("app/loop.py", LOOP, "app/work.py", WORK % "book(one)", WORK % "pool.submit(book, one).result()", None),
        ("app/other.py", LOOP.replace("app.work", "app.other_work"), "app/work.py", WORK % "book(one)", WORK % "pool.submit(book, one)", None),
    ],
)  # fmt: skip
def test_it_is_told_where_the_work_is_let_go(
    caller: str, text: str, path: str, before: str, after: str, told: tuple[str, int] | None
) -> None:
    found = delta({caller: text, path: before}, {caller: text, path: after})
    run = run_rules(found, rules_for(found))
    assert run.problems == ()
    places = [(f.rule_id, f.span.first_line) for f in run.findings if f.span.path == path]
    assert places == ([told] if told is not None else [])
