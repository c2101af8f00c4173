"""Kafka Connect: code of connectors, tasks and transformations."""

from __future__ import annotations

from reviewer.clients.library import CalledAt, Delivers, Library, OnRebalance, Operation

LIBRARY = Library(
    id="kafka-connect",
    title="Kafka Connect",
    languages=frozenset({"java", "kotlin", "scala"}),
    imports=("org.apache.kafka.connect.",),
    coordinates=("org.apache.kafka:connect-api",),
    types={"OffsetStorageReader": "source-offsets", "SourceRecord": "source-record"},
    receiver_names={"source-offsets": ("offsetstoragereader",)},
    operations=(
        # What poll() returns the worker sends; it tells commitRecord() when a record is stored. By the constructors of SourceRecord.
        Operation(
            client="source-record", methods=frozenset({"SourceRecord"}), role="send", is_bare=True, reports_by="elsewhere",
            shapes={
                5: {"topic": 2, "value": 4}, 6: {"topic": 2, "value": 5}, 7: {"topic": 2, "key": 4, "value": 6},
                **{count: {"topic": 2, "key": 5, "value": 7} for count in (8, 9, 10)},
            },
        ),
        Operation(client="source-offsets", methods=frozenset({"offset", "offsets"}), role="restore"),
    ),
    delivers=(
        # The framework commits what preCommit() returns; by default all that put() got.
        Delivers(by="method", name="put", of="Collection", base="SinkTask", ack="container"),
        Delivers(by="method", name="put", of="MutableCollection", base="SinkTask", ack="container"),
        Delivers(by="method", name="put", of="util.Collection", base="SinkTask", ack="container"),
        # KIP-66: a transformation that returns null drops the record, and its offset is committed all the same.
        Delivers(by="method", name="apply", base="Transformation", ack="container", at=0, null_drops=True),
    ),
    hooks=(
        CalledAt(method="flush", event="commit", base="SinkTask"),
        CalledAt(method="preCommit", event="offsets", base="SinkTask"),
        CalledAt(method="poll", event="produce", base="SourceTask"),
        CalledAt(method="commit", event="commit", base="SourceTask"),
        CalledAt(method="commitRecord", event="confirmed", base="SourceTask"),
        *(CalledAt(method=method, event=method, base=base) for method in ("start", "stop") for base in ("SinkTask", "SourceTask")),
    ),
    words={
        "retry": "Let what {call}() throws leave {handler}(): a RetriableException brings the same records again, ErrantRecordReporter takes those that never work.",
    },
    rebalances=(
        OnRebalance(method="open", event="assigned", base="SinkTask"),
        OnRebalance(method="close", event="revoked", base="SinkTask"),
    ),
)  # fmt: skip
