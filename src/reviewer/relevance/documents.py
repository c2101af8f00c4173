"""What makes a document streaming: statements of SQL, resources, manifests, images, and keys of configuration."""

from __future__ import annotations

import re
from collections.abc import Iterator

from reviewer.facts.syntax import SyntaxFacts
from reviewer.relevance.signals import DOCUMENTS, signals


def document_signal(path: str, text: str, facts: SyntaxFacts | None) -> str:
    """The reason why a document streams, or "". `facts` hold its keys where they could be read."""
    if path.endswith((".avsc", ".avdl")):
        return "Avro schema"
    if path.endswith((".sql", ".ksql")) and signals().sql.search(_SQL_COMMENT.sub(" ", text)):
        return "streaming SQL"
    if path.endswith(".tf") and signals().terraform.search(_HASH_COMMENT.sub("", text)):
        return "Terraform resource of Kafka"
    if DOCUMENTS.search(path) and (kind := _manifest(text)):
        return f"manifest of kind {kind}"
    if DOCUMENTS.search(path) and signals().images.search(text):
        return "image of Kafka or Flink"
    if (DOCUMENTS.search(path) or path.endswith(".sh")) and _has_key(path, text, facts):
        return "Kafka or Flink configuration"
    return ""


_SQL_COMMENT = re.compile(r"--[^\n]*|/\*.*?(?:\*/|\Z)", re.DOTALL)
_HASH_COMMENT = re.compile(r"^[ \t]*(#|//).*", re.MULTILINE)


def _manifest(text: str) -> str:
    """The kind of the first manifest that is of streaming; some kinds are it only with another word in the file."""
    for match in signals().manifests.finditer(text):
        needed = signals().qualified_manifests.get(match.group(1))
        if needed is None or needed.search(text):
            return match.group(1)
    return ""


_KEY_LINE = re.compile(
    r"^[ \t\"'{-]*(?:ENV[ \t]+|export[ \t]+)?([A-Za-z][\w.-]*)[\"']?[ \t]*[:=](?:[ \t]*[\"']?((?:KAFKA|CONNECT|SCHEMA_REGISTRY)_\w+))?|\bkafka-(topics|configs|consumer-groups)",
    re.MULTILINE,
)
_NAMES = frozenset({"name", "@name", "@key"})


def _has_key(path: str, text: str, facts: SyntaxFacts | None) -> bool:
    """A key that is Kafka's or Flink's, in flat form, or below a `kafka:` mapping of YAML; of the doubtful ones two."""
    if path.endswith((".yml", ".yaml")) and re.search(r"^[ \t]*kafka:[ \t]*(#.*)?$", text, re.MULTILINE):
        return True
    keys = set(_keys(text, facts))
    if any(signals().keys.search(key) for key in keys):
        return True
    weak = {re.split(r"[._-]", key)[-1] for key in keys if signals().weak_keys.search(key)}
    return len(weak) >= 2 or (bool(weak) and signals().weak_names.search(path.rsplit("/", 1)[-1]) is not None)


def _keys(text: str, facts: SyntaxFacts | None) -> Iterator[str]:
    """The keys of a document; environment variables are named by a value (`name: KAFKA_BROKERS`)."""
    for entry in facts.entries if facts is not None else ():
        yield entry.dotted
        if entry.keys[-1] in _NAMES and re.fullmatch(r"[A-Za-z][\w.-]*", entry.value):
            yield entry.value
    if facts is None or not facts.entries:
        for match in _KEY_LINE.finditer(text):
            yield match.group(1) or "kafka.cli"
            yield match.group(2) or ""
