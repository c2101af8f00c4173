"""Harmless code in eight languages: heads that stream, functions, and what a colleague does to them on a good day.

In a head `$Name` and `$name` are the file's, `$topic` its topic. In a function `$verb`, `$noun` name it, `$local` is a local, `$limit` a
number, `$log` the place of a log line, `$note` the place of a remark.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Language:
    """How files of a language look. `folder` has `$part`; `heads` are taken in turn; `log` and `note` are lines that a change adds."""

    suffix: str
    folder: str
    heads: tuple[str, ...]
    function: str
    tail: str
    log: str
    note: str


_JAVA_READER = """package org.example.app.$part;

import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

public class $Name {
  private static final Logger LOG = LoggerFactory.getLogger($Name.class);
  private final ${Name}Table table;

  $Name(${Name}Table table) {
    this.table = table;
  }

  void poll(KafkaConsumer<String, $Name> consumer) {
    for (ConsumerRecord<String, $Name> record : consumer.poll(java.time.Duration.ofMillis(200))) {
      table.save(record.key(), record.value());
    }
    consumer.commitSync();
  }
"""
_JAVA_WRITER = """package org.example.app.$part;

import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

public class $Name {
  private static final Logger LOG = LoggerFactory.getLogger($Name.class);
  private final Producer<String, byte[]> producer;

  $Name(Producer<String, byte[]> producer) {
    this.producer = producer;
  }

  void publish(String key, byte[] value) throws Exception {
    producer.send(new ProducerRecord<>("$topic", key, value)).get();
  }
"""
_JAVA_MAP = """package org.example.app.$part;

import org.apache.flink.api.common.functions.RichMapFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

public class $Name extends RichMapFunction<${Name}In, ${Name}Out> {
  private static final Logger LOG = LoggerFactory.getLogger($Name.class);

  @Override
  public ${Name}Out map(${Name}In value) {
    return ${Name}Out.of(value);
  }
"""
_JAVA_FUNCTION = """
  /** The $noun to $verb. */
  long $verb$Noun(long amount, long rate) {
$note    long $local = amount * rate / 100;
    if ($local > $limit) {
      $local = $limit;
    }
$log    return $local;
  }
"""
JAVA = Language(
    suffix="java", folder="$part/src/main/java/org/example/app/$part", heads=(_JAVA_READER, _JAVA_WRITER), function=_JAVA_FUNCTION,
    tail="}\n", log='    LOG.debug("$verb $noun: {}", $local);\n', note="    // Rates are in percent.\n",
)  # fmt: skip
JAVA_FLINK = Language(
    suffix="java", folder="$part/src/main/java/org/example/app/$part", heads=(_JAVA_MAP,), function=_JAVA_FUNCTION, tail="}\n",
    log=JAVA.log, note=JAVA.note,
)  # fmt: skip

_KOTLIN_READER = """package org.example.app.$part

import org.slf4j.LoggerFactory
import org.springframework.kafka.annotation.KafkaListener
import org.springframework.stereotype.Component

@Component
class $Name(private val table: ${Name}Table) {
    private val log = LoggerFactory.getLogger(javaClass)

    @KafkaListener(topics = ["$topic"], groupId = "$topic-app")
    fun on(event: ${Name}Event) {
        table.save(event.key, event)
    }
"""
_KOTLIN_WRITER = """package org.example.app.$part

import java.util.concurrent.TimeUnit
import org.slf4j.LoggerFactory
import org.springframework.kafka.core.KafkaTemplate
import org.springframework.stereotype.Service

@Service
class $Name(private val template: KafkaTemplate<String, ${Name}Event>) {
    private val log = LoggerFactory.getLogger(javaClass)

