"""Keys of Kafka's producers, consumers, admin clients and Streams, of the JVM and of librdkafka.

Defaults: the configuration reference of Apache Kafka (kafka.apache.org/documentation) and librdkafka's CONFIGURATION.md; what moved, by KIP.
"""

from __future__ import annotations

from reviewer.facts.keys.model import Key, Kind, known

_ALL = "producer consumer streams admin"
_OFF_ON = "false true"

PRODUCER: tuple[Key, ...] = (
    *known("required.acks", "producer", Kind.CHOICE, means="acks", generic=True),
    *known("request.required.acks", "producer", Kind.CHOICE, means="acks"),
    *known("acks", "producer", Kind.CHOICE, order="0 1 all", same={"-1": "all", "none": "0", "noresponse": "0", "leader": "1", "waitforlocal": "1", "waitforall": "all"},
           generic=True, source="KIP-679; kafka-python 3.0 changelog", kafka="1 3.0=all", librdkafka="all", kafka_python="1 3.0=all", aiokafka="1"),
    *known("enable.idempotence", "producer", Kind.BOOL, order=_OFF_ON, source="KIP-679, KAFKA-13598",
           kafka="false 3.0.1=true", librdkafka="false", kafka_python="false 3.0=true", aiokafka="false"),
    *known("idempotence idempotent", "producer", Kind.BOOL, means="enable.idempotence", generic=True),
    *known("retries message.send.max.retries", "producer admin", Kind.INT, more=True, generic=True, source="KIP-91",
           kafka="0 2.1=2147483647", librdkafka="2147483647"),
    *known("max.in.flight.requests.per.connection max.in.flight", "producer", Kind.INT, kafka="5", librdkafka="1000000"),
    *known("delivery.timeout.ms", "producer", Kind.MS, more=True, kafka="120000", librdkafka="300000"),
    *known("message.timeout.ms", "producer", Kind.MS, more=True, librdkafka="300000"),
    *known("transactional.id transaction.id.prefix transactional.id.prefix", "producer", Kind.TEXT),
    *known("transaction.timeout.ms", "producer", Kind.MS, kafka="60000", librdkafka="60000"),
    *known("linger.ms", "producer", Kind.MS, source="KIP-1030", kafka="0 4.0=5", librdkafka="5"),
    *known("queue.buffering.max.ms", "producer", Kind.MS, librdkafka="5"),
    *known("queue.buffering.max.messages queue.buffering.max.kbytes", "producer", Kind.INT),
    *known("batch.size", "producer", Kind.BYTES, generic=True, kafka="16384"),
    *known("buffer.memory", "producer", Kind.BYTES, generic=True, kafka="33554432"),
    *known("max.block.ms", "producer", Kind.MS, kafka="60000"),
    *known("max.request.size", "producer", Kind.BYTES, generic=True, kafka="1048576"),
    *known("compression.type compression.codec", "producer topic broker", Kind.CHOICE, kafka="none", generic=True),
    *known("partitioner.class", "producer", Kind.CLASS, source="KIP-480, KIP-794"),
    *known("partitioner", "producer", Kind.CHOICE, generic=True, librdkafka="consistent_random"),
    *known("partitioner.ignore.keys", "producer", Kind.BOOL, kafka="false"),
    *known("key.serializer value.serializer", "producer", Kind.CLASS),
    *known("interceptor.classes", _ALL, Kind.LIST),
)  # fmt: skip

