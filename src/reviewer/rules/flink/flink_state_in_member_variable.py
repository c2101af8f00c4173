"""A Flink function keeps what it knows in a plain field.

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

## References

- https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/datastream/fault-tolerance/state/
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from reviewer.clients.registry import library
from reviewer.core.finding import Category, Confidence, Severity
from reviewer.core.rule import Bad, Good, Hit, Rule
from reviewer.facts.fields import FieldUse, Scopes, accesses, fields_of
from reviewer.facts.steps import Run, run_of
from reviewer.facts.streaming.carried import Carried, Carrier
from reviewer.facts.streaming.hanging import Hangs
from reviewer.facts.streaming.model import FactSet, FileFacts
from reviewer.facts.streaming.names import simple_type
from reviewer.facts.streaming.puts import Put
from reviewer.facts.syntax import Assignment, SyntaxFacts, TypeDeclaration
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
_BATCH, _STREAM = "org.apache.flink.api.java.", "streaming"


def inspect(facts: FactSet) -> Iterator[Hit]:
    """One hit per field that a function carries from one record to the next."""
    bases = library("flink-datastream").function_bases
    for file in code_files(facts, "flink-datastream"):
        for declared in file.syntax.types if not _is_batch(file.syntax) else ():
            names = {simple_type(base) for base in declared.bases}
            if names & bases and not any("Checkpointed" in name for name in names):
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
        scenario=_scenario(declared, found.method, name),
        fix=_fix(declared, name),
        confidence=confidence,
        evidence=tuple(line(span) for span in (field.span, found.read) if span is not None),
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
        Bad(
            title="the last value, a counter and a set that decide what is sent on",
            before={},
            after={
                "Changes.java": """import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
class Changes extends KeyedProcessFunction<String, Order, Change> {
  private Order last;
  private long sent;
  private final Set<String> known = new HashSet<>();
  public void processElement(Order order, Context ctx, Collector<Change> out) {
    if (!known.add(order.id())) { // ! here
      return;
    }
    if (last != null && last.amount() != order.amount()) {
      sent++; // ! here
      out.collect(new Change(last, order, sent));
    }
    last = order; // ! here
  }
}
"""
            },
        ),
        Bad(
            title="a batch that only a full batch and close() write",
            before={},
            after={
                "BatchSink.java": """import org.apache.flink.streaming.api.functions.sink.RichSinkFunction;
class BatchSink extends RichSinkFunction<Order> {
  private final List<Order> pending = new ArrayList<>();
  private int rows;
  public void invoke(Order order, Context context) {
    pending.add(order); // ! here
    rows++;
    if (rows >= 100) {
      writeOut();
    }
  }
  public void close() {
    writeOut();
  }
  private void writeOut() {
    store.insert(pending);
    pending.clear();
    rows = 0;
  }
}
"""
            },
        ),
        Bad(
            title="a sink writer's buffer that its flush forgets",
            before={},
            after={
                "Writer.java": """import org.apache.flink.api.connector.sink2.SinkWriter;
class Writer implements SinkWriter<Order> {
  private final List<Order> pending = new ArrayList<>();
  public void write(Order order, Context context) {
    pending.add(order); // ! here
    if (pending.size() >= 100) {
      target.send(pending);
      pending.clear();
    }
  }
  public void flush(boolean endOfInput) {
    target.sync();
  }
}
"""
            },
        ),
        Bad(
            title="rules of a broadcast stream in a plain map",
            before={},
            after={
                "Match.java": """import org.apache.flink.streaming.api.functions.co.BroadcastProcessFunction;
class Match extends BroadcastProcessFunction<Order, Discount, Total> {
  private final Map<String, Discount> discounts = new HashMap<>();
  public void processBroadcastElement(Discount discount, Context ctx, Collector<Total> out) {
    discounts.put(discount.customer(), discount); // ! here
  }
  public void processElement(Order order, ReadOnlyContext ctx, Collector<Total> out) {
    out.collect(order.with(discounts.get(order.customer())));
  }
}
"""
            },
        ),
        Bad(
            title="totals and a flag in PyFlink",
            before={},
            after={
                "job.py": """from pyflink.datastream import KeyedProcessFunction

