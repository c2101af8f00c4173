"""A Streams application is killed in the middle of its work at each deploy.

The close of a KafkaStreams object, in a shutdown hook or elsewhere, goes while the application is still started.

## What it catches

`streams.close(…)` that a change takes away, from a shutdown hook, a handler or a finally, where the same file still starts the application and nothing of
the change closes one any more.

## Why it hurts in production

Without close() a process ends between two commits: what it did since the last one is done again by others, or a transaction stays open until it times out,
with readers waiting behind it. The group learns of it only when the session times out; until then the partitions stand still.

## What to do

Close the application in a shutdown hook, with a wait below the time that the platform leaves.

## What it cannot see

A framework, or a wrapper in another file, that closes the application without being given it here.

## Examples

### bad: the shutdown hook goes
--- Main.kt
 import java.time.Duration
 import org.apache.kafka.streams.KafkaStreams
 fun main() {
     val streams = KafkaStreams(topology(), settings())
-    Runtime.getRuntime().addShutdownHook(Thread { streams.close(Duration.ofSeconds(20)) }) // ! here
     streams.start()
 }

### bad: the hook as a method reference
--- Main.java
 import org.apache.kafka.streams.KafkaStreams;
 class Main {
   public static void main(String[] args) {
     KafkaStreams streams = new KafkaStreams(Topologies.all(), Settings.all());
-    Runtime.getRuntime().addShutdownHook(new Thread(streams::close)); // ! here
     streams.start();
   }
 }

### good: the hook waits longer
--- Main.java
 import java.time.Duration;
 import org.apache.kafka.streams.KafkaStreams;
 class Main {
   public static void main(String[] args) {
     KafkaStreams streams = new KafkaStreams(Topologies.all(), Settings.all());
-    Runtime.getRuntime().addShutdownHook(new Thread(streams::close));
+    Runtime.getRuntime().addShutdownHook(new Thread(() -> streams.close(Duration.ofSeconds(30))));
     streams.start();
   }
 }

### good: try-with-resources closes it
--- Main.java
 import org.apache.kafka.streams.KafkaStreams;
 class Main {
   public static void main(String[] args) throws Exception {
-    KafkaStreams streams = new KafkaStreams(Topologies.all(), Settings.all());
-    Runtime.getRuntime().addShutdownHook(new Thread(streams::close));
-    streams.start();
+    try (KafkaStreams streams = new KafkaStreams(Topologies.all(), Settings.all())) {
+      streams.start();
+      Stop.await();
+    }
   }
 }

## References

- https://kafka.apache.org/documentation/streams/developer-guide/write-streams-app.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from reviewer.core.finding import Category, Confidence, Severity
from reviewer.core.span import Span
from reviewer.facts.delta import Delta
from reviewer.facts.streaming.model import FileFacts
from reviewer.facts.syntax import BlockKind
from reviewer.rules.checks.words import Words
from reviewer.rules.rule import Hit, Rule
from reviewer.rules.support import line

_WORDS = Words(
    "`{holder}` is started and nothing closes it any more.",
    (
        "A deploy sends SIGTERM; the process ends at once, between two commits.",
        "The group waits for the session timeout before it gives the tasks to others; with exactly-once an open transaction holds up the readers.",
        "What was done since the last commit is done again -> duplicates with at-least-once, and a standstill at each deploy.",
    ),
    "Keep the close in a shutdown hook: Runtime.getRuntime().addShutdownHook(new Thread(() -> {holder}.close(Duration.ofSeconds(20)))).",
)
_REFERENCE = re.compile(r"(?P<holder>\w+)::close$")


def compare(delta: Delta) -> Iterator[Hit]:
    """Files that lost their last close of a Streams application which they still start."""
    if any(_closes(file) for file in delta.after.files):
        return
    for _, before, after in delta.modified():
        closes = _closes(before)
        holders = {c.holder for c in after.clients if c.kind == "streams" and c.library == "kafka-streams"}
        started = {c.receiver for c in after.syntax.calls if c.name == "start"}
        for holder, span in closes:
            if holder in holders & started and not _is_handed_on(before, after, holder):
                yield _WORDS.hit(f"{holder}: close removed", line(span), holder=holder)
                break


def _is_handed_on(before: FileFacts, after: FileFacts, holder: str) -> bool:
    """Whether something new gets the application, which may close it: `Shutdown.closeAtExit(streams)`."""
    takers = [
        {(c.receiver, c.name) for c in file.syntax.calls if any(a.value.text.strip() == holder for a in c.arguments)}
        for file in (before, after)
    ]
    return bool(takers[1] - takers[0])


def _closes(file: FileFacts) -> list[tuple[str, Span]]:
    """(holder, line) of what closes an application: a call, a method reference, a block that closes what it opens."""
    if "kafka-streams" not in file.libraries:
        return []
    found = [(c.receiver, c.name_span) for c in file.syntax.calls if c.name == "close" and c.receiver]
    for call in file.syntax.calls:
        for argument in call.arguments:
            if match := _REFERENCE.fullmatch(argument.value.text.strip()):
                found.append((match["holder"], argument.value.span))
    holders = {c.holder: c for c in file.clients if c.kind == "streams"}
    blocks = [b for b in file.syntax.blocks if b.kind is BlockKind.WITH]
    found += [(h, c.call.span) for h, c in holders.items() if any(b.span.contains(c.call.span) for b in blocks)]
    return [(holder, span) for holder, span in found if holder in holders]


RULE = Rule(
    __name__,
    __doc__,
    category=Category.OPERATIONS,
    severity=Severity.MEDIUM,
    confidence=Confidence.MEDIUM,
    compare=compare,
)
