"""What the loader makes of a client library's YAML file. Frozen; keys and kinds are described in CONTRIBUTING."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Constructor:
    """A type whose construction makes a client. `config` is the position of the configuration, or "keywords"."""

    type: str
    client: str
    config: int | str


@dataclass(frozen=True, slots=True, kw_only=True)
class OperationRule:
    """Methods of a client with one meaning. `shapes` maps the number of arguments to the positions of topic, key, value."""

    client: str
    methods: frozenset[str]
    role: str
    record: int | None
    callback: int | None
    reports_by: str
    shapes: Mapping[int, Mapping[str, int]]
    keywords: Mapping[str, str]
    callback_keywords: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ListenerRule:
    """An annotation that makes a method a listener, with the attributes that hold topics and group."""

    annotation: str
    topics: tuple[str, ...]
    group: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DefaultRow:
    """A default value that holds below a version (all versions when `below` is None). Rows are in ascending order."""

    below: tuple[int, ...] | None
    value: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Library:
    """One client library. Each is read once in a process, so one is equal only to itself."""

    id: str
    title: str
    languages: frozenset[str]
    imports: tuple[str, ...]
    coordinates: tuple[str, ...]
    types: Mapping[str, str]
    receiver_names: Mapping[str, tuple[str, ...]]
    constructors: tuple[Constructor, ...]
    operations: tuple[OperationRule, ...]
    records: Mapping[str, Mapping[int, Mapping[str, int]]]
    listeners: tuple[ListenerRule, ...]
    config_constants: Mapping[str, str]
    stream_types: frozenset[str]
    name_types: frozenset[str]
    operators: Mapping[str, frozenset[str]]
    state_descriptors: Mapping[str, str]
    function_bases: frozenset[str]
    builders: Mapping[str, str]
    iterates: str
    defaults: Mapping[str, Mapping[str, tuple[DefaultRow, ...]]]

    def is_imported_by(self, path: str) -> bool:
        """Whether an import path belongs to the library: a prefix that ends at a dot, slash or colon, or the whole name."""
        for prefix in self.imports:
            if path.startswith(prefix) and (prefix.endswith(".") or path[len(prefix) :][:1] in ("", ".", "/", ":")):
                return True
        return False

    def defaults_of(self, client: str, version: str | None) -> dict[str, str]:
        """The defaults of a client kind at a version; a key whose default depends on an unknown version is left out."""
        rows = self.defaults.get(client, {})
        known = ((key, _default(candidates, version)) for key, candidates in rows.items())
        return {key: value for key, value in known if value is not None}


def _default(rows: tuple[DefaultRow, ...], version: str | None) -> str | None:
    if len(rows) == 1:
        return rows[0].value
    number = version_number(version)
    if number is None:
        return None
    for row in rows:
        if row.below is None or number < row.below:
            return row.value
    return None


def version_number(version: str | None) -> tuple[int, ...] | None:
    """`3.0.1-ccs` -> (3, 0, 1); None for None, ranges and names."""
    if version is None:
        return None
    digits: list[int] = []
    for part in version.lstrip("=~^v ").split("."):
        number = "".join(ch for ch in part[:6] if ch.isdigit()) if part[:1].isdigit() else ""
        if not number:
            break
        digits.append(int(number))
        if not part.isdigit():
            break
    return tuple(digits) or None
