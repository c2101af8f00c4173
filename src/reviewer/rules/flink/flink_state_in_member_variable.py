"""A Flink function keeps what it knows in a plain field.

## What it catches

A field of a function class (`RichMapFunction`, `KeyedProcessFunction`, `SinkFunction` …; `self.x` in PyFlink) that is written in
`processElement`, `map`, `flatMap`, `invoke` or `onTimer` and is no state handle.

## Why it hurts in production

The object serves all keys of its subtask: key A sees key B's value. A checkpoint does not contain the field: after a failure it
starts from zero although the sources go on from their offsets.

## What to do

`ValueState`, `MapState` or `ListState`; for operator state `CheckpointedFunction`.

## What it cannot see

A field that is a cache on purpose and is loaded again, unless its name says so. Silent are fields that are used where the checkpoint
is taken (`snapshotState`, a sink writer's `flush`), what a gauge shows, and what is set anew for every record.

## References

- https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/datastream/fault-tolerance/state/
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from reviewer.clients.loader import library
from reviewer.core.finding import Category, Confidence, Severity
from reviewer.core.rule import Bad, Good, Hit, Rule
from reviewer.core.span import Span
from reviewer.facts.streaming.model import FactSet, FileFacts
from reviewer.facts.streaming.names import simple_type
from reviewer.facts.syntax import Assignment, TypeDeclaration
from reviewer.rules.support import code_files, line

_HOT = frozenset({"processElement", "processElement1", "processElement2", "map", "flatMap", "filter", "invoke", "onTimer", "process",
                  "apply", "reduce", "process_element", "process_element1", "process_element2", "flat_map", "on_timer", "write", "map1", "map2", "flatMap1", "flatMap2"})  # fmt: skip
_MUTATORS = frozenset({"add", "put", "addAll", "putAll", "remove", "append", "push", "offer", "increment", "merge", "computeIfAbsent", "compute",
                       "incrementAndGet", "addAndGet", "getAndIncrement", "set", "update", "pop", "extend", "insert", "poll"})  # fmt: skip
_SAVED = ("snapshotState", "snapshot_state", "prepareSnapshotPreBarrier")
_WRITERS = frozenset(
    {
        "SinkWriter",
        "StatefulSinkWriter",
        "StatefulSink.StatefulSinkWriter",
        "CommittingSinkWriter",
        "PrecommittingSinkWriter",
    }
)
_FLUSHED = ("flush", "prepareCommit")  # what a sink writer is asked for when a checkpoint is taken
_SET_UP = frozenset({"open", "close", "setup", "teardown", "<init>"})
_HANDLES = re.compile(
    r"State\b|State<|Descriptor|Counter|Meter|Gauge|Histogram|Metric|OutputTag|Collector|Logger|Cache|Client|Connection|Producer|Writer|ObjectMapper|Timer"
)
_HARMLESS = re.compile(
    r"cache|metric|counter$|gauge|meter|client|conn|log|state$|reuse|scratch|producer|writer|connection|session|tmp",
    re.IGNORECASE,
)


def inspect(facts: FactSet) -> Iterator[Hit]:
    """Fields written in the hot methods of function classes, one hit per field."""
    bases = library("flink-datastream").function_bases
    for file in code_files(facts, "flink-datastream"):
        for declared in file.syntax.types:
            names = {simple_type(base) for base in declared.bases}
            if names & bases and not any("Checkpointed" in name for name in names):
                yield from _written_fields(file, declared, _SAVED + (_FLUSHED if names & _WRITERS else ()))


def _written_fields(file: FileFacts, declared: TypeDeclaration, saving: tuple[str, ...]) -> Iterator[Hit]:
    fields = {
        name: field
        for name, field in _fields(file, declared).items()
        if not _is_saved(file, declared, name, saving) and not _is_gauge(file, declared, name)
    }
    for name, (function, span) in sorted(_writes(file, declared, set(fields)).items()):
        yield Hit(
            subject=f"{declared.qualified}.{name}",
            span=line(span),
            message=f"`{name}` of {declared.name} is a plain field, written in {function}().",
            scenario=_scenario(declared, function, name),
            fix=_fix(declared, name),
            evidence=(line(fields[name].span),),
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


def _fields(file: FileFacts, declared: TypeDeclaration) -> dict[str, Assignment]:
    found: dict[str, Assignment] = {}
    for assignment in file.syntax.assignments:
        if assignment.type != declared.index:
            continue
        own = assignment.is_field or assignment.target.startswith("self.")
        name = re.sub(r"^(self|this)\.", "", assignment.target)
        if own and name not in found:
            found[name] = assignment
    return {name: a for name, a in found.items() if not _is_harmless(file, name, a)}


def _is_harmless(file: FileFacts, name: str, field: Assignment) -> bool:
    if "static" in field.modifiers or _HARMLESS.search(name) or _HANDLES.search(field.declared_type):
        return True
    made = file.syntax.calls[field.value.call].name if field.value is not None and field.value.call is not None else ""
    return bool(_HANDLES.search(made)) or made.startswith("get_") or made.endswith("_state")


def _writes(file: FileFacts, declared: TypeDeclaration, fields: set[str]) -> dict[str, tuple[str, Span]]:
    """Field name -> (method, span) of the first write in a hot method."""
    found: dict[str, tuple[str, Span]] = {}
    scratch: set[str] = set()
    for assignment in file.syntax.assignments:
        method = _hot_method(file, declared, assignment.function)
        name = re.sub(r"^(self|this)\.", "", re.sub(r"\[.*$", "", assignment.target))
        if method and name in fields and not assignment.is_declaration and not _is_handle_write(file, assignment):
            if _is_scratch(file, declared, assignment, name):
                scratch.add(name)
                continue
            found.setdefault(name, (method, assignment.span))
    for call in file.syntax.calls:
        method = _hot_method(file, declared, call.function)
        name = re.sub(r"^(self|this)\.", "", call.receiver)
        if method and name in fields and call.name in _MUTATORS:
            found.setdefault(name, (method, call.name_span))
    return {name: place for name, place in found.items() if name not in scratch}


def _is_saved(file: FileFacts, declared: TypeDeclaration, name: str, saving: tuple[str, ...]) -> bool:
    """The field is used where the checkpoint is taken, in those methods or one that they call."""
    own = [f for f in file.syntax.functions if f.type == declared.index]
    taken = {f.index for f in own if f.name in saving}
    called = {c.name for c in file.syntax.calls if c.function in taken}
    taken |= {f.index for f in own if f.name in called and f.name not in _HOT}
    return any(_uses(file, function, name) for function in taken)


def _is_gauge(file: FileFacts, declared: TypeDeclaration, name: str) -> bool:
    """What a metric shows is not what the job knows."""
    word = _word(name)
    return any(
        call.type == declared.index and call.name == "gauge" and any(word.search(a.value.text) for a in call.arguments)
        for call in file.syntax.calls
    )


def _word(name: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w\"'])(?:this\.|self\.)?{re.escape(name)}(?!\w)")


def _uses(file: FileFacts, function: int, name: str) -> bool:
    """Whether a function or a lambda in it mentions the field."""
    word = _word(name)
    inside = {function, *(f.index for f in file.syntax.functions if file.syntax.is_inside(f.index, function))}
    texts = [
        t for c in file.syntax.calls if c.function in inside for t in (c.receiver, *(a.value.text for a in c.arguments))
    ]
    texts += [
        t for a in file.syntax.assignments if a.function in inside for t in (a.target, a.value.text if a.value else "")
    ]
    texts += [b.detail for b in file.syntax.blocks if b.function in inside]
    texts += [j.text for j in file.syntax.jumps if j.function in inside]
    return any(word.search(text) for text in texts)


def _is_scratch(file: FileFacts, declared: TypeDeclaration, write: Assignment, name: str) -> bool:
    """Set anew from nothing old for every record, and used by no other method than those that this one may call."""
    if (
        write.operator != "="
        or write.blocks
        or write.function is None
        or (write.value and _word(name).search(write.value.text))
    ):
        return False
    before = [
        c for c in file.syntax.calls if c.function == write.function and c.span.first_line < write.span.first_line
    ]
    if any(_word(name).search(text) for c in before for text in (c.receiver, *(a.value.text for a in c.arguments))):
        return False
    called = {c.name for c in file.syntax.calls if c.function == write.function}
    others = [
        f for f in file.syntax.functions if f.type == declared.index and not f.is_lambda and f.index != write.function
    ]
    return not any(_uses(file, f.index, name) for f in others if f.name not in called and f.name not in _SET_UP)


def _is_handle_write(file: FileFacts, assignment: Assignment) -> bool:
    """Lazy initialisation of a handle: `if (client == null) client = connect()`."""
    return any(
        "null" in file.syntax.blocks[b].detail or "None" in file.syntax.blocks[b].detail for b in assignment.blocks
    )


def _hot_method(file: FileFacts, declared: TypeDeclaration, function: int | None) -> str:
    while function is not None:
        current = file.syntax.functions[function]
        if not current.is_lambda:
            hot = current.name in _HOT and current.type == declared.index
            shadowed = current.parent is not None
            return current.name if hot and not shadowed else ""
        function = current.parent
    return ""


RULE = Rule(
    id="flink-state-in-member-variable",
    title="State in a plain field: shared by all keys and gone after a failure",
    category=Category.DATA_LOSS,
    severity=Severity.CRITICAL,
    confidence=Confidence.HIGH,
    technologies=("flink-datastream",),
    references=("https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/datastream/fault-tolerance/state/",),
    inspect=inspect,
    bad=(
        Bad(
            title="a map in a keyed function",
            before={},
            after={
                "Totals.java": """import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
