"""Every signal of streaming code is recognised with its reason, in each language, and nothing that only looks like one."""

from __future__ import annotations

import pytest
from rules.examples import file_change

from reviewer.core.span import Side
from reviewer.facts.extract import extract
from reviewer.relevance.decide import HunkRelevance, RelevanceContext, decide, may_be_streaming

NOT = "no streaming library, configuration or schema in this file"
PROSE = "prose, not code"
SQL, CONFIG, GENERATED = "streaming SQL", "Kafka or Flink configuration", "generated, vendored or a lock file"


def judged(
    path: str, before: str | None, after: str | None, *, streaming: bool = False, names: frozenset[str] = frozenset()
) -> list[HunkRelevance]:
    """The decisions on the hunks of a change of one file, read as the pipeline reads it."""
    context = RelevanceContext(repository_is_streaming=streaming, referenced_names=names)
    sides = [
        extract(path, text, side) if text is not None else None
        for text, side in ((before, Side.BEFORE), (after, Side.AFTER))
    ]
    return list(decide(file_change(path, before, after), sides[0], sides[1], context))


def of_new_file(path: str, text: str, *, streaming: bool = False) -> str:
    """The reason for a new file of one hunk; "" when it is streaming code only in the filter's or only in the decision's eyes."""
    (decision,) = judged(path, None, text, streaming=streaming)
    assert not decision.relevant or may_be_streaming(path, text), "the cheap filter would not have parsed it"
    return decision.reason if decision.relevant else f"not: {decision.reason}"


