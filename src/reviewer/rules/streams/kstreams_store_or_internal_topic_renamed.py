"""A renamed store or repartition topic starts empty.

A state store, or the topic that a grouping repartitions through, gets another name, or another kind under the same name.

## What it catches

`Materialized.as`, `Stores.…("name")`, `StreamJoined.withStoreName`, `Grouped.as` and `Repartitioned.as` whose name differs before and after on
the same operator; a generated store name that an explicit one replaces; a key-value store that becomes a window store under its name.

## Why it hurts in production

The name is the changelog topic. Under another one the application makes a new, empty store although the input goes on from the committed
offsets: counts restart, deduplication forgets, queries by the old name fail. What waits in the old repartition topic is never read.

## What to do

Keep the name. A store without one is named with the name that is generated today. Else deploy under a new `application.id` and replay.

## What it cannot see

That the application is reset in the same deploy, or has never run.

## Examples

### bad: the store of a count is renamed
--- Top.java
 import org.apache.kafka.streams.*;
 import org.apache.kafka.streams.kstream.*;
 class Top {
   void build(StreamsBuilder builder) {
     builder.stream("orders")
         .groupByKey()
-        .count(Materialized.as("orders-per-customer"))
+        .count(Materialized.as("order-counts")) // ! here
         .toStream().to("counts");
   }
 }

### bad: the constant that names the store changes
--- Dedup.java
 import org.apache.kafka.streams.*;
 import org.apache.kafka.streams.state.*;
 class Dedup {
-  static final String SEEN = "seen-ids";
+  static final String SEEN = "seen"; // ! here
   void build(StreamsBuilder builder) {
     builder.addStateStore(Stores.keyValueStoreBuilder(Stores.persistentKeyValueStore(SEEN), Serdes.String(), Serdes.Long()));
     builder.stream("orders").process(Check::new, SEEN);
   }
 }

### good: the name moves into a constant
--- Top.java
 import org.apache.kafka.streams.*;
 import org.apache.kafka.streams.kstream.*;
 class Top {
+  private static final String STORE = "orders-per-customer";
   void build(StreamsBuilder builder) {
-    builder.stream("orders").groupByKey().count(Materialized.as("orders-per-customer")).toStream().to("counts");
+    builder.stream("orders").groupByKey().count(Materialized.as(STORE)).toStream().to("counts");
   }
 }

### good: a second store beside the first
--- Top.java
 import org.apache.kafka.streams.*;
 import org.apache.kafka.streams.kstream.*;
 class Top {
   void build(StreamsBuilder builder) {
     KStream<String, Order> orders = builder.stream("orders");
     orders.groupByKey().count(Materialized.as("order-counts"));
+    orders.groupByKey().reduce((a, b) -> b, Materialized.as("last-orders"));
   }
 }

## References

- https://kafka.apache.org/documentation/streams/developer-guide/dsl-topology-naming.html
"""

from __future__ import annotations

from collections.abc import Iterator
from difflib import SequenceMatcher

from reviewer.core.finding import Category, Confidence, Severity
from reviewer.core.span import Span
from reviewer.facts.delta import Delta
from reviewer.facts.pairs import STORES
from reviewer.facts.streaming.dataflow import Store
from reviewer.facts.streaming.model import FileFacts, Known, Value
from reviewer.rules.checks.dataflow import Same, ancestors, cause, changed, is_new_application, operators, stores_of
from reviewer.rules.checks.words import Words, of_change
from reviewer.rules.rule import Hit, Rule

_STORE = Words(
    'The store was named "{old}" and is now named "{new}": its state lies in the changelog of the old name.',
    (
        'Before the deploy the state lies in the store "{old}" and its changelog topic.',
        'The new version asks for "{new}": a new, empty store and changelog are made, while the input goes on from the committed offsets.',
        "What was counted, joined or deduplicated before the deploy is missing from every later result -> wrong totals, duplicates pass.",
    ),
    'Keep the name "{old}". A real rename needs a new application.id and a replay of the input.',
    replace=('"{new}"', '"{old}"'),
)
_GIVEN = Words(
    'The store had the generated name {old} and is now named "{new}": its state stays under the generated name.',
    (
        "The running application keeps this state in the changelog of {old}.",
        'The new version asks for "{new}": an empty store, while the input goes on from the committed offsets.',
        "What was counted or joined before the deploy is missing from every later result.",
    ),
    "A name is right. To keep the state, take the name that is generated today (Topology.describe() shows it); if the application has never run, nothing is lost.",
)
_TOPIC = Words(
    'The repartition topic of {op}() was named "{old}" and is now named "{new}".',
    (
        'When the application stops, records lie in the topic "…-{old}-repartition" that are not read yet; their offsets upstream are committed.',
        'The new version writes and reads "…-{new}-repartition".',
        "What waited in the old topic is never processed -> these records are missing from the result.",
    ),
    'Keep the name "{old}", or drain the old topic before the deploy.',
    replace=('"{new}"', '"{old}"'),
)
_KIND = Words(
    'The store "{name}" was a {old} store and is now a {new} store.',
    (
        'The changelog of "{name}" holds the keys of a {old} store.',
        "The new version restores these bytes into a {new} store, whose keys are laid out in another way.",
        "Restoring fails, or entries are read with wrong keys and times -> state that nobody can trust.",
    ),
    "Give the {new} store another name and fill it by a replay.",
)
_UPGRADES = {("key-value", "timestamped-key-value"), ("window", "timestamped-window")}
_GROUPS = ("groupBy", "repartition")
_LIKE = 0.8  # of two names of one store


