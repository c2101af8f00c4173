"""kafka-node (TypeScript and JavaScript)."""

from __future__ import annotations

from reviewer.clients.library import Default, Delivers, Key, Library, Makes, Operation

# github.com/SOHU-Co/kafka-node: lib/consumerGroup.js, lib/consumer.js, lib/baseProducer.js, README (send, requireAcks). No longer maintained, still installed.
LIBRARY = Library(
    id="kafka-node",
    title="kafka-node",
    languages=frozenset({"javascript", "typescript"}),
    imports=("kafka-node",),
    coordinates=("kafka-node",),
    types={
        "Consumer": "consumer", "ConsumerGroup": "consumer", "ConsumerStream": "consumer", "ConsumerGroupStream": "consumer", "Producer": "producer",
        "HighLevelProducer": "producer",
    },
    receiver_names={"consumer": ("consumer", "consumergroup"), "producer": ("producer",)},
    makes=(
        Makes(name="ConsumerGroup", client="consumer", config=0, type="ConsumerGroup"),
        Makes(name="ConsumerGroupStream", client="consumer", config=0, type="ConsumerGroupStream"),
        Makes(name="Consumer", client="consumer", config=2, optional=True, type="Consumer"),
        Makes(name="Producer", client="producer", config=1, optional=True, type="Producer"),
        Makes(name="HighLevelProducer", client="producer", config=1, optional=True, type="HighLevelProducer"),
    ),
    operations=(
        Operation(client="consumer", methods=frozenset({"commit", "autoCommit"}), role="commit"),
        Operation(client="consumer", methods=frozenset({"setOffset"}), role="seek"),
        Operation(client="consumer", methods=frozenset({"pause"}), role="pause"),
        Operation(client="consumer", methods=frozenset({"resume"}), role="resume"),
        Operation(client="consumer", methods=frozenset({"addTopics"}), role="subscribe"),
        Operation(client="consumer", methods=frozenset({"close"}), role="close"),
        # producer.send([{ topic, messages, key }], (error, result) => …)
        Operation(
            client="producer", methods=frozenset({"send"}), role="send", record=0, fields={"topic": "topic", "key": "key", "value": "messages"}, callback=1,
            error_first=True, reports_by="callback",
        ),
        Operation(client="producer", methods=frozenset({"close"}), role="close"),
    ),
    delivers=(Delivers(by="callback", name="message", of="on"), Delivers(by="callback", name="data", of="on")),
    spelling="camel",
    keys={
        "kafkaHost": Key(key="bootstrap.servers"),
        "groupId": Key(key="group.id", client="consumer"),
        "autoCommit": Key(key="enable.auto.commit", client="consumer"),
        "autoCommitIntervalMs": Key(key="auto.commit.interval.ms", client="consumer"),
        # Of a plain Consumer it says whether the offset of the payload counts.
        "fromOffset": Key(key="auto.offset.reset", client="consumer", values={"true": "payload", "false": "committed"}),
        "outOfRangeOffset": Key(key="out.of.range.offset", client="consumer"),
        "sessionTimeout": Key(key="session.timeout.ms", client="consumer"),
        "heartbeatInterval": Key(key="heartbeat.interval.ms", client="consumer"),
        "requireAcks": Key(key="acks", client="producer", values={"-1": "all"}),
        "ackTimeoutMs": Key(key="request.timeout.ms", client="producer"),
    },
    words={
        "acks": "Set `requireAcks: -1` where this producer is made.",
        "flush": "Call `producer.close(done)` on shutdown, after the callbacks of all sends have come.",
        "confirm": "Give `producer.send(…)` a callback that fails the unit of work on an error.",
        "retry": "Set `autoCommit: false` and commit when the work succeeded; pause the consumer while it is tried again.",
    },
    defaults={
        "consumer": {"enable.auto.commit": (Default(value="true"),), "auto.offset.reset": (Default(value="latest"),), "group.id": (Default(value="kafka-node-group"),)},
        "producer": {"acks": (Default(value="1"),), "enable.idempotence": (Default(value="false"),)},
    },
)  # fmt: skip