IMPORTS = [
    # JVM
    ("A.java", "import org.apache.kafka.clients.producer.KafkaProducer;", "imports org.apache.kafka (line 1)"),
    ("A.java", "package a;\n\nimport static org.apache.kafka.common.utils.Utils.sleep;", "imports org.apache.kafka (line 3)"),
    ("A.java", "import org.springframework.kafka.annotation.KafkaListener;", "imports org.springframework.kafka (line 1)"),
    ("A.java", "class A { Object o = new org.apache.kafka.clients.producer.KafkaProducer<>(p); }", "imports org.apache.kafka (line 1)"),
    ("A.java", "import org.springframework.cloud.stream.function.StreamBridge;", "imports org.springframework.cloud.stream (line 1)"),
    ("A.java", "import org.eclipse.microprofile.reactive.messaging.Incoming;", "imports org.eclipse.microprofile.reactive.messaging (line 1)"),
    ("A.java", "import io.micronaut.configuration.kafka.annotation.KafkaClient;", "imports io.micronaut.configuration.kafka (line 1)"),
    ("A.java", "import io.confluent.parallelconsumer.ParallelStreamProcessor;", "imports io.confluent (line 1)"),
    ("A.java", "import org.apache.flink.cep.pattern.Pattern;", "imports org.apache.flink (line 1)"),
    ("A.java", "import com.ververica.cdc.connectors.mysql.source.MySqlSource;", "imports com.ververica.cdc (line 1)"),
    ("A.java", "import io.debezium.engine.DebeziumEngine;", "imports io.debezium (line 1)"),
    ("A.java", "import reactor.kafka.receiver.KafkaReceiver;", "imports reactor.kafka (line 1)"),
    ("A.java", 'import org.apache.spark.sql.SparkSession;\nclass A { void r() { s.readStream().format("kafka").load(); } }', "imports org.apache.spark.sql (line 1)"),
    ("A.kt", "import org.apache.kafka.streams.StreamsBuilder", "imports org.apache.kafka (line 1)"),
    ("A.kts", "import io.vertx.kafka.client.consumer.KafkaConsumer", "imports io.vertx.kafka.client (line 1)"),
    ("A.scala", "import akka.kafka.scaladsl.Consumer", "imports akka.kafka (line 1)"),
    ("A.scala", "import org.apache.pekko.kafka.{ConsumerSettings, Subscriptions}", "imports org.apache.pekko.kafka (line 1)"),
    ("A.scala", "import fs2.kafka._", "imports fs2.kafka (line 1)"),
    ("A.scala", "import cats.effect.IO\nimport zio.kafka.consumer.Consumer", "imports zio.kafka (line 2)"),
    ("A.scala", "import org.apache.flink.streaming.api.scala._", "imports org.apache.flink (line 1)"),
    ("A.groovy", "import org.apache.kafka.clients.admin.AdminClient", "imports org.apache.kafka (line 1)"),
    ("A.java", "package org.apache.flink.table;\n\nclass A { }", "imports org.apache.flink (line 1)"),
    ("A.scala", "// own\npackage fs2.kafka.internal\n\nobject A", "imports fs2.kafka (line 2)"),
    # Python
    ("a.py", "from confluent_kafka import Consumer", "imports confluent_kafka (line 1)"),
    ("a.py", "import aiokafka", "imports aiokafka (line 1)"),
    ("a.py", "from kafka import KafkaConsumer", "imports kafka (line 1)"),
    ("a.py", "import faust", "imports faust (line 1)"),
    ("a.py", "from quixstreams import Application", "imports quixstreams (line 1)"),
    ("a.py", "from pyflink.datastream import StreamExecutionEnvironment", "imports pyflink (line 1)"),
    ("a.py", "from pyspark.sql import SparkSession\ns.readStream.format('kafka')", "imports pyspark.sql (line 1)"),
    ("a.py", "from faststream.kafka import KafkaBroker", "imports faststream.kafka (line 1)"),
    ("a.py", "def late():\n    import confluent_kafka\n", "imports confluent_kafka (line 2)"),
    ("a.py", "from arroyo.processing.strategies import RunTask", "imports arroyo.processing (line 1)"),
    ("a.py", "from schema_registry.client import SchemaRegistryClient", "imports schema_registry.client (line 1)"),
    # Go
    ("a.go", 'package a\nimport "github.com/riferrei/srclient"', "imports github.com/riferrei/srclient (line 2)"),
    ("a.go", 'package a\nimport "github.com/IBM/sarama"', "imports github.com/IBM/sarama (line 2)"),
    ("a.go", 'package a\nimport (\n\t"fmt"\n\t"github.com/Shopify/sarama"\n)', "imports github.com/Shopify/sarama (line 4)"),
    ("a.go", 'package a\nimport kgo "github.com/twmb/franz-go/pkg/kgo"', "imports github.com/twmb/franz-go (line 2)"),
    ("a.go", 'package a\nimport "github.com/segmentio/kafka-go"', "imports github.com/segmentio/kafka-go (line 2)"),
    ("a.go", 'package a\nimport "github.com/confluentinc/confluent-kafka-go/v2/kafka"', "imports github.com/confluentinc/confluent-kafka-go (line 2)"),
    ("a.go", 'package a\nimport "github.com/lovoo/goka"', "imports github.com/lovoo/goka (line 2)"),
    ("a.go", 'package a\nimport "github.com/ThreeDotsLabs/watermill-kafka/v3/pkg/kafka"', "imports github.com/ThreeDotsLabs/watermill-kafka (line 2)"),
    # Node
    ("a.ts", "import { Kafka } from 'kafkajs';", "imports kafkajs (line 1)"),
    ("a.js", "const { Kafka } = require('kafkajs')", "imports kafkajs (line 1)"),
    ("a.js", 'const k = require("node-rdkafka");', "imports node-rdkafka (line 1)"),
    ("a.mjs", 'import k from "@confluentinc/kafka-javascript"', "imports @confluentinc/kafka-javascript (line 1)"),
    ("a.tsx", 'import { SchemaRegistryClient } from "@confluentinc/schemaregistry"', "imports @confluentinc/schemaregistry (line 1)"),
    ("a.cjs", "const kafka = require('kafka-node')", "imports kafka-node (line 1)"),
    ("a.ts", "import { Transport } from '@nestjs/microservices';\nconst o = { transport: Transport.KAFKA };", "imports @nestjs/microservices (line 1)"),
    ("a.ts", 'import { Producer } from "@platformatic/kafka"', "imports @platformatic/kafka (line 1)"),
    ("a.ts", "const k = await import('kafkajs');", "imports kafkajs (line 1)"),
    # .NET
    ("A.cs", "using Confluent.Kafka;", "imports Confluent.Kafka (line 1)"),
    ("A.cs", "using System;\nusing Confluent.SchemaRegistry.Serdes;", "imports Confluent.SchemaRegistry (line 2)"),
    ("A.cs", "global using KafkaFlow;", "imports KafkaFlow (line 1)"),
    ("A.cs", "using Streamiz.Kafka.Net.SerDes;", "imports Streamiz.Kafka.Net (line 1)"),
    ("A.cs", "using Silverback.Messaging.Configuration;", "imports Silverback.Messaging (line 1)"),
    ("A.cs", "using MassTransit;\nclass A { void C(IServiceCollection s) { s.AddMassTransit(x => x.AddRider(r => { })); } }", "imports MassTransit (line 1)"),
    ("A.fs", "open System\nusing Confluent.Kafka", "imports Confluent.Kafka (line 2)"),
    ("A.cs", "namespace Streamiz.Kafka.Net.Metrics\n{\n  class A { }\n}", "imports Streamiz.Kafka.Net (line 1)"),
    # Rust and others
    ("a.rs", "use schema_registry_converter::async_impl::avro::AvroDecoder;", "imports schema_registry_converter (line 1)"),
    ("a.rs", "use rdkafka::consumer::{Consumer, StreamConsumer};", "imports rdkafka (line 1)"),
    ("a.rs", "fn f() { let c = rdkafka::ClientConfig::new(); }", "imports rdkafka (line 1)"),
    ("a.rs", "use kafka::producer::Producer;", "imports kafka (line 1)"),
    ("a.php", "<?php\nuse RdKafka\\Producer;", "imports RdKafka (line 2)"),
    ("a.rb", "require 'rdkafka'", "imports rdkafka (line 1)"),
    ("a.rb", "require 'karafka'", "imports karafka (line 1)"),
    ("a.rb", "require 'kafka'\nkafka = Kafka.new(['a:9092'])", "imports kafka (line 1)"),
]  # fmt: skip

