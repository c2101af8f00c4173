"""The client libraries by language. A table is loaded when a file of its language is read: a change of Java files never loads those of Python."""

from __future__ import annotations

from collections.abc import Iterable
from importlib import import_module

from reviewer.clients.library import Library

_JVM = (
    "alpakka_kafka", "beam_kafka", "flink_datastream", "kafka_clients", "kafka_connect", "kafka_streams", "reactor_kafka", "spark_kafka",
    "spring_cloud_stream", "spring_kafka",
)  # fmt: skip
_SERVERS = ("micronaut_kafka", "smallrye_messaging")
_NODE = ("confluent_kafka_javascript", "kafka_node", "kafkajs", "nestjs_microservices", "node_rdkafka")
#: The modules of this folder with the libraries of a language. The order decides where a type belongs to two of them.
MODULES = {
    "java": (*_JVM, *_SERVERS),
    "kotlin": (*_JVM, *_SERVERS),
    "groovy": ("kafka_clients",),
    "scala": (*_JVM, "fs2_kafka", "zio_kafka"),
    "python": (
        "aiokafka",
        "arroyo",
        "beam_kafka",
        "confluent_kafka_python",
        "faust",
        "flink_datastream",
        "kafka_python",
        "quixstreams",
        "spark_kafka",
    ),
    "go": ("confluent_kafka_go", "franz_go", "kafka_go", "sarama", "watermill_kafka"),
    "javascript": _NODE,
    "typescript": _NODE,
    "csharp": ("confluent_kafka_dotnet", "kafkaflow", "masstransit_kafka"),
    "rust": ("rdkafka",),
}


class Libraries:
    """The tables that facts are read with. One object per run remembers which import belongs to what."""

    def __init__(self) -> None:
        self._imported: dict[tuple[str, str], tuple[Library, ...]] = {}
        self._of: dict[str, tuple[Library, ...]] = {}

    def of_language(self, language: str) -> tuple[Library, ...]:
        """The libraries of a language, in order of their ids."""
        found = self._of.get(language)
        if found is None:
            found = self._of[language] = tuple(_loaded(module) for module in MODULES.get(language, ()))
        return found

    def imported_by(self, paths: Iterable[str], language: str) -> tuple[Library, ...]:
        """The libraries of a language that imports belong to."""
        if language not in MODULES:
            return ()
        used = {library.id for path in paths for library in self._of_import(path, language)}
        return tuple(library for library in self.of_language(language) if library.id in used) if used else ()

    def _of_import(self, path: str, language: str) -> tuple[Library, ...]:
        found = self._imported.get((path, language))
        if found is None:  # the files of a change import the same things
            found = tuple(library for library in self.of_language(language) if library.is_imported_by(path))
            self._imported[path, language] = found
        return found


def all_libraries() -> tuple[Library, ...]:
    """Every client library, sorted by id."""
    return tuple(_loaded(module) for module in sorted({name for names in MODULES.values() for name in names}))


def library(identity: str) -> Library:
    """The library with an id; ModuleNotFoundError when there is none."""
    return _loaded(identity.replace("-", "_"))


def _loaded(module: str) -> Library:
    found: Library = import_module(f"{__package__}.{module}").LIBRARY
    return found
