"""Alpakka Kafka and Pekko Connectors Kafka."""

from __future__ import annotations

from reviewer.clients.library import Default, Delivers, Key, Library, Makes, OnRebalance, Operation

_SOURCES = {
    "committableSource": "committer", "committablePartitionedSource": "committer", "committablePartitionedManualOffsetSource": "committer",
    "committableExternalSource": "committer", "sourceWithOffsetContext": "committer", "commitWithMetadataSource": "committer",
    "commitWithMetadataPartitionedSource": "committer", "commitWithMetadataWithOffsetContext": "committer", "atMostOnceSource": "before",
    "plainSource": "none", "plainPartitionedSource": "none", "plainPartitionedManualOffsetSource": "none", "plainExternalSource": "none",
    "source": "transaction", "partitionedSource": "transaction",
}  # fmt: skip
_ROOTS = {"source": "Transactional", "partitionedSource": "Transactional"}

LIBRARY = Library(
    id="alpakka-kafka",
    title="Alpakka Kafka, Pekko Connectors Kafka",
    languages=frozenset({"java", "kotlin", "scala"}),
    imports=("akka.kafka.", "org.apache.pekko.kafka."),
    coordinates=("com.typesafe.akka:akka-stream-kafka", "org.apache.pekko:pekko-connectors-kafka"),
    types={"ConsumerSettings": "consumer", "ProducerSettings": "producer", "Committer": "committer", "SendProducer": "sender", "CommittableOffset": "offset", "CommittableOffsetBatch": "offset"},
    receiver_names={
        "committer": ("committer",),
        "offset": ("committableoffset", "offsetbatch"),
        "sender": ("sendproducer",),
    },
    # ConsumerSettings.scala, ProducerSettings.scala: `apply` of Scala, `create` of Java, and what is set on the result.
    makes=(
        Makes(name="ConsumerSettings", client="consumer", config="steps"), Makes(name="ProducerSettings", client="producer", config="steps"),
        Makes(name="create", client="by-type", config="steps"),
    ),
    keys={
        "withGroupId": Key(key="group.id", client="consumer"), "withGroupInstanceId": Key(key="group.instance.id", client="consumer"),
        "withBootstrapServers": Key(key="bootstrap.servers"), "withClientId": Key(key="client.id"),
    },
    operations=(
        Operation(client="committer", methods=frozenset({"sink", "flow", "batchFlow", "sinkWithOffsetContext", "flowWithOffsetContext"}), role="commit"),
        Operation(client="offset", methods=frozenset({"commitScaladsl", "commitJavadsl", "commitInternal"}), role="commit"),
        Operation(client="sender", methods=frozenset({"send", "sendEnvelope"}), role="send", record=0, reports_by="future"),
    ),
    delivers=tuple(
        Delivers(by="chain", name=name, of=_ROOTS.get(name, "Consumer"), client="source", ack=ack) for name, ack in _SOURCES.items()
    ),
    stages={
        "map": "each", "committablePartitionedSource": "split", "committablePartitionedManualOffsetSource": "split", "commitWithMetadataPartitionedSource": "split", "plainPartitionedSource": "split", "partitionedSource": "split", "mapConcat": "drop", "collect": "drop", "filter": "drop", "filterNot": "drop", "statefulMapConcat": "drop", "drop": "drop",
        "mapAsync": "ordered", "mapAsyncUnordered": "unordered", "mapAsyncPartitioned": "ordered", "flatMapMerge": "merge", "flatMapConcat": "serial",
        "groupBy": "split", "mergeSubstreams": "merge", "groupedWithin": "batch", "grouped": "batch", "buffer": "queue", "throttle": "each",
        "recover": "recover", "recoverWithRetries": "recover", "recoverWith": "recover", "mapError": "each", "asSourceWithContext": "each",
        "via": "given", "viaMat": "given", "to": "given", "toMat": "given", "runWith": "given", "runForeach": "end", "runForEach": "end", "run": "end",
        "Committer.sink": "commit", "Committer.flow": "commit", "Committer.batchFlow": "commit", "Committer.sinkWithOffsetContext": "commit",
        "Committer.flowWithOffsetContext": "commit", "Producer.committableSink": "commit", "Producer.plainSink": "send", "Producer.flexiFlow": "send",
        "Producer.committableSinkWithOffsetContext": "commit", "Transactional.sink": "commit", "Transactional.flow": "commit",
    },
    rebalances=(
        OnRebalance(method="onRevoke", event="revoked", base="PartitionAssignmentHandler"),
        OnRebalance(method="onAssign", event="assigned", base="PartitionAssignmentHandler"),
        OnRebalance(method="onLost", event="lost", base="PartitionAssignmentHandler"),
        OnRebalance(method="onStop", event="stopped", base="PartitionAssignmentHandler"),
    ),
    defaults={"consumer": {"enable.auto.commit": (Default(value="false"),)}},
)  # fmt: skip
