"""What a file does to clients that another file of the repository holds: facts of its own, with the place that does it."""

from __future__ import annotations

import pytest
from rules.examples import delta_between

from reviewer.facts.streaming.describe import describe

BUS = """import { Kafka } from 'kafkajs';
export const kafka = new Kafka({ brokers });
export const producer = kafka.producer();
export default kafka;
export function openConsumer() { return kafka.consumer({ groupId: 'billing' }); }
"""
PY = """from confluent_kafka import Consumer, Producer

producer = Producer({"bootstrap.servers": "b"})


def get_consumer(group):
    return Consumer({"group.id": group, "enable.auto.commit": False})


def announce(key, body):
    producer.produce("orders", body, key=key)


class Reader:
    def __init__(self, handler):
        self.handler = handler

    def run(self):
        consumer = get_consumer("billing")
        while True:
            message = consumer.poll(1.0)
            self.handler(message)
"""
GO = """package events
import "github.com/IBM/sarama"
var Producer sarama.SyncProducer
func Announce(key, body string) error {
	_, _, err := Producer.SendMessage(&sarama.ProducerMessage{Topic: "orders", Value: sarama.StringEncoder(body)})
	return err
}
"""
KOTLIN = """package shop.kafka
import org.apache.kafka.clients.producer.KafkaProducer
import org.apache.kafka.clients.producer.ProducerRecord
class KafkaOrderEvents(private val producer: KafkaProducer<String, String>) : OrderEvents {
    override fun placed(id: String, body: String) = producer.send(ProducerRecord("orders", id, body))
}
"""


def told(beside: dict[str, str], path: str, text: str) -> list[str]:
    """The facts of a new file, as the model is told them."""
    return [line.partition(": ")[2] for line in describe(delta_between(beside, beside | {path: text}), path) if text]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "import { producer } from '../lib/kafka';\nexport async function f() { await producer.send({ topic: 'a', messages: [] }); }\n",
            "send by producer.send() in f",
        ),
        (
            "import kafka from '../lib/kafka';\nconst c = kafka.consumer({ groupId: 'g' });\nawait c.run({ eachMessage: async ({ message }) => { save(message); } });\n",
            "records are handled in <lambda> (callback, kafkajs), auto commit true (default)",
        ),
        (
            "const lib = require('../lib/kafka');\nfunction f() { lib.producer.send({ topic: 'a', messages: [] }); }\n",
            "send by lib.producer.send() in f",
        ),
        (
            "import { openConsumer } from '../lib/kafka';\nexport async function f() { const c = openConsumer(); await c.commitOffsets([]); }\n",
            "commit by c.commitOffsets() in f",
        ),
    ],
)
def test_a_client_that_another_script_makes(text: str, expected: str) -> None:
    assert expected in told({"src/lib/kafka.ts": BUS}, "src/orders/a.ts", text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("from .kafka import producer\n\ndef f():\n    producer.flush(5)\n", "flush by producer.flush() in f"),
        ("from shop import kafka\n\ndef f():\n    kafka.producer.flush()\n", "flush by kafka.producer.flush() in f"),
        (
            "from shop.kafka import get_consumer\n\ndef f():\n    c = get_consumer('g')\n    c.commit()\n",
            "commit by c.commit() in f",
        ),
        (
            "from shop.kafka import announce\n\ndef f(order):\n    announce(order.id, order.body)\n",
            "send by .announce() in f, through announce at shop/kafka.py:11",
        ),
        (
            "from shop.kafka import announce\n\ndef f(order):\n    announce(order.id, order.body)\n",
            'send to "orders", key order.id, result used',
        ),
        (
            "from shop.kafka import Reader\n\ndef book(message):\n    save(message)\n\nReader(book).run()\n",
            "records are handled in book (callback, confluent-kafka-python), auto commit false, delivered-by=Reader.run at shop/kafka.py:22",
        ),
    ],
)
def test_a_client_that_another_module_makes(text: str, expected: str) -> None:
    assert expected in told({"shop/kafka.py": PY}, "shop/a.py", text)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("events.Producer.SendMessage(m)", "send by events.Producer.SendMessage() in f"),
        (
            'return events.Announce("k", b)',
            "send by events.Announce() in f, through Announce at pkg/events/events.go:5",
        ),
    ],
)
def test_what_another_package_of_go_holds(body: str, expected: str) -> None:
    text = f'package orders\nimport "example.org/shop/pkg/events"\nfunc f(b string) error {{\n\t{body}\n}}\n'
    assert expected in told({"pkg/events/events.go": GO}, "pkg/orders/a.go", text)


SENDS = "await producer.send({ topic: 'orders', messages: [{ value: o }] });"
HEAD = "import { Kafka } from 'kafkajs';\nconst producer = new Kafka({ brokers }).producer();\n"


