"""The nouns that rules, relevance and the model's context share. All spans point into the file they came from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import field
from enum import StrEnum

from reviewer.clients.library import Library
from reviewer.core.span import Side, Span
from reviewer.core.value import value
from reviewer.facts.streaming import dataflow
from reviewer.facts.streaming.configured import Connector as Connector
from reviewer.facts.streaming.configured import Dependency as Dependency
from reviewer.facts.streaming.configured import Setting as Setting
from reviewer.facts.streaming.configured import Topic as Topic
from reviewer.facts.streaming.delivery import Hook, Position, Rebalance, Stage, TransactionCall
from reviewer.facts.streaming.held import Through as Through
from reviewer.facts.streaming.names import Names, simple_type
from reviewer.facts.streaming.schema import Compatibility as Compatibility
from reviewer.facts.streaming.schema import Schema as Schema
from reviewer.facts.streaming.schema import SchemaField as SchemaField
from reviewer.facts.streaming.value import Known as Known
from reviewer.facts.streaming.value import Value as Value
from reviewer.facts.syntax import Annotation, Call, Expression, Parameter, SyntaxFacts, TypeDeclaration
from reviewer.files import FileKind


@value()
class Client:
    """A client construction. `open_config` says that other, unseen settings may flow in: then absence is unknown.

    `kind` is consumer | producer | streams | admin | template. `holder` is the variable or field text it is assigned to,
    `version` the declared dependency version or None.
    """

    kind: str
    library: str
    version: str | None
    holder: str
    call: Call
    settings: tuple[Setting, ...]
    open_config: bool
    defaults: dict[str, str] = field(default_factory=dict)

    def setting(self, key: str) -> Setting | None:
        """The explicit setting of a canonical key; the last one written wins, and any over one that is put if absent."""
        found = [setting for setting in self.settings if setting.key == key]
        put = [setting for setting in found if not setting.if_absent]
        return put[-1] if put else found[0] if found else None

    def value(self, key: str) -> Value:
        """Explicit value, else the default of that client version, else unknown."""
        setting = self.setting(key)
        if setting is not None:
            return setting.value
        if self.open_config or key not in self.defaults:
            return Value(known=Known.UNKNOWN, text="")
        return Value(known=Known.DEFAULT, text=self.defaults[key])


class Role(StrEnum):
    """What a call does to a client."""

    POLL = "poll"
    COMMIT = "commit"  # also ack, mark, store offsets
    SEND = "send"
    FLUSH = "flush"
    CLOSE = "close"
    SEEK = "seek"
    PAUSE = "pause"
    RESUME = "resume"
    SUBSCRIBE = "subscribe"
    TRANSACTION = "transaction"
    RESTORE = "restore"  # asks where the work stood before it was started
    SERVE = "serve"  # producer.poll(0): serves delivery callbacks


@value()
class Operation:
    """A call on a client. `client` is the kind as in `Client.kind`; `holder` is the receiver's text. `through` is the method of another file
    that does it, where the call is on a class of this repository."""

    role: Role
    client: str
    library: str
    holder: str
    call: Call
    through: Through | None = field(default=None, compare=False)


@value()
class Send:
    """A record handed to a producer. `topic` and `key` are None when not given (`has_key` False means no key at all).

    `callback` is the delivery callback or None, with `error_first` its error is the first parameter. `handled` says that the result is used: awaited, joined, assigned and
    read later, returned, or that a callback is given. `reports_by` is how the library tells the outcome, as in its table.
    `waits` says that the call is over when the record is stored or has failed: nothing stays behind.
    """

    operation: Operation
    topic: Expression | None
    key: Expression | None
    value: Expression | None
    key_known: bool
    callback: Expression | None
    handled: bool
    reports_by: str = ""
    waits: bool = False
    error_first: bool = False


@value()
class Handling:
    """A piece of code to which records are delivered: the body of a poll loop, or a listener.

    `kind` is "poll-loop" | "listener" | "callback" | "stream"; `function` is the index of the function that holds it (for a listener,
    the listener itself), None for a loop of the module; `span` the lines of the body; `records` the names that hold records or parts of them, including
    names derived by assignment. `auto_commit` is the resolved enable.auto.commit of the consumer where known.
    `group_said` is the line of another file that says the group.
    `calls` are those made in it, the ones of lambdas inside included. `stages` are the steps of a stream, in order.
    `parts` are what is said of the delivery. `ack` is who commits, and when: auto (the client, by time) | container (the framework, after the code
    returns) | manual (the code) | before (in front of the work) | committer (a stage) | none. Others: batch, concurrency, error-handler, factory, offset-reset, retry, …
    """

    kind: str
    library: str
    function: int | None
    span: Span
    calls: tuple[Call, ...] = field(repr=False, compare=False)
    records: frozenset[str]
    auto_commit: Value
    group: Value
    topics: tuple[str, ...]
    name: str
    parts: tuple[dataflow.Part, ...] = ()
    stages: tuple[Stage, ...] = ()
    group_said: Span | None = None

    def part(self, name: str) -> Value | None:
        """The value of a part; None when nothing says it."""
        return dataflow.part_of(self.parts, name)


@value()
class Handoff:
    """Work given to another thread or task. `joined` says that the same function waits for it before it goes on."""

    call: Call
    construct: str
    joined: bool


@value()
class Operator:
    """An operator of a Flink job or a node of a Streams topology.

    `framework` is flink | streams. `op` is the DSL method (`keyBy`, `process`, `sinkTo`, `groupByKey`). `uid` / `name` are the
    explicit ones (`name` for streams: Named/Materialized/Grouped … as written, "" when absent); `uid_span` is the line of
    the `.uid(...)` call, `uid_known` says that the uid is a literal or resolved to one. `position` counts operators of the same file
    in order of evaluation. `root` names the outermost function.
    `inputs` are the positions of what feeds it. For Flink, `kind` is source | node | sink | edge (no operator at run time), and
    `identity` is the uid, or what Flink hashes where there is none: two that are equal restore each other's state.
    For Streams, `number` is the first of the `indices` numbers that the call takes from the builder's counter (0 at the start of
    the root), and `generated` are the names that are made of such numbers and outlive a deploy: stores and internal topics.
    `stateful` says that it keeps state or offsets. `function_class` is the type of the function passed, if any.
    `parts` are what else is said of it: for Flink parallelism, max-parallelism, uid-hash, uid-made (literal | constant | random | time | class-name | computed),
    and of asynchronous calls order, timeout, capacity, timeout-unit; for Streams name, key-serde, value-serde, topic, partitions and more, see `kstreams/objects.py`.
    """

    framework: str
    op: str
    call: Call
    position: int
    root: str
    uid: str | None
    uid_span: Span | None
    name: str
    stateful: bool
    key: Expression | None
    function_class: str
    upstream: int | None
    names: tuple[str, ...] = ()
    uid_known: bool = False
    number: int = 0
    indices: int = 0
    generated: tuple[str, ...] = ()
    kind: str = ""
    inputs: tuple[int, ...] = ()
    identity: str = ""
    parts: tuple[dataflow.Part, ...] = ()


@value()
class StateDeclaration:
    """A Flink state descriptor. `kind` is value | list | map | reducing | aggregating | broadcast…; `owner` the class.

    `parts` are what a time to live says (ttl, ttl.update, ttl.visibility, ttl.cleanup, ttl.time; ttl UNKNOWN where it can't be seen), serializer and queryable.
    """

    kind: str
    name: Value
    types: tuple[str, ...]
    owner: str
    access: str
    call: Call
    parts: tuple[dataflow.Part, ...] = ()


@value()
class Builder:
    """A source, sink or watermark strategy built by a chain: `kind` is kafka-sink | kafka-source | watermark | topic …

    `steps` are (method, first argument's text or "", span of the method name). `holder` is the variable assigned. `parts` are what the steps
    mean, also of helpers and later statements (see `flink/connectors.py`), `settings` the client's properties.
    """

    kind: str
    library: str
    holder: str
    call: Call
    steps: tuple[tuple[str, str, Span], ...]
    parts: tuple[dataflow.Part, ...] = ()
    settings: tuple[Setting, ...] = ()

    def step(self, *methods: str) -> tuple[str, str, Span] | None:
        """The last step with one of the method names."""
        found = [step for step in self.steps if step[0] in methods]
        return found[-1] if found else None


@value()
class FileFacts:
    """Everything known about one file on one side. `libraries` are the ids of client libraries that it imports.

    `names` says what a name of the file stands for.
    """

    path: str
    side: Side
    syntax: SyntaxFacts
    names: Names = field(repr=False, compare=False)
    libraries: frozenset[str] = frozenset()
    kind: FileKind = FileKind.PRODUCTION
    clients: tuple[Client, ...] = ()
    operations: tuple[Operation, ...] = ()
    sends: tuple[Send, ...] = ()
    handlings: tuple[Handling, ...] = ()
    handoffs: tuple[Handoff, ...] = ()
    settings: tuple[Setting, ...] = ()
    operators: tuple[Operator, ...] = ()
    states: tuple[StateDeclaration, ...] = ()
    builders: tuple[Builder, ...] = ()
    topics: tuple[Topic, ...] = ()
    connectors: tuple[Connector, ...] = ()
    schemas: tuple[Schema, ...] = ()
    compatibilities: tuple[Compatibility, ...] = ()
    dependencies: tuple[Dependency, ...] = ()
    windows: tuple[dataflow.Window, ...] = ()
    patterns: tuple[dataflow.Pattern, ...] = ()
    tables: tuple[dataflow.Table, ...] = ()
    queries: tuple[dataflow.Query, ...] = ()
    stores: tuple[dataflow.Store, ...] = ()
    nodes: tuple[dataflow.Node, ...] = ()
    schedules: tuple[dataflow.Schedule, ...] = ()
    deployments: tuple[dataflow.Deployment, ...] = ()
    links: tuple[dataflow.Link, ...] = ()
    rebalances: tuple[Rebalance, ...] = ()
    hooks: tuple[Hook, ...] = ()
    transactions: tuple[TransactionCall, ...] = ()
    positions: tuple[Position, ...] = ()
    #: The libraries whose clients this file uses through classes of other files.
    borrowed: tuple[Library, ...] = field(default=(), repr=False, compare=False)
    #: The keys of `settings`: whose a setting is, is asked of each of them, and a manifest has thousands.
    keys: frozenset[str] = field(init=False, repr=False, compare=False)
    #: What `with_helpers` found for a handling, by its id: ten checks ask the same.
    helpers: dict[int, tuple[Handling, ...]] = field(default_factory=dict, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "keys", frozenset(setting.key for setting in self.settings))

    @property
    def is_test(self) -> bool:
        """Whether nobody's records depend on it."""
        return self.kind is FileKind.TEST

    @property
    def is_development(self) -> bool:
        """Whether it is neither a test nor production: an example, a manual's code, a developer's machine."""
        return self.kind not in (FileKind.PRODUCTION, FileKind.TEST)

    def operations_of(self, *roles: Role) -> Iterator[Operation]:
        """The operations with one of the roles, in order."""
        return (operation for operation in self.operations if operation.role in roles)

    def parameters_of(self, handling: Handling) -> tuple[Parameter, ...]:
        """The parameters of the function that holds a handling; a module has none."""
        return () if handling.function is None else self.syntax.functions[handling.function].parameters

    def annotations_of(self, handling: Handling) -> tuple[Annotation, ...]:
        """The annotations of the function that holds a handling."""
        return () if handling.function is None else self.syntax.functions[handling.function].annotations

    def function_name(self, function: int | None) -> str:
        """The qualified name of a function by index; "" outside functions."""
        return "" if function is None else self.syntax.functions[function].qualified

    @property
    def functions(self) -> tuple[TypeDeclaration, ...]:
        """The classes that a library runs record by record, for many keys with one object: they extend one of its functions."""
        bases = {base for library in self.names.libraries for base in library.function_bases}
        return tuple(
            declared
            for declared in self.syntax.types
            if bases and not bases.isdisjoint(map(simple_type, declared.bases))
        )

    def word(self, library: str, what: str) -> str:
        """What is said of flush, confirm, retry … in a library (by id) that the file imports; "" when its table does not say."""
        known = (*self.names.libraries, *self.borrowed)
        return next((found.words.get(what, "") for found in known if found.id == library), "")


@value()
class FactSet:
    """One version of the code under review: the changed files (`files`) and what was read beside them (`related`)."""

    side: Side
    files: tuple[FileFacts, ...]
    related: tuple[FileFacts, ...] = ()
    _by_path: Mapping[str, FileFacts] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_by_path", {facts.path: facts for facts in reversed(self.files)})

    def everything(self) -> Iterator[FileFacts]:
        """Changed files first, then the related ones."""
        yield from self.files
        yield from self.related

    def file(self, path: str) -> FileFacts | None:
        """The facts of a changed file on this side."""
        return self._by_path.get(path)
