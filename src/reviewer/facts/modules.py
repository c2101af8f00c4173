"""The module of a file: its build files, what they inherit, and the modules of the repository that they build on.

Build files are read through the reader within a limit that holds for all questions together; what is beyond it is as if it were not there.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import PurePosixPath
from posixpath import normpath

from reviewer.core.source import SourceReader
from reviewer.core.span import Side, Span
from reviewer.core.value import value
from reviewer.facts.build_files import PROJECT, REQUIREMENTS, BuildFile, family_of, is_build_file, read_build_file
from reviewer.facts.dependencies import Dependency, dependencies
from reviewer.facts.languages.document_tree import read_toml

_READS = 60  # build files that are read, all questions together
_SIZE = 300_000  # characters of one
_REACH = 12  # build files that are followed from one module
_SHARED = frozenset({"Directory.Build.props", "Directory.Build.targets"})


@value()
class Module:
    """A module: its folder ("" is the root), its own build files first, then those above, then those of modules that it builds on."""

    folder: str
    own: tuple[BuildFile, ...]
    reached: tuple[BuildFile, ...] = ()


class Modules:
    """The modules of one side of a repository. Each is read once, when a file of it is first asked for."""

    def __init__(self, reader: SourceReader, side: Side) -> None:
        self._reader = reader
        self._side = side
        self._left = _READS
        self._read: dict[tuple[str, bool], BuildFile | None] = {}
        self._modules: dict[tuple[str, str | None], Module] = {}

    def of(self, path: str) -> Module | None:
        """The module that a file belongs to by its nearest build file; None when there is none above it."""
        family = family_of(path)
        folder = self._nearest(path.rpartition("/")[0], family)
        if folder is None:
            return None
        key = folder, family
        if key not in self._modules:
            own = tuple(self._files(folder, family))
            self._modules[key] = Module(folder=folder, own=own, reached=tuple(self._reach(folder, own)))
        return self._modules[key]

    @cached_property
    def _by_folder(self) -> Mapping[str, tuple[str, ...]]:
        """Folder -> the build files in it. The folders `requirements` and `project` belong to the one above."""
        found: dict[str, list[str]] = defaultdict(list)
        for path in self._reader.paths(self._side):
            name = path.rsplit("/", 1)[-1]
            if is_build_file(path, None) or name in _SHARED or name.endswith(".versions.toml"):
                folder = path.rpartition("/")[0]
                found[folder].append(path)
                above, _, last = folder.rpartition("/")
                if last in (REQUIREMENTS, PROJECT):
                    found[above].append(path)
        return {folder: tuple(paths) for folder, paths in found.items()}

    @cached_property
    def _by_last(self) -> Mapping[str, tuple[str, ...]]:
        """The last part of a folder -> the folders that have a build file."""
        found: dict[str, list[str]] = defaultdict(list)
        for folder in self._by_folder:
            found[folder.rsplit("/", 1)[-1]].append(folder)
        return {last: tuple(folders) for last, folders in found.items()}

    def _nearest(self, folder: str, family: str | None) -> str | None:
        for above in upwards(folder):
            if any(is_build_file(path, family) for path in self._by_folder.get(above, ())):
                return above
        return None

    def _files(self, folder: str, family: str | None) -> Iterator[BuildFile]:
        for path in self._by_folder.get(folder, ()):
            if is_build_file(path, family) and (found := self._file(path)) is not None:
                yield self._with_catalog(found)

    def _file(self, path: str, *, inherited: bool = False) -> BuildFile | None:
        key = path, inherited
        if key not in self._read:
            text = self._text(path)
            self._read[key] = read_build_file(path, text, inherited=inherited) if text is not None else None
        return self._read[key]

    def _text(self, path: str) -> str | None:
        if self._left <= 0:
            return None
        self._left -= 1
        text = self._reader.read(path, self._side)
        return text if text is not None and len(text) <= _SIZE else None

    def _reach(self, folder: str, own: tuple[BuildFile, ...]) -> Iterator[BuildFile]:
        """What the module inherits and builds on, nearest first, each once."""
        seen = {file.path for file in own}
        waiting = [*own, *self._inherited(folder, own)]
        for file in waiting:
            if file.path not in seen:
                seen.add(file.path)
                yield file
            for other in self._referred(file):
                if other.path not in seen and len(waiting) < _REACH:
                    waiting.append(other)

    def _inherited(self, folder: str, own: tuple[BuildFile, ...]) -> Iterator[BuildFile]:
        """What parent poms, a root Gradle build and shared .NET properties give to the modules below them."""
        names = {PurePosixPath(file.path).name for file in own}
        wanted = {file.parent for file in own} - {""}
        for above in list(upwards(folder))[1:]:
            for path in self._by_folder.get(above, ()):
                name = path.rsplit("/", 1)[-1]
                is_gradle = ".gradle" in name and any(".gradle" in mine for mine in names)
                is_shared = name in _SHARED and any(mine.endswith("proj") for mine in names)
                if is_gradle or is_shared or (name == "pom.xml" and wanted):
                    found = self._file(path, inherited=True)
                    if found is not None and (name != "pom.xml" or wanted & set(found.names)):
                        wanted.add(found.parent)
                        yield self._with_catalog(found)

    def _referred(self, file: BuildFile) -> Iterator[BuildFile]:
        folder = file.path.rpartition("/")[0]
        for reference in file.references:
            for target in self._targets(folder, reference):
                found = self._file(target)
                last = reference.rsplit("/", 1)[-1]
                if found is not None and (reference.startswith("./") or last in found.names or "/" in reference):
                    yield self._with_catalog(found)

    def _targets(self, folder: str, reference: str) -> Iterator[str]:
        """The build files that a reference may mean: a path from the folder, or folders of that name."""
        if reference.startswith("./"):
            path = normpath(f"{folder}/{reference}" if folder else reference)
            yield from self._by_folder.get(path, (path,) if is_build_file(path, None) else ())
            return
        last = reference.rsplit("/", 1)[-1]
        named = [f for part in _endings(last) for f in self._by_last.get(part, ())]
        for found in named[:3]:
            if "/" not in reference or f"/{found}".endswith(f"/{reference.strip('/')}"):
                yield from (path for path in self._by_folder[found] if is_build_file(path, None))

    def _with_catalog(self, file: BuildFile) -> BuildFile:
        """The file with the entries of version catalogs that it uses as dependencies."""
        if not file.aliases:
            return file
        catalog = self._catalog(file.path.rpartition("/")[0])
        found = []
        for alias, line in file.aliases:
            span = Span(path=file.path, side=self._side, first_line=line, last_line=line)
            coordinates = catalog.get(alias.lower(), (f"libs.{alias}",))
            found += [Dependency(coordinate=c, version=None, span=span) for c in coordinates]
        return BuildFile(
            path=file.path, names=file.names, dependencies=(*file.dependencies, *found), references=file.references
        )

    def _catalog(self, folder: str) -> Mapping[str, tuple[str, ...]]:
        """Alias -> coordinates, of the catalogs in the `gradle` folders above."""
        found: dict[str, tuple[str, ...]] = {}
        for above in upwards(folder):
            for path in self._by_folder.get(f"{above}/gradle" if above else "gradle", ()):
                if path.endswith(".versions.toml"):
                    found |= self._catalog_file(path)
        return found

    def _catalog_file(self, path: str) -> Mapping[str, tuple[str, ...]]:
        if path not in self._catalogs:
            text = self._text(path)
            names = _catalog_aliases(text) if text is not None else {}
            self._catalogs[path] = names
        return self._catalogs[path]

    @cached_property
    def _catalogs(self) -> dict[str, Mapping[str, tuple[str, ...]]]:
        return {}


def upwards(folder: str) -> Iterator[str]:
    """The folder and those above it; "" is the root."""
    while folder:
        yield folder
        folder = folder.rpartition("/")[0]
    yield ""


def _endings(name: str) -> Iterator[str]:
    """`shop-core-model` may lie in `shop-core-model`, `core-model` or `model`."""
    parts = name.split("-")
    yield from ("-".join(parts[start:]) for start in range(min(len(parts), 4)))


def _catalog_aliases(text: str) -> dict[str, tuple[str, ...]]:
    """Alias with dots -> coordinates; `dependencies` gives the libraries in the order of their entries."""
    by_line = {d.span.first_line: d.coordinate for d in dependencies("libs.versions.toml", text)}
    found: dict[str, list[str]] = defaultdict(list)
    leaves = read_toml(text)[0]
    for leaf in leaves:
        if leaf.keys[0] == "libraries" and len(leaf.keys) > 1 and leaf.first_line in by_line:
            alias = _dotted(leaf.keys[1])
            if by_line[leaf.first_line] not in found[alias]:
                found[alias].append(by_line[leaf.first_line])
    for leaf in leaves:
        if leaf.keys[0] == "bundles" and len(leaf.keys) > 1:
            found[_dotted(leaf.keys[1])] += found.get(_dotted(leaf.value), [])
    return {alias: tuple(coordinates) for alias, coordinates in found.items() if coordinates}


def _dotted(alias: str) -> str:
    return alias.replace("-", ".").replace("_", ".").lower()
