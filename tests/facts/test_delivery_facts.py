"""What was read wrong once of rebalances, positions, streams and Spring's objects in code of strangers, each as an example."""

from __future__ import annotations

import pytest
from facts.rendered_streaming import rendered

from reviewer.clients.registry import Libraries
from reviewer.core.span import Side
from reviewer.facts.extract import extract
from reviewer.facts.streaming.extract import external_constants, file_facts
from reviewer.facts.streaming.model import FileFacts


def facts(text: str, path: str = "Main.java") -> FileFacts:
    syntax = extract(path, text, Side.AFTER)
    return file_facts(
        syntax, text, Side.AFTER, libraries=Libraries(), external=external_constants([syntax]), versions={}
    )


CONSUMER = "import org.apache.kafka.clients.consumer.*;\nimport org.apache.kafka.common.TopicPartition;\n"


def callback(body: str, parameters: str = "Collection<TopicPartition> partitions") -> FileFacts:
    head = "class A implements ConsumerRebalanceListener { Map<TopicPartition, Long> offsets = new HashMap<>();\n"
    return facts(f"{CONSUMER}{head}public void onPartitionsRevoked({parameters}) {{ {body} }} }}")


@pytest.mark.parametrize(
    ("body", "effects"),
    [
        ("partitions.forEach(offsets::remove);", [("drop", "offsets", True)]),
        ("offsets.clear();", [("drop", "offsets", False)]),
        ("List<Long> seen = new ArrayList<>(); seen.clear();", []),
        ('log.info(String.join(",", names(partitions)));', []),
        ("for (TopicPartition p : partitions) { writers.get(p).close(); }", [("close", "writers.get(p)", True)]),
    ],
)
def test_what_a_callback_does(body: str, effects: list[tuple[str, str, bool]]) -> None:
    (found,) = callback(body).rebalances
    assert [(effect.what, effect.on, effect.of_partitions) for effect in found.effects] == effects


def test_partitions_that_are_only_logged_are_not_used() -> None:
    (logged,) = callback('LOG.info("revoked {}", partitions);').rebalances
    (used,) = callback("store.flush(partitions);").rebalances
    assert not logged.uses_partitions
    assert used.uses_partitions


def test_the_partitions_are_the_parameter_with_their_type() -> None:
    (found,) = callback("", "String binding, Consumer<?, ?> consumer, Collection<TopicPartition> given").rebalances
    assert found.partitions == "given"


def test_what_an_anonymous_listener_shares_with_the_function_around_it_is_kept() -> None:
    text = f"""{CONSUMER}class A {{ void run(Consumer<String, String> consumer) {{
      Set<TopicPartition> paused = new HashSet<>();
      consumer.subscribe(topics, new ConsumerRebalanceListener() {{
        public void onPartitionsAssigned(Collection<TopicPartition> partitions) {{ paused.clear(); }}
      }}); }} }}"""
    (found,) = facts(text).rebalances
    assert [effect.what for effect in found.effects] == ["drop"]


def test_a_class_of_the_program_that_is_called_alike_holds_no_position() -> None:
    own = "import org.apache.kafka.clients.consumer.ConsumerRecord;\nclass A { void a() { new OffsetAndMetadata(r.offset()); } }\nclass OffsetAndMetadata {}"
    other = "import org.apache.kafka.clients.consumer.ConsumerRecord;\nimport shop.OffsetAndMetadata;\nclass A { void a() { new OffsetAndMetadata(r.offset()); } }"
    assert facts(own).positions == facts(other).positions == ()


@pytest.mark.parametrize(
    ("offset", "advance"),
    [
        ("record.offset() + 1", "1"),
        ("1L + record.offset()", "1"),
        ("record.offset()", "0"),
        ("consumer.position(p)", "1"),
    ],
)
def test_how_far_a_position_is_ahead(offset: str, advance: str) -> None:
    (found,) = facts(f"{CONSUMER}class A {{ void a() {{ done(new OffsetAndMetadata({offset})); }} }}").positions
    assert found.advance.text == advance


def test_a_stage_for_failures_gets_no_record_and_the_variable_of_the_stream_is_none() -> None:
    text = """import reactor.kafka.receiver.KafkaReceiver;
    class A { void run(KafkaReceiver<String, String> receiver) {
      Disposable running = receiver.receive().concatMap(r -> save(r)).onErrorResume(e -> close(e)).subscribe();
    } }"""
    (found,) = facts(text).handlings
    assert found.records == {"r"}


def test_what_makes_a_subscriber_gets_no_records() -> None:
    text = """import org.eclipse.microprofile.reactive.messaging.Incoming;
    class A { @Incoming("orders") Subscriber<String> subscriber() { return builder.build(); } }"""
    assert facts(text).handlings == ()


