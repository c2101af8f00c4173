"""How sure a schema's danger is: code that streams the type makes it certain, an rpc that takes it doubtful."""

from __future__ import annotations

import pytest
from rules.examples import delta_between

from reviewer.core.finding import Confidence, Severity
from reviewer.rules.engine import run_rules
from reviewer.rules.schema.schema_protobuf_unsafe_change import RULE

ORDER = 'syntax = "proto3";\nmessage Order {\n  int32 amount = 2;\n}\n'
SENDER = """import org.apache.kafka.clients.producer.*;
class Orders {
  KafkaProducer<String, Order> producer;
  void send(Order order) { producer.send(new ProducerRecord<>("orders", order)); }
}
"""
CASES = [
    ("proto/order.proto", ORDER, {"Orders.java": SENDER}, Severity.CRITICAL, Confidence.HIGH, "topic orders."),
    ("proto/order.proto", ORDER, {}, Severity.HIGH, Confidence.MEDIUM, "Nothing that was read shows that it is streamed."),
    ("proto/order.proto", ORDER + "service S { rpc Get (Order) returns (Order); }\n", {}, Severity.HIGH, Confidence.LOW, ""),
    ("proto/rpc.proto", ORDER, {}, Severity.HIGH, Confidence.LOW, ""),
    ("shop/v1beta1/order.proto", ORDER, {}, Severity.HIGH, Confidence.LOW, ""),
]  # fmt: skip


@pytest.mark.parametrize(("path", "text", "beside", "severity", "confidence", "end"), CASES)
def test_what_shows_a_stream_decides_how_sure_a_danger_is(
    path: str, text: str, beside: dict[str, str], severity: Severity, confidence: Confidence, end: str
) -> None:
    before = {path: text, **beside}
    after = {path: text.replace("int32 amount", "string amount")} | {p: f"{t}// changed\n" for p, t in beside.items()}
    (finding,) = run_rules(delta_between(before, after), [RULE]).findings
    assert (finding.severity, finding.confidence) == (severity, confidence)
    assert finding.why.endswith(end)
