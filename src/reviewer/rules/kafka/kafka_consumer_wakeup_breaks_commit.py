"""A wakeup makes the commit throw that stands on the way out.

The commit behind the loop, or the one of the last batch, meets the wakeup that was meant for poll().

## What it catches

`wakeup()` from another thread beside a poll loop that also ends by a flag, and a `commitSync()` behind that loop or in its `finally` that no catch of a
`WakeupException` repeats; a `wakeup()` that the change adds where the last batch is committed inside the loop and nowhere behind it; a catch of `WakeupException` that
the change removes in front of a commit or a close that is not in a `finally`; a catch around a commit that made the commit again, and no longer does.

## Why it hurts in production

`wakeup()` is remembered. When the loop is working on a batch it sees the flag and ends without another poll(), and the next call that can throw is the commit: it
throws `WakeupException` before it has sent anything. What was processed is not committed, and what stands behind the commit, mostly close(), does not run: the group
waits for the session timeout.

## What to do

Catch `WakeupException` around the last commit and commit again: the wakeup is used up by then. Close in a `finally` of its own. Or end the loop by the exception alone
(`while (true)`), so that poll() always gets the wakeup.

## What it cannot see

A wakeup in another class; a sink that recognises what it has seen.

## Examples

### bad: shutdown wakes the consumer, and the last commit gets it
--- Worker.java
 import org.apache.kafka.clients.consumer.*;
 class Worker implements Runnable {
   private final KafkaConsumer<String, Invoice> consumer;
   private final AtomicBoolean closed = new AtomicBoolean();
   public void run() {
     try {
       while (!closed.get()) {
         for (ConsumerRecord<String, Invoice> record : consumer.poll(Duration.ofSeconds(1))) ledger.add(record.value());
         consumer.commitAsync();
       }
     } catch (WakeupException e) {
       if (!closed.get()) throw e;
     } finally {
+      consumer.commitSync(); // ! here
       consumer.close();
     }
   }
   public void shutdown() {
     closed.set(true);
     consumer.wakeup();
   }
 }

### bad: the catch in front of the commit is removed
--- Worker.kt
 import org.apache.kafka.clients.consumer.KafkaConsumer
 import org.apache.kafka.common.errors.WakeupException
 class Worker(private val consumer: KafkaConsumer<String, Invoice>) {
     fun run() {
-        try {
-            while (true) {
-                consumer.poll(Duration.ofSeconds(1)).forEach { ledger.add(it.value()) }
-            }
-        } catch (e: WakeupException) { // ! here
-            log.info("stopping")
-        }
+        while (true) {
+            consumer.poll(Duration.ofSeconds(1)).forEach { ledger.add(it.value()) }
+        }
         consumer.commitSync()
         consumer.close()
     }
     fun stop() = consumer.wakeup()
 }

### good: the last commit is made again when the wakeup hits it
--- Worker.java
 import org.apache.kafka.clients.consumer.*;
 class Worker implements Runnable {
   private final KafkaConsumer<String, Invoice> consumer;
   private volatile boolean running = true;
   public void run() {
     try {
       while (running) {
         for (ConsumerRecord<String, Invoice> record : consumer.poll(Duration.ofSeconds(1))) ledger.add(record.value());
         consumer.commitAsync();
       }
     } catch (WakeupException e) {
       log.info("stopping");
     } finally {
+      try {
+        consumer.commitSync();
+      } catch (WakeupException e) {
+        consumer.commitSync();
+      }
       consumer.close();
     }
   }
   public void stop() { running = false; consumer.wakeup(); }
 }

### good: the loop ends by the exception alone, so poll() has got the wakeup
--- Worker.java
 import org.apache.kafka.clients.consumer.*;
 class Worker implements Runnable {
   private final KafkaConsumer<String, Invoice> consumer;
   public void run() {
     try {
       while (true) {
         for (ConsumerRecord<String, Invoice> record : consumer.poll(Duration.ofSeconds(1))) ledger.add(record.value());
       }
     } catch (WakeupException e) {
       log.info("stopping");
     } finally {
+      consumer.commitSync();
       consumer.close();
     }
   }
   public void stop() { consumer.wakeup(); }
 }

## References

- https://kafka.apache.org/40/javadoc/org/apache/kafka/clients/consumer/KafkaConsumer.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from reviewer.core.finding import Category, Confidence, Severity
from reviewer.facts.delta import Delta, FilePair
from reviewer.facts.streaming.model import FactSet, FileFacts, Role
from reviewer.facts.streaming.protections import qualified
from reviewer.facts.syntax import Block, BlockKind, Call
from reviewer.rules.checks.consuming import commit_calls
from reviewer.rules.checks.words import Words
from reviewer.rules.rule import Hit, Rule
from reviewer.rules.support import line

_LIBRARY = "kafka-clients"
_ALWAYS = re.compile(r"\(?\s*(true|;;)\s*\)?")
_WAKEUP = re.compile(r"Wakeup|KafkaException|RuntimeException|\bException|Throwable")
_FINAL = Words(
    "{commit} stands behind a loop that ends by a flag, and {wakeup} may still wait for the next call: then {commit} throws WakeupException and commits nothing.",
    (
        "{stop} is called while the loop works on a batch: the flag is set, and {wakeup} finds no poll() to end.",
        "The loop sees the flag and ends without another poll(); the wakeup is still there.",
        "{commit} throws WakeupException at once: what was processed is not committed, and what stands behind it does not run.",
        "The next owner begins at the last commit -> all records since then are processed again.",
    ),
    "Catch WakeupException around {commit} and commit again: it is thrown once. Close the consumer in a finally of its own.",
)
_LAST = Words(
    "{wakeup} may come while a batch is worked on; then {commit} throws WakeupException, and nothing commits that batch on the way out.",
    (
        "{stop} is called while the loop works on a batch: {wakeup} finds no poll() to end and is remembered.",
        "The batch is done, and {commit} throws WakeupException before it has sent anything.",
        "The loop is left as for any shutdown, without a commit.",
        "The next owner begins at the last commit -> the whole batch is processed again, at each deploy.",
    ),
    "Commit what is complete behind the loop (the exception is thrown once), then close.",
)
_CAUGHT = Words(
    "The catch of WakeupException is removed: {wakeup} now leaves {function}() as a failure, and {skipped} behind it does not run.",
    (
        "{stop} wakes the consumer, and poll() throws WakeupException.",
        "Nothing catches it in {function}(): {skipped} is skipped.",
        "What was processed since the last commit is not committed, and the consumer leaves the group only by its session timeout -> records are processed again, and the partitions stand still until then.",
    ),
    "Catch WakeupException around the loop, or move {skipped} into a finally.",
)

_ONCE = Words(
    "{commit} is no longer made again when {wakeup} makes it throw: the last commit of a shutdown is lost.",
    (
        "{stop} is called while a batch is worked on: {wakeup} finds no poll() to end and is remembered.",
        "{commit} throws WakeupException before it has sent anything; the catch gives up.",
        "The consumer is closed without that commit.",
        "The next owner begins at the last commit -> what was processed since then is processed again, at each deploy.",
    ),
    "Make the commit once more when it throws WakeupException: the wakeup is used up by then.",
)


def inspect(facts: FactSet) -> Iterator[Hit]:
    """Commits behind a loop that meet a wakeup."""
    for file in facts.files:
        wakeup = _wakeup(file)
        for commit in _commits(file) if wakeup is not None else ():
            loop = _loop_before(file, commit)
            if wakeup is not None and loop is not None and not _is_repeated(file, commit):
                yield _hit(_FINAL, file, wakeup, commit, commit)


def compare(delta: Delta) -> Iterator[Hit]:
    """A wakeup that comes to a loop which commits its batches itself; a catch that is gone in front of a commit or close."""
    for files, before, after in delta.modified():
        wakeup = _wakeup(after)
        if wakeup is None:
            continue
        yield from _uncaught(before, after, wakeup)
        yield from _unrepeated(files, before, after, wakeup)
        if _wakeup(before) is not None or not files.touches(wakeup.name_span):
            continue
        commits = _commits(after)
        inside = next((c for c in commits if _loops(after, c)), None)
        if inside is not None and all(_loops(after, c) for c in commits) and not _is_repeated(after, inside):
            yield _hit(_LAST, after, wakeup, inside, wakeup)


def _hit(words: Words, file: FileFacts, wakeup: Call, commit: Call, at: Call) -> Hit:
    home = qualified(file, commit.function)
    return words.hit(
        f"{home}/{commit.receiver}.{commit.name} meets wakeup", line(at.name_span), commit=f"{commit.receiver}.{commit.name}()",
        wakeup=f"{wakeup.receiver}.wakeup()", stop=_called(file, wakeup), evidence=(line((wakeup if at is commit else commit).name_span),),
    )  # fmt: skip


def _called(file: FileFacts, wakeup: Call) -> str:
    """What wakes the consumer: `stop()`."""
    name = qualified(file, wakeup.function).rpartition(".")[2]
    return f"{name}()" if name else "The shutdown"


def _wakeup(file: FileFacts) -> Call | None:
    """The wakeup of a consumer that the file polls, made outside of the loop's function or in a hook."""
    if _LIBRARY not in file.libraries:
        return None
    polled = {qualified(file, op.call.function) for op in file.operations_of(Role.POLL)}
    for call in file.syntax.calls:
        if call.name == "wakeup" and call.receiver and not call.arguments and polled:
            function = file.syntax.functions[call.function] if call.function is not None else None
            if qualified(file, call.function) not in polled or (function is not None and function.is_lambda):
                return call
    return None


