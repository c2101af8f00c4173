"""Kafka Streams."""

from __future__ import annotations

from reviewer.clients.library import Default, Library, Makes, Operation

# Kafka Streams. How many numbers each operator takes is in facts/streaming/topology.py (it depends on more than the method).
LIBRARY = Library(
    id="kafka-streams",
    title="Kafka Streams",
    languages=frozenset({"java", "kotlin", "scala"}),
    imports=("org.apache.kafka.streams.",),
    coordinates=("org.apache.kafka:kafka-streams", "org.apache.kafka:kafka-streams-scala"),
    types={"KafkaStreams": "streams", "StreamsBuilder": "builder", "Topology": "topology"},
    receiver_names={"streams": ("streams", "kafkastreams"), "builder": ("builder", "streamsbuilder")},
    makes=(Makes(name="KafkaStreams", client="streams", config=1),),
    operations=(Operation(client="streams", methods=frozenset({"close"}), role="close"),),
    config_constants={"StreamsConfig": "streams"},
    stream_types=frozenset(
        {
            "KStream",
            "KTable",
            "KGroupedStream",
            "KGroupedTable",
            "GlobalKTable",
            "TimeWindowedKStream",
            "SessionWindowedKStream",
            "CogroupedKStream",
            "BranchedKStream",
            "StreamsBuilder",
            "KStreamBuilder",
        }
    ),
    name_types=frozenset(
        {
            "Named",
            "Materialized",
            "Grouped",
            "Joined",
            "StreamJoined",
            "Repartitioned",
            "Produced",
            "Consumed",
            "Stores",
            "Printed",
            "Suppressed",
            "TableJoined",
            "Branched",
        }
    ),
    operators={
        "source": frozenset({"stream", "table", "globalTable", "addGlobalStore"}),
        "stateless": frozenset(
            {
                "filter",
                "filterNot",
                "map",
                "mapValues",
                "flatMap",
                "flatMapValues",
                "peek",
                "selectKey",
                "merge",
                "split",
                "branch",
                "defaultBranch",
                "foreach",
                "print",
                "to",
                "through",
                "transform",
                "flatTransform",
                "transformValues",
                "flatTransformValues",
                "process",
                "processValues",
                "toStream",
            }
        ),
        "grouping": frozenset({"groupBy", "groupByKey", "windowedBy", "cogroup"}),
        "stateful": frozenset(
            {
                "count",
                "reduce",
                "aggregate",
                "join",
                "leftJoin",
                "outerJoin",
                "toTable",
                "suppress",
                "repartition",
                "table",
            }
        ),
    },
    defaults={
        "streams": {
            "processing.guarantee": (Default(value="at_least_once"),),
            "default.deserialization.exception.handler": (Default(value="fail"),),
        }
    },
)
