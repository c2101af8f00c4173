"""A record that may be null stops the job.

A test for null is removed in front of a call on what it asked for.

## What it catches

In Java, Kotlin and Scala: `if (row == null) return …`, or an `if (row != null)` around the work, that the change removes while the code still calls something on `row`: a parameter, or what
another call gave.

## Why it hurts in production

A deserializer of Flink gives null for a record that is to be skipped. Where the null is not passed on, the call on it throws; the job restarts from the checkpoint, reads the
same record and fails again, until its restarts are used up.

## What to do

Keep the test: skip what is empty, delete it, or send it to a dead letter topic, on purpose.

## What it cannot see

That null cannot come any more, because whoever gives the value changed.

## Examples

### bad: what the inner format could not read
--- RowSchema.java
 import org.apache.flink.api.common.serialization.DeserializationSchema;
 class RowSchema {
   RowData deserialize(byte[] message, String stream) {
     RowData row = inner.deserialize(message);
-    if (row == null) { // ! here
-      return null;
-    }
     GenericRowData result = new GenericRowData(row.getRowKind(), row.getArity());
     return result;
   }
 }

### bad: scala
--- Enrich.scala
 import org.apache.flink.streaming.api.functions.ProcessFunction
 class Enrich(users: Users) extends ProcessFunction[Click, Row] {
   override def processElement(click: Click, context: Context, out: Collector[Row]): Unit = {
     val user = users.find(click.user)
-    if (user != null) { // ! here
-      out.collect(user.row(click))
-    }
+    out.collect(user.row(click))
   }
 }

### good: the format no longer gives null
--- RowSchema.java
 import org.apache.flink.api.common.serialization.DeserializationSchema;
 class RowSchema {
   void deserialize(byte[] message, Collector<RowData> out) {
-    RowData row = inner.deserialize(message);
-    if (row == null) {
-      return;
-    }
-    out.collect(row);
+    inner.deserialize(message, out);
   }
 }

### good: a field of the job
--- Writer.java
 import org.apache.flink.api.connector.sink2.SinkWriter;
 class Writer {
   private Client client;
   void write(String row) {
-    if (client != null) {
-      client.send(row);
-    }
+    client.send(row);
   }
 }

## References

- https://nightlies.apache.org/flink/flink-docs-stable/docs/connectors/datastream/kafka/
"""

from __future__ import annotations

from collections.abc import Iterator

from reviewer.core.finding import Category, Confidence, Severity
from reviewer.facts.delta import Delta
from reviewer.facts.streaming.protections import written
from reviewer.rules.checks.null_gone import null_gone
from reviewer.rules.checks.words import Words
from reviewer.rules.rule import Hit, Rule
from reviewer.rules.support import short

_WORDS = Words(
    "`{test}` is removed: `{name}` may be null here, and `{use}` is called on it at once.",
    (
        "A record comes for which `{name}` is null, which the test was there for.",
        "`{use}` throws a NullPointerException in {function}().",
        "The job fails, restarts at the same record and fails again -> the partition stands still.",
    ),
    "Keep the test, and skip or delete on purpose what has no `{name}`.",
)


def compare(delta: Delta) -> Iterator[Hit]:
    """Variables in code of Flink jobs, formats and connectors that are used unasked."""
    for found in null_gone(delta):
        before = found.files.before
        is_flink = before is not None and any("flink" in item.path for item in before.syntax.imports)
        if is_flink:
            yield _WORDS.hit(
                f"{found.function}/{found.name} unasked", found.span, test=short(found.test), name=found.name, use=written(found.use),
                function=found.function.rpartition(".")[2],
            )  # fmt: skip


RULE = Rule(
    __name__,
    __doc__,
    category=Category.OPERATIONS,
    severity=Severity.HIGH,
    confidence=Confidence.MEDIUM,
    compare=compare,
)
