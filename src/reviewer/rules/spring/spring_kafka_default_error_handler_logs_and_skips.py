"""The error handler logs the record and skips it.

After some attempts Spring's error handler logs the record and goes on.

## What it catches

`new DefaultErrorHandler()` (or `SeekToCurrentErrorHandler`, `DefaultAfterRollbackProcessor`) without a recoverer, and
`CommonLoggingErrorHandler`; a container factory that loses its error handler, so that the same default applies.

## Why it hurts in production

Without a recoverer the handler tries ten times without a pause, within milliseconds. A database that is away for a second
outlasts that: the record is logged at ERROR and its offset committed.

## What to do

Exponential back-off plus a `DeadLetterPublishingRecoverer`, with the exceptions that can't be retried named.

## Trade-off

Longer back-off holds up the partition, and a dead-letter topic must be looked after. Skipping after a few tries is legitimate where
the log entry is enough.

## What it cannot see

A recoverer that is built in another file and itself only logs; a container without any handler bean (the same default applies).

## Examples

### bad: the recoverer is dropped
--- Config.java
 import org.springframework.kafka.listener.*;
 class Config {
   DefaultErrorHandler handler(KafkaTemplate<Object, Object> template) {
-    return new DefaultErrorHandler(new DeadLetterPublishingRecoverer(template), new FixedBackOff(1000L, 5L));
+    return new DefaultErrorHandler(new FixedBackOff(1000L, 5L)); // ! here
   }
 }

### bad: a recoverer that only logs
--- Config.java
+import org.springframework.kafka.listener.*;
+class Config {
+  DefaultErrorHandler handler() {
+    return new DefaultErrorHandler((record, e) -> log.error("lost {}", record.key(), e), new FixedBackOff(1000L, 5L)); // ! here
+  }
+}

### good: a recoverer from elsewhere
--- Config.java
+import org.springframework.kafka.listener.*;
+class Config {
+  DefaultErrorHandler handler(ConsumerRecordRecoverer recoverer) {
+    return new DefaultErrorHandler(recoverer, new FixedBackOff(1000L, 5L));
+  }
+}

### good: unlimited attempts block, they lose nothing
--- Config.java
+import org.springframework.kafka.listener.*;
+class Config {
+  DefaultErrorHandler handler() {
+    return new DefaultErrorHandler(new FixedBackOff(1000L, FixedBackOff.UNLIMITED_ATTEMPTS));
+  }
+}

## References

- https://docs.spring.io/spring-kafka/reference/kafka/annotation-error-handling.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from reviewer.core.finding import Category, Confidence, Severity
from reviewer.facts.delta import Delta
from reviewer.facts.streaming.model import FactSet, FileFacts
from reviewer.facts.streaming.names import simple_type
from reviewer.facts.streaming.protections import Protects
from reviewer.facts.syntax import Call, Expression, ExpressionKind, Function
from reviewer.rules.checks.words import Words, of_call
from reviewer.rules.rule import Hit, Rule
from reviewer.rules.support import code_files

_HANDLERS = frozenset({"DefaultErrorHandler", "SeekToCurrentErrorHandler", "DefaultAfterRollbackProcessor"})
_BACK_OFF = re.compile(r"back.?off", re.IGNORECASE)
_UNLIMITED = re.compile(r"UNLIMITED_ATTEMPTS|Long\.MAX_VALUE")
_LOGS = re.compile(r"^(log|logger|LOG|LOGGER)$")
_SCENARIO = (
    "The database is away for a few seconds; the listener throws.",
    "The attempts of the handler are used up in that time (ten, without a pause, unless a back-off is given).",
    "The handler logs the record at ERROR and commits its offset -> the record is lost.",
)
_FIX = (
    "new DefaultErrorHandler(new DeadLetterPublishingRecoverer(template), new ExponentialBackOff()), "
    "with addNotRetryableExceptions(…) for what can't be retried."
)
_SETTERS = frozenset({"setcommonerrorhandler", "seterrorhandler", "setbatcherrorhandler", "setafterrollbackprocessor"})
_UNSET = Words(
    "{setter} is removed from {function}(): its containers fall back to ten attempts, a log line and a skip.",
    _SCENARIO,
    _FIX,
)
_LOGS_ONLY = Words("{handler}: It only logs: no attempt is repeated.", _SCENARIO, _FIX)
_DROPS = Words("{handler}: It has no recoverer that keeps the record.", _SCENARIO, _FIX)


def inspect(facts: FactSet) -> Iterator[Hit]:
    """Handlers constructed without something that keeps the record."""
    for file in code_files(facts, "spring-kafka"):
        for call in file.syntax.calls:
            name = simple_type(call.name)
            if not call.is_construction:
                continue
            if name == "CommonLoggingErrorHandler":
                yield _LOGS_ONLY.hit(of_call(file, call, name), call.span, severity=Severity.CRITICAL, handler=name)
            elif name in _HANDLERS and _drops(file, call):
                yield _DROPS.hit(of_call(file, call, name), call.span, handler=name)


def compare(delta: Delta) -> Iterator[Hit]:
    """A factory whose error handler is not set any more; one that is a bean is found by Spring Boot itself."""
    beans = any(_is_handler_bean(f) for file in delta.after.everything() for f in file.syntax.functions)
    built = {simple_type(c.name) for file in delta.after.files for c in file.syntax.calls if c.is_construction}
    for gone in delta.gone(Protects.OPTION) if not beans and not built & _HANDLERS else ():
        if gone.protection.what in _SETTERS:
            name = gone.function.rsplit(".", 1)[-1]
            yield _UNSET.hit(
                f"{gone.function}/{gone.protection.what} removed", gone.span, setter=gone.protection.text, function=name,
                confidence=Confidence.MEDIUM,
            )  # fmt: skip


def _is_handler_bean(function: Function) -> bool:
    bean = any(annotation.simple_name == "Bean" for annotation in function.annotations)
    return bean and re.search(r"ErrorHandler\b", function.return_type) is not None


def _drops(file: FileFacts, call: Call) -> bool:
    rest = [argument.value for argument in call.arguments if not _is_back_off(file, call, argument.value)]
    if any(_UNLIMITED.search(argument.value.text) for argument in call.arguments):
        return False
    if not rest:
        return not _is_completed_later(file, call)
    return all(_only_logs(file, expression) for expression in rest)


def _is_back_off(file: FileFacts, call: Call, expression: Expression) -> bool:
    if _BACK_OFF.search(expression.text):
        return True
    declared = [
        p.type
        for p in (file.syntax.functions[call.function].parameters if call.function is not None else ())
        if p.name == expression.text
    ]
    return any(_BACK_OFF.search(text) for text in declared)


def _is_completed_later(file: FileFacts, call: Call) -> bool:
    """Unlimited attempts in the back-off variable, which then blocks instead of dropping."""
    names = {argument.value.text for argument in call.arguments}
    return any(
        a.target in names and a.value is not None and _UNLIMITED.search(a.value.text) for a in file.syntax.assignments
    )


def _only_logs(file: FileFacts, expression: Expression) -> bool:
    """A recoverer lambda whose body does nothing but log."""
    if expression.kind is not ExpressionKind.LAMBDA or expression.function is None:
        return False
    inside = [c for c in file.syntax.calls if c.function == expression.function]
    return all(
        _LOGS.match(c.receiver) or c.receiver.split(".")[0] in _parameters(file, expression.function) for c in inside
    )


def _parameters(file: FileFacts, function: int) -> set[str]:
    return {parameter.name for parameter in file.syntax.functions[function].parameters}


RULE = Rule(
    __name__,
    __doc__,
    category=Category.DATA_LOSS,
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    inspect=inspect,
    compare=compare,
)