FILES = [
    # SQL
    ("a.sql", "CREATE TABLE t (a INT) WITH ('connector' = 'upsert-kafka');", SQL),
    ("a.sql", "CREATE TABLE t (a INT) WITH (\n  'connector'='mysql-cdc');", SQL),
    ("a.sql", "CREATE TABLE t (at TIMESTAMP(3), WATERMARK FOR at AS at);", SQL),
    ("a.sql", "SELECT * FROM o JOIN r FOR SYSTEM_TIME AS OF o.at ON o.c = r.c;", SQL),
    ("a.sql", "SELECT * FROM TABLE(CUMULATE(TABLE t, DESCRIPTOR(at), INTERVAL '1' DAY, INTERVAL '1' HOUR));", SQL),
    ("a.sql", "EXECUTE STATEMENT SET BEGIN INSERT INTO a SELECT * FROM kafka_in; END;", SQL),
    ("a.sql", "SET 'table.exec.state.ttl' = '1 h';", SQL),
    ("a.ksql", "CREATE STREAM s (a INT) WITH (KAFKA_TOPIC='t', VALUE_FORMAT='JSON');", SQL),
    # Configuration
    ("a.properties", "bootstrap.servers=a:9092", CONFIG),
    ("application.properties", "spring.kafka.consumer.group-id=a", CONFIG),
    ("application.yml", "spring:\n  kafka:\n    consumer:\n      enable-auto-commit: true\n", CONFIG),
    ("application.yml", "spring.cloud.stream.bindings.in.destination: a", CONFIG),
    ("application.properties", "mp.messaging.incoming.a.connector=smallrye-kafka", CONFIG),
    ("application.properties", "quarkus.kafka-streams.application-id=a", CONFIG),
    ("config.json", '{"auto.offset.reset": "latest"}', CONFIG),
    ("config.toml", '[consumer]\nenable_auto_commit = true\nname = "kafka"', CONFIG),
    ("producer.properties", "acks=1", CONFIG),
    ("settings.ini", "[a]\ngroup.id = b\nacks = 1\n", CONFIG),
    ("flink-conf.yaml", "execution.checkpointing.interval: 30s", CONFIG),
    ("flink-conf.yaml", "state.backend: rocksdb", CONFIG),
    ("config.yaml", "jobmanager.memory.process.size: 1g", CONFIG),
    ("connect.json", '{"name": "a", "config": {"connector.class": "io.debezium.X"}}', CONFIG),
    ("docker-compose.yml", "services:\n  a:\n    environment:\n      KAFKA_CFG_MIN_INSYNC_REPLICAS: 1\n", CONFIG),
    ("docker-compose.yml", "services:\n  a:\n    environment:\n      - CONNECT_GROUP_ID=a\n", CONFIG),
    ("deploy.yaml", "kind: Deployment\nspec:\n  env:\n    - name: KAFKA_BROKERS\n      value: a\n", CONFIG),
    ("Dockerfile", "FROM a\nENV KAFKA_GROUP_ID=a", CONFIG),
    (".env", "SCHEMA_REGISTRY_URL=http://a", CONFIG),
    ("topics.sh", "kafka-topics --create --topic a --partitions 3", CONFIG),
    ("beans.xml", '<map><entry key="bootstrap.servers" value="a"/></map>', CONFIG),
    ("server.properties", "log.dirs=/data\nnum.partitions=3", CONFIG),
    ("Dockerfile", "FROM flink:1.20\nRUN wget a", "image of Kafka or Flink"),
    ("docker-compose.yml", "services:\n  a:\n    image: confluentinc/cp-schema-registry:7.8.0\n", "image of Kafka or Flink"),
    # Manifests
    ("topic.yaml", "apiVersion: kafka.strimzi.io/v1beta2\nkind: KafkaTopic\n", "manifest of kind KafkaTopic"),
    ("c.yaml", 'kind: "KafkaConnector"\n', "manifest of kind KafkaConnector"),
    ("job.yaml", "kind: FlinkDeployment\n", "manifest of kind FlinkDeployment"),
    ("scale.yaml", "kind: ScaledObject\nspec:\n  triggers:\n    - type: kafka\n", "manifest of kind ScaledObject"),
    ("rules.yaml", "kind: PrometheusRule\nspec:\n  - expr: kafka_consumergroup_lag > 1\n", "manifest of kind PrometheusRule"),
    ("main.tf", 'resource "kafka_topic" "a" {\n}', "Terraform resource of Kafka"),
    ("main.tf", 'resource "confluent_kafka_topic" "a" {\n}', "Terraform resource of Kafka"),
    ("main.tf", 'resource "aws_msk_configuration" "a" {\n}', "Terraform resource of Kafka"),
    ("main.tf", 'resource "aiven_kafka_topic" "a" {\n}', "Terraform resource of Kafka"),
    # Schemas
    ("a.avsc", '{"type": "record", "name": "A", "fields": []}', "Avro schema"),
    ("a.avdl", "protocol P { }", "Avro schema"),
    # Build files
    ("pom.xml", "<project><dependency><groupId>org.apache.kafka</groupId><artifactId>kafka-clients</artifactId></dependency></project>", "dependency on a streaming library"),
    ("build.gradle.kts", 'dependencies { implementation("org.springframework.kafka:spring-kafka") }', "dependency on a streaming library"),
    ("gradle/libs.versions.toml", '[versions]\nkafka = "3.9.0"', "dependency on a streaming library"),
    ("build.sbt", 'libraryDependencies += "com.github.fd4s" %% "fs2-kafka" % "3.5.1"', "dependency on a streaming library"),
    ("requirements.txt", "confluent-kafka==2.6.1", "dependency on a streaming library"),
    ("requirements-dev.txt", "kafka-python>=2", "dependency on a streaming library"),
    ("pyproject.toml", '[project]\ndependencies = ["aiokafka"]', "dependency on a streaming library"),
    ("package.json", '{"dependencies": {"kafkajs": "2"}}', "dependency on a streaming library"),
    ("go.mod", "module a\nrequire github.com/IBM/sarama v1.43.0", "dependency on a streaming library"),
    ("Cargo.toml", '[dependencies]\nrdkafka = "0.36"', "dependency on a streaming library"),
    ("A.csproj", '<Project><PackageReference Include="Confluent.Kafka" Version="2" /></Project>', "dependency on a streaming library"),
]  # fmt: skip


