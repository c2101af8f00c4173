"""What a name stands for: constants, declared types, imported classes. Pure look-ups over one file's syntax facts."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import field
from pathlib import PurePosixPath

from reviewer.clients.library import Library, Makes
from reviewer.core.lazily import lazily
from reviewer.core.span import Span
from reviewer.core.value import value
from reviewer.facts.idioms import Idioms, idioms_of
from reviewer.facts.streaming.constants import LITERALS, constants_of, enum_word
from reviewer.facts.streaming.declared import FIRST, OWN, Typing, fields, original_name, type_of_text, variables
from reviewer.facts.streaming.declared import bare as bare
from reviewer.facts.streaming.declared import simple_type as simple_type
from reviewer.facts.streaming.extended import inherited, maker_of_base, without_brackets
from reviewer.facts.streaming.lent import Lent
from reviewer.facts.streaming.outside import computed, read_of
from reviewer.facts.streaming.shadowing import is_shadowed
from reviewer.facts.streaming.tables import Tables, tables_of
from reviewer.facts.streaming.value import Known, Value
from reviewer.facts.syntax import Call, Expression, SyntaxFacts

_LINKS = 100  # of a chain whose type is asked for
_CLASS_LITERAL = lazily(r"^([\w.]+?)(?:\.class|::class)(?:\.java)?(?:\.(?:name|canonicalName))?$")


_PLACEHOLDER = lazily(r"^\\?\$\{([^:}]+)(?::([^}]*))?\}$")
_FIELD_OF = lazily(r"([A-Za-z_][\w.]*)\.(?:(?:get|is)(?P<getter>[A-Z]\w*)\(\)|(?P<field>[A-Za-z_]\w*)(?:\(\))?)")
# `ConsumerType`, `BaseKafkaProducer`, `IConsumer`: named as the clients are and after nothing else.
_SAYS_CLIENT = lazily(
    r"(?:I|Base|Abstract|Async|AIO)?(?:Kafka|AIOKafka)?(?:Consumer|Producer)(?:Type|Class|Protocol|Like|Impl|Interface|Client|Wrapper)?"
)
# Classes whose fields keep the value that they are declared with, unless the environment gives another.
_SETTINGS = lazily(
    r"(Properties|Config|Configuration|Settings|Options|Defaults|Opts|Conf|Constants|Topics|Kafka\w*|Env\w*)$"
)
_ITEM = lazily(r"\[[^\[\]]{0,80}\]$")  # a column of a frame, a producer of several
_QUOTED = lazily(r"^([\"'])([^\"'\\]*)\1$")


@value()
class Names:
    """Look-ups for one file. `external` are the constants of the other files of the same side, by `Class.NAME`.

    `variables` are the types of variables by name and function, `fields` those of names that a whole class or file sees.
    `places` are the lines of other files that say what is in `external`, `reads` the names of this file that are given once, by something that
    is read from outside, `documents` files of settings by path.
    `elsewhere` are other files of the side by the classes (in Python: modules) that they declare,
    `chained` the call that is made on the result of a call.
    """

    syntax: SyntaxFacts
    libraries: tuple[Library, ...]
    constants: Mapping[str, str]
    external: Mapping[str, str]
    imported: Mapping[str, str]
    variables: Mapping[tuple[str, int | None], str]
    fields: Mapping[str, str]
    elsewhere: Mapping[str, SyntaxFacts] = field(default_factory=dict)
    tables: Tables = field(default_factory=lambda: tables_of(()))
    idioms: Idioms = field(default_factory=Idioms)
    chained: Mapping[int, Call] = field(default_factory=dict)
    places: Mapping[str, Span] = field(default_factory=dict)
    reads: Mapping[str, str] = field(default_factory=dict)
    _of_library: dict[str, bool] = field(default_factory=dict, init=False, repr=False, compare=False)
    documents: Mapping[str, SyntaxFacts] = field(default_factory=dict)

    def resolve(self, expression: Expression | None, function: int | None = None) -> Value:
        """The literal behind an expression, else UNKNOWN with the expression's text."""
        if expression is None:
            return Value(known=Known.UNKNOWN, text="")
        if expression.literal is not None and expression.kind in LITERALS:
            return Value(known=Known.EXPLICIT, text=expression.literal)
        found = self._constant(expression.text, function) or self._wrapped(expression, function)
        if found is None and (match := _CLASS_LITERAL.match(expression.text)):
            found = match.group(1)
        found = enum_word(expression.text) if found is None else found
        if found is not None:
            return Value(known=Known.EXPLICIT, text=found)
        text = self.read(expression.text, function)
        read = read_of(text)
        if read is not None and read.key in self.external:
            return Value(known=Known.EXPLICIT, text=self.external[read.key])
        injected = _PLACEHOLDER.match(text) if text != expression.text else None  # @Value("${app.group:orders}")
        if injected is not None and f"${{{injected.group(1)}}}" in self.external:
            return Value(known=Known.EXPLICIT, text=self.external[f"${{{injected.group(1)}}}"])
        return Value(known=Known.UNKNOWN, text=text)

    def read(self, text: str, function: int | None) -> str:
        """What a name of this file is given once, where that is read from outside; any other text as it is."""
        if not self.reads:
            return text
        name = OWN.sub("", text)
        while function is not None:
            if (local := self.reads.get(f"{function}#{name}")) is not None:
                return local
            function = self.syntax.functions[function].parent
        return self.reads.get(name, text)

    def said(self, expression: Expression | None, function: int | None = None) -> Span | None:
        """The line of another file that says the value of an expression; None where this file says it, or nobody."""
        if expression is None or not self.places:
            return None
        if expression.literal is not None:
            match = _PLACEHOLDER.match(expression.literal)
            return self.places.get(f"${{{match.group(1)}}}") if match is not None else None
        key = self._key_elsewhere(expression.text, function)
        if key is None:
            text = self.read(expression.text, function)
            read, match = read_of(text), _PLACEHOLDER.match(text)
            key = read.key if read is not None else f"${{{match.group(1)}}}" if match is not None else None
        span = self.places.get(key) if key is not None else None
        return span if span is not None and span.path != self.syntax.path else None

    def placeholder(self, value: Value) -> Value:
        """`${app.group}` -> its value in Spring's configuration, its default, else unknown; other values as they are."""
        match = _PLACEHOLDER.match(value.text)
        if value.known is not Known.EXPLICIT or match is None:
            return value
        found = self.external.get(f"${{{match.group(1)}}}", match.group(2))
        return Value(known=Known.UNKNOWN, text=value.text) if found is None else Value(known=value.known, text=found)

    def _constant(self, text: str, function: int | None) -> str | None:
        if text in ("Boolean.TRUE", "Boolean.FALSE"):
            return text.rsplit(".", 1)[-1].lower()
        name, scope = OWN.sub("", text), function
        while scope is not None:
            if (local := self.constants.get(f"{scope}#{name}")) is not None:
                return local
            scope = self.syntax.functions[scope].parent
        if (own := self.constants.get(name)) is None and (key := self._elsewhere_key(name, function)) is not None:
            own = self.external[key]
        return own if own and not is_shadowed(self.syntax, text, function) else None

    def _key_elsewhere(self, text: str, function: int | None) -> str | None:
        """The key in `external` of a name that this file does not say itself."""
        name, scope = OWN.sub("", text), function
        while scope is not None:
            if f"{scope}#{name}" in self.constants:
                return None
            scope = self.syntax.functions[scope].parent
        return None if name in self.constants else self._elsewhere_key(name, function)

    def _elsewhere_key(self, name: str, function: int | None) -> str | None:
        """`Topics.ORDERS`, an imported constant, one of the same Go package, a field of settings: `settings.group`, `props.getGroup()`."""
        tried = [name, self._where(name)]
        if self.idioms.packages_qualify and "." not in name:
            tried.append(f"{PurePosixPath(self.syntax.path).parent}#{name}")
        match = _FIELD_OF.fullmatch(name)
        if match is not None and not any(key in self.external for key in tried):
            owner = self.type_of(match[1], function) or self.external.get(f"new {self._where(match[1])}", "")
            owner = owner.rpartition(".")[2]
            getter = match["getter"]
            last = f"{getter[:1].lower()}{getter[1:]}" if getter else match["field"]
            tried += [f"{owner}.{last}"] if _SETTINGS.search(owner) else []
        return next((key for key in tried if key in self.external), None)

    def _where(self, name: str) -> str:
        """The key of an imported constant: `import static a.b.Topics.ORDERS`, `from app.config import ORDERS`."""
        first, _, rest = name.partition(".")
        path = self.imported.get(first, "").replace("/", ".")
        return ".".join([*path.split("."), *rest.split(".")][-2:] if rest else path.split(".")[-2:])

    def _wrapped(self, expression: Expression, function: int | None) -> str | None:
        if expression.call is None:
            return None
        call = self.syntax.calls[expression.call]
        if call.name not in self.idioms.wrappers:
            return None
        if call.arguments:
            inner = self.resolve(call.arguments[0].value, function)
            return inner.text if inner.known is Known.EXPLICIT else None
        if match := _CLASS_LITERAL.match(call.receiver):
            return match.group(1)
        if match := _QUOTED.match(call.receiver):
            return match.group(2)
        return self._constant(call.receiver, function)

    def type_of(self, name: str, function: int | None) -> str:
        """The simple name of the declared or constructed type of a variable, parameter or field; "" when unknown."""
        plain = OWN.sub("", name)
        scope = function
        while scope is not None and plain == name:
            for parameter in self.syntax.functions[scope].parameters:
                if parameter.name == plain and parameter.type:
                    return self.plain_type(parameter.type)
            if found := self.variables.get((plain, scope)):
                return found
            scope = self.syntax.functions[scope].parent
        if not self.idioms.own and plain not in self.fields and "." in plain:
            first, _, plain = plain.rpartition(".")  # `s.producer`: any name may stand for the object of a method
            owner = self.type_of(first, function).lstrip(".") if first.isidentifier() else ""
            if (found := self.fields.get(f"{owner}.{plain}")) is not None:
                return found
        return self.fields.get(plain, "")

    def plain_type(self, text: str) -> str:
        """The simple name of a type as it is declared in this file."""
        return type_of_text(text, self.imported, self.libraries, self.idioms)

    def end_of_chain(self, call: Call) -> Call:
        """The last call of a builder chain."""
        while (after := self.chained.get(call.index)) is not None:
            call = after
        return call

    def is_of_library(self, name: str) -> bool:
        """Whether a name, or what it begins with, is imported from one of the libraries."""
        if name not in self._of_library:  # asked of every call, and few receivers are different
            self._of_library[name] = self._is_of_library(FIRST.split(name, maxsplit=1)[0].partition("[")[0])
        return self._of_library[name]

    def _is_of_library(self, first: str) -> bool:
        path = self.imported.get(first)
        if path is None and first[:1].isupper():  # import fs2.kafka.*
            return any(first in (*lib.types, *lib.configs) for lib in self._imported_whole())
        return path is not None and any(library.is_imported_by(path) for library in self.libraries)

    def _imported_whole(self) -> Iterator[Library]:
        wildcards = [item.path[:-1] for item in self.syntax.imports if item.path.endswith(".*")]
        for library in self.libraries if wildcards else ():
            if any(library.is_imported_by(path) or library.is_imported_by(path[:-1]) for path in wildcards):
                yield library

    def maker(self, call: Call) -> tuple[Library, Makes] | None:
        """The row of a call that makes a client."""
        for library, row in self.tables.makers.get(original_name(simple_type(call.name), self.imported), ()):
            if self._makes(library, row, call):
                return library, row
        if call.is_construction:
            return maker_of_base(call, self.syntax, self.tables, self.imported, tuple(self._imported_whole()))
        return without_brackets(call, self.tables) if self.is_of_library(call.receiver) else None

    def _makes(self, library: Library, row: Makes, call: Call) -> bool:
        if call.is_construction:
            path = self.imported.get(call.receiver if self.idioms.packages_qualify else simple_type(call.name))
            if path is None and self.idioms.packages_qualify:
                return False
            return not row.on and (path is None or library.is_imported_by(path))
        if row.on:
            return self.is_on(row.on, call)
        if row.config == "chain":
            root = self.syntax.chain(call)[0]
            return (
                simple_type(root.receiver) in library.configs
                or self.type_of(root.receiver, call.function) in library.configs
            )
        return self.is_of_library(call.receiver or call.name) or simple_type(call.receiver) in library.types

    def is_on(self, wanted: str, call: Call) -> bool:
        """`kafka.producer()`: the receiver is of the type, or of none that is known and called like it."""
        if wanted != "*" and call.receiver_call is not None:
            made = self.syntax.calls[call.receiver_call]
            return (made.is_construction and simple_type(made.name) == wanted) or self._type_made(made) == wanted
        return self._holds(wanted, call)

    def _holds(self, wanted: str, call: Call) -> bool:
        if wanted == "*":
            return True
        found = self.type_of(call.receiver, call.function)
        if found or wanted.lower() in bare(call.receiver).lower():
            return found in ("", wanted)
        called = self._by_name(call.receiver)
        return called is not None and called[0].types.get(wanted) == called[1]

    def client_of(self, receiver: str, call: Call) -> tuple[Library, str] | None:
        """The library and client kind behind a receiver, by its type, else (type unknown) by its name."""
        if call.receiver_call is not None:
            type_name = self._type_made(self.syntax.calls[call.receiver_call])
        else:
            type_name = self.type_of(receiver, call.function)
        if type_name:
            known = self.client_type(type_name)
            return known if known is not None or not self._only_says(type_name) else self._by_name(receiver)
        return self._by_name(receiver)

    def _only_says(self, type_name: str) -> bool:
        """Whether a type of this program says no more than that it is a client: an alias, a protocol, a thin wrapper."""
        path = self.imported.get(type_name, "")
        return _SAYS_CLIENT.fullmatch(type_name) is not None and not path.startswith(("java.", "kotlin.", "scala."))

    def _type_made(self, call: Call) -> str:
        """The type of what a call gives, as the tables say it; of a construction that they do not know, its own."""
        made = ""
        for link in self.syntax.chain(call)[-_LINKS:]:
            made = self._given(link, made)
        return made

    def _given(self, link: Call, before: str) -> str:
        """The type of a link of a chain, `before` being that of the one before it."""
        for library, row in self.tables.makers.get(simple_type(link.name), ()):
            on_it = row.on in (before, "*") if link.receiver_call is not None else row.on and self._holds(row.on, link)
            if row.type and (on_it if row.on else self._makes(library, row, link)):
                return row.type
        return simple_type(link.name) if link.is_construction else ""

    def client_type(self, type_name: str) -> tuple[Library, str] | None:
        """The library and kind of a type name, unless the file imports another class of that name."""
        path = self.imported.get(type_name)
        for library in self.libraries:
            kind = library.types.get(type_name)
            if kind is not None and (
                path is None or library.is_imported_by(path) or path.startswith(library.types_from)
            ):
                return library, kind
        return inherited(type_name.lstrip("."), self.syntax, self.elsewhere, self.libraries)

    def _by_name(self, receiver: str) -> tuple[Library, str] | None:
        plain = re.sub(r"[^a-z]", "", bare(_ITEM.sub("", receiver)).lower())
        for library in self.libraries:
            for kind, names in library.receiver_names.items():
                if any(plain == name or (len(name) > 2 and plain.endswith(name)) for name in names):
                    return library, kind
        return None


def names_of(
    syntax: SyntaxFacts,
    libraries: tuple[Library, ...],
    external: Mapping[str, str],
    elsewhere: Mapping[str, SyntaxFacts] | None = None,
    places: Mapping[str, Span] | None = None,
    documents: Mapping[str, SyntaxFacts] | None = None,
    lent: Lent | None = None,
) -> Names:
    """The look-ups of a file. `lent` are clients that other files make and this one imports."""
    imported = {item.alias: item.path for item in syntax.imports if not item.path.endswith(".*")}
    tables, words = tables_of(libraries), idioms_of(syntax.language)
    typing = Typing(syntax=syntax, tables=tables, imported=imported, libraries=libraries, idioms=words)
    chained: dict[int, Call] = {}
    for call in syntax.calls:
        if call.receiver_call is not None:
            chained.setdefault(call.receiver_call, call)
    return Names(
        syntax=syntax, libraries=libraries, constants=constants_of(syntax), external=external, imported=imported,
        variables=variables(typing), fields=fields(typing) if lent is None else {**fields(typing), **lent.types(syntax)}, elsewhere=elsewhere or {}, tables=tables, idioms=words, chained=chained,
        places=places or {}, reads=computed(syntax), documents=documents or {},
    )  # fmt: skip
