"""A topic of a running system that changes: what is deleted, moved or refused at once."""

from __future__ import annotations

from reviewer.core.roll_out import RollOutKind
from reviewer.rollout.recipe import Recipe

_SEE = "See what is set now: `kafka-topics --bootstrap-server <servers> --describe --topic {topic}`."


def _changed(*steps: str, back: str) -> Recipe:
    return Recipe(kind=RollOutKind.TOPIC_CHANGE, about="topic", steps=steps, back=back)


RECIPES = {
    "topic-partition-count-changed": _changed(
        _SEE,
        "Stop the producers of {topic}, and let every group come to the end: `kafka-consumer-groups --bootstrap-server <servers> --describe --group <group>` shows lag 0.",
        "Only then change the count, and start the producers again: until then records of one key lie in two partitions.",
        "Kafka Streams applications that keep state by its key: stop, reset, and rebuild; what they join it with needs the same count.",
        back="there is none: a count can't be lowered. A new topic with the old count, and writers and readers moved to it.",
    ),
    "topic-retention-shrunk-or-too-short": _changed(
        "See how far behind the slowest group is: `kafka-consumer-groups --bootstrap-server <servers> --describe --all-groups`, and how old its next record is.",
        "Lower it only when the oldest record that a group, a backfill or a restore still needs is younger than the new time.",
        back="a higher value keeps what comes; segments that are deleted are gone.",
    ),
    "topic-cleanup-policy-changed-or-wrong": _changed(
        _SEE,
        "See that every producer of {topic} sets a key (compaction refuses records without one), and which jobs build state from its beginning (deletion takes their old keys).",
        "Safer: a new topic with the new policy, filled from this one, readers moved to it.",
        back="setting the old policy again brings nothing back that compaction or deletion has removed.",
    ),
    "topic-min-isr-leaves-no-spare": _changed(
        _SEE,
        "First raise the replication (`kafka-reassign-partitions`), wait until `kafka-topics --describe --under-replicated-partitions` lists nothing, then set `min.insync.replicas`.",
        back="lower `min.insync.replicas` first, then the replication.",
    ),
    "topic-durability-too-low": _changed(
        _SEE,
        "Another number of replicas in a declaration does not change a topic that exists: `kafka-reassign-partitions` does.",
        back="the old numbers the same way; what was acknowledged with fewer copies is not copied later than the reassignment.",
    ),
    "topic-timestamp-or-limits-changed": _changed(
        _SEE,
        "A higher `max.message.bytes` before the producers that need it (and the consumers' fetch sizes before that); a lower one after them.",
        back="the producers first, then the topic.",
    ),
}
