"""Records are counted again after every crash.

A Kafka Streams application no longer processes exactly once.

## What it catches

`processing.guarantee` that goes from `exactly_once…` to `at_least_once`, by another value or by being removed, in code and in documents.

## Why it hurts in production

With `at_least_once` the store's changelog and the output are written before the offsets are committed. After a crash the input since the last commit
is applied again to stores that contain it already: counts and sums stay too high for good, and the output is sent twice.

## What to do

Keep `exactly_once_v2`; or make every aggregation and every reader of the output recognise a record that it has seen.

## Trade-off

Exactly-once commits every 100 ms unless set, in transactions: some throughput, and read_committed readers see results at the
commit. At-least-once is legitimate where a record counted twice changes nothing (last value, maximum) or readers drop repeats.

## What it cannot see

Topologies that only filter and map, or whose aggregates are idempotent (latest value, set of ids).

## Examples

### bad: by another value
--- Totals.java
 import org.apache.kafka.streams.*;
 class Totals {
   void configure(Properties props) {
     props.put(StreamsConfig.APPLICATION_ID_CONFIG, "totals");
-    props.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
+    props.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.AT_LEAST_ONCE); // ! here
   }
 }

### bad: by being removed
--- application.yml
 spring:
   kafka:
     streams:
       application-id: totals
       properties:
-        processing.guarantee: exactly_once_v2 # ! here
         num.stream.threads: 4

### good: to the newer protocol
--- application.yml
 spring:
   kafka:
     streams:
       application-id: totals
       properties:
-        processing.guarantee: exactly_once
+        processing.guarantee: exactly_once_v2

### good: it moves into another file
--- Totals.java
 import org.apache.kafka.streams.*;
 class Totals {
   void configure(Properties props) {
     props.put(StreamsConfig.APPLICATION_ID_CONFIG, "totals");
-    props.put("processing.guarantee", "exactly_once_v2");
   }
 }
--- streams.properties
+application.id=totals
+bootstrap.servers=kafka:9092
+processing.guarantee=exactly_once_v2

## References

- https://kafka.apache.org/documentation/streams/developer-guide/config-streams.html#processing-guarantee
"""

from __future__ import annotations

from collections.abc import Iterator

from reviewer.core.finding import Category, Confidence, Severity
from reviewer.facts.delta import Delta
from reviewer.rules.checks.settings import changed, removed
from reviewer.rules.checks.strength import is_weaker, plain
from reviewer.rules.checks.words import Words, of_change
from reviewer.rules.rule import Hit, Rule

_KEY = "processing.guarantee"
_EVENTS = (
    "A task updates its store, writes its output, and the process is killed before the next commit of offsets.",
    "Another instance restores the store from its changelog, in which the update stands already.",
    "It reads the same records again -> they are counted twice for good, and the output stands twice in its topic.",
)
_LESS = Words("processing.guarantee was {old} and is now {new}.", _EVENTS, "Keep {old}.", ("{new}", "{old}"))
_GONE = Words(
    "processing.guarantee={old} is removed: the default, at_least_once, holds.",
    _EVENTS,
    "Put processing.guarantee={old} back.",
)


def compare(delta: Delta) -> Iterator[Hit]:
    """Another value, then removals."""
    for found in changed(delta, _KEY):
        if is_weaker(_KEY, found.old, found.new):
            yield _LESS.hit(
                of_change(found.subject, found.old.text, found.new.text),
                found.span,
                old=found.old.text,
                new=found.new.text,
            )
    for found in removed(delta, _KEY):
        if (plain(found.old) or "").startswith("exactly_once"):
            yield _GONE.hit(
                of_change(found.subject, found.old.text, ""),
                found.span,
                confidence=Confidence.MEDIUM,
                old=found.old.text,
            )


RULE = Rule(
    __name__,
    __doc__,
    category=Category.DUPLICATES,
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    put_back=True,
    compare=compare,
)
