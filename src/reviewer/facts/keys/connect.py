"""Keys of Kafka Connect: workers, connectors, MirrorMaker 2, Debezium. Defaults: the references of Apache Kafka and Debezium."""

from __future__ import annotations

from reviewer.facts.keys.model import Key, Kind, known

WORKER: tuple[Key, ...] = (
    *known("offset.storage.topic config.storage.topic status.storage.topic offset.storage.file.filename", "worker", Kind.TEXT),
    *known("offset.storage.replication.factor config.storage.replication.factor status.storage.replication.factor", "worker", Kind.INT, more=True, kafka="3"),
    *known("offset.storage.partitions status.storage.partitions", "worker", Kind.INT),
    *known("offset.flush.interval.ms", "worker", Kind.MS, kafka="60000"),
    *known("offset.flush.timeout.ms", "worker", Kind.MS, kafka="5000"),
    *known("exactly.once.source.support", "worker", Kind.CHOICE, order="disabled preparing enabled", kafka="disabled", source="KIP-618"),
    *known("connector.client.config.override.policy", "worker", Kind.CHOICE, source="KIP-722", kafka="None 3.0=All"),
    *known("connect.protocol", "worker", Kind.CHOICE, kafka="eager 2.3=compatible 2.4=sessioned", source="KIP-415, KIP-507"),
    *known("scheduled.rebalance.max.delay.ms rebalance.timeout.ms task.shutdown.graceful.timeout.ms", "worker", Kind.MS),
    *known("plugin.path rest.advertised.host.name", "worker", Kind.LIST),
    *known("topic.creation.enable", "worker", Kind.BOOL, kafka="true"),
)  # fmt: skip

CONNECTOR: tuple[Key, ...] = (
    *known("connector.class", "connector", Kind.CLASS),
    *known("tasks.max", "connector", Kind.INT, kafka="1"),
    *known("topics", "connector", Kind.LIST, generic=True),
    *known("topics.regex topic.prefix database.server.name", "connector", Kind.TEXT),
    *known("errors.tolerance", "connector", Kind.CHOICE, order="all none", kafka="none", source="KIP-298"),
    *known("errors.deadletterqueue.topic.name", "connector", Kind.TEXT, kafka="", source="KIP-298"),
    *known("errors.deadletterqueue.topic.replication.factor", "connector", Kind.INT, more=True, kafka="3"),
    *known("errors.deadletterqueue.context.headers.enable errors.log.enable errors.log.include.messages", "connector", Kind.BOOL, kafka="false"),
    *known("errors.retry.timeout errors.retry.delay.max.ms", "connector", Kind.MS, kafka="0"),
    *known("key.converter value.converter header.converter", "connector worker", Kind.CLASS),
    *known("key.converter.schemas.enable value.converter.schemas.enable", "connector worker", Kind.BOOL, kafka="true"),
    *known("transforms predicates", "connector", Kind.LIST, generic=True),
    *known("exactly.once.support", "connector", Kind.CHOICE, order="requested required", kafka="requested", source="KIP-618"),
    *known("transaction.boundary", "connector", Kind.CHOICE, kafka="poll"),
    *known("config.action.reload", "connector", Kind.CHOICE, kafka="restart"),
    *known("topic.creation.default.replication.factor topic.creation.default.partitions", "connector", Kind.INT),
    *known("insert.mode", "connector", Kind.CHOICE, order="insert upsert"),
    *known("pk.mode", "connector", Kind.CHOICE),
    *known("delete.enabled", "connector", Kind.BOOL, generic=True),
    *known("flush.size rotate.interval.ms rotate.schedule.interval.ms", "connector", Kind.INT),
    *known("behavior.on.null.values behavior.on.malformed.documents behavior.on.error", "connector", Kind.CHOICE, order="ignore warn fail"),
    *known("replication.policy.class", "connector", Kind.CLASS, source="MirrorMaker 2"),
    *known("sync.group.offsets.enabled emit.checkpoints.enabled sync.topic.configs.enabled sync.topic.acls.enabled refresh.topics.enabled", "connector", Kind.BOOL, source="MirrorMaker 2"),
    *known("offset.syncs.topic.replication.factor checkpoints.topic.replication.factor heartbeats.topic.replication.factor", "connector", Kind.INT, more=True, source="MirrorMaker 2"),
    *known("sync.group.offsets.interval.seconds emit.checkpoints.interval.seconds refresh.topics.interval.seconds refresh.groups.interval.seconds", "connector", Kind.SECONDS, source="MirrorMaker 2"),
    *known("offset.lag.max", "connector", Kind.INT, kafka="100", source="MirrorMaker 2"),
)  # fmt: skip

DEBEZIUM: tuple[Key, ...] = (
    *known("snapshot.mode snapshot.locking.mode", "connector", Kind.CHOICE),
    *known("slot.name publication.name", "connector", Kind.TEXT),
    *known("slot.drop.on.stop", "connector", Kind.BOOL, order="true false"),
    *known("tombstones.on.delete", "connector", Kind.BOOL, order="false true"),
    *known("drop.tombstones", "connector", Kind.BOOL, order="true false"),
    *known("delete.handling.mode delete.tombstone.handling.mode", "connector", Kind.CHOICE),
    *known("event.processing.failure.handling.mode inconsistent.schema.handling.mode", "connector", Kind.CHOICE, order="skip ignore warn fail"),
    *known("skipped.operations message.key.columns table.include.list table.exclude.list database.include.list schema.include.list table.whitelist database.whitelist", "connector", Kind.LIST),
    *known("max.queue.size max.batch.size", "connector", Kind.INT, generic=True),
    *known("database.server.id database.history.kafka.topic schema.history.internal.kafka.topic", "connector", Kind.TEXT),
    *known("plugin.name", "connector", Kind.CHOICE, generic=True),
)  # fmt: skip

KEYS: tuple[Key, ...] = (*WORKER, *CONNECTOR, *DEBEZIUM)
