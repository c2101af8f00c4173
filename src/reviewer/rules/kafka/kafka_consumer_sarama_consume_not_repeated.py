"""The consumer group stops for good at the first rebalance.

`Consume` of a sarama consumer group is not called in a loop any more.

## What it catches

A call of `ConsumerGroup.Consume` that stood in a loop before the change, or is new, and stands in none.

## Why it hurts in production

`Consume` returns at the end of each session, without an error: at every rebalance, of which each deploy makes one. A program that does not call it
again lives on and reads nothing.

## What to do

Call Consume in a loop that ends when the context is cancelled.

## What it cannot see

A caller in another file that repeats it.

## Examples

### bad: the loop is gone
--- main.go
 package main

 import "github.com/IBM/sarama"

 func run(ctx context.Context, group sarama.ConsumerGroup, h sarama.ConsumerGroupHandler) error {
-	for ctx.Err() == nil {
-		if err := group.Consume(ctx, []string{"stops"}, h); err != nil {
-			return err
-		}
-	}
-	return ctx.Err()
+	return group.Consume(ctx, []string{"stops"}, h) // ! here
 }

### bad: a goroutine that runs it once
--- main.go
 package main

 import "github.com/IBM/sarama"

 func start(ctx context.Context, group sarama.ConsumerGroup, h sarama.ConsumerGroupHandler) {
        go func() {
-		for {
-			if err := group.Consume(ctx, topics, h); err != nil {
-				log.Print(err)
-			}
-			if ctx.Err() != nil {
-				return
-			}
-		}
+		if err := group.Consume(ctx, topics, h); err != nil { // ! here
+			log.Print(err)
+		}
        }()
 }

### good: the loop has moved into the caller
--- main.go
 package main

 import "github.com/IBM/sarama"

 func run(ctx context.Context, group sarama.ConsumerGroup, h sarama.ConsumerGroupHandler) error {
        for ctx.Err() == nil {
-		if err := group.Consume(ctx, []string{"stops"}, h); err != nil {
-			return err
-		}
+		if err := session(ctx, group, h); err != nil {
+			return err
+		}
        }
        return ctx.Err()
 }
+
+func session(ctx context.Context, group sarama.ConsumerGroup, h sarama.ConsumerGroupHandler) error {
+	return group.Consume(ctx, []string{"stops"}, h)
+}

### good: a helper repeats it
--- main.go
 package main

 import "github.com/IBM/sarama"

 func run(ctx context.Context, group sarama.ConsumerGroup, h sarama.ConsumerGroupHandler) error {
-	for {
-		if err := group.Consume(ctx, topics, h); err != nil {
-			return err
-		}
-	}
+	return backoff.Retry(func() error { return group.Consume(ctx, topics, h) }, forever)
 }

## References

- https://pkg.go.dev/github.com/IBM/sarama#ConsumerGroup
"""

from __future__ import annotations

from collections.abc import Iterator

from reviewer.core.finding import Category, Confidence, Severity
from reviewer.facts.delta import Delta
from reviewer.facts.streaming.model import FileFacts, Role
from reviewer.facts.syntax import BlockKind, Call
from reviewer.rules.checks.words import Words, of_call
from reviewer.rules.rule import Hit, Rule

_WORDS = Words(
    "{call}() is not in a loop any more: it returns at the first rebalance, and nobody calls it again.",
    (
        "The group works; a deploy, a new member or a lost broker starts a rebalance.",
        "The session ends and {call}() returns nil.",
        "Nothing calls it again -> the process lives on, reads no record, and its lag grows until somebody restarts it.",
    ),
    "Call {call}() in a loop until the context is cancelled.",
)


def compare(delta: Delta) -> Iterator[Hit]:
    """Calls of Consume whose loop is gone."""
    for files, before, after in delta.modified():
        repeated = any(_is_repeated(before, call) for call in _consumes(before))
        for call in _consumes(after) if repeated else ():
            if not _is_repeated(after, call) and files.touches(call.span):
                yield _WORDS.hit(of_call(after, call), call.name_span, call=f"{call.receiver}.{call.name}")


def _consumes(file: FileFacts) -> Iterator[Call]:
    for operation in file.operations_of(Role.SUBSCRIBE):
        if operation.library == "sarama" and operation.call.name == "Consume":
            yield operation.call


def _is_repeated(file: FileFacts, call: Call) -> bool:
    """Whether it stands in a loop, in what is given to another function (which may repeat it), or in a function that the file calls in a loop."""
    syntax, function, blocks = file.syntax, call.function, call.blocks
    while True:
        if syntax.enclosing(blocks, BlockKind.LOOP) is not None:
            return True
        if function is None:
            return False
        declared = syntax.functions[function]
        given = declared.argument_of
        if declared.is_lambda and given is not None and syntax.calls[given].name not in ("Go", "go"):
            return True
        if not declared.is_lambda:
            calls = [c for c in syntax.calls if c.name == declared.name and c.function != function]
            return any(syntax.enclosing(c.blocks, BlockKind.LOOP) is not None for c in calls)
        around = syntax.calls[given] if given is not None else None
        function, blocks = declared.parent, around.blocks if around is not None else ()


RULE = Rule(
    __name__,
    __doc__,
    category=Category.OPERATIONS,
    severity=Severity.HIGH,
    confidence=Confidence.MEDIUM,
    covers=("kafka-consumer-sarama-mark-and-claim-loop",),
    only=("kafka-consumer",),
    compare=compare,
)