class Totals extends KeyedProcessFunction<String, Order, Total> {
  private final Map<String, Long> totals = new HashMap<>();
  public void processElement(Order order, Context ctx, Collector<Total> out) {
    totals.merge(order.customer(), order.amount(), Long::sum); // ! here
    out.collect(new Total(order.customer(), totals.get(order.customer())));
  }
}
"""
            },
        ),
        Bad(
            title="a buffer in PyFlink",
            before={},
            after={
                "job.py": """from pyflink.datastream import KeyedProcessFunction

class Totals(KeyedProcessFunction):
    def __init__(self):
        self.pending = []

    def process_element(self, value, ctx):
        self.pending.append(value) # ! here
        yield len(self.pending)
"""
            },
        ),
    ),
    good=(
        Good(
            title="a sink writer flushes its buffer at every checkpoint",
            before={},
            after={
                "Writer.java": """import org.apache.flink.api.connector.sink2.SinkWriter;
class Writer implements SinkWriter<Order> {
  private final List<Order> pending = new ArrayList<>();
  public void write(Order order, Context context) {
    pending.add(order);
  }
  public void flush(boolean endOfInput) {
    sendAll();
  }
  private void sendAll() {
    target.send(pending);
  }
}
"""
            },
        ),
        Good(
            title="what a gauge shows, and what is set anew for every record",
            before={},
            after={
                "Enrich.java": """import org.apache.flink.api.common.functions.RichMapFunction;
