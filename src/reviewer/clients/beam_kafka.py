"""Apache Beam's KafkaIO."""

from __future__ import annotations

from reviewer.clients.library import Builds, Default, Key, Library, Makes

_STARTS = {"withStartReadTime": "start.time", "withStopReadTime": "stop.time"}

# github.com/apache/beam: sdks/java/io/kafka/…/KafkaIO.java, sdks/python/apache_beam/io/kafka.py. The offsets are the runner's: the group's are
# committed after a bundle with commitOffsetsInFinalize, in the background with enable.auto.commit, else not at all. A write is no call that answers: the
# bundle fails with it.
LIBRARY = Library(
    id="beam-kafka",
    title="Apache Beam KafkaIO",
    languages=frozenset({"java", "kotlin", "python", "scala"}),
    imports=("org.apache.beam.sdk.io.kafka.", "apache_beam.io.kafka"),
    coordinates=("org.apache.beam:beam-sdks-java-io-kafka",),
    makes=(
        Makes(name="ReadFromKafka", client="consumer", config=0, named="consumer_config", positions={
            "commit_offset_in_finalize": "commit.offsets.in.finalize", "start_read_time": "start.time", "timestamp_policy": "timestamp.policy", "topics": "topics",
            "redistribute": "redistribute", "allow_duplicates": "allow.duplicates",
        }),
        Makes(name="WriteToKafka", client="producer", config=0, named="producer_config", positions={"topic": "topic", 1: "topic"}),
    ),
    builds={
        "KafkaIO.read": Builds(
            kind="beam-source", client="consumer", maps=frozenset({"withConsumerConfigUpdates", "updateConsumerProperties"}),
            keys={
                "withBootstrapServers": Key(key="bootstrap.servers"), "withReadCommitted": Key(key="isolation.level", constant="read_committed"),
                "commitOffsetsInFinalize": Key(key="commit.offsets.in.finalize", constant="true"), "withTopic": "topics", "withTopics": "topics", "withTopicPartitions": "topics.assigned",
                "withRedistribute": Key(key="redistribute", constant="true"), "withAllowDuplicates": Key(key="allow.duplicates", constant="true"),
                "withMaxNumRecords": "max.records", **_STARTS,
            },
            parts={
                "withKeyDeserializer": "key-deserializer", "withValueDeserializer": "value-deserializer", "withLogAppendTime": "log-append-time", "withCreateTime": "create-time",
                "withProcessingTime": "processing-time", "withTimestampPolicyFactory": "timestamp-policy", "withoutMetadata": "without-metadata", "withBadRecordErrorHandler": "error-handler",
            },
        ),
        "KafkaIO.write": Builds(
            kind="beam-sink", client="producer", maps=frozenset({"withProducerConfigUpdates", "updateProducerProperties"}),
            keys={"withBootstrapServers": Key(key="bootstrap.servers"), "withTopic": "topic"},
            parts={
                "withEOS": "exactly-once-shards", "withKeySerializer": "key-serializer", "withValueSerializer": "value-serializer", "withInputTimestamp": "input-timestamp",
                "values": "values-only", "withBadRecordErrorHandler": "error-handler",
            },
        ),
    },
    spelling="dotted",
    config_constants={"ConsumerConfig": "consumer", "ProducerConfig": "producer"},
    # KafkaIOUtils.DEFAULT_CONSUMER_PROPERTIES
    defaults={
        "consumer": {
            "enable.auto.commit": (Default(value="false"),), "auto.offset.reset": (Default(value="latest"),), "isolation.level": (Default(value="read_uncommitted"),),
        },
        "producer": {},
    },
)  # fmt: skip
