"""Offsets are now committed without asking whether the work is done.

Auto commit, or the automatic storing of offsets, comes on where it was off.

## What it catches

`enable.auto.commit` or `enable.auto.offset.store` (`autoCommit`, `EnableAutoCommit`, …) that was `false` and is `true` now, or whose `false` is removed so
that the client's default, `true`, applies: in code that commits itself, or whose loop the change does not show. A value that was read from the
configuration and is a fixed `true` now, where the code commits by itself.

An override of the key with `false` in a helper of the program, and a check that refuses a consumer with auto commit, that the change removes.

## Why it hurts in production

An automatic commit covers what was delivered, not what was processed. Where the code commits by itself, that is because delivery and
completion are two things: work that is buffered, failed or in flight is then behind the committed offset.

## What to do

Keep it off and commit after the work. With librdkafka: keep auto commit on, switch `enable.auto.offset.store` off and store offsets after the work.

## Trade-off

A commit of your own is a round trip: one a batch costs little, one a record a lot. Auto commit is legitimate where the work is done
before the next poll and the client commits only then.

## What it cannot see

A value from the environment. A loop of the Java client that works strictly in the poll thread and never committed by itself: silent.

## Examples

### bad: the line that switched it off is removed, the default is on
--- loop.py
 from confluent_kafka import Consumer

 def run():
     consumer = Consumer({
         "bootstrap.servers": "kafka:9092",
         "group.id": "billing",
-        "enable.auto.commit": False, # ! here
     })
     while True:
         msg = consumer.poll(1.0)
         bill(msg.value())
         consumer.commit(message=msg, asynchronous=False)

### bad: auto commit takes the place of a commit after the work
--- Loop.java
 import org.apache.kafka.clients.consumer.*;
 class Loop {
   void run(Properties settings) {
-    settings.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
+    settings.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, true); // ! here
     KafkaConsumer<String, Parcel> consumer = new KafkaConsumer<>(settings);
     while (true) {
       for (ConsumerRecord<String, Parcel> record : consumer.poll(Duration.ofSeconds(1))) {
         depot.receive(record.value());
       }
-      consumer.commitSync();
     }
   }
 }

### good: the switch moves into a shared map with the same value
--- Loop.java
 import org.apache.kafka.clients.consumer.*;
 class Loop {
   KafkaConsumer<String, Parcel> open(Properties settings) {
-    settings.put("enable.auto.commit", "false");
+    settings.putAll(BASE);
     return new KafkaConsumer<>(settings);
   }
+  private static final Map<String, String> BASE = Map.of("enable.auto.commit", "false");
 }

### good: a tool that never committed shows what it reads
--- tail.py
 from kafka import KafkaConsumer

-consumer = KafkaConsumer("parcels", enable_auto_commit=False)
+consumer = KafkaConsumer("parcels", enable_auto_commit=True)
 for record in consumer:
     print(record.value)

## References

- https://kafka.apache.org/documentation/#consumerconfigs_enable.auto.commit
- https://github.com/confluentinc/librdkafka/blob/master/CONFIGURATION.md
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from reviewer.core.finding import Category, Confidence, Severity
from reviewer.facts.delta import Delta, FilePair
from reviewer.facts.owners import belongs
from reviewer.facts.streaming.model import FileFacts, Known, Role, Value
from reviewer.facts.syntax import BlockKind, Call
from reviewer.rules.checks.consuming import client_default, commits, handed_over
from reviewer.rules.checks.settings import Differs, changed, removed
from reviewer.rules.checks.words import Words
from reviewer.rules.rule import Hit, Rule

_COMMIT, _STORE = "enable.auto.commit", "enable.auto.offset.store"
_WHAT = {
    _COMMIT: "offsets are committed as records are delivered",
    _STORE: "the offset is stored when a record is handed to the code",
}
_WORDS = Words(
    "{key} {how}: {what}, whether their work is done or not.",
    (
        "poll() hands out records; the work of some of them is still buffered, in flight, or has failed.",
        "Their offsets are committed all the same, in the background, at the next poll or on close.",
        "The process is killed or restarted -> the group goes on behind them, and they are never processed.",
    ),
    "Keep {key}=false and {instead}.",
)
_INSTEAD = {_COMMIT: "commit after the work", _STORE: "store the offset of a record after its work"}


def compare(delta: Delta) -> Iterator[Hit]:
    """A literal false that becomes true, or goes where the default is true."""
    for found in (*changed(delta, _COMMIT, _STORE, of="consumer"), *removed(delta, _COMMIT, _STORE, of="consumer")):
        if found.old.is_explicit("false") and _comes_on(found) and _matters(found.files) and not _stores_itself(found):
            yield _hit(found)
    for found in _fixed(delta):
        if not _stores_itself(found):
            yield _hit(found)
    yield from _unforced(delta)


def _fixed(delta: Delta) -> Iterator[Differs]:
    """What could be switched off is on for ever, and the code, here or elsewhere in the change, commits by itself as if it were off."""
    if not any(commits(file) for file in delta.after.files):
        return
    for pair in delta.settings(_COMMIT):
        was, now, after = pair.before, pair.after, pair.files.after
        if was is None or now is None or after is None or not (was.in_code and now.in_code):
            continue
        was_open = was.value.known is Known.UNKNOWN and was.value.text.lower() != "true"
        if was_open and now.value.is_explicit("true") and belongs(after, now, "consumer"):
            yield Differs(files=pair.files, before=was, after=now, old=was.value, new=now.value, is_sure=pair.is_sure)


def _unforced(delta: Delta) -> Iterator[Hit]:
    """What made sure that auto commit is off: an override of the key that a helper puts, a check that refuses a consumer with it."""
    for files, before, after in delta.modified():
        if not before.libraries or any(s.key == _COMMIT and s.value.is_explicit("false") for s in after.settings):
            continue
        for call in before.syntax.calls:
            if (_forces_off(call) or _refuses(call)) and files.touches(call.name_span):
                home = before.function_name(call.function)
                if any(f.qualified == home for f in after.syntax.functions) and not _is_forced(delta):
                    what = f"{call.name}()" if _refuses(call) else f"{call.name}(…, {call.arguments[1].value.text})"
                    yield _FORCED.hit(f"{home}/auto commit allowed", call.name_span, call=what)
                    break


def _is_forced(delta: Delta) -> bool:
    """Whether a changed file still makes sure of it: asked only where a file no longer does, for it goes over all of them."""
    return any(_forces_off(call) or _refuses(call) for file in delta.after.files for call in file.syntax.calls)


def _forces_off(call: Call) -> bool:
    """`override(ENABLE_AUTO_COMMIT_CONFIG, "false", …)`: in a helper that no table knows."""
    if len(call.arguments) < 2 or call.receiver not in ("", "this", "self") or call.is_construction:
        return False
    key, value = call.arguments[0].value, call.arguments[1].value
    is_key = key.literal == _COMMIT or key.text.rpartition(".")[2] == "ENABLE_AUTO_COMMIT_CONFIG"
    return is_key and (value.literal == "false" or value.text.endswith("Boolean.FALSE"))


def _refuses(call: Call) -> bool:
    return _REFUSES.search(call.name.replace("_", "")) is not None


_REFUSES = re.compile(r"(?i)^(check|ensure|assert|verify|require|validate)\w*autocommit")
_FORCED = Words(
    "{call} is removed: nothing makes sure any more that auto commit is off, and offsets are managed here.",
    (
        "The consumer is built, or given, with enable.auto.commit=true: the default, or a user's setting.",
        "poll() commits in the background what was handed out, beside the offsets that this code manages.",
        "The process is killed while records are in work -> the group goes on behind them, and they are never processed.",
    ),
    "Keep {call}, or set enable.auto.commit=false where the consumer is built.",
)


def _comes_on(found: Differs) -> bool:
    if found.after is not None:
        return found.new.is_explicit("true")
    file = found.files.after
    return found.new.is_known("true") or (file is not None and _default(file, found).is_known("true"))


def _default(file: FileFacts, found: Differs) -> Value:
    """A document's keys are those of no library that could be told; a bean of Spring's says its own default."""
    text = client_default(file, found.before.key) if found.before.in_code else ""
    if not text and found.before.key == _STORE and any(s.scope == found.before.scope for s in file.settings):
        text = "true"  # a key of librdkafka's alone: whoever makes the client of these settings, it is one of its own
    return Value(known=Known.DEFAULT if text else Known.UNKNOWN, text=text)


def _matters(files: FilePair) -> bool:
    """The code commits by itself, or committed; or only the configuration is here. What hands its records over is another rule's."""
    before, after = files.before, files.after
    if before is None or after is None:
        return False
    if not any(file.handlings or _reads(file) for file in (before, after)):
        return True
    if not commits(before) and not commits(after):
        return False
    return bool(commits(after)) or not any(True for h in after.handlings for _ in handed_over(after, h))


