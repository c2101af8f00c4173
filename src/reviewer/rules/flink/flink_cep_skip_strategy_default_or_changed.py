"""One incident becomes many matches, or many become one.

What a pattern does after a match changes.

## What it catches

`AfterMatchSkipStrategy` removed or another one, on a pattern that stays; `AFTER MATCH SKIP …` removed or changed in `MATCH_RECOGNIZE` (Flink's default
is SKIP TO NEXT ROW, that of other databases SKIP PAST LAST ROW).

## Why it hurts in production

Without a strategy every overlapping match counts: three failed logins among ten give dozens of alerts, and an account is locked again and again. With
a stricter one matches that were needed are left out.

## What to do

Say the strategy, `skipPastLastEvent` for alerts.

## What it cannot see

That the reader of the matches removes duplicates.

## Examples

### bad: the strategy goes
--- Logins.java
 import org.apache.flink.cep.CEP;
 import org.apache.flink.cep.nfa.aftermatch.AfterMatchSkipStrategy;
 import org.apache.flink.cep.pattern.Pattern;
 class Logins {
   void build(DataStream<Login> logins) {
-    Pattern<Login, ?> pattern = Pattern.<Login>begin("failed", AfterMatchSkipStrategy.skipPastLastEvent()) // ! here
+    Pattern<Login, ?> pattern = Pattern.<Login>begin("failed")
         .where(new Failed()).timesOrMore(3)
         .within(Duration.ofMinutes(10));
     CEP.pattern(logins.keyBy(l -> l.user()), pattern).select(new Lock()).uid("lock");
   }
 }

### bad: in SQL
--- logins.sql
 SET 'execution.runtime-mode' = 'streaming';
 INSERT INTO locks SELECT * FROM logins MATCH_RECOGNIZE (
   PARTITION BY account ORDER BY at
   MEASURES A.at AS first_at
-  AFTER MATCH SKIP PAST LAST ROW
+  AFTER MATCH SKIP TO NEXT ROW -- ! here
   PATTERN (A{3,}) WITHIN INTERVAL '10' MINUTE
   DEFINE A AS A.failed
 );

### good: the strategy that was the default is said
--- Logins.java
 import org.apache.flink.cep.CEP;
 import org.apache.flink.cep.nfa.aftermatch.AfterMatchSkipStrategy;
 import org.apache.flink.cep.pattern.Pattern;
 class Logins {
   void build(DataStream<Login> logins) {
-    Pattern<Login, ?> pattern = Pattern.<Login>begin("failed")
+    Pattern<Login, ?> pattern = Pattern.<Login>begin("failed", AfterMatchSkipStrategy.noSkip())
         .where(new Failed()).timesOrMore(3)
         .within(Duration.ofMinutes(10));
     CEP.pattern(logins.keyBy(l -> l.user()), pattern).select(new Lock()).uid("lock");
   }
 }

### good: the strategy moves into a variable
--- Logins.java
 import org.apache.flink.cep.CEP;
 import org.apache.flink.cep.nfa.aftermatch.AfterMatchSkipStrategy;
 import org.apache.flink.cep.pattern.Pattern;
 class Logins {
   void build(DataStream<Login> logins) {
-    Pattern<Login, ?> pattern = Pattern.<Login>begin("failed", AfterMatchSkipStrategy.skipPastLastEvent())
+    AfterMatchSkipStrategy skip = AfterMatchSkipStrategy.skipPastLastEvent();
+    Pattern<Login, ?> pattern = Pattern.<Login>begin("failed", skip)
         .where(new Failed()).timesOrMore(3);
     CEP.pattern(logins.keyBy(l -> l.user()), pattern).select(new Lock()).uid("lock");
   }
 }

## References

- https://nightlies.apache.org/flink/flink-docs-stable/docs/libs/cep/#after-match-skip-strategy
"""

from __future__ import annotations

from collections.abc import Iterator

from reviewer.core.finding import Category, Confidence, Severity
from reviewer.core.span import Span
from reviewer.facts.delta import Delta
from reviewer.facts.pairs import QUERIES
from reviewer.rules.checks.dataflow import Changed, cause, changed, patterns
from reviewer.rules.checks.words import Words, of_change
from reviewer.rules.rule import Hit, Rule

_WORDS = Words(
    "After a match the pattern {what} did `{old}` and now does `{new}`.",
    (
        "A burst of events comes in which several overlapping matches of the pattern are found.",
        "{then}",
        "{end}",
    ),
    "Keep `{old}`, or make what reads the matches tell one incident from another by itself.",
)
_MORE = (
    "Until now the overlapping ones were left out; now each of them is given out.",
    "One incident becomes dozens of alerts, blocks or payments -> duplicates downstream on the same traffic.",
)
_FEWER = (
    "Until now each of them was given out; now those that overlap are left out.",
    "Matches that something downstream waits for do not come any more -> incidents are missed.",
)
_PER_MATCH = {
    "": 0,
    "noskip": 0,
    "nothing": 0,
    "tonext": 1,
    "tofirst": 2,
    "tolast": 2,
    "pastlast": 3,
    "pastlastevent": 3,
    "pastlastrow": 3,
    "tonextrow": 0,
}


def compare(delta: Delta) -> Iterator[Hit]:
    """Patterns of the same function; then queries that insert into the same table."""
    for pair, was, now in patterns(delta):
        place = pair.after.function_name(now.call.function) if pair.after is not None else ""
        for change in changed(was.parts, now.parts, "skip"):
            what = f'"{now.stages[0].name.text}…"' if now.stages else ""
            yield from _hit(place, what, change, cause(pair, change.span))
    for queries in delta.pairs_of(QUERIES):
        first, second = queries.before, queries.after
        if first is not None and second is not None and queries.is_sure and second.part("match.pattern") is not None:
            for change in changed(first.parts, second.parts, "match.skip"):
                yield from _hit(second.target, f"of {second.target}", change, change.span)


def _hit(place: str, what: str, change: Changed, span: Span) -> Iterator[Hit]:
    default = "no skip (the default)"
    old = change.was if change.old is not None else default
    new = change.now if change.new is not None else default
    ranks = _rank(change.was), _rank(change.now)
    if ranks[0] == ranks[1] and (change.old is None or change.new is None):
        return
    then = _MORE if ranks[1] < ranks[0] else _FEWER
    yield _WORDS.hit(
        of_change(f"{place}/skip", change.was, change.now), span, what=what, old=old, new=new, then=then[0], end=then[1],
        severity=Severity.HIGH if then is _MORE else Severity.MEDIUM,
    )  # fmt: skip


def _rank(text: str) -> int:
    """How much a strategy leaves out."""
    return _PER_MATCH.get(text.replace("-", "").replace("skip", "" if text != "no-skip" else "skip").lower(), 1)


RULE = Rule(
    __name__,
    __doc__,
    category=Category.DUPLICATES,
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    compare=compare,
)
