"""Topics by their real names: constants, configuration and the environment, with their fall-backs; what is not known stays so."""

from __future__ import annotations

import pytest
from facts.stream_maps import lines, mapped

JAVA = """import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
{imports}class Billing {{
  {fields}
  void bill(KafkaProducer<String, String> producer, String order) throws Exception {{
    producer.send(new ProducerRecord<>({topic}, order, order)).get();
  }}
}}
"""
TOPICS = 'package shop;\nclass Topics { static final String ORDERS = "orders"; }\n'


def java(topic: str, fields: str = "", imports: str = "") -> str:
    """A producer that names its topic so."""
    return JAVA.format(topic=topic, fields=fields, imports=imports)


@pytest.mark.parametrize(
    ("topic", "fields", "others", "expected"),
    [
        ('"orders"', "", {}, "orders"),
        ("Topics.ORDERS", "", {"Topics.java": TOPICS}, "orders"),
        ("topic", 'private final String topic = Topics.ORDERS + "-v2";', {"Topics.java": TOPICS}, "orders-v2"),
        ("topic", '@Value("${app.topic}") private String topic;', {"src/main/resources/application.yml": "app:\n  topic: orders\n"}, "orders"),
        ("topic", '@Value("${app.topic:orders}") private String topic;', {}, "orders~app.topic"),
        ("topic", '@Value("${app.topic}") private String topic;', {}, "${app.topic}?"),
        ('System.getenv("TOPIC")', "", {}, "${TOPIC}?"),
        ('System.getenv("TOPIC")', "", {"docker-compose.yml": "services:\n  app:\n    environment:\n      TOPIC: orders\n"}, "orders"),
        ('System.getenv("TOPIC")', "", {"docker-compose.yml": "services:\n  app:\n    environment:\n      - TOPIC=orders\n"}, "orders"),
        ('System.getenv().getOrDefault("TOPIC", "orders")', "", {}, "orders~TOPIC"),
        ('Optional.ofNullable(System.getenv("TOPIC")).orElse("orders")', "", {}, "orders~TOPIC"),
        ('config.getProperty("orders.topic")', "", {"dev.properties": "orders.topic=orders\n"}, "orders"),
        ('String.format("%s-orders", Topics.ORDERS)', "", {"Topics.java": TOPICS}, "orders-orders"),
        ('settings.value("TOPIC", "orders")', "", {}, "orders~TOPIC"),
        ("names.next()", "", {}, "names.next()?"),
    ],
)  # fmt: skip
def test_java(topic: str, fields: str, others: dict[str, str], expected: str) -> None:
    assert lines({"Billing.java": java(topic, fields), **others}) == [f"Billing -writes-> {expected}"]


def test_the_nearest_of_two_constants_counts_and_two_equally_near_are_no_answer() -> None:
    near = {"a/Billing.java": java("Topics.ORDERS"), "a/Topics.java": TOPICS}
    far = {"b/Topics.java": TOPICS.replace('"orders"', '"other"')}
    assert lines({**near, **far}) == ["Billing -writes-> orders"]
    assert lines({"Billing.java": java("Topics.ORDERS"), "a/Topics.java": TOPICS, **far}) == [
        "Billing -writes-> Topics.ORDERS?"
    ]


def test_a_class_that_configuration_fills() -> None:
    bound = '@ConfigurationProperties(prefix = "app.kafka")\nclass AppKafka { private String ordersTopic; }\n'
    found = lines(
        {
            "Billing.java": java("props.getOrdersTopic()", "private final AppKafka props = null;"),
            "AppKafka.java": bound,
            "src/main/resources/application.yml": "app:\n  kafka:\n    orders-topic: orders\n",
        }
    )
    assert found == ["Billing -writes-> orders"]


def test_an_object_that_is_made_with_its_name() -> None:
    declared = 'class Topics { static final Topic ORDERS = new Topic("orders", 3); }\n'
    assert lines({"Billing.java": java("Topics.ORDERS.name()"), "Topics.java": declared}) == [
        "Billing -writes-> orders"
    ]


PRODUCE = """from confluent_kafka import Producer
{imports}
producer = Producer({{"bootstrap.servers": "b"}})
def send(topic, value):
    producer.produce(topic, key=value, value=value)
def run():
    send({topic}, "x")
"""


