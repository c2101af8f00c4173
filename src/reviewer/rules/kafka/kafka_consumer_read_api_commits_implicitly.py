"""The call that reads a record commits it before the work.

A record is read with a call that commits its offset by itself.

## What it catches

kafka-go's `ReadMessage` on a reader with a group, in a loop that does something with the message; `FetchMessage` that becomes `ReadMessage`.

## Why it hurts in production

In a group `ReadMessage` commits the offset before it returns. When the work fails, or the process is killed during it, the record is behind the
committed offset: nobody reads it again.

## What to do

`FetchMessage`, the work, then `CommitMessages`, and only when it succeeded.

## Trade-off

A commit of your own is a round trip; with a commit interval it is one for many records. The implicit commit is legitimate where a
lost record does no harm.

## What it cannot see

A reader that is built elsewhere may have no group; then nothing is committed, and only a change from `FetchMessage` is reported.

## Examples

### bad: fetch and commit become one call
--- loop.go
 package loop

 import (
        "context"
        "github.com/segmentio/kafka-go"
 )

 func run(ctx context.Context, reader *kafka.Reader) error {
        for {
-		message, err := reader.FetchMessage(ctx)
+		message, err := reader.ReadMessage(ctx) // ! here
                if err != nil {
                        return err
                }
                if err := ledger.Add(message.Value); err != nil {
                        return err
                }
-		if err := reader.CommitMessages(ctx, message); err != nil {
-			return err
-		}
        }
 }

### bad: a new loop with a group
--- loop.go
+package loop
+
+import (
+	"context"
+	"github.com/segmentio/kafka-go"
+)
+
+func run(ctx context.Context) error {
+	reader := kafka.NewReader(kafka.ReaderConfig{Brokers: brokers, GroupID: "ledger", Topic: "invoices"})
+	defer reader.Close()
+	for {
+		message, err := reader.ReadMessage(ctx) // ! here
+		if err != nil {
+			return err
+		}
+		if err := ledger.Add(message.Value); err != nil {
+			return err
+		}
+	}
+}

### good: without a group nothing is committed
--- loop.go
+package loop
+
+import (
+	"context"
+	"github.com/segmentio/kafka-go"
+)
+
+func dump(ctx context.Context) error {
+	reader := kafka.NewReader(kafka.ReaderConfig{Brokers: brokers, Topic: "invoices", Partition: 0})
+	for {
+		message, err := reader.ReadMessage(ctx)
+		if err != nil {
+			return err
+		}
+		view.Show(message.Value)
+	}
+}

### good: fetched, worked on, committed
--- loop.go
+package loop
+
+import (
+	"context"
+	"github.com/segmentio/kafka-go"
+)
+
+func run(ctx context.Context) error {
+	reader := kafka.NewReader(kafka.ReaderConfig{Brokers: brokers, GroupID: "ledger", Topic: "invoices"})
+	for {
+		message, err := reader.FetchMessage(ctx)
+		if err != nil {
+			return err
+		}
+		if err := ledger.Add(message.Value); err != nil {
+			return err
+		}
+		if err := reader.CommitMessages(ctx, message); err != nil {
+			return err
+		}
+	}
+}

## References

- https://pkg.go.dev/github.com/segmentio/kafka-go#Reader.ReadMessage
"""

from __future__ import annotations

from collections.abc import Iterator

from reviewer.core.finding import Category, Confidence, Severity
from reviewer.facts.delta import Delta
from reviewer.facts.pairs import HANDLINGS
from reviewer.facts.streaming.flow import work
from reviewer.facts.streaming.model import FactSet, FileFacts, Handling, Known, Operation, Role
from reviewer.rules.checks.consuming import handed_over, is_at_most_once
from reviewer.rules.checks.words import Words, of_call
from reviewer.rules.rule import Hit, Rule

_WORDS = Words(
    "{read}() commits the offset before it returns, and {work}() comes after it.",
    (
        "{read}() commits the record's offset and hands it out.",
        "{work}() fails, or the process is killed before it has finished.",
        "The group goes on behind the record -> it is never processed.",
    ),
    "Fetch without a commit (FetchMessage), and commit (CommitMessages) behind {work}().",
)


def inspect(facts: FactSet) -> Iterator[Hit]:
    """Loops of a consumer in a group."""
    for file in facts.files:
        for handling in file.handlings:
            if _has_group(file, handling):
                yield from _early(file, handling)


def compare(delta: Delta) -> Iterator[Hit]:
    """A loop that fetched without a commit reads with one."""
    for pair in delta.pairs_of(HANDLINGS):
        was, now, before, file = pair.before, pair.after, pair.files.before, pair.files.after
        if was is None or now is None or before is None or file is None or _has_group(file, now):
            continue
        if any(True for _ in _reads(before, was, "false")):
            yield from _early(file, now)


def _has_group(file: FileFacts, handling: Handling) -> bool:
    if handling.group.known is Known.EXPLICIT:
        return True
    return any(setting.key == "group.id" for setting in file.settings)


def _reads(file: FileFacts, handling: Handling, commits: str) -> Iterator[Operation]:
    """The reads of a handling of which the library's table says whether they commit."""
    inside = {call.index for call in handling.calls}
    for operation in file.operations_of(Role.POLL):
        rows = file.names.tables.operations.get(operation.call.name, ())
        says = {row.auto_commit for library, row in rows if library.id == operation.library}
        if operation.call.index in inside and commits in says:
            yield operation


def _early(file: FileFacts, handling: Handling) -> Iterator[Hit]:
    """What hands the record over is another rule's."""
    done = work(file, handling)
    if not done or any(True for _ in handed_over(file, handling)):
        return
    for operation in _reads(file, handling, "true"):
        span = operation.call.name_span
        if not is_at_most_once(file, span.first_line, span.first_line, handling.name):
            yield _WORDS.hit(of_call(file, operation.call), span, read=operation.call.name, work=done[0].name)


RULE = Rule(
    __name__,
    __doc__,
    category=Category.DATA_LOSS,
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    put_back=True,
    only=("kafka-consumer",),
    inspect=inspect,
    compare=compare,
)
