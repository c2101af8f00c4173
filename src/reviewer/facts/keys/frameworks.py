"""Keys that frameworks lay over the clients: Spring, Spring Cloud Stream, SmallRye (Quarkus), Micronaut, Alpakka."""

from __future__ import annotations

from reviewer.facts.keys.model import Key, Kind, known

KEYS: tuple[Key, ...] = (
    *known("ack.mode", "listener consumer", Kind.CHOICE, order="record batch manual_immediate manual"),
    *known("listener.type listener.concurrency", "listener", Kind.TEXT),
    *known("auto.commit.offset auto.commit.on.error", "consumer", Kind.BOOL, source="Spring Cloud Stream"),
    *known("enable.dlq", "consumer", Kind.BOOL, order="false true", source="Spring Cloud Stream"),
    *known("dlq.name dlq.partitions", "consumer", Kind.TEXT, source="Spring Cloud Stream"),
    *known("reset.offsets start.offset", "consumer", Kind.TEXT, source="Spring Cloud Stream", generic=True),
    *known("deserialization.exception.handler.name", "streams", Kind.CHOICE),
    *known("transaction.transaction.id.prefix", "producer", Kind.TEXT, source="Spring Cloud Stream"),
    *known("auto.create.topics auto.add.partitions auto.alter.topics", "admin", Kind.BOOL, source="Spring Cloud Stream"),
    *known("min.partition.count", "admin", Kind.INT, source="Spring Cloud Stream"),
    *known("failure.strategy", "consumer", Kind.CHOICE, order="ignore dead-letter-queue delayed-retry-topic fail", source="SmallRye: fail", generic=True),
    *known("commit.strategy", "consumer", Kind.CHOICE, order="ignore latest throttled", source="SmallRye", generic=True),
    *known("dead.letter.queue.topic", "consumer", Kind.TEXT, source="SmallRye"),
    *known("fail.on.deserialization.failure", "consumer", Kind.BOOL, order="false true", source="SmallRye"),
    *known("wait.for.write.completion", "producer", Kind.BOOL, order="false true", source="SmallRye"),
    *known("max.inflight.messages", "producer", Kind.INT, source="SmallRye"),
    *known("offset.reset", "consumer", Kind.CHOICE, means="auto.offset.reset", generic=True, source="Micronaut"),
)  # fmt: skip
