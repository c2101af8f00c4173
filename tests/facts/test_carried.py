"""What a function carries in a field from one record to the next, and what hangs on it."""

from __future__ import annotations

import pytest

from reviewer.core.span import Side
from reviewer.facts.extract import extract
from reviewer.facts.fields import fields_of
from reviewer.facts.streaming.carried import Carried, Carrier
from reviewer.facts.streaming.hanging import Hangs
from reviewer.facts.streaming.puts import Put

_ENTRIES = (
    "flatMap",
    "onTimer",
    "invoke",
    "process_element",
    "processElement",
    "map",
    "filter",
    "processBroadcastElement",
)


def _carried(path: str, text: str, name: str, *, is_sink: bool = False) -> Carried | None:
    syntax = extract(path, text, Side.AFTER)
    declared = syntax.types[0]
    carrier = Carrier(syntax, declared, _ENTRIES, controls=("processBroadcastElement",), is_sink=is_sink)
    return carrier.carried(name, fields_of(syntax, declared)[name])


def _java(field: str, body: str, rest: str = "") -> str:
    return f"class A {{\n  {field};\n  void flatMap(Order order, Collector<Total> out) {{\n{body}\n  }}\n{rest}\n}}\n"


PUTS = {
    "a record": ("Order last", "use(last);\nlast = order;", Put.RECORD),
    "something of the record, through locals": ("long last", "long t = order.ts();\nlong u = t + 1;\nuse(last);\nlast = u;", Put.RECORD),
    "a helper's parameter": ("Order last", "help(order);", Put.RECORD),
    "a count": ("long count", "count++;", Put.OLD),
    "a sum in a map": ("Map<String, Long> sums", "sums.put(order.id(), sums.get(order.id()) + 1);", Put.OLD),
    "a sum through a local": ("Map<String, Sum> sums", "Sum sum = sums.get(order.id());\nsum.total += order.amount();", Put.OLD),
    "a list in a map": ("Map<String, List<Order>> all", "all.computeIfAbsent(order.id(), k -> new ArrayList<>()).add(order);", Put.RECORD),
    "the key of a map": ("Map<String, Boolean> seen", "seen.put(order.id(), true);", Put.RECORD),
    "the key of a map, with a value of its own": ("Map<String, Integer> versions", "versions.put(order.id(), current);", Put.RECORD),
    "a flag": ("boolean done", "done = true;", Put.FLAG),
    "a flag that is only lowered": ("boolean first = true", "first = false;", Put.FLAG),
    "a clock": ("long at", "at = System.currentTimeMillis();", Put.CLOCK),
    "a connection": ("Link link", "link = links.open();", Put.LOADED),
    "a look-up by key": ("Map<String, Rate> rates", "rates.computeIfAbsent(order.currency(), this::load);", Put.LOADED),
    "a look-up where it is missing": (
        "Map<String, Rate> rates",
        "Rate rate = rates.get(order.currency());\nif (rate == null) {\n rate = service.load(order.currency());\n rates.put(order.currency(), rate);\n}",
        Put.LOADED,
    ),
    "a look-up that is answered later": (
        "Map<String, Rate> rates",
        "if (rates.get(order.currency()) != null) {\n out.collect(order);\n return;\n}\nservice.load(order.currency()).whenComplete((r, e) -> {\n rates.put(order.currency(), r);\n});",
        Put.LOADED,
    ),
    "what is made for a key that differs": ("String key", "if (!order.key().equals(key)) {\n key = order.key();\n}", Put.LOADED),
    "what is made once from a schema": ("Mapper mapper", "if (mapper == null) {\n mapper = Mapper.of(order.schema());\n}", Put.LOADED),
    "a part of what is made once": ("double[] w", "if (w == null) {\n w = load();\n w[0] = 1 / w[0];\n}", Put.LOADED),
    "the first record": ("Order first", "if (first == null) {\n first = order;\n}", Put.RECORD),
    "a number that goes round": ("int at", "at = (at + 1) % 4;", Put.LOADED),
}  # fmt: skip


