"""Which version of a library the repository uses: what the build files declare, with their properties, and what a lock has."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from reviewer.context.places import Place
from reviewer.facts.dependencies import Dependency, definitions, dependencies, is_manifest

_FILES = 40  # build files that are read, the nearest to the change and to the root first
_PLACES = 3  # of a lock
_LOCKS = re.compile(
    r"(^|/)(package-lock\.json|yarn\.lock|pnpm-lock\.yaml|go\.sum|Cargo\.lock|poetry\.lock|uv\.lock|Pipfile\.lock|[\w.-]*\.?lockfile|packages\.lock\.json)$"
)
_REFERENCE = re.compile(r"\$[\{(]?([\w.-]+)[\})]?")
_MANAGER = re.compile(r"parent$|\bbom$|platform$|dependencies$|^org\.springframework\.boot$|dependency-management$")
_MANAGERS = 3
# `<kafka.version>3.9.1</`, `kafkaVersion = "3.9.1"`, `kafka=3.9.1`.
_SET = re.compile(r"\s*(?:<|(?:val|def|var|ext\.|set\()?\s*[\"']?)([\w.-]+)[\"']?\s*[>=:,]\s*[\"']?([\w.+-]+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """A place that says something about a library's version; `why` says what it comes to."""

    path: str
    place: Place


def build_files(paths: Sequence[str], near: Sequence[str]) -> list[str]:
    """Manifests: those above the change first, from the nearest; then by how deep they lie."""
    above = {path.rpartition("/")[0] for path in near}
    folders = {"/".join(folder.split("/")[:depth]) for folder in above for depth in range(folder.count("/") + 2)} | {""}
    found = [path for path in paths if is_manifest(path)]
    return sorted(found, key=lambda p: (p.rpartition("/")[0] not in folders, p.count("/"), p))[:_FILES]


def locks(paths: Sequence[str]) -> list[str]:
    """Lock files, those near the root first."""
    return sorted((path for path in paths if _LOCKS.search(path)), key=lambda p: (p.count("/"), p))[:6]


def versions(library: str, texts: Mapping[str, str]) -> Iterator[Version]:
    """The declarations of a library, and where the property that gives its version is set; else what may manage its version."""
    values = {
        name: value for path, text in reversed(list(texts.items())) for name, value in definitions(path, text).items()
    }
    declared = [(path, item) for path, text in texts.items() for item in dependencies(path, text)]
    own = [(path, item) for path, item in declared if _is_it(library, item.coordinate)]
    names: set[str] = set()
    for path, item in own:
        names.update(_REFERENCE.findall(item.version or ""))
        yield Version(path=path, place=_place(item, 0, f"`{item.coordinate}` {_said(item, values)}"))
        names.update(_named(texts[path], item))
    if not own or all(item.version is None for _, item in own):
        managers = {
            d.coordinate: (path, d) for path, d in reversed(declared) if _MANAGER.search(d.coordinate) and d.version
        }
        for path, item in list(reversed(managers.values()))[:_MANAGERS]:
            said = f"`{item.coordinate}` {_said(item, values)}, may manage its version"
            yield Version(path=path, place=_place(item, 2, said))
    for path, text in texts.items():
        for number, line in enumerate(text.split("\n") if names else (), start=1):
            match = _SET.match(line[:500])
            if match is not None and match[1] in names and _is_version(match[2]):
                said = f"`{match[1]}` is {match[2]}"
                yield Version(path=path, place=Place(first=number, last=number, line=number, rank=1, is_what=said))


def locked(library: str, path: str, text: str) -> Iterator[Version]:
    """The lines of a lock that name it, with those that give the version."""
    name = re.escape(library.split(":")[-1])
    pattern = re.compile(rf"(?<![\w.-])(?:[\w.@-]+[:/])?{name}(?![\w.-])")
    found = 0
    for number, line in enumerate(text.split("\n"), start=1):
        if pattern.search(line[:2_000]):
            yield Version(
                path=path, place=Place(first=number, last=number + 2, line=number, rank=1, is_what="is locked here")
            )
            found += 1
            if found == _PLACES:
                return


def _is_version(text: str) -> bool:
    return any(letter.isdigit() for letter in text)


def _is_it(library: str, coordinate: str) -> bool:
    """`kafka-clients`, its whole coordinate, `@scope/name`, the last parts of a Go module; words as a person says them (`Spring Boot`)."""
    wanted, known = _plain(library), _plain(coordinate)
    if known == wanted or re.search(rf"[:/]{re.escape(wanted)}$", known):
        return True
    artifact = known.split(":")[-1].split("/")[-1]
    family = wanted.replace(" ", "-")
    return (
        artifact == family
        or known.startswith(f"{family}:")
        or re.search(rf"[:/.]{re.escape(family)}(?:/v\d+|_\d[\d.]*)?$", known) is not None
        or artifact.startswith(f"{family}-")
    )


def _plain(text: str) -> str:
    return text.strip().lower().replace("_", "-")


def _said(item: Dependency, values: Mapping[str, str]) -> str:
    if item.version is None:
        return "has no version here: something else manages it"
    resolved = item.version
    for _ in range(5):
        resolved = _REFERENCE.sub(lambda match: values.get(match[1].removeprefix("ext."), match[0]), resolved)
    return f"is {resolved}" if resolved == item.version else f"is {resolved} ({item.version})"


def _named(text: str, item: Dependency) -> set[str]:
    """Names of properties in the declaration itself: a parser may have resolved them."""
    lines = text.split("\n")[item.span.first_line - 1 : item.span.last_line]
    said = "\n".join(lines)
    return {*_REFERENCE.findall(said), *re.findall(r"version\.ref\s*=\s*[\"']([\w.-]+)", said)}


def _place(item: Dependency, rank: int, is_what: str) -> Place:
    first, last = item.span.first_line, item.span.last_line
    return Place(first=first, last=last, line=first, rank=rank, is_what=is_what)
