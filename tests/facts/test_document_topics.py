"""Topics in the documents of infrastructure, and what only has their shape."""

from __future__ import annotations

import pytest
from facts.read_document import read, topics

from reviewer.clients.registry import Libraries
from reviewer.core.span import Side
from reviewer.facts.extract import extract
from reviewer.facts.streaming.extract import file_facts, placeholders


def test_terraform_resources_of_every_provider() -> None:
    text = """\
        variable "partitions" {
          default = 12
        }
        locals {
          day = 86400000
        }
        resource "kafka_topic" "orders" {
          name               = "orders"
          replication_factor = 2
          partitions         = var.partitions
          config = {
            "retention.ms"   = local.day
            "cleanup.policy" = "compact"
          }
        }
        resource "confluent_kafka_topic" "paid" {
          topic_name       = "paid"
          partitions_count = 6
          config = {
            "max.message.bytes" = var.unknown
          }
        }
        resource "aiven_kafka_topic" "sent" {
          topic_name  = "${var.prefix}-sent"
          partitions  = 3
          replication = 2
          config {
            min_insync_replicas = 2
            cleanup_policy      = "delete"
          }
        }
        resource "aws_msk_topic" "late" {
          name               = "late"
          partition_count    = 1
          replication_factor = 3
        }
        resource "kafka_acl" "orders" {
          resource_name = "orders"
          resource_type = "Topic"
        }
        """
    assert topics("topics.tf", text) == [
        "orders@8 12@10/2@9 retention.ms=86400000@12 cleanup.policy=compact@13",
        "paid@17 6@18/- max.message.bytes=${var.unknown}?@20",
        "${var.prefix}-sent?@24 3@25/2@26 min.insync.replicas=2@28 cleanup.policy=delete@29",
        "late@33 1@34/3@35",
    ]


def test_a_variable_of_another_file_of_the_folder_counts() -> None:
    texts = {
        "kafka/variables.tf": 'variable "copies" {\n  default = 1\n}\n',
        "other/variables.tf": 'variable "copies" {\n  default = 3\n}\n',
    }
    external = placeholders([extract(path, text, Side.AFTER) for path, text in texts.items()])
    text = 'resource "kafka_topic" "a" {\n  name = "a"\n  partitions = 1\n  replication_factor = var.copies\n}\n'
    syntax = extract("kafka/topics.tf", text, Side.AFTER)
    (topic,) = file_facts(syntax, text, Side.AFTER, libraries=Libraries(), external=external, versions={}).topics
    assert topic.replication == 1


def test_resources_of_strimzi_also_inside_a_template() -> None:
    text = """\
        kind: KafkaTopic
        metadata:
          name: orders
        spec:
          partitions: 12
          replicas: 3
          config:
            retention.ms: 604800000
        ---
        kind: Template
        parameters:
          - name: COPIES
            value: "1"
        objects:
          - kind: KafkaTopic
            metadata:
              name: paid
            spec:
              topicName: shop.paid
              partitions: ${{COPIES}}
              replicas: ${{COPIES}}
        """
    assert topics("topics.yaml", text) == [
        "orders@3 12@5/3@6 retention.ms=604800000@8",
        "shop.paid@19 1@20/1@21",
    ]


