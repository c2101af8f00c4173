"""Settings inside settings: environment lists of manifests, and files kept in a ConfigMap's block scalar."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from reviewer.facts.languages.document_leaf import Leaf

Reader = Callable[[str, str], Sequence[Leaf]]
_ENVIRONMENT = ("env", "environment")
_EMBEDDED = (".properties", ".yaml", ".yml", ".json", ".env", ".hocon", "application.conf")
# Keys whose value is a file though they do not look like one: an MSK configuration, the configuration of Flink's image.
_FILES = {
    "server_properties": "server.properties",
    "serverProperties": "server.properties",
    "FLINK_PROPERTIES": "config.yaml",
}
_HEREDOC = re.compile(r"^\$\{<<[-~]?\w+\n(.*)\n[ \t]*\w+\s*\}$", re.DOTALL)


def expand(leaves: Sequence[Leaf], read: Reader) -> Iterator[Leaf]:
    """The leaves, with variables under their own names and embedded files opened.

    A variable appears as (…, "env", NAME) instead of an item's text `NAME=value`, and in addition to an item's
    `name` and `value`. `read(file_name, text)` reads an embedded file; its leaves get the outer keys and real lines.
    """
    names: dict[tuple[int, tuple[str, ...]], Leaf] = {}
    for found in leaves:
        leaf = _named_file(found)
        if leaf.value_line is not None and (leaf.keys[-1].endswith(_EMBEDDED) or leaf.keys[-1] in _FILES):
            yield from _opened(leaf, read)
        elif _is_item(leaf.keys, -1) and leaf.keys[-2] in _ENVIRONMENT:
            name, equals, value = leaf.value.partition("=")
            yield replace(leaf, keys=(*leaf.keys[:-1], name), value=value) if equals else leaf
        else:
            yield leaf
            if _is_item(leaf.keys, -2) and leaf.keys[-3] in _ENVIRONMENT:
                yield from _variable(leaf, names)


def _named_file(leaf: Leaf) -> Leaf:
    """A file in a heredoc, or in an item `NAME=text` of an environment, as a block below its name; any other leaf as it is."""
    if leaf.keys[-1] in _FILES and (match := _HEREDOC.match(leaf.value)):
        return replace(leaf, value=match[1], value_line=leaf.first_line + 1)
    name, equals, value = leaf.value.partition("=")
    if leaf.value_line is not None and equals and name in _FILES and _is_item(leaf.keys, -1):
        return replace(leaf, keys=(*leaf.keys[:-1], name), value=value)
    return leaf


def _is_item(keys: tuple[str, ...], position: int) -> bool:
    return len(keys) > -position and keys[position].startswith("[")


def _variable(leaf: Leaf, names: dict[tuple[int, tuple[str, ...]], Leaf]) -> Iterator[Leaf]:
    item = (leaf.document, leaf.keys[:-1])
    if leaf.keys[-1] == "name":
        names[item] = leaf
    elif leaf.keys[-1] == "value" and (name := names.get(item)) is not None:
        # It stands where its value does: that is the line that changes, and that a suggestion replaces.
        yield replace(leaf, keys=(*leaf.keys[:-2], name.value))


def _opened(leaf: Leaf, read: Reader) -> Iterator[Leaf]:
    offset = (leaf.value_line or 1) - 1
    inner = read(_FILES.get(leaf.keys[-1], leaf.keys[-1]), leaf.value)
    for found in inner:
        yield replace(
            found,
            keys=leaf.keys + found.keys,
            first_line=found.first_line + offset,
            last_line=min(found.last_line + offset, leaf.last_line),
            document=leaf.document,
            value_line=None,
        )
    if not inner:
        yield leaf