@pytest.mark.parametrize(
    ("bus", "user"),
    [
        (
            f"class Bus {{\n  async emit(o) {{ {SENDS} }}\n}}\nexport const bus = new Bus();\n",
            "import { bus } from './bus';\n",
        ),
        (f"class Bus {{\n  async emit(o) {{ {SENDS} }}\n}}\nexport default new Bus();\n", "import bus from './bus';\n"),
        (
            f"export default class Bus {{\n  emit = async (o) => {{ {SENDS} }};\n}}\n",
            "import Bus from './bus';\nconst bus = new Bus();\n",
        ),
        (
            f"class Bus {{\n  async emit(o) {{ {SENDS} }}\n}}\nexport function openBus() {{ return new Bus(); }}\n",
            "import { openBus } from './bus';\nconst bus = openBus();\n",
        ),
        (f"exports.emit = async (o) => {{ {SENDS} }};\n", "const bus = require('./bus');\n"),
    ],
)
def test_what_a_script_exports_in_one_way_or_another(bus: str, user: str) -> None:
    found = told({"src/bus.ts": HEAD + bus}, "src/o.ts", f"{user}export async function f(o) {{ bus.emit(o); }}\n")
    assert 'send to "orders", key unknown, result dropped' in found


def test_a_type_of_another_package_of_go_by_the_function_that_makes_it() -> None:
    bus = """package bus
import "github.com/segmentio/kafka-go"
type Bus struct{ w *kafka.Writer }
func New(w *kafka.Writer) *Bus { return &Bus{w: w} }
func (b *Bus) Emit(o string) error { return b.w.WriteMessages(ctx, kafka.Message{Topic: "orders"}) }
"""
    text = 'package o\nimport "example.org/s/pkg/bus"\nfunc f(w W, o string) {\n\tb := bus.New(w)\n\tb.Emit(o)\n}\n'
    assert 'send to "orders", key unknown, result dropped' in told({"pkg/bus/bus.go": bus}, "pkg/o/o.go", text)


def test_the_method_of_a_subclass_that_its_base_calls_with_each_record() -> None:
    base = """package a.k;
import org.apache.kafka.clients.consumer.*;
public abstract class Base {
  KafkaConsumer<String, String> consumer;
  void run() { while (true) { for (ConsumerRecord<String, String> r : consumer.poll(d)) { handle(r); } consumer.commitSync(); } }
  protected abstract void handle(ConsumerRecord<String, String> r);
}
"""
    text = "package a;\nimport a.k.Base;\nclass Billing extends Base {\n  @Override protected void handle(ConsumerRecord<String, String> r) { save(r); }\n}\n"
    found = told({"src/a/k/Base.java": base}, "src/a/Billing.java", text)
    assert found == [
        "records are handled in Billing.handle (callback, kafka-clients), auto commit  (unknown), ack=container, delivered-by=Base.run at src/a/k/Base.java:5"
    ]


def test_a_method_that_another_package_of_go_calls_with_each_message() -> None:
    beside = {
        "pkg/feed/feed.go": """package feed
import "github.com/segmentio/kafka-go"
func Each(reader *kafka.Reader, work func(kafka.Message)) {
	for {
		message, err := reader.ReadMessage(ctx)
		if err == nil {
			work(message)
		}
	}
}
"""
    }
    text = """package orders
import "example.org/shop/pkg/feed"
func (o *Orders) Start() { feed.Each(o.reader, o.book) }
func (o *Orders) book(message feed.Message) { o.store.Save(message.Value) }
"""
    (handling,) = delta_between(beside, beside | {"pkg/orders/a.go": text}).after.files[0].handlings
    assert (handling.kind, handling.name, set(handling.records)) == ("callback", "Orders.book", {"message"})


def test_the_one_class_that_implements_an_interface_is_named_after_it() -> None:
    beside = {
        "src/main/kotlin/shop/kafka/KafkaOrderEvents.kt": KOTLIN,
        "src/main/kotlin/shop/OrderEvents.kt": "package shop\ninterface OrderEvents { fun placed(id: String, body: String) }\n",
    }
    text = "package shop\nclass Orders(private val events: OrderEvents) {\n    fun place(o: Order) { events.placed(o.id, o.json) }\n}\n"
    found = told(beside, "src/main/kotlin/shop/Orders.kt", text)
    assert 'send to "orders", key o.id, result dropped' in found
    assert "KafkaOrderEvents.placed" in " ".join(found)


@pytest.mark.parametrize(
    "text",
    [
        "from .mail import announce\n\ndef f(order):\n    announce(order.id, order.body)\n",
        "from shop.kafka import unknown\n\ndef f(order):\n    unknown(order.id)\n",
        "def announce(a, b):\n    pass\n\ndef f(order):\n    announce(order.id, order.body)\n",
    ],
)
def test_what_only_has_the_name_is_nothing(text: str) -> None:
    assert told({"shop/kafka.py": PY, "shop/mail.py": "def announce(a, b):\n    pass\n"}, "shop/a.py", text) == []
