"""TypeScript: JavaScript's reading over its own grammar."""

from __future__ import annotations

from reviewer.facts import idioms
from reviewer.facts.languages.base import grammar_of
from reviewer.facts.languages.javascript import KINDS, RETURNED, TRANSPARENT, JavaScript

ADAPTER = JavaScript(
    name="typescript",
    suffixes=(".ts", ".mts", ".cts"),
    grammar=grammar_of("tree_sitter_typescript", "language_typescript"),
    idioms=idioms.JAVASCRIPT,
    returned_parents=RETURNED,
    transparent=TRANSPARENT,
    kinds=KINDS,
)
