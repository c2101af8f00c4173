"""Every signal of streaming code is recognised with its reason, in each language, and nothing that only looks like one."""

from __future__ import annotations

import pytest
from rules.examples import file_change

from reviewer.core.span import Side
from reviewer.facts.extract import extract
from reviewer.relevance.decide import decide_file, may_be_streaming
from reviewer.relevance.hunks import HunkRelevance, decide_hunks
from reviewer.relevance.modules import StreamingModule

NOT = "no streaming library, configuration or schema in this file"
PROSE = "prose, not code"
SQL, CONFIG, GENERATED = "streaming SQL", "Kafka or Flink configuration", "generated, vendored or a lock file"


def judged(path: str, before: str | None, after: str | None, *, streaming: bool = False) -> list[HunkRelevance]:
    """The decisions on the hunks of a change of one file, read as the pipeline reads it, in a module that streams or does not."""
    module = StreamingModule(
        library="kafkajs, package.json:1" if streaming else "", coordinates="kafkajs", is_known=True
    )
    change = file_change(path, before, after)
    sides = [
        extract(path, text, side) if text is not None else None
        for text, side in ((before, Side.BEFORE), (after, Side.AFTER))
    ]
    decision = decide_file(change, sides[0], sides[1], module_of=lambda _path: module)
    return list(decide_hunks(change, sides[0], sides[1], decision))


