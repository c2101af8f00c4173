"""What was read wrong, or not at all, in files of applications: one small sample for each kind."""

from __future__ import annotations

import pytest
from facts.read_document import read, topics
from facts.test_read_by_hand import facts, settings

from reviewer.core.stated import Stated
from reviewer.facts.streaming.model import FileFacts, Role
from reviewer.facts.told.tell import told
from reviewer.facts.told.teller import definitions_of


def roles(found: FileFacts) -> list[tuple[Role, str]]:
    return [(operation.role, operation.call.name) for operation in found.operations]


def said(path: str, text: str) -> dict[str, str]:
    """Every value that is told of a file, by its name: its text, or why it is not known."""
    found = facts(path, text)
    listed: tuple[Stated, ...] = told(found, definitions_of([found]))
    return {value.name: value.why or value.text for fact in listed for value in fact.values}


TYPED = 'import {{ Kafka }} from "kafkajs";\nconst consumer = new Kafka({{}}).consumer({{ groupId: "g" }});\nasync function main() {{\n  {}\n}}\n'


def test_a_call_with_type_arguments_that_is_awaited() -> None:
    found = facts("a.ts", TYPED.format("await consumer.run<Order>({ eachMessage: async ({ message }) => save(message) });"))  # fmt: skip
    assert roles(found) == [(Role.SUBSCRIBE, "run")]
    assert [handling.records for handling in found.handlings] == [frozenset({"message"})]
    sent = facts("a.ts", 'import { Producer } from "kafkajs";\nasync function f(producer: Producer) {\n  const r = await producer.send<Order>({ topic: "a", messages: [] });\n  use(r);\n}\n')  # fmt: skip
    assert [send.handled for send in sent.sends] == [True]


def test_a_module_that_is_required_when_it_is_needed() -> None:
    text = 'let Kafka;\nclass Bus {\n  init() {\n    try { Kafka = require("kafkajs").Kafka; } catch (e) { fail(e); }\n    this.producer = new Kafka({}).producer({ idempotent: true });\n  }\n  send(m) { return this.producer.send({ topic: "a", messages: [m] }); }\n}\n'
    found = facts("bus.js", text)
    assert [client.kind for client in found.clients] == ["producer"]
    assert settings(found) == [("enable.idempotence", "true")]
    assert roles(found) == [(Role.SEND, "send")]


RUST = "use rdkafka::config::ClientConfig;\nuse rdkafka::consumer::{BaseConsumer, CommitMode, Consumer, Rebalance, StreamConsumer};\nuse rdkafka::producer::FutureProducer;\n"


@pytest.mark.parametrize(
    "attribute",
    ["#[cfg(test)]", '#[cfg(all(test, feature = "broker"))]\n#[allow(dead_code)]', "#[cfg(any(test, fuzzing))]"],
)
def test_what_stands_in_a_module_of_tests_is_no_part_of_the_program(attribute: str) -> None:
    inner = 'fn p() -> FutureProducer { ClientConfig::new().set("acks", "0").create().unwrap() }'
    assert facts("a.rs", f"{RUST}{attribute}\nmod tests {{\n    {inner}\n}}\n").clients == ()
    assert facts("a.rs", f"{RUST}#[tokio::test]\nasync fn sends() {{ {inner} }}\n").clients == ()
    assert len(facts("a.rs", f"{RUST}#[cfg(not(test))]\nmod live {{\n    {inner}\n}}\n").clients) == 1


def test_a_lock_that_is_taken_when_partitions_go_writes_nothing() -> None:
    text = "impl ConsumerContext for Context {{\n    fn pre_rebalance(&self, _c: &BaseConsumer<Self>, rebalance: &Rebalance) {{\n        if let Rebalance::Revoke(gone) = rebalance {{ {} }}\n    }}\n}}\n"
    (locked,) = facts("a.rs", RUST + text.format("let mut held = self.signal.write();")).rebalances
    (written,) = facts("a.rs", RUST + text.format("self.store.write(batch);")).rebalances
    assert [effect.what for effect in locked.effects] == []
    assert [effect.what for effect in written.effects] == ["flush"]


