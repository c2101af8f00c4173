"""A bad record ends the task although a dead letter topic is set up.

A sink task no longer reports failed records to Connect.

## What it catches

`report()` of the errant record reporter that the change removes from a sink task, or from what it uses, where failures are still handled.

## Why it hurts in production

`errors.deadletterqueue.topic.name` and `errors.tolerance: all` are only about records that the task reports. Without the report one record that the target refuses ends
the task, again after each restart at the same offset, or it is dropped and nobody has it.

## What to do

Report the record where the target refuses it, and throw only when there is no reporter (it is null in old workers and where no handling of errors is set up).

## What it cannot see

Another class that reports now.

## Examples

### bad: only the throw is left
--- ParcelTask.java
 import org.apache.kafka.connect.errors.ConnectException;
 import org.apache.kafka.connect.sink.*;
 public abstract class ParcelTask extends SinkTask {
-  private ErrantRecordReporter reporter;
   public void start(Map<String, String> props) {
-    reporter = context.errantRecordReporter();
     client = connect(props);
   }
   public void put(Collection<SinkRecord> records) {
     for (SinkRecord record : records) {
       try {
         client.write(record);
       } catch (Refused e) {
-        if (reporter == null) {
-          throw new ConnectException("refused", e);
-        }
-        reporter.report(record, e); // ! here
+        throw new ConnectException("refused", e);
       }
     }
   }
 }

### bad: kotlin, the failure is only logged
--- ParcelWriter.kt
 import org.apache.kafka.connect.sink.ErrantRecordReporter
 import org.apache.kafka.connect.sink.SinkRecord
 class ParcelWriter(private val reporter: ErrantRecordReporter?) {
   fun write(record: SinkRecord) {
     try {
       client.write(record)
     } catch (e: Refused) {
-      reporter?.report(record, e) // ! here
+      log.warn("refused", e)
     }
   }
 }

### good: a helper reports
--- ParcelWriter.java
 import org.apache.kafka.connect.sink.*;
 class ParcelWriter {
   private final ErrantRecordReporter reporter;
   void write(SinkRecord record) {
     try {
       client.write(record);
     } catch (Refused e) {
-      reporter.report(record, e);
+      refuse(record, e);
     }
   }
+  private void refuse(SinkRecord record, Refused e) {
+    reporter.report(record, e);
+  }
 }

### good: a reporter of figures
--- ParcelWriter.java
 import org.apache.kafka.connect.sink.*;
 class ParcelWriter {
   private final FigureReporter reporter;
   void write(SinkRecord record) {
     client.write(record);
-    reporter.report(client.figures());
   }
 }

## References

- https://kafka.apache.org/40/javadoc/org/apache/kafka/connect/sink/ErrantRecordReporter.html
"""

from __future__ import annotations

from collections.abc import Iterator

from reviewer.core.finding import Category, Confidence, Severity
from reviewer.facts.delta import Delta
from reviewer.facts.streaming.model import FileFacts
from reviewer.facts.streaming.names import bare
from reviewer.facts.streaming.protections import qualified, written
from reviewer.facts.syntax import Call
from reviewer.rules.checks.words import Words
from reviewer.rules.rule import Hit, Rule
from reviewer.rules.support import line

_WORDS = Words(
    "{call} is gone from {function}(): the dead letter topic of the connector gets nothing from here any more.",
    (
        "The target refuses one record.",
        "{function}() does not report it: Connect does not know of it.",
        "The task ends at this record after every restart, or the record is dropped -> the partition stands still, or the record is nowhere.",
    ),
    "Keep {call} where a record is refused; throw only when there is no reporter.",
)


def compare(delta: Delta) -> Iterator[Hit]:
    """Reports of failed records that are gone, while their function stays."""
    fresh = [f for pair in delta.pairs() if pair.after is not None for f in (pair.after,)]
    for files, before, after in delta.modified():
        if list(_reports(after)):
            continue
        for call in _reports(before):
            home = qualified(before, call.function)
            stays = any(f.qualified == home for f in after.syntax.functions)
            moved = any(list(_reports(file)) for file in fresh if file.path != after.path)
            if stays and not moved and files.touches(call.name_span):
                yield _WORDS.hit(f"{home}/report of failed records", line(call.name_span), call=written(call), function=home.rpartition(".")[2])  # fmt: skip
                break


def _reports(file: FileFacts) -> Iterator[Call]:
    """The calls of `report` on what the worker gave, or what is declared as such."""
    given = {bare(c.result_name) for c in file.syntax.calls if c.name == "errantRecordReporter" and c.result_name}
    for call in file.syntax.calls:
        if call.name == "report" and len(call.arguments) == 2:
            declared = file.names.type_of(call.receiver.rstrip("?!"), call.function)
            if "ErrantRecordReporter" in declared or bare(call.receiver.rstrip("?!")) in given:
                yield call


RULE = Rule(
    __name__,
    __doc__,
    category=Category.OPERATIONS,
    severity=Severity.MEDIUM,
    confidence=Confidence.MEDIUM,
    only=("kafka-connect",),
    compare=compare,
)
