"""Faust (faust-streaming)."""

from __future__ import annotations

from reviewer.clients.library import Declares, Default, Delivers, Keeps, Key, Library, Makes, Operation

_SENT = {"key": "key", "value": "value"}
_APP = "App"

# github.com/faust-streaming/faust: app/base.py, channels.py, events.py, types/settings/settings.py (names and defaults; lengths of time
# are in seconds, so the keys of clients in milliseconds are others), transport/drivers/aiokafka.py (auto commit is off, Faust commits).
LIBRARY = Library(
    id="faust",
    title="Faust",
    languages=frozenset({"python"}),
    imports=("faust",),
    decorators=("app.agent",),  # modules of agents import the application from another one
    coordinates=("faust-streaming", "faust"),
    types={"App": "app", "Topic": "topic", "TopicT": "topic", "Event": "event", "EventT": "event", "Agent": "agent"},
    receiver_names={"app": ("app",), "topic": ("topic",), "event": ("event",), "agent": ("agent",)},
    makes=(
        # The id is the consumer group and begins the name of every changelog topic.
        Makes(name="App", client="streams", config="keywords", positions={0: "application.id", "id": "application.id"}, type=_APP),
        Makes(name="topic", client="", on=_APP, type="Topic"),
    ),
    operations=(
        # Waits for the buffer only; what it gives is awaited once more.
        Operation(
            client="topic", methods=frozenset({"send", "send_soon"}), role="send", reports_by="nested-future", keywords=_SENT,
            topic_of_holder=True, callback_keywords=("callback",),
        ),
        Operation(
            client="app", methods=frozenset({"send"}), role="send", reports_by="nested-future", keywords={"topic": "channel", **_SENT},
            shapes={1: {"topic": 0}, 2: {"topic": 0, "key": 1}, 3: {"topic": 0, "key": 1, "value": 2}}, callback_keywords=("callback",),
        ),
        Operation(
            client="event", methods=frozenset({"send", "forward"}), role="send", reports_by="nested-future", keywords={"topic": "channel", **_SENT},
            shapes={1: {"topic": 0}, 2: {"topic": 0, "key": 1}, 3: {"topic": 0, "key": 1, "value": 2}}, callback_keywords=("callback",),
        ),
        Operation(client="event", methods=frozenset({"ack"}), role="commit"),
        Operation(client="app", methods=frozenset({"stream"}), role="poll"),
        Operation(client="topic", methods=frozenset({"stream"}), role="poll"),
        Operation(client="app", methods=frozenset({"commit"}), role="commit"),
    ),
    # An event is acknowledged when the iteration moves on, whether or not the code behind it raised.
    delivers=(
        Delivers(
            by="annotation", name="agent", topics=("value",), ack="container", manual_after=frozenset({"noack", "noack_take"}),
            parts={"concurrency": "concurrency", "isolated_partitions": "isolated-partitions", "sink": "send-to"},
        ),
    ),
    keeps={name: Keeps(kind="table", on=_APP) for name in ("Table", "GlobalTable")}
    | {name: Keeps(kind="set", on=_APP) for name in ("SetTable", "SetGlobalTable")},
    declares={"topic": Declares(on=_APP, partitions="partitions", replication="replicas")},
    keys={
        "producer_acks": Key(key="acks", client="producer", values={"-1": "all"}),
        "producer_compression_type": Key(key="compression.type", client="producer"),
        "producer_max_request_size": Key(key="max.request.size", client="producer"),
        "producer_max_batch_size": Key(key="batch.size", client="producer"),
        "producer_partitioner": Key(key="partitioner.class", client="producer"),
        "consumer_auto_offset_reset": Key(key="auto.offset.reset", client="consumer"),
        "consumer_group_instance_id": Key(key="group.instance.id", client="consumer"),
        "broker_max_poll_records": Key(key="max.poll.records", client="consumer"),
        "processing_guarantee": Key(key="processing.guarantee", client="streams"),
    },
    words={
        "flush": "Let the worker stop in order (`app.stop()`): it flushes what is buffered.",
        "confirm": "Await what the send gives as well: `await (await topic.send(…))`.",
        "retry": "Faust acknowledges the event also when {call}() raises: send it to a dead-letter topic in the except block and await that, or retry in place.",
        "sends": "returns when the record is buffered",
    },
    defaults={
        "streams": {
            "processing.guarantee": (Default(value="at_least_once"),),
            "acks": (Default(value="all"),),
            "auto.offset.reset": (Default(value="earliest"),),
            "enable.auto.commit": (Default(value="false"),),
        },
        "consumer": {"auto.offset.reset": (Default(value="earliest"),), "enable.auto.commit": (Default(value="false"),)},
        "producer": {"acks": (Default(value="all"),)},
    },
)  # fmt: skip
