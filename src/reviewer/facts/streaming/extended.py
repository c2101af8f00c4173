"""Types of this program that extend a client, or embed one."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePosixPath

from reviewer.clients.library import Library, Makes
from reviewer.facts.idioms import idioms_of
from reviewer.facts.streaming.declared import original_name, simple_type
from reviewer.facts.streaming.tables import Tables
from reviewer.facts.syntax import Call, SyntaxFacts, TypeDeclaration


def inherited(
    type_name: str, syntax: SyntaxFacts, elsewhere: Mapping[str, SyntaxFacts], libraries: tuple[Library, ...]
) -> tuple[Library, str] | None:
    """The client that a type extends, or embeds: `type Reader struct { *kafka.Reader }`."""
    qualifies = idioms_of(syntax.language).packages_qualify
    file, declared = _declaration(type_name, syntax, elsewhere, qualifies)
    if file is None or declared is None:
        return None
    imported = {item.alias: item.path for item in file.imports}
    for base in declared.bases:
        plain = simple_type(base)
        package = base.lstrip("*&").rpartition(".")[0] if qualifies else plain
        for library in libraries:
            kind = library.types.get(original_name(plain, imported))
            if kind is not None and library.is_part_of(imported.get(package, "")):
                return library, kind
    return None


def _declaration(
    type_name: str, syntax: SyntaxFacts, elsewhere: Mapping[str, SyntaxFacts], qualifies: bool
) -> tuple[SyntaxFacts | None, TypeDeclaration | None]:
    """The declaration of a type of this program, where packages qualify of this package alone."""
    file = syntax if any(t.name == type_name for t in syntax.types) else elsewhere.get(type_name)
    if file is None or not type_name:
        return None, None
    if qualifies and PurePosixPath(file.path).parent != PurePosixPath(syntax.path).parent:
        return None, None
    return file, next((t for t in file.types if t.name == type_name), None)


def maker_of_base(
    call: Call, syntax: SyntaxFacts, tables: Tables, imported: Mapping[str, str], whole: tuple[Library, ...]
) -> tuple[Library, Makes] | None:
    """`ProducerSingleton(conf)` of a class that extends the client and is constructed as it is; `whole` are libraries imported whole."""
    own = next((t for t in syntax.types if t.name == call.name), None) if not call.receiver else None
    if own is None or not _constructs_as_its_base(syntax, own):
        return None
    for base in own.bases:
        plain = simple_type(base)
        for library, row in tables.makers.get(original_name(plain, imported), ()):
            path = imported.get(plain)
            if not row.on and (library in whole if path is None else library.is_part_of(path)):
                return library, row
    return None


def without_brackets(call: Call, tables: Tables) -> tuple[Library, Makes] | None:
    """Scala: `ConsumerSettings[F, K, V].withGroupId(…)`, a construction of which only its first step is a call."""
    if "[" not in call.receiver or call.receiver_call is not None:
        return None
    rows = tables.makers.get(simple_type(call.receiver), ())
    return next(((library, row) for library, row in rows if row.config == "steps"), None)


def _constructs_as_its_base(syntax: SyntaxFacts, own: TypeDeclaration) -> bool:
    """Whether a class has no constructor, or one that hands what it is given to that of its base."""
    made = [f for f in syntax.functions if f.type == own.index and f.name in (own.name, "__init__", "constructor")]
    for function in made:
        given = [p.name for p in function.parameters if p.name not in ("self", "this")]
        calls = [c for c in syntax.calls_in(function.index) if "super" in (c.name, c.receiver.rstrip("()"))]
        if len(calls) != 1 or [a.value.text for a in calls[0].arguments] != given[: len(calls[0].arguments)]:
            return False
    return True
