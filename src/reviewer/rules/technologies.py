"""The folders of rules: what the rules of each are about, and when they are worth loading.

A folder is loaded when a changed file, before or after, has something of its technology: a library, a kind of fact, or a word among the
names that the file uses. Too generous costs milliseconds, too narrow costs a finding, so the words are generous: extend them with
the first rule that reads something new (`tests/rules/test_technologies.py` runs all examples both ways).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from reviewer.core.value import value
from reviewer.facts.streaming.model import FileFacts


@value()
class Technology:
    """A folder of rules. `names` are the technologies in the words of the briefs; `libraries` (ids), `facts` (fields of `FileFacts`)
    and `words` (in small letters) show that a file has to do with it."""

    names: tuple[str, ...]
    libraries: frozenset[str] = frozenset()
    facts: tuple[str, ...] = ()
    words: re.Pattern[str] | None = None

    def is_in(self, file: FileFacts, vocabulary: str) -> bool:
        """Whether rules of this folder may have something to say about a file; `vocabulary` is that of the file."""
        if not self.libraries.isdisjoint(file.libraries) or any(getattr(file, name) for name in self.facts):
            return True
        return self.words is not None and self.words.search(vocabulary) is not None


TECHNOLOGIES: Mapping[str, Technology] = {
    "connect": Technology(
        names=("kafka-connect",),
        libraries=frozenset({"kafka-connect"}),
        facts=("connectors",),
        words=re.compile(r"connector|offset\.storage|config\.storage|status\.storage|debezium|mirrormaker"),
    ),
    "engines": Technology(
        names=("spark", "beam", "faust", "quixstreams", "ksqldb"),
        libraries=frozenset({"spark-kafka", "beam-kafka", "faust", "quixstreams"}),
        words=re.compile(r"ksql|faust|quixstreams|pyspark|spark\.sql|apache_beam|beam\.sdk|\.sql$", re.MULTILINE),
    ),
    "flink": Technology(
        names=("flink-datastream",),
        libraries=frozenset({"flink-datastream"}),
        facts=("states", "deployments", "tables", "queries", "patterns"),
        words=re.compile(
            r"flink|checkpoint|watermark|keyedprocess|savepoint|table\.exec|state\.|pipeline\.|restart[._-]?strategy|parallelism|\.sql$|executesql|execute_sql",
            re.MULTILINE,
        ),
    ),
    "kafka": Technology(
        names=("kafka-consumer", "kafka-producer", "spring-kafka"),
        facts=("handlings", "sends", "operations", "clients", "settings"),
        words=re.compile("kafka|consumer|producer|offset|serializer|sarama|franz-go"),
    ),
    "schema": Technology(
        names=("schema",),
        facts=("schemas", "compatibilities"),
        words=re.compile(r"schema|avro|protobuf|serializer|serde|subject\.name|\.(avsc|avdl|proto|json)$", re.MULTILINE),
    ),
    "spring": Technology(names=("spring-kafka",), libraries=frozenset({"spring-kafka", "spring-cloud-stream"}), words=re.compile("spring")),
    "streams": Technology(
        names=("kafka-streams",),
        libraries=frozenset({"kafka-streams"}),
        facts=("stores", "nodes"),
        words=re.compile(r"streams|application[._-]?id|spring\.application\.name|exception[._-]?handler|kstream|ktable|topology"),
    ),
    "topics": Technology(
        names=("topic",),
        facts=("topics",),
        words=re.compile(r"topic|partition|replica|replication|\bisr\b|insync|increaseto|retention|cleanup\.policy|unclean|max\.(?:request|message)|message\.max|expiration\.ms|timestamp\.type"),
    ),
}  # fmt: skip


def vocabulary(file: FileFacts) -> str:
    """The names that a file uses, one a line, in small letters: imports, keys, dependencies, calls, bases, annotations, its path."""
    return "\n".join(sorted(set(_names(file)))).lower()


def _names(file: FileFacts) -> Iterator[str]:
    syntax = file.syntax
    yield file.path
    yield from (item.path for item in syntax.imports)
    yield from (entry.dotted for entry in syntax.entries)
    yield from (setting.key for setting in file.settings)
    yield from (dependency.coordinate for dependency in file.dependencies)
    yield from (call.name for call in syntax.calls)
    for declared in syntax.types:
        yield from declared.bases
        yield from (annotation.name for annotation in declared.annotations)
    for function in syntax.functions:
        yield from (annotation.name for annotation in function.annotations)
