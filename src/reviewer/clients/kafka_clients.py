"""Apache Kafka clients (JVM)."""

from __future__ import annotations

from reviewer.clients.library import Default, Library, Makes, OnRebalance, Operation, Record

# The Apache Kafka client for the JVM. Defaults: kafka.apache.org documentation, KIP-679, KIP-735, KIP-1030.
LIBRARY = Library(
    id="kafka-clients",
    auto_commits="returned",
    title="Apache Kafka clients (JVM)",
    languages=frozenset({"groovy", "java", "kotlin", "scala"}),
    imports=("org.apache.kafka.clients.", "org.apache.kafka.common."),
    coordinates=("org.apache.kafka:kafka-clients",),
    types={
        "KafkaConsumer": "consumer",
        "Consumer": "consumer",
        "MockConsumer": "consumer",
        "KafkaProducer": "producer",
        "Producer": "producer",
        "MockProducer": "producer",
        "AdminClient": "admin",
        "Admin": "admin",
    },
    receiver_names={"consumer": ("consumer", "kafkaconsumer"), "producer": ("producer", "kafkaproducer")},
    makes=(
        Makes(name="KafkaConsumer", client="consumer", config=0),
        Makes(name="KafkaProducer", client="producer", config=0),
    ),
    operations=(
        Operation(client="consumer", methods=frozenset({"poll"}), role="poll"),
        Operation(client="consumer", methods=frozenset({"commitSync", "commitAsync"}), role="commit"),
        Operation(client="consumer", methods=frozenset({"seek", "seekToBeginning", "seekToEnd"}), role="seek"),
        Operation(client="consumer", methods=frozenset({"pause"}), role="pause"),
        Operation(client="consumer", methods=frozenset({"resume"}), role="resume"),
        Operation(client="consumer", methods=frozenset({"subscribe", "assign"}), role="subscribe"),
        Operation(client="consumer", methods=frozenset({"close"}), role="close"),
        Operation(
            client="producer", methods=frozenset({"send"}), role="send", record=0, callback=1, reports_by="future"
        ),
        Operation(client="producer", methods=frozenset({"flush"}), role="flush"),
        Operation(client="producer", methods=frozenset({"close"}), role="close"),
        Operation(
            client="producer",
            methods=frozenset(
                {
                    "beginTransaction",
                    "commitTransaction",
                    "abortTransaction",
                    "initTransactions",
                    "sendOffsetsToTransaction",
                }
            ),
            role="transaction",
        ),
    ),
    records={
        "ProducerRecord": Record(
            shapes={
                2: {"topic": 0, "value": 1},
                3: {"topic": 0, "key": 1, "value": 2},
                4: {"topic": 0, "key": 2, "value": 3},
                5: {"topic": 0, "key": 3, "value": 4},
                6: {"topic": 0, "key": 3, "value": 4},
            }
        )
    },
    positions={"OffsetAndMetadata": 0},
    rebalances=(
        OnRebalance(method="onPartitionsRevoked", event="revoked"),
        OnRebalance(method="onPartitionsAssigned", event="assigned"),
        OnRebalance(method="onPartitionsLost", event="lost"),
    ),
    config_constants={
        "ConsumerConfig": "consumer",
        "ProducerConfig": "producer",
        "CommonClientConfigs": "",
        "AdminClientConfig": "admin",
        "TopicConfig": "topic",
    },
    defaults={
        "producer": {
            "acks": (
                Default(below="3.0", value="1"),
                Default(value="all"),
            ),
            "enable.idempotence": (
                Default(below="3.0.1", value="false"),
                Default(value="true"),
            ),
            "max.in.flight.requests.per.connection": (Default(value="5"),),
            "retries": (Default(value="2147483647"),),
        },
        "consumer": {
            "enable.auto.commit": (Default(value="true"),),
            "auto.offset.reset": (Default(value="latest"),),
            "isolation.level": (Default(value="read_uncommitted"),),
        },
    },
)
