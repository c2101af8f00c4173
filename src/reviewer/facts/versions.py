"""The declared versions of client libraries, read from the repository's build files."""

from __future__ import annotations

import re
from collections.abc import Iterator

from reviewer.clients.library import version_number
from reviewer.core.change import ChangeSet
from reviewer.core.source import SourceReader
from reviewer.core.span import Side
from reviewer.facts.dependencies import dependencies, is_manifest

_LIMIT = 40  # build files that are read: the nearest to the root first
_SCALA = re.compile(r"_\d+(\.\d+)*$")


def declared_versions(change_set: ChangeSet, reader: SourceReader, side: Side) -> dict[str, str]:
    """Coordinate -> version; a coordinate with two versions in the repository is left out: it is unknown which one counts."""
    found: dict[str, set[str]] = {}
    for path, text in _manifests(reader, side) if change_set.files else ():
        for dependency in dependencies(path, text):
            if dependency.version is not None and version_number(dependency.version) is not None:
                found.setdefault(_SCALA.sub("", dependency.coordinate), set()).add(dependency.version)
    return {coordinate: next(iter(versions)) for coordinate, versions in found.items() if len(versions) == 1}


def _manifests(reader: SourceReader, side: Side) -> Iterator[tuple[str, str]]:
    paths = sorted((p for p in reader.paths(side) if is_manifest(p)), key=lambda p: (p.count("/"), p))
    for path in paths[:_LIMIT]:
        text = reader.read(path, side)
        if text is not None:
            yield path, text
