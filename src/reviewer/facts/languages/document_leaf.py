"""What every document reader yields: leaves with their lines, and what a placeholder in a value means."""

from __future__ import annotations

import re

from reviewer.core.lazily import lazily
from reviewer.core.span import Side, Span
from reviewer.core.value import value
from reviewer.facts.syntax import ConfigEntry

#: Deeper structures are cut off: no hand-written configuration is that deep, and the walk must not overflow the stack.
MAX_DEPTH = 100
#: A bound against anchors that multiply each other and against data files that call themselves configuration.
MAX_LEAVES = 20_000

# A provider of Kafka's configuration is no name with a default: `${file:/run/db.properties:password}`, `${env:PASSWORD}`.
_PROVIDER = r"(?!(?:file|dir|directory|env|sys|secrets?|configmaps?|vault|ssm|sm|secretsmanager|s3import):)"
_WITH_DEFAULT = lazily(rf"\$\{{{_PROVIDER}(?:[^${{}}:]+:(?![?+])-?|[A-Z_][A-Z0-9_]*-)([^${{}}]+)\}}")
_PLACEHOLDER = lazily(
    r"\$\{[^}]*\}|\$\{\{|\{\{|\$\([A-Za-z_]\w*\)|(?<![\w$])\$[A-Z_][A-Z0-9_]*\b|^@[\w.-]+@$|<%=|^<[\w .-]+>$"
)


@value()
class Leaf:
    """A scalar of a document. Lines are 1-based and cover the key and the whole value.

    `value_line` is the line on which the text of a multi-line value begins; None for a value that is not a block.
    """

    keys: tuple[str, ...]
    value: str
    first_line: int
    last_line: int
    document: int = 0
    value_line: int | None = None


def resolve(value: str) -> tuple[str, bool]:
    """The value with placeholders replaced by their defaults, and whether nothing unknown is left in it.

    `${A:b}`, `${A:-b}` and `${A-b}` give `b`; `${A}`, `${A:?why}` and an empty default stay as written and are unknown.
    """
    for _ in range(4):
        replaced = _WITH_DEFAULT.sub(r"\1", value)
        if replaced == value:
            break
        value = replaced
    return value, _PLACEHOLDER.search(value) is None


def to_entry(leaf: Leaf, path: str, side: Side) -> ConfigEntry:
    """The leaf as a fact."""
    value, is_literal = resolve(leaf.value)
    return ConfigEntry(
        keys=leaf.keys,
        value=value,
        is_literal=is_literal,
        span=Span(path=path, side=side, first_line=leaf.first_line, last_line=leaf.last_line),
        document=leaf.document,
    )


def unescape(text: str) -> str:
    """The backslash escapes that JSON, TOML, YAML and .properties share; an unknown one keeps its character."""
    return _ESCAPE.sub(_escaped, text)


_ESCAPE = lazily(r"\\(?:u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|(.)|$)", re.DOTALL)
_NAMED = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "0": "\0", "\n": ""}


def _escaped(match: re.Match[str]) -> str:
    code = match.group(1) or match.group(2)
    if code:
        return chr(int(code, 16))
    character = match.group(3) or ""
    return _NAMED.get(character, character)
