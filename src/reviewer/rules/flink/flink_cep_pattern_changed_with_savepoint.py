"""Half matches in the savepoint no longer fit the pattern.

A stage of an event pattern is renamed or removed, or means something else, while the operator keeps its state.

## What it catches

On the same `CEP.pattern`: a stage name that differs or is gone; a stage put between others; another contiguity or quantifier of a stage.

## Why it hurts in production

The checkpoint holds the names of the stages, not the pattern. A name that is gone throws at the first event of a key that waits in it, hours after a
deploy that looked good. A stage put in between is skipped by matches that are under way.

## What to do

Keep the stage names. Put a new pattern under a new uid beside the old one for the time of one `within`.

## What it cannot see

A job that starts without state; conditions in other classes.

## Examples

### bad: a stage is renamed
--- Fraud.java
 import org.apache.flink.cep.CEP;
 import org.apache.flink.cep.pattern.Pattern;
 class Fraud {
   void build(DataStream<Payment> payments) {
     Pattern<Payment, ?> pattern = Pattern.<Payment>begin("small").where(new Small())
-        .followedBy("large").where(new Large())
+        .followedBy("big").where(new Large()) // ! here
         .within(Duration.ofMinutes(10));
     CEP.pattern(payments.keyBy(p -> p.card()), pattern).select(new Alarm()).uid("alarm");
   }
 }

### bad: strict instead of relaxed
--- Fraud.java
 import org.apache.flink.cep.CEP;
 import org.apache.flink.cep.pattern.Pattern;
 class Fraud {
   void build(DataStream<Payment> payments) {
     Pattern<Payment, ?> pattern = Pattern.<Payment>begin("small").where(new Small())
-        .followedBy("large").where(new Large())
+        .next("large").where(new Large()) // ! here
         .within(Duration.ofMinutes(10));
     CEP.pattern(payments.keyBy(p -> p.card()), pattern).select(new Alarm()).uid("alarm");
   }
 }

### good: the name moves into a constant
--- Fraud.java
 import org.apache.flink.cep.CEP;
 import org.apache.flink.cep.pattern.Pattern;
 class Fraud {
+  private static final String LARGE = "large";
   void build(DataStream<Payment> payments) {
     Pattern<Payment, ?> pattern = Pattern.<Payment>begin("small").where(new Small())
-        .followedBy("large").where(new Large())
+        .followedBy(LARGE).where(new Large())
         .within(Duration.ofMinutes(10));
     CEP.pattern(payments.keyBy(p -> p.card()), pattern).select(new Alarm()).uid("alarm");
   }
 }

### good: a new uid
--- Fraud.java
 import org.apache.flink.cep.CEP;
 import org.apache.flink.cep.pattern.Pattern;
 class Fraud {
   void build(DataStream<Payment> payments) {
     Pattern<Payment, ?> pattern = Pattern.<Payment>begin("small").where(new Small())
-        .followedBy("large").where(new Large())
+        .followedBy("big").where(new Large())
         .within(Duration.ofMinutes(10));
-    CEP.pattern(payments.keyBy(p -> p.card()), pattern).select(new Alarm()).uid("alarm");
+    CEP.pattern(payments.keyBy(p -> p.card()), pattern).select(new Alarm()).uid("alarm-2");
   }
 }

## References

- https://nightlies.apache.org/flink/flink-docs-stable/docs/libs/cep/
"""

from __future__ import annotations

from collections.abc import Iterator

from reviewer.core.finding import Category, Confidence, Severity
from reviewer.facts.delta import Delta, FilePair
from reviewer.facts.streaming.dataflow import Pattern, Stage
from reviewer.facts.streaming.model import FileFacts, Known
from reviewer.rules.checks.dataflow import cause, patterns
from reviewer.rules.checks.words import Words, of_change
from reviewer.rules.rule import Hit, Rule

_GONE = Words(
    'The pattern has no stage "{old}" any more{now}; half matches in the savepoint wait in it.',
    (
        'The savepoint holds half matches whose state is called "{old}": names are all that it holds of the pattern.',
        "The deploy looks good; then the next event, or the watermark, comes for such a key.",
        'CEP throws "State {old} does not exist in the NFA" -> the job restarts again and again on the same event.',
    ),
    'Keep the stage name "{old}", or give the operator a new uid and let the old pattern run beside it for one within.',
)
_OTHER = Words(
    'The stage "{name}" was {old} and is now {new}, and half matches in the savepoint are continued by the new rule.',
    (
        'The savepoint holds matches that wait for "{name}".',
        "The new version goes on with them as if the pattern had always been the new one.",
        "They are completed by events that do not fit, or never -> alerts that are wrong, or missing, around the deploy.",
    ),
    "Put the changed pattern under a new uid, beside the old one for one within.",
)


def compare(delta: Delta) -> Iterator[Hit]:
    """Patterns of the same function whose operator keeps its uid."""
    for pair, was, now in patterns(delta):
        before, after = pair.before, pair.after
        if (
            before is None
            or after is None
            or not _are_known(was)
            or not _are_known(now)
            or _has_new_uid(before, after, was, now)
        ):
            continue
        place = after.function_name(now.call.function)
        old = {stage.name.text: stage for stage in was.stages}
        new = {stage.name.text: stage for stage in now.stages}
        gone = [stage for name, stage in old.items() if name not in new]
        if gone:
            yield _gone(pair, place, was, now, gone[0])
            continue
        for name, stage in new.items():
            first = old.get(name)
            if first is not None and first.contiguity != stage.contiguity:
                yield _OTHER.hit(
                    of_change(f"{place}/{name}", first.contiguity, stage.contiguity), cause(pair, stage.span), name=name,
                    old=first.contiguity, new=stage.contiguity, severity=Severity.MEDIUM, confidence=Confidence.MEDIUM,
                )  # fmt: skip


def _gone(pair: FilePair, place: str, was: Pattern, now: Pattern, stage: Stage) -> Hit:
    known = {s.name.text for s in was.stages}
    heirs = [s for s in now.stages if s.name.text not in known]
    rank = was.stages.index(stage)
    heir = next((s for s in heirs if now.stages.index(s) == rank), heirs[0] if len(heirs) == 1 else None)
    span = cause(pair, heir.span if heir is not None else stage.span)
    shown = f', it is called "{heir.name.text}"' if heir is not None else ""
    return _GONE.hit(
        f"{place}/{stage.name.text} gone", span, old=stage.name.text, now=shown,
        confidence=None if now.is_applied else Confidence.MEDIUM,
    )  # fmt: skip


def _are_known(pattern: Pattern) -> bool:
    names = [stage.name for stage in pattern.stages]
    return bool(names) and all(n.known is Known.EXPLICIT and n.text for n in names)


def _has_new_uid(before: FileFacts, after: FileFacts, was: Pattern, now: Pattern) -> bool:
    """Whether the function's uids changed with the pattern: the state was dropped on purpose."""
    old, new = (
        {
            c.arguments[0].value.text
            for c in file.syntax.calls
            if c.name == "uid" and c.arguments and c.function == p.call.function
        }
        for file, p in ((before, was), (after, now))
    )
    return bool(old) and bool(new) and bool(old - new)


RULE = Rule(
    __name__,
    __doc__,
    category=Category.STATE_CONSISTENCY,
    severity=Severity.CRITICAL,
    confidence=Confidence.HIGH,
    compare=compare,
)
