"""The only place where real things are built: processes, the model, GitHub."""

from __future__ import annotations

from reviewer.facts.workers import ParserPool


def parser_pool() -> ParserPool:
    """Two worker processes: the machines of CI have two cores."""
    return ParserPool(size=2)
