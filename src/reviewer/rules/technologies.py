"""The folders of rules: what the rules of each are about."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Technology:
    """A folder of rules. `names` are the technologies in the words of the briefs."""

    names: tuple[str, ...]


TECHNOLOGIES: Mapping[str, Technology] = {
    "flink": Technology(names=("flink-datastream",)),
    "kafka": Technology(names=("kafka-consumer", "kafka-producer", "spring-kafka")),
    "schema": Technology(names=("schema",)),
    "spring": Technology(names=("spring-kafka",)),
    "streams": Technology(names=("kafka-streams",)),
    "topics": Technology(names=("topic",)),
}