def _commits(file: FileFacts) -> list[Call]:
    """The synchronous commits in functions that poll."""
    polled = {qualified(file, op.call.function) for op in file.operations_of(Role.POLL)}
    found = (op.call for op in file.operations_of(Role.COMMIT) if op.call.name == "commitSync")
    return [call for call in found if qualified(file, call.function) in polled]


def _loops(file: FileFacts, call: Call) -> bool:
    return file.syntax.enclosing(call.blocks, BlockKind.LOOP) is not None


def _loop_before(file: FileFacts, commit: Call) -> Block | None:
    """The loop around a poll in front of a commit, where it ends by a flag."""
    for operation in file.operations_of(Role.POLL):
        call = operation.call
        loops = [file.syntax.blocks[b] for b in call.blocks if file.syntax.blocks[b].kind is BlockKind.LOOP]
        same = qualified(file, call.function) == qualified(file, commit.function)
        if same and loops and loops[0].index not in commit.blocks and loops[0].span.last_line < commit.span.first_line:
            return None if _ALWAYS.fullmatch(loops[0].detail.strip()) or not loops[0].detail.strip() else loops[0]
    return None


def _is_repeated(file: FileFacts, commit: Call) -> bool:
    """Whether a catch of what the commit throws, around it alone or around the loop, commits again; or another one stands in a finally."""
    if any(_catches(file.syntax.blocks[index]) for index in commit.blocks):
        return True  # it is the one that is made again
    others = [c for c in _commits(file) if c.index != commit.index]
    for block in file.syntax.blocks:
        if block.kind not in (BlockKind.CATCH, BlockKind.FINALLY) or block.owner not in commit.blocks:
            continue
        answers = block.kind is BlockKind.FINALLY or _WAKEUP.search(block.detail)
        if answers and any(block.index in c.blocks for c in others):
            return True
    return False


