"""NestJS microservices over Kafka (TypeScript)."""

from __future__ import annotations

from reviewer.clients import kafkajs
from reviewer.clients.library import Delivers, Library, Makes, Operation

# https://docs.nestjs.com/microservices/kafka; packages/microservices/server/server-kafka.ts and client/client-kafka.ts.
_KAFKA = "Transport.KAFKA"
_PARTS = {"topic": 0, "value": 1}

LIBRARY = Library(
    id="nestjs-microservices",
    auto_commits="returned",
    title="NestJS microservices",
    languages=frozenset({"javascript", "typescript"}),
    imports=("@nestjs/microservices",),
    coordinates=("kafkajs",),  # the package is for other brokers too; Kafka is spoken by this one
    types={"ClientKafka": "producer", "ClientKafkaProxy": "producer", "ServerKafka": "consumer"},
    receiver_names={"consumer": ("getconsumer",), "producer": ("clientkafka", "kafkaclient")},
    makes=(
        Makes(name="createMicroservice", client="consumer", config=1, on="NestFactory", needs=_KAFKA),
        Makes(name="connectMicroservice", client="consumer", config=0, on="app", needs=_KAFKA),
        Makes(name="ClientKafka", client="producer", config=0, type="ClientKafka"),
        Makes(name="ServerKafka", client="consumer", config=0, type="ServerKafka"),
    ),
    operations=(
        Operation(client="consumer", methods=frozenset({"commitOffsets"}), role="commit"),  # context.getConsumer()
        # Both give an Observable, which `await` does not wait for; send() sends nothing until somebody subscribes.
        Operation(
            client="producer", methods=frozenset({"emit", "send"}), role="send", record=1, shapes={2: _PARTS, 3: _PARTS},
            fields={"key": "key", "value": "value"}, reports_by="nested-future",
        ),
        Operation(client="producer", methods=frozenset({"subscribeToResponseOf"}), role="subscribe"),
        Operation(client="producer", methods=frozenset({"close"}), role="close"),
    ),
    delivers=(
        Delivers(by="annotation", name="EventPattern", topics=("value",), skips=frozenset({"KafkaContext"})),
        Delivers(by="annotation", name="MessagePattern", topics=("value",), skips=frozenset({"KafkaContext"})),
    ),
    spelling="camel",
    keys=kafkajs.LIBRARY.keys,
    words={
        "flush": "Close the ClientKafka in `onModuleDestroy` (`app.enableShutdownHooks()`), after every emit was awaited.",
        "confirm": "Wait with `await lastValueFrom(client.emit(…))`; an Observable that nobody subscribes to tells no error.",
        "retry": "Let what the handler throws leave it: of an event it is retried, of a request only a KafkaRetriableException is.",
        "sends": "returns an Observable before the brokers have the record",
    },
    defaults={"consumer": kafkajs.LIBRARY.defaults["consumer"], "producer": kafkajs.LIBRARY.defaults["producer"]},
)  # fmt: skip
