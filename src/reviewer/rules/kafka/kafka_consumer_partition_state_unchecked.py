"""What is kept for a partition is used without asking whether it is there.

A test for a missing entry or an unset offset is removed in front of its use.

## What it catches

A look-up by partition whose result was tested for null and is now used at once, in code that removes entries; a test for null or a negative offset that is removed from
a seek or a commit.

## Why it hurts in production

A partition that was revoked has no entry any more, while answers for its records are still on their way. The use throws in the poll thread or the callback: the
consumer stops, or the exception is swallowed and nothing is committed. An unset offset (null, -1) makes seek and commit throw, or moves the group to a place that nobody chose.

## What to do

Keep the test: drop what belongs to a partition that is not owned any more, and leave an unset offset alone.

## What it cannot see

That an entry is always there, because another class puts it in.

## Examples

### bad: the answer for a revoked partition finds no tracker
--- Offsets.java
 import org.apache.kafka.clients.consumer.*;
 import org.apache.kafka.common.TopicPartition;
 class Offsets {
   private final Map<TopicPartition, Tracker> trackers = new ConcurrentHashMap<>();
   void done(ConsumerRecord<?, ?> record) {
-    Tracker tracker = trackers.get(new TopicPartition(record.topic(), record.partition()));
-    if (tracker != null) { // ! here
-      tracker.done(record.offset());
-    }
+    trackers.get(new TopicPartition(record.topic(), record.partition())).done(record.offset());
   }
   void revoked(Collection<TopicPartition> partitions) {
     partitions.forEach(trackers::remove);
   }
 }

### bad: seek to an offset that may be unset
--- Positions.kt
 import org.apache.kafka.clients.consumer.*
 class Positions(private val consumer: KafkaConsumer<String, String>, private val store: Store) {
     fun restore(partition: TopicPartition) {
         val offset = store.position(partition)
-        if (offset != null && offset >= 0) { // ! here
-            consumer.seek(partition, offset)
-        }
+        consumer.seek(partition, offset)
     }
 }

### good: the entry is made when it is missing
--- Offsets.java
 import org.apache.kafka.clients.consumer.*;
 import org.apache.kafka.common.TopicPartition;
 class Offsets {
   private final Map<TopicPartition, Tracker> trackers = new ConcurrentHashMap<>();
   void done(ConsumerRecord<?, ?> record) {
-    Tracker tracker = trackers.get(new TopicPartition(record.topic(), record.partition()));
-    if (tracker != null) {
-      tracker.done(record.offset());
-    }
+    trackers.computeIfAbsent(new TopicPartition(record.topic(), record.partition()), Tracker::new).done(record.offset());
   }
   void revoked(Collection<TopicPartition> partitions) {
     partitions.forEach(trackers::remove);
   }
 }

### good: the same test, written the other way round
--- Offsets.java
 import org.apache.kafka.clients.consumer.*;
 import org.apache.kafka.common.TopicPartition;
 class Offsets {
   private final Map<TopicPartition, Tracker> trackers = new ConcurrentHashMap<>();
   void done(ConsumerRecord<?, ?> record) {
     Tracker tracker = trackers.get(new TopicPartition(record.topic(), record.partition()));
-    if (tracker != null) {
-      tracker.done(record.offset());
-    }
+    if (tracker == null) return;
+    tracker.done(record.offset());
   }
   void revoked(Collection<TopicPartition> partitions) {
     partitions.forEach(trackers::remove);
   }
 }

## References

- https://kafka.apache.org/40/javadoc/org/apache/kafka/clients/consumer/ConsumerRebalanceListener.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from reviewer.core.finding import Category, Confidence, Severity
from reviewer.facts.delta import Delta
from reviewer.facts.gone import Gone, header
from reviewer.facts.streaming.model import FileFacts, Role
from reviewer.facts.streaming.names import bare
from reviewer.facts.streaming.protections import NOTHING, Protects, folded, qualified
from reviewer.facts.syntax import Block, BlockKind, Call, ResultUse
from reviewer.rules.checks.words import Words
from reviewer.rules.rule import Hit, Rule
from reviewer.rules.support import short

_PARTITION = re.compile(r"partition|\b_?tp\b|\btps\b", re.IGNORECASE)
_REMOVES = re.compile(r"remove|clear|delete|discard|pop|retainAll|Remove|Clear")
_OPTIONAL = re.compile(r"if[A-Z]|orElse|or_else|map|let|also|isPresent|foreach")
_ENTRY = Words(
    "`{test}` is removed: {lookup} may find nothing for a partition that was revoked, and its result is used at once.",
    (
        "Records of a partition are in flight; the partition is revoked and its entry in {holder} is removed.",
        "The answer for one of these records arrives, and {lookup} finds nothing.",
        "The use throws: the consumer's thread ends, or what followed in it (a commit, other partitions) is skipped.",
    ),
    "Keep the test; an answer for a partition that is not owned any more is dropped.",
)
_OFFSET = Words(
    "`{test}` is removed in front of {use}: an offset that is not set reaches it.",
    (
        "A partition has no stored offset yet: the look-up gives null or -1.",
        "{use} is called with it.",
        "It throws, and the consumer stops; or the group moves to a place that nobody chose.",
    ),
    "Keep the test, and leave the position alone when there is no offset.",
)


def compare(delta: Delta) -> Iterator[Hit]:
    """Tests that are gone from look-ups by partition, seeks and commits."""
    for _, before, after in delta.modified():
        for lookup, test in _tested(before):
            home = qualified(before, lookup.function)
            used = _use(after, home, lookup)
            if used is not None and not _is_safe(delta, used) and _removes(after, bare(lookup.receiver)):
                yield _ENTRY.hit(
                    f"{home}/{lookup.receiver}.{lookup.name}", header(delta, test.span, test.detail), test=short(test.detail), holder=lookup.receiver,
                    lookup=f"{lookup.receiver}.{lookup.name}()",
                )  # fmt: skip
    for gone in delta.gone(Protects.NULL_TEST):
        protection = gone.protection
        if protection.on not in ("seek consumer", "commit consumer"):
            continue
        if _is_of_offset(protection.text) or _is_given(delta, gone):
            use = protection.on.split()[0]
            yield _OFFSET.hit(f"{gone.function}/{use} unchecked", gone.span, test=short(protection.text), use=use)


def _is_given(delta: Delta, gone: Gone) -> bool:
    """Whether what was tested is given to the seek or commit itself: `consumer.seek(partition, next)`."""
    file = delta.after.file(gone.path)
    names = set(gone.protection.what.split())
    if file is None or "isEmpty" in gone.protection.text:
        return False
    return any(
        qualified(file, operation.call.function) == gone.function
        and any(folded(a.value.text) in names for a in operation.call.arguments[-1:])
        for operation in file.operations_of(Role.SEEK, Role.COMMIT)
    )


def _is_of_offset(test: str) -> bool:
    return re.search(r"offset|position|committed", test, re.IGNORECASE) is not None and "isEmpty" not in test


def _tested(file: FileFacts) -> Iterator[tuple[Call, Block]]:
    """Look-ups by partition whose variable a condition of the same function tests for null."""
    for call in file.syntax.calls:
        if (
            call.name not in ("get", "Get", "getOrDefault")
            or call.result is not ResultUse.ASSIGNED
            or not call.result_name
        ):
            continue
        if not call.receiver or not any(_PARTITION.search(a.value.text) for a in call.arguments):
            continue
        test = next(_null_tests(file, call.function, call.result_name), None)
        if test is not None:
            yield call, test


def _null_tests(file: FileFacts, function: int | None, name: str) -> Iterator[Block]:
    for block in file.syntax.blocks:
        if block.kind is BlockKind.CONDITIONAL and block.function == function and NOTHING.search(block.detail):
            if re.search(rf"\b{re.escape(name)}\b", block.detail):
                yield block


def _use(after: FileFacts, home: str, lookup: Call) -> Call | None:
    """The call on the result of the same look-up, chained or on the variable that keeps it without a test."""
    for call in after.syntax.calls:
        same = qualified(after, call.function) == home and (call.receiver, call.name) == (lookup.receiver, lookup.name)
        if not same:
            continue
        if call.result is ResultUse.CHAINED:
            link = after.syntax.next_of(call)
            return link if link is not None and not _OPTIONAL.match(link.name) else None
        name = call.result_name
        if call.result is ResultUse.ASSIGNED and name and not any(_null_tests(after, call.function, name)):
            return next(
                (c for c in after.syntax.calls if bare(c.receiver) == name and c.function == call.function), None
            )
    return None


def _is_safe(delta: Delta, call: Call) -> bool:
    """`trackers.get(partition)?.done(offset)`."""
    change = delta.change_set.file(call.span.path)
    lines = change.after.split("\n") if change is not None and change.after is not None else []
    return any("?." in line for line in lines[call.span.first_line - 1 : call.span.last_line])


def _removes(file: FileFacts, holder: str) -> bool:
    """Whether entries are taken out of what is looked up in."""
    method = re.compile(rf"\b{re.escape(holder)}(::|\.){_REMOVES.pattern}")
    for call in file.syntax.calls:
        first = re.sub(r"\.(keySet|entrySet|values|keys)\(\)?.*$", "", call.receiver)
        if bare(first) == holder and _REMOVES.match(call.name):
            return True
        if any(method.search(a.value.text) for a in call.arguments):
            return True
    return False


RULE = Rule(
    __name__,
    __doc__,
    category=Category.OPERATIONS,
    severity=Severity.HIGH,
    confidence=Confidence.MEDIUM,
    only=("kafka-consumer",),
    compare=compare,
)