def compare(delta: Delta) -> Iterator[Hit]:
    """Stores of the same operator, stores that one file lost and gained one of, kinds, names of repartition topics."""
    if is_new_application(delta):
        return
    kept = {store.name.text for file in delta.after.everything() for store in file.stores}
    seen: set[tuple[str, str]] = set()
    for same in operators(delta, "streams"):
        for was, now in _same_rank(same):
            names = was.name.text, now.name.text
            if _is_renamed(was, now) and names not in seen and names[0] not in kept:
                seen.add(names)
                yield _renamed(same, was, now)
        yield from _topics(same)
    yield from _of_builders(delta, seen, kept)
    yield from _moved(delta, seen)
    for pair in delta.pairs_of(STORES):
        if pair.before is not None and pair.after is not None and pair.is_sure:
            kinds = pair.before.kind, pair.after.kind
            if all(kinds) and kinds[0] != kinds[1] and kinds not in _UPGRADES:
                name = pair.after.name.text
                yield _KIND.hit(
                    of_change(name, *kinds), pair.after.call.name_span, name=name, old=kinds[0], new=kinds[1]
                )


def _same_rank(same: Same) -> Iterator[tuple[Store, Store]]:
    old, new = stores_of(same.before, same.was), stores_of(same.after, same.now)
    if len(old) == len(new):
        yield from zip(old, new, strict=True)


def _is_renamed(was: Store, now: Store) -> bool:
    known = was.name.known is now.name.known is Known.EXPLICIT
    return known and now.name.text not in ("", was.name.text)


def _renamed(same: Same, was: Store, now: Store) -> Hit:
    span = cause(same.files, _name_line(now))
    if was.name.text:
        old, new = was.name.text, now.name.text
        return _STORE.hit(of_change(same.place, old, new), span, old=old, new=new)
    generated = next((name for name in same.was.generated if not name.endswith("-repartition")), "with its number")
    return _GIVEN.hit(
        of_change(same.place, "", now.name.text), span, old=generated, new=now.name.text,
        severity=Severity.MEDIUM, confidence=Confidence.MEDIUM,
    )  # fmt: skip


def _name_line(store: Store) -> Span:
    argument = next((a.value for a in store.call.arguments if a.value.literal == store.name.text), None)
    return argument.span if argument is not None else store.call.name_span


def _of_builders(delta: Delta, seen: set[tuple[str, str]], kept: set[str]) -> Iterator[Hit]:
    """A file that lost one store of a kind and gained one: the same store under another name."""
    for pair, before, after in delta.modified():
        old, new = _named(before), _named(after)
        gone = [store for name, store in old.items() if name not in kept]
        come = [store for name, store in new.items() if name not in old]
        if len(gone) == len(come) == 1 and gone[0].kind == come[0].kind:
            names = gone[0].name.text, come[0].name.text
            if names not in seen:
                span = cause(pair, _name_line(come[0]))
                yield _STORE.hit(of_change(come[0].kind, *names), span, old=names[0], new=names[1])


def _moved(delta: Delta, seen: set[tuple[str, str]]) -> Iterator[Hit]:
    """A store that moved to another file and is called nearly the same there, while all others kept their names."""
    old, new = (
        {name: store for file in facts.files if not file.is_test for name, store in _named(file).items()}
        for facts in (delta.before, delta.after)
    )
    gone, come = [s for n, s in old.items() if n not in new], [s for n, s in new.items() if n not in old]
    if len(gone) != 1 or len(come) != 1 or gone[0].kind != come[0].kind or len(old) != len(new):
        return
    names = gone[0].name.text, come[0].name.text
    paths = gone[0].call.span.path, come[0].call.span.path
    is_like = SequenceMatcher(a=names[0], b=names[1], autojunk=False).ratio() >= _LIKE
    if names not in seen and paths[0] != paths[1] and is_like and delta.touches(_name_line(come[0])):
        yield _STORE.hit(of_change(come[0].kind, *names), _name_line(come[0]), old=names[0], new=names[1])


def _named(file: FileFacts) -> dict[str, Store]:
    return {s.name.text: s for s in file.stores if s.name.known is Known.EXPLICIT and s.name.text}


def _topics(same: Same) -> Iterator[Hit]:
    for change in changed(same.was.parts, same.now.parts, "grouped.name", "repartitioned.name"):
        if change.old is None or change.new is None or not _is_text(change.old, change.new):
            continue
        if same.was.op in _GROUPS or any(_rekeys(op) for op in ancestors(same.before, same.was)):
            span = cause(same.files, change.span)
            yield _TOPIC.hit(
                of_change(f"{same.place} topic", change.was, change.now), span, op=same.now.op, old=change.was, new=change.now
            )  # fmt: skip


def _is_text(*values: Value) -> bool:
    return all(value.text for value in values)


def _rekeys(operator: object) -> bool:
    return any(part.name == "rekeys" for part in getattr(operator, "parts", ()))


RULE = Rule(
    __name__,
    __doc__,
    category=Category.STATE_CONSISTENCY,
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    compare=compare,
)
