"""@confluentinc/kafka-javascript (TypeScript and JavaScript): an API like that of KafkaJS, and that of node-rdkafka."""

from __future__ import annotations

from dataclasses import replace

from reviewer.clients import kafkajs, node_rdkafka
from reviewer.clients.library import Library, Operation

_OWN = (
    Operation(client="consumer", methods=frozenset({"storeOffsets"}), role="commit"),
    Operation(client="producer", methods=frozenset({"flush"}), role="flush"),
)
_NATIVE = tuple(
    row for row in node_rdkafka.OPERATIONS if not row.methods & {"flush", "disconnect", "seek", "subscribe"}
)

LIBRARY: Library = replace(
    kafkajs.LIBRARY,
    id="confluent-kafka-javascript",
    title="@confluentinc/kafka-javascript",
    imports=("@confluentinc/kafka-javascript",),
    coordinates=("@confluentinc/kafka-javascript",),
    types={**kafkajs.LIBRARY.types, **node_rdkafka.TYPES},
    makes=(*kafkajs.LIBRARY.makes, *node_rdkafka.MAKES),
    # MIGRATION.md: no transaction.send(), settings stand in the constructors' kafkaJS block.
    operations=(*kafkajs.LIBRARY.operations, *_OWN, *_NATIVE),
    delivers=(*kafkajs.LIBRARY.delivers, *node_rdkafka.DELIVERS),
    rebalances=node_rdkafka.REBALANCES,
    is_dotted_too=True,
    words={
        **kafkajs.LIBRARY.words,
        "flush": "Call `await producer.flush({ timeout })` and look at what it throws, then `await producer.disconnect()`, before the process ends.",
        "confirm": "Await `producer.send(…)`, or keep its promises and await them all, before acknowledging upstream.",
        "retry": "Let what the handler throws leave eachMessage: the message is delivered again and its offset is not stored.",
    },
)
