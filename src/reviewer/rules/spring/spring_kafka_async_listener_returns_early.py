"""The listener returns while its work runs in another thread.

A listener calls a method that Spring runs asynchronously.

## What it catches

A `@KafkaListener` method that gives its record to a method annotated `@Async` (of the same class or of a class that was read beside the change), or that is `@Async` itself, and does not wait for the result.

## Why it hurts in production

The container takes the return of the listener for success and commits. An exception of the other thread reaches no error handler: no retry, no dead-letter
topic. What waits in the executor's queue is lost with the process.

## What to do

Do the work on the container's thread and raise `concurrency`; or return the `CompletableFuture` (Spring Kafka 3.2 acknowledges when it completes).

## What it cannot see

A proxy that the call does not go through (a call within the same class is not asynchronous in Spring; it is silent here).

## Examples

### bad: the service's method becomes asynchronous
--- Listener.java
 import org.springframework.kafka.annotation.KafkaListener;
 class Listener {
   private final Ledger ledger;
   @KafkaListener(topics = "invoices")
   void on(Invoice invoice) {
     ledger.add(invoice); // ! here
+    log.debug("added {}", invoice.id());
   }
 }
--- Ledger.java
 import org.springframework.scheduling.annotation.Async;
 class Ledger {
+  @Async
   public void add(Invoice invoice) { repository.save(invoice); }
 }

### bad: the listener itself
--- Listener.java
 import org.springframework.kafka.annotation.KafkaListener;
 class Listener {
   private final Ledger ledger;
+  @Async
   @KafkaListener(topics = "invoices")
   void on(Invoice invoice) { // ! here
     ledger.add(invoice);
   }
 }

### good: the result is waited for
--- Listener.java
 import org.springframework.kafka.annotation.KafkaListener;
 class Listener {
   private final Ledger ledger;
   @KafkaListener(topics = "invoices")
   void on(Invoice invoice) {
-    ledger.book(invoice);
+    ledger.add(invoice).join();
   }
 }
--- Ledger.java
+import org.springframework.scheduling.annotation.Async;
+class Ledger {
+  @Async
+  public CompletableFuture<Void> add(Invoice invoice) { repository.save(invoice); return done(); }
+}

### good: a method of another name is asynchronous
--- Listener.java
 import org.springframework.kafka.annotation.KafkaListener;
 class Listener {
   private final Ledger ledger;
   @KafkaListener(topics = "invoices")
   void on(Invoice invoice) {
-    ledger.book(invoice);
+    ledger.add(invoice);
   }
 }
--- Ledger.java
+import org.springframework.scheduling.annotation.Async;
+class Ledger {
+  public void add(Invoice invoice) { repository.save(invoice); }
+  @Async
+  public void refresh(Invoice invoice) { cache.refresh(); }
+}

## References

- https://docs.spring.io/spring-kafka/reference/kafka/receiving-messages/async-returns.html
- https://docs.spring.io/spring-framework/reference/integration/scheduling.html
"""

from __future__ import annotations

from collections.abc import Iterator

from reviewer.core.finding import Category, Confidence, Severity
from reviewer.core.span import Span
from reviewer.facts.streaming.model import FactSet, FileFacts, Handling
from reviewer.facts.streaming.names import simple_type
from reviewer.facts.streaming.records import mentions
from reviewer.facts.syntax import Call, Function, ResultUse
from reviewer.rules.checks.words import Words, of_call
from reviewer.rules.rule import Hit, Rule

_WORDS = Words(
    "{work}() is @Async: the listener returns before it has run.",
    (
        "The listener hands the record to {work}() and returns at once.",
        "The container takes that for success and commits the offset.",
        "The work fails, or the process is killed while it waits in the executor -> the record is lost, and no error handler hears of it.",
    ),
    "Run {work}() on the container's thread (raise concurrency for throughput), or return its CompletableFuture from the listener.",
)


def inspect(facts: FactSet) -> Iterator[Hit]:
    """Listeners that are asynchronous, or that call what is."""
    for file in facts.files:
        for handling in file.handlings:
            if handling.kind == "listener" and handling.library == "spring-kafka":
                yield from _early(facts, file, handling)


def _early(facts: FactSet, file: FileFacts, handling: Handling) -> Iterator[Hit]:
    listener = file.syntax.functions[handling.function]
    if _is_async(listener):
        first = next(_lines(listener), listener.span.first_line)
        span = Span(path=listener.span.path, side=listener.span.side, first_line=first, last_line=first)
        yield _WORDS.hit(f"{handling.name}/Async", span, work=listener.name)
        return
    for call in handling.calls:
        if _drops(call) and any(mentions(a.value.text, handling.records) for a in call.arguments):
            if _calls_async(facts, file, call):
                yield _WORDS.hit(of_call(file, call), call.name_span, work=call.name)


def _lines(function: Function) -> Iterator[int]:
    """The line behind the annotations."""
    if function.annotations:
        yield max(a.span.last_line for a in function.annotations) + 1


def _is_async(function: Function) -> bool:
    return any(a.simple_name == "Async" for a in function.annotations)


def _drops(call: Call) -> bool:
    return call.result is ResultUse.IGNORED and call.receiver not in ("", "this") and not call.is_construction


def _calls_async(facts: FactSet, file: FileFacts, call: Call) -> bool:
    """A method of a bean, by the type that the field or parameter is declared with; all of that name are asynchronous."""
    declared = simple_type(file.names.type_of(call.receiver, call.function))
    methods: list[bool] = []
    for other in facts.everything() if declared else ():
        for index, of in enumerate(other.syntax.types):
            whole = any(a.simple_name == "Async" for a in of.annotations)
            if of.name == declared or declared in {simple_type(base) for base in of.bases}:
                mine = (f for f in other.syntax.functions if f.type == index and f.name == call.name)
                methods += [whole or _is_async(f) for f in mine if not _is_abstract(other, f)]
    return bool(methods) and all(methods)


def _is_abstract(file: FileFacts, function: Function) -> bool:
    """A method of an interface: nothing inside."""
    inside = any(True for _ in file.syntax.calls_in(function.index, nested=True))
    return not inside and not _is_async(function)


RULE = Rule(
    __name__,
    __doc__,
    category=Category.DATA_LOSS,
    severity=Severity.CRITICAL,
    confidence=Confidence.HIGH,
    inspect=inspect,
)