def test_only_the_first_argument_of_an_error_handler_recovers() -> None:
    text = """import org.springframework.kafka.listener.DefaultAfterRollbackProcessor;
    class A { Object a() { return new DefaultAfterRollbackProcessor<>(recoverer, new FixedBackOff(0L, 2L), new KafkaTemplate<>(f), true); } }"""
    (found,) = [b for b in facts(text).builders if b.kind == "error-handler"]
    assert [part.name for part in found.parts] == ["type", "recoverer", "back-off"]


def test_the_key_of_what_goes_through_a_binding_is_not_known() -> None:
    text = """import org.springframework.cloud.stream.function.StreamBridge;
    class A { StreamBridge bridge; void a() { bridge.send("orders-out-0", order); } }"""
    (found,) = facts(text).sends
    assert not found.key_known
    assert "record not known" in rendered(facts(text))


@pytest.mark.parametrize(
    ("path", "text", "event", "effects"),
    [
        (
            "worker.py",
            'from confluent_kafka import Consumer\n\ndef gone(consumer, partitions):\n    consumer.commit(asynchronous=False)\n\nc = Consumer({})\nc.subscribe(["t"], on_revoke=gone)\n',
            "revoked",
            [("commit", "consumer", False)],
        ),
        (
            "handler.go",
            'package w\n\nimport "github.com/IBM/sarama"\n\ntype h struct{ rows *Rows }\n\nfunc (h *h) Cleanup(session sarama.ConsumerGroupSession) error {\n\treturn h.settle(session)\n}\n\nfunc (h *h) settle(session sarama.ConsumerGroupSession) error {\n\th.rows.Flush()\n\treturn nil\n}\n',
            "revoked",
            [("flush", "h.rows", False)],
        ),
        (
            "client.go",
            'package w\n\nimport "github.com/twmb/franz-go/pkg/kgo"\n\nfunc open() (*kgo.Client, error) {\n\treturn kgo.NewClient(kgo.OnPartitionsLost(func(_ context.Context, _ *kgo.Client, gone map[string][]int32) {\n\t\tforget.Drop(gone)\n\t}))\n}\n',
            "lost",
            [("drop", "forget", True)],
        ),
        (
            "context.rs",
            "use rdkafka::consumer::{BaseConsumer, ConsumerContext, Rebalance};\npub struct C { work: Work }\nimpl ConsumerContext for C {\n    fn pre_rebalance(&self, consumer: &BaseConsumer<Self>, rebalance: &Rebalance<'_>) {\n        if let Rebalance::Revoke(partitions) = rebalance {\n            self.work.drain(partitions);\n        }\n    }\n}\n",
            "revoked",
            [("wait", "self.work", True)],
        ),
        (
            "Reader.cs",
            "using Confluent.Kafka;\nclass R { object M(ConsumerConfig c) => new ConsumerBuilder<string, string>(c).SetPartitionsRevokedHandler((consumer, partitions) => consumer.Commit(partitions)).Build(); }\n",
            "revoked",
            [("commit", "consumer", True)],
        ),
        (
            "reader.ts",
            'import { KafkaConsumer } from "node-rdkafka";\nconst c = new KafkaConsumer({ rebalance_cb: (err, parts) => { if (err.code === CODES.ERRORS.ERR__REVOKE_PARTITIONS) { c.commitSync(null); } else { c.assign(parts); } } }, {});\n',
            "revoked",
            [("commit", "c", False)],
        ),
        (
            "events.go",
            'package w\n\nimport "github.com/confluentinc/confluent-kafka-go/v2/kafka"\n\nfunc on(c *kafka.Consumer, ev kafka.Event) error {\n\tswitch e := ev.(type) {\n\tcase kafka.RevokedPartitions:\n\t\tc.Commit()\n\t}\n\treturn nil\n}\n',
            "revoked",
            [("commit", "c", False)],
        ),
    ],
)
def test_callbacks_of_the_other_clients(path: str, text: str, event: str, effects: list[tuple[str, str, bool]]) -> None:
    (found,) = facts(text, path).rebalances
    assert found.event == event
    assert [(effect.what, effect.on, effect.of_partitions) for effect in found.effects] == effects


def test_what_a_helper_does_is_led_to_by_a_call_of_the_callback() -> None:
    head = "class A implements ConsumerRebalanceListener { Map<TopicPartition, Long> offsets;\n"
    body = "public void onPartitionsRevoked(Collection<TopicPartition> gone) { gone.forEach(this::release); }\nvoid release(TopicPartition p) { offsets.remove(p); } }"
    (found,) = facts(f"{CONSUMER}{head}{body}").rebalances
    (effect,) = found.effects
    assert (effect.what, effect.of_partitions) == ("drop", True)
    assert effect.via is not None and effect.via.name == "forEach"
