"""Small helpers that several rules share. Rules may import this module and the facts, never each other."""

from __future__ import annotations

import re
from collections.abc import Iterator

from reviewer.core.span import Span
from reviewer.facts.streaming.model import FactSet, FileFacts


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


def short(text: str, limit: int = 60) -> str:
    """Text cut for a message."""
    folded = re.sub(r"\s+", " ", text).strip()
    return folded if len(folded) <= limit else folded[: limit - 1] + "…"
