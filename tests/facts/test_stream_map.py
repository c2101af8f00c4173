"""Which class reads and writes which topic, from each library's own words."""

from __future__ import annotations

import pytest

from reviewer.clients.registry import Libraries
from reviewer.core.span import Side
from reviewer.core.stream_map import Fate, NodeKind, StreamMap, difference
from reviewer.facts.extract import extract
from reviewer.facts.stream_map.build import stream_map
from reviewer.facts.streaming.extract import file_facts

LISTENER = """import org.springframework.kafka.annotation.KafkaListener;
import org.springframework.kafka.core.KafkaTemplate;
class Billing {
  static final String IN = "orders";
  private KafkaTemplate<String, String> template;
  @KafkaListener(topics = {IN, "refunds", "${app.extra}"}, groupId = "billing")
  void on(String order) throws Exception { template.send("invoices", order, order).get(); }
}
"""
CONSUMER = """import org.apache.kafka.clients.consumer.KafkaConsumer;
class Audit {
  void run(KafkaConsumer<String, String> consumer) { consumer.subscribe(java.util.List.of("orders", name())); }
}
"""
STREAMS = """import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.kstream.KStream;
class Totals {
  void build(StreamsBuilder builder) {
    KStream<String, String> in = builder.stream("orders");
    in.filter((k, v) -> v != null).to("clean-orders");
  }
}
"""
FLINK = """import org.apache.flink.connector.kafka.source.KafkaSource;
import org.apache.flink.connector.kafka.sink.KafkaSink;
import org.apache.flink.connector.kafka.sink.KafkaRecordSerializationSchema;
class Job {
  void run() {
    var source = KafkaSource.<String>builder().setTopics("orders").build();
    var sink = KafkaSink.<String>builder().setRecordSerializer(
        KafkaRecordSerializationSchema.builder().setTopic("alerts").build()).build();
  }
}
"""
PYTHON = """from confluent_kafka import Consumer, Producer
producer = Producer({"bootstrap.servers": "b"})
consumer = Consumer({"group.id": "g"})
def run():
    consumer.subscribe(["orders"])
    producer.produce("alerts", key="k", value="v")
"""


def of(path: str, text: str) -> StreamMap:
    """The map of one file."""
    syntax = extract(path, text, Side.AFTER)
    return stream_map([file_facts(syntax, text, Side.AFTER, libraries=Libraries(), external={}, versions={})])


def arrows(found: StreamMap) -> set[tuple[str, str, str]]:
    """(from, kind, to) by labels, without the titles of the libraries."""
    labels = {node.id: node.label.split(" (")[0] + ("" if node.is_known else "?") for node in found.nodes}
    return {(labels[e.source], e.kind.value, labels[e.target]) for e in found.edges if e.kind.value != "then"}


@pytest.mark.parametrize(
    ("path", "text", "expected"),
    [
        ("Billing.java", LISTENER, {("orders", "reads", "Billing"), ("refunds", "reads", "Billing"),
                                    ("${app.extra}?", "reads", "Billing"), ("Billing", "writes", "invoices")}),
        ("Audit.java", CONSUMER, {("orders", "reads", "Audit"), ("name()?", "reads", "Audit")}),
        ("Totals.java", STREAMS, {("orders", "reads", "stream"), ("to", "writes", "clean-orders")}),
        ("Job.java", FLINK, {("orders", "reads", "Job"), ("Job", "writes", "alerts")}),
        ("worker.py", PYTHON, {("orders", "reads", "worker.py"), ("worker.py", "writes", "alerts")}),
    ],
)  # fmt: skip
def test_topics_are_found(path: str, text: str, expected: set[tuple[str, str, str]]) -> None:
    assert arrows(of(path, text)) == expected


def test_tests_are_nobodys_topics() -> None:
    assert of("src/test/java/AuditTest.java", CONSUMER) == StreamMap()


def test_steps_are_chained_and_belong_to_their_class() -> None:
    steps = [node for node in of("Totals.java", STREAMS).nodes if node.kind is NodeKind.OPERATOR]
    assert [step.label for step in steps] == ["filter", "stream", "to"]
    assert {step.inside for step in steps} == {"client:Totals.java#Totals"}


def test_a_moved_class_is_the_same_class() -> None:
    syntax = extract("old/Audit.java", CONSUMER, Side.BEFORE)
    old = file_facts(syntax, CONSUMER, Side.BEFORE, libraries=Libraries(), external={}, versions={})
    before = stream_map([old], renamed={"old/Audit.java": "new/Audit.java"})
    changed = difference(before, of("new/Audit.java", "\n\n" + CONSUMER))
    assert changed.is_empty and {fate for _, fate in changed.nodes} == {Fate.KEPT}
