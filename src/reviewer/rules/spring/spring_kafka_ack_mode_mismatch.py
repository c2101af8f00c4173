"""The acknowledge mode and the listener do not agree.

A listener takes an acknowledgement that it never gives, or the container stops waiting for it.

## What it catches

An `Acknowledgment` parameter that the listener never uses; an acknowledge mode that was `MANUAL` or `MANUAL_IMMEDIATE` and is another one, or none, after the change; one that becomes
manual while no listener takes an acknowledgement.

## Why it hurts in production

Under a manual mode the container commits only what is acknowledged: a listener that never does so processes everything again after each restart. Under
any other mode the container commits when the listener returns, so that work which the acknowledgement stood for may be lost.

## What to do

Acknowledge after the work under a manual mode; take no `Acknowledgment` under the others.

## What it cannot see

A container factory in a file that was not read.

## Examples

### bad: the parameter stays, the call is gone
--- Listener.java
 import org.springframework.kafka.annotation.KafkaListener;
 import org.springframework.kafka.support.Acknowledgment;
 class Listener {
   @KafkaListener(topics = "invoices")
   void on(Invoice invoice, Acknowledgment ack) { // ! here
     ledger.add(invoice);
-    ack.acknowledge();
   }
 }

### bad: the container no longer waits
--- src/main/resources/application.yml
 spring:
   kafka:
     listener:
-      ack-mode: manual_immediate
+      ack-mode: batch # ! here

### good: the acknowledgement is handed on
--- Listener.java
+import org.springframework.kafka.annotation.KafkaListener;
+import org.springframework.kafka.support.Acknowledgment;
+class Listener {
+  @KafkaListener(topics = "invoices")
+  void on(Invoice invoice, Acknowledgment ack) {
+    ledger.add(invoice, ack);
+  }
+}

### good: mode and listeners change together
--- src/main/resources/application.yml
 spring:
   kafka:
     listener:
-      ack-mode: manual
+      ack-mode: record
--- Listener.java
 import org.springframework.kafka.annotation.KafkaListener;
 import org.springframework.kafka.support.Acknowledgment;
 class Listener {
   @KafkaListener(topics = "invoices")
-  void on(Invoice invoice, Acknowledgment ack) {
+  void on(Invoice invoice) {
     ledger.add(invoice);
-    ack.acknowledge();
   }
 }

## References

- https://docs.spring.io/spring-kafka/reference/kafka/receiving-messages/message-listener-container.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from reviewer.core.finding import Category, Confidence, Severity
from reviewer.core.span import Span
from reviewer.facts.delta import Delta
from reviewer.facts.streaming.model import FactSet, FileFacts, Handling, Role
from reviewer.facts.streaming.names import simple_type
from reviewer.facts.syntax import Function
from reviewer.rules.checks.settings import changed, removed
from reviewer.rules.checks.words import Words
from reviewer.rules.rule import Hit, Rule

_KEY = "ack.mode"
_UNUSED = Words(
    "{function}() takes the acknowledgement `{name}` and never gives it.",
    (
        "Records are processed; under the manual mode that an Acknowledgment needs, nothing of them is committed.",
        "The process is restarted, or its partitions move.",
        "The group begins at its last commit, or where auto.offset.reset says -> everything since is processed again, or skipped with latest.",
    ),
    "Call {name}.acknowledge() behind the work, or drop the parameter and the manual mode.",
)
_MODE = Words(
    "The acknowledge mode was {old} and is {new} now: the container commits without waiting for the listeners' acknowledge().",
    (
        "A listener hands work on, or returns early, and means to acknowledge when it is done.",
        "It returns, and the container commits the offset by itself.",
        "The work fails, or the process is killed -> the record is lost.",
    ),
    "Keep {old}, or finish the work before the listener returns and drop its Acknowledgment.",
)

_NOBODY = Words(
    "The acknowledge mode was {old} and is {new} now, and {listener} takes no Acknowledgment: nothing commits any more.",
    (
        "Records are processed; the container waits for acknowledge(), which nobody calls, and no offset is committed.",
        "The application is restarted, or its partitions move.",
        "The group begins at its last commit, or where auto.offset.reset says -> everything since is processed again, or skipped with latest.",
    ),
    "Keep {old}, or let each listener take an Acknowledgment and acknowledge behind its work.",
)


def inspect(facts: FactSet) -> Iterator[Hit]:
    """Acknowledgments that nobody uses."""
    for file in facts.files:
        for handling in file.handlings:
            if handling.kind != "listener" or handling.function is None:
                continue
            function = file.syntax.functions[handling.function]
            for parameter in function.parameters:
                if simple_type(parameter.type) == "Acknowledgment" and not _is_used(file, handling, parameter.name):
                    yield _UNUSED.hit(
                        f"{handling.name}/{parameter.name} unused", _head(function), function=function.name, name=parameter.name
                    )  # fmt: skip


def compare(delta: Delta) -> Iterator[Hit]:
    """A manual mode that becomes another one, or goes, while nothing shows that the listeners changed with it; one that comes, for which no
    listener is made."""
    yield from _nobody(delta)
    if _listeners_change(delta):
        return
    for found in (*changed(delta, _KEY), *removed(delta, _KEY)):
        manual = found.old.text.rsplit(".", 1)[-1].lower().startswith("manual")
        new = found.new.text.rsplit(".", 1)[-1]
        if manual and (found.after is None or not new.lower().startswith("manual")):
            if found.after is not None or _is_still_configured(found.files.after, found.before.scope):
                yield _MODE.hit(
                    found.subject, found.span, old=found.old.text.rsplit(".", 1)[-1], new=new if found.after is not None else "BATCH, the default",
                )  # fmt: skip


def _nobody(delta: Delta) -> Iterator[Hit]:
    """The container commits no more, and no listener that was read takes an Acknowledgment; those of another factory have another mode."""
    for found in changed(delta, _KEY):
        old, new = (value.text.rsplit(".", 1)[-1] for value in (found.old, found.new))
        if old.lower().startswith("manual") or not new.lower().startswith("manual") or found.after is None:
            continue
        listeners = [
            (file, handling)
            for file in delta.after.everything()
            for handling in file.handlings
            if handling.kind == "listener" and handling.library == "spring-kafka" and not file.is_test
        ]
        if listeners and not any(_may_acknowledge(file, handling) for file, handling in listeners):
            names = [handling.name.rpartition(".")[2] for _, handling in listeners]
            more = f" (and {len(names) - 1} more)" if len(names) > 1 else ""
            yield _NOBODY.hit(
                found.subject,
                found.span,
                category=Category.DUPLICATES,
                old=old,
                new=new,
                listener=f"{names[0]}(){more}",
            )


def _may_acknowledge(file: FileFacts, handling: Handling) -> bool:
    given = file.parameters_of(handling)
    by_hand = any(re.search("Ack|Consumer<|Consumer$", p.type) for p in given)
    return by_hand or handling.part("factory") is not None or any(True for _ in file.operations_of(Role.COMMIT))


def _is_used(file: FileFacts, handling: Handling, name: str) -> bool:
    word = re.compile(rf"\b{re.escape(name)}\b")
    texts = [call.receiver for call in handling.calls]
    texts += [argument.value.text for call in handling.calls for argument in call.arguments]
    texts += [a.value.text for a in file.syntax.assignments if a.value is not None and a.function == handling.function]
    return any(word.search(text) for text in texts)


def _head(function: Function) -> Span:
    """The line behind the annotations."""
    first = max((a.span.last_line + 1 for a in function.annotations), default=function.span.first_line)
    return Span(path=function.span.path, side=function.span.side, first_line=first, last_line=first)


def _listeners_change(delta: Delta) -> bool:
    """A listener of the change gave acknowledgements, and gives none now."""
    return any(
        any(True for _ in before.operations_of(Role.COMMIT)) and not any(True for _ in after.operations_of(Role.COMMIT))
        for _, before, after in delta.modified()
    )


def _is_still_configured(file: FileFacts | None, scope: str) -> bool:
    if scope.startswith("spring.kafka"):  # the document still configures Spring's containers
        return file is not None and any(setting.scope.startswith("spring.kafka") for setting in file.settings)
    return file is not None and any(setting.scope == scope for setting in file.settings)


RULE = Rule(
    __name__,
    __doc__,
    category=Category.DATA_LOSS,
    severity=Severity.HIGH,
    confidence=Confidence.MEDIUM,
    put_back=True,
    inspect=inspect,
    compare=compare,
)
