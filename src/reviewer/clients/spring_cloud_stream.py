"""Spring Cloud Stream with its Kafka binder."""

from __future__ import annotations

from reviewer.clients.library import Delivers, Library, Operation

_JVM = frozenset({"java", "kotlin", "scala"})


def _bean(name: str) -> Delivers:
    return Delivers(by="bean", name=name, of="Bean", ack="container")


# A function bean is called by the binder; the container behind it commits when it returns. StreamBridge.send() answers true before the broker does.
LIBRARY = Library(
    id="spring-cloud-stream",
    title="Spring Cloud Stream",
    languages=_JVM,
    imports=("org.springframework.cloud.stream.",),
    coordinates=(
        "org.springframework.cloud:spring-cloud-stream-binder-kafka",
        "org.springframework.cloud:spring-cloud-starter-stream-kafka",
        "org.springframework.cloud:spring-cloud-stream",
    ),
    types={"StreamBridge": "bridge", "Acknowledgment": "acknowledgment"},
    receiver_names={"bridge": ("streambridge",), "acknowledgment": ("ack", "acknowledgment", "acknowledgement")},
    operations=(
        Operation(client="acknowledgment", methods=frozenset({"acknowledge"}), role="commit"),
        Operation(
            client="bridge",
            methods=frozenset({"send"}),
            role="send",
            keyed_elsewhere=True,
            reports_by="elsewhere",
            shapes={
                2: {"topic": 0, "value": 1},
                3: {"topic": 0, "value": 1},
                4: {"topic": 0, "value": 2},
            },
        ),
    ),
    delivers=(
        _bean("Consumer"),
        _bean("Function"),
        _bean("BiConsumer"),
        _bean("BiFunction"),
        Delivers(by="annotation", name="StreamListener", topics=("value", "target"), ack="container"),
    ),
    words={
        "retry": "Let what {call}() throws leave {handler}(): the binder retries it (maxAttempts) and sends it to the dead-letter topic with enableDlq.",
    },
)