@pytest.mark.parametrize(
    ("topic", "imports", "others", "expected"),
    [
        ('"orders"', "", {}, "orders"),
        ("config.ORDERS", "import config", {"config.py": 'ORDERS = "orders"\n'}, "orders"),
        (
            "ORDERS",
            "from config import ORDERS",
            {"config.py": 'import os\nORDERS = os.getenv("T", "orders")\n'},
            "orders~T",
        ),
        ('os.environ.get("T", "orders")', "import os", {}, "orders~T"),
        ('os.environ["T"]', "import os", {}, "${T}?"),
        ('os.environ["T"]', "import os", {"k8s.yaml": "spec:\n  env:\n  - name: T\n    value: orders\n"}, "orders"),
        ('f"{PREFIX}-orders"', 'PREFIX = "eu"', {}, "eu-orders"),
    ],
)
def test_python_also_through_a_helper(topic: str, imports: str, others: dict[str, str], expected: str) -> None:
    files = {"worker.py": PRODUCE.format(topic=topic, imports=imports), **others}
    assert lines(files) == [f"worker.py -writes-> {expected}"]


def test_a_wrapper_writes_what_its_callers_in_other_files_say() -> None:
    wrapper = PRODUCE.format(topic='"a"', imports="").replace('def run():\n    send("a", "x")\n', "")
    caller = 'from mq import send\ndef go(order):\n    send("orders", order)\n    send("audit", order)\n'
    assert lines({"mq.py": wrapper, "jobs.py": caller}) == ["mq.py -writes-> audit", "mq.py -writes-> orders"]


def test_javascript() -> None:
    text = """import { Kafka } from 'kafkajs'
import { TOPICS } from './topics'
const kafka = new Kafka({ brokers: ['b'] })
const consumer = kafka.consumer({ groupId: 'billing' })
const producer = kafka.producer()
async function run() {
  await consumer.subscribe({ topics: [TOPICS.ORDERS, 'refunds'], fromBeginning: true })
  await producer.send({ topic: process.env.OUT || 'invoices', messages: [] })
}
"""
    found = lines({"a.ts": text, "topics.ts": "export const TOPICS = { ORDERS: 'orders' }\n"})
    assert found == [
        "a.ts -writes-> invoices~OUT",
        "orders -reads billing-> a.ts",
        "refunds -reads billing-> a.ts",
    ]


def test_go_constants_of_a_package() -> None:
    text = """package shop
import "github.com/IBM/sarama"
func Bill(producer sarama.SyncProducer) error {
	_, _, err := producer.SendMessage(&sarama.ProducerMessage{Topic: topics.Orders, Value: nil})
	return err
}
"""
    found = lines({"shop/bill.go": text, "topics/names.go": 'package topics\nconst Orders = "orders"\n'})
    assert found == ["bill.go -writes-> orders"]


def test_a_topic_that_someone_names_for_sure_is_no_default_any_more() -> None:
    found = mapped(
        {"A.java": java("topic", '@Value("${t:orders}") private String topic;'), "sub/B.java": java('"orders"')}
    )
    assert [(node.label, node.from_default) for node in found.nodes if node.kind.value == "topic"] == [("orders", "")]


def test_expressions_of_two_files_are_two_unknown_topics_and_a_placeholder_is_one() -> None:
    found = mapped({"A.java": java("next()"), "sub/B.java": java("next()")})
    assert len([node for node in found.nodes if node.kind.value == "topic"]) == 2
    listened = 'import org.springframework.kafka.annotation.KafkaListener;\nclass {n} {{ @KafkaListener(topics = "${{a.b}}", groupId = "g") void on(String x) {{}} }}\n'
    found = mapped({"A.java": listened.format(n="A"), "sub/B.java": listened.format(n="B")})
    assert len([node for node in found.nodes if node.kind.value == "topic"]) == 1


OWNERS = """package shop;
public class Schemas {
  public static class Topics {
    public static final Topic<String, Order> PAYMENTS = new Topic<>("payments", Serdes.String());
    public static Topic<String, Order> ORDERS;
    static { create(); }
    private static void create() { ORDERS = new Topic<>("orders", Serdes.String()); }
  }
}
"""


@pytest.mark.parametrize(("topic", "expected"), [("ORDERS.name()", "orders"), ("Topics.PAYMENTS.name()", "payments")])
def test_a_topic_that_an_object_of_another_class_bears(topic: str, expected: str) -> None:
    imports = "import static shop.Schemas.Topics.ORDERS;\nimport shop.Schemas.Topics;\n"
    found = lines({"a/Billing.java": java(topic, imports=imports), "shop/Schemas.java": OWNERS})
    assert found == [f"Billing -writes-> {expected}"]


