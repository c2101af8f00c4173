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
