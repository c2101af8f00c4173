"""C#: namespaces that a project opens for all of its files, by `global using` in one of them or by `<Using Include>` in its build files.

A file that names `ConsumerBuilder` without any `using` is read with the imports of its project. Few files are asked: those whose
names say that they hold usings, and the build files between the code and the root.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cache

from reviewer.clients.library import Library
from reviewer.clients.registry import Libraries
from reviewer.core.lazily import lazily
from reviewer.core.source import SourceReader
from reviewer.core.span import Side, Span
from reviewer.facts.lookup import texts_of
from reviewer.facts.modules import upwards
from reviewer.facts.streaming.extract import imported_libraries
from reviewer.facts.syntax import Import, SyntaxFacts
from reviewer.facts.workers import Key

_HOLDS = lazily(r"(^|/)(\w*\.)?(global)?_?(usings?|imports?|globals?)\.cs$", re.IGNORECASE)
_BUILD = lazily(r"(^|/)([^/]+\.csproj|Directory\.Build\.(props|targets))$")
_USING = lazily(
    r"^[ \t]*global[ \t]+using[ \t]+(?:static[ \t]+)?(?:(?P<alias>\w+)[ \t]*=[ \t]*)?(?:global::)?(?P<name>[\w.]{2,200})[ \t]*;",
    re.MULTILINE,
)
_INCLUDED = lazily(
    r"<Using\s+Include=\"(?P<name>[\w.]{2,200})\"(?:\s+(?:Static=\"\w+\"|Alias=\"(?P<alias>\w+)\")){0,2}\s*/?>"
)
_FILES = 8  # of one project


def with_global_usings(
    parsed: Mapping[Key, SyntaxFacts], reader: SourceReader, libraries: Libraries
) -> dict[Key, SyntaxFacts]:
    """The same files. One of C# that uses types, or steps, of a client library that its project opens, imports it from there.

    The span of such an import lies in the file that says it. A project opens a library for files that have nothing to do with it:
    these stay as they are.
    """

    @cache
    def projects(side: Side) -> frozenset[str]:
        return frozenset(path.rpartition("/")[0] for path in reader.paths(side) if path.endswith(".csproj"))

    @cache
    def opened(folder: str, side: Side) -> tuple[Import, ...]:
        return tuple(_opened(folder, reader, side))

    found = dict(parsed)
    for (path, side), syntax in parsed.items():
        if syntax.language != "csharp":
            continue
        imports, known = opened(_project(path, projects(side)), side), imported_libraries(syntax, libraries)
        used = libraries.imported_by((item.path for item in imports), syntax.language) if imports else ()
        if any(not _named(syntax).isdisjoint(_types(library)) for library in used if library not in known):
            found[path, side] = replace(syntax, imports=(*syntax.imports, *imports))
    return found


def _types(library: Library) -> Iterator[str]:
    """The types and builders' methods of a library whose names are its own: `Message` and `Producer` may be anybody's."""
    names = (
        *library.types,
        *(made.name for made in library.makes),
        *library.configs,
        *library.positions,
        *library.builds,
    )
    return (name for name in names if sum(letter.isupper() for letter in name) > 1)


def _named(syntax: SyntaxFacts) -> set[str]:
    """The types that a file names where a type can stand, and the methods that it calls."""
    texts = [call.name for call in syntax.calls]
    texts += [assignment.declared_type for assignment in syntax.assignments]
    texts += [parameter.type for function in syntax.functions for parameter in function.parameters]
    texts += [base for declared in syntax.types for base in declared.bases]
    return {name for text in texts for name in re.findall(r"\w+", text)}


def _project(path: str, projects: frozenset[str]) -> str:
    """The nearest folder of a project above a path; "" without one."""
    return next((folder for folder in upwards(path.rpartition("/")[0]) if folder in projects), "")


def _opened(folder: str, reader: SourceReader, side: Side) -> Iterator[Import]:
    """What a project opens for all of its files."""
    inside = f"{folder}/" if folder else ""
    above = {*upwards(folder)}
    held = [path for path in reader.paths(side) if path.startswith(inside) and _HOLDS.search(path)]
    built = [path for path in reader.paths(side) if path.rpartition("/")[0] in above and _BUILD.search(path)]
    wanted = [*sorted(held, key=lambda path: path.count("/")), *built][:_FILES]
    for path, text in texts_of(reader, wanted, side):
        pattern = _USING if path.endswith(".cs") else _INCLUDED
        yield from (_import(match, path, text, side) for match in pattern.finditer(text))


def _import(match: re.Match[str], path: str, text: str, side: Side) -> Import:
    line = text.count("\n", 0, match.start("name")) + 1
    name = match["name"]
    span = Span(path=path, side=side, first_line=line, last_line=line)
    return Import(path=name, alias=match["alias"] or name.rsplit(".", 1)[-1], span=span)
