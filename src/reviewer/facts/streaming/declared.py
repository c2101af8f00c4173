"""The types of a file's names: as they are declared, or of what is constructed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

from reviewer.clients.library import Library
from reviewer.core.value import value
from reviewer.facts.idioms import Idioms
from reviewer.facts.streaming.tables import Tables
from reviewer.facts.syntax import Assignment, Call, ExpressionKind, SyntaxFacts

OWN = re.compile(r"^(?:this|self)\.")
_POINTER = re.compile(r"^[*&]+(?:'\w+ )?(?:mut )?")
FIRST = re.compile(r"\.|::|\(")
_NULLABLE = re.compile(r"\?|!!")
_TYPE_END = re.compile(r"[<\[ ?|]")


@lru_cache(maxsize=8192)
def bare(name: str) -> str:
    """`this.producer` and `self._producer` -> the last part without leading underscores; a call's brackets are cut."""
    text = name.strip()
    while text.endswith("()"):
        text = text[:-2]
    return _NULLABLE.sub("", text).rsplit(".", 1)[-1].lstrip("_")


@lru_cache(maxsize=8192)
def simple_type(text: str) -> str:
    """`org.x.KafkaProducer<String, Order>?`, `*kafka.Reader`, `&rdkafka::Producer` -> `KafkaProducer`, `Reader`, `Producer`."""
    plain = _POINTER.sub("", text.strip().strip("'\""))
    name = _TYPE_END.split(plain, maxsplit=1)[0].rsplit(".", 1)[-1]
    return name if name.endswith("::class") else name.rsplit("::", 1)[-1]


def type_of_text(text: str, imported: Mapping[str, str], libraries: tuple[Library, ...], idioms: Idioms) -> str:
    """The simple name of a type as it is declared, without what only carries it (`Arc<FutureProducer>`, `Optional[Consumer]`).

    Where packages qualify types, another package's type that is called like one of a library keeps what is in front: `http.Client`, and
    `.Client` for one of this package.
    """
    plain = simple_type(text)
    while plain in idioms.carriers and (brackets := re.search(r"[<\[](.*)[>\]]", text)) is not None:
        text = brackets[1]
        plain = simple_type(text).rstrip(",")
    if not idioms.packages_qualify or not any(plain in lib.types or plain in lib.configs for lib in libraries):
        return plain
    package = text.strip().lstrip("*&").rpartition(".")[0]
    path = imported.get(package, "")
    return plain if any(library.is_part_of(path) for library in libraries) else f"{package}.{plain}"


def original_name(name: str, imported: Mapping[str, str]) -> str:
    """The name that a type has in its own module: `from confluent_kafka import Producer as KafkaProducer`."""
    path = imported.get(name, "")
    return path.rpartition(".")[2] if path and not path.endswith(name) else name


@value()
class Typing:
    """What the types of a file's names are told by."""

    syntax: SyntaxFacts
    tables: Tables
    imported: Mapping[str, str]
    libraries: tuple[Library, ...]
    idioms: Idioms

    def plain(self, text: str) -> str:
        """The simple name of a type as it is declared in this file."""
        return type_of_text(text, self.imported, self.libraries, self.idioms)


def variables(typing: Typing) -> dict[tuple[str, int | None], str]:
    """(name, function) -> type; the first assignment that tells one wins."""
    found: dict[tuple[str, int | None], str] = {}
    for assignment in typing.syntax.assignments:
        key = (assignment.target, assignment.function)
        if key not in found and (type_name := _typed(typing, assignment)):
            found[key] = type_name
    return found


def fields(typing: Typing) -> dict[str, str]:
    """Names that a whole class or file sees, where packages qualify also with their struct (`Service.producer`)."""
    found: dict[str, str] = {}
    for assignment in typing.syntax.assignments:
        target = OWN.sub("", assignment.target)
        outside = assignment.is_field or assignment.function is None or target != assignment.target
        if not outside or not (type_name := _typed(typing, assignment)):
            continue
        found.setdefault(target, type_name)
        if typing.idioms.packages_qualify and assignment.type is not None:
            found.setdefault(f"{typing.syntax.types[assignment.type].name}.{target}", type_name)
    return found


def _typed(typing: Typing, assignment: Assignment) -> str:
    """The declared type, else the one that is constructed; "" when neither is told."""
    syntax, tables = typing.syntax, typing.tables
    if assignment.declared_type and assignment.declared_type not in ("var", "val", "auto", "def", "final"):
        return typing.plain(assignment.declared_type)
    if assignment.value is not None and assignment.value.call is not None:
        call = syntax.calls[assignment.value.call]
        own = original_name(call.name, typing.imported)
        if own not in tables.makers and (call.is_construction or call.name in tables.configs):
            return _constructed(typing, call)
        if simple_type(call.name) in typing.idioms.resolves and call.type_arguments:
            return typing.plain(call.type_arguments[0])  # `provider.GetRequiredService<IProducer<string, Order>>()`
        if found := _made_type(typing, call) or _returned_type(typing, call) or _config_type(typing, call):
            return found
    if assignment.value is not None and assignment.value.kind is ExpressionKind.NAME:
        return _parameter_type(typing, assignment.value.text, assignment.function)
    return ""


def _constructed(typing: Typing, call: Call) -> str:
    qualified = typing.idioms.packages_qualify and call.receiver
    return typing.plain(f"{call.receiver}.{call.name}" if qualified else original_name(call.name, typing.imported))


def _made_type(typing: Typing, call: Call) -> str:
    """The type of what a chain of calls makes, if one of them makes a client; else the type that is constructed."""
    link: Call | None = call
    while link is not None:
        for library, row in typing.tables.makers.get(original_name(simple_type(link.name), typing.imported), ()):
            package = typing.imported.get(FIRST.split(link.receiver or link.name, maxsplit=1)[0], "")
            if row.type and (row.on or library.is_imported_by(package) or _is_made(typing, link)):
                return row.type
            if row.client == "by-type":
                listed = [typing.plain(given) for given in link.type_arguments] or [simple_type(link.receiver)]
                named = next((given for given in listed if given in library.types), "")
                if named:
                    return named
        link = typing.syntax.calls[link.receiver_call] if link.receiver_call is not None else None
    return _constructed(typing, call) if call.is_construction else ""


def _is_made(typing: Typing, link: Call) -> bool:
    return link.is_construction and not typing.idioms.packages_qualify


def _returned_type(typing: Typing, call: Call) -> str:
    """The client that a function of this file says it returns: `func open() (*kafka.Reader, error)`."""
    named = [f for f in typing.syntax.functions if f.name == call.name and not f.is_lambda and f.return_type]
    if call.is_construction or len(named) != 1:
        return ""
    found = typing.plain(named[0].return_type.strip("() ").split(",")[0])
    known = any(found in library.types for library in typing.libraries)
    return found if known or (typing.syntax.language == "rust" and found in typing.tables.configs) else ""


def _config_type(typing: Typing, call: Call) -> str:
    """`ClientConfig::new()`, also with what is set on it."""
    root = typing.syntax.chain(call)[0]
    made = simple_type(root.receiver)
    return made if root.name == "new" and made in typing.tables.configs else ""


def _parameter_type(typing: Typing, name: str, function: int | None) -> str:
    """`self._producer = producer`: the field has the type of the constructor's parameter."""
    parameters = typing.syntax.functions[function].parameters if function is not None else ()
    return next((typing.plain(p.type) for p in parameters if p.name == name and p.type), "")
