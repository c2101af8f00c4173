"""What is no danger by itself and still needs an order: old and new instances run side by side while a change rolls out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from reviewer.core.blast_radius import Blast, BlastKind
from reviewer.core.roll_out import RollOut, RollOutKind
from reviewer.facts.delta import Delta
from reviewer.facts.pairs import Pair
from reviewer.facts.streaming.model import FileFacts, Setting
from reviewer.rollout.names import Places
from reviewer.rollout.new_name import GROUP
from reviewer.rollout.recipe import Names, Recipe


def _ordered(about: str, *steps: str, back: str) -> Recipe:
    return Recipe(kind=RollOutKind.DEPLOY_ORDER, about=about, steps=steps, back=back)


_RENAMED = _ordered(
    "name",
    "Create {new} first, with the partitions, settings and ACLs of {old}: a topic that a client creates has the broker's defaults.",
    "Deploy the readers so that they read both, then the writers to {new}.",
    "When every group has lag 0 on {old}, let the readers forget it, and delete it after its retention.",
    back="the writers go back to {old}; the readers still read both.",
)
_TO_COOPERATIVE = _ordered(
    "group",
    "From eager to cooperative takes two rolling restarts. The first: list the cooperative assignor and the old one, so that every member knows both.",
    "The second, when all members have restarted: leave only the cooperative one. In one step the group mixes two protocols, and partitions are taken while they are read.",
    back="the same two restarts in the other direction.",
)
_FROM_COOPERATIVE = _ordered(
    "group",
    "From cooperative to eager takes two rolling restarts as well: first both assignors, then only the eager one.",
    back="the same two restarts in the other direction.",
)
_LIBRDKAFKA = _ordered(
    "group",
    "librdkafka can't list a cooperative and an eager assignor together, and a group can't hold members of both: no rolling restart leads from one to the other.",
    "Stop all members of {group}, wait until the group is empty (`kafka-consumer-groups --bootstrap-server <servers> --describe --group {group} --state`), then start the new version. Offsets stay.",
    back="the same way: stop all, then start the old version.",
)
_NEW_PROTOCOL = _ordered(
    "group",
    "The `consumer` protocol needs brokers of Kafka 4.0 or newer (`group.version` 1: `kafka-features --bootstrap-server <servers> describe`).",
    "Take out what it refuses: `partition.assignment.strategy`, `session.timeout.ms` and `heartbeat.interval.ms` of the client; the broker sets them.",
    "One rolling restart is enough: the group is converted when the first new member joins.",
    back="a rolling restart with `classic`; the group is converted when the last new member has left.",
)
_EXACTLY_ONCE = _ordered(
    "application",
    "`exactly_once_v2` needs brokers of 2.5 or newer, and as many of them as the transaction log has replicas (`transaction.state.log.replication.factor`, 3 when nothing is set).",
    "Roll the instances one by one. Readers of the output set `isolation.level=read_committed` before that: else they see what is aborted.",
    back="a rolling restart with the old guarantee, after a clean stop of each instance.",
)

#: (the key, what it was, what it is, the plan): a word that the value holds; "" is any other value, also none.
_SETTINGS = (
    ("partition.assignment.strategy", "", "cooperative", _TO_COOPERATIVE),
    ("partition.assignment.strategy", "cooperative", "", _FROM_COOPERATIVE),
    ("group.protocol", "", "consumer", _NEW_PROTOCOL),
    ("processing.guarantee", "", "exactly_once", _EXACTLY_ONCE),
)
_ON_LIBRDKAFKA = frozenset({
    "confluent-kafka-python", "confluent-kafka-go", "confluent-kafka-dotnet", "confluent-kafka-javascript", "node-rdkafka", "rdkafka",
})  # fmt: skip
#: Keys whose default is the old protocol or guarantee, and the key that says that there was a client before.
_RUNS_BY_DEFAULT = {"group.protocol": "group.id", "processing.guarantee": "application.id"}


def renamed(radius: Sequence[Blast]) -> Iterator[RollOut]:
    """A topic that goes on under another name."""
    for blast in radius:
        if blast.kind is BlastKind.TOPIC and blast.was:
            names = Names(place=f"{blast.was} -> {blast.name}")
            yield _RENAMED.plan(names, new=blast.name, old=blast.was)


def regrouped(radius: Sequence[Blast]) -> Iterator[RollOut]:
    """A group that goes on under another name, also where another file says the name: `groupId = "${app.group}"`."""
    for blast in radius:
        if blast.kind is BlastKind.GROUP and blast.was:
            yield GROUP.plan(Names(place=blast.name, group=blast.name))


def reconfigured(delta: Delta, places: Places) -> Iterator[RollOut]:
    """A protocol of a group, or a guarantee, that members of both versions must agree about."""
    for key, was, now, recipe in _SETTINGS:
        for pair in delta.settings(key):
            held = _file(pair)
            if held is None or held.is_test or held.is_development or pair.after is None:
                continue
            if _changes(pair, was, now):
                is_rdkafka = key == "partition.assignment.strategy" and held.libraries & _ON_LIBRDKAFKA
                yield (_LIBRDKAFKA if is_rdkafka else recipe).plan(places.at(pair.after.span))


def _file(pair: Pair[Setting]) -> FileFacts | None:
    return pair.files.after


def _changes(pair: Pair[Setting], was: str, now: str) -> bool:
    """From one word to the other, also from the default: only a client that is new has no other members."""
    if pair.after is None:
        return False
    if pair.before is None:
        identity = _RUNS_BY_DEFAULT.get(pair.after.key, "")
        held = pair.files.before
        return (
            now in pair.after.value.text.lower() and held is not None and any(s.key == identity for s in held.settings)
        )
    before, after = pair.before.value.text.lower(), pair.after.value.text.lower()
    if was:
        return was in before and was not in after
    return now in after and now not in before