class Alerts(KeyedProcessFunction):
    def __init__(self):
        self.totals = {}
        self.alerted = False

    def process_element(self, value, ctx):
        self.totals[value.key] = self.totals.get(value.key, 0) + value.amount # ! here
        if self.totals[value.key] > 1000 and not self.alerted:
            self.alerted = True # ! here
            yield value.key
"""
            },
        ),
        Bad(
            title="a number and a map in Kotlin",
            before={},
            after={
                "Numbered.kt": """import org.apache.flink.streaming.api.functions.KeyedProcessFunction

class Numbered : KeyedProcessFunction<String, Order, Total>() {
    private var next = 0L
    private val sums = mutableMapOf<String, Long>()
    override fun processElement(order: Order, ctx: Context, out: Collector<Total>) {
        sums[order.customer] = (sums[order.customer] ?: 0L) + order.amount // ! here
        out.collect(Total(next++, sums.getValue(order.customer))) // ! here
    }
}
"""
            },
        ),
        Bad(
            title="a buffer and a number in Scala",
            before={},
            after={
                "Batches.scala": """import org.apache.flink.api.common.functions.{RichFlatMapFunction, RichMapFunction}

class Batches extends RichFlatMapFunction[Order, Seq[Order]] {
  private val pending = mutable.ListBuffer.empty[Order]
  override def flatMap(order: Order, out: Collector[Seq[Order]]): Unit = {
    pending += order // ! here
    if (pending.size == 10) {
      out.collect(pending.toList)
      pending.clear()
    }
  }
}

class Numbered extends RichMapFunction[Order, (Long, Order)] {
  private var next = 0L
  override def map(order: Order): (Long, Order) = {
    next += 1 // ! here
    (next, order)
  }
}
"""
            },
        ),
        Bad(
            title="a statement's batch, of which only the counter is seen",
            before={},
            after={
                "JdbcSink.java": """import org.apache.flink.streaming.api.functions.sink.RichSinkFunction;
