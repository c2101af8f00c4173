"""What of a rule's hits is reported: what the change brings, once per group."""

from __future__ import annotations

from rules.examples import delta_between

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
    delta = delta_between({}, {"Orders.java": _of("a", "b", "c")})
    (finding,) = run_rules(delta, [RULE]).findings
    assert finding.span.first_line == 5
    assert finding.why.endswith("The same holds for lines 6, 7.")
    assert [evidence.span.first_line for evidence in finding.evidence] == [5, 6, 7]


def test_only_the_send_that_the_change_brings_is_reported() -> None:
    delta = delta_between({"Orders.java": _of("a", "b")}, {"Orders.java": _of("a", "c", "b")})
    run = run_rules(delta, [RULE])
    assert [finding.span.first_line for finding in run.findings] == [6]
    assert "The same holds" not in run.findings[0].why
    assert len(run.withheld) == 2


def test_of_two_equal_sends_the_one_on_the_changed_line_is_the_new_one() -> None:
    delta = delta_between({"Orders.java": _of("a")}, {"Orders.java": _of("a", "a")})
    run = run_rules(delta, [RULE])
    assert len(run.findings) == len(run.withheld) == 1
    assert run.findings[0].span.first_line != run.withheld[0].finding.span.first_line


def test_code_that_moves_to_another_function_or_file_brings_nothing_new() -> None:
    moved = _of("a").replace("class Orders", "class Intake").replace("accept", "take")
    delta = delta_between({"Orders.java": _of("a")}, {"Orders.java": _of(), "Intake.java": moved})
    run = run_rules(delta, [RULE])
    assert run.findings == ()
    assert [item.finding.span.path for item in run.withheld] == ["Intake.java"]
