"""The decision on a file by what it says itself, with its reason."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import field

from reviewer.core.change import FileChange
from reviewer.core.span import Side
from reviewer.core.value import value
from reviewer.facts.syntax import SyntaxFacts
from reviewer.relevance.code import Signal, code_signal
from reviewer.relevance.documents import document_signal
from reviewer.relevance.imports import library_around
from reviewer.relevance.modules import ModuleOf, StreamingModule, module_signal
from reviewer.relevance.signals import (
    BUILD_FILES,
    CI,
    CODE,
    DOCUMENTS,
    PROSE,
    has_marker,
    is_generated,
    is_made,
    may_speak,
)
from reviewer.relevance.words import is_view, path_token

NOTHING = "no streaming library, configuration or schema in this file"


@value()
class FileDecision:
    """Whether a file is streaming code, and why.

    `is_open`: the file itself says nothing, and others may (generated files, prose and the build's definitions are closed).
    `lines`: where the signal is limited to some lines of a side; a side that is not in it has none.
    """

    relevant: bool
    reason: str
    is_open: bool = False
    lines: Mapping[Side, frozenset[int]] = field(default_factory=dict)


@value()
class Judged:
    """A changed file with its facts on both sides and the decision on it."""

    change: FileChange
    before: SyntaxFacts | None
    after: SyntaxFacts | None
    decision: FileDecision

    def syntax(self, side: Side) -> SyntaxFacts | None:
        """The facts of a side."""
        return self.before if side is Side.BEFORE else self.after


def _no_module(_path: str) -> StreamingModule:
    return StreamingModule()


def may_be_streaming(path: str, text: str) -> bool:
    """A cheap filter: False means that the file's own text has no signal, so that it needs no parsing."""
    if (
        is_generated(path)
        or (PROSE.search(path) and not BUILD_FILES.search(path))
        or (CODE.search(path) and is_made(text))
    ):
        return False
    if path.endswith((".avsc", ".avdl", ".proto", ".sql", ".ksql", ".schema.json")) or has_marker(text):
        return True
    if path.endswith(".json"):
        return '"$schema"' in text
    return CODE.search(path) is not None and (
        path_token(path) != "" or library_around(path) != "" or may_speak(text.lower())
    )


def _is_made(change: FileChange) -> bool:
    """Whether every side of a file of code says that a generator made it."""
    texts = [text for text in (change.before, change.after) if text is not None]
    return bool(texts) and CODE.search(change.path) is not None and all(map(is_made, texts))


def decide_file(
    change: FileChange, before: SyntaxFacts | None, after: SyntaxFacts | None, *, module_of: ModuleOf = _no_module
) -> FileDecision:
    """What the file says on either side, and its module where that takes both; the module is asked for only then."""
    path = change.path
    if is_generated(path) or _is_made(change):
        return FileDecision(relevant=False, reason="generated, vendored or a lock file")
    if BUILD_FILES.search(path):
        return FileDecision(relevant=True, reason="build file")
    if PROSE.search(path):
        return FileDecision(relevant=False, reason="prose, not code")
    if CI.search(path):
        return FileDecision(relevant=False, reason="definition of the build, not of what runs")
    lines: dict[Side, frozenset[int]] = {}
    reason = ""
    for side, signal in _signals(change, before, after, module_of):
        if signal is not None and signal.lines is None:
            return FileDecision(relevant=True, reason=signal.reason)
        if signal is not None and signal.lines is not None:
            lines[side], reason = signal.lines, reason or signal.reason
    if lines:
        return FileDecision(relevant=True, reason=reason, lines=lines, is_open=True)
    if reason := _unknown(change):
        return FileDecision(relevant=True, reason=reason)
    return FileDecision(relevant=False, reason=NOTHING, is_open=_is_open(path))


def _is_open(path: str) -> bool:
    if CODE.search(path):
        return not is_view(path)
    return path.endswith(".proto") or DOCUMENTS.search(path) is not None


def _signals(
    change: FileChange, before: SyntaxFacts | None, after: SyntaxFacts | None, module_of: ModuleOf
) -> Iterator[tuple[Side, Signal | None]]:
    """The signal of each side that is known, the new one first; of a file of which neither is, that of the diff's lines."""
    known = False
    for side, facts in ((Side.AFTER, after), (Side.BEFORE, before)):
        text = change.text(side)
        if text is not None:
            known = True
            yield side, _signal(change.path, text.removeprefix("\ufeff"), facts, module_of)
    if not known:
        yield Side.AFTER, _signal(change.path, _lines(change), None, module_of)


def _signal(path: str, text: str, facts: SyntaxFacts | None, module_of: ModuleOf) -> Signal | None:
    if CODE.search(path):
        found = code_signal(path, text, facts)
        if found is not None and found.lines is None:
            return found
        return module_signal(path, text, facts, module_of) or found
    return document_signal(path, text, facts)


def _unknown(change: FileChange) -> str:
    """Why a file of which neither side is known may stream; "" where it is known, or cannot."""
    path = change.path
    if change.before is not None or change.after is not None:
        return ""
    if CODE.search(path) or DOCUMENTS.search(path):
        if may_be_streaming(path, _lines(change)):
            return "these lines name a streaming library, the rest of the file is not known"
        if change.unread and CODE.search(path):
            return "the file is not known: it may be streaming code"
    if change.unread and not change.hunks and not change.is_binary:
        return "nothing of the file is known: it may be streaming code"
    return ""


def _lines(change: FileChange) -> str:
    return "\n".join(line.text for hunk in change.hunks for line in hunk.lines)