def of_new_file(path: str, text: str, *, streaming: bool = False) -> str:
    """The reason for a new file of one hunk; "" when it is streaming code only in the filter's or only in the decision's eyes."""
    (decision,) = judged(path, None, text, streaming=streaming)
    if not streaming:
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
    ("A.java", "import org.apache.beam.sdk.io.kafka.KafkaIO;\nclass A { }", "imports org.apache.beam.sdk.io.kafka (line 1)"),
    ("A.scala", 'import org.apache.spark.sql.DataFrame\nclass A { def f(d: DataFrame) = d.writeStream.format("kafka").option("topic", "a").start() }', "imports org.apache.spark.sql (line 1)"),
    ("A.java", 'import org.apache.spark.sql.SparkSession;\nclass A { void r() { s.readStream().format("kafka").load(); } }', "imports org.apache.spark.sql (line 1)"),
    ("A.kt", "import org.apache.kafka.streams.StreamsBuilder", "imports org.apache.kafka (line 1)"),
    ("A.kts", "import io.vertx.kafka.client.consumer.KafkaConsumer", "imports io.vertx.kafka.client (line 1)"),
    ("A.scala", "import akka.kafka.scaladsl.Consumer", "imports akka.kafka (line 1)"),
    ("A.scala", "import org.apache.pekko.kafka.{ConsumerSettings, Subscriptions}", "imports org.apache.pekko.kafka (line 1)"),
    ("A.scala", "import fs2.kafka._", "imports fs2.kafka (line 1)"),
    ("A.scala", "import cats.effect.IO\nimport zio.kafka.consumer.Consumer", "imports zio.kafka (line 2)"),
    ("A.scala", "import org.apache.flink.streaming.api.scala._", "imports org.apache.flink (line 1)"),
    ("A.groovy", "import org.apache.kafka.clients.admin.AdminClient", "imports org.apache.kafka (line 1)"),
    ("A.java", "package org.apache.flink.table;\n\nclass A { }", "is part of org.apache.flink.table (line 1)"),
    ("A.scala", "// own\npackage fs2.kafka.internal\n\nobject A", "is part of fs2.kafka.internal (line 2)"),
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
    ("a.py", "from apache_beam.io.kafka import ReadFromKafka", "imports apache_beam.io.kafka (line 1)"),
    ("a.py", "from arroyo.types import Message, Topic", "imports arroyo.types (line 1)"),
    ("a.py", "from arroyo.dlq import InvalidMessage", "imports arroyo.dlq (line 1)"),
    ("a.py", "from arroyo.commit import ONCE_PER_SECOND", "imports arroyo.commit (line 1)"),
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
    ("A.cs", "namespace Streamiz.Kafka.Net.Metrics\n{\n  class A { }\n}", "is part of Streamiz.Kafka.Net.Metrics (line 1)"),
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
    ("mysql-to-es.yaml", "source:\n  type: mysql\nsink:\n  type: elasticsearch\npipeline:\n  name: shop\n  parallelism: 2", CONFIG),
    ("flink-conf.yml", "pipeline.max-parallelism: 128\npipeline.object-reuse: true", CONFIG),
    ("application.yml", "spring:\n  cloud:\n    stream:\n      bindings:\n        charge-in-0:\n          destination: charges", CONFIG),
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
    ("docker-compose.yml", "services:\n  a:\n    command: consume --consumer-group a\n", CONFIG),
    ("job.yaml", "spec:\n  args:\n    - --consumer.group-id=a\n", CONFIG),
    ("deploy.yaml", "kind: Deployment\nspec:\n  env:\n    - name: KAFKA_BROKERS\n      value: a\n", CONFIG),
    ("Dockerfile", "FROM a\nENV KAFKA_GROUP_ID=a", CONFIG),
    (".env", "SCHEMA_REGISTRY_URL=http://a", CONFIG),
    ("topics.sh", "kafka-topics --create --topic a --partitions 3", CONFIG),
    ("topics.sh", "rpk topic create a --partitions 3", CONFIG),
    ("job.sh", "flink run -d job.jar", CONFIG),
    ("route.yaml", "- from:\n    uri: kafka:orders\n", "Camel route of Kafka"),
    ("routes.xml", '<routes><route><from uri="kafka:orders"/></route></routes>', "Camel route of Kafka"),
    ("values.yaml", "orders:\n  kafkaTopic: a\n", "sets orders.kafkaTopic (line 2)"),
    ("app.properties", "shop.kafka.topic=a", "sets shop.kafka.topic (line 1)"),
    ("app.toml", '[shop.kafka]\ntopic = "a"', "sets shop.kafka.topic (line 2)"),
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
    ("main.tf", 'module "orders-kafka" {\n}', "Terraform resource of Kafka"),
    ("main.tf", 'resource "aiven_kafka_topic" "a" {\n}', "Terraform resource of Kafka"),
    # Schemas
    ("a.avsc", '{"type": "record", "name": "A", "fields": []}', "Avro schema"),
    ("a.avdl", "protocol P { }", "Avro schema"),
    ("register.sh", "curl -X PUT $REGISTRY/config/orders-value -d '{\"compatibility\": \"NONE\"}'", "sets what a schema registry checks (line 1)"),
    ("a.yml", "schemas:\n  compatibility-level: BACKWARD", "sets what a schema registry checks (line 2)"),
    ("build.gradle", 'schemaRegistry {\n  config {\n    subject("orders-value", "NONE")\n  }\n}', "sets what a schema registry checks"),
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
    ("A.kt", "import kotlinx.coroutines.flow.Flow\nfun f(flow: Flow<Int>) = flow.map { it }.filter { it > 1 }"),
    ("A.scala", "import org.apache.spark.rdd.RDD\nobject A { def f(r: RDD[Int]) = r.keyBy(_ % 2).groupByKey() }"),
    ("A.scala", "import akka.stream.scaladsl.{Sink, Source}\nobject A { Source(1 to 3).runWith(Sink.seq) }"),
    ("a.py", "import io\nstream = io.BytesIO()\nstream.flush()"),
    ("a.py", "import asyncio\nproducer = asyncio.Queue()\nawait consumer.commit()"),
    ("a.py", "from kafkalike import Thing\nimport kafkaesque"),
    ("a.py", '"""How to use it:\n\nfrom confluent_kafka import Consumer\n"""\nx = 1'),
    ("a.py", "import boto3\nkinesis = boto3.client('kinesis')\nkinesis.put_records(StreamName='a')"),
    ("a.py", "import pika\nchannel.basic_consume(on_message_callback=f)"),
    ("a.py", "from pyspark.sql import SparkSession\ns.read.format('parquet')"),
    ("a.py", "import apache_beam as beam\nbeam.io.ReadFromText('a.txt')"),
    ("a.py", "import pandas\nframe.groupby('key').sum()"),
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
    ("a.rs", "use lapin::Consumer;"),
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
    ("a.yaml", "browser:\n  compatibility: NONE\n"),
    ("a.yaml", "schema:\n  compatibility: strict\n"),
    ("check.sh", "curl $BROWSERS/check -d '{\"compatibility\": \"NONE\"}'"),
    ("Dockerfile", "FROM golang:1.23\nRUN echo kafka"),
    ("deploy.yaml", "image: web:1\n# image: apache/kafka\n"),
    ("a.json", '{"page": {"offset": 10, "group_id": 3}, "topic": "forum"}'),
    ("main.tf", 'resource "aws_kinesis_stream" "a" {\n}'),
    ("main.tf", '# resource "kafka_topic" "a"\nresource "aws_s3_bucket" "kafka" {\n}'),
    ("A.java", "import org.apache.beam.sdk.Pipeline;\nclass A { }"),
    ("i18n/en.json", '{"kafka.title": "Kafka"}'),
    ("application.yml", "oauth:\n  client-id: web\nhttp:\n  retries: 3\n  batch-size: 10\n"),
    ("cassandra.yml", "replication_factor: 3\nrequest_timeout_ms: 2000\n"),
    ("a.yml", "pipeline:\n  build:\n    image: go\n    commands: [make]\n"),
]  # fmt: skip


