"""All tasks of a topology get one and the same processor.

A supplier of processors or transformers gives back an object that was made outside of it.

## What it catches

`addProcessor("name", () -> processor, …)`, `process(() -> processor)` and their like in Java, Kotlin and Scala, where `processor` is a variable or field that
is made once.

## Why it hurts in production

A processor belongs to one task: it holds that task's context and stores. Where several tasks share one object, the init of the last one wins: all others write
to its store and forward in its context, under keys of partitions that it does not own. Newer versions ask
the supplier twice when the topology is built, and refuse it: then the application does not start.

## What to do

Make the processor in the supplier: `MyProcessor::new`, `() -> new MyProcessor(…)`, `{ MyProcessor() }`.

## What it cannot see

That a method which is called in the supplier gives back a singleton.

## Examples

### bad: the processor is made outside of the supplier
--- Scores.java
 import org.apache.kafka.streams.Topology;
 class Scores {
   Topology build() {
+    ScoreProcessor processor = new ScoreProcessor();
     return new Topology()
         .addSource("results", "match-results")
-        .addProcessor("score", () -> new ScoreProcessor(), "results")
+        .addProcessor("score", () -> processor, "results") // ! here
         .addSink("table", "league-table", "score");
   }
 }

### bad: a field is given to the steps of a stream
--- Scores.kt
 import org.apache.kafka.streams.StreamsBuilder
 class Scores {
+    private val processor = ScoreProcessor()
     fun build(builder: StreamsBuilder) {
         builder.stream<String, String>("match-results")
-            .process({ ScoreProcessor() })
+            .process({ processor }) // ! here
             .to("league-table")
     }
 }

### good: each call makes one
--- Scores.java
 import org.apache.kafka.streams.Topology;
 class Scores {
   Topology build() {
     return new Topology()
         .addSource("results", "match-results")
-        .addProcessor("score", () -> new ScoreProcessor(), "results")
+        .addProcessor("score", ScoreProcessor::new, "results")
         .addSink("table", "league-table", "score");
   }
 }

### good: a supplier object that is made once
--- Scores.java
 import org.apache.kafka.streams.Topology;
 import org.apache.kafka.streams.processor.api.ProcessorSupplier;
 class Scores {
   Topology build() {
+    ProcessorSupplier<String, String, String, String> supplier = new ScoreSupplier();
     return new Topology()
         .addSource("results", "match-results")
-        .addProcessor("score", () -> new ScoreProcessor(), "results")
+        .addProcessor("score", supplier, "results")
         .addSink("table", "league-table", "score");
   }
 }

## References

- https://kafka.apache.org/documentation/streams/developer-guide/processor-api.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from reviewer.core.finding import Category, Confidence, Severity
from reviewer.facts.streaming.model import FactSet, FileFacts
from reviewer.facts.syntax import Call
from reviewer.rules.checks.words import Words, of_call
from reviewer.rules.rule import Hit, Rule
from reviewer.rules.support import code_files, line

_WORDS = Words(
    "The supplier of {step}() gives every task the same object, `{name}`.",
    (
        "The application has several tasks: each asks the supplier for its processor, and all get `{name}`.",
        "Each calls init() on it: the context and the stores of the last task replace those of the others.",
        "Records of one partition are kept in the store of another and forwarded in its name -> state is mixed up; a version that checks its suppliers does not start at all.",
    ),
    "Make the object in the supplier, once for each call.",
)
_STEPS = frozenset({"addProcessor", "addGlobalStore", "process", "processValues", "transform", "transformValues", "flatTransform", "flatTransformValues"})  # fmt: skip
_GIVES = re.compile(
    r"(?:\(\s*\)\s*(?:->|=>)\s*(?P<a>\w+(?:\.\w+)?)|\{\s*(?P<b>(?:this\.)?\w+)\s*\}|\w*Supplier\s*\{\s*(?P<c>(?:this\.)?\w+)\s*\})"
)


def inspect(facts: FactSet) -> Iterator[Hit]:
    """Suppliers that only name a variable or field, which is made where it is declared."""
    for file in code_files(facts, "kafka-streams"):
        for call in file.syntax.calls:
            for argument in call.arguments if call.name in _STEPS and call.receiver else ():
                match = _GIVES.fullmatch(argument.value.text.strip())
                name = next((found for found in match.groups() if found), "") if match is not None else ""
                if name and _is_made_once(file, call, re.sub(r"^(?:this|self)\.", "", name)):
                    yield _WORDS.hit(of_call(file, call, name), line(argument.value.span), step=call.name, name=name)


def _is_made_once(file: FileFacts, call: Call, name: str) -> bool:
    """A variable of the same function, or a field, that is given something constructed."""
    made = [
        a for a in file.syntax.assignments
        if re.sub(r"^(?:this|self)\.", "", a.target) == name and (a.is_field or a.function == call.function) and a.value is not None
    ]  # fmt: skip
    calls = [file.syntax.calls[a.value.call] for a in made if a.value is not None and a.value.call is not None]
    return bool(calls) and all(c.is_construction and not c.name.endswith("Supplier") for c in calls)


RULE = Rule(
    __name__,
    __doc__,
    category=Category.STATE_CONSISTENCY,
    severity=Severity.CRITICAL,
    confidence=Confidence.HIGH,
    put_back=True,
    inspect=inspect,
)
