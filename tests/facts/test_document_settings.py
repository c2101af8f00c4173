"""Whose setting a line of a document is, wherever it hangs; and what only looks like one."""

from __future__ import annotations

import pytest
from facts.read_document import read, settings

from reviewer.facts.streaming.model import Known


def test_a_config_map_holds_the_files_of_a_broker_and_of_an_application() -> None:
    found = settings(
        "configmap.yaml",
        """\
        kind: ConfigMap
        metadata:
          name: kafka
        data:
          server.properties: |
            node.id=1
            min.insync.replicas=1
          application.yml: |
            spring:
              kafka:
                consumer:
                  auto-offset-reset: latest
          KAFKA_ACKS: "1"
        """,
    )
    assert found == [
        ("broker", "node.id", "1", "data.server.properties", 6),
        ("broker", "min.insync.replicas", "1", "data.server.properties", 7),
        ("consumer", "auto.offset.reset", "latest", "data.application.yml.spring.kafka.consumer", 12),
        ("producer", "acks", "1", "data", 13),
    ]


@pytest.mark.parametrize(
    ("kind", "path", "client"),
    [
        ("Kafka", ("kafka",), "broker"),
        ("KafkaTopic", (), "topic"),
        ("KafkaConnect", (), "worker"),
    ],
)
def test_a_manifest_of_strimzi_says_whose_its_config_is(kind: str, path: tuple[str, ...], client: str) -> None:
    key = {
        "broker": "min.insync.replicas",
        "topic": "min.insync.replicas",
        "worker": "config.storage.replication.factor",
    }[client]
    nested = "".join(f"{'  ' * (n + 1)}{name}:\n" for n, name in enumerate((*path, "config")))
    depth = "  " * (len(path) + 2)
    text = f"kind: {kind}\nmetadata:\n  name: a\nspec:\n{nested}{depth}{key}: 1\n"
    assert [(c, k, v) for c, k, v, *_ in settings("a.yaml", text)] == [(client, key, "1")]


def test_cruise_control_and_mirror_maker_have_keys_of_their_own() -> None:
    found = settings(
        "mm2.yaml",
        """\
        kind: KafkaMirrorMaker2
        spec:
          clusters:
            - alias: a
              config:
                offset.storage.replication.factor: 1
          mirrors:
            - sourceConnector:
                config:
                  replication.factor: 1
                  sync.topic.acls.enabled: "false"
        ---
        kind: Kafka
        spec:
          cruiseControl:
            config:
              hard.goals: com.example.RackAwareGoal
        """,
    )
    assert [(client, key) for client, key, *_ in found] == [
        ("worker", "offset.storage.replication.factor"),
        ("connector", "replication.factor"),
        ("connector", "sync.topic.acls.enabled"),
        ("broker", "hard.goals"),
    ]


def test_variables_of_compose_kubernetes_and_connect() -> None:
    found = settings(
        "docker-compose.yml",
        """\
        services:
          kafka:
            environment:
              KAFKA_NODE_ID: 1
              KAFKA_LOG_RETENTION_MS: 1000
              KAFKA_CFG_COMPRESSION_TYPE: lz4
            healthcheck:
              retries: 10
          connect:
            environment:
              - CONNECT_OFFSET_STORAGE_REPLICATION_FACTOR=1
              - CONNECT_PRODUCER_ACKS=1
          app:
            environment:
              SPRING_KAFKA_CONSUMER_AUTOOFFSETRESET: latest
              MP_MESSAGING_OUTGOING_ORDERS_ACKS: "1"
              KAFKA_AUTO_OFFSET_RESET: latest
              QUARKUS_KAFKA_STREAMS_APPLICATION_ID: orders
        """,
    )
    assert found == [
        ("broker", "node.id", "1", "services.kafka.environment", 4),
        ("broker", "log.retention.ms", "1000", "services.kafka.environment", 5),
        ("broker", "compression.type", "lz4", "services.kafka.environment", 6),
        ("worker", "offset.storage.replication.factor", "1", "services.connect.environment.CONNECT", 11),
        ("producer", "acks", "1", "services.connect.environment.CONNECT_PRODUCER", 12),
        ("consumer", "auto.offset.reset", "latest", "services.app.environment.SPRING_KAFKA_CONSUMER", 15),
        ("producer", "acks", "1", "services.app.environment.MP_MESSAGING_OUTGOING_ORDERS", 16),
        ("consumer", "auto.offset.reset", "latest", "services.app.environment", 17),
        ("streams", "application.id", "orders", "services.app.environment.QUARKUS_KAFKA_STREAMS", 18),
    ]


def test_lists_of_names_and_values_outside_env_count_too() -> None:
    template = """\
        kind: Template
        parameters:
          - name: KAFKA_CONSUMER_MAX_POLL_RECORDS
            value: "10"
        objects: []
        """
    assert settings("template.yml", template) == [
        ("consumer", "max.poll.records", "10", "parameters.KAFKA_CONSUMER", 3)
    ]
    overrides = """\
        spec:
          configOverrides:
            server:
              - auto.create.topics.enable=true
        """
    assert settings("kafka.yaml", overrides) == [
        ("broker", "auto.create.topics.enable", "true", "spec.configOverrides.server", 4)
    ]


