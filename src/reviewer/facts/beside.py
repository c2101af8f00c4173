"""Facts of files beside the change that somebody looked up: read with the constants of the change, and with each other's."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from reviewer.clients.registry import Libraries
from reviewer.core.span import Side
from reviewer.facts.streaming.extract import file_facts, types_elsewhere
from reviewer.facts.streaming.model import FileFacts
from reviewer.facts.streaming.shared import shared
from reviewer.facts.syntax import SyntaxFacts


def read_beside(
    parsed: Mapping[str, SyntaxFacts], texts: Mapping[str, str], known: Iterable[FileFacts], libraries: Libraries
) -> tuple[FileFacts, ...]:
    """The facts after the change of files that are not part of it, by path. `known` are files whose names they may use."""
    syntaxes = [*parsed.values(), *(facts.syntax for facts in known if facts.path not in parsed)]
    said = shared(syntaxes)
    elsewhere = types_elsewhere(syntaxes)
    return tuple(
        file_facts(
            syntax,
            texts[path],
            Side.AFTER,
            libraries=libraries,
            external=said.texts,
            versions={},
            elsewhere=elsewhere,
            places=said.places,
        )
        for path, syntax in sorted(parsed.items())
    )