def test_a_function_that_returns_the_configuration_of_a_client_of_rust() -> None:
    made = 'fn settings(o: &Options) -> ClientConfig {\n    let mut c = ClientConfig::new();\n    c.set("group.id", "billing").set("enable.auto.commit", "false");\n    c\n}\n'
    run = "async fn run(o: Options) {\n    let config = settings(&o);\n    let consumer: StreamConsumer<Context> = config.create_with_context(Context {}).unwrap();\n    loop {\n        let read = tokio::time::timeout(LIMIT, consumer.stream().next()).await;\n        match read {\n            Ok(Some(order)) => save(order),\n            _ => wait(),\n        }\n    }\n}\n"
    found = facts("a.rs", RUST + made + run)
    assert [(c.value("group.id").text, c.value("enable.auto.commit").text) for c in found.clients] == [
        ("billing", "false")
    ]
    assert "order" in found.handlings[0].records


def test_settings_that_a_function_of_rust_is_given_leave_it_open() -> None:
    text = 'fn settings(more: &Map) -> ClientConfig {\n    let mut c = ClientConfig::new();\n    for (k, v) in more.iter() {\n        c.set(k, v);\n    }\n    c.set("group.id", "billing");\n    c\n}\nfn run(more: &Map) {\n    let config = settings(more);\n    let consumer: StreamConsumer = config.create().unwrap();\n}\n'
    assert [client.open_config for client in facts("a.rs", RUST + text).clients] == [True]


def test_a_consumer_of_another_function_that_is_called_the_same() -> None:
    text = 'fn check() {\n    let consumer: BaseConsumer = ClientConfig::new().set("group.id", "check").create().unwrap();\n}\nfn settings() {\n    config.set("group.id", group());\n}\nfn run(consumer: BaseConsumer) {\n    while let Some(order) = consumer.poll(LIMIT) {\n        save(order);\n    }\n}\n'
    (handling,) = facts("a.rs", RUST + text).handlings
    assert handling.group.text != "check"


def test_another_name_of_a_client_of_rust() -> None:
    text = "type Orders = BaseConsumer<Context>;\nfn run(orders: Orders) {\n    while let Some(next) = orders.poll(LIMIT) {\n        save(next);\n    }\n}\n"
    assert roles(facts("a.rs", RUST + text)) == [(Role.POLL, "poll")]


GO = 'package a\n\nimport (\n\t"github.com/IBM/sarama"\n\t"github.com/confluentinc/confluent-kafka-go/v2/kafka"\n)\n\n'


@pytest.mark.parametrize(
    ("after", "joined"),
    [("}()\n\treturn nil", False), ("}()\n\t<-done\n\treturn nil", True)],
)
def test_what_a_goroutine_waits_for_itself_is_not_waited_for(after: str, joined: bool) -> None:
    text = f"func f(p sarama.AsyncProducer, done chan int) error {{\n\tgo func() {{\n\t\tfor {{\n\t\t\treport(<-p.Errors())\n\t\t}}\n\t{after}\n}}\n"
    assert [handoff.joined for handoff in facts("a.go", GO + text).handoffs] == [joined]


def test_an_error_that_is_told_on_a_channel_is_no_work() -> None:
    text = "func f(errors chan error, jobs chan Job) {\n\tif err := load(); err != nil {\n\t\terrors <- err\n\t}\n\tjobs <- job()\n}\n"
    assert [handoff.call.receiver for handoff in facts("a.go", GO + text).handoffs] == ["jobs"]


def test_the_delivery_channel_of_go() -> None:
    text = "func f(p *kafka.Producer, m *kafka.Message) error {{\n\tdone := make(chan kafka.Event)\n\tif err := p.Produce(m, done); err != nil {{\n\t\treturn err\n\t}}\n\t{}\n}}\n"
    assert said("a.go", GO + text.format("return failed(<-done)"))["outcome"] == "told on the channel done, which is read here"  # fmt: skip
    assert said("a.go", GO + text.format("return nil"))["outcome"] == "told on the channel done"