@pytest.mark.parametrize(("field", "body", "put"), PUTS.values(), ids=PUTS)
def test_what_is_put_in(field: str, body: str, put: Put) -> None:
    name = field.partition(" = ")[0].rsplit(" ", 1)[-1]
    rest = "  void help(Order o) {\n   last = o;\n  }" if "help(" in body else ""
    found = _carried("A.java", _java(field, body, rest), name)
    assert found is not None and found.puts in ({put}, {put, Put.LOADED})


HANGS = {
    "a result": ("count++;\nout.collect(new Total(count));", Hangs.OUTPUT),
    "a result through a local": ("count++;\nlong n = count * 2;\nout.collect(new Total(n));", Hangs.OUTPUT),
    "a result through a helper": ("count++;\nout.collect(total());", Hangs.OUTPUT),
    "a result of a helper that has the collector": ("count++;\nemit(out, count);", Hangs.OUTPUT),
    "whether there is a result": ("count++;\nif (count > 3) {\n out.collect(order);\n}", Hangs.OUTPUT),
    "whether it goes on to a result": ("count++;\nif (count > 3) return;\nout.collect(order);", Hangs.OUTPUT),
    "whether one turn of a lambda goes on": (
        "count++;\norder.lines().forEach(line -> {\n if (line.size() == count) {\n  return;\n }\n LOG.info(line);\n});\nout.collect(order);",
        Hangs.NOTHING,
    ),
    "whether there is a result, through a flag": (
        "count++;\nboolean many = false;\nif (count > 3) {\n many = true;\n}\nif (many) {\n out.collect(order);\n}",
        Hangs.OUTPUT,
    ),
    "a timer": ("count++;\nif (count == 1) {\n ctx.timerService().registerEventTimeTimer(5);\n}", Hangs.OUTPUT),
    "a state": ("count++;\nstate.update(count);", Hangs.OUTPUT),
    "something that is not seen": ("count++;\nservice.tell(count);", Hangs.PASSED),
    "a log": ('count++;\nif (count % 100 == 0) {\n LOG.info("{}", count);\n}', Hangs.NOTHING),
    "a metric": ("count++;\nmetrics.report(count);", Hangs.NOTHING),
    "a failure on purpose": ('count++;\nif (count > 3) {\n throw new X("" + count);\n}', Hangs.NOTHING),
    "a check": ("count++;\nPreconditions.checkState(count > 0);", Hangs.NOTHING),
    "one of several in turn": ("count++;\nsend(targets.get(count % 4), order);", Hangs.NOTHING),
}


@pytest.mark.parametrize(("body", "hangs"), HANGS.values(), ids=HANGS)
def test_what_hangs_on_it(body: str, hangs: Hangs) -> None:
    helper = "  Total total() {\n   return new Total(count);\n  }\n" if "total()" in body else ""
    rest = (
        helper
        + "  ValueState<Long> state;\n  void emit(Collector<Total> to, long n) {\n   to.collect(new Total(n));\n  }"
    )
    found = _carried("A.java", _java("long count", body, rest), "count")
    assert found is not None and found.hangs is hangs


def test_what_one_method_leaves_another_gives_out() -> None:
    rest = "  void onTimer(long at, Context ctx, Collector<Total> out) {\n   out.collect(new Total(last));\n  }"
    found = _carried("A.java", _java("Order last", "last = order;", rest), "last")
    assert found is not None and found.hangs is Hangs.OUTPUT
    assert (found.method, found.written.first_line) == ("flatMap", 4)
    assert found.read is not None and found.read.first_line == 7


def test_what_only_close_reads_hangs_on_later() -> None:
    rest = "  void close() {\n   for (Order o : pending) {\n    store.insert(o);\n   }\n  }"
    found = _carried("A.java", _java("List<Order> pending", "pending.add(order);", rest), "pending")
    assert found is not None and found.hangs is Hangs.LATER and found.collects


def test_another_objects_add_and_put_keep_nothing() -> None:
    assert _carried("A.java", _java("Redis redis", "redis.set(order.id(), order);\nredis.put(order);"), "redis") is None


