"""The decision for every hunk of a file, with its reason."""

from __future__ import annotations

import re
from dataclasses import dataclass

from reviewer.core.change import FileChange, Hunk, LineKind
from reviewer.core.span import Side
from reviewer.facts.syntax import SyntaxFacts
from reviewer.relevance.signals import (
    BUILD_FILES,
    CODE,
    DOCUMENTS,
    GENERATED,
    PROSE,
    import_signal,
    signals,
)


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
    if GENERATED.search(path) or PROSE.search(path):
        return False
    return path.endswith((".avsc", ".avdl", ".proto")) or bool(signals().any_marker.search(text))


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
    if GENERATED.search(path):
        return False, "generated, vendored or a lock file"
    if BUILD_FILES.search(path):
        return True, "build file"
    if PROSE.search(path):
        return False, "prose, not code"
    texts = [text for text in (change.after, change.before) if text is not None] or [_lines(change)]
    for text in texts:
        if reason := _signal(path, text, context):
            return True, reason
    if change.before is None and change.after is None and (CODE.search(path) or DOCUMENTS.search(path)):
        if may_be_streaming(path, _lines(change)):
            return True, "these lines name a streaming library, the rest of the file is not known"
        if change.unread and CODE.search(path):
            return True, "the file is not known: it may be streaming code"
    names = {t.name for facts in (before, after) if facts is not None for t in facts.types}
    used = sorted(names & context.referenced_names)
    if used:
        return True, f"streaming code of this change uses {used[0]}"
    return False, "no streaming library, configuration or schema in this file"


def _signal(path: str, text: str, context: RelevanceContext) -> str:
    if path.endswith((".avsc", ".avdl")):
        return "Avro schema"
    if path.endswith(".proto"):
        return "Protobuf schema in a streaming repository" if context.repository_is_streaming else ""
    if CODE.search(path) and (found := import_signal(text)):
        return f"imports {found[0].rstrip('.')} (line {found[1]})"
    if path.endswith((".sql", ".ksql")) and signals().sql.search(text):
        return "streaming SQL"
    if path.endswith(".tf") and signals().terraform.search(text):
        return "Terraform resource of Kafka"
    if DOCUMENTS.search(path) and (match := signals().manifests.search(text)):
        return f"manifest of kind {match.group(1)}"
    if (DOCUMENTS.search(path) or path.endswith(".sh")) and _has_key(text):
        return "Kafka or Flink configuration"
    return ""


_KEY_LINE = re.compile(
    r"^[ \t\"'-]*(?:ENV[ \t]+|export[ \t]+)?([A-Za-z][\w.-]*)[\"']?[ \t]*[:=]|\bkafka-(topics|configs|consumer-groups)",
    re.MULTILINE,
)


def _has_key(text: str) -> bool:
    """A key that is Kafka's or Flink's, in flat form, or below a `kafka:` mapping of YAML."""
    found = signals().keys
    nested = re.search(r"^\s*kafka:\s*(#.*)?$", text, re.MULTILINE) is not None
    return nested or any(found.search(match.group(1) or "kafka.cli") for match in _KEY_LINE.finditer(text))


def _lines(change: FileChange) -> str:
    return "\n".join(line.text for hunk in change.hunks for line in hunk.lines)


def _hunk(
    change: FileChange, hunk: Hunk, before: SyntaxFacts | None, after: SyntaxFacts | None, reason: str
) -> tuple[bool, str]:
    """Within a streaming file everything counts but comments and blank lines; in a build file only what names a library."""
    changed = [line for line in hunk.lines if line.kind is not LineKind.CONTEXT]
    if BUILD_FILES.search(change.path):
        if any(signals().coordinates.search(line.text) for line in hunk.lines):
            return True, "dependency on a streaming library"
        return False, "build file, no streaming dependency in these lines"
    comments = _comment_lines(before, Side.BEFORE) | _comment_lines(after, Side.AFTER)
    for line in changed:
        key = (Side.BEFORE, line.old_number) if line.kind is LineKind.REMOVED else (Side.AFTER, line.new_number)
        if line.text.strip() and key not in comments:
            return True, reason
    return False, "only comments and blank lines change"


def _comment_lines(facts: SyntaxFacts | None, side: Side) -> set[tuple[Side, int | None]]:
    """Lines that hold nothing but a comment: no code stands on them."""
    if facts is None:
        return set()
    code = {line for call in facts.calls for line in (call.span.first_line, call.span.last_line)}
    code |= {line for a in facts.assignments for line in (a.span.first_line, a.span.last_line)}
    code |= {entry.span.first_line for entry in facts.entries}
    code |= {line for f in facts.functions for line in (f.span.first_line, f.span.last_line)}
    code |= {j.span.first_line for j in facts.jumps} | {b.span.first_line for b in facts.blocks}
    lines = {line for c in facts.comments for line in range(c.span.first_line, c.span.last_line + 1)}
    return {(side, line) for line in lines - code}
