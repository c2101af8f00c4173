"""The right brief for a unit, and no technology without one."""

from __future__ import annotations

import json
from pkgutil import get_data

import pytest
from rules.examples import delta_between

from reviewer.clients.registry import all_libraries
from reviewer.model.briefs.brief import all_briefs
from reviewer.model.briefs.choose import Signals, briefs_for
from reviewer.model.briefs.gather import briefs_of

_RAW = json.loads(get_data("reviewer.relevance", "compiled.json") or b"")
IMPORTS = [*_RAW["imports"], *_RAW["qualified_imports"]]
CORE = ("kafka-core",)
JAVA = ("kafka-java-consumer", "kafka-java-producer", "kafka-core")


def names(*files: Signals, around: tuple[Signals, ...] = ()) -> tuple[str, ...]:
    return tuple(brief.technology for brief in briefs_for(files, lambda: around))


def imports(*paths: str, language: str = "") -> Signals:
    return Signals(imports=frozenset(paths), language=language)


def of_change(path: str, text: str, **beside: str) -> tuple[str, ...]:
    """The briefs of the unit of one new file, in a change that adds others too."""
    delta = delta_between({}, {path: text, **beside})
    return tuple(brief.technology for brief in briefs_of(delta, {path}))


@pytest.mark.parametrize("library", [library.id for library in all_libraries()])
def test_every_client_library_has_a_brief(library: str) -> None:
    found = names(Signals(libraries=frozenset([library])))
    assert set(found) - set(CORE), f"write a brief for {library}, or name it under `libraries` of one"


#: Clients that are recognised and of which nobody has checked what decides: they get what is true of every client.
UNWRITTEN = {"pykafka", "brod", "kaffe", "org.apache.samza.", "com.linecorp.decaton."}


@pytest.mark.parametrize("prefix", [prefix for prefix in IMPORTS if prefix != "org.apache.kafka."])
def test_every_import_of_the_signals_has_a_brief(prefix: str) -> None:
    path = f"{prefix}Something" if prefix.endswith(".") else prefix
    found = set(names(imports(path, language="python" if prefix == "kafka" else "")))
    if prefix in UNWRITTEN:
        assert found == {"kafka-core"}, f"there is a brief for {prefix} now"
        return
    assert found - set(CORE), f"write a brief for {prefix}, or name it under `imports` of one"


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("org.apache.kafka.clients.consumer.KafkaConsumer", ("kafka-java-consumer", "kafka-core")),
        ("org.apache.kafka.clients.producer.*", ("kafka-java-producer", "kafka-core")),
        ("org.apache.kafka.clients.CommonClientConfigs", JAVA),
        ("org.apache.kafka.clients.admin.NewTopic", ("topics-brokers",)),
        ("org.apache.kafka.common.serialization.Serde", CORE),
        ("org.apache.kafka.streams.KStream", ("kafka-streams", "kafka-streams-time")),
        ("org.apache.kafka.connect.sink.SinkTask", ("kafka-connect-tasks",)),
        ("org.springframework.kafka.annotation.KafkaListener", ("spring-kafka", "kafka-java-producer", "kafka-core")),
        ("org.apache.flink.api.common.state.ValueState", ("flink-datastream", "flink-runtime")),
        ("org.apache.flink.table.api.TableEnvironment", ("flink-sql", "flink-runtime")),
        ("org.apache.flink.cep.Pattern", ("flink-cep", "flink-datastream", "flink-runtime")),
        ("reactor.kafka.receiver.KafkaReceiver", ("reactor-kafka", "kafka-java-producer", "kafka-core")),
        ("github.com/IBM/sarama", ("sarama", "kafka-core")),
        ("github.com/IBM/sarama/mocks", ("sarama", "kafka-core")),
        ("github.com/twmb/franz-go/pkg/kgo", ("franz-go", "kafka-core")),
        ("github.com/segmentio/kafka-go", ("kafka-go", "kafka-core")),
        (
            "github.com/confluentinc/confluent-kafka-go/v2/kafka",
            ("confluent-kafka-go", "kafka-core", "librdkafka"),
        ),
        ("aiokafka.AIOKafkaConsumer", ("aiokafka", "kafka-core")),
        ("confluent_kafka.Consumer", ("confluent-kafka-python", "librdkafka", "kafka-core")),
        ("confluent_kafkax", CORE),
        ("faststream.kafka.KafkaBroker", ("aiokafka", "kafka-core")),
        ("Confluent.Kafka", ("confluent-kafka-dotnet", "librdkafka", "kafka-core")),
        ("Streamiz.Kafka.Net.Stream", ("streamiz", "librdkafka", "kafka-core")),
        ("MassTransit", ("dotnet-frameworks", "confluent-kafka-dotnet", "librdkafka", "kafka-core")),
        ("rdkafka::consumer::StreamConsumer", ("rust-rdkafka", "librdkafka", "kafka-core")),
        ("kafkajs", ("kafkajs-nest", "kafka-core")),
        ("node-rdkafka", ("node-rdkafka", "librdkafka", "kafka-core")),
        ("@confluentinc/kafka-javascript/KafkaJS", ("node-rdkafka", "librdkafka", "kafka-core")),
        ("org.axonframework.eventhandling.EventHandler", ("event-sourcing", "sagas", "kafka-core")),
    ],
)
def test_an_import_selects_its_technology(path: str, expected: tuple[str, ...]) -> None:
    assert set(names(imports(path))) == set(expected)


