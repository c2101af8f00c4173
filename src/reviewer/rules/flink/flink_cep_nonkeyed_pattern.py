"""A pattern is matched over everything at once, in one task.

The key in front of an event pattern goes.

## What it catches

`PARTITION BY` of a MATCH_RECOGNIZE that a change takes away; `CEP.pattern` of a stream that was keyed and is not any more.

## Why it hurts in production

Without a key one task looks at the events of all: a first event of one customer and a second one of another make a match. And the whole stream goes through
one task, whatever the parallelism is.

## What to do

Key the stream, or PARTITION BY, by what the pattern is about.

## What it cannot see

That the rule is about everything on purpose, and its input only a trickle.

## Examples

### bad: PARTITION BY goes
--- faults.sql
 INSERT INTO faults
 SELECT * FROM machine_events
 MATCH_RECOGNIZE (
-  PARTITION BY machine -- ! here
   ORDER BY rowtime
   MEASURES LAST(B.code) AS code
   PATTERN (A B) WITHIN INTERVAL '10' MINUTE
   DEFINE A AS A.level = 1, B AS B.level = 2
 );

### bad: the stream is no longer keyed
--- Faults.java
 import org.apache.flink.cep.CEP;
 import org.apache.flink.cep.pattern.Pattern;
 import org.apache.flink.streaming.api.datastream.DataStream;
 class Faults {
   void wire(DataStream<Fault> faults, Pattern<Fault, ?> twice) {
     DataStream<Fault> grave = faults.filter(f -> f.level() > 1);
-    CEP.pattern(grave.keyBy(Fault::machine), twice).process(new Alert()).sinkTo(Sinks.alerts());
+    CEP.pattern(grave.map(f -> f.plain()), twice).process(new Alert()).sinkTo(Sinks.alerts()); // ! here
   }
 }

### good: another key
--- faults.sql
 INSERT INTO faults
 SELECT * FROM machine_events
 MATCH_RECOGNIZE (
-  PARTITION BY machine
+  PARTITION BY machine, line
   ORDER BY rowtime
   MEASURES LAST(B.code) AS code
   PATTERN (A B) WITHIN INTERVAL '10' MINUTE
   DEFINE A AS A.level = 1, B AS B.level = 2
 );

### good: a pattern over everything that is new
--- faults.sql
+INSERT INTO outages
+SELECT * FROM cluster_events
+MATCH_RECOGNIZE (
+  ORDER BY rowtime
+  MEASURES LAST(B.code) AS code
+  PATTERN (A B) WITHIN INTERVAL '10' MINUTE
+  DEFINE A AS A.level = 1, B AS B.level = 2
+);

## References

- https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/table/sql/queries/match_recognize/
- https://nightlies.apache.org/flink/flink-docs-stable/docs/libs/cep/
"""

from __future__ import annotations

from collections.abc import Iterator

from reviewer.core.finding import Category, Confidence, Severity
from reviewer.facts.delta import Delta, FilePair
from reviewer.facts.pairs import QUERIES
from reviewer.facts.streaming.model import Known
from reviewer.rules.checks.dataflow import last_span, patterns
from reviewer.rules.checks.words import Words
from reviewer.rules.rule import Hit, Rule
from reviewer.rules.support import folded

_WORDS = Words(
    "The pattern {what} was matched for each {key} and is now matched over all of them together.",
    (
        "A first event of one {key} begins a match.",
        "The event that would complete it comes from another one, and is taken.",
        "A match is told that nobody's events make, and real ones are used up by strangers -> wrong alerts and missed ones; one task does all the work.",
    ),
    "Keep {key} as the key in front of the pattern.",
)


def compare(delta: Delta) -> Iterator[Hit]:
    """Queries that write the same table, then patterns of the same function."""
    for pair in delta.pairs_of(QUERIES):
        was, now = pair.before, pair.after
        if (
            was is None
            or now is None
            or now.part("match.pattern") is None
            or now.part("match.partition-by") is not None
        ):
            continue
        key, span = was.part("match.partition-by"), last_span(was.parts, "match.partition-by")
        if key is not None and span is not None:
            yield _WORDS.hit(f"{now.target}: unpartitioned", span, what=f"of {now.target}", key=key.text)
    for files, first, second in patterns(delta):
        keyed, span = second.part("keyed"), last_span(second.parts, "keyed")
        old = first.part("keyed")
        if old is None or keyed is None or not old.is_explicit("true") or span is None or files.after is None:
            continue
        place = files.after.function_name(second.call.function)
        if keyed.is_explicit("false") or (keyed.known is Known.UNKNOWN and _is_bare_now(files, place, keyed.text)):
            yield _WORDS.hit(f"{place}: unkeyed", span, what=f"in {place}()", key="key")


def _is_bare_now(files: FilePair, function: str, stream: str) -> bool:
    """`pattern(orders.keyBy(…), …)` becomes `pattern(orders, …)`: wherever the stream comes from, it had to be keyed here."""
    keyed = [
        file is not None
        and any(
            c.receiver == stream and folded(c.name) == "keyby" and file.function_name(c.function) == function
            for c in file.syntax.calls
        )
        for file in (files.before, files.after)
    ]
    return keyed == [True, False]


RULE = Rule(
    __name__,
    __doc__,
    category=Category.STATE_CONSISTENCY,
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    put_back=True,
    only=("flink-cep", "flink-sql"),
    compare=compare,
)
