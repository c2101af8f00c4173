"""Settings that Alpakka reads from `application.conf`: `ConsumerSettings(config.getConfig("orders"), …)` has what stands under
`orders.kafka-clients`, and one that is made of the actor system what stands under `akka.kafka.consumer.kafka-clients`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath

from reviewer.facts.streaming.config import canonical
from reviewer.facts.streaming.model import Known, Setting, Value
from reviewer.facts.streaming.names import Names
from reviewer.facts.syntax import Call, ConfigEntry, Expression

LIBRARY = "alpakka-kafka"
_SECTION = re.compile(r"\bgetConfig\(\s*\"([\w.-]{1,200})\"\s*\)\s*$")
_SYSTEM = re.compile(r"(?:\w+\.)*(?:\w*[sS]ystem|actorSystem\(\))")
_CLIENTS = "kafka-clients"
_FILES = ("application.conf", "reference.conf")


def section_settings(names: Names, call: Call, kind: str, known: Iterable[Setting]) -> Iterator[Setting]:
    """What the one section of configuration says that a call is given, but for keys that the code sets; nothing where it is not known
    which section that is, or several files have it."""
    path = _path(names, call, kind)
    set_in_code = {setting.key for setting in known}
    for name in _FILES if path else ():
        files = [document for where, document in names.documents.items() if PurePosixPath(where).name == name]
        found = [[e for e in file.entries if e.dotted.startswith(f"{path}.{_CLIENTS}.")] for file in files]
        found = [entries for entries in found if entries]
        if found:
            made = (_setting(entry, path, kind) for entry in found[0]) if len(found) == 1 else ()
            yield from (setting for setting in made if setting.key not in set_in_code)
            return


def _path(names: Names, call: Call, kind: str) -> str:
    given = _followed(names, call.arguments[0].value) if call.arguments else None
    if given is None:
        return ""
    if match := _SECTION.search(given.text):
        return match[1]
    own = "pekko" if any("pekko" in item.path for item in names.syntax.imports) else "akka"
    return f"{own}.kafka.{kind}" if _SYSTEM.fullmatch(given.text) else ""


def _followed(names: Names, given: Expression) -> Expression:
    """A name that is assigned once stands for what it is given."""
    values = [a.value for a in names.syntax.assignments if a.target.rpartition(".")[2] == given.text]
    return values[0] if len(values) == 1 and values[0] is not None else given


def _setting(entry: ConfigEntry, path: str, kind: str) -> Setting:
    known = Known.EXPLICIT if entry.is_literal else Known.UNKNOWN
    return Setting(
        key=canonical(entry.dotted.removeprefix(f"{path}.{_CLIENTS}.")), value=Value(known=known, text=entry.value), client=kind,
        scope=f"{path}.{_CLIENTS}", span=entry.span, in_code=False, written=entry.dotted,
    )  # fmt: skip
