"""Topics that an application or a Connect worker makes for itself, with one replica."""

from __future__ import annotations

from reviewer.core.finding import Confidence
from reviewer.facts.streaming.model import Setting
from reviewer.files import FileKind, kind_of
from reviewer.rules.checks.words import swap
from reviewer.rules.rule import Hit
from reviewer.rules.support import line

# Factors with which others than the broker make topics -> what they make.
MADE = {
    "replication.factor": "the changelog and repartition topics",
    "offset.storage.replication.factor": "the offsets of the connectors",
    "config.storage.replication.factor": "the configurations of the connectors",
    "status.storage.replication.factor": "the states of the connectors",
    "offset.syncs.topic.replication.factor": "the offset syncs of the mirror",
    "checkpoints.topic.replication.factor": "the checkpoints of the mirror",
    "errors.deadletterqueue.topic.replication.factor": "the dead letters",
    "topic.creation.default.replication.factor": "the topics that the connector makes",
}
_LOSS = {
    "replication.factor": "Streams can't restore the state of those tasks",
    "offset.storage.replication.factor": "Sources begin anew: everything is read again, or what came meanwhile is skipped",
    "config.storage.replication.factor": "The worker group has no connectors any more",
    "errors.deadletterqueue.topic.replication.factor": "The records that were set aside are gone",
}


def is_made(setting: Setting) -> bool:
    """A bare `replication.factor` is a topic's as well, and is read there."""
    return setting.key != "replication.factor" or setting.client in ("streams", "connector", "worker")


def _is_connects(setting: Setting) -> bool:
    return setting.client in ("connector", "worker")


def _loss(setting: Setting) -> str:
    if setting.key == "replication.factor" and _is_connects(setting):
        return "The records in them are gone, acknowledged or not"
    return _LOSS.get(setting.key, "What is in them is gone, acknowledged or not")


def made_by(setting: Setting, was: str = "") -> Hit:
    """What a factor of 1 does; `was` is what it was before, where it was more."""
    what = (
        MADE[setting.key]
        if setting.client != "connector" or setting.key != "replication.factor"
        else "the topics that the connector makes"
    )
    return Hit(
        subject=f"{setting.key}@{setting.scope}",
        span=line(setting.span),
        message=f"{setting.key}{f' was {was} and' if was else ''} is 1: {what} exist in one copy only.",
        scenario=(
            f"{'The worker' if _is_connects(setting) else 'The application'} starts on a cluster that has not got them yet, and creates {what} with one replica.",
            "The disk of the broker that holds a partition of them fails, or the broker is replaced.",
            f"{_loss(setting)}.",
        ),
        fix="Set it to 3, or to -1 for the broker's default.",
        confidence=Confidence.HIGH if kind_of(setting.span.path) is FileKind.PRODUCTION else Confidence.MEDIUM,
        group="made with one replica",
        replace=swap(setting, "3"),
    )