CONSUMER: tuple[Key, ...] = (
    *known("group.id", "consumer worker", Kind.TEXT),
    *known("group.instance.id", "consumer", Kind.TEXT),
    *known("group.protocol", "consumer streams", Kind.CHOICE, kafka="classic", source="KIP-848"),
    *known("group.remote.assignor", "consumer", Kind.TEXT),
    *known("enable.auto.commit", "consumer", Kind.BOOL, order="true false", kafka="true", librdkafka="true", kafka_python="true", aiokafka="true"),
    *known("enable.auto.offset.store", "consumer", Kind.BOOL, order="true false", librdkafka="true"),
    *known("auto.commit.interval.ms", "consumer", Kind.MS, kafka="5000", librdkafka="5000"),
    *known("auto.offset.reset", "consumer", Kind.CHOICE, order="latest earliest none",
           same={"largest": "latest", "end": "latest", "smallest": "earliest", "beginning": "earliest", "error": "none"},
           kafka="latest", librdkafka="latest", kafka_python="latest", aiokafka="latest"),
    *known("isolation.level", "consumer", Kind.CHOICE, order="read_uncommitted read_committed", kafka="read_uncommitted",
           librdkafka="read_committed", generic=True),
    *known("max.poll.records", "consumer", Kind.INT, kafka="500"),
    *known("max.poll.interval.ms", "consumer", Kind.MS, more=True, kafka="300000", librdkafka="300000"),
    *known("session.timeout.ms", "consumer", Kind.MS, source="KIP-735", kafka="10000 3.0=45000", librdkafka="10000 1.8=45000"),
    *known("heartbeat.interval.ms", "consumer worker connector", Kind.MS, kafka="3000", librdkafka="3000"),
    *known("partition.assignment.strategy", "consumer", Kind.LIST, source="KIP-726", kafka="range 3.0=range,cooperative-sticky"),
    *known("fetch.min.bytes", "consumer", Kind.BYTES, kafka="1"),
    *known("fetch.max.bytes", "consumer broker", Kind.BYTES, kafka="52428800"),
    *known("fetch.max.wait.ms fetch.wait.max.ms", "consumer", Kind.MS, kafka="500"),
    *known("max.partition.fetch.bytes fetch.message.max.bytes", "consumer", Kind.BYTES, kafka="1048576"),
    *known("queued.max.messages.kbytes", "consumer", Kind.KILOBYTES, librdkafka="65536"),
    *known("queued.min.messages", "consumer", Kind.INT, librdkafka="100000"),
    *known("check.crcs", "consumer", Kind.BOOL, order=_OFF_ON, kafka="true", librdkafka="false"),
    *known("exclude.internal.topics allow.auto.create.topics", "consumer", Kind.BOOL, kafka="true"),
    *known("default.api.timeout.ms", "consumer admin", Kind.MS, kafka="60000"),
    *known("key.deserializer value.deserializer", "consumer", Kind.CLASS),
    *known("share.acknowledgement.mode", "consumer", Kind.CHOICE, order="implicit explicit", kafka="implicit", source="KIP-932"),
)  # fmt: skip

COMMON: tuple[Key, ...] = (
    *known("bootstrap.servers", f"{_ALL} worker connector", Kind.LIST),
    *known("metadata.broker.list", _ALL, Kind.LIST),
    *known("client.id client.rack", _ALL, Kind.TEXT, generic=True),
    *known("security.protocol", f"{_ALL} broker worker", Kind.CHOICE, order="plaintext sasl_plaintext ssl sasl_ssl", kafka="PLAINTEXT", librdkafka="PLAINTEXT"),
    *known("ssl.endpoint.identification.algorithm", f"{_ALL} broker worker", Kind.CHOICE, source="KIP-294; librdkafka 2.0", kafka="none 2.0=https", librdkafka="none 2.0=https"),
    *known("enable.ssl.certificate.verification", _ALL, Kind.BOOL, order=_OFF_ON, librdkafka="true"),
    *known("sasl.mechanism sasl.jaas.config", f"{_ALL} broker worker", Kind.TEXT),
    *known("request.timeout.ms", f"{_ALL} worker", Kind.MS, kafka="30000", generic=True),
    *known("retry.backoff.ms reconnect.backoff.ms reconnect.backoff.max.ms metadata.max.age.ms connections.max.idle.ms", _ALL, Kind.MS, generic=True),
    *known("receive.buffer.bytes send.buffer.bytes", _ALL, Kind.BYTES, generic=True),
)  # fmt: skip

