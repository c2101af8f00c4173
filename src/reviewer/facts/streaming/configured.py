"""Nouns of configuration: a setting, a topic, a connector."""

from __future__ import annotations

from reviewer.core.span import Span
from reviewer.core.value import value
from reviewer.facts.streaming.value import Value


@value()
class Setting:
    """One configuration key with its value.

    `key` is canonical: lower case, dots (`enable.auto.commit`). `client` is producer | consumer | streams | admin | flink |
    topic | broker | worker (of Connect) | connector | listener | "" (not said). `scope` names what it belongs to: the variable or
    function in code, the key prefix in a document (`spring.kafka.consumer`, with `@` and the profile or resource where one file has
    several; a topic's name). `written` is the path as the document has it, "" in code. `if_absent` says that it counts only where nothing was set before.
    `said` is the line that says the value, where that is another file's: a constant, the environment, a file that is loaded.
    """

    key: str
    value: Value
    client: str
    scope: str
    span: Span
    in_code: bool
    written: str = ""
    if_absent: bool = False
    said: Span | None = None


@value()
class Topic:
    """A topic of code or a document. A count is None when not given or not literal (`-1`: broker default). `declared_by` is a type,
    manifest's kind, resource or tool, or "document" for a mapping in a topic's shape; `address` its path in the document."""

    name: str
    partitions: int | None
    replication: int | None
    settings: tuple[Setting, ...]
    span: Span
    partitions_span: Span | None
    replication_span: Span | None
    declared_by: str
    is_literal: bool = True  # False: `name` is an expression whose value is not known
    address: str = ""
    over: str = ""  # the list that a loop takes the name from
    among: tuple[str, ...] = ()  # the names in it, where they are literal


@value()
class Connector:
    """A connector that a document configures. Its name is its identity: offsets and the group of a sink hang on it.

    `connector_class` is as written (a full name or an alias), `settings` have the keys as written (`transforms.unwrap.type`) and the
    connector's name as scope. `span` is the line of the class; `name_span` is None when the name is the key or the file's.
    """

    name: str
    connector_class: str
    settings: tuple[Setting, ...]
    span: Span
    name_span: Span | None
    declared_by: str
    is_literal: bool = True

    def setting(self, key: str) -> Setting | None:
        """The setting of a key; the last one written wins."""
        found = [setting for setting in self.settings if setting.key == key]
        return found[-1] if found else None


@value()
class Dependency:
    """A declared dependency on a streaming library."""

    coordinate: str
    version: str | None
    span: Span
