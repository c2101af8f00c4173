"""Quix Streams (Python)."""

from __future__ import annotations

from reviewer.clients.library import Declares, Default, Delivers, Keeps, Key, Library, Makes, Operation

_APP, _FRAME = "Application", "StreamingDataFrame"
# Methods that give the frame back, so that a chain goes on.
_STEPS = (
    "apply",
    "update",
    "filter",
    "group_by",
    "to_topic",
    "set_timestamp",
    "set_headers",
    "fill",
    "drop",
    "print",
    "merge",
    "concat",
    "join_asof",
    "join_interval",
    "join_latest",
    "join_lookup",
)
_WINDOWS = (
    "tumbling_window",
    "sliding_window",
    "hopping_window",
    "tumbling_count_window",
    "hopping_count_window",
    "sliding_count_window",
)
_AGGREGATES = ("sum", "count", "mean", "min", "max", "reduce", "collect", "agg")
_GUARANTEES = {"at-least-once": "at_least_once", "exactly-once": "exactly_once_v2"}


def _step(method: str) -> Delivers:
    return Delivers(by="callback", name="*", of=method, at=0, ack="container")


# github.com/quixio/quix-streams: app.py (Application, get_producer, get_consumer), dataframe/dataframe.py, kafka/producer.py. The application
# commits a checkpoint when all sends of it are acknowledged; an exception of a step stops it unless on_processing_error returns True.
LIBRARY = Library(
    id="quixstreams",
    title="Quix Streams",
    languages=frozenset({"python"}),
    imports=("quixstreams",),
    coordinates=("quixstreams",),
    types={_APP: "app", _FRAME: "frame", "Producer": "producer", "Consumer": "consumer", "Topic": "topic", "Source": "source"},
    receiver_names={"app": ("app", "application"), "frame": ("sdf",), "producer": ("producer",), "consumer": ("consumer",), "topic": ("topic",)},
    makes=(
        Makes(name=_APP, client="streams", config="keywords", positions={0: "bootstrap.servers"}, inner={"producer_extra_config": "producer", "consumer_extra_config": "consumer"}, type=_APP),
        Makes(name="topic", client="", on=_APP, type="Topic"),
        Makes(name="dataframe", client="", on=_APP, type=_FRAME),
        *(Makes(name=step, client="", on=_FRAME, type=_FRAME) for step in _STEPS),
        *(Makes(name=method, client="", on=_FRAME, type="Window") for method in _WINDOWS),
        *(Makes(name=method, client="", on="Window", type="Window") for method in _AGGREGATES),
        *(Makes(name=method, client="", on="Window", type=_FRAME) for method in ("final", "current")),
        # kafka/producer.py, kafka/consumer.py: what the application has inside, also made by hand.
        Makes(name="Producer", client="producer", config="keywords", positions={0: "bootstrap.servers"}, inner={"extra_config": "producer"}, type="Producer"),
        Makes(name="Consumer", client="consumer", config="keywords", positions={0: "bootstrap.servers", 1: "group.id"}, inner={"extra_config": "consumer"}, type="Consumer"),
        Makes(name="get_producer", client="producer", config="keywords", on=_APP, type="Producer"),
        Makes(name="get_consumer", client="consumer", config="keywords", on=_APP, type="Consumer", defaults={"enable.auto.offset.store": "false"}),
    ),
    operations=(
        # The checkpoint waits for it and fails with it.
        Operation(
            client="frame", methods=frozenset({"to_topic"}), role="send", keyed_elsewhere=True, reports_by="elsewhere", shapes={1: {"topic": 0}},
            keywords={"topic": "topic", "key": "key"},
        ),
        Operation(
            client="producer", methods=frozenset({"produce"}), role="send", error_first=True, reports_by="callback",
            shapes={1: {"topic": 0}, 2: {"topic": 0, "value": 1}, 3: {"topic": 0, "value": 1, "key": 2}},
            keywords={"topic": "topic", "key": "key", "value": "value"}, callback_keywords=("on_delivery",),
        ),
        # A source of this program gives its records to the application: self.produce(…).
        Operation(client="source", methods=frozenset({"produce"}), role="send", is_bare=True, reports_by="elsewhere", keywords={"key": "key", "value": "value"}),
        Operation(client="producer", methods=frozenset({"flush"}), role="flush"),
        Operation(client="producer", methods=frozenset({"poll"}), role="serve"),
        Operation(client="producer", methods=frozenset({"begin_transaction", "commit_transaction", "abort_transaction", "send_offsets_to_transaction"}), role="transaction"),
        Operation(client="consumer", methods=frozenset({"poll", "poll_row"}), role="poll"),
        Operation(client="consumer", methods=frozenset({"commit", "store_offsets"}), role="commit"),
        Operation(client="consumer", methods=frozenset({"seek"}), role="seek"),
        Operation(client="consumer", methods=frozenset({"subscribe", "assign"}), role="subscribe"),
        Operation(client="consumer", methods=frozenset({"close"}), role="close"),
    ),
    delivers=(
        *(_step(method) for method in ("apply", "update", "filter")),
        *(Delivers(by="callback", name="*", of=join, ack="container") for join in ("join_asof", "join_interval", "join_latest", "join_lookup")),
    ),
    keeps={
        "tumbling_window": Keeps(kind="window", on=_FRAME, position=2, is_optional=True),
        "sliding_window": Keeps(kind="window", on=_FRAME, position=2, is_optional=True),
        "hopping_window": Keeps(kind="window", on=_FRAME, position=3, is_optional=True),
        "tumbling_count_window": Keeps(kind="window", on=_FRAME, position=1, is_optional=True),
    },
    declares={"topic": Declares(on=_APP, inner="config", partitions="num_partitions", replication="replication_factor")},
    keys={
        "broker_address": Key(key="bootstrap.servers"),
        "consumer_group": Key(key="group.id", client="consumer"),
        "auto_offset_reset": Key(key="auto.offset.reset", client="consumer"),
        "auto_commit_enable": Key(key="enable.auto.commit", client="consumer"),
        "processing_guarantee": Key(key="processing.guarantee", client="streams", values=_GUARANTEES),
    },
    words={
        "flush": "Use `with app.get_producer() as producer:`, or call `producer.flush(timeout)` before the process ends.",
        "confirm": "Pass on_delivery=… that raises or records the error, and check that flush() returns 0 before acknowledging.",
        "retry": "Let what {call}() throws leave {handler}(): the application stops before the checkpoint is committed and reads the record again.",
    },
    defaults={
        "streams": {
            "processing.guarantee": (Default(value="at_least_once"),),
            "auto.offset.reset": (Default(value="latest"),),
            "group.id": (Default(value="quixstreams-default"),),
            "enable.idempotence": (Default(value="true"),),
            "acks": (Default(value="all"),),
        },
        "consumer": {"auto.offset.reset": (Default(value="latest"),), "enable.auto.commit": (Default(value="true"),)},
        "producer": {"acks": (Default(value="all"),), "enable.idempotence": (Default(value="true"),)},
    },
)  # fmt: skip
