"""Half matches of a pattern are kept for ever.

The time limit of an event pattern goes, or becomes many times longer.

## What it catches

`within` removed from a `Pattern` that stays, or multiplied; `WITHIN INTERVAL` removed from `MATCH_RECOGNIZE`.

## Why it hurts in production

A began pattern whose end never comes stays in the state of its key with all events that it refers to: state grows with every abandoned start until
checkpoints fail. Or it is completed weeks later. State TTL does not help: CEP does not use it.

## What to do

`within` the longest gap that is legitimate, and a side output for what timed out.

## What it cannot see

That every start is followed by its end; a pattern that never had a limit.

## Examples

### bad: within goes
--- Fraud.java
 import org.apache.flink.cep.CEP;
 import org.apache.flink.cep.pattern.Pattern;
 class Fraud {
   void build(DataStream<Payment> payments) {
     Pattern<Payment, ?> pattern = Pattern.<Payment>begin("small").where(new Small())
-        .followedBy("large").where(new Large())
-        .within(Duration.ofMinutes(10)); // ! here
+        .followedBy("large").where(new Large());
     CEP.pattern(payments.keyBy(p -> p.card()), pattern).select(new Alarm()).uid("alarm");
   }
 }

### bad: in SQL
--- fraud.sql
 SET 'execution.runtime-mode' = 'streaming';
 INSERT INTO alarms SELECT * FROM payments MATCH_RECOGNIZE (
   PARTITION BY card ORDER BY at
   MEASURES A.id AS first_id
   AFTER MATCH SKIP PAST LAST ROW
-  PATTERN (A B) WITHIN INTERVAL '10' MINUTE -- ! here
+  PATTERN (A B)
   DEFINE A AS A.amount < 1, B AS B.amount > 1000
 );

### good: a shorter time
--- Fraud.java
 import org.apache.flink.cep.CEP;
 import org.apache.flink.cep.pattern.Pattern;
 class Fraud {
   void build(DataStream<Payment> payments) {
     Pattern<Payment, ?> pattern = Pattern.<Payment>begin("small").where(new Small())
         .followedBy("large").where(new Large())
-        .within(Duration.ofMinutes(10));
+        .within(Duration.ofMinutes(12));
     CEP.pattern(payments.keyBy(p -> p.card()), pattern).select(new Alarm()).uid("alarm");
   }
 }

### good: one stage needs no limit
--- Fraud.java
 import org.apache.flink.cep.CEP;
 import org.apache.flink.cep.pattern.Pattern;
 class Fraud {
   void build(DataStream<Payment> payments) {
+    Pattern<Payment, ?> pattern = Pattern.<Payment>begin("large").where(new Large());
+    CEP.pattern(payments.keyBy(p -> p.card()), pattern).select(new Alarm()).uid("alarm");
   }
 }

## References

- https://nightlies.apache.org/flink/flink-docs-stable/docs/libs/cep/
- https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/table/sql/queries/match_recognize/
"""

from __future__ import annotations

from collections.abc import Iterator

from reviewer.core.finding import Category, Confidence, Severity
from reviewer.core.span import Span
from reviewer.facts.delta import Delta
from reviewer.facts.pairs import QUERIES
from reviewer.rules.checks.dataflow import amount, cause, changed, last_span, patterns
from reviewer.rules.checks.words import Words, of_change
from reviewer.rules.rule import Hit, Rule

_GONE = Words(
    "The pattern {what} had to be complete within {old} and now has no limit.",
    (
        "A first event begins a match; the event that would complete it never comes.",
        "The half match and all events that it refers to stay in the state of that key: nothing else frees them, state TTL neither.",
        "State grows with every abandoned start until checkpoints fail; or the match is completed weeks later -> a false alert.",
    ),
    "Keep within({old}), and send what times out to a side output.",
)
_LONGER = Words(
    "The pattern {what} had to be complete within {old} and now within {new}.",
    (
        "First events without an end are kept {new} instead of {old}, with all events that they refer to.",
        "The state of every key grows by that factor, and events far apart now make a match.",
        "Checkpoints grow and slow down, and alerts come for pairs that do not belong together.",
    ),
    "Keep {old} unless a legitimate gap is really that long.",
)
_FACTOR = 10


def compare(delta: Delta) -> Iterator[Hit]:
    """Patterns of the same function; then queries that insert into the same table."""
    for pair, was, now in patterns(delta):
        if len(now.stages) < 2 and not any(stage.parts for stage in now.stages):
            continue
        what = " -> ".join(stage.name.text for stage in now.stages)[:60]
        place = pair.after.function_name(now.call.function) if pair.after is not None else ""
        for change in changed(was.parts, now.parts, "within"):
            old, new = amount(change.old), amount(change.new)
            if change.new is None:
                yield _gone(f"{place}/within", change.span, what, change.was)
            elif old and new and new >= old * _FACTOR:
                yield _LONGER.hit(
                    of_change(f"{place}/within", change.was, change.now), cause(pair, change.span),
                    what=what, old=change.was, new=change.now, severity=Severity.MEDIUM,
                )  # fmt: skip
    for queries in delta.pairs_of(QUERIES):
        first, second = queries.before, queries.after
        if first is not None and second is not None and queries.is_sure and second.part("match.pattern") is not None:
            span = last_span(first.parts, "match.within")
            if span is not None and second.part("match.within") is None:
                within = next(changed(first.parts, second.parts, "match.within"), None)
                if within is not None:
                    yield _gone(f"{second.target}/within", span, f"of {second.target}", within.was)


def _gone(subject: str, span: Span, what: str, old: str) -> Hit:
    return _GONE.hit(subject, span, what=what, old=old)


RULE = Rule(
    __name__,
    __doc__,
    category=Category.PERFORMANCE,
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    covers=("flink-sql-match-recognize-unbounded",),
    compare=compare,
)