def test_profiles_of_one_file_are_told_apart() -> None:
    found = settings(
        "application.yml",
        """\
        spring:
          kafka:
            producer: {acks: all}
        ---
        spring:
          config.activate.on-profile: prod
          kafka:
            producer: {acks: 1}
        """,
    )
    assert [(scope, value) for _, _, value, scope, _ in found if value in ("all", "1")] == [
        ("spring.kafka.producer", "all"),
        ("spring.kafka.producer@prod", "1"),
    ]


def test_frameworks_spell_the_keys_in_their_own_way() -> None:
    found = settings(
        "application.yml",
        """\
        spring:
          cloud:
            stream:
              kafka:
                binder:
                  requiredAcks: 1
                bindings:
                  orders-in-0:
                    consumer:
                      autoCommitOffset: true
        kafka:
          producers:
            orders:
              acks: 1
        mp:
          messaging:
            incoming:
              orders:
                failure-strategy: ignore
                auto:
                  offset:
                    reset: latest
        """,
    )
    assert [(client, key, value) for client, key, value, *_ in found] == [
        ("producer", "acks", "1"),
        ("consumer", "auto.commit.offset", "true"),
        ("producer", "acks", "1"),
        ("consumer", "failure.strategy", "ignore"),
        ("consumer", "auto.offset.reset", "latest"),
    ]


def test_flink_is_configured_in_files_manifests_and_variables() -> None:
    manifest = """\
        kind: FlinkDeployment
        spec:
          flinkConfiguration:
            execution.checkpointing.interval: "60s"
            taskmanager.numberOfTaskSlots: "2"
        """
    assert [(client, key) for client, key, *_ in settings("job.yaml", manifest)] == [
        ("flink", "execution.checkpointing.interval"),
        ("flink", "taskmanager.numberoftaskslots"),
    ]
    compose = """\
        services:
          jobmanager:
            environment:
              - |
                FLINK_PROPERTIES=
                jobmanager.rpc.address: jobmanager
                state.checkpoints.dir: file:///tmp
        """
    found = settings("compose.yaml", compose)
    assert [(client, key, line) for client, key, _, _, line in found] == [("flink", "state.checkpoints.dir", 7)]
    nested = "execution:\n  checkpointing:\n    tolerable-failed-checkpoints: 5\n"
    assert [key for _, key, *_ in settings("config.yaml", nested)] == [
        "execution.checkpointing.tolerable.failed.checkpoints"
    ]


def test_an_msk_configuration_is_read_through_its_heredoc() -> None:
    found = settings(
        "msk.tf",
        """\
        resource "aws_msk_configuration" "main" {
          server_properties = <<EOT
        auto.create.topics.enable = true
        unclean.leader.election.enable = true
        EOT
        }
        """,
    )
    assert [(client, key, line) for client, key, _, _, line in found] == [
        ("broker", "auto.create.topics.enable", 3),
        ("broker", "unclean.leader.election.enable", 4),
    ]


def test_a_worker_lays_settings_over_the_clients_of_its_connectors() -> None:
    found = settings(
        "connect-distributed.properties", "group.id=connect\nproducer.acks=1\nconsumer.isolation.level=read_committed\n"
    )
    assert [(client, key, scope) for client, key, _, scope, _ in found] == [
        ("worker", "group.id", ""),
        ("producer", "acks", "producer"),
        ("consumer", "isolation.level", "consumer"),
    ]


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("application.yml", "messaging:\n  acks: 1\n"),
        ("docker-compose.yml", "services:\n  kafka:\n    healthcheck:\n      retries: 3\n"),
        ("values.yaml", "oauth:\n  client:\n    id: web\nhttp:\n  retries: 2\n"),
        ("application.yml", "spring:\n  rabbitmq:\n    listener:\n      retries: 3\n"),
        (
            "deployment.yaml",
            "env:\n  - name: KAFKA_LOGGER\n    value: ERROR\n  - name: KAFKA_ENABLED\n    value: true\n",
        ),
        ("docker-compose.yml", "services:\n  app:\n    environment:\n      - KAFKA_BROKERS=broker:29092\n"),
        ("capacity.json", '{"brokerCapacities": [{"brokerId": "0"}]}'),
        ("build.yml", "android:\n  application:\n    id: com.example\n"),
    ],
)
def test_what_other_software_calls_the_same_is_nobodys(path: str, text: str) -> None:
    assert settings(path, text) == []
    assert [setting.scope for setting in read(path, text).settings] == [""] * len(read(path, text).settings)


def test_a_group_below_kafka_is_a_consumers_and_below_connect_a_workers() -> None:
    text = "environment:\n  KAFKA_GROUP_ID: orders\n  CONNECT_GROUP_ID: connect\n"
    assert [(client, value) for client, _, value, *_ in settings("a.yml", text)] == [
        ("consumer", "orders"),
        ("worker", "connect"),
    ]


def test_other_variables_of_a_brokers_image_are_the_brokers_too() -> None:
    text = "environment:\n  KAFKA_NODE_ID: 1\n  KAFKA_SSL_KEYSTORE_CREDENTIALS: a\n"
    assert [(client, key) for client, key, *_ in settings("a.yml", text)] == [
        ("broker", "node.id"),
        ("broker", "ssl.keystore.credentials"),
    ]


def test_a_blank_to_fill_in_is_not_known() -> None:
    (setting,) = read("a.json", '{"kafka": {"group.id": "<ConsumerGroupID>"}}').settings
    assert (setting.key, setting.value.known) == ("group.id", Known.UNKNOWN)
