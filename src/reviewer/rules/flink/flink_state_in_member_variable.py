"""State in a plain field: shared by all keys and gone after a failure.

A Flink function keeps what it knows in a plain field.

## What it catches

A field of a function class (`RichMapFunction`, `KeyedProcessFunction`, `SinkFunction` …; `self.x` in PyFlink) that carries something of
one record to the next: a call writes it, a later call reads it before it writes it anew. The confidence is high when the output, or
whether there is one, is seen to hang on it.

## Why it hurts in production

The object serves all keys of its subtask: key A sees key B's value. A checkpoint does not contain the field: after a failure it
starts from zero although the sources go on from their offsets.

## What to do

`ValueState`, `MapState` or `ListState`; for operator state `CheckpointedFunction`.

## What it cannot see

What is read or changed behind a call into another class, and state that a base class of another file saves. Silent are fields that every
call writes before it reads them, what can be had again (get or compute, a connection, a schema, a reused object), what only metrics and
logs show, fields that are used where the checkpoint is taken (`snapshotState`, a sink writer's `flush` and `prepareCommit`), a writer's
counters and tables, and jobs of the batch API, which have no checkpoints.

## Examples

### bad: a map in a keyed function
--- Totals.java
+import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
+class Totals extends KeyedProcessFunction<String, Order, Total> {
+  private final Map<String, Long> totals = new HashMap<>();
+  public void processElement(Order order, Context ctx, Collector<Total> out) {
+    totals.merge(order.customer(), order.amount(), Long::sum); // ! here
+    out.collect(new Total(order.customer(), totals.get(order.customer())));
+  }
+}

### bad: a buffer in PyFlink
--- job.py
+from pyflink.datastream import KeyedProcessFunction
+
+class Totals(KeyedProcessFunction):
+    def __init__(self):
+        self.pending = []
+
+    def process_element(self, value, ctx):
+        self.pending.append(value) # ! here
+        yield len(self.pending)

### good: a sink writer flushes its buffer at every checkpoint
--- Writer.java
+import org.apache.flink.api.connector.sink2.SinkWriter;
+class Writer implements SinkWriter<Order> {
+  private final List<Order> pending = new ArrayList<>();
+  public void write(Order order, Context context) {
+    pending.add(order);
+  }
+  public void flush(boolean endOfInput) {
+    sendAll();
+  }
+  private void sendAll() {
+    target.send(pending);
+  }
+}

### good: what a gauge shows, and what is set anew for every record
--- Enrich.java
+import org.apache.flink.api.common.functions.RichMapFunction;
+class Enrich extends RichMapFunction<Order, Total> {
+  private transient double average;
+  private Order current;
+  public void open(OpenContext context) {
+    getRuntimeContext().getMetricGroup().gauge("average", () -> average);
+  }
+  public Total map(Order order) {
+    current = order;
+    average = average * 0.9 + order.amount() * 0.1;
+    return total();
+  }
+  private Total total() {
+    return new Total(current);
+  }
+}

## References

- https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/datastream/fault-tolerance/state/
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from reviewer.core.finding import Category, Confidence, Severity
from reviewer.facts.fields import FieldUse, Scopes, accesses, fields_of
from reviewer.facts.steps import Run, run_of
from reviewer.facts.streaming.carried import Carried, Carrier
from reviewer.facts.streaming.hanging import Hangs
from reviewer.facts.streaming.model import FactSet, FileFacts
from reviewer.facts.streaming.puts import Put
from reviewer.facts.syntax import Assignment, SyntaxFacts, TypeDeclaration
from reviewer.rules.rule import Hit, Rule
from reviewer.rules.support import code_files, line

_PER_RECORD = frozenset(
    {"processElement", "processElement1", "processElement2", "processBroadcastElement", "map", "flatMap", "filter", "invoke", "onTimer", "process",
     "apply", "reduce", "map1", "map2", "flatMap1", "flatMap2", "write", "process_element", "process_element1", "process_element2",
     "process_broadcast_element", "flat_map", "on_timer"}
)  # fmt: skip
_CONTROLS = ("processBroadcastElement", "process_broadcast_element")
_SAVED = ("snapshotState", "snapshot_state", "prepareSnapshotPreBarrier")
_FLUSHED = ("flush", "prepareCommit")  # what a sink writer is asked for when a checkpoint is taken
_WRITER = re.compile(r"(^|\.)\w*SinkWriter$")
_HANDLES = re.compile(
    r"State\b|State<|State\[|Descriptor|Counter|Meter|Gauge|Histogram|Metric|OutputTag|Collector|Logger|Cache|Client|Connection|Producer|Writer|ObjectMapper|Timer"
    r"|Context\b|Schema|Seriali[sz]er|Converter|Format|Encoder|Decoder|Getter|Setter|Parser|Statement|Session\b|Pool\b|Executor|Thread|Future|Lock\b|Random"
    r"|Throwable|Exception"
)
_HARMLESS = re.compile(r"cache|lru|metric|counter$|gauge|meter|reuse|scratch|tmp|state$", re.IGNORECASE)
_ONCE = re.compile(r"regist|initiali[sz]ed|opened|started|warned|logged", re.IGNORECASE)  # done again by a new object
_BOOLEAN = re.compile(r"[Bb]ool(ean)?")
_NUMBER = re.compile(r"int|long|short|Int|Integer|Long|Short|Atomic(Integer|Long)")
_FIX_OF_BATCH = "Implement CheckpointedFunction and write the batch that `{name}` counts in snapshotState; better, use a Sink whose writer flushes."
_BATCH, _STREAM = "org.apache.flink.api.java.", "streaming"


def inspect(facts: FactSet) -> Iterator[Hit]:
    """One hit per field that a function carries from one record to the next."""
    for file in code_files(facts, "flink-datastream"):
        for declared in file.functions if not _is_batch(file.syntax) else ():
            if not any("Checkpointed" in base for base in declared.bases):
                yield from _of_class(file, declared)


def _is_batch(syntax: SyntaxFacts) -> bool:
    """The DataSet API has no checkpoints: a failed job starts anew."""
    paths = [item.path for item in syntax.imports]
    batch = any(
        path.startswith((_BATCH + "DataSet", _BATCH + "ExecutionEnvironment", _BATCH + "operators")) for path in paths
    )
    return batch and not any(_STREAM in path for path in paths)


def _of_class(file: FileFacts, declared: TypeDeclaration) -> Iterator[Hit]:
    syntax = file.syntax
    fields = {name: f for name, f in fields_of(syntax, declared).items() if not _is_harmless(syntax, name, f)}
    if not fields:
        return
    writer = any(_WRITER.search(re.sub(r"[<\[(].*", "", base)) for base in declared.bases)
    saving = [run_of(syntax, f.index) for f in syntax.functions if _saves(f.name, f.type == declared.index, writer)]
    carrier = Carrier(syntax, declared, _PER_RECORD, controls=_CONTROLS, is_sink=_is_sink(declared))
    scopes, is_sink = Scopes(syntax), _is_sink(declared)
    told = {name for name in fields if _is_told(FieldUse(scopes, name), declared, saving)}
    found = {name: c for name in sorted(fields.keys() - told) if (c := carrier.carried(name, fields[name])) is not None}
    sure = {name: sure for name, c in found.items() if (sure := _confidence(c, writer, is_sink)) is not None}
    # A sink's counter goes with its batch; where no record is handed on, it counts none that wait.
    apart = any(found[name].collects for name in sure) or not carrier.hands_on
    for name, confidence in sure.items():
        if found[name].collects or not (is_sink and apart):
            yield _hit(declared, name, fields[name], found[name], confidence)


def _saves(name: str, own: bool, writer: bool) -> bool:
    return own and name in (_SAVED + _FLUSHED if writer else _SAVED)


def _is_harmless(syntax: SyntaxFacts, name: str, field: Assignment) -> bool:
    if "static" in field.modifiers or _HARMLESS.search(name) or _HANDLES.search(field.declared_type):
        return True
    if _BOOLEAN.fullmatch(field.declared_type) and _ONCE.search(name):
        return True
    made = syntax.calls[field.value.call].name if field.value is not None and field.value.call is not None else ""
    return bool(_HANDLES.search(made)) or made.startswith("get_") or made.endswith("_state")


def _is_told(use: FieldUse, declared: TypeDeclaration, saving: list[Run]) -> bool:
    """The field is used where the checkpoint is taken, or a gauge shows it."""
    shown = (c for c in use.syntax.calls if c.type == declared.index and c.name == "gauge")
    return any(use.mentions(a.value.text, None) for call in shown for a in call.arguments) or any(
        accesses(use, run) for run in saving
    )


def _confidence(found: Carried, writer: bool, sink: bool) -> Confidence | None:
    """How sure it is that a value is missed; None when it is none that anybody misses."""
    if writer:  # its counters and tables are its own books; records that wait and are flushed nowhere are not
        return Confidence.MEDIUM if found.collects and found.hangs is not Hangs.NOTHING else None
    if found.puts & {Put.RECORD, Put.OLD}:
        if found.hangs is Hangs.LATER:
            return Confidence.MEDIUM if found.collects else None
        unsure = found.loaded or (sink and not found.collects)  # what a sink counts may only pace it
        seen = Confidence.MEDIUM if unsure else Confidence.HIGH
        return {Hangs.OUTPUT: seen, Hangs.PASSED: Confidence.MEDIUM}.get(found.hangs)
    flagged = found.puts & {Put.FLAG, Put.CLOCK} and found.hangs is Hangs.OUTPUT and not sink
    return Confidence.MEDIUM if flagged else None


def _hit(declared: TypeDeclaration, name: str, field: Assignment, found: Carried, confidence: Confidence) -> Hit:
    again = (
        f", and line {found.read.first_line} uses what an earlier record left in it" if found.read is not None else ""
    )
    return Hit(
        subject=f"{declared.qualified}.{name}",
        span=line(found.written),
        message=f"`{name}` of {declared.name} is a plain field, written in {found.method}(){again}.",
        scenario=_counted(found.method, name) if _counts(declared, field) else _scenario(declared, found.method, name),
        fix=_FIX_OF_BATCH.format(name=name) if _counts(declared, field) else _fix(declared, name),
        confidence=confidence,
        evidence=tuple(line(span) for span in (field.span, found.read) if span is not None),
    )


def _counts(declared: TypeDeclaration, field: Assignment) -> bool:
    """The field of a sink holds no records: it says how many of them wait in a batch."""
    return _is_sink(declared) and _NUMBER.fullmatch(field.declared_type) is not None


def _counted(function: str, name: str) -> tuple[str, ...]:
    return (
        f"{function}() only adds records to a batch, and `{name}` counts them; they wait there to be written later.",
        "A checkpoint completes: the sources' offsets are in it, the batch is not.",
        "A TaskManager fails; the job restores and goes on from the offsets with an empty batch -> the records that waited there are never written.",
    )


def _is_sink(declared: TypeDeclaration) -> bool:
    return any("Sink" in base for base in declared.bases)


def _scenario(declared: TypeDeclaration, function: str, name: str) -> tuple[str, ...]:
    first = f"Every subtask has one object of {declared.name}: `{name}` holds what this subtask has seen, of all keys together."
    if any("Keyed" in base for base in declared.bases):
        first = f"{function}() of one subtask handles many keys with one object: key A reads and overwrites `{name}` of key B."
    elif _is_sink(declared):
        first = f"{function}() only puts records into `{name}`; they wait there to be written later."
    lost = "the records that waited there are never written" if _is_sink(declared) else "what it knew is lost for good"
    return (
        first,
        f"A checkpoint completes: the sources' offsets are in it, `{name}` is not.",
        f"A TaskManager fails; the job restores and goes on from the offsets with `{name}` empty -> {lost}.",
    )


def _fix(declared: TypeDeclaration, name: str) -> str:
    if _is_sink(declared):
        return f"Implement CheckpointedFunction and write out `{name}` in snapshotState (or keep it in operator ListState); better, use a Sink whose writer flushes."
    if any("Keyed" in base for base in declared.bases):
        return f"Keep `{name}` in ValueState, MapState or ListState: one value per key, and in every checkpoint."
    return f"Key the stream and keep `{name}` in ValueState, MapState or ListState; or snapshot it with CheckpointedFunction as operator state."


RULE = Rule(
    __name__,
    __doc__,
    category=Category.DATA_LOSS,
    severity=Severity.CRITICAL,
    confidence=Confidence.HIGH,
    inspect=inspect,
)
