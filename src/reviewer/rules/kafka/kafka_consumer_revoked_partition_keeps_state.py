"""What belongs to a partition stays behind when the partition goes.

The callback for revoked partitions no longer removes their records, offsets or other state.

## What it catches

A `remove`, `clear`, `drop`, `reset` of what a consumer keeps, removed from what runs when partitions are revoked or lost: a callback of a client,
or a function of one that no table knows, told by its name and by the partitions that it is given.

## Why it hurts in production

Records of a partition that another member owns by now are still handed on here: they take effect twice. When the partition comes back, old entries are taken for new
ones: offsets go backwards, a batch holds records of two lives.

## What to do

Drop in the callback what belongs to the partitions that go, after it was finished or on purpose without.

## What it cannot see

State that is looked up with the generation of the assignment, or emptied when partitions are assigned again.

## Examples

### bad: the open offsets of revoked partitions stay in the tracker
--- Puller.java
 import java.util.*;
 import org.apache.kafka.clients.consumer.*;
 import org.apache.kafka.common.TopicPartition;
 class Puller implements ConsumerRebalanceListener {
   private final Tracker tracker = new Tracker();
   @Override
   public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
-    tracker.removeIf(r -> partitions.contains(new TopicPartition(r.topic(), r.partition()))); // ! here
+    log.info("revoked {}", partitions);
   }
   @Override
   public void onPartitionsAssigned(Collection<TopicPartition> partitions) {}
   Object next() { return tracker.first(); }
 }

### bad: the session's state outlives the session
--- handler.go
 package joins

 import "github.com/IBM/sarama"

 type handler struct{ pending *Pending }

 func (h *handler) Setup(sarama.ConsumerGroupSession) error { return nil }

 func (h *handler) Cleanup(session sarama.ConsumerGroupSession) error {
-    h.pending.Reset() // ! here
        return nil
 }

 func (h *handler) add(m *sarama.ConsumerMessage) { h.pending.Add(m) }

### good: the next assignment begins with an empty one
--- handler.go
 package joins

 import "github.com/IBM/sarama"

 type handler struct{ pending *Pending }

 func (h *handler) Setup(sarama.ConsumerGroupSession) error {
+    h.pending.Reset()
        return nil
 }

 func (h *handler) Cleanup(session sarama.ConsumerGroupSession) error {
-    h.pending.Reset()
        return nil
 }

### good: nothing is queued any more
--- Puller.java
 import java.util.*;
 import org.apache.kafka.clients.consumer.*;
 import org.apache.kafka.common.TopicPartition;
 class Puller implements ConsumerRebalanceListener {
-  private final Tracker tracker = new Tracker();
   @Override
   public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
-    tracker.removeIf(r -> partitions.contains(new TopicPartition(r.topic(), r.partition())));
   }
   @Override
   public void onPartitionsAssigned(Collection<TopicPartition> partitions) {}
 }

## References

- https://kafka.apache.org/40/javadoc/org/apache/kafka/clients/consumer/ConsumerRebalanceListener.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from reviewer.core.finding import Category, Confidence, Severity
from reviewer.facts.delta import Delta
from reviewer.facts.same_functions import SameFunction
from reviewer.facts.streaming.names import bare
from reviewer.facts.streaming.protections import written
from reviewer.rules.checks.rebalancing import FINISHES, Unprepared, keeps_records, lost
from reviewer.rules.checks.words import Words
from reviewer.rules.rule import Hit, Rule

_CALLED = re.compile(
    r"(?i)_*(?:on|handle|process|before|after)?_*(?:partitions?)?_*(?:revok\w*|revocation|lost|unassign\w*)(?:_*partitions?)?(?:_*(?:handler|callback|async))?"
)
_PARTITIONS = re.compile(r"(?i)partition|\btps?\b|revoked")
_DROPS = re.compile(
    r"(?i)_*(remove|clear|delete|discard|pop|drop|evict|forget|purge|retain|reset)(_?(all|if|item|partition|state|buffer|entry))?s?$"
)
_HEIR = re.compile(r"(?i)remove|clear|delete|discard|pop|drop|evict|forget|purge|retain|reset|close|revoke|clean")
_WORDS = Words(
    "{call} is gone from {callback}: what `{holder}` holds of a partition stays when the partition goes.",
    (
        "Records or offsets of a partition are in `{holder}`.",
        "A rebalance gives the partition to another member; {callback} leaves the entries where they are.",
        "They are handed on, committed, or taken for current when the partition comes back -> records take effect twice, or an old position replaces a newer one.",
    ),
    "Keep {call} in {callback}, for the partitions that go.",
)


def compare(delta: Delta) -> Iterator[Hit]:
    """Callbacks for partitions that go, which leave behind what they dropped."""
    unfinished = {found.was for found in lost(delta, ("revoked", "stopped"), FINISHES)}  # told as that, once
    unfinished |= {found.was for found in lost(delta, ("revoked", "stopped"), ("drop",)) if keeps_records(found)}
    for found in lost(delta, ("revoked", "lost", "stopped"), ("drop",)):
        if found.was not in unfinished and not _is_emptied_elsewhere(found):
            holder = bare(found.effect.on) or found.effect.on
            yield _WORDS.hit(
                f"{found.was.name}/{found.was.event}: drop",
                found.span,
                call=found.text,
                callback=found.callback,
                holder=holder,
            )
    yield from _named(delta)


def _named(delta: Delta) -> Iterator[Hit]:
    """The callbacks of a client that no table knows, told by their names and by what they are given."""
    for same in delta.same_functions():
        known = {r.name for file in (same.was.file, same.now.file) for r in file.rebalances}
        given = {p.name for p in same.now.function.parameters if _PARTITIONS.search(f"{p.name} {p.type}")}
        if not _CALLED.fullmatch(same.name) or not given or same.qualified in known or same.has_fresh(_HEIR):
            continue
        for call in same.was.calls:
            line = same.removed(call.name_span) if _DROPS.match(call.name) and call.receiver else None
            gone = line is not None and (bare(call.receiver), call.name) in same.gone
            if gone and line is not None and _is_used(same, bare(call.receiver)):
                yield _WORDS.hit(
                    f"{same.qualified}: drop", line, call=written(call), callback=f"{same.name}()", holder=bare(call.receiver)
                )  # fmt: skip
                break


def _is_used(same: SameFunction, holder: str) -> bool:
    """Whether somebody still fills or reads what was emptied: what it is called, or what it is part of."""
    parts = [part for part in re.split(r"_", holder) if len(part) > 2]
    return any(re.search(rf"\b\w*{re.escape(part)}\w*\b", same.files.change.after or "") for part in parts)


def _is_emptied_elsewhere(found: Unprepared) -> bool:
    """Whether another callback drops of the same, or the next assignment begins with an empty one."""
    others = found.files.after.rebalances if found.files.after is not None else ()
    holder = bare(found.effect.on)
    return any(e.what == "drop" and bare(e.on) == holder for r in others for e in r.effects)


RULE = Rule(
    __name__,
    __doc__,
    category=Category.STATE_CONSISTENCY,
    severity=Severity.MEDIUM,
    confidence=Confidence.MEDIUM,
    only=("kafka-consumer", "kafka-connect"),
    compare=compare,
)