@pytest.mark.parametrize(("path", "text"), LOOK_ALIKES, ids=lambda value: str(value)[:40])
def test_what_only_looks_like_it_is_not_streaming(path: str, text: str) -> None:
    assert of_new_file(f"src/{path}", text + "\n") in (f"not: {NOT}", f"not: {PROSE}")


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("docs/kafka.md", PROSE), ("web/kafka.css", PROSE), ("kafka.html", PROSE), ("LICENSE", PROSE), ("CHANGELOG.kafka", PROSE),
        ("notes.txt", PROSE), ("vendor/a/a.go", GENERATED), ("Godeps/_workspace/a.proto", GENERATED), ("node_modules/kafkajs/index.js", GENERATED), ("a_pb2.py", GENERATED),
        ("a.pb.go", GENERATED), ("yarn.lock", GENERATED), ("go.sum", GENERATED), ("kafka/target/classes/A.java", GENERATED),
        ("NOTICE.binary", PROSE), ("docs/README-kafka.md", PROSE), ("LICENSE-APACHE", PROSE), ("web/i18n/kafka.ts", PROSE), ("web/locales/kafka.json", PROSE),
        ("service/vendor/github.com/IBM/sarama/a.go", GENERATED), ("public/vendor/kafka.js", GENERATED), ("vendor/kafka-php/a.php", GENERATED),
        ("vendor/kafka/six.py", GENERATED), ("protos/protos.d.ts", GENERATED), ("gen/orders_pb.ts", GENERATED), ("flink/target/maven-archiver/pom.properties", GENERATED),
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