def test_the_most_specific_comes_first() -> None:
    both = imports("org.springframework.kafka.core.KafkaTemplate", "org.apache.avro.Schema", "io.confluent.kafka.X")
    assert names(both) == ("spring-kafka", "schemas", "kafka-java-producer", "kafka-core")


def test_a_framework_stands_for_the_consumer_that_it_wraps_in_its_own_file_only() -> None:
    listener = imports("org.springframework.kafka.annotation.KafkaListener", "org.apache.kafka.clients.consumer.X")
    assert "kafka-java-consumer" not in names(listener)
    assert "kafka-java-consumer" in names(listener, imports("org.apache.kafka.clients.consumer.X"))


def test_a_language_can_be_wrong_for_an_import() -> None:
    assert names(imports("kafka.KafkaConsumer", language="python")) == ("kafka-python", "kafka-core")
    assert names(imports("kafka::client::KafkaClient", language="rust")) == CORE


def test_where_a_unit_names_nothing_the_rest_of_the_change_does() -> None:
    helper = Signals(language="go", name="retry.go")
    assert names(helper, around=(imports("github.com/IBM/sarama"),)) == ("sarama", "kafka-core")
    assert names(imports("github.com/twmb/franz-go"), around=(imports("github.com/IBM/sarama"),)) == (
        "franz-go",
        "kafka-core",
    )
    assert names(Signals(name="x.tf"), around=(Signals(name="y.avsc"),)) == ("topics-brokers",)


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("java", JAVA),
        ("kotlin", JAVA),
        ("csharp", ("confluent-kafka-dotnet", "kafka-core", "librdkafka")),
        ("rust", ("rust-rdkafka", "kafka-core", "librdkafka")),
        ("typescript", ("kafkajs-nest", "kafka-core")),
        ("go", CORE),
        ("python", CORE),
        ("", CORE),
    ],
)
def test_where_nothing_is_known_the_language_says_what_is_usual(language: str, expected: tuple[str, ...]) -> None:
    assert set(names(Signals(language=language))) == set(expected)


SARAMA = 'package main\nimport "github.com/IBM/sarama"\nfunc f(s sarama.ConsumerGroupSession) { s.Commit() }\n'
AIOKAFKA = "from aiokafka import AIOKafkaConsumer\nconsumer = AIOKafkaConsumer('orders', enable_auto_commit=False)\n"


def test_a_unit_of_go_gets_no_facts_of_spring() -> None:
    spring = "import org.springframework.kafka.annotation.KafkaListener;\nclass A { @KafkaListener void f() {} }\n"
    assert of_change("main.go", SARAMA, **{"A.java": spring}) == ("sarama", "kafka-core")
    assert of_change("worker.py", AIOKAFKA, **{"A.java": spring}) == ("aiokafka", "kafka-core")
    assert of_change("A.java", spring, **{"main.go": SARAMA}) == ("spring-kafka", "kafka-java-producer", "kafka-core")


