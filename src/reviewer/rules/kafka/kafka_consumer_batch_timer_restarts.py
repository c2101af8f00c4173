"""The time limit of a batch begins anew with each record.

A loop collects records, and a timer that is made in each turn of the loop is to write what was collected.

## What it catches

Go: a `select` in a loop with a case that appends what it receives to a batch, and a case `<-time.After(…)` that hands the batch on.

## Why it hurts in production

`time.After` starts with each turn of the `select`, so it fires only after the whole time without any record. As long as records come a little more often than that,
a batch that is not full is never written: its records are late without a bound, and their offsets stay uncommitted.

## What to do

Make a ticker, or a timer that starts with the first record of a batch, outside of the loop.

## What it cannot see

A batch that another function collects. Whether records come seldom enough, or often enough to fill it.

## Examples

### bad: a ticker becomes a timer of each turn
--- sink.go
 package sink

 import (
        "time"

        "github.com/segmentio/kafka-go"
 )

 func (s *sink) run() {
        var batch []kafka.Message
-	due := time.NewTicker(s.wait)
        for {
                select {
                case m := <-s.in:
                        batch = append(batch, m)
-		case <-due.C:
+		case <-time.After(s.wait): // ! here
                        s.write(batch)
                        batch = nil
                }
        }
 }

### bad: a new loop, written when full or when nothing comes
--- sink.go
+package sink
+
+import (
+	"time"
+
+	"github.com/IBM/sarama"
+)
+
+func collect(in <-chan *sarama.ConsumerMessage, out chan<- []*sarama.ConsumerMessage, limit int) {
+	pending := make([]*sarama.ConsumerMessage, 0, limit)
+	for {
+		select {
+		case msg := <-in:
+			pending = append(pending, msg)
+			if len(pending) >= limit {
+				out <- pending
+				pending = nil
+			}
+		case <-time.After(time.Second): // ! here
+			if len(pending) > 0 {
+				out <- pending
+				pending = nil
+			}
+		}
+	}
+}

### good: the timer says that nothing came, and that is what is meant
--- watch.go
+package watch
+
+import (
+	"time"
+
+	"github.com/IBM/sarama"
+)
+
+func watch(in <-chan *sarama.ConsumerMessage) {
+	var seen []int64
+	for {
+		select {
+		case msg := <-in:
+			seen = append(seen, msg.Offset)
+		case <-time.After(time.Minute):
+			log.Warn("nothing came for a minute")
+		}
+	}
+}

### good: a timer of the batch
--- sink.go
+package sink
+
+import (
+	"time"
+
+	"github.com/segmentio/kafka-go"
+)
+
+func (s *sink) run() {
+	var batch []kafka.Message
+	due := time.NewTimer(s.wait)
+	for {
+		select {
+		case m := <-s.in:
+			batch = append(batch, m)
+		case <-due.C:
+			s.write(batch)
+			batch = nil
+			due.Reset(s.wait)
+		}
+	}
+}

## References

- https://pkg.go.dev/time#After
- https://pkg.go.dev/time#NewTicker
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from reviewer.core.finding import Category, Confidence, Severity
from reviewer.facts.streaming.model import FactSet, FileFacts
from reviewer.facts.streaming.protections import qualified
from reviewer.facts.syntax import Block, BlockKind
from reviewer.rules.checks.words import Words
from reviewer.rules.rule import Hit, Rule

_TIMER = re.compile(r"^<-\s*time\.After\(")
_RECEIVES = re.compile(r"<-")
_WORDS = Words(
    "{timer} starts anew with each record that is appended to `{batch}`: it fires only when none comes for the whole time.",
    (
        "A record is appended to `{batch}`; the loop turns, and {timer} starts from zero.",
        "Records go on coming a little more often than the time of the timer: it never fires.",
        "`{batch}` is not handed on until it is full, or never -> its records are late without a bound, and all of them come again after a crash.",
    ),
    "Make a time.NewTicker, or a timer that starts with the first record of `{batch}`, outside of the loop.",
)


def inspect(facts: FactSet) -> Iterator[Hit]:
    """Cases of one `select`: one collects, one waits with a timer of its own and hands on what was collected."""
    for file in facts.files:
        if file.syntax.language != "go" or not file.libraries or file.is_test:
            continue
        for timer in file.syntax.blocks:
            batch = _batch(file, timer) if _is_timer(file, timer) else ""
            if batch:
                yield _WORDS.hit(
                    f"{qualified(file, timer.function)}/timer of {batch}", timer.span, batch=batch,
                    timer=timer.detail.removeprefix("<-").strip(),
                )  # fmt: skip


def _is_timer(file: FileFacts, block: Block) -> bool:
    if block.kind is not BlockKind.CONDITIONAL or not _TIMER.match(block.detail) or block.parent is None:
        return False
    return file.syntax.blocks[block.parent].kind is BlockKind.LOOP


def _batch(file: FileFacts, timer: Block) -> str:
    """What a case beside the timer appends to and the timer's own case hands on."""
    for assignment in file.syntax.assignments:
        value = assignment.value
        beside = [file.syntax.blocks[b] for b in assignment.blocks]
        if value is None or not value.text.startswith(f"append({assignment.target},"):
            continue
        collects = any(
            b.parent == timer.parent
            and b.index != timer.index
            and b.function == timer.function
            and _RECEIVES.search(b.detail)
            for b in beside
        )
        if collects and _hands_on(file, timer, assignment.target):
            return assignment.target
    return ""


def _hands_on(file: FileFacts, timer: Block, batch: str) -> bool:
    """Whether the timer's case empties the batch, or gives it to something."""
    emptied = any(a.target == batch and timer.index in a.blocks for a in file.syntax.assignments)
    given = any(
        argument.value.text == batch and call.name not in ("len", "cap", "append")
        for call in file.syntax.calls
        if timer.index in call.blocks
        for argument in call.arguments
    )
    return emptied or given


RULE = Rule(
    __name__,
    __doc__,
    category=Category.OPERATIONS,
    severity=Severity.MEDIUM,
    confidence=Confidence.MEDIUM,
    only=("kafka-consumer", "kafka-producer"),
    inspect=inspect,
)
