"""A finding about a changed setting says what it was, once."""

from __future__ import annotations

from rules.examples import delta_between

from reviewer.rules.engine import run_rules
from reviewer.rules.registry import all_rules

JAVA = """import org.apache.kafka.clients.producer.*;
class Orders {{
  KafkaProducer<String, String> open() {{
    Properties props = new Properties();
    {}
    return new KafkaProducer<>(props);
  }}
}}
"""


def told(rule: str, before: dict[str, str], after: dict[str, str]) -> str:
    found = run_rules(delta_between(before, after), [r for r in all_rules() if r.id == rule]).findings
    (finding,) = found
    return finding.why


def put(value: str) -> dict[str, str]:
    return {"Orders.java": JAVA.format(f'props.put("acks", "{value}");' if value else "")}


def test_a_weaker_value_is_told_with_what_it_was() -> None:
    assert told("kafka-producer-acks-not-all", put("all"), put("1")).endswith("`acks` was all and is now 1.")


def test_what_was_not_set_is_not_told() -> None:
    assert "was" not in told("kafka-producer-acks-not-all", put(""), put("1"))


def test_a_length_of_time_is_told_in_words() -> None:
    text = "spring:\n  kafka:\n    consumer:\n      properties:\n        session.timeout.ms: 20000\n        heartbeat.interval.ms: {}\n"
    versions = ({"application.yml": text.format(value)} for value in (3000, 25000))
    said = told("kafka-consumer-session-heartbeat-misconfigured", *versions)
    assert said.endswith("`heartbeat.interval.ms` was 3000 (3 seconds) and is now 25000 (25 seconds).")


def test_a_rule_that_says_it_itself_is_left_as_it_is() -> None:
    def compose(value: str) -> dict[str, str]:
        return {"server.properties": f"broker.id=1\nlog.dirs=/data\nmin.insync.replicas={value}\n"}

    assert told("topic-durability-too-low", compose("3"), compose("2")).count("was 3") == 1


def test_a_field_and_what_is_made_with_it_are_one_cause() -> None:
    text = """import org.apache.kafka.clients.producer.*;
public class KafkaConfiguration {{
  private String requiredAcks = "{}";
  KafkaProducer<String, String> orders() {{
    Map<String, Object> props = new HashMap<>();
    props.put(ProducerConfig.ACKS_CONFIG, requiredAcks);
    return new KafkaProducer<>(props);
  }}
  KafkaProducer<String, String> bills() {{
    Map<String, Object> props = new HashMap<>();
    props.put(ProducerConfig.ACKS_CONFIG, this.requiredAcks);
    return new KafkaProducer<>(props);
  }}
}}
"""
    before, after = ({"KafkaConfiguration.java": text.format(acks)} for acks in ("all", "1"))
    assert told("kafka-producer-acks-not-all", before, after).endswith("`acks` was all and is now 1.")
