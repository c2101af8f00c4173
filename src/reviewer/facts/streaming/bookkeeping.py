"""What a program keeps of offsets, partitions, work under way and checkpoints beside the client: by the names that it gives them.

A wrapper, a connector or a framework's own source seldom calls a client where it decides: it keeps a map of positions, a set of
paused partitions, a queue of work. These are nouns of streaming only in a file that surely has to do with it.
"""

from __future__ import annotations

import re
from enum import StrEnum

from reviewer.core.lazily import lazily
from reviewer.facts.streaming.model import FileFacts
from reviewer.facts.streaming.names import bare
from reviewer.facts.syntax import Call


class Kept(StrEnum):
    """What something holds, by its name."""

    OFFSETS = "offsets"
    PARTITIONS = "partitions"
    WORK = "work"  # records under way: queued, buffered, in flight, not acknowledged
    CHECKPOINT = "checkpoint"  # what is saved and restored


class Verb(StrEnum):
    """What a call does to what is kept."""

    FORGET = "forget"
    REMEMBER = "remember"
    DONE = "done"  # says of a record that it is through
    RESTORE = "restore"


_NOUNS = (
    (Kept.PARTITIONS, {"partition", "partitions", "paused", "assignment", "assigned", "revoked", "tp", "tps", "shards", "splits", "split", "queues"}),
    (Kept.OFFSETS, {"offset", "offsets", "position", "positions", "committed", "commit", "commits", "watermarks", "cursor", "cursors", "epoch", "epochs"}),
    (Kept.WORK, {"pending", "inflight", "flight", "unacked", "ack", "acks", "acknowledge", "acknowledged", "acknowledgement", "acknowledgements", "acknowledgment", "outstanding", "incomplete", "incompletes", "tracker", "trackers", "track", "processed", "records"}),
    (Kept.CHECKPOINT, {"checkpoint", "checkpoints", "snapshot", "snapshots", "restore", "restored", "recover", "recovered"}),
)  # fmt: skip
_FORGETS = frozenset({"remove", "removeall", "removeif", "retainall", "clear", "delete", "discard", "drop", "evict", "invalidate", "invalidateall", "forget", "reset", "subtractall", "filterinplace", "--=", "-="})  # fmt: skip
_REMEMBERS = lazily(
    r"(add|addall|put|putall|putifabsent|merge|offer|enqueue|update|refresh|record|track|register|note)([A-Z_]|$)"
)
_DONE = lazily(r"(ack|acknowledge|complete|markProcessed|markDone|markComplete|done|nack)([A-Z_]|$)")
_RESTORES = lazily(r"(restore|recover)([A-Z_]|$)")
_IMPORTS = lazily(
    r"kafka|flink|pulsar|kinesis|rocketmq|debezium|samza|storm|pekko|akka\.stream|fs2|reactive\.messaging|pubsub|eventhub|spark\.(sql\.)?streaming|\.connect\.|axonframework|hazelcast\.jet",
    re.IGNORECASE,
)
_CAMEL = lazily(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")


def words(name: str) -> set[str]:
    """The words of a name, in small letters: `paused`, `partitions` of `pausedPartitions`."""
    return {word.lower() for word in _CAMEL.findall(name)}


def is_streaming(file: FileFacts) -> bool:
    """Whether a file surely has to do with streams: by what it uses, or imports."""
    found = file.libraries or file.handlings or file.operations or file.rebalances or file.hooks
    return bool(found) or any(_IMPORTS.search(item.path) for item in file.syntax.imports)


def kept_by(name: str) -> Kept | None:
    """What a variable or method holds by its name; None when the name does not say."""
    mine = words(name)
    return next((kept for kept, nouns in _NOUNS if mine & nouns), None)


def verb(call: Call) -> Verb | None:
    """What a call does to what it is made on; None for any other call."""
    name = call.name[:1].lower() + call.name[1:]
    if _RESTORES.match(name):
        return Verb.RESTORE
    if name.replace("_", "").lower() in _FORGETS:
        return Verb.FORGET
    if _DONE.match(name):
        return Verb.DONE
    return Verb.REMEMBER if _REMEMBERS.match(name) else None


_THROUGH = frozenset({"keySet", "entrySet", "values", "keys", "get", "stream", "asScala"})


def holder(call: Call) -> str:
    """The variable that a call is made on, without `this` and looks into it: `offsets` of `this.offsets.keySet().removeAll(gone)`."""
    text = re.sub(r"\([^()]*\)", "", re.sub(r"\([^()]*\([^()]*\)[^()]*\)", "", call.receiver))
    parts = [part for part in text.split(".") if part not in _THROUGH]
    return bare(parts[-1]) if parts else ""
