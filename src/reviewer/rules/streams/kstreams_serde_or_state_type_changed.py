"""Stored bytes are read with another serde.

The key or value serde of a state store, or of a repartition topic, changes while its name stays.

## What it catches

`Materialized.with…`, `Stores.…StoreBuilder`, `Grouped`, `Repartitioned` and `StreamJoined` whose serde differs before and after under the same
store or on the same repartitioning operator. `Serdes.String()`, `new Serdes.StringSerde()` and `Serdes.StringSerde()` are one serde.

## Why it hurts in production

Changelog and repartition topics keep the bytes of the old serde. The new version restores them: every read fails and the threads die, or the
bytes pass for something else and look-ups by key find nothing.

## What to do

Give the store another name and rebuild it, or read both formats for one release.

## What it cannot see

Two serdes that write the same bytes; a default serde from the configuration; fields that change inside the class.

## Examples

### bad: the values of a named store
--- Totals.java
 import org.apache.kafka.streams.*;
 import org.apache.kafka.streams.kstream.*;
 class Totals {
   void build(StreamsBuilder builder) {
     builder.stream("orders").groupByKey()
         .aggregate(Sum::new, this::add, Materialized.<String, Sum, KeyValueStore<Bytes, byte[]>>as("sums")
             .withKeySerde(Serdes.String())
-            .withValueSerde(new JsonSerde<>(Sum.class)));
+            .withValueSerde(new AvroSerde<>(Sum.class))); // ! here
   }
 }

### bad: the keys of a store that is built
--- Seen.java
 import org.apache.kafka.streams.*;
 import org.apache.kafka.streams.state.*;
 class Seen {
   StoreBuilder<?> seen() {
     return Stores.keyValueStoreBuilder(
         Stores.persistentKeyValueStore("seen"),
-        Serdes.String(),
+        Serdes.UUID(), // ! here
         Serdes.Long());
   }
 }

### good: the same serde, written in another way
--- Seen.java
 import org.apache.kafka.streams.*;
 import org.apache.kafka.streams.state.*;
 class Seen {
   StoreBuilder<?> seen() {
-    return Stores.keyValueStoreBuilder(Stores.persistentKeyValueStore("seen"), Serdes.String(), Serdes.Long());
+    return Stores.keyValueStoreBuilder(Stores.persistentKeyValueStore("seen"), new Serdes.StringSerde(), Serdes.Long());
   }
 }

### good: another serde under another name
--- Seen.java
 import org.apache.kafka.streams.*;
 import org.apache.kafka.streams.state.*;
 class Seen {
   StoreBuilder<?> seen() {
-    return Stores.keyValueStoreBuilder(Stores.persistentKeyValueStore("seen"), Serdes.String(), Serdes.Long());
+    return Stores.keyValueStoreBuilder(Stores.persistentKeyValueStore("seen-by-uuid"), Serdes.UUID(), Serdes.Long());
   }
 }

## References

- https://kafka.apache.org/documentation/streams/developer-guide/datatypes
- https://kafka.apache.org/documentation/streams/upgrade-guide
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from reviewer.core.finding import Category, Confidence, Severity
from reviewer.facts.delta import Delta, FilePair
from reviewer.facts.pairs import STORES
from reviewer.facts.streaming.dataflow import Part
from reviewer.facts.streaming.model import Known
from reviewer.rules.checks.dataflow import cause, changed, is_new_application, operators, stores_of
from reviewer.rules.checks.words import Words, of_change
from reviewer.rules.rule import Hit, Rule
from reviewer.rules.support import short

_WORDS = Words(
    "The {side}s of {what} were written with {old} and are now read with {new}.",
    (
        "Today {where} holds {side}s as {old} writes them.",
        "The new version restores or reads these bytes with {new}.",
        "Deserialization fails and the stream threads die, or the bytes pass for other {side}s -> look-ups miss and results are wrong.",
    ),
    "Keep {old} for {what}; or give it another name and rebuild it by a replay, or read both formats for a release.",
)
_STORED = ("key-serde", "value-serde")
_PASSED = {"groupBy": "grouped", "repartition": "repartitioned", "groupByKey": "grouped"}


def compare(delta: Delta) -> Iterator[Hit]:
    """The serdes of stores that keep their name, of unnamed stores of one operator, and of repartition topics."""
    if is_new_application(delta):
        return
    for pair in delta.pairs_of(STORES):
        if pair.before is not None and pair.after is not None and pair.is_sure:
            name = f'the store "{pair.after.name.text}"'
            yield from _differ(pair.files, pair.before.parts, pair.after.parts, _STORED, name, "its changelog topic")
    for same in operators(delta, "streams"):
        old, new = stores_of(same.before, same.was), stores_of(same.after, same.now)
        if (
            len(old) == len(new) == 1
            and not old[0].name.text
            and not new[0].name.text
            and new[0].name.known is Known.EXPLICIT
        ):
            name = f"the store of {same.now.op}()"
            yield from _differ(same.files, old[0].parts, new[0].parts, _STORED, name, "its changelog topic")
        prefix = _PASSED.get(same.now.op, "")
        keys = tuple(f"{prefix}.{part}" for part in _STORED) if prefix and same.now.op != "groupByKey" else ()
        name = f"the repartition topic of {same.now.op}()"
        yield from _differ(same.files, same.was.parts, same.now.parts, keys, name, "that topic")


def _differ(
    files: FilePair, was: Sequence[Part], now: Sequence[Part], names: tuple[str, ...], what: str, where: str
) -> Iterator[Hit]:
    for change in changed(was, now, *names):
        if change.old is None or change.new is None:
            continue
        old, new = _plain(change.was), _plain(change.now)
        if old == new or not old or not new:
            continue
        side = "key" if change.name.endswith("key-serde") else "value"
        # The same serde for another class may be a class that was only renamed.
        sure = old.split("(")[0] != new.split("(")[0]
        yield _WORDS.hit(
            of_change(f"{what} {side}", old, new), cause(files, change.span, change.now), side=side, what=what, where=where,
            old=short(change.was), new=short(change.now), confidence=None if sure else Confidence.MEDIUM,
        )  # fmt: skip


def _plain(text: str) -> str:
    """A serde without what does not matter: `new Serdes.StringSerde()`, `Serdes.String()` and `stringSerde` are `string`."""
    plain = re.sub(r"\bnew\b|<[^()]*>|\s|\bSerdes\.|::class(?:\.java)?|\.class|classOf", "", text)
    name, _, rest = plain.partition("(")
    name = re.sub(r"Serde$", "", name.rsplit(".", 1)[-1])
    return (name.lower() + ("(" + rest if rest not in ("", ")") else "")).replace("[", "(").replace("]", ")")


RULE = Rule(
    __name__,
    __doc__,
    category=Category.STATE_CONSISTENCY,
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    compare=compare,
)
