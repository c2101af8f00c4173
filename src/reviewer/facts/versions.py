"""The declared versions of client libraries, read from the repository's build files."""

from __future__ import annotations

import re
from collections.abc import Iterator

from reviewer.clients.loader import libraries
from reviewer.core.change import ChangeSet
from reviewer.core.source import SourceReader
from reviewer.core.span import Side

_BUILD = re.compile(
    r"(^|/)(pom\.xml|build\.gradle(\.kts)?|libs\.versions\.toml|gradle\.properties|build\.sbt|requirements[\w.-]*\.txt|pyproject\.toml)$"
)
_LIMIT = 40  # build files that are read: the nearest to the root first


def declared_versions(change_set: ChangeSet, reader: SourceReader, side: Side) -> dict[str, str]:
    """Coordinate -> version; a coordinate with two versions in the repository is left out: it is unknown which one counts."""
    if not change_set.files:
        return {}
    found: dict[str, set[str]] = {}
    for text in _build_texts(reader, side):
        for coordinate, version in _versions(text):
            found.setdefault(coordinate, set()).add(version)
    return {coordinate: next(iter(versions)) for coordinate, versions in found.items() if len(versions) == 1}


def _build_texts(reader: SourceReader, side: Side) -> Iterator[str]:
    paths = sorted((p for p in reader.paths(side) if _BUILD.search(p)), key=lambda p: (p.count("/"), p))
    for path in paths[:_LIMIT]:
        text = reader.read(path, side)
        if text is not None:
            yield text


def _versions(text: str) -> Iterator[tuple[str, str]]:
    properties = dict(re.findall(r"<([\w.-]+)>\s*(\d[\w.-]*)\s*</\1>", text))
    for library in libraries():
        for coordinate in library.coordinates:
            group, _, artifact = coordinate.rpartition(":")
            version = _maven(text, group, artifact, properties) if group else _python(text, artifact)
            version = version or (_gradle(text, coordinate) if group else None)
            if version:
                yield coordinate, version


def _maven(text: str, group: str, artifact: str, properties: dict[str, str]) -> str | None:
    pattern = rf"<groupId>{re.escape(group)}</groupId>\s*<artifactId>{re.escape(artifact)}(?:_[\d.]+)?</artifactId>\s*<version>([^<]+)</version>"
    match = re.search(pattern, text)
    if match is None:
        return None
    value = match.group(1).strip()
    if reference := re.fullmatch(r"\$\{([\w.-]+)\}", value):
        return properties.get(reference.group(1))
    return value if re.match(r"\d", value) else None


def _gradle(text: str, coordinate: str) -> str | None:
    match = re.search(rf"{re.escape(coordinate)}:(\d[\w.-]*)", text)
    return match.group(1) if match else None


def _python(text: str, name: str) -> str | None:
    match = re.search(rf"(?im)^\s*[\"']?{re.escape(name)}(?:\[[\w,]+\])?\s*==\s*(\d[\w.]*)", text)
    return match.group(1) if match else None
