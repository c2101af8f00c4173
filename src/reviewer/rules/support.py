"""Small helpers that several rules share. Rules may import this module and the facts, never each other."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from reviewer.core.span import Span
from reviewer.facts.streaming.model import FactSet, FileFacts, Operator


def code_files(facts: FactSet, *libraries: str) -> Iterator[FileFacts]:
    """The changed files that import one of the libraries (any, when none is named)."""
    for file in facts.files:
        if file.libraries & set(libraries) if libraries else file.libraries:
            yield file


def line(span: Span) -> Span:
    """The first line of a span."""
    return Span(path=span.path, side=span.side, first_line=span.first_line, last_line=span.first_line)


def squash(text: str) -> str:
    """Text without blanks: to compare expressions regardless of layout."""
    return re.sub(r"\s+", "", text)


def folded(name: str) -> str:
    """A name without case and underscores: `onTimer`, `on_timer`."""
    return name.replace("_", "").lower()


def short(text: str, limit: int = 60) -> str:
    """Text cut for a message."""
    folded = re.sub(r"\s+", " ", text).strip()
    return folded if len(folded) <= limit else folded[: limit - 1] + "…"


def aligned(old: Sequence[Operator], new: Sequence[Operator]) -> Iterator[tuple[Operator, Operator]]:
    """The operators of two versions that stand for each other: the same method among the same neighbours."""
    import difflib  # not above: most rules that load this module compare no operators

    matcher = difflib.SequenceMatcher(a=[op.op for op in old], b=[op.op for op in new], autojunk=False)
    for block in matcher.get_matching_blocks():
        yield from zip(old[block.a : block.a + block.size], new[block.b : block.b + block.size], strict=True)
