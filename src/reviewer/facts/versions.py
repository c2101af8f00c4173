"""The declared versions of client libraries, read from the build files around the code that uses them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from reviewer.clients.library import version_number
from reviewer.core.lazily import lazily
from reviewer.core.source import SourceReader, expect
from reviewer.core.span import Side
from reviewer.facts.dependencies import Dependency, definitions, dependencies, is_manifest

_LIMIT = 40  # build files that are read: the nearest to the root first
_SCALA = lazily(r"_\d+(\.\d+)*$")
# Folders beside the code's own that declare versions for all modules.
_SHARED = lazily(r"(parent|bom|dependenc|platform|gradle|buildsrc|build-logic|build-tools|requirements)", re.IGNORECASE)
_REFERENCE = lazily(r"\$\{?([\w.-]+)\}?")


def declared_versions(users: Iterable[str], reader: SourceReader, side: Side) -> dict[str, str]:
    """Coordinate -> version, as the build files above the using files say; `users` are paths of code.

    A coordinate with two versions is left out: it is unknown which one counts. Without users nothing is read.
    """
    folders = _above(users)
    texts = list(_manifests(folders, reader, side)) if folders else []
    values = _values(texts)
    found: dict[str, set[str]] = {}
    for dependency in (d for path, text in texts for d in dependencies(path, text)):
        version = _resolved(dependency, values)
        if version_number(version) is not None:
            found.setdefault(_SCALA.sub("", dependency.coordinate), set()).add(version)
    return {coordinate: next(iter(versions)) for coordinate, versions in found.items() if len(versions) == 1}


def _above(paths: Iterable[str]) -> frozenset[str]:
    """Every folder above a path; "" is the root."""
    found: set[str] = set()
    for path in paths:
        parts = path.split("/")[:-1]
        found |= {"/".join(parts[:depth]) for depth in range(len(parts) + 1)}
    return frozenset(found)


def _manifests(folders: frozenset[str], reader: SourceReader, side: Side) -> Iterator[tuple[str, str]]:
    paths = [path for path in reader.paths(side) if _is_near(path, folders) and is_manifest(path)]
    near = sorted(paths, key=lambda p: (p.count("/"), p))[:_LIMIT]
    expect(reader, near, side)
    for path in near:
        text = reader.read(path, side)
        if text is not None:
            yield path, text


def _is_near(path: str, folders: frozenset[str]) -> bool:
    """Beside or above the code, or in a shared folder there (`gradle/libs.versions.toml`, `parent/pom.xml`)."""
    folder = path.rpartition("/")[0]
    above, _, last = folder.rpartition("/")
    return folder in folders or (above in folders and _SHARED.search(last) is not None)


def _values(texts: Iterable[tuple[str, str]]) -> Mapping[str, str]:
    """The properties and variables of all files; one with two values is left out."""
    found: dict[str, set[str]] = {}
    for path, text in texts:
        for name, value in definitions(path, text).items():
            found.setdefault(name, set()).add(value)
    return {name: next(iter(values)) for name, values in found.items() if len(values) == 1}


def _resolved(dependency: Dependency, values: Mapping[str, str]) -> str:
    """`${kafka.version}` of a child is a property of its parent, `$kafkaVersion` stands in gradle.properties."""
    return _REFERENCE.sub(lambda m: values.get(m[1].rsplit("ext.", 1)[-1], m[0]), dependency.version or "")
