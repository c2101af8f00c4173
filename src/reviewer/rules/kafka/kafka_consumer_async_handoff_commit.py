"""The commit does not wait for the work that was handed over.

The loop commits while the records are still being worked on in other threads.

## What it catches

A poll loop or listener that gives records to an executor, a task, a thread or a queue, does not wait for them, and commits or
acknowledges; a task, goroutine or thread for each record that marks or commits its own offset. A wait for a whole batch (`allOf`, `gather`, `Future.sequence`) that goes in front of a commit while the work is still started; a function that no longer waits for
what it hands over, called in front of a commit by a file that the change leaves alone.

## Why it hurts in production

A commit without arguments commits the position behind everything that poll returned. The work that waits in memory is lost
with the process, and its offsets are already committed.

## What to do

Wait for the work before the commit, or commit per partition up to the first offset that is not complete.

## Trade-off

The slowest record of a batch holds up the commit; commits per partition and offset cost bookkeeping. Committing at once is
legitimate where a lost record is replaced by the next one.

## What it cannot see

A tracker of completed offsets in another class; Spring's asynchronous acknowledgements (`asyncAcks`).

## Examples

### bad: submit, then commitSync
--- Loop.java
+import org.apache.kafka.clients.consumer.*;
+class Loop {
+  void run(KafkaConsumer<String, String> consumer) {
+    while (true) {
+      ConsumerRecords<String, String> records = consumer.poll(Duration.ofMillis(100));
+      for (ConsumerRecord<String, String> record : records) {
+        workers.submit(() -> handle(record));
+      }
+      consumer.commitSync(); // ! here
+    }
+  }
+}

### bad: a listener acknowledges after handing over
--- Listener.java
+import org.springframework.kafka.annotation.KafkaListener;
+import org.springframework.kafka.support.Acknowledgment;
+class Listener {
+  @KafkaListener(topics = "orders")
+  void on(Order order, Acknowledgment ack) {
+    executor.execute(() -> service.place(order));
+    ack.acknowledge(); // ! here
+  }
+}

### good: the futures are joined before the commit
--- Loop.java
+import org.apache.kafka.clients.consumer.*;
+class Loop {
+  void run(KafkaConsumer<String, String> consumer) {
+    while (true) {
+      ConsumerRecords<String, String> records = consumer.poll(Duration.ofMillis(100));
+      List<CompletableFuture<Void>> futures = new ArrayList<>();
+      for (ConsumerRecord<String, String> record : records) {
+        futures.add(CompletableFuture.runAsync(() -> handle(record), workers));
+      }
+      CompletableFuture.allOf(futures.toArray(new CompletableFuture[0])).join();
+      consumer.commitSync();
+    }
+  }
+}

### good: the task acknowledges after its own work
--- Listener.java
+import org.springframework.kafka.annotation.KafkaListener;
+import org.springframework.kafka.support.Acknowledgment;
+class Listener {
+  @KafkaListener(topics = "orders")
+  void on(Order order, Acknowledgment ack) {
+    executor.execute(() -> {
+      service.place(order);
+      ack.acknowledge();
+    });
+  }
+}

## References

- https://kafka.apache.org/40/javadoc/org/apache/kafka/clients/consumer/KafkaConsumer.html
- https://docs.spring.io/spring-kafka/reference/kafka/receiving-messages/ooo-commits.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import PurePosixPath

from reviewer.core.finding import Category, Confidence, Severity
from reviewer.facts.delta import Delta
from reviewer.facts.streaming.delivery import Stage
from reviewer.facts.streaming.flow import work
from reviewer.facts.streaming.model import FactSet, FileFacts, Handling, Handoff, Role
from reviewer.facts.streaming.protections import calls_of, folded, qualified, written
from reviewer.facts.streaming.records import mentions
from reviewer.facts.syntax import Call, ExpressionKind
from reviewer.rules.checks.consuming import in_handoff, is_tracked, loose_handoff
from reviewer.rules.checks.letting_go import LetGo, callers, commit_behind, let_go
from reviewer.rules.checks.own_marks import own_marks
from reviewer.rules.checks.words import taker
from reviewer.rules.rule import Hit, Rule
from reviewer.rules.support import line


def inspect(facts: FactSet) -> Iterator[Hit]:
    """Pairs of a handing-over and a commit in one handling."""
    for file in facts.files:
        commits = {op.call.index: op.call for op in file.operations_of(Role.COMMIT)}
        for handling in file.handlings:
            passed = None if is_tracked(file) else _passing(file, handling, set(commits))
            if passed is not None:
                yield _passes(handling, *passed)
            side_by_side = () if is_tracked(file) else own_marks(file, handling)
            yield from (_overtakes(handling, handoff, commit) for handoff, commit in side_by_side)
        for handling in file.handlings if commits and file.handoffs else ():
            commit = next((call for call in handling.calls if call.index in commits), None)
            handoff = loose_handoff(file, handling)
            if commit is None or handoff is None or in_handoff(file, handoff, commit) or is_tracked(file):
                continue
            yield _hit(handling, handoff, commit)


def compare(delta: Delta) -> Iterator[Hit]:
    """A function that no longer waits, and the loop in another file that calls it and commits; a wait in front of a commit that is gone."""
    yield from _unwaited(delta)
    for gone in let_go(delta):
        for file, call in callers(delta, gone):
            commit = commit_behind(file, call)
            if commit is not None and not is_tracked(file):
                yield _from_elsewhere(gone, file, call, commit)
                break


def _unwaited(delta: Delta) -> Iterator[Hit]:
    """What is kept in a variable was waited for as a whole in front of a commit; it is still started, and only the commit is left."""
    for files, before, after in delta.modified():
        loose = {handling.name for handling in after.handlings if loose_handoff(after, handling) is not None}
        for operation in before.operations_of(Role.COMMIT) if before.handlings else ():
            home = qualified(before, operation.call.function)
            wait = next(
                (c for c in calls_of(before, home) if _is_group_wait(c) and c.index < operation.call.index), None
            )
            if wait is None or home in loose or not files.touches(wait.name_span) or is_tracked(after):
                continue
            left = [op.call for op in after.operations_of(Role.COMMIT) if qualified(after, op.call.function) == home]
            waits = any(_is_group_wait(c) or c.name in after.names.idioms.waits for c in calls_of(after, home))
            kept = [name for name in _names_in(wait) if _is_started(after, home, name)]
            if (
                left
                and kept
                and not waits
                and not any(mentions(_given(c), frozenset(kept)) for c in calls_of(after, home))
            ):
                yield _no_wait(before, wait, kept[0], left[0])
                break


_GROUP = frozenset(
    {
        "allof",
        "gather",
        "awaitall",
        "whenall",
        "waitall",
        "joinall",
        "tryjoinall",
        "sequence",
        "allsettled",
        "invokeall",
        "ascompleted",
    }
)


def _is_group_wait(call: Call) -> bool:
    """`Future.sequence(writes)`, `CompletableFuture.allOf(…)`, `asyncio.gather(*tasks)`, `Promise.all(work)`, `Task.WhenAll(work)`."""
    name = folded(call.name)
    return bool(call.arguments) and (name in _GROUP or (name == "all" and call.receiver in ("Promise", "Future")))


def _names_in(wait: Call) -> list[str]:
    return re.findall(r"[A-Za-z_]\w*", _given(wait))


def _is_started(file: FileFacts, home: str, name: str) -> bool:
    """Whether the variable is still filled in the function."""
    return any(a.target == name and qualified(file, a.function) == home for a in file.syntax.assignments)


def _given(call: Call) -> str:
    return " ".join(argument.value.text for argument in call.arguments)


def _no_wait(file: FileFacts, wait: Call, name: str, commit: Call) -> Hit:
    return Hit(
        subject=f"{qualified(file, wait.function)}/{wait.name} {name} gone",
        span=line(wait.name_span),
        message=f"{written(wait)} is removed: nothing waits for `{name}` any more, and {commit.name}() commits.",
        scenario=(
            f"The work of a batch is started and kept in `{name}`.",
            f"{commit.name}() commits the position behind the whole batch at once.",
            "The process is killed, or a part of the work fails, before it is done.",
            "The group restarts behind the batch -> what was not done is never processed.",
        ),
        fix=f"Wait for `{name}` in front of {commit.name}(), and let a failure of it keep the commit back.",
    )


def _from_elsewhere(gone: LetGo, file: FileFacts, call: Call, commit: Call) -> Hit:
    name = gone.function.name
    return Hit(
        subject=f"{gone.function.qualified}+{commit.name}",
        span=line(gone.span),
        message=f"{name}() now returns while {gone.what} still works, and {PurePosixPath(file.path).name} commits with {commit.name}() when it has returned.",
        scenario=(
            f"{file.function_name(call.function) or PurePosixPath(file.path).name} gives a batch to {name}(), which hands it to {gone.what} and returns.",
            f"{commit.name}() commits the position behind the whole batch.",
            "The process is killed, or the work fails, before it is done.",
            "The group restarts behind the batch -> every record that was in work is lost.",
        ),
        fix=f"Wait in {name}() for what it hands over, or give its end back to the caller and commit behind that.",
        confidence=Confidence.MEDIUM,
    )


def _passing(file: FileFacts, handling: Handling, commits: set[int]) -> tuple[Stage, Call] | None:
    """A stage that lets records overtake each other, and the commit in it or behind it. Streams of one partition each may run side by side."""
    for before, stage in pairwise((None, *handling.stages)):
        apart = before is not None and before.kind in ("split", "merge")
        if (
            stage is None
            or stage.kind != "unordered"
            or apart
            or _one_at_a_time(stage)
            or not _works(file, handling, stage)
        ):
            continue
        later = handling.stages[handling.stages.index(stage) :]
        inside = [
            call for call in handling.calls if call.index in commits and any(_is_in(file, call, s) for s in later)
        ]
        behind = [s.call for s in later if s.kind == "commit"]
        if inside or behind:
            return stage, (inside or behind)[0]
    return None


def _one_at_a_time(stage: Stage) -> bool:
    return any(argument.value.literal == "1" for argument in stage.call.arguments)


def _works(file: FileFacts, handling: Handling, stage: Stage) -> bool:
    """A function given by name is taken to do something; of a lambda it is seen."""
    if stage.function is None:
        return any(
            argument.value.kind in (ExpressionKind.LAMBDA, ExpressionKind.NAME) for argument in stage.call.arguments
        )
    return any(_is_in(file, call, stage) for call in work(file, handling))


def _is_in(file: FileFacts, call: Call, stage: Stage) -> bool:
    return stage.function is not None and (
        call.function == stage.function or file.syntax.is_inside(call.function, stage.function)
    )


def _passes(handling: Handling, stage: Stage, commit: Call) -> Hit:
    name = stage.call.name
    return Hit(
        subject=f"{handling.name}/{name}+{commit.name}",
        span=line(stage.call.name_span),
        message=f"{name}() lets records finish out of order, and {commit.name}() commits past those that are not done.",
        scenario=(
            f"{name}() works on several records of a partition side by side; offset 12 is done before 10.",
            f"{commit.name}() commits 13: to the group 10 and 11 are done as well.",
            "The process is killed before they are.",
            "The group restarts at 13 -> 10 and 11 are never processed.",
        ),
        fix=f"Use the operator that keeps the order instead of {name}() (mapAsync, parEvalMap, mapZIOPar, flatMapSequential, concatMap), or one stream per partition.",
        evidence=(line(commit.name_span),),
    )


def _overtakes(handling: Handling, handoff: Handoff, commit: Call) -> Hit:
    """A mark or commit stands for everything in front of it, and the tasks end in any order."""
    name = commit.name
    return Hit(
        subject=f"{handling.name}/{handoff.construct}+own {name}",
        span=line(commit.name_span),
        message=f"Each record's own {handoff.construct} calls {name}() when it is done: they end in any order, and an offset stands for all those in front of it.",
        scenario=(
            "Offsets 10, 11 and 12 of a partition are worked on side by side; 12 is done first.",
            f"{name}() marks 12: to the group 10 and 11 are done as well.",
            "The process is killed, or a rebalance comes, before they are; or one of them fails.",
            "The group goes on behind 12 -> 10 and 11 are never processed.",
        ),
        fix=f"Wait for the work of a partition before {name}(), or mark only up to the first record that is not done.",
        evidence=(line(handoff.call.name_span),),
    )


def _hit(handling: Handling, handoff: Handoff, commit: Call) -> Hit:
    call = handoff.call
    return Hit(
        subject=f"{handling.name}/{call.receiver}.{call.name}+{commit.name}",
        span=line(commit.name_span),
        message=f"{commit.name}() does not wait for what {taker(handoff)} was given.",
        scenario=(
            f"A batch is handed to {taker(handoff)}; the work waits or runs there.",
            f"{commit.name}() commits the position behind the whole batch.",
            "The process is killed before the work is done.",
            "The group restarts behind the batch -> every record that was waiting is lost.",
        ),
        fix="Wait for the handed-over work before committing, or commit per partition up to the first unfinished offset.",
        evidence=(line(call.name_span),),
    )


RULE = Rule(
    __name__,
    __doc__,
    category=Category.DATA_LOSS,
    severity=Severity.CRITICAL,
    confidence=Confidence.HIGH,
    covers=("spring-kafka-async-listener-returns-early",),
    only=("kafka-consumer", "spring-kafka"),
    inspect=inspect,
    compare=compare,
)