class JdbcSink extends RichSinkFunction<Order> {
  private transient PreparedStatement statement;
  private int rows;
  public void invoke(Order order, Context context) throws Exception {
    statement.setString(1, order.id());
    statement.addBatch();
    if (++rows >= 100) { // ! here
      statement.executeBatch();
      rows = 0;
    }
  }
}
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
        Good(
            title="every call writes the fields before it reads them",
            before={},
            after={
                "Route.java": """import org.apache.flink.streaming.api.functions.ProcessFunction;
class Route extends ProcessFunction<Event, Row> {
  private transient Context context;
  private Node root;
  private String table;
  private int tries;
  private boolean insert;
  public void processElement(Event event, Context ctx, Collector<Row> out) throws Exception {
    this.context = ctx;
    root = mapper.readTree(event.body());
    table = root.get("table").asText();
    if (root.get("op").asText().equals("c")) {
      insert = true;
    } else {
      insert = false;
    }
    tries = 0;
    while (tries < 3 && !ready(table)) {
      tries++;
    }
    for (Row row : rows()) {
      out.collect(row);
    }
  }
  private List<Row> rows() {
    return insert ? Rows.of(root, table, context.timestamp()) : Rows.gone(root, table);
  }
}
"""
            },
        ),
        Good(
            title="what can be had again: get or compute, made once, made for another key",
            before={},
            after={
                "Convert.java": """import org.apache.flink.api.common.functions.RichMapFunction;
class Convert extends RichMapFunction<Order, Total> {
  private final Map<String, Rate> rates = new HashMap<>();
  private final Map<String, String> names = new LinkedHashMap<>();
  private Weights weights;
  private RowReader reader;
  private Region region;
  private String regionOf;
  private boolean ready;
  public Total map(Order order) {
    prepare();
    Rate rate = rates.get(order.currency());
    if (rate == null) {
      rate = service.rateOf(order.currency());
      rates.put(order.currency(), rate);
    }
    if (weights == null) {
      weights = (Weights) getRuntimeContext().getBroadcastVariable("weights").get(0);
      weights.scale = 1 / weights.scale;
    }
    if (reader == null) {
      reader = RowReader.of(order.schema());
    }
    if (!order.customer().equals(regionOf)) {
      regionOf = order.customer();
      region = Region.of(regionOf);
    }
    String name = names.computeIfAbsent(order.customer(), service::nameOf);
    return reader.total(order, rate, weights, region, name);
  }
  private void prepare() {
    if (ready) {
      return;
    }
    service.connect();
    ready = true;
  }
}
"""
            },
        ),
        Good(
            title="a sink writer's own books: open tables, counters, batches that flush and prepareCommit hand on",
            before={},
            after={
                "TableWriter.java": """import org.apache.flink.api.connector.sink2.CommittingSinkWriter;
class TableWriter implements CommittingSinkWriter<Event, Written> {
  private final Map<String, Table> tables = new HashMap<>();
  private final List<Written> done = new ArrayList<>();
  private final Map<String, Batch> batches = new HashMap<>();
  private long rows;
  private String lastTable;
  public void write(Event event, Context context) {
    if (event.changesSchema() || !batches.containsKey(event.table())) {
      Table table = connection.open(event.table());
      tables.put(event.table(), table);
      batches.put(event.table(), table.batch());
    }
    rows++;
    if (rows % 1000 == 0) {
      roll(event.table());
    }
    lastTable = event.table();
    batches.get(event.table()).add(event.row());
  }
  public void flush(boolean endOfInput) {
    for (Batch batch : batches.values()) {
      batch.send();
    }
  }
  public Collection<Written> prepareCommit() {
    batches.keySet().forEach(this::roll);
    return takeDone();
  }
  private void roll(String table) {
    done.add(batches.remove(table).close());
  }
  private List<Written> takeDone() {
    List<Written> taken = new ArrayList<>(done);
    done.clear();
    return taken;
  }
}
"""
            },
        ),
        Good(
            title="what only logs and metrics show, or lets a test fail",
            before={},
            after={
                "Watch.java": """import org.apache.flink.api.common.functions.RichMapFunction;
class Watch extends RichMapFunction<Order, Order> {
  private long count;
  private long lastCount;
  private long lastLogged;
  private int handled;
  public Order map(Order order) {
    count++;
    long now = System.currentTimeMillis();
    if (now - lastLogged > 60_000) {
      LOG.info("{} orders since {}", count - lastCount, lastLogged);
      lastLogged = now;
      lastCount = count;
    }
    if (++handled > failAfter) {
      throw new IllegalStateException("failed on purpose after " + handled);
    }
    return order;
  }
  public void close() {
    LOG.info("{} orders", count);
  }
}
"""
            },
        ),
        Good(
            title="a reused object, arrays that are filled anew, a map that is empty again at the end",
            before={},
            after={
                "Reuse.java": """import org.apache.flink.streaming.api.functions.windowing.ProcessWindowFunction;
class Reuse extends ProcessWindowFunction<Order, Pair, String, TimeWindow> {
  private final Pair pair = new Pair();
  private final int[] sizes = new int[3];
  private final Map<String, Order> newest = new HashMap<>();
  public void process(String key, Context context, Iterable<Order> orders, Collector<Pair> out) {
    for (int i = 0; i < sizes.length; i++) {
      sizes[i] = size(orders, i);
    }
    for (Order order : orders) {
      newest.merge(order.id(), order, (a, b) -> b.isLater(a) ? b : a);
    }
    pair.first = key;
    pair.second = Sizes.of(sizes, newest.values());
    out.collect(pair);
    newest.clear();
  }
}
"""
            },
        ),
        Good(
            title="services and handles of other classes",
            before={},
            after={
                "Services.java": """import org.apache.flink.api.common.functions.RichFlatMapFunction;
class Services extends RichFlatMapFunction<Order, Total> {
  private transient RedisCommands redis;
  private transient TableUpdater updater;
  private transient Jdbc jdbc;
  private volatile Throwable failure;
  public void flatMap(Order order, Collector<Total> out) throws Exception {
    if (failure != null) {
      throw new IOException(failure);
    }
    redis.set(order.id(), order);
    jdbc.put(order.id(), order);
    Result result = updater.update(order);
    jdbc.later(order).whenComplete((done, error) -> failure = error);
    out.collect(result.total());
  }
}
"""
            },
        ),
        Good(
            title="a batch job has no checkpoints",
            before={},
            after={
                "Number.java": """import org.apache.flink.api.common.functions.FlatMapFunction;
import org.apache.flink.api.java.DataSet;
class Number implements FlatMapFunction<Order, Total> {
  private long next;
  public void flatMap(Order order, Collector<Total> out) {
    out.collect(new Total(next++, order));
  }
}
"""
            },
        ),
        Good(
            title="a control stream's map that open() loads again",
            before={},
            after={
                "Match.java": """import org.apache.flink.streaming.api.functions.co.BroadcastProcessFunction;
class Match extends BroadcastProcessFunction<Order, Discount, Total> {
  private final Map<String, Discount> discounts = new HashMap<>();
  public void open(OpenContext context) {
    store.all().forEach(this::add);
  }
  public void processBroadcastElement(Discount discount, Context ctx, Collector<Total> out) {
    add(discount);
  }
  public void processElement(Order order, ReadOnlyContext ctx, Collector<Total> out) {
    out.collect(order.with(discounts.get(order.customer())));
  }
  private void add(Discount discount) {
    discounts.put(discount.customer(), discount);
  }
}
"""
            },
        ),
        Good(
            title="a state handle that open() gets, a model that is loaded once, a count that is logged, in PyFlink",
            before={},
            after={
                "job.py": """from pyflink.datastream import KeyedProcessFunction

class First(KeyedProcessFunction):
    def __init__(self):
        self.seen = None
        self.model = None
        self.current = None
        self.handled = 0

    def open(self, runtime_context):
        self.seen = runtime_context.get_state(ValueStateDescriptor("seen", Types.STRING()))

    def process_element(self, value, ctx):
        self.current = value
        self.handled += 1
        if self.handled % 1000 == 0:
            logger.info("%d handled", self.handled)
        if self.model is None:
            self.model = load_model()
        if self.seen.value() is None:
            self.seen.update(value.id)
            yield self.model.score(self.current)
"""
            },
        ),
        Good(
            title="a timer's time and a schema by key in Scala, names by key in Kotlin",
            before={},
            after={
                "Session.scala": """import org.apache.flink.streaming.api.functions.KeyedProcessFunction

class Session extends KeyedProcessFunction[String, Click, Total] {
  lazy val last: ValueState[Long] = getRuntimeContext.getState(new ValueStateDescriptor("last", classOf[Long]))
  private val schemas = mutable.HashMap.empty[String, Layout]
  private var nextTimer = 0L
  override def processElement(click: Click, ctx: KeyedProcessFunction[String, Click, Total]#Context, out: Collector[Total]): Unit = {
    val layout = schemas.getOrElseUpdate(click.kind, registry.load(click.kind))
    last.update(layout.time(click))
    nextTimer = last.value + 20000
    ctx.timerService.registerEventTimeTimer(nextTimer)
  }
}
""",
                "Names.kt": """import org.apache.flink.api.common.functions.RichMapFunction

class Names : RichMapFunction<Order, Order>() {
    private val names = HashMap<String, String>()
    private var reader: RowReader? = null
    override fun map(order: Order): Order {
        val own = reader ?: RowReader(order.layout).also { reader = it }
        return own.named(order, names.getOrPut(order.customer) { service.nameOf(order.customer) })
    }
}
""",
            },
        ),
        Good(
            title="a sink that only counts",
            before={},
            after={
                "CountingSink.java": """import org.apache.flink.streaming.api.functions.sink.SinkFunction;
class CountingSink implements SinkFunction<Order> {
  private int count;
  public void invoke(Order order, Context context) {
    if (++count == EXPECTED) {
      reached.trigger();
    }
    LOG.debug("order {}", order);
  }
}
"""
            },
        ),
    ),
)