NAMED_LIKE_IT = [
    # Prose and what a build makes are told by more than a word that a domain may have as well.
    ("src/main/kotlin/a/NoticeListener.kt", "import org.springframework.kafka.annotation.KafkaListener\n", "imports org.springframework.kafka (line 1)"),
    ("a/ChangeloggingStore.java", "import org.apache.kafka.streams.state.KeyValueStore;\n", "imports org.apache.kafka (line 1)"),
    ("deploy/changelog-topic.yaml", "kind: KafkaTopic\n", "manifest of kind KafkaTopic"),
    ("a/LicenseConsumer.java", "import org.apache.kafka.clients.consumer.KafkaConsumer;\n", "imports org.apache.kafka (line 1)"),
    ("a/authors_topology.py", "import faust\n", "imports faust (line 1)"),
    ("services/notice/notice.consumer.ts", "import { Kafka } from 'kafkajs';\n", "imports kafkajs (line 1)"),
    ("deploy/notices.yaml", "kind: KafkaTopic\n", "manifest of kind KafkaTopic"),
    ("schemas/License.avsc", "{}\n", "Avro schema"),
    ("src/main/java/a/i18n/LabelConsumer.java", "import org.apache.kafka.clients.consumer.KafkaConsumer;\n", "imports org.apache.kafka (line 1)"),
    ("translations/listen.py", "import confluent_kafka\n", "imports confluent_kafka (line 1)"),
    ("internal/event/target/kafka.go", 'package target\nimport "github.com/IBM/sarama"\n', "imports github.com/IBM/sarama (line 2)"),
    ("services/vendor/src/consumer.ts", "import { Kafka } from 'kafkajs';\n", "imports kafkajs (line 1)"),
    ("shop/vendor/consumer.py", "import confluent_kafka\n", "imports confluent_kafka (line 1)"),
]  # fmt: skip


@pytest.mark.parametrize(("path", "text", "reason"), NAMED_LIKE_IT, ids=[row[0] for row in NAMED_LIKE_IT])
def test_a_word_of_the_domain_in_a_path_hides_no_streaming_code(path: str, text: str, reason: str) -> None:
    assert of_new_file(path, text) == reason


