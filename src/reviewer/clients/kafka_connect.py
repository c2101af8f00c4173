"""Kafka Connect: code of connectors, tasks and transformations."""

from __future__ import annotations

from reviewer.clients.library import Delivers, Library, OnRebalance

LIBRARY = Library(
    id="kafka-connect",
    title="Kafka Connect",
    languages=frozenset({"java", "kotlin", "scala"}),
    imports=("org.apache.kafka.connect.",),
    coordinates=("org.apache.kafka:connect-api",),
    delivers=(
        # The framework commits what preCommit() returns; by default all that put() got.
        Delivers(by="method", name="put", of="Collection", base="SinkTask", ack="container"),
        Delivers(by="method", name="put", of="MutableCollection", base="SinkTask", ack="container"),
        Delivers(by="method", name="put", of="util.Collection", base="SinkTask", ack="container"),
    ),
    words={
        "retry": "Let what {call}() throws leave {handler}(): a RetriableException brings the same records again, ErrantRecordReporter takes those that never work.",
    },
    rebalances=(
        OnRebalance(method="open", event="assigned", base="SinkTask"),
        OnRebalance(method="close", event="revoked", base="SinkTask"),
    ),
)
