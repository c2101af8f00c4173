"""What waits in a state store is not taken up again after a restart.

A processor no longer looks at its store when it starts.

## What it catches

An iteration over a state store in `init()` of a processor, or a helper there that does it, that the change removes: timers that are set again, a cache that is filled, work that is sent on.

## Why it hurts in production

A store is restored from its changelog, schedules and fields of the object are not. After a restart or a rebalance the entries lie in the store and nothing is about them any more: windows that
never end, records that are never sent on, until the next record of the same key comes, if one does.

## What to do

Go over the store in `init()`, or make one schedule that looks at all entries each time.

## What it cannot see

A schedule of another class that goes over the same store.

## Examples

### bad: timers are not set again
--- Sessions.java
 import org.apache.kafka.streams.processor.api.*;
 import org.apache.kafka.streams.state.*;
 class Sessions implements Processor<String, Click, String, Session> {
   private KeyValueStore<String, Session> open;
   @Override
   public void init(ProcessorContext<String, Session> context) {
     open = context.getStateStore("open-sessions");
-    resumeTimers(); // ! here
   }
   private void resumeTimers() {
     try (KeyValueIterator<String, Session> all = open.all()) {
       all.forEachRemaining(entry -> timeOut(entry.key));
     }
   }
 }

### bad: scala, in a helper
--- Sessions.scala
 import org.apache.kafka.streams.processor.api.{Processor, ProcessorContext}
 import org.apache.kafka.streams.state.KeyValueStore
 class Sessions extends Processor[String, Click, String, Session] {
   override def init(context: ProcessorContext[String, Session]): Unit = {
     open = context.getStateStore("open-sessions")
-    fill() // ! here
   }
   private def fill(): Unit = {
     open.all().forEachRemaining(entry => known.add(entry.key))
   }
 }

### good: one schedule looks at all
--- Sessions.java
 import org.apache.kafka.streams.processor.api.*;
 import org.apache.kafka.streams.state.*;
 class Sessions implements Processor<String, Click, String, Session> {
   private KeyValueStore<String, Session> open;
   @Override
   public void init(ProcessorContext<String, Session> context) {
     open = context.getStateStore("open-sessions");
-    open.all().forEachRemaining(entry -> timeOut(entry.key));
+    context.schedule(MINUTE, PunctuationType.WALL_CLOCK_TIME, now -> endOld(now));
   }
 }

### good: the store is gone too
--- Sessions.java
 import org.apache.kafka.streams.processor.api.*;
 import org.apache.kafka.streams.state.*;
 class Sessions implements Processor<String, Click, String, Session> {
-  private KeyValueStore<String, Session> open;
   @Override
   public void init(ProcessorContext<String, Session> context) {
-    open = context.getStateStore("open-sessions");
-    open.all().forEachRemaining(entry -> timeOut(entry.key));
+    this.context = context;
   }
 }

## References

- https://kafka.apache.org/40/documentation/streams/developer-guide/processor-api.html
"""

from __future__ import annotations

from collections.abc import Iterator

from reviewer.core.finding import Category, Confidence, Severity
from reviewer.facts.delta import Delta
from reviewer.facts.idioms import LOGGERS
from reviewer.facts.streaming.model import FileFacts
from reviewer.facts.streaming.protections import qualified, written
from reviewer.facts.syntax import Call, Function
from reviewer.rules.checks.words import Words
from reviewer.rules.rule import Hit, Rule
from reviewer.rules.support import line

_GOES_OVER = frozenset({"all", "range", "reverseAll", "reverseRange", "prefixScan", "fetchAll"})
_WORDS = Words(
    "{call} is gone from init(): what the state store holds at a start is not taken up again.",
    (
        "Entries wait in the store; a deploy or a rebalance starts the task anew.",
        "The store is restored from its changelog; init() sets nothing up for what is in it.",
        "Nothing is about these entries until a record of the same key comes -> they are sent on too late or never.",
    ),
    "Keep {call} in init(), or schedule something that looks at all entries.",
)


def compare(delta: Delta) -> Iterator[Hit]:
    """Looks at the store that are gone from where a processor starts."""
    for files, before, after in delta.modified():
        if "kafka-streams" not in before.libraries:
            continue
        for was in before.syntax.functions:
            now = next((f for f in after.syntax.functions if f.qualified == was.qualified and _starts(f)), None)
            if not _starts(was) or now is None or _looks(after, now) or _is_new(before, after, was, now):
                continue
            call = next((c for c in _looks(before, was) if files.touches(c.name_span)), None)
            if call is not None and any(
                c.name == "getStateStore" for c in after.syntax.calls_in(now.index, nested=True)
            ):
                yield _WORDS.hit(f"{was.qualified}/store not looked at", line(call.name_span), call=written(call))


def _starts(function: Function) -> bool:
    return function.name == "init" and any("ProcessorContext" in p.type for p in function.parameters)


def _looks(file: FileFacts, function: Function) -> list[Call]:
    """The calls of a function that go over a store, or of helpers of the file that do."""
    found = []
    for call in file.syntax.calls_in(function.index, nested=True):
        own = call.receiver in ("", "this") and not call.is_construction
        helpers = [f for f in file.syntax.functions if own and f.name == call.name and not f.is_lambda]
        inside = (c for f in helpers for c in file.syntax.calls_in(f.index, nested=True))
        if _goes_over(call) or any(_goes_over(c) for c in inside):
            found.append(call)
    return found


def _goes_over(call: Call) -> bool:
    return call.name in _GOES_OVER and call.receiver not in ("", "this")


def _is_new(before: FileFacts, after: FileFacts, was: Function, now: Function) -> bool:
    """Whether init() calls something new that may look at the store: a schedule, a helper."""
    known = {(c.receiver, c.name) for c in before.syntax.calls if qualified(before, c.function) == was.qualified}
    mine = [c for c in after.syntax.calls_in(now.index, nested=True) if (c.receiver, c.name) not in known]
    return any(not LOGGERS.search(c.receiver) for c in mine)


RULE = Rule(
    __name__,
    __doc__,
    category=Category.STATE_CONSISTENCY,
    severity=Severity.MEDIUM,
    confidence=Confidence.MEDIUM,
    compare=compare,
)
