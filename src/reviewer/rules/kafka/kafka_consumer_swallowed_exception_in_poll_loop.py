"""A failed record is logged and skipped for good.

An exception while a record is handled is only logged, and the offset moves on.

## What it catches

A catch around the processing of a record, in a poll loop or listener, whose body only logs, counts or continues.

## Why it hurts in production

While a database is away every record throws, is logged, and its offset is committed. When the database is back, a hole is left
that nobody notices until someone counts.

## What to do

Let transient failures be retried (rethrow, pause and seek, or leave it to the container); send poison records to a dead-letter
topic, wait for its acknowledgement, then go on.

## Trade-off

A retry in place holds up the partition; a dead-letter topic must be looked after. Skipping is legitimate where what is skipped is
counted and nobody needs it.

## What it cannot see

A consumer that may lose records on purpose; a handler function that parks the record under a name that does not say so.

## Examples

### bad: try/catch around the work
--- Loop.java
+import org.apache.kafka.clients.consumer.*;
+class Loop {
+  void run(KafkaConsumer<String, String> consumer) {
+    while (true) {
+      ConsumerRecords<String, String> records = consumer.poll(Duration.ofMillis(100));
+      for (ConsumerRecord<String, String> record : records) {
+        try {
+          store.save(record.value());
+        } catch (Exception e) { // ! here
+          log.error("could not save {}", record.key(), e);
+        }
+      }
+      consumer.commitSync();
+    }
+  }
+}

### bad: a listener that returns normally after a failure
--- Listener.kt
+import org.springframework.kafka.annotation.KafkaListener
+
+class Listener(private val service: Service) {
+    @KafkaListener(topics = ["orders"])
+    fun on(order: Order) {
+        try {
+            service.place(order)
+        } catch (e: Exception) { // ! here
+            logger.warn("failed", e)
+        }
+    }
+}

### good: records are read back into a map of this object: no system behind it can be away
--- Restore.java
+import org.apache.kafka.clients.consumer.*;
+class Restore {
+  private final Map<String, Order> orders = new HashMap<>();
+  void run(KafkaConsumer<String, Order> consumer) {
+    while (true) {
+      ConsumerRecords<String, Order> records = consumer.poll(Duration.ofSeconds(1));
+      if (records.isEmpty()) {
+        break;
+      }
+      for (ConsumerRecord<String, Order> record : records) {
+        try {
+          orders.put(record.key(), record.value());
+        } catch (Exception e) {
+          log.warn("unreadable {}", record.key(), e);
+        }
+      }
+      consumer.commitSync();
+    }
+  }
+}

### good: the record is parked in a dead-letter topic
--- loop.py
+from confluent_kafka import Consumer
+
+def run(consumer: Consumer, dead_letters):
+    while True:
+        msg = consumer.poll(1.0)
+        try:
+            write(msg.value())
+        except Exception as error:
+            logger.exception("failed")
+            dead_letters.park(msg, error)
+        consumer.commit(msg)

## References

- https://kafka.apache.org/documentation/#semantics
- https://docs.spring.io/spring-kafka/reference/kafka/annotation-error-handling.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from reviewer.core.finding import Category, Confidence, Severity
from reviewer.core.span import Span
from reviewer.facts.fields import plain
from reviewer.facts.streaming.failures import is_broad, is_on_purpose, is_poison, stops
from reviewer.facts.streaming.flow import catches, is_noise, work
from reviewer.facts.streaming.model import FactSet, FileFacts, Handling, Role
from reviewer.facts.streaming.records import COLLECTS
from reviewer.facts.syntax import Block, BlockKind, Call, Jump, JumpKind, ResultUse
from reviewer.rules.checks.consuming import committing, is_of_this_run, is_push, with_helpers
from reviewer.rules.rule import Hit, Rule
from reviewer.rules.support import line

_WHERE = {
    "listener": "the listener returns normally",
    "callback": "the handler returns normally",
    "stream": "the stream goes on",
    "committing": "the commit behind it is reached all the same",
}
_ERROR = re.compile(r"|nil|None|err\w*|\w+\.Errorf\(.*\)|errors\.\w+\(.*\)", re.DOTALL)
#: What `Consume()` throws: no failure of the work.
_OF_CLIENT = re.compile(r"ConsumeException\b(?!\s*\|)")
_ENDS = re.compile(
    r"(log)?(panic|fatal)(f|ln|w)?", re.IGNORECASE
)  # Go: `log.Fatal(err)` is the last thing that is done
_COLLECTION = re.compile(r"\w*(List|Set|Map|Collection)\s*<")


def inspect(facts: FactSet) -> Iterator[Hit]:
    """Catches that swallow, one per catch."""
    for file in facts.files:
        seen: set[int] = set()
        delivered = [found for handling in file.handlings for found in with_helpers(file, handling)]
        for handling in (*delivered, *committing(file, delivered)):
            if is_of_this_run(file, handling):
                continue
            is_helper = handling.kind != "committing" and all(handling.function != h.function for h in file.handlings)
            if is_helper and _answers(file, handling):
                continue
            done = work(file, handling)
            yield from _suppressed(file, handling, done)
            for block, inside, jumps in catches(file, handling):
                if handling.kind == "committing" and (jumps or not _commits_behind(file, handling, block)):
                    continue
                if is_helper and not is_broad(block):
                    continue  # a failure that is expected of one of its steps
                if block.index not in seen and _swallows(file, handling, block, inside, jumps, done):
                    seen.add(block.index)
                    yield _hit(file, handling, block, _named(_guarded(file, block, done)))


def _suppressed(file: FileFacts, handling: Handling, done: tuple[Call, ...]) -> Iterator[Hit]:
    """Python's `with suppress(Exception):` is a try with an empty except."""
    for block in file.syntax.blocks:
        if block.kind is BlockKind.WITH and re.match(r"(contextlib\.)?suppress\(\s*(Base)?Exception\b", block.detail):
            guarded = [call for call in done if block.index in call.blocks]
            if guarded and not is_on_purpose(file, block):
                yield _hit(file, handling, block, _named(guarded))


