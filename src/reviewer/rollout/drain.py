"""What may not be mixed with what lies in the topic already."""

from __future__ import annotations

from reviewer.core.roll_out import RollOutKind
from reviewer.rollout.recipe import Recipe


def _drained(*steps: str, back: str) -> Recipe:
    return Recipe(kind=RollOutKind.DRAIN, about="topic", steps=steps, back=back)


_LAG = "Let every reader come to the end: `kafka-consumer-groups --bootstrap-server <servers> --describe --group <group>` shows lag 0 for {topic}."

_KEY = _drained(
    "Stop all producers of {topic}: with old and new ones side by side, records of one entity lie in two partitions.",
    _LAG,
    "Start the new producers. Joins, aggregations and compaction by the old key find nothing under the new one: deploy their new versions in the same step.",
    "Where writers can't stop: a new topic with the new key, readers on both, then move the writers.",
    back="the same way; what was written under the new key stays in its partitions.",
)
_FORMAT = _drained(
    "First deploy readers that read both forms of {topic}.",
    "Then the producers, all of them: a topic with both forms stops every reader that knows one.",
    "Let the old form run out (retention, or lag 0 and a new topic) before readers forget it.",
    back="readers of both forms stay; only the producers go back.",
)

RECIPES = {
    "kafka-producer-key-expression-changed": _KEY,
    "schema-serializer-or-wire-format-swapped": _FORMAT,
}
