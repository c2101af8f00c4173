"""node-rdkafka (TypeScript and JavaScript)."""

from __future__ import annotations

from reviewer.clients.library import Default, Delivers, Library, Makes, OnRebalance, Operation

_COMMITS = frozenset({"commit", "commitSync", "commitMessage", "commitMessageSync", "offsetsStore"})
_TRANSACTION = frozenset(
    {"initTransactions", "beginTransaction", "commitTransaction", "abortTransaction", "sendOffsetsToTransaction"}
)
_PRODUCED = {
    3: {"topic": 0, "value": 2},
    4: {"topic": 0, "value": 2, "key": 3},
    5: {"topic": 0, "value": 2, "key": 3},
    6: {"topic": 0, "value": 2, "key": 3},
    7: {"topic": 0, "value": 2, "key": 3},
}

# https://github.com/Blizzard/node-rdkafka: lib/producer.js, lib/kafka-consumer.js. @confluentinc/kafka-javascript took them over.
TYPES = {"KafkaConsumer": "consumer", "Producer": "producer", "HighLevelProducer": "producer"}
MAKES = (
    # (settings, settings of its topics)
    Makes(name="KafkaConsumer", client="consumer", config="options"),
    Makes(name="Producer", client="producer", config="options"),
    Makes(name="HighLevelProducer", client="producer", config="options"),
)
OPERATIONS = (
    Operation(client="consumer", methods=frozenset({"subscribe", "assign", "incrementalAssign"}), role="subscribe"),
    Operation(client="consumer", methods=_COMMITS, role="commit"),
    Operation(client="consumer", methods=frozenset({"seek"}), role="seek"),
    Operation(client="consumer", methods=frozenset({"pause"}), role="pause"),
    Operation(client="consumer", methods=frozenset({"resume"}), role="resume"),
    Operation(client="consumer", methods=frozenset({"disconnect"}), role="close"),
    # HighLevelProducer's last argument is a callback, Producer's are an opaque and headers.
    Operation(
        client="producer", methods=frozenset({"produce"}), role="send", callback=5, error_first=True, reports_by="callback",
        shapes=_PRODUCED
    ),
    Operation(client="producer", methods=frozenset({"flush"}), role="flush"),
    # It flushes for five seconds first.
    Operation(client="producer", methods=frozenset({"disconnect"}), role="close"),
    Operation(client="producer", methods=frozenset({"poll", "setPollInterval"}), role="serve"),
    Operation(client="producer", methods=_TRANSACTION, role="transaction"),
)  # fmt: skip
# One callback hears of both; the error's code says which.
REBALANCES = (OnRebalance(method="rebalance_cb", event="revoked", at=1, is_given=True, branch="REVOKE"),)
DELIVERS = (
    Delivers(by="callback", name="data", of="on"),
    Delivers(by="callback", name="*", of="consume", at=1),  # consume(n, (error, messages) => …)
)
# librdkafka CONFIGURATION.md.
DEFAULTS = {
    "producer": {"acks": (Default(value="all"),), "enable.idempotence": (Default(value="false"),)},
    "consumer": {
        "enable.auto.commit": (Default(value="true"),),
        "enable.auto.offset.store": (Default(value="true"),),
        "auto.offset.reset": (Default(value="largest"),),
        "isolation.level": (Default(value="read_committed"),),
    },
}

LIBRARY = Library(
    id="node-rdkafka",
    auto_commits="delivered",
    title="node-rdkafka",
    languages=frozenset({"javascript", "typescript"}),
    imports=("node-rdkafka",),
    coordinates=("node-rdkafka",),
    types=TYPES,
    receiver_names={"consumer": ("consumer",), "producer": ("producer",)},
    makes=MAKES,
    operations=OPERATIONS,
    rebalances=REBALANCES,
    delivers=DELIVERS,
    spelling="camel",
    is_dotted_too=True,
    words={
        "flush": "Call `producer.disconnect(timeout, done)` before the process ends: it flushes; `process.exit` before `done` loses the queue.",
        "confirm": "Set `dr_cb: true`, call `setPollInterval`, and fail the unit of work in the `delivery-report` event, or use HighLevelProducer's callback.",
        "retry": "Turn `enable.auto.offset.store` off and call `offsetsStore` (or `commitMessage`) only when the work succeeded; seek back or stop on a failure.",
    },
    defaults=DEFAULTS,
)  # fmt: skip