def _reads(file: FileFacts) -> bool:
    """A script reads outside any function."""
    holders = {client.holder for client in file.clients}
    polls = any(True for _ in file.operations_of(Role.POLL))
    return polls or any(b.kind is BlockKind.LOOP and b.detail.strip() in holders for b in file.syntax.blocks)


def _stores_itself(found: Differs) -> bool:
    """Auto commit over offsets that the code stores after the work: what librdkafka's manual recommends."""
    file = found.files.after
    return (
        file is not None
        and found.before.key == _COMMIT
        and any(setting.key == _STORE and setting.value.is_explicit("false") for setting in file.settings)
    )


def _hit(found: Differs) -> Hit:
    file, key = found.files.after, found.before.key
    sure = file is not None and bool(commits(file)) and found.old.known is not Known.UNKNOWN
    how = "is now true" if found.after is not None else "was false and is removed; the client's default is true"
    return _WORDS.hit(
        found.subject, found.span, key=key, how=how, what=_WHAT[key], instead=_INSTEAD[key],
        confidence=Confidence.HIGH if sure else Confidence.MEDIUM,
    )  # fmt: skip


RULE = Rule(
    __name__,
    __doc__,
    category=Category.DATA_LOSS,
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    put_back=True,
    covers=("kafka-consumer-offset-stored-at-delivery",),
    only=("kafka-consumer", "spring-kafka"),
    compare=compare,
)
