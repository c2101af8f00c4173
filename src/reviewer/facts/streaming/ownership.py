"""Whose a key of a document is: producer, consumer, broker, topic …, by the key, its path, its siblings, the manifest, the file."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from reviewer.facts.keys.lookup import Suffix
from reviewer.facts.keys.model import Key

# A word of a path -> the client whose part of the configuration it opens.
_HINTS = {
    "producer": "producer", "producers": "producer", "outgoing": "producer", "consumer": "consumer", "consumers": "consumer",
    "incoming": "consumer", "streams": "streams", "kstreams": "streams", "kstream": "streams", "admin": "admin", "listener": "listener",
    "topic": "topic", "topics": "topic", "broker": "broker", "brokers": "broker", "server": "broker", "kraft": "broker", "connector": "connector",
    "connectors": "connector", "debezium": "connector", "worker": "worker", "connect": "worker", "flink": "flink",
}  # fmt: skip
_KAFKA = frozenset({"kafka", "redpanda", "msk", "rdkafka", "librdkafka", "strimzi", "kafkajs", "sarama", "mm2"})
# Words between a path's word of Kafka and a key that is somebody else's: `kafka.healthcheck.retries`, `kafka.ui.topics`.
_FOREIGN = """
healthcheck health probe liveness readiness startup deploy logging build resources restart exporter ui http https rest grpc
jdbc db database redis smtp mail elasticsearch opensearch mongo mongodb s3 rabbitmq rabbit pulsar activemq nats kinesis rocketmq
jms amqp mqtt sqs sns ports volumes ingress init dependencies dependency tags labels annotations metadata dashboard alerts rules acl acls capacity capacities
"""
_OTHERS = frozenset(_FOREIGN.split())
_NEAR = 4  # words before a key in which something must speak for it

# Kind of a manifest -> whose its keys are.
_KINDS = {
    "Kafka": "broker", "KafkaNodePool": "broker", "KafkaTopic": "topic", "KafkaConnector": "connector", "Connector": "connector",
    "KafkaConnect": "worker", "Connect": "worker", "KafkaConnectS2I": "worker", "KafkaMirrorMaker2": "worker", "FlinkDeployment": "flink",
    "FlinkSessionJob": "flink", "KRaftController": "broker",
}  # fmt: skip


def is_evident(suffix: Suffix, kind: str, file_words: Sequence[str], siblings: Iterable[Key]) -> bool:
    """Whether a key is of streaming: a generic one (`retries`, `client.id`) only where something beside it says so."""
    if not suffix.key.generic:
        return True
    near = suffix.before[-_NEAR:]
    if any(word in _OTHERS for word in near):
        return False  # `brokerCapacities[].brokerId` is Cruise Control's, no setting of a broker
    clients = suffix.key.clients
    if any(word in _KAFKA or _HINTS.get(word) in clients for word in near) or _KINDS.get(kind) in clients:
        return True
    if any(word in _KAFKA or _HINTS.get(word) in clients for word in file_words):
        return True
    return any(not key.generic and key.clients & clients for key in siblings)


def client_of(
    suffix: Suffix, kind: str, file_words: Sequence[str], siblings: Sequence[Key], *, in_environment: bool
) -> str:
    """The client of a key; "" when it may be of several."""
    clients = suffix.key.clients
    for word in reversed(suffix.before):
        if _HINTS.get(word) in clients:
            return _HINTS[word]
    if len(clients) == 1:
        return next(iter(clients))
    if (owner := _KINDS.get(kind)) in clients and owner is not None:
        return owner
    found = _by_neighbours(clients, siblings, file_words, in_environment=in_environment)
    if not found and clients == {"consumer", "worker"} and any(word in _KAFKA for word in suffix.before[-_NEAR:]):
        return "consumer"  # `kafka.group-id`: a worker's would stand in its own file or beside its topics
    return found


def _by_neighbours(
    clients: frozenset[str], siblings: Sequence[Key], file_words: Sequence[str], *, in_environment: bool
) -> str:
    named = {_HINTS.get(word, "") for word in file_words} & clients
    if len(named) == 1:
        return next(iter(named))
    sure = {next(iter(key.clients)) for key in siblings if len(key.clients) == 1}
    fitting = sure & clients
    if len(fitting) == 1:
        return next(iter(fitting))
    if in_environment and clients <= {"broker", "topic", "producer"} and "broker" in clients:
        return "broker"
    return ""