@pytest.mark.parametrize(("path", "text", "reason"), IMPORTS + FILES, ids=lambda value: str(value)[:40])
def test_a_signal_is_recognised_with_its_reason(path: str, text: str, reason: str) -> None:
    assert of_new_file(f"src/{path}", text + "\n") == reason


LOOK_ALIKES = [
    ("A.java", "import java.util.stream.Collectors;\nclass A { void f() { l.stream().map(x -> x).collect(Collectors.groupingBy(g)); } }"),
    ("A.java", "import java.util.function.Consumer;\nclass A { Consumer<String> consumer; void f() { consumer.accept(q.poll()); } }"),
    ("A.java", "import java.util.concurrent.Flow.Subscriber;\nimport java.util.concurrent.BlockingQueue;\nclass A { }"),
    ("A.java", "import javax.jms.MessageConsumer;\nclass A { @JmsListener void on(String acks) { commit(); } }"),
    ("A.java", "import org.springframework.amqp.rabbit.annotation.RabbitListener;\nclass A { @RabbitListener(queues = \"kafka\") void on() { } }"),
    ("A.java", "import org.springframework.context.event.EventListener;\nclass A { @EventListener void on(Object producer) { } }"),
    ("A.java", "import java.util.regex.Pattern;\nclass A { }"),
    ("A.java", "// import org.apache.kafka.clients.producer.KafkaProducer;\nclass A { }"),
    ("A.java", "/*\nimport org.apache.kafka.clients.producer.KafkaProducer;\n*/\nclass A { }"),
    ("A.java", 'class A { String s = """\nimport org.apache.kafka.clients.producer.KafkaProducer;\n"""; }'),
    ("A.java", 'class A { String title = "Kafka: The Trial"; }'),
    ("A.java", "import com.example.orgapache.kafka.Thing;\nclass A { }"),
    ("A.kt", "import kotlinx.coroutines.flow.Flow\nfun f(flow: Flow<Int>) = flow.map { it }.filter { it > 1 }"),
    ("A.scala", "import org.apache.spark.rdd.RDD\nobject A { def f(r: RDD[Int]) = r.keyBy(_ % 2).groupByKey() }"),
    ("A.scala", "import akka.stream.scaladsl.{Sink, Source}\nobject A { Source(1 to 3).runWith(Sink.seq) }"),
    ("a.py", "import io\nstream = io.BytesIO()\nstream.flush()"),
    ("a.py", "import asyncio\nproducer = asyncio.Queue()\nawait consumer.commit()"),
    ("a.py", "from kafka_like import Thing\nimport kafkaesque"),
    ("a.py", '"""How to use it:\n\nfrom confluent_kafka import Consumer\n"""\nx = 1'),
    ("a.py", "import boto3\nkinesis = boto3.client('kinesis')\nkinesis.put_records(StreamName='a')"),
    ("a.py", "import pika\nchannel.basic_consume(on_message_callback=f)"),
    ("a.py", "from pyspark.sql import SparkSession\ns.read.format('parquet')"),
    ("a.py", "import pandas\nframe.groupby('key').sum()"),
    ("a.py", "import kafka\nkafka.write_novel('The Trial')"),
    ("a.go", 'package a\nfunc f(c chan int) { for v := range c { consumer <- v } }'),
    ("a.go", 'package a\nimport "io"\nfunc f(r io.Reader) { r.Read(nil) }'),
    ("a.go", 'package a\nimport "github.com/nats-io/nats.go"\nfunc f() { js.Subscribe("orders", ack) }'),
    ("a.go", 'package a\nimport "github.com/aws/aws-sdk-go/service/kinesis"'),
    ("a.go", 'package a\n// see "github.com/segmentio/kafka-go"\nconst doc = `\nimport "github.com/segmentio/kafka-go"\n`'),
    ("a.js", "const { Readable, pipeline } = require('stream')\npipeline(a, b, done)"),
    ("a.ts", "import { Subject } from 'rxjs';\nnew Subject<string>().subscribe(consumer => consumer.commit());"),
    ("a.ts", "import { createReducer } from '@ngrx/store';\nexport const acks = createReducer({}, 'kafka');"),
    ("a.ts", "import { Transport } from '@nestjs/microservices';\nconst o = { transport: Transport.REDIS };"),
    ("a.ts", "// import { Kafka } from 'kafkajs';\nconst text = `\nimport { Kafka } from 'kafkajs';\n`;"),
    ("a.tsx", "export const Help = () => <p>import Kafka from 'kafkajs'</p>;"),
    ("A.cs", "using System.IO;\nclass A { void F(Stream s) { s.Flush(); } }"),
    ("A.cs", "using MassTransit;\nclass A : IConsumer<Order> { }"),
    ("A.cs", "using Azure.Messaging.ServiceBus;\nclass A { }"),
    ("A.cs", "class A { string s = @\"\nusing Confluent.Kafka;\n\"; }"),
    ("a.rs", "use futures::stream::{Stream, StreamExt};\nfn f() { let producer = channel(); }"),
    ("a.rs", "use crate::kafka::reader;\nuse kafka::trial;"),
    ("a.rs", "use lapin::Consumer;"),
    ("a.rb", "require 'kafka'\nputs Kafka::Novel"),
    ("a.sql", "SELECT id FROM kafka_orders ORDER BY id LIMIT 10 OFFSET 20;"),
    ("a.sql", "SELECT SUM(a) OVER (PARTITION BY topic ORDER BY at) FROM t;"),
    ("a.sql", "-- WATERMARK FOR at, 'connector' = 'kafka'\nSELECT 1;"),
    ("a.sql", "/* CREATE STREAM s WITH (KAFKA_TOPIC='t') */\nSELECT 1;"),
    ("a.sql", "SELECT * FROM t FOR SYSTEM_TIME AS OF '2024-01-01';"),
    ("a.yaml", "metadata:\n  labels:\n    group.id: web\n"),
    ("a.yaml", "http:\n  retries: 3\n"),
    ("a.yaml", "database:\n  isolation-level: serializable\n"),
    ("a.yaml", "# bootstrap.servers: a:9092\nname: web\n"),
    ("a.yaml", "title: Kafka on the Shore\n"),
    ("a.yaml", "kind: PrometheusRule\nspec:\n  - expr: http_errors > 1\n"),
    ("a.yaml", "kind: ScaledObject\nspec:\n  triggers:\n    - type: cron\n"),
    ("a.yaml", "kind: Deployment\nspec:\n  image: web\n"),
    ("a.yaml", "kind: Schema\nmetadata:\n  name: a\n"),
    ("Dockerfile", "FROM golang:1.23\nRUN echo kafka"),
    ("deploy.yaml", "image: web:1\n# image: apache/kafka\n"),
    ("a.json", '{"page": {"offset": 10, "group_id": 3}, "topic": "forum"}'),
    ("main.tf", 'resource "aws_kinesis_stream" "a" {\n}'),
    ("main.tf", '# resource "kafka_topic" "a"\nresource "aws_s3_bucket" "kafka" {\n}'),
    ("A.java", "import org.apache.beam.sdk.Pipeline;\nclass A { }"),
    ("i18n/en.json", '{"kafka.title": "Kafka"}'),
]  # fmt: skip


