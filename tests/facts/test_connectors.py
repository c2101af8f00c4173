"""Connectors of documents: name, class, settings, wherever they are configured."""

from __future__ import annotations

import pytest
from facts.read_document import read


def connectors(path: str, text: str) -> list[tuple[str, str, dict[str, str]]]:
    """(name, class, settings) in the order of the text."""
    found = read(path, text).connectors
    return [(c.name, c.connector_class, {s.key: s.value.text for s in c.settings}) for c in found]


@pytest.mark.parametrize(
    ("path", "text", "name"),
    [
        ("orders.json", '{"name": "orders-sink", "config": {"connector.class": "Sink", "errors.tolerance": "all"}}', "orders-sink"),
        ("orders.json", '{"connector.class": "Sink", "errors.tolerance": "all"}', "orders"),
        ("sink.properties", "name=orders-sink\nconnector.class=Sink\nerrors.tolerance=all\n", "orders-sink"),
        ("values.yaml", "connectors:\n  orders:\n    config:\n      connector.class: Sink\n      errors.tolerance: all\n", "orders"),
        ("a.yaml", "kind: KafkaConnector\nmetadata:\n  name: orders\nspec:\n  class: Sink\n  config:\n    errors.tolerance: all\n", "orders"),
        ("a.yaml", "kind: Connector\nmetadata: {name: orders}\nspec:\n  class: Sink\n  configs:\n    errors.tolerance: all\n", "orders"),
        ("a.tf", 'resource "confluent_connector" "a" {\n  config_nonsensitive = {\n    "connector.class" = "Sink"\n    "name" = "orders"\n    "errors.tolerance" = "all"\n  }\n}\n', "orders"),
        ("a.tf", 'variable "n" { default = "orders" }\nresource "aws_mskconnect_connector" "a" {\n  name = var.n\n  connector_configuration = {\n    "connector.class" = "Sink"\n    "errors.tolerance" = "all"\n  }\n}\n', "orders"),
    ],
)  # fmt: skip
def test_a_connector_has_its_name_its_class_and_its_settings(path: str, text: str, name: str) -> None:
    assert connectors(path, text) == [(name, "Sink", {"errors.tolerance": "all"})]


def test_the_settings_of_strimzi_keep_their_keys_and_lines() -> None:
    text = """\
        kind: KafkaConnector
        metadata:
          name: orders
        spec:
          class: io.example.Source
          tasksMax: 3
          config:
            transforms: unwrap
            transforms.unwrap.dropTombstones: "true"
        """
    (connector,) = read("connector.yaml", text).connectors
    assert [(s.key, s.span.first_line) for s in connector.settings] == [
        ("tasks.max", 6),
        ("transforms", 8),
        ("transforms.unwrap.dropTombstones", 9),
    ]
    assert (connector.span.first_line, connector.name_span and connector.name_span.first_line) == (5, 3)


def test_the_connectors_of_a_mirror() -> None:
    text = """\
        kind: KafkaMirrorMaker2
        spec:
          mirrors:
            - sourceCluster: east
              targetCluster: west
              sourceConnector:
                tasksMax: 2
                config:
                  replication.factor: 1
              checkpointConnector:
                config:
                  sync.group.offsets.enabled: "true"
        """
    assert connectors("mm2.yaml", text) == [
        ("east->west.sourceConnector", "org.apache.kafka.connect.mirror.MirrorSourceConnector", {"tasks.max": "2", "replication.factor": "1"}),
        ("east->west.checkpointConnector", "org.apache.kafka.connect.mirror.MirrorCheckpointConnector", {"sync.group.offsets.enabled": "true"}),
    ]  # fmt: skip


def test_a_mirror_of_the_newer_form_names_its_clusters_elsewhere() -> None:
    text = """\
        kind: KafkaMirrorMaker2
        spec:
          target: {alias: west}
          mirrors:
            - source: {alias: east}
              sourceConnector:
                config: {offset.lag.max: 10}
        """
    assert [name for name, *_ in connectors("mm2.yaml", text)] == ["east->west.sourceConnector"]


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("db.json", '{"name": "a", "config": {"driver.class": "x"}}'),
        ("a.yaml", "kind: Connector\nmetadata:\n  name: power-bi\nspec:\n  url: a\n"),
    ],
)
def test_what_is_no_connector_of_kafka(path: str, text: str) -> None:
    assert connectors(path, text) == []