def _commits_behind(file: FileFacts, handling: Handling, block: Block) -> bool:
    """The failed record's own commit follows on the same path."""
    return any(
        operation.call.function == handling.function
        and operation.call.span.first_line > block.span.last_line
        and set(operation.call.blocks) <= _around(file, block)
        for operation in file.operations_of(Role.COMMIT)
    )


def _around(file: FileFacts, block: Block) -> set[int]:
    found: set[int] = set()
    parent = block.parent
    while parent is not None:
        found.add(parent)
        parent = file.syntax.blocks[parent].parent
    return found


def _answers(file: FileFacts, helper: Handling) -> bool:
    """A helper that returns more than an error tells its caller how it went."""
    returns = [j.text for j in file.syntax.jumps if j.kind is JumpKind.RETURN and j.function == helper.function]
    return any(not _ERROR.fullmatch(text) for text in returns)


def _swallows(
    file: FileFacts,
    handling: Handling,
    block: Block,
    inside: tuple[Call, ...],
    jumps: tuple[Jump, ...],
    done: tuple[Call, ...],
) -> bool:
    if stops(block) or is_poison(block) or not _guarded(file, block, done):
        return False
    if _OF_CLIENT.match(block.detail):
        return False
    if any(_ENDS.fullmatch(call.name) for call in inside):
        return False
    commits = {operation.call.index for operation in file.operations_of(Role.COMMIT)}
    told = [call.span for call in inside if is_noise(call)]
    for call in inside:
        if not (is_noise(call) or _is_harmless(call, block) or call.index in commits or _is_told(call, told)):
            return False
    if any(jump.kind in (JumpKind.THROW, JumpKind.BREAK) for jump in jumps):
        return False
    returns = [jump for jump in jumps if jump.kind is JumpKind.RETURN]
    if handling.kind == "helper" and any(jump.text not in ("", "nil", "None") for jump in returns):
        return False
    if any(jump.text in handling.records for jump in returns):
        return False  # a transformation hands it on as it is
    if returns and handling.kind == "poll-loop" and returns[0].function == handling.function:
        return False
    if any(_is_given_to_group(file, jump) for jump in returns):
        return False
    if is_on_purpose(file, block):
        return False
    return not _stops_by_flag(file, block) and not _is_stopped_later(file, handling, block)


def _is_given_to_group(file: FileFacts, jump: Jump) -> bool:
    """`group.Go(func() error { …; return err })`: the group stops, and its Wait() tells it."""
    function = file.syntax.functions[jump.function] if jump.function is not None else None
    if function is None or function.argument_of is None or jump.text in ("", "nil"):
        return False
    return file.syntax.language == "go" and file.syntax.calls[function.argument_of].name in file.names.idioms.spawns


