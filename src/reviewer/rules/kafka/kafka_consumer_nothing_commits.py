"""No offset is committed any more.

Auto commit is off, and the code has no commit left.

## What it catches

A loop or handler with `enable.auto.commit=false` or `enable.auto.offset.store=false`, a group and a subscription in whose file, and in the files read beside it, nothing commits, stores or acknowledges; a change that
removes the last commit of a consumer that does not commit by itself; with sarama a `Commit()` that goes where only marks are left and `AutoCommit.Enable` is off.

## Why it hurts in production

The group has no position. After each restart or rebalance everything since the last commit is processed again; when the offsets expire, the
group begins where `auto.offset.reset` says, and with `latest` that skips what was produced meanwhile. The lag that is reported means nothing.

## What to do

Commit after the work, or switch auto commit on where the loop works strictly in the poll thread.

## What it cannot see

Offsets that are kept outside Kafka (a `seek`, an assignment by hand or a transaction keeps it silent), a commit in a file that was not read.

## Examples

### bad: the commit after the work is removed
--- Loop.java
 import org.apache.kafka.clients.consumer.*;
 class Loop {
   void run() {
     Properties settings = new Properties();
     settings.put("group.id", "ledger");
     settings.put("enable.auto.commit", "false");
     KafkaConsumer<String, Invoice> consumer = new KafkaConsumer<>(settings);
     consumer.subscribe(List.of("invoices"));
     while (true) {
       for (ConsumerRecord<String, Invoice> record : consumer.poll(Duration.ofSeconds(1))) {
         ledger.add(record.value());
       }
-      consumer.commitSync(); // ! here
     }
   }
 }

### bad: auto commit goes off and nothing takes its place
--- loop.py
 from confluent_kafka import Consumer

 consumer = Consumer({
     "bootstrap.servers": "kafka:9092",
     "group.id": "ledger",
+    "enable.auto.commit": False, # ! here
 })

 def run():
     consumer.subscribe(["invoices"])
     while True:
         message = consumer.poll(1.0)
         ledger.add(message.value())

### good: a tool that reads everything, each time anew
--- dump.py
+from confluent_kafka import Consumer, TopicPartition
+
+consumer = Consumer({"bootstrap.servers": "kafka:9092", "group.id": "dump", "enable.auto.commit": False})
+
+def run():
+    consumer.assign([TopicPartition("invoices", 0, 0)])
+    while True:
+        message = consumer.poll(1.0)
+        print(message.value())

### good: the commit moves into a method of its own
--- Loop.java
 import org.apache.kafka.clients.consumer.*;
 class Loop {
   void run(KafkaConsumer<String, Invoice> consumer) {
     while (true) {
       for (ConsumerRecord<String, Invoice> record : consumer.poll(Duration.ofSeconds(1))) {
         ledger.add(record.value());
       }
-      consumer.commitSync();
+      settle(consumer);
     }
   }
+  private void settle(KafkaConsumer<String, Invoice> consumer) { consumer.commitSync(); }
 }

## References

- https://kafka.apache.org/40/javadoc/org/apache/kafka/clients/consumer/KafkaConsumer.html
- https://kafka.apache.org/documentation/#consumerconfigs_enable.auto.commit
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from reviewer.core.finding import Category, Confidence, Severity
from reviewer.core.span import Span
from reviewer.facts.delta import Delta
from reviewer.facts.pairs import HANDLINGS
from reviewer.facts.streaming.model import FileFacts, Handling, Known, Operation, Role, Setting
from reviewer.facts.streaming.names import simple_type
from reviewer.facts.streaming.protections import folded
from reviewer.facts.syntax import BlockKind
from reviewer.rules.checks.consuming import anywhere, commits, with_helpers
from reviewer.rules.checks.words import Words, of_call, of_setting
from reviewer.rules.rule import Hit, Rule

_KEY, _STORE = "enable.auto.commit", "enable.auto.offset.store"
_MARKS = re.compile(r"mark|store")
_RANDOM = re.compile(r"uuid|random|\$|\{|time|now\(", re.IGNORECASE)
_SCENARIO = (
    "Records are processed; no offset of them is ever committed.",
    "The process is restarted, or its partitions move to another member.",
    "The group begins again where its last commit stands, or where auto.offset.reset says -> records are processed again, or skipped with latest.",
)
_OFF = Words(
    "{key} is false, and nothing here commits or stores an offset for the group {name}.",
    _SCENARIO,
    "Commit or store the offset after the work, or leave {key} on if the loop works strictly in the poll thread.",
)
_REMOVED = Words(
    "{commit} is removed, and no other commit is left{why}.",
    _SCENARIO,
    "Keep {commit} behind the work.",
)
_MARKED = Words(
    "{commit} is removed; marks are left, and nothing sends them to the broker when auto commit is off.",
    _SCENARIO,
    "Keep {commit} behind the marks, or switch Consumer.Offsets.AutoCommit.Enable on.",
)


_NOBODY = Words(
    "The framework no longer commits for {name}(), and it commits nothing itself.",
    _SCENARIO,
    "Keep the strategy that commits, or commit in {name}() behind the work.",
)


def compare(delta: Delta) -> Iterator[Hit]:
    """The last commit of a file goes while its handling stays; the commit that sent the marks; auto commit goes off where nothing commits."""
    for files in delta.pairs():
        before, after = files.before, files.after
        if after is None or not after.handlings or (files.change.old_path and before is None):
            continue
        if before is None or not commits(before):
            yield from _off(delta, before, after)
        elif not _is_elsewhere(delta, before):
            yield from _lost(delta, before, after)
    yield from _strategies(delta)


def _strategies(delta: Delta) -> Iterator[Hit]:
    """A listener whose framework committed for it, and that is told now that nobody does, while it commits nothing itself."""
    for pair in delta.pairs_of(HANDLINGS):
        was, now, file = pair.before, pair.after, pair.files.after
        if was is None or now is None or file is None:
            continue
        old, new = was.part("ack"), next((p for p in now.parts if p.name == "ack"), None)
        before = old.text if old is not None else ""
        inside = {call.index for handling in with_helpers(file, now) for call in handling.calls}
        given = file.parameters_of(now)
        by_hand = any(op.call.index in inside for op in commits(file)) or any(
            re.search("Ack|Consumer|Offset|Committer", p.type) for p in given
        )
        if (
            before in ("container", "auto")
            and new is not None
            and new.value.is_explicit("none", "manual")
            and not by_hand
        ):
            name = now.name.rpartition(".")[2]
            yield _NOBODY.hit(f"{now.name}/nobody commits", _said(file, now, new.span), name=name)


def _said(file: FileFacts, listener: Handling, span: Span) -> Span:
    """The argument of the annotation, on the method or on its class."""
    home = file.syntax.functions[listener.function].type if listener.function is not None else None
    owner = file.syntax.types[home].annotations if home is not None else ()
    spans = [
        a.value.span
        for annotation in (*file.annotations_of(listener), *owner)
        for a in annotation.arguments
        if a.name == "offsetStrategy"
    ]
    return spans[0] if spans else span


def _off(delta: Delta, before: FileFacts | None, after: FileFacts) -> Iterator[Hit]:
    """Auto commit is off now in code that subscribes with a group, and nothing that was read commits."""
    if anywhere(delta.after, Role.COMMIT, Role.TRANSACTION) or not _subscribes(after):
        return
    group = next((s for s in after.settings if s.key == "group.id" and s.value.known is Known.EXPLICIT), None)
    was_off = before is not None and any(map(_is_off, before.settings))
    for setting in after.settings if group is not None and not was_off else ():
        if _is_off(setting) and group is not None and not _RANDOM.search(group.value.text):
            yield _OFF.hit(
                of_setting(setting), setting.span, name=group.value.text, key=setting.key, confidence=Confidence.MEDIUM
            )


def _lost(delta: Delta, before: FileFacts, after: FileFacts) -> Iterator[Hit]:
    had, left = commits(before), commits(after)
    if all(op.client == "acknowledgment" for op in had) and not _must_acknowledge(delta, after):
        return
    if _is_taken_over(before, after):
        return
    if not left and _is_still_read(before, after, had) and not _commits_by_itself(delta, after):
        yield _removed(before, after, had[-1])
    elif left and all(map(_is_mark, left)):
        sent = [op for op in had if not _is_mark(op)]
        if sent and _marks_wait(delta, before, sent[-1]):
            yield _hit(_MARKED, before, sent[-1], why="")


def _is_taken_over(before: FileFacts, after: FileFacts) -> bool:
    """The code acknowledged, and by its new parameters or annotations the framework does (`Message<Order>` -> `Order`). What Spring does,
    the mode of its container says."""
    by_hand = {h.name for h in before.handlings if (ack := h.part("ack")) is not None and ack.text == "manual"}
    now = {h.name: h.part("ack") for h in after.handlings if h.library != "spring-kafka" and h.name in by_hand}
    return any(ack is not None and ack.text in ("auto", "container") for ack in now.values())


def _must_acknowledge(delta: Delta, after: FileFacts) -> bool:
    """The container is read to wait for acknowledgements; a listener that takes one and does not use it is another rule's."""
    taken = any(simple_type(p.type) == "Acknowledgment" for h in after.handlings for p in after.parameters_of(h))
    modes = (s.value.text.lower() for file in delta.after.everything() for s in file.settings if s.key == "ack.mode")
    return not taken and any("manual" in mode for mode in modes)


