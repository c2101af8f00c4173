"""Hits of one group become one finding."""

from __future__ import annotations

from rules.examples import delta_of

from reviewer.core.rule import Bad
from reviewer.rules.engine import run_rules
from reviewer.rules.kafka.kafka_producer_send_result_ignored import RULE

_HEAD = """import org.apache.kafka.clients.producer.*;
class Orders {
  private final KafkaProducer<String, String> producer;
  void accept(String id, String body) {
"""
_SEND = '    producer.send(new ProducerRecord<>("{topic}", id, body));\n'
_TAIL = "  }\n}\n"


def _of(*topics: str) -> str:
    return _HEAD + "".join(_SEND.format(topic=topic) for topic in topics) + _TAIL


def test_three_sends_of_one_function_are_one_finding_that_names_the_other_lines() -> None:
    example = Bad(title="", before={}, after={"Orders.java": _of("a", "b", "c")})
    (finding,) = run_rules(delta_of(example), [RULE]).findings
    assert finding.span.first_line == 5
    assert finding.why.endswith("The same holds for lines 6, 7.")
    assert [evidence.span.first_line for evidence in finding.evidence] == [5, 6, 7]


def test_only_the_send_that_the_change_brings_is_reported() -> None:
    example = Bad(title="", before={"Orders.java": _of("a", "b")}, after={"Orders.java": _of("a", "c", "b")})
    run = run_rules(delta_of(example), [RULE])
    assert [finding.span.first_line for finding in run.findings] == [6]
    assert "The same holds" not in run.findings[0].why
    assert len(run.withheld) == 2
