"""rust-rdkafka (librdkafka)."""

from __future__ import annotations

from reviewer.clients.library import Default, Delivers, Library, Makes, OnRebalance, Operation, Record

_CONSUMER, _BASE = "consumer", "base-producer"
_TRANSACTION = frozenset(
    {"init_transactions", "begin_transaction", "commit_transaction", "abort_transaction", "send_offsets_to_transaction"}
)

LIBRARY = Library(
    id="rdkafka",
    auto_commits="delivered",
    title="rust-rdkafka (Rust)",
    languages=frozenset({"rust"}),
    imports=("rdkafka",),
    coordinates=("rdkafka",),
    types={
        "StreamConsumer": _CONSUMER,
        "BaseConsumer": _CONSUMER,
        "MessageStream": _CONSUMER,
        "FutureProducer": "producer",
        "BaseProducer": _BASE,
        "ThreadedProducer": _BASE,
        "AdminClient": "admin",
    },
    receiver_names={_CONSUMER: ("consumer",), "producer": ("producer",), _BASE: ("baseproducer", "threadedproducer")},
    # A context hears of what becomes of records; the default one ignores it.
    makes=(
        Makes(name="create", client="by-type", config="chain"),
        Makes(name="create_with_context", client="by-type", config="chain", hears=True),
        Makes(name="from_config", client="by-type", config=0),
        Makes(name="from_config_and_context", client="by-type", config=0, hears=True),
        Makes(name="stream", client="", on="StreamConsumer", type="MessageStream"),
    ),
    rebalances=(
        OnRebalance(method="pre_rebalance", event="revoked", at=2, branch="Revoke"),
        OnRebalance(method="on_revoke", event="revoked", at=1),
    ),
    operations=(
        Operation(client=_CONSUMER, methods=frozenset({"recv", "poll", "next", "try_next", "iter"}), role="poll"),
        # commit_message, store_offset and store_offset_from_message add 1, lists hold the next offset (consumer/mod.rs).
        Operation(
            client=_CONSUMER, role="commit",
            methods=frozenset(
                {"commit", "commit_message", "commit_consumer_state", "store_offset", "store_offset_from_message",
                 "store_offsets"}
            ),
        ),
        Operation(client=_CONSUMER, methods=frozenset({"seek", "seek_partitions"}), role="seek"),
        Operation(
            client=_CONSUMER, methods=frozenset({"subscribe", "assign", "incremental_assign"}), role="subscribe"
        ),
        Operation(client="producer", methods=frozenset({"send"}), role="send", record=0, reports_by="result"),
        Operation(client="producer", methods=frozenset({"send_result"}), role="send", record=0, reports_by="handle"),
        Operation(client="producer", methods=frozenset({"flush"}), role="flush"),
        Operation(client="producer", methods=_TRANSACTION, role="transaction"),
        # Its result is whether the queue took the record.
        Operation(client=_BASE, methods=frozenset({"send"}), role="send", record=0, reports_by="context"),
        Operation(client=_BASE, methods=frozenset({"poll"}), role="serve"),
        Operation(client=_BASE, methods=frozenset({"flush"}), role="flush"),
        Operation(client=_BASE, methods=_TRANSACTION, role="transaction"),
    ),
    records={
        "FutureRecord": Record(steps={"to": "topic", "key": "key", "payload": "value"}),
        "BaseRecord": Record(steps={"to": "topic", "with_opaque_to": "topic", "key": "key", "payload": "value"}),
    },
    delivers=(
        Delivers(by="callback", name="*", of="for_each"),
        Delivers(by="callback", name="*", of="try_for_each"),
        Delivers(by="callback", name="*", of="for_each_concurrent"),
        Delivers(by="callback", name="*", of="try_for_each_concurrent"),
    ),
    configs={"ClientConfig": ""},
    words={
        "flush": "Call `producer.flush(timeout)` before the producer is dropped and look at its result: a drop purges what is queued.",
        "confirm": "Await `producer.send(…)` and return its error, or await the future of `send_result` before acknowledging upstream.",
        "unheard": "nobody is told what becomes of it",
        "manual": "Set enable.auto.offset.store=false and call store_offset_from_message when the work is complete.",
        "retry": "Seek back to the message, or leave the loop without a commit, before a later message is stored or committed.",
    },
    # librdkafka CONFIGURATION.md
    defaults={
        "producer": {
            "acks": (Default(value="all"),),
            "enable.idempotence": (Default(value="false"),),
            "max.in.flight.requests.per.connection": (Default(value="1000000"),),
            "retries": (Default(value="2147483647"),),
        },
        "consumer": {
            "enable.auto.commit": (Default(value="true"),),
            "enable.auto.offset.store": (Default(value="true"),),
            "auto.offset.reset": (Default(value="largest"),),
            "isolation.level": (Default(value="read_committed"),),
        },
    },
)  # fmt: skip
