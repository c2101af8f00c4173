"""Offsets or partitions are handed over or kept without the copy that was made of them.

What is committed, saved or compared later changes under the hand.

## What it catches

In Java, Kotlin and Scala: `new HashMap<>(offsets)`, `Map.copyOf(offsets)`, `offsets.copy()`, `new HashSet<>(consumer.assignment())` and the like that the change removes, where the same offsets, partitions
or records are now kept, returned or given on as they are, and the code goes on changing them.

## Why it hurts in production

Between the moment when offsets are taken and the moment when they are committed or compared, records arrive and others finish. With a copy these wait for the next turn. Without it they
count as committed although nobody committed them, or what was about to be committed is emptied.

## What to do

Copy what other code goes on changing before it is kept or given on.

## What it cannot see

That nothing changes it in between, because one thread does all in order.

## Examples

### bad: what came during the commit counts as committed
--- Flusher.scala
 import org.apache.kafka.clients.consumer.KafkaConsumer
 class Flusher(consumer: KafkaConsumer[String, String]) {
   private var offsets = new OffsetMap()
   private var committed = new OffsetMap()
   def done(partition: TopicPartition, offset: Long): Unit = offsets.put(partition, offset)
   def flush(): Unit = {
-    val taken = offsets.copy() // ! here
-    consumer.commitSync(taken.diff(committed).asJava)
-    committed = taken
+    consumer.commitSync(offsets.diff(committed).asJava)
+    committed = offsets
   }
 }

### bad: the worker gets the set that goes on changing
--- Sink.java
 import java.util.*;
 import org.apache.kafka.clients.consumer.OffsetAndMetadata;
 import org.apache.kafka.common.TopicPartition;
 class Sink {
   private final Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
   void add(TopicPartition partition, long offset) {
     offsets.put(partition, new OffsetAndMetadata(offset + 1));
   }
   void flush() {
-    committer.submit(new HashMap<>(offsets)); // ! here
+    committer.submit(offsets);
     offsets.clear();
   }
 }

### good: the field gets a new map instead
--- Sink.java
 import java.util.*;
 import org.apache.kafka.clients.consumer.OffsetAndMetadata;
 import org.apache.kafka.common.TopicPartition;
 class Sink {
   private Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
   void add(TopicPartition partition, long offset) {
     offsets.put(partition, new OffsetAndMetadata(offset + 1));
   }
   void flush() {
-    committer.submit(new HashMap<>(offsets));
-    offsets.clear();
+    committer.submit(offsets);
+    offsets = new HashMap<>();
   }
 }

### good: the commit is over before anything changes
--- Sink.java
 import java.util.*;
 import org.apache.kafka.clients.consumer.*;
 import org.apache.kafka.common.TopicPartition;
 class Sink {
   private final Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
   private Consumer<String, String> consumer;
   void add(TopicPartition partition, long offset) {
     offsets.put(partition, new OffsetAndMetadata(offset + 1));
   }
   void flush() {
-    consumer.commitSync(new HashMap<>(offsets));
+    consumer.commitSync(offsets);
     offsets.clear();
   }
 }

## References

- https://kafka.apache.org/40/javadoc/org/apache/kafka/clients/consumer/KafkaConsumer.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from reviewer.core.finding import Category, Confidence, Severity
from reviewer.facts.delta import Delta, FilePair
from reviewer.facts.streaming.bookkeeping import Verb, holder, kept_by, verb
from reviewer.facts.streaming.model import FileFacts
from reviewer.facts.streaming.names import bare
from reviewer.facts.streaming.protections import calls_of, folded, qualified
from reviewer.facts.syntax import Call
from reviewer.rules.checks.left_out import is_readable
from reviewer.rules.checks.words import Words
from reviewer.rules.rule import Hit, Rule
from reviewer.rules.support import squash

_MADE = re.compile(r"(Linked|Tree|Concurrent)?(Hash)?(Map|Set)|ArrayList|LinkedList|ArrayDeque|Properties")
_COPIES = frozenset({"copy", "clone", "copyOf", "toMap", "toList", "toSet", "toMutableMap", "toMutableList", "toMutableSet", "deepCopy"})  # fmt: skip
_LIVE = re.compile(r"\.(assignment|paused|keySet|values|entrySet)\(\)$")
_CHANGES = re.compile(r"put|add|compute|merge|update|plus|advance|track|\+=|\+\+=")
#: Who is through with what it got when it returns.
_WAITS = re.compile(
    r"sync$|sendoffsetstotransaction|seek|pause|resume|contains|get|size|isempty|foreach|log|info|debug"
)
_WORDS = Words(
    "`{copy}` is gone from {function}(): {taker} `{source}` itself now, which {changer} goes on changing.",
    (
        "{function}() takes `{source}` as it is at this moment.",
        "Before that is over, {changer} changes it: records finish or arrive, partitions come or go, or it is emptied.",
        "What came in between counts as settled although it never was, or what had to be settled is gone -> records are skipped, or processed twice.",
    ),
    "Copy `{source}` first, as before.",
)

_LIVE_WORDS = Words(
    "`{copy}` is gone from {function}(): {taker} `{source}` itself now, which {changer} goes on changing.",
    (
        "{function}() takes `{source}`: the client's own set, not a copy.",
        "A rebalance changes that set before the program has looked at what was there.",
        "What belongs to partitions that went is not finished, and what belongs to new ones is taken for old -> buffers and offsets of the wrong partitions are used.",
    ),
    "Copy `{source}` first, as before.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Copy:
    call: Call
    source: str
    root: str
    home: str


def compare(delta: Delta) -> Iterator[Hit]:
    """Copies that are gone while what was copied is kept or given on as it is."""
    for files, before, after in delta.modified():
        if files.is_user or not is_readable(files, before, after):
            continue
        told: set[tuple[str, str]] = set()
        for copy in _copies(files, before, after):
            taker = _taker(files, before, after, copy)
            changer = _changer(after, copy) if taker else ""
            if changer and (copy.home, copy.source) not in told:
                told.add((copy.home, copy.source))
                words = _LIVE_WORDS if _LIVE.search(copy.source) else _WORDS
                yield words.hit(
                    f"{copy.home}/copy of {copy.source}", copy.call.name_span, copy=_text(copy.call), function=copy.home.rpartition(".")[2],
                    taker=taker, source=copy.source, changer=changer,
                    category=Category.STATE_CONSISTENCY if words is _LIVE_WORDS else None,
                )  # fmt: skip


def _copies(files: FilePair, before: FileFacts, after: FileFacts) -> Iterator[_Copy]:
    for call in before.syntax.calls:
        source = _source(call)
        home = qualified(before, call.function) if source else ""
        if not home or not files.touches(call.name_span) or any(_source(c) == source for c in calls_of(after, home)):
            continue
        root = bare(re.sub(r"\(.*", "", _LIVE.sub("", source)))
        if root and (kept_by(root) or kept_by(source)) is not None:
            yield _Copy(call=call, source=source, root=root, home=home)


def _source(call: Call) -> str:
    """What a call copies, as written; "" when it copies nothing."""
    if ((call.is_construction or not call.receiver) and len(call.arguments) == 1 and _MADE.fullmatch(call.name)) or (
        call.name in _COPIES
        and len(call.arguments) == 1
        and re.fullmatch(r"(Immutable)?(Map|List|Set|Arrays)", call.receiver)
    ):
        text = call.arguments[0].value.text
    elif call.name in _COPIES and not call.arguments:
        text = call.receiver
    else:
        return ""
    return text if re.fullmatch(r"[\w.]+(\(\))?", text) and not text[:1].isdigit() else ""


def _taker(files: FilePair, before: FileFacts, after: FileFacts, copy: _Copy) -> str:
    """What now takes the thing itself where it took the copy: a variable, a call or the caller; "" when nothing does."""
    names = {copy.call.result_name} - {None, ""}
    was = _text(copy.call)
    old = [_plain(was), _plain(was.removeprefix("new ")), *(_plain(n) for n in names if n)]
    new = _plain(copy.source)
    kept = {a.target for a in before.syntax.assignments if a.value is not None and qualified(before, a.function) == copy.home and _plain(a.value.text) in old}  # fmt: skip
    for assignment in after.syntax.assignments:
        mine = assignment.value is not None and qualified(after, assignment.function) == copy.home
        if mine and assignment.target in kept and files.touches(assignment.span):
            text = _plain(assignment.value.text) if assignment.value is not None else ""
            if text == new or re.fullmatch(rf"\w+\({re.escape(new)}(\.\w+)?\)", text):
                return f"`{assignment.target}` is"
    given = {c.name for c in calls_of(before, copy.home) if any(_plain(a.value.text) in old for a in c.arguments)}
    for call in calls_of(after, copy.home):
        if call.name in given and files.touches(call.span) and not _WAITS.search(folded(call.name)):
            if any(_plain(a.value.text) == new for a in call.arguments):
                return f"{call.name}() gets"
    returned = any(_plain(j.text) in old for j in before.syntax.jumps if qualified(before, j.function) == copy.home)
    now = any(_plain(j.text) == new for j in after.syntax.jumps if qualified(after, j.function) == copy.home)
    return "the caller gets" if returned and now else ""


def _changer(after: FileFacts, copy: _Copy) -> str:
    """Who goes on changing it: the client whose own set it is, or a function of the file; "" when nobody does, or it is replaced by a new one."""
    if re.search(r"\.(assignment|paused)\(\)$", copy.source):
        return f"`{copy.source.rpartition('.')[0]}`"
    if any(
        bare(a.target) == copy.root
        and not a.is_declaration
        and not a.is_field
        and qualified(after, a.function) == copy.home
        for a in after.syntax.assignments
    ):
        return ""
    for call in after.syntax.calls:
        changes = _CHANGES.match(folded(call.name)) is not None or verb(call) is Verb.FORGET
        if changes and holder(call) == copy.root and call.function is not None:
            return f"{qualified(after, call.function).rpartition('.')[2]}()"
    return ""


def _plain(text: str) -> str:
    """Without blanks and type arguments."""
    return squash(re.sub(r"<[^<>()]*>", "", text))


def _text(call: Call) -> str:
    arguments = ", ".join(a.value.text for a in call.arguments)
    return f"{f'{call.receiver}.' if call.receiver else 'new ' if call.is_construction else ''}{call.name}({arguments})"


RULE = Rule(
    __name__,
    __doc__,
    category=Category.DUPLICATES,
    severity=Severity.HIGH,
    confidence=Confidence.MEDIUM,
    only=("kafka-consumer", "kafka-connect"),
    compare=compare,
)