OWN = [
    # An own wrapper, a fork, a library that no list has: a token of an import, a package, a type, a file or a folder.
    ("a/orders.ts", "import { EventBus } from './kafka.service';\n", "imports ./kafka.service.EventBus (line 1)"),
    ("a/orders.ts", "import { KafkaBus } from './bus';\n", "imports ./bus.KafkaBus (line 1)"),
    ("a/orders.js", "function send() {\n  const bus = require('../lib/kafkaBus')\n}\n", "imports ../lib/kafkaBus (line 2)"),
    ("a/orders.ts", "async function send() {\n  const bus = await import('@acme/kafka-bus');\n}\n", "imports @acme/kafka-bus (line 2)"),
    ("a/orders.py", "from app.kafka.producer import emit\n", "imports app.kafka.producer.emit (line 1)"),
    ("a/orders.py", "from .kafka_bus import emit\n", "imports .kafka_bus.emit (line 1)"),
    ("a/orders.py", "import kafka\n", "imports kafka (line 1)"),
    ("tests/test_orders.py", "from a.kafka import orders\n", "imports a.kafka.orders (line 1)"),
    ("a/orders.go", 'package orders\nimport "example.org/shop/internal/kafka"\n', "imports example.org/shop/internal/kafka (line 2)"),
    ("a/provider.go", "package kafka\n", "is part of kafka (line 1)"),
    ("a/main.rs", "use shop_kafka::start;\n", "imports shop_kafka::start (line 1)"),
    ("a/Orders.java", "import org.example.kafka.EventPublisher;\nclass Orders { }\n", "imports org.example.kafka.EventPublisher (line 1)"),
    ("a/Orders.scala", "package org.example\npackage kafka\n\nobject Orders\n", "is part of kafka (line 2)"),
    ("a/Orders.cs", "\ufeffnamespace Shop.Kafka.Compression;\nclass Orders { }\n", "is part of Shop.Kafka.Compression (line 1)"),
    ("a/Orders.cs", "\ufeffusing Confluent.Kafka;\nclass Orders { }\n", "imports Confluent.Kafka (line 1)"),
    ("a/orders.rb", "require 'kafka'\nputs Kafka::Novel\n", "imports kafka (line 1)"),
    ("a/orders.c", "#include <librdkafka/rdkafka.h>\n", "imports rdkafka (line 1)"),
    ("a/orders.ex", "defmodule Shop.Kafka.Orders do\nend\n", "is part of Shop.Kafka.Orders (line 1)"),
    ("a/Orders.cs", "class KafkaOptions { }\n", "names KafkaOptions (line 1)"),
    ("kafka-bus/orders.rs", "fn f() {}\n", "its path names kafka-bus"),
    ("a/KafkaOrders.java", "class Orders { }\n", "its path names KafkaOrders.java"),
    # Inside a listed library, which imports itself relatively.
    ("faust/tables/base.py", "from .objects import Changelog\n", "belongs to faust"),
    ("lib/quixstreams/state/store.pyx", "from .base import Store\n", "belongs to quixstreams"),
    # Camel says it in an address.
    ("a/Route.java", 'import org.apache.camel.builder.RouteBuilder;\nclass R { void c() { from("kafka:orders").to("log:a"); } }\n', "imports org.apache.camel (line 1)"),
    # Names in the code, of the clients' types and of own ones.
    ("a/cache.ts", "export class Cache {\n  held = new Map<string, TopicPartition>();\n}\n", "names TopicPartition (line 2)"),
    ("a/A.java", "class A {\n  void a(KafkaBus bus) { bus.send(); }\n}\n", "names KafkaBus (line 2)"),
    ("a/a.py", "def f(settings):\n    return settings.kafka_topic\n", "names kafka_topic (line 2)"),
    # The vocabulary of offsets and partitions.
    ("a/offsets.go", "package a\nfunc (s *Store) Add(topic string, partition int32, offset int64) { s.commit(offset) }\n", "speaks of topic (line 2), partition (line 2), offset (line 2), commit (line 2)"),
    ("a/held.rs", "struct Held { topic: String, partitions: Vec<u16>, next_offset: u64 }\nfn on_revoked(h: Held) {}\n", "speaks of topic (line 1), partitions (line 1), next_offset (line 1), on_revoked (line 2)"),
    ("a/Committer.java", "class Committer {\n  void commit(Consumer consumer, int partition, long offset) { }\n}\n", "speaks of partition (line 2), offset (line 2), Consumer (line 2), Committer (line 1)"),
    ("a/held.py", "def on_rebalance(partition, offset):\n    held.pop(partition)\n", "speaks of partition (line 1), offset (line 1), on_rebalance (line 1)"),
    ("a/Work.kt", "class Work {\n  fun revoked(topic: String, partition: Int) { }\n}\n", "speaks of topic (line 2), partition (line 2), revoked (line 2)"),
    ("a/run.rs", "fn checkpoint(watermark: u64) { }\n", "speaks of watermark (line 1), checkpoint (line 1)"),
    ("a/Tables.java", "class Tables {\n  void restore(Changelog changelog, Store store) { }\n}\n", "speaks of Changelog (line 2), Store (line 2), restore (line 2)"),
]  # fmt: skip


@pytest.mark.parametrize(("path", "text", "reason"), OWN, ids=[f"{row[0]}: {row[2]}" for row in OWN])
def test_what_is_named_after_a_streaming_library_or_speaks_as_its_clients_do_counts(
    path: str, text: str, reason: str
) -> None:
    assert of_new_file(path, text) == reason