    fun publish(event: ${Name}Event) {
        template.send("$topic", event.key, event).get(10, TimeUnit.SECONDS)
    }
"""
KOTLIN = Language(
    suffix="kt", folder="$part/src/main/kotlin/org/example/app/$part", heads=(_KOTLIN_READER, _KOTLIN_WRITER),
    function="""
    /** The $noun to $verb. */
    fun $verb$Noun(amount: Long, rate: Long): Long {
$note        val $local = amount * rate / 100
        if ($local > $limit) {
            return $limit
        }
$log        return $local
    }
""",
    tail="}\n", log='        log.debug("$verb $noun: {}", $local)\n', note="        // Rates are in percent.\n",
)  # fmt: skip

_SCALA_HEAD = """package org.example.app.$part

import org.apache.kafka.streams.scala.ImplicitConversions._
import org.apache.kafka.streams.scala.kstream.KStream
import org.apache.kafka.streams.scala.serialization.Serdes._
import org.slf4j.LoggerFactory

object $Name {
  private val log = LoggerFactory.getLogger(getClass)

  def checked(stream: KStream[String, String]): KStream[String, String] =
    stream.filter((_, value) => value.nonEmpty).mapValues(value => value.trim)
"""
SCALA = Language(
    suffix="scala", folder="$part/src/main/scala/org/example/app/$part", heads=(_SCALA_HEAD,),
    function="""
  /** The $noun to $verb. */
  def $verb$Noun(amount: Long, rate: Long): Long = {
$note    val $local = amount * rate / 100
$log    if ($local > $limit) $limit
    else $local
  }
""",
    tail="}\n", log='    log.debug("$verb $noun: {}", $local)\n', note="    // Rates are in percent.\n",
)  # fmt: skip

_PYTHON_READER = """import logging

from confluent_kafka import Consumer

from app.$part.table import save_row

log = logging.getLogger(__name__)


class $Name:
    def __init__(self, settings):
        self._consumer = Consumer({**settings, "group.id": "$topic-app", "enable.auto.commit": False})
        self._consumer.subscribe(["$topic"])

    def step(self):
        message = self._consumer.poll(1.0)
        if message is None or message.error():
            return
        save_row(message.key(), message.value())
        self._consumer.commit(message, asynchronous=False)
"""
_PYTHON_MAP = """import logging

from pyflink.datastream import MapFunction

log = logging.getLogger(__name__)


class $Name(MapFunction):
    def map(self, value):
        return value.strip()
"""
PYTHON = Language(
    suffix="py", folder="app/$part", heads=(_PYTHON_READER, _PYTHON_MAP),
    function='''
    def ${verb}_$noun(self, amount, rate):
        """The $noun to $verb."""
$note        $local = amount * rate // 100
        if $local > $limit:
            return $limit
$log        return $local
''',
    tail="", log='        log.debug("$verb $noun: %s", $local)\n', note="        # Rates are in percent.\n",
)  # fmt: skip

_GO_READER = """package $part

import (
	"context"
	"log/slog"

	"github.com/twmb/franz-go/pkg/kgo"
)

type $Name struct {
	client *kgo.Client
	table  *Table
}

func (r *$Name) Poll(ctx context.Context) error {
	fetches := r.client.PollFetches(ctx)
	for _, record := range fetches.Records() {
		if err := r.table.Save(ctx, record.Key, record.Value); err != nil {
			return err
		}
	}
	return r.client.CommitUncommittedOffsets(ctx)
}
"""
_GO_WRITER = """package $part

import (
	"log/slog"

	"github.com/IBM/sarama"
)

type $Name struct {
	producer sarama.SyncProducer
}

func (w *$Name) Publish(key string, value []byte) error {
	_, _, err := w.producer.SendMessage(&sarama.ProducerMessage{Topic: "$topic", Key: sarama.StringEncoder(key), Value: sarama.ByteEncoder(value)})
	return err
}
"""
GO = Language(
    suffix="go", folder="internal/$part", heads=(_GO_READER, _GO_WRITER),
    function="""
// $verb$Noun gives the $noun to $verb.
func (x *$Name) $verb$Noun(amount, rate int64) int64 {
$note	$local := amount * rate / 100
	if $local > $limit {
		return $limit
	}
$log	return $local
}
""",
    tail="", log='	slog.Debug("$verb $noun", "amount", $local)\n', note="	// Rates are in percent.\n",
)  # fmt: skip

_TS_READER = """import { Kafka } from 'kafkajs';
import { log } from '../log';
import { saveRow } from './table';

export class $Name {
  constructor(private readonly kafka: Kafka) {}

