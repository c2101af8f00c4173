"""Kafka Streams: stores and internal topics that the new version no longer finds under their names or in their form."""

from __future__ import annotations

from reviewer.core.roll_out import RollOutKind
from reviewer.rollout.recipe import Recipe

_ALL_AT_ONCE = "No rolling deploy: instances of both versions in one group share out tasks that mean different things. Stop all instances of {application}."
_RESET = (
    "To rebuild, reset it while all are stopped: `kafka-streams-application-reset --bootstrap-server <servers> --application-id {application} --input-topics {inputs}`, "
    "and delete each instance's state directory (or call `KafkaStreams#cleanUp()` once)."
)
_REPLAYED = "It reads its input from the start: see that the input still holds what the stores need, and that readers of its output bear everything a second time."
_BACK = "until the reset ran the old version starts as before; the reset deletes the old changelogs, so after it the old version starts empty too."


def _reset(*steps: str, back: str = _BACK) -> Recipe:
    return Recipe(kind=RollOutKind.RESET, about="application", steps=steps, back=back)


_NAMES = _reset(
    "Keep the state: name what is renamed as it is called on the running system (`Named.as`, `Materialized.as`, `Grouped.as`; `Topology#describe()` of the old version prints the names), and nothing is to be done.",
    _ALL_AT_ONCE,
    _RESET,
    _REPLAYED,
)
_FORM = _reset(
    "The changelog holds values of the old form under the same name: give the store a new name, or reset.",
    _ALL_AT_ONCE,
    _RESET,
    _REPLAYED,
)

RECIPES = {
    "kstreams-store-or-internal-topic-renamed": _NAMES,
    "kstreams-topology-auto-name-shift": _NAMES,
    "kstreams-serde-or-state-type-changed": _FORM,
    "kstreams-window-definition-changed": _FORM,
    "kstreams-changelog-logging-disabled": _reset(
        "Without a changelog the store is rebuilt by nobody: before the deploy decide what it may lose at each rebalance.",
        "Deploy in the window with the least traffic: every move of a task empties its store.",
        back="turning logging on again starts with an empty changelog; only a reset fills it.",
    ),
}
