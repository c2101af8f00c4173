"""Flink: what the next version restores from, and what becomes of state that it does not find."""

from __future__ import annotations

from reviewer.core.roll_out import RollOutKind
from reviewer.rollout.recipe import Recipe

_STOP = "Stop {job} with a savepoint of the running version: `flink stop --savepointPath <dir> <job-id>`; on Kubernetes `upgradeMode: savepoint`."
_ABOUT = "{concerned}"
_TRY = "Start the new version from that savepoint beside production first, with another group and without its sinks."
_KEPT = "keep the savepoint; the old version starts from it, and sends again what was sent since it was taken."


def _savepoint(*steps: str, back: str = _KEPT) -> Recipe:
    return Recipe(kind=RollOutKind.SAVEPOINT, about="job", steps=steps, back=back)


_MAPPED = _savepoint(
    _STOP,
    _ABOUT,
    "Give the operators the uids under which that savepoint holds their state: the old `.uid(…)`, or `.setUidHash(…)` with the generated hash that the old job's plan shows.",
    _TRY,
    "Without a mapping the restore is refused. `--allowNonRestoredState` starts it, and what those operators had counted and buffered is gone for good.",
)
_MIGRATED = _savepoint(
    _STOP,
    _ABOUT,
    "The new version can't read that state. Migrate it with the State Processor API, or give the operators a new uid and rebuild their state from the sources.",
    "To rebuild, start the sources far enough back for what the state has to hold, and keep the sinks off or idempotent until it has caught up.",
    _TRY,
)
_DESCRIBED = _savepoint(
    "Keep the state: call the descriptor what it is called on the running system, with the same type, and nothing is to be done.",
    *_MIGRATED.steps,
)
_REKEYED = _savepoint(
    _STOP,
    _ABOUT,
    "The state lies under the old keys: what is looked up under a new one is not there, and what lies under an old one is never cleared. Migrate it with the State Processor API, or give the operators a new uid and rebuild their state from the sources.",
    *_MIGRATED.steps[3:],
)
_SAME_NUMBER = _savepoint(
    _STOP,
    "A savepoint keeps its max parallelism: start from it with the old number only. For another one migrate with the State Processor API or start without state.",
    _TRY,
)
_TAKEN = _savepoint(
    _STOP,
    "Start the new version from it by its path, without `--allowNonRestoredState`, and see that it restores: only what is restored goes on counting.",
)
_COMMITTED = _savepoint(
    "Stop {job} with a savepoint: `flink stop --savepointPath <dir> <job-id>`. A stop commits the open transactions, a cancel leaves them.",
    "Only then deploy the new prefix. Look for what is still open: `kafka-transactions --bootstrap-server <servers> list`.",
    "Do not restore from a checkpoint that is older than that savepoint: its transactions have the old prefix, and nobody commits them.",
    back="stop with a savepoint again before the old prefix comes back.",
)

RECIPES = {
    "flink-operator-uid-changed-or-graph-changed-without-uid": _MAPPED,
    "flink-operator-uid-not-stable": _MAPPED,
    "flink-generated-uids-allowed-again": _MAPPED,
    "flink-state-descriptor-changed": _DESCRIBED,
    "flink-state-type-not-evolvable": _MIGRATED,
    "flink-keyby-changed": _REKEYED,
    "flink-cep-pattern-changed-with-savepoint": _MIGRATED,
    "flink-max-parallelism-changed-or-unset": _SAME_NUMBER,
    "flink-allow-non-restored-state-or-stateless-upgrade": _TAKEN,
}
#: Of a rule that is about other things as well: only where the prefix is what changes.
PREFIX = {"flink-kafka-sink-exactly-once-misconfigured": _COMMITTED}
