"""Facts are read in our own process: no text may make that take long or end it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from growth import grows_linearly

from reviewer.clients.registry import Libraries
from reviewer.core.numbers import whole
from reviewer.core.span import Side
from reviewer.facts.extract import extract
from reviewer.facts.stream_map.build import stream_map
from reviewer.facts.streaming.extract import file_facts
from reviewer.facts.streaming.model import FactSet, FileFacts
from reviewer.facts.told.tell import told
from reviewer.rules.registry import all_rules

LONG = "9" * 5000  # more digits than Python takes for a number
TEXTS = {
    "a.proto": f"message A {{ string a = {LONG}; reserved {LONG} to {LONG}; }}",
    "A.java": f"""import org.apache.kafka.clients.admin.*;
import org.apache.kafka.clients.producer.*;
class A {{ void f(Properties p) {{
  new NewTopic("a", {LONG}, (short) {LONG});
  p.put("retries", {LONG}); p.put("delivery.timeout.ms", {LONG});
  new KafkaProducer(p);
}} }}""",
    "J.java": f"""import org.apache.flink.streaming.api.environment.*;
class J {{ void f() {{
  StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
  env.setParallelism({LONG}); env.enableCheckpointing({LONG}L); env.enableCheckpointing(2 * {LONG});
  env.fromSource(x).keyBy(a -> a).window(TumblingEventTimeWindows.of(Duration.ofMillis({LONG}))).reduce(b);
}} }}""",
    "K.java": f"""import org.apache.kafka.streams.*;
class K {{ void f(StreamsBuilder b) {{
  b.stream("a").groupByKey().windowedBy(TimeWindows.ofSizeWithNoGrace(Duration.parse("PT{LONG}S"))).count();
}} }}""",
    "topic.yaml": f"apiVersion: kafka.strimzi.io/v1beta2\nkind: KafkaTopic\nmetadata: {{name: a}}\nspec: {{partitions: {LONG}, replicas: {LONG}, config: {{min.insync.replicas: {LONG}}}}}\n",
    "a.tf": f'resource "kafka_topic" "a" {{\n  name = "a"\n  partitions = {LONG}\n  replication_factor = {LONG}\n}}\n',
    "a.sql": f"CREATE TABLE t (ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '{LONG}' SECOND) WITH ('connector' = 'kafka');\n",
    "application.properties": f"spring.kafka.producer.retries={LONG}\nmin.insync.replicas={LONG}\ndefault.replication.factor={LONG}\n",
    "loop.py": f"from confluent_kafka import Consumer\nc = Consumer({{'group.id': 'a', 'session.timeout.ms': {LONG}, 'heartbeat.interval.ms': {LONG}}})\n",
}  # fmt: skip


def understood(path: str, text: str) -> FileFacts:
    syntax = extract(path, text, Side.AFTER)
    return file_facts(syntax, text, Side.AFTER, libraries=Libraries(), external={}, versions={})


@pytest.mark.parametrize("path", TEXTS)
def test_a_number_of_thousands_of_digits_ends_nothing(path: str) -> None:
    file = understood(path, TEXTS[path])
    stream_map([file])
    assert told(file, {})
    facts = FactSet(side=Side.AFTER, files=(file,))
    for rule in all_rules():
        list(rule.inspect(facts) if rule.inspect is not None else ())


@pytest.mark.parametrize(
    ("text", "number"),
    [("12", 12), (" -1 ", -1), ("1_000", 1000), ("²", None), ("1.5", None), ("", None), ("9" * 41, None), ("9" * 40, int("9" * 40))],
)  # fmt: skip
def test_a_whole_number_is_read(text: str, number: int | None) -> None:
    assert whole(text) == number


@pytest.mark.parametrize(
    ("path", "text_of"),
    [
        (
            "many.json",
            lambda n: "[" + ",".join(['{"topic": "a", "retries": 1, "batch.size": 2, "acks": "1"}'] * n) + "]",
        ),
        ("flat.properties", lambda n: "".join(f"a.b.retries={i}\nacks=1\nlinger.ms=5\n" for i in range(n))),
        ("deep.proto", lambda n: "message A {" * n + " string a = 1;" + "}" * n),
        ("braces.proto", lambda n: "f(() -> {" * n + " string a = 1;" + "})" * n),
    ],
)
def test_what_repeats_takes_linear_time(path: str, text_of: Callable[[int], str]) -> None:
    grows_linearly(lambda times: understood(path, text_of(times)), 3_000)