def test_a_struct_that_embeds_a_client() -> None:
    text = 'package a\n\nimport "github.com/segmentio/kafka-go"\n\ntype Reader struct {\n\t*kafka.Reader\n\tname string\n}\n\nfunc each(reader *Reader) {\n\tfor {\n\t\tm, _ := reader.FetchMessage(ctx)\n\t\tsave(m)\n\t\treader.CommitMessages(ctx, m)\n\t}\n}\n'
    assert roles(facts("a.go", text)) == [(Role.POLL, "FetchMessage"), (Role.COMMIT, "CommitMessages")]


@pytest.mark.parametrize(
    ("path", "text", "clients"),
    [
        ("a.py", 'from confluent_kafka import Producer\nclass Single(Producer, metaclass=Once):\n    """One for all."""\np = Single({"acks": "1"})\n', ["1"]),
        ("a.py", 'from confluent_kafka import Producer\nclass Own(Producer):\n    def __init__(self, conf):\n        super().__init__({**conf, "acks": "all"})\np = Own({"acks": "1"})\n', []),
        ("a.py", 'from local import Producer\nclass Single(Producer):\n    pass\np = Single({"acks": "1"})\n', []),
        ("A.java", 'import org.apache.kafka.clients.producer.KafkaProducer;\nclass A {\n  class Pooled extends KafkaProducer<String, String> { Pooled(Map<String, Object> c) { super(c); } }\n  void f() { new Pooled(Map.of("acks", "1")); }\n}\n', ["1"]),
    ],
)  # fmt: skip
def test_a_class_that_extends_a_client(path: str, text: str, clients: list[str]) -> None:
    assert [client.value("acks").text for client in facts(path, text).clients] == clients


def test_second_names_of_librdkafka_leave_no_default_of_the_first() -> None:
    text = 'func f() {\n\tp, _ := kafka.NewProducer(&kafka.ConfigMap{"message.send.max.retries": retries()})\n\tp.Flush(1)\n}\n'
    (client,) = facts("a.go", GO + text).clients
    assert "retries" not in client.defaults and client.defaults["acks"] == "all"
    assert "retries" not in said("a.go", GO + text)


KOTLIN = "import org.apache.kafka.clients.consumer.KafkaConsumer\n"


def test_calls_of_kotlin_on_the_client_around_them() -> None:
    text = "fun main() {\n  val orders = KafkaConsumer<String, String>(props).apply {\n    subscribe(listOf(topic))\n  }\n}\nfun KafkaConsumer<String, String>.each(block: (Records) -> Unit) {\n  while (true) {\n    block(poll(timeout))\n    commitSync()\n  }\n}\n"
    found = facts("a.kt", KOTLIN + text)
    assert [client.holder for client in found.clients] == ["orders"]
    assert roles(found) == [(Role.SUBSCRIBE, "subscribe"), (Role.POLL, "poll"), (Role.COMMIT, "commitSync")]
    own = "fun subscribe(names: List<String>) {}\nfun main() { KafkaConsumer<String, String>(props).apply { subscribe(listOf(topic)) } }\n"
    assert roles(facts("a.kt", KOTLIN + own)) == []


def test_what_is_said_of_an_environment_is_no_operator() -> None:
    text = "import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment\nval env = StreamExecutionEnvironment.getExecutionEnvironment().apply { parallelism = 4 }\nfun f() {\n  env.addSource(Sensors()).keyBy { it.id }.window(w).apply { key, window, all, out -> out.collect(all) }\n}\n"
    assert [found.op for found in facts("a.kt", text).operators] == ["addSource", "keyBy", "window", "apply"]


def test_what_a_fold_counts_is_no_record() -> None:
    text = "fun f(consumer: KafkaConsumer<String, String>) {\n  while (true) {\n    consumer.poll(timeout).fold(0) { count, order -> save(order) }\n  }\n}\n"
    assert facts("a.kt", KOTLIN + text).handlings[0].records == frozenset({"order"})