def test_a_topic_that_a_python_constructor_is_handed_through_a_factory() -> None:
    producer = (
        "from confluent_kafka import Producer\n"
        "class Events:\n"
        "    def __init__(self, config, topic):\n"
        "        self._producer = Producer({})\n"
        "        self._topic = topic\n"
        "    def write(self, event):\n"
        "        topic = self._topic\n"
        "        self._producer.produce(topic=topic, value=event)\n"
        "def create(config, topic):\n"
        "    return Events(config, topic)\n"
    )
    config = (
        "import os\n"
        "class Config:\n"
        "    def managed(self):\n"
        '        self.event_topic = managed_topic(os.environ.get("EVENT_TOPIC"))\n'
        "    def local(self):\n"
        '        self.event_topic = os.environ.get("EVENT_TOPIC", "events")\n'
    )
    main = "from app.events import create\ndef main(config):\n    create(config, config.event_topic)\n    create(config, 'notes')\n"
    found = lines({"app/events.py": producer, "app/config.py": config, "main.py": main})
    assert found == ["Events -writes-> events~EVENT_TOPIC", "Events -writes-> notes"]


def test_an_agent_reads_the_topic_that_a_variable_holds_and_a_list_of_partitions_is_no_topic() -> None:
    agent = 'import faust\napp = faust.App(id="1")\nusers = app.topic("users")\n@app.agent(users)\nasync def seen(stream):\n    pass\n'
    assert lines({"agents.py": agent}) == ["users -reads-> agents.py"]
    client = 'from confluent_kafka import Consumer, TopicPartition\nconsumer = Consumer({"group.id": "g"})\n'
    assert lines({"a.py": f'{client}consumer.assign([TopicPartition("orders", 0)])\n'}) == ["orders -reads g-> a.py"]
    assert lines({"a.py": f"{client}parts = wanted()\nconsumer.assign(parts)\n"}) == []


def test_endpoints_and_producers_of_masstransit() -> None:
    program = (
        "using MassTransit;\nclass Program { void Add(IServiceCollection services) {\n"
        " services.AddMassTransit(x => { x.AddRider(r => {\n"
        '  r.AddProducer<string, Manifest>("manifests", (context, cfg) => { });\n'
        "  r.UsingKafka((context, cfg) => {\n"
        '   cfg.TopicEndpoint<string, Manifest>("orders", "billing", e => { e.ConfigureConsumer<Seen>(context); });\n'
        "  });\n }); });\n}}\n"
    )
    assert lines({"Program.cs": program}) == ["Program -writes-> manifests", "orders -reads billing-> Program"]


def test_a_method_of_go_is_handed_its_topic_behind_the_receiver() -> None:
    producer = (
        'package bus\nimport "github.com/IBM/sarama"\ntype Bus struct { out sarama.AsyncProducer }\n'
        "func (b *Bus) Emit(topic string, key string) {\n"
        "\tb.out.Input() <- &sarama.ProducerMessage{Topic: topic, Key: sarama.StringEncoder(key)}\n}\n"
        'func (b *Bus) Run() { b.Emit("orders", "k") }\n'
    )
    assert lines({"bus/bus.go": producer}) == ["Bus -writes-> orders"]


def test_a_topic_that_a_helper_of_another_file_looks_up() -> None:
    source = (
        "import org.apache.flink.connector.kafka.source.KafkaSource\n"
        "object Source { fun of(config: Config): KafkaSource<String> {\n"
        '  val topic = config.getString("app.source.topic")\n'
        "  return KafkaSource.builder<String>().setTopics(topic).build()\n} }\n"
    )
    job = (
        "import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment\n"
        "class Job { fun run(env: StreamExecutionEnvironment, config: Config) {\n"
        '  env.fromSource(Source.of(config), WatermarkStrategy.noWatermarks(), "in").print()\n} }\n'
    )
    files = {
        "a/Source.kt": source,
        "a/Job.kt": job,
        "src/main/resources/application.conf": "app.source { topic = orders }\n",
    }
    assert lines(files) == ["fromSource -then-> print", "orders -reads-> fromSource"]


def test_nothing_runs_with_a_template_of_the_environment() -> None:
    code = 'import os\nfrom confluent_kafka import Consumer\nTOPIC = os.getenv("KAFKA_TOPIC", "orders")\ndef run(consumer: Consumer):\n    consumer.subscribe([TOPIC])\n'
    shown = lines({"src/reader.py": code, ".env.example": "KAFKA_TOPIC=put-your-topic-here\n"})
    assert shown == lines({"src/reader.py": code})


def test_a_setting_that_is_copied_from_another_of_its_kind_is_followed_once() -> None:
    copied = "package shop;\nclass Settings {{\n  String billTopic;\n  Settings(Settings other) {{ this.billTopic = {value}; }}\n}}\n"
    for value in ("other.billTopic", 'other.billTopic + "-v2"', "other.inner.billTopic"):
        found = lines({"Billing.java": java("settings.billTopic"), "Settings.java": copied.format(value=value)})
        assert found == ["Billing -writes-> settings.billTopic?"]
