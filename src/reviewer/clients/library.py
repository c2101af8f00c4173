"""What a client library is to this program: a table. Each module beside this one holds one, `LIBRARY`; docs/client-libraries.md tells how to write it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from reviewer.core.value import value


@value()
class Makes:
    """A call that makes a client: a construction (`new KafkaProducer(…)`), or any other (`sarama.NewSyncProducer(…)`, `kafka.producer()`).

    `client` is the kind as in `Client.kind`, "both", or "by-type": the type that is declared for the result says it. `config` tells where the
    configuration is: a position among the arguments, "keywords", "options" (every argument from `first` on is one), "chain" (the
    calls that this one is chained to) or "steps" (those that are chained to it), `named` its name where it may be a keyword argument; `optional` says that there need be none, `positions`
    which arguments are a setting by themselves, by position or name, `needs` what the configuration must name (`Transport.KAFKA`). `inner` maps keyword arguments that hold the settings of a plain client to its kind. `client` "" is for what belongs to a client and is none. `on` is the type of what a method is called on ("*": anything); `type` that of the result.
    `defaults` are those that hold for this call only; `hears` says that it is given what is told of every record sent.
    """

    name: str
    client: str
    config: int | str = 0
    first: int = 0
    optional: bool = False
    named: str = ""
    positions: Mapping[int | str, str] = field(default_factory=dict)
    on: str = ""
    type: str = ""
    needs: str = ""
    inner: Mapping[str, str] = field(default_factory=dict)
    defaults: Mapping[str, str] = field(default_factory=dict)
    hears: bool = False


@value()
class Record:
    """What a record is made of. `shapes` maps the number of arguments to the positions of topic, key and value; `fields` paths in a literal
    (`messages.key`) and `steps` methods of a builder to these parts."""

    shapes: Mapping[int, Mapping[str, int]] = field(default_factory=dict)
    fields: Mapping[str, str] = field(default_factory=dict)
    steps: Mapping[str, str] = field(default_factory=dict)


@value()
class Operation:
    """Methods of a client with one meaning. `role` is a `Role` of the facts.

    Of a send: `shapes` and `keywords` tell where topic, key and value stand among the arguments, `record` the position of the record,
    `fields` the paths in a record that is a bare literal, `callback` and `callback_keywords` where the delivery callback stands
    (with `error_first` it gets the error before the rest), `reports_by` how the outcome comes back: future | nested-future | result (over when the record is stored) | handle (leads to it) | callback | channel | context | none |
    elsewhere (an error channel, or the effect that is run later: the result of the call says nothing of it). With a setting of `silenced` the result
    says nothing, unless one of the keys `heard` gives the client a function that is told. `config` is the position of settings of the
    client that are given with the call; `answered` are types of an argument that are told the outcome themselves; `keyed_elsewhere` says that the key stands in headers or a binding; `is_bare` says that the method is called by its name alone (a function that a callback is given); `topic_of_holder` that its object was made with the topic (`app.topic("orders").send(…)`).
    Of a poll: `auto_commit` says whether this method commits by itself in a group, where that hangs on the method.
    """

    client: str
    methods: frozenset[str]
    role: str
    record: int | None = None
    callback: int | None = None
    error_first: bool = False
    reports_by: str = ""
    shapes: Mapping[int, Mapping[str, int]] = field(default_factory=dict)
    keywords: Mapping[str, str] = field(default_factory=dict)
    fields: Mapping[str, str] = field(default_factory=dict)
    callback_keywords: tuple[str, ...] = ()
    answered: frozenset[str] = frozenset()
    keyed_elsewhere: bool = False
    topic_of_holder: bool = False
    config: int | None = None
    is_bare: bool = False
    silenced: Mapping[str, str] = field(default_factory=dict)
    heard: tuple[str, ...] = ()
    auto_commit: str = ""


@value()
class Delivers:
    """How records come to code, besides the operations with the role `poll`. `by` is one of

    - "iterate": a loop over a client of the kind `of`;
    - "callback": a function given to the method `of`, under the name `name` (a key of an object, or the first argument; "*": any argument);
    - "method": the method `name` of a type of this program, whose parameter has the type `of` (any, when it is "");
    - "annotation": the method that `name` stands on; `topics` and `group` are its attributes, `value` the one without a name;
    - "bean": what a method under the annotation `of` returns, when its return type is `name`;
    - "chain": the stages after a call of the method `name`, or after the property of that name.

    `on` is an annotation of the class that has the group and other attributes, `base` what a type of this program must extend. `ack` is
    who commits, and when: auto | container | manual | before | committer | none (see `Handling.parts`); by the type of a parameter where
    `acks` knows it, "manual" where the code calls one of `manual_after`. `parts` maps attributes to what they say of the handling.
    With `null_drops` a null that the method returns drops the record.
    `at` is the position of the one parameter that holds a record, `skips` are the types of parameters that hold none; of a destructured parameter, `records` are the names that do.
    """

    by: str
    name: str = ""
    of: str = ""
    client: str = "consumer"
    topics: tuple[str, ...] = ()
    group: tuple[str, ...] = ()
    skips: frozenset[str] = frozenset()
    records: tuple[str, ...] = ()
    at: int | None = None
    on: str = ""
    base: str = ""
    ack: str = ""
    acks: Mapping[str, str] = field(default_factory=dict)
    manual_after: frozenset[str] = frozenset()
    null_drops: bool = False
    parts: Mapping[str, str] = field(default_factory=dict)


@value()
class OnRebalance:
    """A callback for partitions that come or go: a method of this program (of a type with `base`, with a parameter whose type says `takes`, if
    given), or, where `is_given`, a function that is given to the call, keyword or option `method`. `event` is assigned | revoked | lost |
    stopped; `at` is the position of the partitions among the parameters. A callback that hears of all events has its part where a condition says
    `branch`; with no `method` that alone makes a function one."""

    method: str
    event: str
    at: int = 0
    base: str = ""
    is_given: bool = False
    takes: str = ""
    branch: str = ""


@value()
class CalledAt:
    """A method of a type with `base` that the framework calls at a point of its own: `event` as in `Hook`."""

    method: str
    event: str
    base: str


@value()
class Key:
    """A configuration key. `values` maps what stands in the code (`WaitForLocal`, `-1`) to the value; `constant` is the value of an option
    that is called without one (`DisableAutoCommit()`)."""

    key: str
    client: str = ""
    values: Mapping[str, str] = field(default_factory=dict)
    constant: str | None = None


@value()
class Annotated:
    """Settings of a client that an annotation says: `keys` are attributes with the key that they set, `properties` those that list pairs
    (`"acks=1"`, `@Property(name = …, value = …)`)."""

    client: str
    keys: Mapping[str, Key] = field(default_factory=dict)
    properties: tuple[str, ...] = ()


@value()
class Interface:
    """A client that is an interface of this program: its type has the annotation `on`, and a call of a method with the annotation `topic` sends a
    record. `key` is the annotation of the parameter that is the key; a parameter with the annotation `topic` is the topic. What is
    returned tells the outcome where its type is one of `later`; else the call is over when the record is stored."""

    on: str
    topic: str
    key: str
    later: frozenset[str]


@value()
class Default:
    """A default value that holds below a version (all versions when `below` is None). Rows are in ascending order."""

    value: str
    below: str | None = None


@value()
class Keeps:
    """A call on a type (`on`) that makes a named state, whose changelog topic has that name. `kind` is that of a `Store`; the name stands at a position, or under
    `keyword`; `is_optional` says that there is none without it."""

    kind: str
    on: str
    position: int = 0
    keyword: str = "name"
    is_optional: bool = False


@value()
class Declares:
    """A call on a type (`on`) that declares a topic where it says how many partitions or replicas. Each of the three stands at a position or under a keyword; `inner`
    is a keyword whose construction has the counts. A position of -1 is none."""

    on: str
    topic: int = 0
    partitions: int | str = -1
    replication: int | str = -1
    inner: str = ""


@value()
class Builds:
    """A chain of calls, or a lambda, that configures a source, a sink or a consumer: it becomes a `Builder` of the kind `kind`.

    It is found under a word: a property (`spark.readStream.format(…)`), a call (`df.writeStream()`, `KafkaIO.read()` as `KafkaIO.read`), or, with `of_lambda`, a call that
    is given a lambda whose parameter is configured (`AddConsumer(consumer => consumer.Topic(…))`). `keys` are the steps, and the fields of that parameter, that are settings of
    the client `client`; `parts` those that say something else. `pairs` are steps with a key and a value: those of `keys`, and any behind one of `prefixes`. `maps`
    are steps that are given a map of settings, `given` positions of the call's own arguments, as a key or (with a `:` in front) a part.
    """

    kind: str
    client: str = ""
    of_lambda: bool = False
    keys: Mapping[str, str | Key] = field(default_factory=dict)
    parts: Mapping[str, str] = field(default_factory=dict)
    pairs: frozenset[str] = frozenset()
    prefixes: tuple[str, ...] = ()
    maps: frozenset[str] = frozenset()
    given: Mapping[int, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Library:
    """One client library. Each is loaded once in a process, so one is equal only to itself.

    `companions` are imports that belong to it where a file imports it too, and say nothing of Kafka by themselves.
    `types` maps types to the client kind that they are ("both" is consumer and producer; a word in front makes a kind of its own rows, as in `async-producer`), also where they are
    imported from one of `types_from` (which says nothing of Kafka by itself); `receiver_names` what a variable of unknown type is called. `keys` are the
    settings that are written in another way than as dotted text: a path of fields, an option, a property; `spelling` is how all other
    keys are written: dotted | camel | pascal | snake | fields (in no other way); with `is_dotted_too` also as dotted texts. `configs` are types and functions that make a configuration, with its client kind, `inner_configs` fields of
    these that hold another configuration.
    `words` are what a rule says of this library: flush | confirm | retry | acks | manual (how to commit by hand) | unheard (why nobody is told of a send)
    | sends (what a send does before its outcome is known, where it fills no buffer);
    carrier is what an import has in it where a channel of the library is Kafka's.
    They may hold `{send}` and `{call}`, the call that it is about, and `{handler}`, the method that gets the records. With `close_drops` closing a producer drops what it has not sent.
    `key_constants` are constants that name a key and say it in no other way than their class does: `Class.NAME` and the key.
    `auto_commits` is what auto commit takes: returned (what the poll or handler before has given back: its work is done unless it was handed on) |
    delivered (what the code was given, done or not) | "" (neither, or not known).
    `keeps` are the methods that make a state with a name, `declares` those that declare a topic, `builds` the words that chains of settings are found by; `decorators` how a decorator ends that shows the library where a file does not import it; `acts` methods of the delivered records that are the work itself. `stages` are the methods of a stream of records and their kind (`Stage`), `positions` types that hold an offset for a commit, with the position of the offset among the arguments.
    """

    id: str
    title: str
    languages: frozenset[str]
    imports: tuple[str, ...]
    coordinates: tuple[str, ...]
    companions: tuple[str, ...] = ()
    types: Mapping[str, str] = field(default_factory=dict)
    receiver_names: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    makes: tuple[Makes, ...] = ()
    operations: tuple[Operation, ...] = ()
    records: Mapping[str, Record] = field(default_factory=dict)
    delivers: tuple[Delivers, ...] = ()
    keys: Mapping[str, str | Key] = field(default_factory=dict)
    spelling: str = "dotted"
    is_dotted_too: bool = False
    configs: Mapping[str, str] = field(default_factory=dict)
    inner_configs: frozenset[str] = frozenset()
    config_constants: Mapping[str, str] = field(default_factory=dict)
    key_constants: Mapping[str, str] = field(default_factory=dict)
    words: Mapping[str, str] = field(default_factory=dict)
    close_drops: bool = False
    auto_commits: str = ""
    stream_types: frozenset[str] = frozenset()
    name_types: frozenset[str] = frozenset()
    operators: Mapping[str, frozenset[str]] = field(default_factory=dict)
    state_descriptors: Mapping[str, str] = field(default_factory=dict)
    function_bases: frozenset[str] = frozenset()
    builders: Mapping[str, str] = field(default_factory=dict)
    types_from: tuple[str, ...] = ()
    stages: Mapping[str, str] = field(default_factory=dict)
    rebalances: tuple[OnRebalance, ...] = ()
    keeps: Mapping[str, Keeps] = field(default_factory=dict)
    declares: Mapping[str, Declares] = field(default_factory=dict)
    builds: Mapping[str, Builds] = field(default_factory=dict)
    acts: frozenset[str] = frozenset()
    decorators: tuple[str, ...] = ()
    hooks: tuple[CalledAt, ...] = ()
    annotated: Mapping[str, Annotated] = field(default_factory=dict)
    interfaces: tuple[Interface, ...] = ()
    positions: Mapping[str, int] = field(default_factory=dict)
    defaults: Mapping[str, Mapping[str, tuple[Default, ...]]] = field(default_factory=dict)

    def is_imported_by(self, path: str) -> bool:
        """Whether an import path belongs to the library: a prefix that ends at a dot, slash or colon, or the whole name."""
        return _begins(path, self.imports)

    def is_part_of(self, path: str) -> bool:
        """The same of the library and its companions."""
        return _begins(path, self.imports) or _begins(path, self.companions)

    def defaults_of(self, client: str, version: str | None) -> dict[str, str]:
        """The defaults of a client kind at a version; a key whose default depends on an unknown version is left out."""
        rows = self.defaults.get(client, {})
        known = ((key, _default(candidates, version)) for key, candidates in rows.items())
        return {key: value for key, value in known if value is not None}


def _begins(path: str, prefixes: tuple[str, ...]) -> bool:
    for prefix in prefixes:
        if path.startswith(prefix) and (prefix.endswith(".") or path[len(prefix) :][:1] in ("", ".", "/", ":")):
            return True
    return False


def _default(rows: tuple[Default, ...], version: str | None) -> str | None:
    if len(rows) == 1:
        return rows[0].value
    number = version_number(version)
    if number is None:
        return None
    for row in rows:
        if row.below is None or number < (version_number(row.below) or ()):
            return row.value
    return None


def version_number(version: str | None) -> tuple[int, ...] | None:
    """`3.0.1-ccs` -> (3, 0, 1); None for None, ranges and names."""
    if version is None:
        return None
    digits: list[int] = []
    for part in version.lstrip("=~^v ").split("."):
        number = "".join(ch for ch in part[:6] if ch.isdigit()) if part[:1].isdigit() else ""
        if not number:
            break
        digits.append(int(number))
        if not part.isdigit():
            break
    return tuple(digits) or None