def test_settings_of_fs2_without_brackets_and_a_producer_of_a_comprehension() -> None:
    text = "package a\nimport fs2.kafka.*\nobject A {\n  def settings[F[_]] = ProducerSettings[F, String, String].withBootstrapServers(brokers).withAcks(Acks.One)\n  def all[F[_]](in: Stream[F, Orders]) = for {\n    producer <- KafkaProducer.stream(settings)\n    _ <- in.evalMap { chunk => producer.produce(chunk.records).flatten }\n  } yield ()\n}\n"
    found = facts("A.scala", text)
    (client,) = found.clients
    assert (client.kind, client.value("acks").text, client.value("bootstrap.servers").text) == (
        "producer",
        "1",
        "brokers",
    )
    assert settings(found) == [("bootstrap.servers", "brokers"), ("acks", "1")]
    assert roles(found) == [(Role.SEND, "produce")]
    elsewhere = text.replace(".withAcks(Acks.One)", ".withProperties(config.properties)")
    assert [client.open_config for client in facts("A.scala", elsewhere).clients] == [True]


def test_a_configuration_inside_an_object_of_settings() -> None:
    text = "using Confluent.Kafka;\npublic class Orders { public ConsumerConfig Consumer { get; set; } }\npublic static class X {\n  public static void F(Orders orders) {\n    orders.Consumer.EnableAutoCommit = false;\n  }\n}\n"
    assert settings(facts("X.cs", text)) == [("enable.auto.commit", "false")]


def test_words_of_the_clients_for_security_and_compression() -> None:
    sharp = "using Confluent.Kafka;\nclass A {\n  ProducerConfig F() => new ProducerConfig { SecurityProtocol = SecurityProtocol.SaslSsl, SaslMechanism = SaslMechanism.ScramSha512 };\n}\n"
    assert settings(facts("A.cs", sharp)) == [("security.protocol", "sasl_ssl"), ("sasl.mechanism", "SCRAM-SHA-512")]
    text = "import org.apache.kafka.clients.producer.ProducerConfig\nfun f(p: Properties) {\n  p.put(ProducerConfig.COMPRESSION_TYPE_CONFIG, CompressionType.ZSTD.name)\n  p.put(CommonClientConfigs.SECURITY_PROTOCOL_CONFIG, SecurityProtocol.SSL.name)\n}\n"
    assert settings(facts("a.kt", text)) == [("compression.type", "zstd"), ("security.protocol", "SSL")]


def test_constants_of_springs_serializers() -> None:
    text = 'import org.apache.kafka.clients.consumer.ConsumerConfig;\nimport org.springframework.kafka.support.serializer.*;\nclass A {\n  void f(Map<String, Object> c) {\n    c.put(ErrorHandlingDeserializer.VALUE_DESERIALIZER_CLASS, JsonDeserializer.class);\n    c.put(JsonDeserializer.TRUSTED_PACKAGES, "*");\n  }\n}\n'
    assert settings(facts("A.java", text)) == [
        ("spring.deserializer.value.delegate.class", "JsonDeserializer"),
        ("spring.json.trusted.packages", "*"),
    ]


def test_where_spring_lets_a_listener_seek() -> None:
    text = "import org.springframework.kafka.listener.AbstractConsumerSeekAware;\nclass A extends AbstractConsumerSeekAware {\n  public void onPartitionsAssigned(Map<TopicPartition, Long> assigned, ConsumerSeekCallback callback) { callback.seekToEnd(assigned.keySet()); }\n}\n"
    assert roles(facts("A.java", text)) == [(Role.SEEK, "seekToEnd")]


def test_a_producer_of_quix_that_is_made_by_hand() -> None:
    text = 'from quixstreams.kafka.producer import Producer\nsasl = {"security.protocol": "SASL_SSL"}\nproducer = Producer(broker_address="b", extra_config=sasl)\n'
    (client,) = facts("a.py", text).clients
    assert [(s.key, s.value.text) for s in client.settings] == [
        ("bootstrap.servers", "b"),
        ("security.protocol", "SASL_SSL"),
    ]