NEARLY = [
    ("a/a.py", "from kafkalike import Thing\nimport kafkaesque\n"),
    ("a/kafkaesque.py", "x = 1\n"),
    ("a/a.tsx", "import icon from './kafka.svg';\nexport const Kafka = () => <b>Kafka</b>;\n"),
    ("kafka/Page.tsx", "export const Page = () => <b>Kafka topics, partitions, offsets, consumers</b>;\n"),
    ("a/a.py", "# topic partition offset commit\nx = 'topic partition offset commit kafka_topic'\n"),
    ("a/A.java", 'class A { String s = "kafkaTopic"; /* KafkaBus */ }\n'),
    ("a/forum.ts", "function page(topic: Topic, offset: number, partition: Wall) { return topic.posts(offset) }\n"),
    (
        "src/test/java/a/OffsetsTest.java",
        "class OffsetsTest {\n  void commit(String topic, int partition, long offset) { }\n}\n",
    ),
    ("kafka/tests/rates.py", "x = 1\n"),
    ("a/Outbox.cs", "class Outbox { void Commit(string topic, PartitionKey key, DateTimeOffset at) { } }\n"),
    ("a/Times.java", "class Times { void commit(Topic topic, Partition partition, OffsetDateTime at) { } }\n"),
    ("a/pipe.js", "class Pipe extends Readable {\n  constructor() { super({ highWaterMark: checkpoint() }) }\n}\n"),
    ("a/photo.py", "def mark(image, watermark, offset):\n    image.paste(watermark, offset)\n"),
    ("a/rows.sql.py", "def page(partition, offset, consumer):\n    return rows(partition)[offset:]\n"),
    ("a/disk.go", "package a\nfunc read(partition Partition, offset int64) { poll(offset) }\n"),
    (
        "a/Bean.java",
        "import java.util.function.Consumer;\nclass A { @Bean Consumer<String> log() { return x -> {}; } }\n",
    ),
    (
        "a/route.java",
        'import org.apache.camel.builder.RouteBuilder;\nclass R { void c() { from("direct:a").to("log:a"); } }\n',
    ),
]


@pytest.mark.parametrize(("path", "text"), NEARLY, ids=[f"{row[0]}: {row[1][:30]}" for row in NEARLY])
def test_what_only_nearly_names_it_does_not_count(path: str, text: str) -> None:
    assert of_new_file(path, text) == f"not: {NOT}"


def test_a_name_that_stands_only_here_and_there_counts_around_itself() -> None:
    filler = "".join(f"    int f{n} = {n};\n" for n in range(20))
    text = f"class A {{\n  void send() {{\n    kafkaBus.send(1);\n{filler}    first(1);\n  }}\n  void other() {{\n{filler}    last(1);\n  }}\n}}\n"
    decisions = judged("A.java", text, text.replace("first(1)", "first(2)").replace("last(1)", "last(2)"))
    elsewhere = "the file names kafkaBus (line 3), these lines are elsewhere"
    assert [(d.relevant, d.reason) for d in decisions] == [(True, "names kafkaBus (line 3)"), (False, elsewhere)]


def test_in_a_module_that_streams_looser_names_count() -> None:
    text = "import { Registry } from './schema-registry';\n"
    assert of_new_file("a/a.ts", text) == f"not: {NOT}"
    assert (
        of_new_file("a/a.ts", text, streaming=True)
        == "names ./schema-registry.Registry, and the module depends on kafkajs, package.json:1"
    )


@pytest.mark.parametrize(("path", "text"), [r for r in LOOK_ALIKES if "afka" not in r[1]], ids=lambda v: str(v)[:40])
def test_a_look_alike_stays_one_in_a_repository_that_streams(path: str, text: str) -> None:
    assert of_new_file(f"src/{path}", text + "\n", streaming=True) in (f"not: {NOT}", f"not: {PROSE}")


MADE = "// Code generated by github.com/own/made version v1.2.3 DO NOT EDIT.\npackage api\n\n"


@pytest.mark.parametrize(
    ("path", "text", "told"),
    [
        ("api/server.go", MADE + "// Kafka is the topic of the sink.\ntype Kafka struct {\n\tTopic string\n}\n", f"not: {GENERATED}"),
        ("api/Client.cs", "// <auto-generated>\nclass KafkaSink { string topic; }\n", f"not: {GENERATED}"),
    ],
)  # fmt: skip
def test_code_that_a_generator_made_is_not_read(path: str, text: str, told: str) -> None:
    assert of_new_file(path, text) == told


@pytest.mark.parametrize("text", [MADE + 'import "github.com/IBM/sarama"\n\nvar P sarama.SyncProducer\n', "package api\n\n// Say \"Code generated by hand DO NOT EDIT.\" in kafka/topic.go.\nvar kafkaTopic = 1\n"])  # fmt: skip
def test_what_only_says_so_and_streams_is_read(text: str) -> None:
    assert not of_new_file("api/kafka.go", text).startswith("not: generated")
