"""From syntax facts to streaming facts: one function per file, one for a whole side."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import PurePosixPath

from reviewer.clients.library import Library
from reviewer.clients.registry import Libraries
from reviewer.core.span import Side
from reviewer.facts.idioms import idioms_of
from reviewer.facts.streaming.clients import clients, operations, sends
from reviewer.facts.streaming.config import code_settings, document_settings
from reviewer.facts.streaming.enrich import enriched, of_document
from reviewer.facts.streaming.handling import handlings, handoffs
from reviewer.facts.streaming.model import Dependency, FileFacts, Setting
from reviewer.facts.streaming.names import Names, constants_of, names_of
from reviewer.facts.streaming.operators import builders, operators, states
from reviewer.facts.streaming.schemas import avro_schemas
from reviewer.facts.streaming.topics import code_topics, manifest_topics
from reviewer.facts.syntax import SyntaxFacts
from reviewer.files import FileKind, kind_of


def external_constants(files: Iterable[SyntaxFacts]) -> dict[str, str]:
    """`Class.NAME`, in Python `module.NAME`, -> literal over all files of a side; a name with two values is left out."""
    return shared_constants((syntax, constants_of(syntax)) for syntax in files)


def shared_constants(files: Iterable[tuple[SyntaxFacts, Mapping[str, str]]]) -> dict[str, str]:
    """The same of files whose own constants are known."""
    found: dict[str, set[str]] = {}
    for syntax, constants in files:
        module = PurePosixPath(syntax.path).stem if idioms_of(syntax.language).files_are_modules else ""
        for name, text in constants.items():
            if "#" not in name and ("." in name or module):
                found.setdefault(name if "." in name else f"{module}.{name}", set()).add(text)
    return {name: next(iter(texts)) for name, texts in found.items() if len(texts) == 1}


# Code that configures a client without importing its library: `settings.py`, a map in a helper class.
CLIENT_CONFIGURATION = re.compile(r"[\"']bootstrap\.servers[\"']|\bbootstrap_servers[\"']?\s*[=:]")
_SPRING_FILE = re.compile(r"(^|/)(application|bootstrap)\.(ya?ml|properties)$")


def placeholders(files: Sequence[SyntaxFacts]) -> dict[str, str]:
    """`${app.group}` -> its value in Spring's base configuration; a key with two values is left out."""
    found: dict[str, set[str]] = {}
    for syntax in files:
        for entry in syntax.entries if _SPRING_FILE.search(syntax.path) else ():
            if entry.is_literal:
                found.setdefault(f"${{{entry.dotted}}}", set()).add(entry.value)
    return {name: next(iter(texts)) for name, texts in found.items() if len(texts) == 1}


def types_elsewhere(files: Sequence[SyntaxFacts]) -> dict[str, SyntaxFacts]:
    """The file that declares a class, in Python also a module, by simple name; a name of two files is left out."""
    found: dict[str, list[SyntaxFacts]] = {}
    for syntax in files:
        names = {declared.name for declared in syntax.types}
        names |= {PurePosixPath(syntax.path).stem} if idioms_of(syntax.language).files_are_modules else set()
        for name in names:
            found.setdefault(name, []).append(syntax)
    return {name: where[0] for name, where in found.items() if len(where) == 1}


def imported_libraries(syntax: SyntaxFacts, libraries: Libraries) -> tuple[Library, ...]:
    """The client libraries that a file imports."""
    return libraries.imported_by((item.path for item in syntax.imports), syntax.language)


def file_facts(
    syntax: SyntaxFacts,
    text: str,
    side: Side,
    *,
    libraries: Libraries,
    external: Mapping[str, str],
    versions: Mapping[str, str],
    dependencies: tuple[Dependency, ...] = (),
    elsewhere: Mapping[str, SyntaxFacts] | None = None,
    kind: FileKind | None = None,
) -> FileFacts:
    """The streaming facts of one file, read with the tables of `libraries`. `versions` maps dependency coordinates to declared versions; without `kind` the path decides."""
    used = imported_libraries(syntax, libraries)
    path, kind = syntax.path, kind or kind_of(syntax.path)
    names = names_of(syntax, used, external, elsewhere)
    if not used:
        written = tuple(code_settings(names)) if CLIENT_CONFIGURATION.search(text) else ()
        return of_document(_document_facts(names, text, side, kind, dependencies, written), text)
    settings = tuple(dict.fromkeys(code_settings(names)))
    made = tuple(clients(names, settings, versions))
    done = tuple(operations(names))
    found = FileFacts(
        path=path, side=side, syntax=syntax, names=names, libraries=frozenset(library.id for library in used),
        kind=kind, clients=made, operations=done,
        sends=tuple(sends(names, done)), handlings=tuple(handlings(names, done, made, settings)),
        handoffs=tuple(handoffs(names)), settings=settings, operators=tuple(operators(names)),
        states=tuple(states(names)), builders=tuple(builders(names)), topics=tuple(code_topics(names)),
        dependencies=dependencies,
    )  # fmt: skip
    return enriched(found, text)


def _document_facts(
    names: Names, text: str, side: Side, kind: FileKind, dependencies: tuple[Dependency, ...], written: tuple[Setting, ...]
) -> FileFacts:  # fmt: skip
    syntax = names.syntax
    is_avro = syntax.path.endswith(".avsc")
    return FileFacts(
        path=syntax.path, side=side, syntax=syntax, names=names, kind=kind,
        settings=() if is_avro else (*document_settings(syntax.entries), *written),
        topics=tuple(manifest_topics(syntax.entries)),
        schemas=avro_schemas(text, syntax, side) if is_avro else (), dependencies=dependencies,
    )  # fmt: skip
