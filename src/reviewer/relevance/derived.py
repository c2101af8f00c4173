"""The signals with what the tables of the client libraries know: one table makes a library known to facts and to relevance alike.

`signals.yaml` keeps what no table can say: libraries without one, wider prefixes, words, keys, texts. Done when `make docs` writes the
form that is read at run time, so that no review loads a table for it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from reviewer.clients.library import Library


def derived(raw: Mapping[str, Any], libraries: Iterable[Library]) -> dict[str, Any]:
    """The signals of the YAML, completed: imports, coordinates, callbacks and positions, and markers for files that have no other word."""
    known = list(libraries)
    imports = [*raw["imports"]]
    for path in sorted({path for library in known for path in library.imports}):
        if path not in raw["qualified_imports"] and not any(path.startswith(wider) for wider in imports):
            imports.append(path)
    listed = re.compile(raw["coordinates"])
    coordinates = sorted({c for library in known for c in library.coordinates if not listed.search(c)})
    # A name that is one's own only on a type, for a call or under a condition (`Setup`, `on_revoke`) says nothing by itself.
    rows = [row for library in known for row in library.rebalances if row.method]
    words = {row.method for row in rows if not (row.base or row.is_given or row.takes or row.branch)}
    words |= {name for library in known for name in library.positions}
    identifiers = [*raw["identifiers"], *sorted(words - {*raw["identifiers"]})]
    made = {**raw, "imports": imports, "identifiers": identifiers}
    made["coordinates"] = "|".join((raw["coordinates"], *map(re.escape, coordinates)))
    made["markers"] = [*raw["markers"], *_unmarked(raw["markers"], [*imports, *identifiers])]
    return made


def _unmarked(markers: Iterable[str], signals: Iterable[str]) -> list[str]:
    """Signals in which no marker is: they are their own."""
    listed = [variant for marker in markers for variant in {marker.replace(" ", mark) for mark in (".", "_", "-", "")}]
    lowered = (signal.lower().rstrip(".") for signal in signals)
    return [signal for signal in lowered if not any(marker.lower() in signal for marker in listed)]
