"""The tables of the libraries that one file uses, turned round: by the name that stands in the code."""

from __future__ import annotations

from collections.abc import Mapping

from reviewer.clients.library import Key, Library, Makes, Operation
from reviewer.core.value import value


@value()
class Tables:
    """`operations` by method and `makers` by name, each with its library; `keys` by path, `configs` (the client kind, and whose it is) by
    type. `acts` are methods of a record that are the work itself. `dotted` says that keys are texts with dots, also where no library is known; `words` that a text of one word may be one, too."""

    operations: Mapping[str, list[tuple[Library, Operation]]]
    makers: Mapping[str, list[tuple[Library, Makes]]]
    keys: Mapping[str, Key]
    configs: Mapping[str, tuple[Library, str]]
    acts: frozenset[str]
    dotted: bool
    words: bool


def tables_of(libraries: tuple[Library, ...]) -> Tables:
    """The tables of some libraries."""
    operations: dict[str, list[tuple[Library, Operation]]] = {}
    makers: dict[str, list[tuple[Library, Makes]]] = {}
    keys: dict[str, Key] = {}
    configs: dict[str, tuple[Library, str]] = {}
    for library in libraries:
        for row in library.operations:
            for method in row.methods:
                operations.setdefault(method, []).append((library, row))
        for made in library.makes:
            makers.setdefault(made.name, []).append((library, made))
        for path, key in library.keys.items():
            keys.setdefault(path, Key(key=key) if isinstance(key, str) else key)
        for name, client in library.configs.items():
            configs.setdefault(name, (library, client))
    words = not libraries or any(library.spelling == "dotted" for library in libraries)
    dotted = words or any(library.is_dotted_too for library in libraries)
    acts = frozenset().union(*(library.acts for library in libraries))
    return Tables(
        operations=operations, makers=makers, keys=keys, configs=configs, acts=acts, dotted=dotted, words=words
    )
