"""Records that fail are skipped and the results are silently wrong.

Kafka Streams is told to go on after a record that it could not read, process or write.

## What it catches

`LogAndContinueExceptionHandler`, `LogAndContinueProcessingExceptionHandler`, Spring's `logAndContinue`, and a handler class of
one's own that returns CONTINUE without sending the record anywhere.

## Why it hurts in production

One incompatible schema upstream and every record is skipped at WARN: aggregates are silently wrong. After a skipped write,
state and output disagree for good.

## What to do

Fail on systemic errors; send poison records to a dead-letter topic and count them.

## Trade-off

Failing stops the task at a record that never passes, until somebody acts. Going on is legitimate where each skipped record is kept
in a dead-letter topic or may go.

## What it cannot see

That the topic is known to carry foreign data; a dead-letter queue set up in another file.

## Examples

### bad: log and continue
--- App.java
+import org.apache.kafka.streams.*;
+import org.apache.kafka.streams.errors.LogAndContinueExceptionHandler;
+class App {
+  void configure(Properties props) {
+    props.put(StreamsConfig.DEFAULT_DESERIALIZATION_EXCEPTION_HANDLER_CLASS_CONFIG, LogAndContinueExceptionHandler.class); // ! here
+  }
+}

### bad: an expression for a body, in Kotlin
--- Skip.kt
+import org.apache.kafka.streams.errors.DeserializationExceptionHandler
+class Skip : DeserializationExceptionHandler {
+  override fun handle(context: ProcessorContext, record: ConsumerRecord<ByteArray, ByteArray>, e: Exception) =
+    DeserializationHandlerResponse.CONTINUE // ! here
+}

### good: the failing handler
--- App.java
+import org.apache.kafka.streams.*;
+class App {
+  void configure(Properties props) {
+    props.put(StreamsConfig.DEFAULT_DESERIALIZATION_EXCEPTION_HANDLER_CLASS_CONFIG, LogAndFailExceptionHandler.class);
+  }
+}

### good: the same line, moved into a method of its own in another class
--- App.java
 import org.apache.kafka.streams.*;
 class App {
   void configure(Properties props) {
-    props.put(StreamsConfig.DEFAULT_DESERIALIZATION_EXCEPTION_HANDLER_CLASS_CONFIG, LogAndContinueExceptionHandler.class);
+    Defaults.fill(props);
   }
 }
--- Defaults.java
+import org.apache.kafka.streams.*;
+class Defaults {
+  static void fill(Properties props) {
+    props.put(StreamsConfig.DEFAULT_DESERIALIZATION_EXCEPTION_HANDLER_CLASS_CONFIG, LogAndContinueExceptionHandler.class);
+  }
+}

## References

- https://cwiki.apache.org/confluence/display/KAFKA/KIP-161
- https://cwiki.apache.org/confluence/display/KAFKA/KIP-1033
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from reviewer.core.finding import Category, Confidence, Severity
from reviewer.facts.streaming.model import FactSet, FileFacts, Setting
from reviewer.facts.syntax import Jump, JumpKind
from reviewer.rules.rule import Hit, Rule
from reviewer.rules.support import code_files, line

_CONTINUES = re.compile(r"LogAndContinue\w*|^log-?_?and-?_?continue$|^skip-?_?and-?_?continue$", re.IGNORECASE)
_KEYS = re.compile(r"exception\.?handler$")
_HANDLERS = re.compile(r"(Deserialization|Production|Processing)ExceptionHandler")
_SAYS_SO = re.compile(r"(Skip|Ignore|Drop|Log)\w*AndContinue")  # whoever configures it reads that
_CONTINUE = re.compile(r"\bCONTINUE\b|Response\.resume\(")
_DLQ = re.compile(r"dead.?letter|dlq|dlt", re.IGNORECASE)


def inspect(facts: FactSet) -> Iterator[Hit]:
    """Configured handlers, then handlers written here."""
    for file in facts.files:
        if any(_DLQ.search(setting.written or setting.key) for setting in file.settings):
            continue
        for setting in file.settings:
            continues = _KEYS.search(setting.key) and _CONTINUES.search(setting.value.text.rsplit(".", 1)[-1])
            if continues and not _is_menu(file, setting):
                yield _configured(setting)
    for file in code_files(facts, "kafka-streams"):
        yield from _written(file)


def _is_menu(file: FileFacts, setting: Setting) -> bool:
    """The one that fails is put to the same place: whoever runs the program chooses."""
    return setting.in_code and any(
        (other.key, other.scope) == (setting.key, setting.scope) and "LogAndFail" in other.value.text
        for other in file.settings
    )


def _configured(setting: Setting) -> Hit:
    handler = setting.value.text.rsplit(".", 1)[-1]
    return Hit(
        subject=f"{setting.scope}/{setting.key}",
        span=line(setting.span),
        message=f"{setting.key} is {handler}: every record that fails there is skipped with a line in the log.",
        scenario=_scenario(f"{setting.key} {handler}"),
        fix=_FIX,
    )


def _scenario(key: str) -> tuple[str, ...]:
    if "production" in key.lower():
        return (
            "An output record is refused (too large, topic not authorised).",
            "The handler says CONTINUE: the record is dropped, while the store already has the new state.",
            "State and output disagree for good, and only a log line tells.",
        )
    if "processing" in key.lower():
        return (
            "A bug, or a value that nobody expected, makes every record of one kind throw in an operator.",
            "Each of them is logged and skipped; the application looks healthy and its lag is zero.",
            "Aggregates and joins are computed without these records -> silently wrong results, offsets committed.",
        )
    return (
        "A producer ships a schema that this application can't read.",
        "Each of its records is logged at WARN and skipped; the application looks healthy and its lag is zero.",
        "Aggregates and joins are computed without these records -> silently wrong results, offsets committed.",
    )


_FIX = "Fail on such errors, or send the record to a dead-letter topic, count it, and alert on the count."


def _written(file: FileFacts) -> Iterator[Hit]:
    for declared in file.syntax.types:
        if not any(_HANDLERS.search(base) for base in declared.bases) or _SAYS_SO.search(declared.name):
            continue
        inside = [call for call in file.syntax.calls if declared.span.contains(call.span)]
        if any(
            call.name in ("send", "produce", "publish") or _DLQ.search(call.name + call.receiver) for call in inside
        ):
            continue
        jump = _continuing(file, declared.span.first_line, declared.span.last_line)
        if jump is not None:
            yield Hit(
                subject=f"{declared.qualified}/CONTINUE",
                span=line(jump.span),
                message=f"{declared.name} skips the record and keeps it nowhere.",
                scenario=_scenario(" ".join(declared.bases)),
                fix=_FIX,
            )


def _continuing(file: FileFacts, first: int, last: int) -> Jump | None:
    inside = [j for j in file.syntax.jumps if first <= j.span.first_line <= last and j.kind is JumpKind.RETURN]
    if any(re.search(r"\bFAIL\b|Response\.fail\(", jump.text) for jump in inside):
        return None
    return next((jump for jump in inside if _CONTINUE.search(jump.text)), None)


RULE = Rule(
    __name__,
    __doc__,
    category=Category.DATA_LOSS,
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    put_back=True,
    inspect=inspect,
)
