"""TypeScript with JSX: another grammar, the same language."""

from __future__ import annotations

from dataclasses import replace

from reviewer.facts.languages.base import grammar_of
from reviewer.facts.languages.typescript import ADAPTER as TYPESCRIPT

ADAPTER = replace(
    TYPESCRIPT, suffixes=(".tsx",), dialect="tsx", grammar=grammar_of("tree_sitter_typescript", "language_tsx")
)
