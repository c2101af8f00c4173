"""The checkpoints are gone when they are needed.

Checkpoints lie where a failure takes them along, or are deleted with the job.

## What it catches

Checkpoints that go to the JobManager's heap or to a local folder (`/tmp`, `file:///tmp`) after the change and did not before; retention on
cancellation that is switched off or removed.

## Why it hurts in production

A checkpoint is what the job is restored from after a failure. In the memory of a pod, or on its own disk, it dies with the pod. One
that is deleted on cancellation leaves nothing to start from when the job was cancelled by hand or failed for good.

## What to do

An object store or a mounted volume as `execution.checkpointing.dir`, and `RETAIN_ON_CANCELLATION`.

## Trade-off

An object store costs money and makes checkpoints slower; retained ones must be cleaned up. Local storage is legitimate on a
developer's machine, or where the state is rebuilt from the input in minutes.

## What it cannot see

Volumes that the deployment mounts under a local path; jobs that are always stopped with a savepoint.

## Examples

### bad: from the object store to the pod's own disk
--- flink-conf.yaml
 state.backend.type: rocksdb
-state.checkpoints.dir: s3://bucket/checkpoints
+state.checkpoints.dir: file:///tmp/checkpoints # ! here

### bad: deleted when the job is cancelled
--- Job.java
 import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
 class Job {
   void run(StreamExecutionEnvironment env) {
     env.enableCheckpointing(60_000);
-    env.getCheckpointConfig().setExternalizedCheckpointCleanup(ExternalizedCheckpointCleanup.RETAIN_ON_CANCELLATION);
+    env.getCheckpointConfig().setExternalizedCheckpointCleanup(ExternalizedCheckpointCleanup.DELETE_ON_CANCELLATION); // ! here
   }
 }

### good: from one store to another
--- flink-conf.yaml
 state.backend.type: rocksdb
-state.checkpoints.dir: hdfs:///flink/checkpoints
+state.checkpoints.dir: s3://bucket/checkpoints

### good: a mounted volume
--- flink-conf.yaml
 state.backend.type: rocksdb
-state.checkpoints.dir: s3://bucket/checkpoints
+state.checkpoints.dir: file:///mnt/shared/checkpoints

## References

- https://nightlies.apache.org/flink/flink-docs-stable/docs/ops/state/checkpoints/
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from reviewer.core.finding import Category, Confidence, Severity
from reviewer.core.span import Span
from reviewer.facts.delta import Delta
from reviewer.rules.checks.settings import changed, removed
from reviewer.rules.checks.strength import is_weaker, plain
from reviewer.rules.checks.words import Words, of_change
from reviewer.rules.rule import Hit, Rule

_DIRS = ("state.checkpoints.dir", "execution.checkpointing.dir", "state.savepoints.dir", "execution.checkpointing.savepoint-dir", "execution.checkpointing.savepoint.dir")  # fmt: skip
_STORAGES = ("state.checkpoint-storage", "state.checkpoint.storage", "execution.checkpointing.storage")
_RETENTION = (
    "execution.checkpointing.externalized-checkpoint-retention",
    "execution.checkpointing.externalized.checkpoint.retention",
)
_LOCAL = re.compile(r"(?:file:/{1,3})?/?(?:tmp|var/tmp)(?:/|$)", re.IGNORECASE)
_IN_CONTAINER = re.compile(r"file:(?://)?(/[^\s\"']+)")
_PLACE = Words(
    "{key} was {old} and is now {new}.",
    (
        "The job takes its checkpoints to {new}, which belongs to one process or one machine.",
        "That pod or machine is lost, and with it every checkpoint that lies there.",
        "The job starts without state: keyed state, windows and timers are empty, offsets are those of the group or the start.",
    ),
    "Keep {old}, or use another store that outlives the pods.",
)
_DELETED = Words(
    "{key} was {old} and is now {new}: the last checkpoint is deleted with the job.",
    (
        "The job is cancelled, by hand or by a deployment that does not take a savepoint.",
        "Flink deletes its last checkpoint.",
        "The job is started again and has nothing to be restored from -> its state is lost.",
    ),
    "Keep {old}.",
)


def compare(delta: Delta) -> Iterator[Hit]:
    """Places, then what happens at cancellation."""
    for found in changed(delta, *_DIRS, *_STORAGES):
        storage = found.before.key in _STORAGES
        weak = plain(found.new) == "jobmanager" if storage else _is_local(found.new.text)
        was = plain(found.old) == "jobmanager" if storage else _is_local(found.old.text)
        if not storage and not weak and not was:
            weak = _leaves_volume(delta, found.old.text, found.new.text)
        if weak and not was:
            yield _hit(_PLACE, found.subject, found.span, found.before.key, found.old.text, found.new.text)
    for found in changed(delta, *_RETENTION):
        if is_weaker(_RETENTION[0], found.old, found.new):
            yield _hit(_DELETED, found.subject, found.span, _RETENTION[0], found.old.text, found.new.text)
    for found in removed(delta, *_RETENTION):
        if plain(found.old) == "retain_on_cancellation" and _still_taken(delta, found.files.after):
            yield _hit(_DELETED, found.subject, found.span, _RETENTION[0], found.old.text, "not set (deleted)")


def _leaves_volume(delta: Delta, old: str, new: str) -> bool:
    """Whether a directory of the container lay on a mounted volume and lies beside all of them now."""
    places = [match[1] for text in (old, new) if (match := _IN_CONTAINER.match(text.strip()))]
    mounts = [
        entry.value.rstrip("/")
        for file in delta.after.everything()
        for entry in file.syntax.entries
        if entry.keys and entry.keys[-1] == "mountPath" and entry.is_literal and len(entry.value) > 1
    ]
    if len(places) != 2:
        return False
    was, now = (any(f"{place}/".startswith(f"{mount}/") for mount in mounts) for place in places)
    return was and not now


def _still_taken(delta: Delta, file: object) -> bool:
    """Whether the same file still takes checkpoints: without them another danger is graver."""
    return any(
        s.key == "execution.checkpointing.interval"
        for other in delta.after.files
        if other is file
        for s in other.settings
    )


def _is_local(text: str) -> bool:
    return _LOCAL.match(text.strip()) is not None


def _hit(words: Words, subject: str, span: Span, key: str, old: str, new: str) -> Hit:
    return words.hit(of_change(subject, old, new), span, key=key, old=old, new=new)


RULE = Rule(
    __name__,
    __doc__,
    category=Category.DATA_LOSS,
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    compare=compare,
)