  async start() {
    const consumer = this.kafka.consumer({ groupId: '$topic-app' });
    await consumer.connect();
    await consumer.subscribe({ topics: ['$topic'] });
    await consumer.run({ eachMessage: async ({ message }) => saveRow(message.key, message.value) });
  }
"""
_TS_WRITER = """import { Producer } from 'kafkajs';
import { log } from '../log';

export class $Name {
  constructor(private readonly producer: Producer) {}

  async publish(key: string, value: string) {
    await this.producer.send({ topic: '$topic', acks: -1, messages: [{ key, value }] });
  }
"""
TYPESCRIPT = Language(
    suffix="ts", folder="services/$part/src", heads=(_TS_READER, _TS_WRITER),
    function="""
  /** The $noun to $verb. */
  $verb$Noun(amount: number, rate: number): number {
$note    const $local = (amount * rate) / 100;
    if ($local > $limit) {
      return $limit;
    }
$log    return $local;
  }
""",
    tail="}\n", log='    log.debug(`$verb $noun: ${$local}`);\n', note="    // Rates are in percent.\n",
)  # fmt: skip

#: Declarations: (path, before, after) with `$topic`, `$part` and `$n`.
DECLARATIONS: dict[str, tuple[str, str, str]] = {
    "topic": (
        "deploy/topics/$topic.yaml",
        "apiVersion: kafka.strimzi.io/v1beta2\nkind: KafkaTopic\nmetadata:\n  name: $topic\n  labels:\n    strimzi.io/cluster: app\nspec:\n  partitions: 12\n"
        "  replicas: 3\n  config:\n    retention.ms: 604800000\n    min.insync.replicas: 2\n",
        "# Owned by the $part team.\napiVersion: kafka.strimzi.io/v1beta2\nkind: KafkaTopic\nmetadata:\n  name: $topic\n  labels:\n    strimzi.io/cluster: app\n"
        "    app.kubernetes.io/part-of: $part\nspec:\n  partitions: 12\n  replicas: 3\n  config:\n    retention.ms: 604800000\n    min.insync.replicas: 2\n",
    ),
    "schema": (
        "schemas/avro/$topic.avsc",
        '{\n  "type": "record",\n  "name": "R$n",\n  "namespace": "org.example.$part",\n  "fields": [\n    {"name": "id", "type": "string"},\n'
        '    {"name": "cents", "type": "long"}\n  ]\n}\n',
        '{\n  "type": "record",\n  "name": "R$n",\n  "namespace": "org.example.$part",\n  "fields": [\n    {"name": "id", "type": "string"},\n'
        '    {"name": "cents", "type": "long"},\n    {"name": "note", "type": ["null", "string"], "default": null}\n  ]\n}\n',
    ),
    "table": (
        "jobs/sql/$topic.sql",
        "CREATE TABLE t$n (\n  id STRING,\n  cents BIGINT,\n  at TIMESTAMP(3),\n  WATERMARK FOR at AS at - INTERVAL '5' MINUTE\n) WITH (\n  'connector' = 'kafka',\n"
        "  'topic' = '$topic',\n  'properties.bootstrap.servers' = 'kafka:9092',\n  'properties.group.id' = '$topic',\n  'format' = 'json'\n);\n",
        "-- What the $part team writes.\nCREATE TABLE t$n (\n  id STRING,\n  cents BIGINT,\n  at TIMESTAMP(3),\n  WATERMARK FOR at AS at - INTERVAL '5' MINUTE\n) WITH (\n"
        "  'connector' = 'kafka',\n  'topic' = '$topic',\n  'properties.bootstrap.servers' = 'kafka:9092',\n  'properties.group.id' = '$topic',\n"
        "  'format' = 'json'\n);\n",
    ),
    "page": ("docs/$part/$topic.md", "# $topic\n\nWho reads it: $part.\n", "# $topic\n\nWho reads it: $part, and billing soon.\n"),
}  # fmt: skip