WHY = 'import org.apache.kafka.clients.producer.*;\nclass Orders {{\n  private final String topic;\n  private final String key = System.nanoTime() + "";\n  Orders(String topic) {{ this.topic = topic; }}\n  void f(Producer<String, String> producer, Order order) {{\n    String text = render(order);\n    producer.send(new ProducerRecord<>({})); }}\n}}\n'


@pytest.mark.parametrize(
    ("written", "name", "why"),
    [
        ("topic, text", "topic", "a parameter of Orders.Orders"),
        ("topic, text", "value", "computed when the program runs"),
        ("OTHER, text", "topic", "no file that was read says what OTHER is"),
        ("topic, null, text", "key", "nothing is given there"),
    ],
)
def test_why_a_value_is_not_known(written: str, name: str, why: str) -> None:
    assert said("Orders.java", WHY.format(written))[name] == why


def test_a_text_that_is_put_together_is_no_placeholder() -> None:
    text = 'import org.apache.kafka.clients.consumer.ConsumerConfig\nfun f(id: String) = Properties().apply { put(ConsumerConfig.CLIENT_ID_CONFIG, "orders-${id}") }\n'
    assert said("a.kt", text)["client.id"] == "computed when the program runs"


@pytest.mark.parametrize(
    ("written", "told_as", "literal"),
    [
        ("${GROUP-billing}", "billing", True),
        ("${GROUP:-billing}", "billing", True),
        ("${group:billing}", "billing", True),
        ("${GROUP:?}", "${GROUP:?}", False),
        ("${GROUP:?say which}", "${GROUP:?say which}", False),
        ("${file:/run/kafka.properties:group}", "${file:/run/kafka.properties:group}", False),
        ("${env:GROUP}", "${env:GROUP}", False),
    ],
)
def test_what_a_placeholder_says(written: str, told_as: str, literal: bool) -> None:
    (entry,) = read("application.yml", f"spring.kafka.consumer.group-id: {written!r}\n").syntax.entries
    assert (entry.value, entry.is_literal) == (told_as, literal)


def test_bounds_of_topics_are_no_topics() -> None:
    text = "shop:\n  topic:\n    min:\n      retentionMs: 1\n    max:\n      retentionMs: 2\n    compacted:\n      segmentBytes: 3\n    orders:\n      partitions: 6\n"
    assert [line.split("@")[0] for line in topics("application.yml", text)] == ["orders"]


def test_a_variable_of_the_same_properties() -> None:
    text = "ORDERS_TOPIC=orders-v1\nmp.messaging.incoming.orders.topic=${ORDERS_TOPIC}\n"
    found = {s.key: s.value.text for s in read("application.properties", text).settings}
    assert found["topic"] == "orders-v1"


def test_a_configuration_of_an_application_kept_in_a_config_map() -> None:
    text = 'kind: ConfigMap\ndata:\n  application.conf: |-\n    kafka.streams.config {\n      application.id = orders\n      commit.interval.ms = "1000"\n    }\n'
    found = {s.key: (s.value.text, s.span.first_line) for s in read("chart/config.yaml", text).settings}
    assert found["application.id"] == ("orders", 5) and found["commit.interval.ms"] == ("1000", 6)


@pytest.mark.parametrize(
    ("arguments", "groups"),
    [
        ('["--user-id=1000", "--group-id=1000"]', []),
        ('["--group-id", "1000"]', []),
        ('["--group-id=orders"]', []),
        ('["--group-id=orders", "--topics=orders"]', ["orders"]),
        ('["--brokers", "b:9092", "--group-id", "orders"]', ["orders"]),
        ('["--kafka-group", "7"]', ["7"]),
    ],
)
def test_a_number_behind_group_id_is_a_group_of_unix(arguments: str, groups: list[str]) -> None:
    text = f"kind: Deployment\nspec:\n  template:\n    spec:\n      containers:\n        - name: a\n          args: {arguments}\n"
    assert [s.value.text for s in read("deploy.yaml", text).settings if s.key == "group.id"] == groups