def test_a_sinks_call_of_its_target_is_an_output() -> None:
    body = "pending.add(order);\nif (pending.size() > 9) {\n client.insert(pending);\n pending.clear();\n}"
    text = _java("List<Order> pending", body)
    found = _carried("A.java", text, "pending", is_sink=True)
    assert found is not None and found.hangs is Hangs.OUTPUT


def test_what_a_control_stream_changes_and_open_loads_again_is_not_lost() -> None:
    control = "  void processBroadcastElement(Rule rule, Context ctx, Collector<Total> out) {\n   rules.put(rule.id(), rule);\n  }\n"
    load = (
        "  void open(Configuration c) {\n   for (Rule rule : store.all()) {\n    rules.put(rule.id(), rule);\n   }\n  }"
    )
    body = "for (Rule rule : rules.values()) {\n out.collect(rule.of(order));\n}"
    found = _carried("A.java", _java("Map<String, Rule> rules", body, control), "rules")
    assert found is not None and found.hangs is Hangs.OUTPUT and not found.loaded
    assert _carried("A.java", _java("Map<String, Rule> rules", body, control + load), "rules") is None


OTHER_LANGUAGES = {
    "Python: a set": ("a.py", "seen", "class A:\n  def __init__(self):\n    self.seen = set()\n  def process_element(self, value, ctx):\n    if value.id in self.seen:\n      return\n    self.seen.add(value.id)\n    yield value\n", Hangs.OUTPUT),
    "Python: a sum": ("a.py", "sums", "class A:\n  def __init__(self):\n    self.sums = {}\n  def process_element(self, value, ctx):\n    self.sums[value.key] = self.sums.get(value.key, 0) + value.x\n    yield self.sums[value.key]\n", Hangs.OUTPUT),
    "Python: only written": ("a.py", "last", "class A:\n  def __init__(self):\n    self.last = None\n  def process_element(self, value, ctx):\n    self.last = value\n    yield self.last\n", Hangs.NOTHING),
    "Kotlin: the last one": ("A.kt", "last", "class A {\n  private var last: Order? = null\n  fun processElement(order: Order, ctx: Context, out: Collector<Total>) {\n    last?.let { out.collect(Total(it, order)) }\n    last = order\n  }\n}\n", Hangs.OUTPUT),
    "Kotlin: an expression": ("A.kt", "next", "class A {\n  private var next = 0L\n  fun map(value: String): Total = Total(value, next++)\n}\n", Hangs.OUTPUT),
    "Kotlin: a list": ("A.kt", "pending", "class A {\n  private val pending = mutableListOf<Order>()\n  fun processElement(order: Order, ctx: Context, out: Collector<Total>) {\n    pending.add(order)\n    if (pending.size > 9) { pending.forEach { out.collect(it) } }\n  }\n}\n", Hangs.OUTPUT),
    "Scala: a map": ("A.scala", "sums", "class A {\n  private val sums = mutable.Map[String, Long]()\n  def processElement(order: Order, ctx: Context, out: Collector[Total]): Unit = {\n    sums(order.id) = sums.getOrElse(order.id, 0L) + 1\n    out.collect(Total(sums(order.id)))\n  }\n}\n", Hangs.OUTPUT),
    "Scala: the last expression": ("A.scala", "next", "class A {\n  private var next = 0L\n  def map(value: String): (String, Long) = {\n    next += 1\n    (value, next)\n  }\n}\n", Hangs.OUTPUT),
    "Scala: what a pattern took": ("A.scala", "pending", "class A {\n  private val pending = new ArrayBuffer[Put]()\n  def flatMap(order: Order, out: Collector[Total]): Unit = {\n    order.all.foreach {\n      case put: Put => pending += put\n      case _ =>\n    }\n    out.collect(pending.size)\n  }\n}\n", Hangs.OUTPUT),
}  # fmt: skip


@pytest.mark.parametrize(("path", "name", "text", "hangs"), OTHER_LANGUAGES.values(), ids=OTHER_LANGUAGES)
def test_other_languages(path: str, name: str, text: str, hangs: Hangs) -> None:
    found = _carried(path, text, name)
    assert found is not None and found.hangs is hangs