def _subscribes(file: FileFacts) -> bool:
    operations = list(file.operations_of(Role.SUBSCRIBE, Role.SEEK))
    return all(op.role is Role.SUBSCRIBE and folded(op.call.name) != "assign" for op in operations) and not any(
        True for _ in file.operations_of(Role.SEEK)
    )


def _is_off(setting: Setting) -> bool:
    return setting.key in (_KEY, _STORE) and setting.in_code and setting.value.is_explicit("false")


def _is_mark(operation: Operation) -> bool:
    return _MARKS.match(folded(operation.call.name)) is not None


def _is_elsewhere(delta: Delta, before: FileFacts) -> bool:
    """Another file commits: the commit may have moved there, or has always been done there."""
    return any(
        True
        for file in delta.after.everything()
        if file.path != before.path
        for _ in file.operations_of(Role.COMMIT, Role.TRANSACTION)
    )


def _is_still_read(before: FileFacts, after: FileFacts, had: tuple[Operation, ...]) -> bool:
    """The loop or listener that committed is still there, and nothing new by its name commits."""
    committed = {op.call.index for op in had}
    homes = [h for h in before.handlings if any(c.index in committed for c in h.calls)] or before.handlings
    names = {handling.name for handling in after.handlings}
    known = {(call.receiver, call.name) for call in before.syntax.calls}
    fresh = (call for call in after.syntax.calls if (call.receiver, call.name) not in known)
    heirs = any(re.search(r"commit|ack|offset|transaction", folded(call.name)) for call in fresh)
    transaction = any(True for _ in after.operations_of(Role.TRANSACTION))
    return not heirs and not transaction and any(handling.name in names for handling in homes)


