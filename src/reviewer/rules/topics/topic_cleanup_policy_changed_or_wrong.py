"""Another cleanup policy deletes what readers rely on.

The cleanup policy of an existing topic changes.

## What it catches

`cleanup.policy` of a topic that goes from `compact` to `delete` or to both, or from `delete` to `compact`, also by being removed or set for
the first time. Topics are matched by name in manifests, Terraform, commands and code.

## Why it hurts in production

A compacted topic is a table: the last record of every key stays for ever. With `delete` every key that was not written for the retention
time vanishes, and the next job that builds its state from the topic lacks it. The other way round all but the last record
of a key is removed, and producers without a key are refused.

## What to do

Create a new topic with the new policy and move producers and consumers to it.

## What it cannot see

A topic that is empty, or is not read from its beginning; the broker's own `log.cleanup.policy`.

## Examples

### bad: a table becomes a log
--- customers.yaml
 apiVersion: kafka.strimzi.io/v1beta2
 kind: KafkaTopic
 metadata:
   name: customers
 spec:
   partitions: 12
   replicas: 3
   config:
-    cleanup.policy: compact
+    cleanup.policy: delete # ! here

### bad: an event log is compacted
--- topics.tf
 resource "kafka_topic" "payments" {
   name               = "payments.events"
   partitions         = 6
   replication_factor = 3
   config = {
-    "cleanup.policy" = "delete"
+    "cleanup.policy" = "compact" # ! here
   }
 }

### good: only the spelling changes
--- customers.yaml
 apiVersion: kafka.strimzi.io/v1beta2
 kind: KafkaTopic
 metadata:
   name: customers
 spec:
   partitions: 12
   replicas: 3
   config:
-    cleanup.policy: delete,compact
+    cleanup.policy: "compact, delete"

### good: nothing is deleted by age any more
--- customers.yaml
 apiVersion: kafka.strimzi.io/v1beta2
 kind: KafkaTopic
 metadata:
   name: customers
 spec:
   partitions: 12
   replicas: 3
   config:
-    cleanup.policy: compact,delete
+    cleanup.policy: compact

## References

- https://kafka.apache.org/documentation/#topicconfigs_cleanup.policy
- https://kafka.apache.org/documentation/#compaction
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from reviewer.core.finding import Category, Confidence, Severity
from reviewer.facts.delta import Delta
from reviewer.facts.streaming.model import Setting
from reviewer.rules.checks.strength import plain
from reviewer.rules.checks.topics import Promise, promises, with_swap
from reviewer.rules.checks.words import Words
from reviewer.rules.rule import Hit, Rule

_KEY = "cleanup.policy"
_DELETE, _COMPACT = frozenset({"delete"}), frozenset({"compact"})
_FIX = "Keep {old} for {of}; give the new policy to a new topic and move its producers and readers there."
_TABLE = Words(
    "The cleanup policy of {of} was {old} and is now {new}: keys that are not written again are deleted with age.",
    (
        "The change is applied; segments of {of} older than its retention are deleted, compacted or not.",
        "A key that was last written before that is in the topic no more.",
        "The next instance that builds its table or state from {of} lacks those keys: joins miss, look-ups find nothing.",
    ),
    _FIX,
)
_LOG = Words(
    "The cleanup policy of {of} was {old} and is now {new}: only the last record of each key stays.",
    (
        "The change is applied; the cleaner rewrites the old segments of {of} and drops all but the last record of a key.",
        "Records without a key are refused from now on: their producers fail with INVALID_RECORD.",
        "A replay or a reader that lags sees the last event of a key only -> the events before it are lost.",
    ),
    _FIX,
)


def compare(delta: Delta) -> Iterator[Hit]:
    """An absent policy is the broker's, which is `delete` unless somebody set it: then we are less sure."""
    for found in promises(delta, _KEY):
        old, new = _policy(found.before), _policy(found.after)
        words = _loses(old, new) if old is not None and new is not None else None
        if words is not None and old is not None and new is not None and _matters(found):
            sure = found.before is not None and found.after is not None
            yield with_swap(
                words.hit(
                    found.subject, found.span, severity=None if words is _TABLE else Severity.HIGH,
                    confidence=Confidence.HIGH if sure else Confidence.MEDIUM, of=found.of, old=_shown(old, found.before), new=_shown(new, found.after),
                ),
                found,
            )  # fmt: skip


def _policy(setting: Setting | None) -> frozenset[str] | None:
    """The policies; what is not written is `delete`."""
    if setting is None:
        return _DELETE
    text = plain(setting.value)
    words = frozenset(re.findall(r"[a-z]+", text.replace("cleanup_policy_", ""))) if text is not None else frozenset()
    return words if words and words <= _DELETE | _COMPACT else None


def _loses(old: frozenset[str], new: frozenset[str]) -> Words | None:
    if "compact" in old and "delete" in new and "delete" not in old:
        return _TABLE
    return _LOG if "compact" in new and "compact" not in old else None


def _matters(found: Promise) -> bool:
    """A broker's default is for topics that are yet to be made as much as for those that are there."""
    return found.topic is not None or (found.before is not None and found.after is not None)


def _shown(policy: frozenset[str], setting: Setting | None) -> str:
    return ",".join(sorted(policy)) + ("" if setting is not None else " (not set: the broker's default)")


RULE = Rule(
    __name__,
    __doc__,
    category=Category.DATA_LOSS,
    severity=Severity.CRITICAL,
    confidence=Confidence.HIGH,
    put_back=True,
    compare=compare,
)