def _uncaught(before: FileFacts, after: FileFacts, wakeup: Call) -> Iterator[Hit]:
    still = {block.function for block in after.syntax.blocks if _catches(block)}
    for block in before.syntax.blocks:
        home = qualified(before, block.function)
        if not _catches(block) or any(qualified(after, function) == home for function in still):
            continue
        skipped = _skipped(after, home)
        if skipped is not None:
            first = line(block.span)
            yield _CAUGHT.hit(
                f"{home}/catch of wakeup gone", first, function=home.rpartition(".")[2], skipped=f"{skipped.receiver}.{skipped.name}()",
                wakeup=f"{wakeup.receiver}.wakeup()", stop=_called(after, wakeup),
            )  # fmt: skip


def _unrepeated(files: FilePair, before: FileFacts, after: FileFacts, wakeup: Call) -> Iterator[Hit]:
    """A catch around a commit that committed again, and that no longer does."""
    still = {qualified(after, again.function) for _, again in _repeats(after)}
    for _, again in _repeats(before):
        home = qualified(before, again.function)
        left = [c for c in commit_calls(after) if qualified(after, c.function) == home and _is_caught(after, c)]
        if home not in still and left and files.touches(again.name_span):
            at = next((c for c in left if files.touches(c.name_span)), again)
            yield _ONCE.hit(
                f"{home}/{left[0].name} not again after wakeup", line(at.name_span), commit=_shown(left[0]),
                wakeup=f"{wakeup.receiver}.wakeup()", stop=_called(after, wakeup),
            )  # fmt: skip
            return


def _repeats(file: FileFacts) -> Iterator[tuple[Block, Call]]:
    """The catches around a commit in which a commit stands."""
    commits = list(commit_calls(file))
    for block in file.syntax.blocks:
        if _catches(block) and any(block.owner in c.blocks for c in commits):
            yield from ((block, c) for c in commits if block.index in c.blocks)


def _is_caught(file: FileFacts, commit: Call) -> bool:
    return any(_catches(block) and block.owner in commit.blocks for block in file.syntax.blocks)


def _shown(call: Call) -> str:
    return f"{call.receiver}.{call.name}()" if call.receiver else f"{call.name}()"


def _catches(block: Block) -> bool:
    return block.kind is BlockKind.CATCH and _WAKEUP.search(block.detail) is not None


def _skipped(file: FileFacts, home: str) -> Call | None:
    """The first commit or close behind the loop of a function that is not in a finally."""
    loops = [op.call for op in file.operations_of(Role.POLL) if qualified(file, op.call.function) == home]
    for operation in file.operations_of(Role.COMMIT, Role.CLOSE):
        call = operation.call
        is_behind = any(call.index > poll.index for poll in loops) and not _loops(file, call)
        kinds = {file.syntax.blocks[index].kind for index in call.blocks}
        if qualified(file, call.function) == home and is_behind and not kinds & {BlockKind.FINALLY, BlockKind.CATCH}:
            return call
    return None


RULE = Rule(
    __name__,
    __doc__,
    category=Category.DUPLICATES,
    severity=Severity.MEDIUM,
    confidence=Confidence.MEDIUM,
    only=("kafka-consumer",),
    inspect=inspect,
    compare=compare,
)
