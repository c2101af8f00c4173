"""Whether the module of a file depends on a streaming library, or is one, as its build files say."""

from __future__ import annotations

from collections.abc import Iterator

from reviewer.core.source import SourceReader
from reviewer.core.span import Side
from reviewer.facts.build_files import BuildFile
from reviewer.facts.dependencies import Dependency
from reviewer.facts.modules import Module, Modules
from reviewer.relevance.modules import ModuleOf, StreamingModule, is_streaming
from reviewer.relevance.signals import signals
from reviewer.relevance.words import names_token, shown


def module_lookup(reader: SourceReader, side: Side) -> ModuleOf:
    """A function from the path of a file to its module. It reads build files within one limit for all its answers."""
    modules = Modules(reader, side)
    known: dict[tuple[str, ...], StreamingModule] = {}

    def streaming_module(path: str) -> StreamingModule:
        module = modules.of(path)
        if module is None:
            return StreamingModule()
        key = tuple(file.path for file in module.own)
        if key not in known:
            known[key] = describe(module)
        return known[key]

    return streaming_module


def describe(module: Module) -> StreamingModule:
    """The decision on a module: pure, from what was read of its build files."""
    found = next((d for d in _dependencies(module) if is_streaming(d.coordinate)), None)
    name = next(((name, file) for file in module.own for name in file.names if _is_library(name)), None)
    return StreamingModule(
        library=shown(f"{found.coordinate}, {found.span.path}:{found.span.first_line}") if found is not None else "",
        name=shown(f"{name[0]}, {name[1].path}") if name is not None else "",
        coordinates="\n".join(d.coordinate for d in _dependencies(module)),
        folder=module.folder,
        is_known=True,
    )


def _is_library(name: str) -> bool:
    return (names_token(name) or signals().imports.match(name) is not None) and not signals().shown.search(name)


def _dependencies(module: Module) -> Iterator[Dependency]:
    files: tuple[BuildFile, ...] = (*module.own, *module.reached)
    for file in files:
        yield from file.dependencies
