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

A field that is a cache on purpose and is loaded again, unless its name says so.

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
                  "process_element", "process_element1", "process_element2", "flat_map", "on_timer", "write", "map1", "map2", "flatMap1", "flatMap2"})  # fmt: skip
_MUTATORS = frozenset({"add", "put", "addAll", "putAll", "remove", "append", "push", "offer", "increment", "merge", "computeIfAbsent", "compute",
                       "incrementAndGet", "addAndGet", "getAndIncrement", "set", "update", "pop", "extend", "insert", "poll"})  # fmt: skip
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
                yield from _written_fields(file, declared)


def _written_fields(file: FileFacts, declared: TypeDeclaration) -> Iterator[Hit]:
    fields = _fields(file, declared)
    for name, (function, span) in sorted(_writes(file, declared, set(fields)).items()):
        yield Hit(
            subject=f"{declared.qualified}.{name}",
            span=line(span),
            message=f"`{name}` of {declared.name} is a plain field, written in {function}().",
            scenario=(
                f"{function}() of one subtask handles many keys with one object: `{name}` mixes what belongs to different keys.",
                "A checkpoint completes: the sources' offsets are in it, the field is not.",
                f"A TaskManager fails; the job restores and goes on from the offsets with `{name}` empty -> what it knew is lost for good.",
            ),
            fix=f"Keep `{name}` in ValueState, MapState or ListState (or snapshot it with CheckpointedFunction for operator state).",
            evidence=(line(fields[name].span),),
        )


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
    for assignment in file.syntax.assignments:
        method = _hot_method(file, declared, assignment.function)
        name = re.sub(r"^(self|this)\.", "", re.sub(r"\[.*$", "", assignment.target))
        if method and name in fields and not assignment.is_declaration and not _is_handle_write(file, assignment):
            found.setdefault(name, (method, assignment.span))
    for call in file.syntax.calls:
        method = _hot_method(file, declared, call.function)
        name = re.sub(r"^(self|this)\.", "", call.receiver)
        if method and name in fields and call.name in _MUTATORS:
            found.setdefault(name, (method, call.name_span))
    return found


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
