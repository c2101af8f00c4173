"""Syntax facts: what a file says, in words that are the same for every programming language.

A language adapter fills these from its tree-sitter captures (`queries/<language>.scm`). Everything that refers to
something else does so by index into the tuples of the same `SyntaxFacts`, so that the whole is one picklable value
which a worker process can hand back.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum

from reviewer.core.span import Span
from reviewer.core.value import value
from reviewer.facts.document import ConfigEntry as ConfigEntry
from reviewer.facts.document import Section as Section


class ExpressionKind(StrEnum):
    """The shape of an expression, as far as rules care."""

    STRING = "string"  # a literal without interpolation; `literal` is its unquoted text
    NUMBER = "number"  # `literal` without separators, suffixes and casts: 5_000L and (short) 3 become 5000 and 3
    BOOLEAN = "boolean"  # `literal` is "true" or "false"
    NULL = "null"  # null, None, nil
    NAME = "name"  # an identifier or a dotted path of them: ProducerConfig.ACKS_CONFIG, this.topic
    CALL = "call"  # a call or a construction; `call` is its index
    LAMBDA = (
        "lambda"  # a lambda, closure, method reference or anonymous class; `function` is its index when it has a body
    )
    COLLECTION = "collection"  # list, map, dict or array literal; `entries` holds what is inside
    OTHER = "other"  # everything else: operators, interpolation, conditionals


@value()
class Entry:
    """One element of a collection literal; `key` is None in a list."""

    key: Expression | None
    value: Expression


@value()
class Expression:
    """A value as written. `text` is the source with comments dropped and blanks folded to single spaces."""

    kind: ExpressionKind
    text: str
    span: Span
    literal: str | None = None
    call: int | None = None
    function: int | None = None
    entries: tuple[Entry, ...] = ()


@value()
class Argument:
    """One argument of a call or annotation; `name` for keyword arguments."""

    name: str | None
    value: Expression


class ResultUse(StrEnum):
    """What becomes of the value of a call."""

    IGNORED = "ignored"  # an expression statement
    ASSIGNED = "assigned"  # to the variable in `result_name`
    RETURNED = "returned"
    AWAITED = "awaited"
    ARGUMENT = "argument"  # of another call
    CHAINED = "chained"  # the receiver of another call
    STARTED = "started"  # nobody waits for it: `go f()`
    OTHER = "other"


@value()
class Call:
    """A call or a construction.

    `name` is the last part of what is called: `send`, or the type for a construction (`KafkaProducer`, generics dropped).
    `receiver` is the text before the last dot, blanks folded ("" when there is none): `this.producer`, `KafkaSink.builder()`.
    In a builder chain `receiver_call` is the index of the call that this one is made on. `blocks` are indices of the
    enclosing blocks inside the same function, outermost first. Calls are listed in order of evaluation as far as the
    source shows it: arguments before the call, a chain from left to right.
    """

    index: int
    name: str
    is_construction: bool
    receiver: str
    receiver_call: int | None
    arguments: tuple[Argument, ...]
    type_arguments: tuple[str, ...]
    span: Span
    name_span: Span
    function: int | None
    type: int | None
    blocks: tuple[int, ...]
    result: ResultUse
    result_name: str | None

    def argument(self, position: int, name: str | None = None) -> Expression | None:
        """The argument at a position among the unnamed ones, or by keyword; None when it is not given."""
        if name is not None:
            for argument in self.arguments:
                if argument.name == name:
                    return argument.value
        unnamed = [argument.value for argument in self.arguments if argument.name is None]
        return unnamed[position] if 0 <= position < len(unnamed) else None


class BlockKind(StrEnum):
    """The enclosing constructs that decide what a call means."""

    LOOP = "loop"
    TRY = "try"
    CATCH = "catch"
    FINALLY = "finally"
    CONDITIONAL = "conditional"
    WITH = "with"  # try-with-resources, `with`, `use { }`


@value()
class Block:
    """A block. `detail` is the loop header or condition as text, or the exception types of a catch.

    `owner` ties a catch or finally to its try (the index of the try block). `variable` is the caught exception's or the
    loop variable's name.
    """

    index: int
    kind: BlockKind
    detail: str
    variable: str | None
    span: Span
    parent: int | None
    owner: int | None
    function: int | None


class JumpKind(StrEnum):
    """Statements that leave a block, or hand something out of it."""

    THROW = "throw"
    RETURN = "return"
    CONTINUE = "continue"
    BREAK = "break"
    YIELD = "yield"  # gives a value to the caller and goes on


@value()
class Jump:
    """A statement that leaves its block. `text` is the thrown or returned expression."""

    kind: JumpKind
    text: str
    span: Span
    function: int | None
    blocks: tuple[int, ...]


@value()
class Parameter:
    """A parameter; `type` is the declared type's text or "", `annotations` are the names of those that it has (Java, Kotlin)."""

    name: str
    type: str
    annotations: tuple[str, ...] = ()


@value()
class Annotation:
    """An annotation or decorator: name as written without `@` (last part in `simple_name`)."""

    name: str
    arguments: tuple[Argument, ...]
    span: Span

    @property
    def simple_name(self) -> str:
        """`KafkaListener` of `org.springframework.kafka.annotation.KafkaListener`."""
        return self.name.rsplit(".", 1)[-1]


