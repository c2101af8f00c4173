"""What a document says: the leaves of a configuration, and the named parts of any text that is no program."""

from __future__ import annotations

from reviewer.core.span import Span
from reviewer.core.value import value


@value()
class ConfigEntry:
    """One leaf of a configuration document (YAML, JSON, .properties, TOML).

    `keys` is the path from the root; a list element contributes its index as `[0]`. `value` is the scalar as text.
    `is_literal` is False for `${ENV}`-like placeholders without a usable default; with a default (`${A:b}`) `value` is it.
    `document` counts YAML documents from 0.
    """

    keys: tuple[str, ...]
    value: str
    is_literal: bool
    span: Span
    document: int = 0

    @property
    def dotted(self) -> str:
        """The keys joined with dots."""
        return ".".join(self.keys)


@value()
class Section:
    """A named part of a document: a block, a table, a stage, a statement. Sections lie in one another or apart."""

    name: str
    span: Span
