"""Settings of configuration documents: the known key at the end of each path, and whose it is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from reviewer.core.lazily import lazily
from reviewer.facts.keys.lookup import Suffix, known_suffix, words_of
from reviewer.facts.keys.model import Key
from reviewer.facts.streaming.config import canonical
from reviewer.facts.streaming.model import Known, Setting, Value
from reviewer.facts.streaming.ownership import client_of, is_evident
from reviewer.facts.streaming.paths import Place, places
from reviewer.facts.streaming.references import own_variables, resolved
from reviewer.facts.syntax import ConfigEntry


def document_settings(entries: Sequence[ConfigEntry], path: str = "") -> Iterator[Setting]:
    """Settings of a configuration document, one for each leaf.

    A leaf whose path ends with a known key has that key, the rest of the path as its scope, and the client that key, path, siblings,
    manifest or file name tell. Any other leaf keeps its path as its key.
    """
    located = [(place, known_suffix(place.dotted)) for place in places(entries)]
    beside = _Beside()
    for place, suffix in located:
        beside.note(place, suffix)
    own = own_variables(entries)
    for place, suffix in located:
        yield _setting(place, suffix, beside, path, own)


@dataclass(slots=True)
class _Beside:
    """The keys that stand at one place: what is sure of one of them helps with the others."""

    keys: dict[tuple[int, str], dict[str, Key]] = field(default_factory=dict)

    def note(self, place: Place, suffix: Suffix | None) -> None:
        if suffix is not None:
            self.keys.setdefault(self._at(place, suffix), {})[suffix.key.name] = suffix.key

    def of(self, place: Place, suffix: Suffix) -> list[Key]:
        return list(self.keys.get(self._at(place, suffix), {}).values())

    def is_broker(self, place: Place) -> bool:
        """Whether variables of a broker's image stand beside a variable."""
        parent = place.dotted.rpartition(".")[0]
        starts = (f"{parent}.{prefix}" if parent else prefix for prefix in ("KAFKA_", "KAFKA_CFG_"))
        keys = (key for start in starts for key in self.keys.get((place.entry.document, start), {}).values())
        return any(key.clients == {"broker"} for key in keys)

    @staticmethod
    def _at(place: Place, suffix: Suffix) -> tuple[int, str]:
        return place.entry.document, place.dotted[: suffix.start]


def _setting(place: Place, suffix: Suffix | None, beside: _Beside, path: str, own: Mapping[str, str]) -> Setting:
    entry, dotted = place.entry, place.dotted
    text, is_literal = resolved(place.value, own) if own and not entry.is_literal else (place.value, entry.is_literal)
    known = Known.EXPLICIT if is_literal else Known.UNKNOWN
    client, scope, key = _unknown(dotted, is_broker=beside.is_broker(place))
    if suffix is not None:
        siblings = beside.of(place, suffix)
        file_words = words_of(path.rsplit("/", 1)[-1].rsplit(".", 1)[0])
        if is_evident(suffix, place.kind, file_words, siblings):
            key, scope = suffix.key.means or suffix.key.name, _scope(dotted, suffix)
            client = client_of(suffix, place.kind, file_words, siblings, in_environment=_is_variable(dotted, suffix))
    return Setting(
        key=canonical(key), value=Value(known=known, text=text), client=client,
        scope=f"{scope}@{place.label}" if place.label else scope, span=place.span, in_code=False, written=dotted,
    )  # fmt: skip


def _is_variable(dotted: str, suffix: Suffix) -> bool:
    """Whether the key is the end of an environment variable: `KAFKA_CFG_LOG_RETENTION_MS`."""
    return dotted[: suffix.start].rsplit(".", 1)[-1] in ("KAFKA_", "KAFKA_CFG_")


def _scope(dotted: str, suffix: Suffix) -> str:
    before = dotted[: suffix.start].rstrip("._-[")
    parent, _, last = before.rpartition(".")
    return parent if last in ("KAFKA", "KAFKA_CFG") else before


_PREFIX = lazily(
    r"^(?:spring\.kafka(?:\.(?P<client>producer|consumer|streams|admin|listener))?(?:\.properties)?"
    r"|spring\.cloud\.stream\.kafka\.(?P<binder>streams\.binder|binder|bindings\.[^.]+)(?:\.(?P<side>producer|consumer))?"
    r"(?:\.(?:configuration|properties))?|quarkus\.(?P<quarkus>kafka-streams)|mp\.messaging\.(?P<mp>incoming|outgoing)\.[^.]+"
    r"|kafka(?:\.(?P<plain>producer|consumer|streams))?(?:\.properties)?)\.(?P<key>.+)$"
)
_SIDES = {"incoming": "consumer", "outgoing": "producer", "streams.binder": "streams", "kafka-streams": "streams"}
_BROKER_ENV = lazily(r"^(?:KAFKA_CFG_|KAFKA_)([A-Z0-9_]+)$")


def _unknown(dotted: str, *, is_broker: bool) -> tuple[str, str, str]:
    """Client, scope and key where no known key is at the end: by the prefixes of frameworks and of a broker's image.

    An application has variables that begin with `KAFKA_`, too; a broker's stand beside keys that only a broker has.
    """
    if match := _PREFIX.match(dotted):
        groups = match.groupdict()
        raw = next((groups[n] for n in ("client", "side", "mp", "quarkus", "plain", "binder") if groups[n]), "")
        client = _SIDES.get(raw, raw if raw in ("producer", "consumer", "streams", "admin", "listener") else "")
        return client, dotted[: match.start("key") - 1], match.group("key").replace("[", "").replace("]", "")
    parent, _, last = dotted.rpartition(".")
    if is_broker and (match := _BROKER_ENV.match(last)):
        return "broker", parent, match.group(1)
    return "", "", dotted