def test_a_file_without_a_grammar_is_read_for_imports() -> None:
    assert "librdkafka" in of_change("app.rb", "require 'karafka'\nclass App < Karafka::App; end\n")


def test_a_helper_takes_the_technology_of_the_change() -> None:
    assert of_change("retry.go", "package main\nfunc retry() {}\n", **{"main.go": SARAMA}) == ("sarama", "kafka-core")


@pytest.mark.parametrize(
    ("path", "text", "expected"),
    [
        ("application.yml", "spring:\n  kafka:\n    consumer:\n      group-id: a\n", "spring-kafka"),
        ("application.properties", "spring.kafka.consumer.group-id=a\n", "spring-kafka"),
        ("application.yml", "spring:\n  cloud:\n    stream:\n      bindings: {}\n", "spring-cloud-stream"),
        ("application.properties", "mp.messaging.incoming.a.connector=smallrye-kafka\n", "jvm-messaging"),
        ("flink-conf.yaml", "execution.checkpointing.interval: 30s\n", "flink-runtime"),
        ("job.sql", "CREATE TABLE a (b INT) WITH ('connector' = 'kafka');\n", "flink-sql"),
        ("job.sql", "SELECT * FROM a MATCH_RECOGNIZE (PARTITION BY b)\n", "flink-cep"),
        ("stream.ksql", "CREATE STREAM a WITH (KAFKA_TOPIC='a');\n", "kafka-streams"),
        ("topics.tf", 'resource "kafka_topic" "a" { partitions = 3 }\n', "topics-brokers"),
        ("topic.yaml", "kind: KafkaTopic\nspec:\n  partitions: 3\n", "topics-brokers"),
        ("sink.json", '{"connector.class": "io.aiven.JdbcSinkConnector"}\n', "kafka-connect"),
        ("order.avsc", '{"type": "record", "name": "Order", "fields": []}\n', "schemas"),
        ("order.proto", 'syntax = "proto3";\nmessage Order { string id = 1; }\n', "schemas"),
        ("deploy.yaml", "kind: Deployment\nspec:\n  replicas: 2\n", "operations"),
        ("pipeline.yaml", "input:\n  redpanda_common:\n    topics: [a]\n", "pipelines"),
        ("pubsub.yaml", "spec:\n  type: pubsub.kafka\n", "pipelines"),
        ("app.properties", "bootstrap.servers=a:9092\nacks=1\n", "kafka-core"),
        ("go.mod", "module a\nrequire github.com/IBM/sarama v1.43.0\n", "version-boundaries"),
    ],
)
def test_a_document_selects_by_what_it_holds(path: str, text: str, expected: str) -> None:
    assert expected in of_change(path, text)


def test_of_a_build_file_only_the_dependencies_that_change_count() -> None:
    pom = """<project><dependencies>
<dependency><groupId>org.springframework.kafka</groupId><artifactId>spring-kafka</artifactId><version>3.1.0</version></dependency>



<dependency><groupId>org.apache.kafka</groupId><artifactId>kafka-streams</artifactId><version>3.9.0</version></dependency>
</dependencies></project>
"""
    delta = delta_between({"pom.xml": pom}, {"pom.xml": pom.replace("3.9.0", "4.1.0")})
    assert [brief.technology for brief in briefs_of(delta, {"pom.xml"})] == [
        "kafka-streams",
        "kafka-streams-time",
        "version-boundaries",
    ]


def test_a_word_in_a_program_is_no_mark() -> None:
    text = 'import com.rabbitmq.client.Channel;\nclass A { String s = "spring.cloud.stream"; }\n'
    assert "spring-cloud-stream" not in of_change("A.java", text)


def test_every_brief_can_be_selected() -> None:
    reached = {name for brief in all_briefs() for name in (*brief.also, *brief.last_resort)}
    for brief in all_briefs():
        marks = (*brief.imports, *brief.libraries, *brief.coordinates, *brief.files, *brief.words)
        assert marks or brief.technology in reached, brief.technology
