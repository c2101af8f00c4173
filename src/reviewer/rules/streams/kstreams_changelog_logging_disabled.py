"""A store without a changelog starts empty wherever its task moves.

A state store's changelog is switched off.

## What it catches

`withLoggingDisabled()` on a `Materialized`, a store builder, the stores of a stream join or the buffer of `suppress`.

## Why it hurts in production

The changelog is the only copy outside the machine. After a rebalance, a lost disk or a new pod the task starts with an empty store, while the
offsets go on: totals restart from zero, deduplication forgets, buffered results are gone.

## What to do

Leave logging on; it is on by default. Tune the topic with `withLoggingEnabled(config)`.

## Trade-off

A changelog costs disk and network on the brokers for each update of the store. None is legitimate for a cache that is filled again
from elsewhere.

## What it cannot see

That a store is a cache that fills itself again. Global stores, which have no changelog, and stores named after a cache are left out.

## Examples

### bad: a count without a changelog
--- Totals.java
 import org.apache.kafka.streams.*;
 import org.apache.kafka.streams.kstream.*;
 class Totals {
   void build(StreamsBuilder builder) {
     builder.stream("orders").groupByKey()
-        .count(Materialized.as("totals"));
+        .count(Materialized.<String, Long, KeyValueStore<Bytes, byte[]>>as("totals").withLoggingDisabled()); // ! here
   }
 }

### bad: a store builder
--- Seen.java
 import org.apache.kafka.streams.*;
 import org.apache.kafka.streams.state.*;
 class Seen {
   void build(StreamsBuilder builder) {
     builder.addStateStore(Stores.keyValueStoreBuilder(Stores.persistentKeyValueStore("seen"), Serdes.String(), Serdes.Long())
-        .withCachingEnabled());
+        .withLoggingDisabled()); // ! here
     builder.stream("orders").process(Check::new, "seen");
   }
 }

### good: a global store has no changelog of its own
--- Rates.java
 import org.apache.kafka.streams.*;
 import org.apache.kafka.streams.state.*;
 class Rates {
   void build(StreamsBuilder builder) {
+    builder.addGlobalStore(
+        Stores.keyValueStoreBuilder(Stores.inMemoryKeyValueStore("rates"), Serdes.String(), Serdes.Double()).withLoggingDisabled(),
+        "rates", Consumed.with(Serdes.String(), Serdes.Double()), Fill::new);
   }
 }

### good: a cache of answers
--- Answers.java
 import org.apache.kafka.streams.*;
 import org.apache.kafka.streams.state.*;
 class Answers {
   void build(StreamsBuilder builder) {
+    builder.addStateStore(Stores.keyValueStoreBuilder(Stores.inMemoryKeyValueStore("answer-cache"), Serdes.String(), Serdes.String())
+        .withLoggingDisabled());
+    builder.stream("orders").process(Check::new, "answer-cache");
   }
 }

## References

- https://kafka.apache.org/documentation/streams/developer-guide/processor-api.html#fault-tolerant-state-stores
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from reviewer.core.finding import Category, Confidence, Severity
from reviewer.facts.streaming.dataflow import Store
from reviewer.facts.streaming.model import FactSet, FileFacts
from reviewer.rules.checks.dataflow import last_span
from reviewer.rules.checks.words import Words
from reviewer.rules.rule import Hit, Rule
from reviewer.rules.support import code_files

_WORDS = Words(
    "{what} has its changelog switched off: its state exists on one machine only.",
    (
        "{what} holds the state of its partitions; nothing of it is written to a changelog topic.",
        "The instance is replaced, or a rebalance gives its partitions to another one: there is nothing to restore from.",
        "The input goes on from the committed offsets with an empty store -> totals restart from zero, duplicates pass, held-back results are lost.",
    ),
    "Remove withLoggingDisabled(); the changelog is on by default. If it is only a cache, say so in its name.",
    (".withLoggingDisabled()", ""),
)
_CACHE = re.compile(r"cach|lookup|look-up|tmp|temp|scratch|ephemeral|local", re.IGNORECASE)
_OFF = re.compile(r"WithoutLogging|LoggingDisabled|NoLogging", re.IGNORECASE)


def inspect(facts: FactSet) -> Iterator[Hit]:
    """Stores and suppression buffers that say so."""
    for file in code_files(facts, "kafka-streams"):
        for store in file.stores:
            logging = store.part("logging")
            span = last_span(store.parts, "logging")
            if logging is None or not logging.is_explicit("disabled") or span is None or _is_free(file, store):
                continue
            name = store.name.text
            what = f'The store "{name}"' if name else "The store"
            # A store that nothing here uses may be a global one elsewhere, or a cache.
            sure = any(isinstance(user, int) for user in store.users)
            yield _WORDS.hit(
                f"{name or file.function_name(store.call.function)}/logging", span, what=what,
                confidence=None if sure else Confidence.MEDIUM,
            )  # fmt: skip
        for operator in file.operators:
            span = last_span(operator.parts, "suppressed.buffer.logging")
            if span is not None:
                yield _WORDS.hit(f"{operator.root}/suppress logging", span, what="The buffer of suppress()")


def _is_free(file: FileFacts, store: Store) -> bool:
    """A global store, or one that is named or placed as a cache."""
    place = f"{store.name.text} {file.function_name(store.call.function).rpartition('.')[2]}"
    if _CACHE.search(place) or _OFF.search(place):
        return True
    names = {name for name in (store.call.result_name, store.name.text) if name}
    for call in file.syntax.calls:
        if call.name in ("addGlobalStore", "globalTable"):
            if any(call.span.contains(store.call.span) or _mentions(a.value.text, names) for a in call.arguments):
                return True
    return False


def _mentions(text: str, names: set[str]) -> bool:
    return any(re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text) for name in names)


RULE = Rule(
    __name__,
    __doc__,
    category=Category.DATA_LOSS,
    severity=Severity.CRITICAL,
    confidence=Confidence.HIGH,
    inspect=inspect,
)
