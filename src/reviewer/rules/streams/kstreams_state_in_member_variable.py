"""A field of a processor holds state that no store keeps.

A plain field of a Kafka Streams processor is carried from one record to the next.

## What it catches

Fields of classes that implement `Processor`, `FixedKeyProcessor`, `Transformer` or their like: written while records are handled, and read by a
later record for what is forwarded or decided. Stores, contexts, metrics, caches and fields that are set anew for every record are left out.

## Why it hurts in production

A field is in no changelog. After a rebalance or a restart the task goes on at the committed offsets with an empty field: records that waited in
it are gone, what was deduplicated passes again. With exactly-once it is not rolled back either.

## What to do

Keep it in a state store: `addStateStore`, `context.getStateStore`.

## What it cannot see

That the field is filled again before it is needed.

## Examples

### bad: a batch that waits in a list
--- Batch.java
+import org.apache.kafka.streams.processor.api.*;
+class Batch implements Processor<String, Order, String, List<Order>> {
+  private final List<Order> waiting = new ArrayList<>(); // ! here
+  private ProcessorContext<String, List<Order>> context;
+  public void init(ProcessorContext<String, List<Order>> context) {
+    this.context = context;
+  }
+  public void process(Record<String, Order> record) {
+    waiting.add(record.value());
+    if (waiting.size() >= 100) {
+      context.forward(record.withValue(new ArrayList<>(waiting)));
+      waiting.clear();
+    }
+  }
+}

### bad: a map of the last values, in Kotlin
--- Changes.kt
+import org.apache.kafka.streams.processor.api.*
+class Changes : ContextualProcessor<String, Long, String, Long>() {
+  private val last = HashMap<String, Long>()
+  override fun process(record: Record<String, Long>) {
+    val before = last[record.key()]
+    if (before != record.value()) {
+      context().forward(record)
+    }
+    last[record.key()] = record.value() // ! here
+  }
+}

### good: a store
--- Changes.java
+import org.apache.kafka.streams.processor.api.*;
+class Changes extends ContextualProcessor<String, Long, String, Long> {
+  private KeyValueStore<String, Long> last;
+  public void init(ProcessorContext<String, Long> context) {
+    super.init(context);
+    last = context.getStateStore("last");
+  }
+  public void process(Record<String, Long> record) {
+    Long before = last.get(record.key());
+    if (before == null || !before.equals(record.value())) {
+      context().forward(record);
+    }
+    last.put(record.key(), record.value());
+  }
+}

### good: a counter for the log
--- Count.java
+import org.apache.kafka.streams.processor.api.*;
+class Count extends ContextualProcessor<String, Long, String, Long> {
+  private long seen;
+  public void process(Record<String, Long> record) {
+    seen++;
+    if (seen % 1000 == 0) {
+      log.info("{} records", seen);
+    }
+    context().forward(record);
+  }
+}

## References

- https://kafka.apache.org/documentation/streams/developer-guide/processor-api.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from reviewer.core.finding import Category, Confidence, Severity
from reviewer.facts.delta import Delta
from reviewer.facts.fields import fields_of
from reviewer.facts.streaming.carried import Carried, Carrier
from reviewer.facts.streaming.hanging import Hangs
from reviewer.facts.streaming.model import FactSet, FileFacts
from reviewer.facts.streaming.names import simple_type
from reviewer.facts.streaming.puts import Put
from reviewer.facts.syntax import Assignment, TypeDeclaration
from reviewer.rules.checks.words import Words
from reviewer.rules.rule import Hit, Rule
from reviewer.rules.support import code_files, line

_WORDS = Words(
    "`{field}` of {type} is a plain field, written in {method}(); no store keeps it.",
    (
        "{method}() of one task handles many keys and keeps what it saw in `{field}`; its offsets are committed.",
        "A rebalance or a restart moves the task: the next instance begins behind these offsets with `{field}` empty.",
        "What it held is gone for good -> records that waited in it are lost, or what it had seen passes a second time.",
    ),
    "Keep `{field}` in a state store (addStateStore and context.getStateStore): it is restored from its changelog.",
)
_BASES = frozenset(
    {"Processor", "FixedKeyProcessor", "ContextualProcessor", "ContextualFixedKeyProcessor", "AbstractProcessor", "Transformer",
     "ValueTransformer", "ValueTransformerWithKey"}
)  # fmt: skip
_PER_RECORD = frozenset({"process", "transform", "punctuate"})
_HANDLES = re.compile(
    r"Store\b|Context\b|Counter|Meter|Gauge|Timer|Metric|Sensor|Logger|Cache|Client|Connection|Producer|Mapper|Cancellable|Serde|Schema"
    r"|Seriali[sz]er|Converter|Format|Encoder|Decoder|Parser|Pool\b|Executor|Thread|Future|Lock\b|Random|Exception"
)
_COLLECTION = re.compile(r"Map\b|Set\b|List\b|Queue\b|Deque\b")
_HARMLESS = re.compile(r"cache|lru|metric|counter$|gauge|meter|reuse|scratch|tmp|store$", re.IGNORECASE)


def inspect(facts: FactSet) -> Iterator[Hit]:
    """One hit per field that a processor carries from one record to the next."""
    for file in code_files(facts, "kafka-streams"):
        for declared in file.syntax.types:
            if {simple_type(base) for base in declared.bases} & _BASES:
                yield from _of_class(file, declared)


def compare(delta: Delta) -> Iterator[Hit]:
    """Collections that the change declares: the declaration alone says what they are for."""
    known = {(hit.span.path, hit.subject) for hit in inspect(delta.before)}
    for hit in inspect(delta.after):
        file = delta.after.file(hit.span.path)
        declared = hit.evidence[0] if hit.evidence else hit.span
        if file is None or (hit.span.path, hit.subject) in known or not delta.touches(declared):
            continue
        name = hit.subject.rpartition(".")[2]
        if any(a.is_field and a.target == name and _COLLECTION.search(a.declared_type) and a.span.first_line == declared.first_line for a in file.syntax.assignments):  # fmt: skip
            yield replace(hit, span=declared, evidence=(hit.span, *hit.evidence[1:]))


def _of_class(file: FileFacts, declared: TypeDeclaration) -> Iterator[Hit]:
    fields = {name: f for name, f in fields_of(file.syntax, declared).items() if not _is_harmless(file, name, f)}
    if not fields:
        return
    carrier = Carrier(file.syntax, declared, _PER_RECORD, controls=(), is_sink=False)
    for name in sorted(fields):
        found = carrier.carried(name, fields[name])
        sure = _confidence(found) if found is not None else None
        if found is not None and sure is not None:
            yield _WORDS.hit(
                f"{declared.qualified}.{name}", found.written, field=name, type=declared.name, method=found.method,
                confidence=sure, evidence=tuple(line(span) for span in (fields[name].span, found.read) if span is not None),
            )  # fmt: skip


def _is_harmless(file: FileFacts, name: str, field: Assignment) -> bool:
    if "static" in field.modifiers or _HARMLESS.search(name) or _HANDLES.search(field.declared_type):
        return True
    made = file.syntax.calls[field.value.call].name if field.value is not None and field.value.call is not None else ""
    return bool(_HANDLES.search(made))


def _confidence(found: Carried) -> Confidence | None:
    """How sure it is that a value is missed; None when it is none that anybody misses."""
    if not found.puts & {Put.RECORD, Put.OLD}:
        return None
    if found.hangs is Hangs.LATER:
        return Confidence.MEDIUM if found.collects else None
    if found.loaded:
        return None if found.hangs is not Hangs.OUTPUT else Confidence.MEDIUM
    return {Hangs.OUTPUT: Confidence.HIGH, Hangs.PASSED: Confidence.MEDIUM}.get(found.hangs)


RULE = Rule(
    __name__,
    __doc__,
    category=Category.DATA_LOSS,
    severity=Severity.CRITICAL,
    confidence=Confidence.HIGH,
    inspect=inspect,
    compare=compare,
)
