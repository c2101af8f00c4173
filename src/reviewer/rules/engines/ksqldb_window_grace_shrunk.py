"""Late records are no longer counted in the windows of a ksqlDB query.

The grace period of a query's windows becomes shorter.

## What it catches

`GRACE PERIOD` of a TUMBLING, HOPPING or SESSION window of the same query with a smaller length than before, or left out where it was longer than the day
that holds without one.

## Why it hurts in production

When stream time has passed the end of a window and its grace, the window is closed: what comes for it is dropped, and only a metric counts it.

## What to do

Keep the grace, or measure how late records are and stay above that.

## What it cannot see

That the records of the topic are never late.

## Examples

### bad: no grace is left
--- usage.sql
 CREATE STREAM readings (meter VARCHAR KEY, kwh DOUBLE) WITH (KAFKA_TOPIC = 'readings', VALUE_FORMAT = 'AVRO');
 CREATE TABLE usage_per_hour AS
   SELECT meter, SUM(kwh) AS kwh
   FROM readings
-  WINDOW TUMBLING (SIZE 1 HOUR, GRACE PERIOD 2 HOURS)
+  WINDOW TUMBLING (SIZE 1 HOUR, GRACE PERIOD 0 SECONDS) -- ! here
   GROUP BY meter
   EMIT CHANGES;

### bad: a session's grace is cut
--- visits.sql
 CREATE TABLE visits AS
   SELECT visitor, COUNT(*) AS pages
   FROM clicks
-  WINDOW SESSION (30 MINUTES, GRACE PERIOD 1 DAY)
+  WINDOW SESSION (30 MINUTES, GRACE PERIOD 10 MINUTES) -- ! here
   GROUP BY visitor
   EMIT CHANGES;

### good: more grace
--- usage.sql
 CREATE TABLE usage_per_hour AS
   SELECT meter, SUM(kwh) AS kwh
   FROM readings
-  WINDOW TUMBLING (SIZE 1 HOUR, GRACE PERIOD 2 HOURS)
+  WINDOW TUMBLING (SIZE 1 HOUR, GRACE PERIOD 4 HOURS)
   GROUP BY meter
   EMIT CHANGES;

### good: the same grace in another unit
--- usage.sql
 CREATE TABLE usage_per_hour AS
   SELECT meter, SUM(kwh) AS kwh
   FROM readings
-  WINDOW TUMBLING (SIZE 1 HOUR, GRACE PERIOD 2 HOURS)
+  WINDOW TUMBLING (SIZE 1 HOUR, GRACE PERIOD 120 MINUTES)
   GROUP BY meter
   EMIT CHANGES;

## References

- https://docs.confluent.io/platform/current/ksqldb/concepts/time-and-windows-in-ksqldb-queries.html
"""

from __future__ import annotations

from collections.abc import Iterator

from reviewer.core.finding import Category, Confidence, Severity
from reviewer.facts.delta import Delta
from reviewer.facts.pairs import QUERIES
from reviewer.facts.streaming.dataflow import Window, part_of
from reviewer.rules.checks.dataflow import amount, last_span, shown
from reviewer.rules.checks.words import Words, of_change
from reviewer.rules.rule import Hit, Rule

_WORDS = Words(
    "The grace of the windows of {name} was {old} and is now {new}.",
    (
        "A record comes late: its partition or its sender lags behind the others.",
        "For {old} its window still took it; now the window is closed earlier.",
        "The record is dropped without an error -> the rows of {name} are too low.",
    ),
    "Keep GRACE PERIOD as it was ({old}), or measure how late records are and stay above that.",
)
_IMPLIED = 86_400_000  # without GRACE PERIOD


def compare(delta: Delta) -> Iterator[Hit]:
    """The windows of one query, by rank."""
    for pair in delta.pairs_of(QUERIES):
        was, now = pair.before, pair.after
        if was is None or now is None or now.dialect != "ksql" or len(was.windows) != len(now.windows):
            continue
        for one, other in zip(was.windows, now.windows, strict=True):
            old, new = _grace(one), _grace(other)
            if old is not None and new is not None and new < old:
                span = last_span(other.parts, "grace") or other.span
                yield _WORDS.hit(
                    of_change(f"{now.target} grace", str(old), str(new)), span, name=now.target,
                    old=_told(one), new=_told(other), severity=Severity.HIGH if new == 0 else None,
                )  # fmt: skip


def _grace(window: Window) -> int | None:
    value = part_of(window.parts, "grace")
    return _IMPLIED if value is None else amount(value)


def _told(window: Window) -> str:
    value = part_of(window.parts, "grace")
    return "1 d (implied)" if value is None else shown(value)


RULE = Rule(
    __name__,
    __doc__,
    category=Category.DATA_LOSS,
    severity=Severity.MEDIUM,
    confidence=Confidence.HIGH,
    put_back=True,
    only=("ksqldb",),
    compare=compare,
)
