"""What makes a document streaming: statements of SQL, resources, manifests, images, and keys of configuration."""

from __future__ import annotations

import re
from collections.abc import Iterator

from reviewer.core.lazily import lazily
from reviewer.core.span import Side
from reviewer.facts.streaming.paths import GROUP_OPTION
from reviewer.facts.streaming.registry import compatibilities
from reviewer.facts.syntax import SyntaxFacts
from reviewer.relevance.code import Signal
from reviewer.relevance.signals import DOCUMENTS, signals
from reviewer.relevance.words import names_token, shown


def document_signal(path: str, text: str, facts: SyntaxFacts | None) -> Signal | None:
    """Why a document streams, or None. `facts` hold its keys where they could be read."""
    if reason := _of_whole(path, text, facts):
        return Signal(reason=reason)
    named = _named_keys(facts) if DOCUMENTS.search(path) and facts is not None else None
    return named or _registry_level(path, text, facts)


def _registry_level(path: str, text: str, facts: SyntaxFacts | None) -> Signal | None:
    """What a schema registry is told to check, in a script or a document that says nothing else."""
    levels = compatibilities(facts or SyntaxFacts(path=path, language=""), text, Side.AFTER)
    if not levels:
        return None
    first = levels[0].span.first_line
    return Signal(
        reason=f"sets what a schema registry checks (line {first})",
        lines=frozenset(level.span.first_line for level in levels),
    )


def _of_whole(path: str, text: str, facts: SyntaxFacts | None) -> str:
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
    if DOCUMENTS.search(path) and signals().routes.search(text):
        return "Camel route of Kafka"
    if (DOCUMENTS.search(path) or path.endswith(".sh")) and _has_key(path, text, facts):
        return "Kafka or Flink configuration"
    return ""


_SQL_COMMENT = lazily(r"--[^\n]*|/\*.*?(?:\*/|\Z)", re.DOTALL)
_HASH_COMMENT = lazily(r"^[ \t]*(#|//).*", re.MULTILINE)


def _manifest(text: str) -> str:
    """The kind of the first manifest that is of streaming; some kinds are it only with another word in the file."""
    for match in signals().manifests.finditer(text):
        needed = signals().qualified_manifests.get(match.group(1))
        if needed is None or needed.search(text):
            return match.group(1)
    return ""


_KEY_LINE = lazily(
    r"^[ \t\"'{-]*(?:ENV[ \t]+|export[ \t]+)?([A-Za-z][\w.-]*)[\"']?[ \t]*[:=](?:[ \t]*[\"']?((?:KAFKA|CONNECT|SCHEMA_REGISTRY)_\w+))?"
    r"|\bkafka-(?:topics|configs|consumer-groups|reassign-partitions|leader-election|streams-application-reset|delete-records)\b|\b(?:rpk topic|kcat|kafkacat|flink (?:run|savepoint|stop|cancel))[ \t]",
    re.MULTILINE,
)
_NAMES = frozenset({"name", "@name", "@key"})


def _has_key(path: str, text: str, facts: SyntaxFacts | None) -> bool:
    """A key that is Kafka's or Flink's, in flat form, or below a `kafka:` mapping of YAML; of the doubtful ones two, not both everyday."""
    if path.endswith((".yml", ".yaml")) and re.search(r"^[ \t]*kafka:[ \t]*(#.*)?$", text, re.MULTILINE):
        return True
    keys = set(_keys(path, text, facts))
    if any(signals().keys.search(key) for key in keys):
        return True
    weak = [key for key in keys if signals().weak_keys.search(key)]
    different = len({re.split(r"[._-]", key)[-1] for key in weak}) >= 2
    return (different and not all(signals().everyday_keys.search(key) for key in weak)) or (
        bool(weak) and (signals().weak_names.search(path.rsplit("/", 1)[-1]) is not None or names_token(path))
    )


def _named_keys(facts: SyntaxFacts) -> Signal | None:
    """Keys with a token of a streaming library: only they count, not all of a document that sets many things."""
    named = [entry for entry in facts.entries if any(names_token(key) for key in entry.keys)]
    if not named:
        return None
    lines = frozenset(n for entry in named for n in range(entry.span.first_line, entry.span.last_line + 1))
    return Signal(reason=f"sets {shown(named[0].dotted)} (line {named[0].span.first_line})", lines=lines)


def _keys(path: str, text: str, facts: SyntaxFacts | None) -> Iterator[str]:
    """The keys of a document; environment variables are named by a value (`name: KAFKA_BROKERS`)."""
    for entry in facts.entries if facts is not None else ():
        yield entry.dotted
        if entry.keys[-1] in _NAMES and re.fullmatch(r"[A-Za-z][\w.-]*", entry.value):
            yield entry.value
        if "--" in entry.value and GROUP_OPTION.search(entry.value):
            yield "kafka.consumer.group"
    if facts is None or not facts.entries or path.endswith(".sh"):
        for match in _KEY_LINE.finditer(text):
            yield match.group(1) or "kafka.cli"
            yield match.group(2) or ""
