"""A query forgets keys that come back, or remembers all of them for ever.

The time to live of the state of SQL queries gets shorter, is set where state was kept, or goes.

## What it catches

`table.exec.state.ttl` in `SET`, a `TableConfig`, a configuration file or a deployment, and the hint `STATE_TTL`, with a shorter time than before, or
new in a file that did not set it; removed or set to 0 where a time was set.

## Why it hurts in production

A key that comes back after its state has expired starts from zero, and the smaller total overwrites the right one in the sink; a late partner of a join
finds nothing. Without a time to live regular joins and groups keep every key for ever.

## What to do

A time above the longest gap between two rows of a key, per operator with `STATE_TTL`; windows or interval joins where there is a bound.

## Trade-off

A longer time keeps more state: larger checkpoints, slower restores. A short one is legitimate where a key's rows surely come close
together.

## What it cannot see

How far apart the rows of a key are.

## Examples

### bad: a shorter time
--- totals.sql
-SET 'table.exec.state.ttl' = '7 d';
+SET 'table.exec.state.ttl' = '1 h'; -- ! here
 INSERT INTO totals SELECT customer, SUM(amount) FROM orders GROUP BY customer;

### bad: in code
--- Totals.java
 import org.apache.flink.table.api.TableEnvironment;
 class Totals {
   void run(TableEnvironment env) {
-    env.getConfig().set("table.exec.state.ttl", "2 d");
+    env.getConfig().set("table.exec.state.ttl", "10 min"); // ! here
     env.executeSql("INSERT INTO totals SELECT customer, SUM(amount) FROM orders GROUP BY customer");
   }
 }

### good: the same time in another unit
--- totals.sql
-SET 'table.exec.state.ttl' = '1 d';
+SET 'table.exec.state.ttl' = '24 h';
 INSERT INTO totals SELECT customer, SUM(amount) FROM orders GROUP BY customer;

### good: a longer time
--- totals.sql
-SET 'table.exec.state.ttl' = '1 d';
+SET 'table.exec.state.ttl' = '3 d';
 INSERT INTO totals SELECT customer, SUM(amount) FROM orders GROUP BY customer;

## References

- https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/table/config/
- https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/table/concepts/overview/#state-management
"""

from __future__ import annotations

from collections.abc import Iterator

from reviewer.core.finding import Category, Confidence, Severity
from reviewer.facts.delta import Delta
from reviewer.facts.streaming.model import FileFacts, Known, Value
from reviewer.facts.streaming.quantity import written_duration
from reviewer.rules.checks.dataflow import amount, shown
from reviewer.rules.checks.settings import changed, removed
from reviewer.rules.checks.words import Words, of_setting
from reviewer.rules.rule import Hit, Rule

_SHORTER = Words(
    "The state of queries lived {old} and now lives {new}.",
    (
        "A key has a total in the state and in the sink; no row of it comes for {new}.",
        "Its state expires. Then its next row comes, or the late partner of a join.",
        "The query starts that key from zero and writes the small total over the right one, or finds no partner -> wrong results.",
    ),
    "Keep {old}, or set a time per operator with the hint STATE_TTL above the longest gap of its keys.",
)
_ENDLESS = Words(
    "The state of queries lived {old} and now has no limit.",
    (
        "Every key of a group or a regular join stays in the state.",
        "State grows with every new key, and nothing is cleaned up any more.",
        "Checkpoints take longer until they fail, and the job with them -> down until somebody rebuilds the state.",
    ),
    "Keep a time to live, or use windows, interval joins or STATE_TTL where there is a bound.",
)
_KEY = "table.exec.state.ttl"


def compare(delta: Delta) -> Iterator[Hit]:
    """Times that changed, came and went."""
    for differs in changed(delta, _KEY):
        old, new = length(differs.old), length(differs.new)
        if old is None or new is None or old == new:
            continue
        if new == 0:
            yield _ENDLESS.hit(differs.subject, differs.span, old=_shown(old), severity=Severity.MEDIUM)
        elif old == 0 or new < old:
            yield _SHORTER.hit(
                differs.subject, differs.span, old=_shown(old) if old else "without a limit", new=_shown(new)
            )
    for differs in removed(delta, _KEY):
        old = length(differs.old)
        if old and differs.files.after is not None and _has_queries(differs.files.after):
            yield _ENDLESS.hit(
                differs.subject, differs.span, old=_shown(old), severity=Severity.MEDIUM, confidence=Confidence.MEDIUM
            )
    for pair in delta.settings(_KEY):
        new = length(pair.after.value) if pair.after is not None else None
        if (
            pair.before is None
            and pair.after is not None
            and new
            and pair.files.before is not None
            and _has_queries(pair.files.before)
        ):
            if not any(setting.key == _KEY for setting in pair.files.before.settings):
                yield _SHORTER.hit(
                    of_setting(pair.after), pair.after.span, old="without a limit", new=_shown(new), confidence=Confidence.MEDIUM
                )  # fmt: skip


def length(value: Value) -> int | None:
    """The ms of a time as written in SQL, code or a document."""
    if value.known is Known.UNKNOWN:
        return None
    found = amount(value)
    return found if value.text.endswith(" ms") and found is not None else written_duration(value.text)


def _shown(ms: int) -> str:
    return shown(Value(known=Known.EXPLICIT, text=f"{ms} ms"))


def _has_queries(file: FileFacts) -> bool:
    """Whether a query of the file keeps state for as long as it is told."""
    return any(
        query.part("group-by") is not None or query.part("distinct") is not None or any(j.name == "regular" or j.value.text == "regular" for j in query.joins)
        for query in file.queries
    )  # fmt: skip


RULE = Rule(
    __name__,
    __doc__,
    category=Category.STATE_CONSISTENCY,
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    put_back=True,
    compare=compare,
)
