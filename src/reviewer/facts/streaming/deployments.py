"""FlinkDeployment and FlinkSessionJob documents: how the job is upgraded, from what it starts, how wide it runs."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from reviewer.facts.streaming.dataflow import Deployment, Part
from reviewer.facts.streaming.value import Known, Value
from reviewer.facts.syntax import ConfigEntry

_KINDS = frozenset({"FlinkDeployment", "FlinkSessionJob", "FlinkBlueGreenDeployment"})
_PARTS = {
    "kind": "kind", "spec.flinkVersion": "flink-version", "spec.restartNonce": "restart-nonce", "spec.job.upgradeMode": "upgrade-mode",
    "spec.job.savepointTriggerNonce": "savepoint-nonce", "spec.job.checkpointTriggerNonce": "checkpoint-nonce",
    "spec.job.initialSavepointPath": "savepoint-path", "spec.job.savepointRedeployNonce": "redeploy-nonce",
    "spec.job.allowNonRestoredState": "allow-non-restored", "spec.job.parallelism": "parallelism", "spec.job.state": "state",
    "spec.job.jarURI": "jar", "spec.job.entryClass": "entry-class", "spec.taskManager.replicas": "task-managers",
}  # fmt: skip


def deployments(entries: Sequence[ConfigEntry]) -> Iterator[Deployment]:
    """One for each such document of a file."""
    for document in sorted({entry.document for entry in entries}):
        mine = [entry for entry in entries if entry.document == document]
        kind = next((entry for entry in mine if entry.dotted == "kind"), None)
        if kind is None or kind.value not in _KINDS:
            continue
        name = next((entry.value for entry in mine if entry.dotted == "metadata.name"), "")
        yield Deployment(name=name, parts=tuple(_parts(mine)), span=kind.span)


def _parts(entries: Sequence[ConfigEntry]) -> Iterator[Part]:
    for entry in entries:
        own = re.sub(r"^spec\.template\.spec\.", "spec.", entry.dotted)
        part = _PARTS.get(own) or ("args" if re.fullmatch(r"spec\.job\.args\.?\[\d+\]", own) else None)
        if part is not None:
            known = Known.EXPLICIT if entry.is_literal else Known.UNKNOWN
            yield Part(name=part, value=Value(known=known, text=entry.value), span=entry.span)
