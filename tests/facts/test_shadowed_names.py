"""A parameter hides the constant of its name: a Go parameter that is called like its type, or like a constant of the package."""

from __future__ import annotations

import pytest
from rules.examples import delta_between

from reviewer.facts.stream_map.build import stream_map

SEND = """package send

import "github.com/segmentio/kafka-go"

func Run(%s) {
	w := &kafka.Writer{Topic: %s}
	w.WriteMessages(ctx, kafka.Message{})
}
"""


@pytest.mark.parametrize(
    ("parameters", "topic", "known"),
    [("topic topic", "topic", False), ("Topic string", "Topic", False), ("count int", "topic", True)],
)
def test_a_parameter_is_no_constant(parameters: str, topic: str, known: bool) -> None:
    constants = {"send/names.go": 'package send\n\nconst topic = "orders"\nconst Topic = "bills"\n'}
    drawn = stream_map(delta_between({}, {**constants, "send/send.go": SEND % (parameters, topic)}).after.files)
    (written,) = drawn.edges
    node = drawn.node(written.target)
    assert node is not None
    assert (node.label, node.is_known) == (("orders", True) if known else (topic, False))


SCHEMAS = """package a;
public class Schemas {
  public static class Topic<K> {
    private final String name;
    public Topic(final String name) { this.name = name; }
    public String name() { return name; }
  }
  public static class Topics {
    public static Topic<String> ORDERS;
    public static Topic<String> STOCK;
    private static void create() {
      ORDERS = new Topic<>("orders");
      STOCK = new Topic<>("stock");
    }
  }
}
"""
ADD = """package a;
import a.Schemas.Topics;
import org.apache.kafka.clients.producer.*;
public class AddStock {
  private static void send(final String record, final Schemas.Topic<String> topic) {
    KafkaProducer<String, String> producer = new KafkaProducer<>(config);
    producer.send(new ProducerRecord<>(topic.name(), record, record)).get();
  }
  public static void main(String[] args) { send("a", Topics.STOCK); }
}
"""


def test_a_topic_object_that_is_handed_in_is_that_one_and_not_every_one_of_its_class() -> None:
    drawn = stream_map(delta_between({}, {"a/Schemas.java": SCHEMAS, "a/AddStock.java": ADD}).after.files)
    assert [node.label for edge in drawn.edges if (node := drawn.node(edge.target)) is not None] == ["stock"]
