"""What a change of a version alone changes: the defaults that hold where a key is absent."""

from __future__ import annotations

from collections.abc import Iterator

from reviewer.core.span import Span
from reviewer.core.value import value
from reviewer.facts.keys.bundles import BUNDLES, product_of
from reviewer.facts.keys.lookup import all_keys
from reviewer.facts.streaming.model import FileFacts
from reviewer.facts.syntax import ConfigEntry

_DEPENDENCY = "dependency"


@value()
class MovedDefault:
    """A default that a new version of a client moves: `acks: default 1 -> all`.

    `clients` are those that have the key, `versions` the product's before and after (kafka-clients', where Spring Boot brings them),
    `weaker` whether the new one protects less (None: no order), `span` the line of the version.
    """

    key: str
    clients: frozenset[str]
    before: str
    after: str
    coordinate: str
    product: str
    versions: tuple[str, str]
    weaker: bool | None
    span: Span
    source: str


def moved_defaults(before: FileFacts, after: FileFacts) -> Iterator[MovedDefault]:
    """The defaults that a build file's new version of a client (or of what brings it) moves, in the order of the text.

    Silent where one of the two versions is not known, and about a dependency that is declared twice with different versions.
    """
    old, new = _versions(before), _versions(after)
    for coordinate, entry in new.items():
        was = old.get(coordinate)
        if was is None or was.value == entry.value or (coordinate in BUNDLES and _is_overridden(after, new)):
            continue
        one, other = product_of(coordinate, was.value), product_of(coordinate, entry.value)
        if one is not None and other is not None:
            yield from _moved(coordinate, one, other, entry)


def _is_overridden(file: FileFacts, versions: dict[str, ConfigEntry]) -> bool:
    """Whether the build file names the client's version itself, so that what a framework would bring does not count."""
    own = any(entry.keys[-1] == "kafka.version" for entry in file.syntax.entries)
    return own or any(name.startswith("org.apache.kafka:") for name in versions)


def _versions(file: FileFacts) -> dict[str, ConfigEntry]:
    found: dict[str, ConfigEntry] = {}
    doubled: set[str] = set()
    for entry in file.syntax.entries:
        if len(entry.keys) == 2 and entry.keys[0] == _DEPENDENCY and entry.value:
            if found.setdefault(entry.keys[1], entry).value != entry.value:
                doubled.add(entry.keys[1])
    return {name: entry for name, entry in found.items() if name not in doubled}


def _moved(coordinate: str, one: tuple[str, str], other: tuple[str, str], entry: ConfigEntry) -> Iterator[MovedDefault]:
    (product, was), (_, now) = one, other
    for key in all_keys().values():
        before, after = key.default(product, was), key.default(product, now)
        if before is not None and after is not None and before != after and not key.means:
            yield MovedDefault(
                key=key.name, clients=key.clients, before=before, after=after, coordinate=coordinate, product=product,
                versions=(was, now), weaker=key.is_weaker(before, after), span=entry.span, source=key.source,
            )  # fmt: skip