class Enrich extends RichMapFunction<Order, Total> {
  private transient double average;
  private Order current;
  public void open(OpenContext context) {
    getRuntimeContext().getMetricGroup().gauge("average", () -> average);
  }
  public Total map(Order order) {
    current = order;
    average = average * 0.9 + order.amount() * 0.1;
    return total();
  }
  private Total total() {
    return new Total(current);
  }
}
"""
            },
        ),
        Good(
            title="a state handle",
            before={},
            after={
                "Totals.java": """import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
class Totals extends KeyedProcessFunction<String, Order, Total> {
  private transient ValueState<Long> total;
  private transient Counter seen;
  public void open(OpenContext context) {
    total = getRuntimeContext().getState(new ValueStateDescriptor<>("total", Long.class));
  }
  public void processElement(Order order, Context ctx, Collector<Total> out) throws Exception {
    seen.inc();
    total.update(order.amount());
  }
}
"""
            },
        ),
        Good(
            title="the field is in the snapshot",
            before={},
            after={
                "Buffer.java": """import org.apache.flink.streaming.api.functions.sink.SinkFunction;
class Buffer implements SinkFunction<Order>, CheckpointedFunction {
  private final List<Order> pending = new ArrayList<>();
  public void invoke(Order order, Context context) {
    pending.add(order);
  }
  public void snapshotState(FunctionSnapshotContext context) throws Exception {
    checkpointed.update(pending);
  }
}
"""
            },
        ),
    ),
)