def _guarded(file: FileFacts, block: Block, done: tuple[Call, ...]) -> list[Call]:
    """The work inside the try that belongs to the catch."""
    owner = block.owner
    inside = [] if owner is None else [c for c in done if owner in c.blocks]
    pushed = [c.span for c in inside if is_push(file, c)]
    return [c for c in inside if not _is_kept_in_memory(file, c) and not any(span.contains(c.span) for span in pushed)]


def _is_kept_in_memory(file: FileFacts, call: Call) -> bool:
    """A list or map of this object: there is no system behind it that could be away."""
    name = plain(call.receiver)
    return call.name in COLLECTS and any(
        a.is_field and a.target == name and _COLLECTION.search(a.declared_type) for a in file.syntax.assignments
    )


def _named(guarded: list[Call]) -> Call:
    """The call to name in words: a statement rather than a link of a chain or an argument, the last of them."""
    plain = [c for c in guarded if c.result in (ResultUse.IGNORED, ResultUse.AWAITED, ResultUse.RETURNED)]
    kept = plain or [c for c in guarded if c.result is ResultUse.ASSIGNED] or guarded
    return kept[-1]


def _is_harmless(call: Call, block: Block) -> bool:
    """Looks at the exception or the record for the log line."""
    looks = bool(block.variable) and call.receiver.split(".")[0] == block.variable
    return looks or call.name in (
        "value",
        "key",
        "topic",
        "partition",
        "offset",
        "getClass",
        "getName",
        "formatted",
        "isErrorEnabled",
        "decode",
        "string",
        "String",
    )


def _is_told(call: Call, told: list[Span]) -> bool:
    """What only makes a text for a log line or a value for a metric."""
    return call.result in (ResultUse.ARGUMENT, ResultUse.CHAINED) and any(span.contains(call.span) for span in told)


def _stops_by_flag(file: FileFacts, block: Block) -> bool:
    """`running = false`, `failed = true`, `errors += 1` read later: the loop reacts to the failure."""
    return any(
        block.span.contains(a.span) and block.index in a.blocks and not a.is_declaration and a.target != "_"
        for a in file.syntax.assignments
    )


def _is_stopped_later(file: FileFacts, handling: Handling, block: Block) -> bool:
    """A catch around the whole loop ends it: what follows is the end of the consumer, not the next record."""
    if handling.kind != "poll-loop":
        return False
    owner = file.syntax.blocks[block.owner] if block.owner is not None else None
    loop = next((b for b in file.syntax.blocks if b.kind is BlockKind.LOOP and b.span == handling.span), None)
    return owner is not None and loop is not None and owner.span.contains(loop.span)


def _hit(file: FileFacts, handling: Handling, block: Block, guarded: Call) -> Hit:
    commits = any(True for _ in file.operations_of(Role.COMMIT))
    end = "commits the offset" if commits else "moves on to the next record and its offset is committed"
    broad, words = is_broad(block) and handling.kind != "helper", file.names.idioms
    where = _WHERE.get(handling.kind, "the loop goes on")
    return Hit(
        subject=f"{handling.name}/catch {block.detail}",
        span=line(block.span),
        message=f"A failure of {guarded.name}() is only logged; {where}.",
        scenario=(
            f"The system behind {guarded.name}() is away for two minutes: every record in that time {words.fails}.",
            f"Each {words.failure} is logged here; {where}.",
            f"The consumer {end} -> all records of these two minutes are missing for good.",
        ),
        fix=_fix(file, handling, guarded),
        severity=None if broad else Severity.HIGH,
        confidence=None if broad else Confidence.MEDIUM,
        evidence=(line(guarded.name_span),),
    )


def _fix(file: FileFacts, handling: Handling, guarded: Call) -> str:
    said = file.word(handling.library, "retry")
    if "{call}" in said:
        return said.replace("{call}", guarded.name).replace("{handler}", handling.name.rsplit(".", 1)[-1])
    if said:
        return f"{said} Send poison records to a dead-letter topic and wait for its acknowledgement before going on."
    return (
        f"Retry what {guarded.name}() throws (pause and seek back, or end the loop without a commit); send poison records to a "
        "dead-letter topic and wait for its acknowledgement before going on."
    )


RULE = Rule(
    __name__,
    __doc__,
    category=Category.DATA_LOSS,
    severity=Severity.CRITICAL,
    confidence=Confidence.HIGH,
    only=("kafka-consumer", "spring-kafka"),
    inspect=inspect,
)
