"""An operator has another uid at every start.

A uid is made of something that differs between two starts: a random number, the time.

## What it catches

`.uid("…" + UUID.randomUUID())`, `uuid4()`, `System.currentTimeMillis()` in the uid of an operator, in a variable that it is made of, and in a field
or parameter that is named after it (`uidSuffix`).

## Why it hurts in production

State is found by the uid. The next start asks for another one: the restore from a savepoint fails, or starts empty with
`--allowNonRestoredState`. A recovery inside the same run works, so nobody notices until the first deploy.

## What to do

A literal per operator; in a library a prefix that the caller gives and that stays.

## What it cannot see

A job that is never restored from a savepoint.

## Examples

### bad: a random part
--- Job.java
 import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
 class Job {
   void build(StreamExecutionEnvironment env) {
     env.fromSource(source, watermarks, "orders").uid("orders")
       .keyBy(o -> o.customer())
-      .process(new Totals()).uid("totals")
+      .process(new Totals()).uid("totals-" + UUID.randomUUID()) // ! here
       .sinkTo(sink).uid("sink");
   }
 }

### bad: the default of a suffix
--- Maintenance.java
 import org.apache.flink.streaming.api.datastream.DataStream;
 class Maintenance {
-  private String uidSuffix = null;
+  private String uidSuffix = "table-" + UUID.randomUUID(); // ! here
   void append(DataStream<Order> orders) {
     orders.keyBy(o -> o.customer()).process(new Totals()).uid("totals-" + uidSuffix);
   }
 }

### good: a literal takes the place of a random part
--- Job.java
 import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
 class Job {
   void build(StreamExecutionEnvironment env) {
     env.fromSource(source, watermarks, "orders").uid("orders")
       .keyBy(o -> o.customer())
-      .process(new Totals()).uid("totals-" + UUID.randomUUID())
+      .process(new Totals()).uid("totals")
       .sinkTo(sink).uid("sink");
   }
 }

### good: a random id of a record
--- Job.java
 import org.apache.flink.streaming.api.datastream.DataStream;
 class Job {
   void build(DataStream<Order> orders) {
-    orders.map(o -> o).uid("ids");
+    orders.map(o -> o.withUuid(UUID.randomUUID().toString())).uid("ids");
   }
 }

## References

- https://nightlies.apache.org/flink/flink-docs-stable/docs/ops/state/savepoints/
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from reviewer.core.finding import Category, Confidence, Severity
from reviewer.facts.streaming.dataflow import part_of
from reviewer.facts.streaming.model import FactSet, FileFacts
from reviewer.rules.checks.dataflow import label
from reviewer.rules.checks.words import Words
from reviewer.rules.rule import Hit, Rule
from reviewer.rules.support import code_files, line, short

_WORDS = Words(
    "{what} is made of {made}: `{text}`.",
    (
        "The job runs and keeps its state under the uid that this start made.",
        "It is stopped with a savepoint and started again: `{text}` gives another uid.",
        "The restore fails, or with --allowNonRestoredState every operator starts empty and sources at their configured position -> state is lost.",
    ),
    "Use a literal that stays, e.g. one name per operator, or a prefix that the caller gives.",
)
_MADE = {"random": "something random", "time": "the time of the start", "build": "what differs from build to build"}
_BUILD = re.compile(
    r"(?i)\.(\w*(version|revision|build_?(id|number)|commit|git_?sha)\w*)\b|\b(build|git)_?info\b|getImplementationVersion"
)
_RANDOM = re.compile(r"randomUUID\(|uuid[14]\(|\bUuid::new|Random\(\)|\.nextInt\(|\.nextLong\(")
_TIME = re.compile(r"currentTimeMillis\(|nanoTime\(|Instant\.now\(|LocalDateTime\.now\(|time\.time\(|datetime\.now\(")
_NAMED = re.compile(r"(?<![uUgG])(?:uid|Uid|UID)(?:_?(?:[sS]uffix|[pP]refix|SUFFIX|PREFIX))?$")


def inspect(facts: FactSet) -> Iterator[Hit]:
    """Operators whose uid says so, then fields and variables that are named after a uid."""
    for file in code_files(facts, "flink-datastream"):
        for operator in file.operators:
            made = part_of(operator.parts, "uid-made")
            kind = made.text if made is not None else ""
            if kind == "computed" and _BUILD.search(operator.uid or ""):
                kind = "build"
            if kind in _MADE and operator.uid is not None and operator.uid_span is not None:
                yield _WORDS.hit(
                    f"{operator.root}/{operator.op} uid", operator.uid_span, what=f"The uid of {label(operator)}",
                    made=_MADE[kind], text=short(operator.uid),
                )  # fmt: skip
        yield from _named(file)


def _named(file: FileFacts) -> Iterator[Hit]:
    for assignment in file.syntax.assignments:
        name = assignment.target.rsplit(".", 1)[-1]
        text = assignment.value.text if assignment.value is not None else ""
        kind = "random" if _RANDOM.search(text) else "time" if _TIME.search(text) else ""
        if kind and _NAMED.search(name) and not _is_in_uid(file, name):
            where = file.function_name(assignment.function)
            yield _WORDS.hit(
                f"{where}/{name}", line(assignment.span), what=f"`{name}`", made=_MADE[kind], text=short(text), confidence=Confidence.MEDIUM
            )  # fmt: skip


def _is_in_uid(file: FileFacts, name: str) -> bool:
    """Whether an operator's own hit says it already."""
    made = (
        op for op in file.operators if op.uid is not None and (p := part_of(op.parts, "uid-made")) and p.text in _MADE
    )
    return any(re.search(rf"\b{re.escape(name)}\b", op.uid or "") for op in made)


RULE = Rule(
    __name__,
    __doc__,
    category=Category.STATE_CONSISTENCY,
    severity=Severity.CRITICAL,
    confidence=Confidence.HIGH,
    put_back=True,
    inspect=inspect,
)
