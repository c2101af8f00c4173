"""The decision for every hunk of a file, with its reason."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from reviewer.core.change import DiffLine, FileChange, Hunk, LineKind
from reviewer.core.span import Side
from reviewer.facts.streaming.extract import CLIENT_CONFIGURATION
from reviewer.facts.syntax import SyntaxFacts
from reviewer.relevance.signals import (
    BUILD_FILES,
    CI,
    CODE,
    DOCUMENTS,
    PROSE,
    has_marker,
    import_signal,
    is_generated,
    named_after,
    parsed_signal,
    signals,
)

NO_SIGNAL = "no streaming library, configuration or schema in this file"


@dataclass(frozen=True, slots=True, kw_only=True)
class HunkRelevance:
    """The decision for one hunk."""

    hunk_index: int
    relevant: bool
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RelevanceContext:
    """What is known beyond the file: whether the repository streams at all, and the types that streaming code uses."""

    repository_is_streaming: bool = False
    referenced_names: frozenset[str] = frozenset()


def may_be_streaming(path: str, text: str) -> bool:
    """A cheap filter: False means that no signal can be in the file, so that it needs no parsing."""
    if is_generated(path) or (PROSE.search(path) and not BUILD_FILES.search(path)):
        return False
    return path.endswith((".avsc", ".avdl", ".proto", ".sql", ".ksql")) or has_marker(text)


def decide(
    change: FileChange, before: SyntaxFacts | None, after: SyntaxFacts | None, context: RelevanceContext
) -> tuple[HunkRelevance, ...]:
    """One decision per hunk, in order."""
    relevant, reason = decide_file(change, before, after, context)
    found = []
    for index, hunk in enumerate(change.hunks):
        decision, why = relevant, reason
        if relevant:
            decision, why = _hunk(change, hunk, before, after, reason)
        found.append(HunkRelevance(hunk_index=index, relevant=decision, reason=why))
    return tuple(found)


def decide_file(
    change: FileChange, before: SyntaxFacts | None, after: SyntaxFacts | None, context: RelevanceContext
) -> tuple[bool, str]:
    """Whether the file is streaming code on either side, and why."""
    path = change.path
    if is_generated(path):
        return False, "generated, vendored or a lock file"
    if BUILD_FILES.search(path):
        return True, "build file"
    if PROSE.search(path):
        return False, "prose, not code"
    if CI.search(path):
        return False, "definition of the build, not of what runs"
    sides = [(text, facts) for text, facts in ((change.after, after), (change.before, before)) if text is not None]
    for text, facts in sides or [(_lines(change), None)]:
        if reason := _signal(path, text, facts, context):
            return True, reason
    if change.before is None and change.after is None and (CODE.search(path) or DOCUMENTS.search(path)):
        if may_be_streaming(path, _lines(change)):
            return True, "these lines name a streaming library, the rest of the file is not known"
        if change.unread and CODE.search(path):
            return True, "the file is not known: it may be streaming code"
    if change.unread and not change.hunks and not change.is_binary and change.before is None and change.after is None:
        return True, "nothing of the file is known: it may be streaming code"
    names = {t.name for facts in (before, after) if facts is not None for t in facts.types}
    used = sorted(names & context.referenced_names)
    if used:
        return True, f"streaming code of this change uses {used[0]}"
    return False, NO_SIGNAL


def _signal(path: str, text: str, facts: SyntaxFacts | None, context: RelevanceContext) -> str:
    if path.endswith((".avsc", ".avdl")):
        return "Avro schema"
    if path.endswith(".proto"):
        return "Protobuf schema in a streaming repository" if context.repository_is_streaming else ""
    if CODE.search(path):
        # What a grammar trips over may hide an import: then the lines are asked as well.
        found = parsed_signal(facts, text) if facts is not None and facts.language else None
        if found is None and (facts is None or not facts.language or facts.has_errors):
            found = import_signal(text)
        if found is not None:
            return f"imports {found[0].rstrip('.')} (line {found[1]})"
        if CLIENT_CONFIGURATION.search(text):
            return "configuration of a Kafka client"
        named = named_after(path, facts) if facts is not None and context.repository_is_streaming else ""
        return f"the module depends on a streaming library and this names {named}" if named else ""
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
    if path.endswith((".yml", ".yaml")) and re.search(r"^\s*kafka:\s*(#.*)?$", text, re.MULTILINE):
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


def _lines(change: FileChange) -> str:
    return "\n".join(line.text for hunk in change.hunks for line in hunk.lines)


def _hunk(
    change: FileChange, hunk: Hunk, before: SyntaxFacts | None, after: SyntaxFacts | None, reason: str
) -> tuple[bool, str]:
    """Within a streaming file everything counts but comments and blank lines; in a build file only what names a library."""
    if BUILD_FILES.search(change.path):
        if _names_library(hunk, before, after):
            return True, "dependency on a streaming library"
        return False, "build file, no streaming dependency in these lines"
    comments = {Side.BEFORE: _comment_lines(before), Side.AFTER: _comment_lines(after)}
    for line in hunk.lines:
        if line.kind is LineKind.CONTEXT or not line.text.strip():
            continue
        side = Side.BEFORE if line.kind is LineKind.REMOVED else Side.AFTER
        number = line.old_number if side is Side.BEFORE else line.new_number
        words = " ".join(line.text.split())
        if not any(words in comment for comment in comments[side].get(number or 0, ())):
            return True, reason
    return False, "only comments and blank lines change"


def _names_library(hunk: Hunk, before: SyntaxFacts | None, after: SyntaxFacts | None) -> bool:
    """A changed line names a library, or lies in the declaration of a dependency on one."""
    coordinates = signals().coordinates
    changed = [line for line in hunk.lines if line.kind is not LineKind.CONTEXT]
    if any(coordinates.search(line.text) for line in changed):
        return True
    for side, facts in ((Side.BEFORE, before), (Side.AFTER, after)):
        numbers = hunk.changed_numbers(side)
        for entry in facts.entries if facts is not None else ():
            if entry.keys[:1] == ("dependency",) and coordinates.search(entry.keys[-1]):
                if any(entry.span.first_line <= number <= entry.span.last_line for number in numbers):
                    return True
    if _carries_version(changed, before, after):
        return True
    return before is None and after is None and any(coordinates.search(line.text) for line in hunk.lines)


def _carries_version(changed: Sequence[DiffLine], before: SyntaxFacts | None, after: SyntaxFacts | None) -> bool:
    """A changed line holds the version, kept in a variable, of a streaming dependency whose version changes."""
    old, new = _versions(before), _versions(after)
    moved = [(old[name], new[name]) for name in old.keys() & new.keys() if old[name] != new[name]]
    return any(
        (gone if line.kind is LineKind.REMOVED else come) in line.text
        for gone, come in moved
        if gone and come
        for line in changed
    )


def _versions(facts: SyntaxFacts | None) -> dict[str, str]:
    entries = facts.entries if facts is not None else ()
    return {
        e.keys[-1]: e.value for e in entries if e.keys[0] == "dependency" and signals().coordinates.search(e.keys[-1])
    }


def _comment_lines(facts: SyntaxFacts | None) -> dict[int, list[str]]:
    """Line -> the comments on it, blanks folded: a changed line that is part of one holds no code."""
    found: dict[int, list[str]] = {}
    for comment in facts.comments if facts is not None else ():
        words = " ".join(comment.text.split())
        for number in range(comment.span.first_line, comment.span.last_line + 1):
            found.setdefault(number, []).append(words)
    return found
