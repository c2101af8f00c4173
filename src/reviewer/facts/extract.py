"""Text to syntax facts: one path for every language. The query finds, the adapter reads, this module puts together."""

from __future__ import annotations

from reviewer.core.span import Side
from reviewer.facts.assemble import assemble
from reviewer.facts.languages.table import documents_for, language_for
from reviewer.facts.syntax import SyntaxFacts


def extract(path: str, text: str, side: Side) -> SyntaxFacts:
    """The syntax facts of a file; a file of no known language has only its path."""
    document = documents_for(path)
    if document is not None:
        return document(path, text, side)
    adapter = language_for(path)
    if adapter is None:
        return SyntaxFacts(path=path, language="")
    return assemble(adapter, path, text, side)
