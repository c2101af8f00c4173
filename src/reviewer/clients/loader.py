"""Reads the client libraries. They are written in the YAML files beside this module, and read from `compiled.json`, which `make docs` makes
of them: a review starts a tenth sooner without a YAML parser. They are our own, so a wrong one is a bug and raises at once.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pkgutil import get_data
from typing import Any

from reviewer.clients.library import (
    Constructor,
    DefaultRow,
    Library,
    ListenerRule,
    OperationRule,
    version_number,
)


@cache
def libraries() -> tuple[Library, ...]:
    """Every client library, sorted by id."""
    compiled = json.loads(get_data("reviewer.clients", "compiled.json") or b"")
    return tuple(sorted((_library(raw) for raw in compiled), key=lambda library: library.id))


def library(identity: str) -> Library:
    """The library with an id; KeyError when there is none."""
    for candidate in libraries():
        if candidate.id == identity:
            return candidate
    raise KeyError(identity)


def _library(raw: Mapping[str, Any]) -> Library:
    unknown = set(raw) - set(Library.__dataclass_fields__)
    if unknown:
        raise ValueError(f"unknown keys in the library {raw.get('id')}: {sorted(unknown)}")
    return Library(
        id=raw["id"],
        title=raw["title"],
        languages=frozenset(raw["languages"]),
        imports=tuple(raw["imports"]),
        coordinates=tuple(raw["coordinates"]),
        types=raw.get("types", {}),
        receiver_names={kind: tuple(names) for kind, names in raw.get("receiver_names", {}).items()},
        constructors=tuple(Constructor(**row) for row in raw.get("constructors", ())),
        operations=tuple(_operation(row) for row in raw.get("operations", ())),
        records={row["type"]: _shapes(row["shapes"]) for row in raw.get("records", ())},
        listeners=tuple(_listener(row) for row in raw.get("listeners", ())),
        config_constants=raw.get("config_constants", {}),
        stream_types=frozenset(raw.get("stream_types", ())),
        name_types=frozenset(raw.get("name_types", ())),
        operators={kind: frozenset(names) for kind, names in raw.get("operators", {}).items()},
        state_descriptors=raw.get("state_descriptors", {}),
        function_bases=frozenset(raw.get("function_bases", ())),
        builders=raw.get("builders", {}),
        iterates=raw.get("iterates", ""),
        defaults={client: _defaults(rows) for client, rows in raw.get("defaults", {}).items()},
    )


def _operation(row: Mapping[str, Any]) -> OperationRule:
    return OperationRule(
        client=row["client"],
        methods=frozenset(row["methods"]),
        role=row["role"],
        record=row.get("record"),
        callback=row.get("callback"),
        reports_by=row.get("reports_by", ""),
        shapes=_shapes(row.get("shapes", {})),
        keywords=row.get("keywords", {}),
        callback_keywords=tuple(row.get("callback_keywords", ())),
    )


def _shapes(raw: Mapping[str, Mapping[str, int]]) -> dict[int, Mapping[str, int]]:
    """By the number of arguments, which JSON writes as text."""
    return {int(count): positions for count, positions in raw.items()}


def _listener(row: Mapping[str, Any]) -> ListenerRule:
    return ListenerRule(
        annotation=row["annotation"], topics=tuple(row.get("topics", ())), group=tuple(row.get("group", ()))
    )


def _defaults(rows: Mapping[str, Any]) -> dict[str, tuple[DefaultRow, ...]]:
    return {
        key: tuple(DefaultRow(below=version_number(c.get("below")), value=c["value"]) for c in candidates)
        for key, candidates in rows.items()
    }
