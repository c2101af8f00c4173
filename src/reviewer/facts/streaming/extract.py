"""From syntax facts to streaming facts: one function per file, one for a whole side."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import PurePosixPath

from reviewer.clients.library import Library
from reviewer.clients.registry import Libraries
from reviewer.core.lazily import lazily
from reviewer.core.span import Side, Span
from reviewer.facts.idioms import idioms_of
from reviewer.facts.local import kind_by_content
from reviewer.facts.streaming.annotated import annotated_settings
from reviewer.facts.streaming.built import built
from reviewer.facts.streaming.clients import clients, operations
from reviewer.facts.streaming.command_topics import command_topics
from reviewer.facts.streaming.committed import positions, transactions
from reviewer.facts.streaming.config import code_settings
from reviewer.facts.streaming.connectors import connectors
from reviewer.facts.streaming.constants import constants_of
from reviewer.facts.streaming.declared_sends import declared_sends
from reviewer.facts.streaming.document_topics import document_topics
from reviewer.facts.streaming.documents import document_settings
from reviewer.facts.streaming.enrich import enriched, of_document
from reviewer.facts.streaming.handling import handlings
from reviewer.facts.streaming.handoffs import handoffs
from reviewer.facts.streaming.kept import kept
from reviewer.facts.streaming.lent import Lent
from reviewer.facts.streaming.model import Builder, Client, Dependency, FileFacts, Schema, Setting, Topic
from reviewer.facts.streaming.names import Names, names_of
from reviewer.facts.streaming.operators import builders, operators, states
from reviewer.facts.streaming.own_settings import own_settings
from reviewer.facts.streaming.rebalances import hooks, rebalances
from reviewer.facts.streaming.references import references
from reviewer.facts.streaming.registry import compatibilities
from reviewer.facts.streaming.schemas import avro_schemas
from reviewer.facts.streaming.schemas_avdl import avdl_schemas
from reviewer.facts.streaming.schemas_json import json_schemas
from reviewer.facts.streaming.schemas_protobuf import protobuf_schemas
from reviewer.facts.streaming.sends import sends
from reviewer.facts.streaming.shared import names_elsewhere
from reviewer.facts.streaming.topics import code_topics
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
CLIENT_CONFIGURATION = lazily(r"[\"']bootstrap\.servers[\"']|\bbootstrap_servers[\"']?\s*[=:]")
_SPRING_FILE = lazily(r"(^|/)(application|bootstrap)\.(ya?ml|properties)$")


def placeholders(files: Sequence[SyntaxFacts]) -> dict[str, str]:
    """`${app.group}` -> its value in Spring's base configuration; a key with two values is left out.

    Of Terraform: `folder#var.name` -> what the files of the folder say it is.
    """
    found: dict[str, set[str]] = {}
    for syntax in files:
        if syntax.language == "hcl":
            folder = syntax.path.rpartition("/")[0]
            for name, text in references(syntax.entries).items():
                found.setdefault(f"{folder}#{name}", set()).add(text)
        for entry in syntax.entries if _SPRING_FILE.search(syntax.path) else ():
            if entry.is_literal:
                found.setdefault(f"${{{entry.dotted}}}", set()).add(entry.value)
    return {name: next(iter(texts)) for name, texts in found.items() if len(texts) == 1}


def types_elsewhere(files: Sequence[SyntaxFacts]) -> dict[str, SyntaxFacts]:
    """The file that declares a class, in Python also a module, by simple name, a function of Go by its package; a name of two files is left out."""
    found: dict[str, list[SyntaxFacts]] = {}
    for syntax in files:
        names = {declared.name for declared in syntax.types}
        words = idioms_of(syntax.language)
        names |= {PurePosixPath(syntax.path).stem} if words.files_are_modules else set()
        for function in syntax.functions if words.packages_qualify else ():
            if not function.is_lambda and function.type is None:
                names |= set(names_elsewhere(syntax, function.name))
        for name in names:
            found.setdefault(name, []).append(syntax)
    return {name: where[0] for name, where in found.items() if len(where) == 1}


def imported_libraries(syntax: SyntaxFacts, libraries: Libraries) -> tuple[Library, ...]:
    """The client libraries that a file imports."""
    found = libraries.imported_by((item.path for item in syntax.imports), syntax.language)
    decorated = {annotation.name for function in syntax.functions for annotation in function.annotations}
    shown = [
        library
        for library in (libraries.of_language(syntax.language) if decorated else ())
        if library.decorators and any(name.endswith(library.decorators) for name in decorated)
    ]
    return tuple(dict.fromkeys((*found, *shown)))


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
    places: Mapping[str, Span] | None = None,
    documents: Mapping[str, SyntaxFacts] | None = None,
    lent: Lent | None = None,
) -> FileFacts:
    """The streaming facts of one file, read with the tables of `libraries`, and of those whose clients it is `lent`. `versions` maps dependency coordinates to declared versions; without `kind` the path decides."""
    used = imported_libraries(syntax, libraries) or (lent.libraries if lent is not None else ())
    path, kind = syntax.path, kind_by_content(kind or kind_of(syntax.path), syntax, text)
    names = names_of(syntax, used, external, elsewhere, places, documents, lent)
    if not used:
        written = tuple(code_settings(names)) if CLIENT_CONFIGURATION.search(text) else tuple(own_settings(names))
        return of_document(_document_facts(names, text, side, kind, dependencies, written), text)
    settings = tuple(dict.fromkeys((*code_settings(names), *annotated_settings(names), *own_settings(names))))
    made = tuple(clients(names, settings, versions))
    configured = tuple(built(names, settings))
    declared = tuple(declared_sends(names))
    done = (*operations(names), *(send.operation for send in declared))
    found = FileFacts(
        path=path, side=side, syntax=syntax, names=names, libraries=frozenset(library.id for library in used),
        kind=kind, clients=made, operations=done,
        sends=(*sends(names, done, made), *declared), handlings=tuple(handlings(names, done, made, settings)),
        handoffs=tuple(handoffs(names)), settings=_with_own(settings, (*made, *configured)), operators=tuple(operators(names)),
        states=tuple(states(names)), builders=(*builders(names), *configured), topics=tuple(code_topics(names)),
        dependencies=dependencies, compatibilities=compatibilities(syntax, text, side),
        rebalances=tuple(rebalances(names, done)), hooks=tuple(hooks(names)), transactions=tuple(transactions(names, done)), positions=tuple(positions(names)), stores=tuple(kept(names)),
    )  # fmt: skip
    return enriched(found, text)


def _with_own(settings: tuple[Setting, ...], made: tuple[Client | Builder, ...]) -> tuple[Setting, ...]:
    """With what only the construction of a client, or a chain, says: `KafkaProducer(acks=1)`."""
    known = {(setting.key, setting.span) for setting in settings}
    own = (
        setting
        for client in made
        for setting in client.settings
        if (setting.key, setting.span) not in known and not setting.written
    )
    return (*settings, *dict.fromkeys(own))


def schemas_of(text: str, syntax: SyntaxFacts, side: Side) -> tuple[Schema, ...]:
    """The schemas that a file declares, in whichever format; none for anything else."""
    if syntax.path.endswith(".avsc"):
        return avro_schemas(text, syntax, side)
    if syntax.path.endswith(".avdl"):
        return avdl_schemas(text, syntax.path, side)
    if syntax.path.endswith(".proto"):
        return protobuf_schemas(text, syntax.path, side)
    return json_schemas(text, syntax, side) if syntax.path.endswith(".json") else ()


def _document_facts(
    names: Names, text: str, side: Side, kind: FileKind, dependencies: tuple[Dependency, ...], written: tuple[Setting, ...]
) -> FileFacts:  # fmt: skip
    syntax = names.syntax
    is_avro = syntax.path.endswith(".avsc")
    return FileFacts(
        path=syntax.path, side=side, syntax=syntax, names=names, kind=kind,
        settings=() if is_avro else (*document_settings(syntax.entries, syntax.path), *written),
        topics=() if is_avro else tuple(_topics(syntax, text, side, names.external)),
        connectors=() if is_avro else tuple(connectors(syntax.entries, syntax.path, _variables(syntax, names.external))),
        schemas=schemas_of(text, syntax, side), dependencies=dependencies,
        compatibilities=compatibilities(syntax, text, side),
    )  # fmt: skip


def _topics(syntax: SyntaxFacts, text: str, side: Side, external: Mapping[str, str]) -> Iterator[Topic]:
    yield from document_topics(syntax.entries, _variables(syntax, external))
    if syntax.entries or syntax.language in ("shell", "dockerfile"):
        yield from command_topics(text, syntax.entries, syntax.path, side)


def _variables(syntax: SyntaxFacts, external: Mapping[str, str]) -> dict[str, str]:
    """The variables of Terraform that other files of the folder define."""
    if syntax.language != "hcl":
        return {}
    place = f"{syntax.path.rpartition('/')[0]}#"
    return {name.removeprefix(place): text for name, text in external.items() if name.startswith(place)}
