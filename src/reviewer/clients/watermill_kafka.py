"""Watermill with its Kafka publisher and subscriber (Go). The client below is sarama's."""

from __future__ import annotations

from reviewer.clients.library import Default, Delivers, Key, Library, Makes, Operation

# A router acknowledges a message when its handler returns no error, and refuses it otherwise: it comes again (message/router.go).
_HANDLERS = ("AddHandler", "AddNoPublisherHandler", "AddConsumerHandler")

LIBRARY = Library(
    id="watermill-kafka",
    title="Watermill Kafka (Go)",
    languages=frozenset({"go"}),
    imports=("github.com/ThreeDotsLabs/watermill-kafka",),
    companions=("github.com/ThreeDotsLabs/watermill/message",),
    coordinates=("github.com/ThreeDotsLabs/watermill-kafka/v3", "github.com/ThreeDotsLabs/watermill-kafka/v2", "github.com/ThreeDotsLabs/watermill-kafka"),
    types={"Subscriber": "consumer", "Publisher": "producer", "Message": "message", "Messages": "messages", "Router": "router"},
    receiver_names={"consumer": ("subscriber",), "producer": ("publisher",), "message": ("msg",), "router": ("router",)},
    makes=(
        Makes(name="NewSubscriber", client="consumer", config=0, type="Subscriber"),
        Makes(name="NewPublisher", client="producer", config=0, type="Publisher"),
        Makes(name="Subscribe", client="", on="Subscriber", type="Messages"),
        Makes(name="NewRouter", client="", type="Router"),
    ),
    configs={"SubscriberConfig": "consumer", "PublisherConfig": "producer"},
    inner_configs=frozenset({"OverwriteSaramaConfig"}),
    keys={
        "ConsumerGroup": Key(key="group.id", client="consumer"), "Brokers": Key(key="bootstrap.servers"),
        "NackResendSleep": Key(key="retry.backoff.ms", client="consumer"),
    },
    spelling="fields",
    operations=(
        Operation(client="consumer", methods=frozenset({"Subscribe"}), role="subscribe"),
        Operation(client="consumer", methods=frozenset({"Close"}), role="close"),
        Operation(client="message", methods=frozenset({"Ack"}), role="commit"),
        # A SyncProducer: the call is over when the messages are stored. Keys come from the marshaler.
        Operation(
            client="producer", methods=frozenset({"Publish"}), role="send", reports_by="result", keyed_elsewhere=True,
            shapes={count: {"topic": 0, "value": 1} for count in range(2, 6)},
        ),
        Operation(client="producer", methods=frozenset({"Close"}), role="close"),
    ),
    delivers=(
        Delivers(by="iterate", of="messages", ack="manual"),
        *(Delivers(by="callback", of=handler, name="*", client="router", ack="container") for handler in _HANDLERS),
    ),
    words={
        "manual": "call `msg.Ack()` behind the work",
        "retry": "Return the error from the handler: the message is refused and comes again; a poison queue middleware takes those that never work.",
        "confirm": "Return the error of `Publish` before the message is acknowledged.",
        "flush": "Close the publisher before the process ends.",
    },
    # DefaultSaramaSyncPublisherConfig and DefaultSaramaSubscriberConfig (pkg/kafka): sarama's defaults; offsets of acknowledged messages are marked.
    defaults={
        "producer": {"acks": (Default(value="1"),), "enable.idempotence": (Default(value="false"),)},
        "consumer": {"auto.offset.reset": (Default(value="latest"),), "enable.auto.commit": (Default(value="marked"),)},
    },
)  # fmt: skip
