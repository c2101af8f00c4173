"""Whose a setting is, answered once: what it says itself, else what stands beside it in the file."""

from __future__ import annotations

from reviewer.facts.streaming.model import FileFacts, Setting

#: Other words of the facts for a client of that kind.
_SAME = {"consumer": ("listener", "spring-consumer"), "producer": ("template",)}
#: Keys beside a bare key in a document which show that it is a client's, a broker's.
_BESIDE = {
    "producer": ("bootstrap.servers", "key.serializer", "value.serializer", "connector.class", "linger.ms"),
    "consumer": ("bootstrap.servers", "key.deserializer", "value.deserializer"),
    "streams": ("bootstrap.servers", "processing.guarantee", "state.dir", "num.stream.threads"),
    "broker": ("broker.id", "log.dirs", "node.id", "process.roles"),
}


def belongs(file: FileFacts, setting: Setting, kind: str) -> bool:
    """Whether a setting is one of a client kind (producer | consumer | streams | broker …).

    One that says another kind, or that a client of another kind is made with, is not; in code that tells nothing it counts, except for a broker. In a document a
    bare key counts when Spring's prefix, or a key beside it, shows whose the file is.
    """
    said = {setting.client} if setting.client else {c.kind for c in file.clients if setting in c.settings}
    if said:
        return not said.isdisjoint({kind, *_SAME.get(kind, ())})
    if kind == "broker":
        return not setting.in_code and _is_beside(file, kind)
    return setting.in_code or setting.scope.startswith("spring.kafka") or _is_beside(file, kind)


def _is_beside(file: FileFacts, kind: str) -> bool:
    return not file.keys.isdisjoint(_BESIDE.get(kind, ()))