@pytest.mark.parametrize(("path", "text"), LOOK_ALIKES, ids=lambda value: str(value)[:40])
def test_what_only_looks_like_it_is_not_streaming(path: str, text: str) -> None:
    assert of_new_file(f"src/{path}", text + "\n") in (f"not: {NOT}", f"not: {PROSE}")


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("docs/kafka.md", PROSE), ("web/kafka.css", PROSE), ("kafka.html", PROSE), ("LICENSE", PROSE), ("CHANGELOG.kafka", PROSE),
        ("notes.txt", PROSE), ("vendor/a/a.go", GENERATED), ("node_modules/kafkajs/index.js", GENERATED), ("a_pb2.py", GENERATED),
        ("a.pb.go", GENERATED), ("yarn.lock", GENERATED), ("go.sum", GENERATED), ("kafka/target/classes/A.java", GENERATED),
        (".github/workflows/ci.yml", "definition of the build, not of what runs"),
    ],
)  # fmt: skip
def test_prose_and_generated_files_are_not_code_whatever_they_say(path: str, reason: str) -> None:
    text = "import org.apache.kafka.clients.producer.KafkaProducer;\nbootstrap.servers: a\nkafka:\n"
    assert of_new_file(path, text) == f"not: {reason}"


@pytest.mark.parametrize("package", ["vendor", "target", "dist", "third_party"])
def test_a_package_may_be_called_like_a_folder_of_generated_files(package: str) -> None:
    path = f"app/src/main/java/org/example/{package}/A.java"
    text = "import org.apache.kafka.clients.producer.KafkaProducer;\n"
    assert of_new_file(path, text) == "imports org.apache.kafka (line 1)"