@value()
class Function:
    """A function, method, constructor or lambda.

    `qualified` is `Outer.Inner.method`; a lambda is `Outer.method.<lambda>`. `parent` is the enclosing function of a
    lambda or nested function; `argument_of` is the call to which a lambda is passed. `extends` is the type of which an extension function (Kotlin) is one more method.
    """

    index: int
    name: str
    qualified: str
    parameters: tuple[Parameter, ...]
    return_type: str
    annotations: tuple[Annotation, ...]
    is_lambda: bool
    is_async: bool
    span: Span
    type: int | None
    parent: int | None
    argument_of: int | None
    extends: str = ""


@value()
class TypeDeclaration:
    """A class, interface, object, record or struct. `bases` are the texts of what it extends or implements."""

    index: int
    name: str
    qualified: str
    bases: tuple[str, ...]
    annotations: tuple[Annotation, ...]
    span: Span
    parent: int | None


@value()
class Assignment:
    """A declaration or assignment.

    `target` is the text of what is assigned: `producer`, `this.count`, `props["acks"]` (then `subscript` holds the key).
    A field declaration has `is_field` and `function` None. `modifiers` are words as written (static, final, val, transient …), of a Go field its tag.
    `operator` is `=` or a compound one (`+=`, `++`).
    """

    target: str
    operator: str
    declared_type: str
    value: Expression | None
    subscript: Expression | None
    is_field: bool
    is_declaration: bool
    modifiers: tuple[str, ...]
    annotations: tuple[Annotation, ...]
    span: Span
    function: int | None
    type: int | None
    blocks: tuple[int, ...]


@value()
class Import:
    """An import. `path` is what is imported (`org.apache.kafka.clients.producer.KafkaProducer`, `confluent_kafka.Consumer`).

    A wildcard import ends with `.*`. `alias` is the local name, by default the last part.
    """

    path: str
    alias: str
    span: Span


@value()
class Comment:
    """A comment with its markers."""

    text: str
    span: Span


@value()
class SyntaxFacts:
    """Everything one file says on one side. A file of an unknown language has only its path and language "".

    `broken` are the first lines that the grammar could not place, `is_cut` says that a document has more values than are read.
    """

    path: str
    language: str
    imports: tuple[Import, ...] = ()
    types: tuple[TypeDeclaration, ...] = ()
    functions: tuple[Function, ...] = ()
    blocks: tuple[Block, ...] = ()
    calls: tuple[Call, ...] = ()
    assignments: tuple[Assignment, ...] = ()
    jumps: tuple[Jump, ...] = ()
    comments: tuple[Comment, ...] = ()
    entries: tuple[ConfigEntry, ...] = ()
    sections: tuple[Section, ...] = ()
    broken: tuple[int, ...] = ()
    is_cut: bool = False

    @property
    def has_errors(self) -> bool:
        """Whether the grammar gave up somewhere: then there may be more than was read."""
        return bool(self.broken)

    def calls_in(self, function: int | None, *, nested: bool = False) -> Iterator[Call]:
        """The calls of a function in order; with `nested` also those of lambdas and functions inside it."""
        inside = (f.index for f in self.functions if nested and self.is_inside(f.index, function))
        homes = {function, *inside}
        return (call for call in self.calls if call.function in homes)

    def is_inside(self, inner: int | None, outer: int | None) -> bool:
        """Whether function `inner` lies in function `outer` (not the same one)."""
        while inner is not None:
            inner = self.functions[inner].parent
            if inner == outer:
                return inner is not None
        return False

    def function_at(self, line: int) -> Function | None:
        """The innermost named function around a line (1-based), else the innermost lambda, else None."""
        around = [f for f in self.functions if f.span.first_line <= line <= f.span.last_line]
        named = [f for f in around if not f.is_lambda] or around
        return min(named, key=lambda f: f.span.last_line - f.span.first_line, default=None)

    def type_at(self, line: int) -> TypeDeclaration | None:
        """The innermost type around a line."""
        around = [t for t in self.types if t.span.first_line <= line <= t.span.last_line]
        return min(around, key=lambda t: t.span.last_line - t.span.first_line, default=None)

    def sections_at(self, first: int, last: int) -> tuple[Section, ...]:
        """The sections around some lines, outermost first."""
        around = [s for s in self.sections if s.span.first_line <= first and last <= s.span.last_line]
        return tuple(sorted(around, key=lambda s: s.span.first_line - s.span.last_line))

    def enclosing(self, blocks: tuple[int, ...], kind: BlockKind) -> Block | None:
        """The innermost block of a kind among the given ones."""
        for index in reversed(blocks):
            if self.blocks[index].kind is kind:
                return self.blocks[index]
        return None

    def chain(self, call: Call) -> tuple[Call, ...]:
        """The calls of a builder chain up to and including `call`, first made first."""
        links = [call]
        while links[-1].receiver_call is not None:
            links.append(self.calls[links[-1].receiver_call])
        return tuple(reversed(links))

    def continued(self, call: Call) -> tuple[Call, ...]:
        """The calls that are chained after `call`, nearest first."""
        following: list[Call] = []
        current = call
        while (after := self.next_of(current)) is not None:
            following.append(after)
            current = after
        return tuple(following)

    def next_of(self, call: Call) -> Call | None:
        """The call that is made on this one's value; it stands behind it, mostly near."""
        behind = (self.calls[index] for index in range(call.index + 1, len(self.calls)))
        return next((c for c in behind if c.receiver_call == call.index), None)