STREAMS: tuple[Key, ...] = (
    *known("application.id", "streams", Kind.TEXT, generic=True),
    *known("application.server", "streams", Kind.TEXT, generic=True),
    *known("processing.guarantee", "streams", Kind.CHOICE, order="at_least_once exactly_once",
           same={"exactly_once_beta": "exactly_once", "exactly_once_v2": "exactly_once"}, kafka="at_least_once"),
    *known("default.deserialization.exception.handler deserialization.exception.handler", "streams", Kind.CLASS, kafka="LogAndFailExceptionHandler"),
    *known("default.production.exception.handler production.exception.handler", "streams", Kind.CLASS, kafka="DefaultProductionExceptionHandler"),
    *known("processing.exception.handler", "streams", Kind.CLASS, source="KIP-1033", kafka="LogAndFailProcessingExceptionHandler"),
    *known("default.timestamp.extractor", "streams", Kind.CLASS, kafka="FailOnInvalidTimestamp"),
    *known("default.key.serde default.value.serde", "streams", Kind.CLASS),
    *known("num.standby.replicas", "streams", Kind.INT, more=True, kafka="0"),
    *known("num.stream.threads", "streams", Kind.INT, kafka="1"),
    *known("replication.factor", "streams topic connector", Kind.INT, more=True, source="KAFKA-8531", kafka="1 3.0=-1"),
    *known("max.task.idle.ms", "streams", Kind.MS, kafka="0"),
    *known("acceptable.recovery.lag", "streams", Kind.INT, kafka="10000"),
    *known("probing.rebalance.interval.ms", "streams", Kind.MS, kafka="600000"),
    *known("commit.interval.ms", "streams", Kind.MS, kafka="30000"),
    *known("statestore.cache.max.bytes cache.max.bytes.buffering", "streams", Kind.BYTES, kafka="10485760"),
    *known("state.dir", "streams", Kind.TEXT, generic=True, kafka="java.io.tmpdir/kafka-streams"),
    *known("state.cleanup.delay.ms", "streams", Kind.MS, kafka="600000"),
    *known("topology.optimization", "streams", Kind.CHOICE, kafka="none"),
    *known("upgrade.from", "streams", Kind.TEXT, generic=True),
    *known("windowstore.changelog.additional.retention.ms", "streams", Kind.MS, more=True, kafka="86400000"),
    *known("window.size.ms", "streams", Kind.MS, generic=True),
    *known("rocksdb.config.setter dsl.store.suppliers.class", "streams", Kind.CLASS),
    *known("ensure.explicit.internal.resource.naming", "streams", Kind.BOOL, order=_OFF_ON, kafka="false", source="KIP-1111"),
    *known("errors.dead.letter.queue.topic.name", "streams", Kind.TEXT, source="KIP-1034"),
    *known("buffered.records.per.partition", "streams", Kind.INT, kafka="1000"),
)  # fmt: skip

SERIALIZERS: tuple[Key, ...] = (
    *known("auto.register.schemas", "producer consumer streams connector worker", Kind.BOOL, order="true false", kafka="true"),
    *known("use.latest.version normalize.schemas", "producer consumer streams connector worker", Kind.BOOL, kafka="false"),
    *known("latest.compatibility.strict", "producer streams", Kind.BOOL, order=_OFF_ON, kafka="true"),
    *known("specific.avro.reader", "consumer streams", Kind.BOOL, kafka="false"),
    *known("key.subject.name.strategy value.subject.name.strategy", "producer consumer streams connector", Kind.CLASS),
    *known("schema.registry.url", "producer consumer streams connector worker", Kind.TEXT),
    *known("spring.json.trusted.packages", "consumer", Kind.LIST),
    *known("spring.json.add.type.headers", "producer", Kind.BOOL),
)  # fmt: skip

KEYS: tuple[Key, ...] = (*PRODUCER, *CONSUMER, *COMMON, *STREAMS, *SERIALIZERS)