def test_protobuf_counts_only_where_the_repository_streams() -> None:
    text = 'syntax = "proto3";\nmessage A { string id = 1; }\n'
    assert of_new_file("a.proto", text) == f"not: {NOT}"
    assert of_new_file("a.proto", text, streaming=True) == "Protobuf schema in a streaming repository"


WRAPPERS = [
    ("orders.ts", "import { EventBus } from './kafka.service';\n", "./kafka.service.EventBus"),
    ("orders.py", "from app.kafka.producer import emit\n", "app.kafka.producer.emit"),
    ("orders.go", 'package orders\nimport "example.org/shop/internal/kafka"\n', "example.org/shop/internal/kafka"),
    ("main.rs", "use shop_kafka::start;\n", "shop_kafka::start"),
    ("Orders.java", "import org.example.kafka.EventPublisher;\nclass Orders { }\n", "org.example.kafka.EventPublisher"),
    ("Orders.cs", "class KafkaOptions { }\n", "KafkaOptions"),
    ("kafka/provider.go", "package kafka\n", "kafka/provider.go"),
]


@pytest.mark.parametrize(("path", "text", "name"), WRAPPERS, ids=[row[0] for row in WRAPPERS])
def test_the_users_of_an_own_wrapper_count_where_the_module_depends_on_a_library(
    path: str, text: str, name: str
) -> None:
    reason = f"the module depends on a streaming library and this names {name}"
    full = f"src/{path}" if path != "kafka/provider.go" else path
    assert of_new_file(full, text, streaming=True) == reason.replace("kafka/provider.go", full)
    assert of_new_file(full, text) == f"not: {NOT}"


@pytest.mark.parametrize(("path", "text"), [r for r in LOOK_ALIKES if "afka" not in r[1]], ids=lambda v: str(v)[:40])
def test_a_look_alike_stays_one_in_a_repository_that_streams(path: str, text: str) -> None:
    assert of_new_file(f"src/{path}", text + "\n", streaming=True) in (f"not: {NOT}", f"not: {PROSE}")