def _commits_by_itself(delta: Delta, after: FileFacts) -> bool:
    """Auto commit is known to be on, comes on in this change, or is decided by a framework or out of sight with a default of on.

    What is committed by time is what was stored: with auto store off, nothing.
    """
    said = [s for file in delta.after.everything() for s in file.settings]
    written = {s.value.text.lower() for s in said if s.key == _KEY}
    was_off = any(_is_off(setting) for file in delta.before.everything() for setting in file.settings)
    if written & {"false"} or any(s.key == _STORE and s.value.is_explicit("false") for s in said):
        return False
    if written or was_off:
        return True
    return any(handling.auto_commit.known is not Known.UNKNOWN for handling in after.handlings)


def _marks_wait(delta: Delta, before: FileFacts, sent: Operation) -> bool:
    """Auto commit is off in the code that was read, or the commit stood under a question about it."""
    off = any(_is_off(setting) for file in delta.after.everything() for setting in file.settings)
    blocks = (before.syntax.blocks[index] for index in sent.call.blocks)
    return off or any(b.kind is BlockKind.CONDITIONAL and "autocommit" in folded(b.detail) for b in blocks)


def _removed(before: FileFacts, after: FileFacts, operation: Operation) -> Hit:
    by_hand = any(handling.auto_commit.is_explicit("false") for handling in after.handlings)
    stored = any(s.key == _STORE and s.value.is_explicit("false") for s in after.settings)
    off = by_hand or stored
    why = f", with {_KEY if by_hand else _STORE}=false" if off else ""
    return _hit(_REMOVED, before, operation, why=why, confidence=None if off else Confidence.MEDIUM)


def _hit(words: Words, file: FileFacts, operation: Operation, *, why: str, confidence: Confidence | None = None) -> Hit:
    call = operation.call
    span: Span = call.name_span
    commit = f"{call.receiver}.{call.name}()" if call.receiver else f"{call.name}()"
    return words.hit(of_call(file, call, f"{call.name} removed"), span, commit=commit, why=why, confidence=confidence)


RULE = Rule(
    __name__,
    __doc__,
    category=Category.DUPLICATES,
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    only=("kafka-consumer", "spring-kafka"),
    compare=compare,
)