@pytest.mark.parametrize(
    ("path", "text", "expected"),
    [
        ("clowdapp.yml", "spec:\n  kafkaTopics:\n    - topicName: a\n      partitions: 3\n      replicas: 1\n", ["a@3 3@4/1@5"]),
        ("values.yaml", "topics:\n  orders:\n    partitions: 3\n    config: {retention.ms: 1}\n", ["orders@3 3@3/- retention.ms=1@4"]),
        ("values.yaml", "provisioning:\n  topics:\n    - name: a\n      replicationFactor: 1\n", ["a@3 -/1@4"]),
        ("in-house.json", '[\n{"topic": "a", "numPartitions": 4,\n "retentionMs": 5}]', ["a@2 4@2/- retention.ms=5@3"]),
        ("asyncapi.yml", "channels:\n  paid:\n    bindings:\n      kafka:\n        partitions: 2\n        replicationFactor: 1\n        topicConfiguration:\n          cleanup.policy: [delete, compact]\n",
         ["paid@5 2@5/1@6 cleanup.policy=delete,compact@8"]),
        ("locals.tf", 'locals {\n  topics = {\n    orders = { partitions = 3, config = { "retention.ms" = "9" } }\n  }\n}\n', ["orders@3 3@3/- retention.ms=9@3"]),
    ],
)  # fmt: skip
def test_a_mapping_with_the_shape_of_a_topic(path: str, text: str, expected: list[str]) -> None:
    assert topics(path, text) == expected


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("deployment.yaml", "kind: Deployment\nmetadata:\n  name: a\nspec:\n  replicas: 3\n"),
        ("values.yaml", "kafka:\n  name: a\n  replicas: 3\n  config:\n    min.insync.replicas: 1\n"),
        ("spark.yaml", "jobs:\n  - name: a\n    partitions: 200\n"),
        ("disk.yaml", "disks:\n  - name: sda\n    partitions: [1, 2]\n"),
        ("values.yaml", "topics:\n  defaults:\n    partitions: 3\n"),
        ("consumer.yaml", "input:\n  topic: orders\n  group: a\n"),
        ("application.yml", "app:\n  topics:\n    orders: orders-v1\n"),
        ("index.json", '{"name": "orders", "settings": {"number_of_shards": 3, "number_of_replicas": 1}}'),
        ("eventhub.tf", 'resource "azurerm_eventhub" "a" {\n  name = "a"\n  partition_count = 2\n}\n'),
    ],
)
def test_what_only_looks_like_a_topic_is_none(path: str, text: str) -> None:
    assert topics(path, text) == []


def test_command_lines_of_scripts() -> None:
    text = """\
        #!/bin/bash
        # kafka-topics --create --topic commented
        REPLICAS=1
        kafka-topics.sh --create --if-not-exists --bootstrap-server kafka:9092 \\
          --topic orders --partitions 12 \\
          --replication-factor $REPLICAS --config retention.ms=1000 --config cleanup.policy=compact
        for topic in paid sent; do
          bin/kafka-topics.sh --create --topic "$topic" --partitions=3 && echo done
        done
        kafka-configs --alter --entity-type topics --entity-name orders --add-config 'retention.ms=5,cleanup.policy=[compact,delete]'
        kafka-configs --alter --entity-type brokers --entity-name 1 --add-config log.retention.ms=5
        kafka-topics --describe --topic orders
        echo "kafka-topics --create --topic shown --partitions 1"
        rpk topic create late later -p 6 -r 3 -c retention.ms=7
        kafka-topics --create --topic "$1" --partitions 2
        """
    assert topics("create-topics.sh", text) == [
        "orders@5 12@5/1@6 retention.ms=1000@6 cleanup.policy=compact@6",
        "paid@8 3@8/-",
        "sent@8 3@8/-",
        "orders@10 -/- retention.ms=5@10 cleanup.policy=compact,delete@10",
        "late@14 6@14/3@14 retention.ms=7@14",
        "later@14 6@14/3@14 retention.ms=7@14",
        "$1?@15 2@15/-",
    ]


def test_command_lines_of_compose_files_manifests_and_images() -> None:
    compose = """\
        services:
          init:
            command: "bash -c 'kafka-topics --create --topic orders --partitions 3 --replication-factor 1'"
          more:
            command: >
              kafka-topics --create --topic paid
                --partitions 6
          list:
            command: [kafka-topics, --alter, --topic, sent, --partitions, "9"]
          kafka:
            environment:
              KAFKA_CREATE_TOPICS: "a:3:1,b:1:1:compact"
        """
    assert sorted(topics("docker-compose.yml", compose)) == [
        "a@12 3@12/1@12",
        "b@12 1@12/1@12 cleanup.policy=compact@12",
        "orders@3 3@3/1@3",
        "paid@6 6@7/-",
        "sent@9 9@9/-",
    ]
    assert topics("Dockerfile", "FROM a\nRUN kafka-topics --create --topic a --partitions 1\n") == ["a@2 1@2/-"]


def test_a_script_exports_settings() -> None:
    facts = read("run.sh", "export KAFKA_AUTO_OFFSET_RESET=latest # new\nOTHER=1\n")
    assert [(s.client, s.key, s.value.text, s.span.first_line) for s in facts.settings] == [
        ("consumer", "auto.offset.reset", "latest", 1)
    ]


def test_a_hostile_script_is_read_in_time() -> None:
    for unit in ("kafka-topics \\\n", "kafka-topics '", "for a in $a $a\n", "A=(${A} ${A})\n", "${${"):
        assert read("a.sh", unit * (200_000 // len(unit))).path == "a.sh"
