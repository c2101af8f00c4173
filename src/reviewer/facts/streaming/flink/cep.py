"""Flink CEP: patterns with their stages, and where they are applied."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from reviewer.facts.streaming.dataflow import Part, Pattern, Stage
from reviewer.facts.streaming.flink.after import following
from reviewer.facts.streaming.follow import Step, at, flat, trail, value_of
from reviewer.facts.streaming.names import Names, simple_type
from reviewer.facts.streaming.parts import Says, first_line, made_of, parts_of, root_type
from reviewer.facts.streaming.value import Known, Value
from reviewer.facts.syntax import Call

_CONTIGUITY = {
    "begin": "begin", "next": "strict", "followedby": "relaxed", "followedbyany": "any", "notnext": "not-strict", "notfollowedby": "not-relaxed",
}  # fmt: skip
_QUANTIFIERS = {
    "timesormore": (Says(part="times.min", read="number"),),
    "oneormore": (Says(part="times.min", read="given", words=("1",)),),
    "optional": (Says(part="optional", read="given", words=("true",)),),
    "greedy": (Says(part="greedy", read="given", words=("true",)),),
    "consecutive": (Says(part="consecutive", read="given", words=("true",)),),
    "allowcombinations": (Says(part="combinations", read="given", words=("true",)),),
    "where": (Says(part="where", read="made"),),
    "or": (Says(part="or", read="made"),),
    "until": (Says(part="until", read="made"),),
    "subtype": (Says(part="subtype", read="text"),),
}
_SKIPS = {
    "noskip": "no-skip", "skiptonext": "to-next", "skippastlastevent": "past-last", "skiptofirst": "to-first", "skiptolast": "to-last",
}  # fmt: skip
_KEEPS_KEY = frozenset({"keyby"})


def patterns(names: Names) -> Iterator[Pattern]:
    """The patterns of a file: those that `CEP.pattern` is given, then the rest."""
    seen: set[int] = set()
    found: list[Pattern] = []
    for call in names.syntax.calls:
        if flat(call.name) == "pattern" and simple_type(call.receiver) == "CEP" and call.receiver_call is None:
            steps = trail(at(names, call), call.argument(1))
            if root_type(steps) == "Pattern":
                seen |= {step.call.index for step in steps if step.place.syntax is names.syntax}
                parts = (*_parts(steps), *_applied(names, call))
                found.append(Pattern(stages=tuple(_stages(steps)), parts=parts, is_applied=True, call=call))
            elif call.argument(1) is not None:  # made elsewhere: only how it is applied can be seen
                parts = (*_unseen(call), *_applied(names, call))
                found.append(Pattern(stages=(), parts=parts, is_applied=True, call=call))
    for call in names.syntax.calls:
        is_root = flat(call.name) == "begin" and simple_type(call.receiver) == "Pattern"
        if is_root and call.receiver_call is None and call.index not in seen:
            steps = (Step(call=call, place=at(names, call)), *following(names, call, frozenset()))
            found.append(Pattern(stages=tuple(_stages(steps)), parts=_parts(steps), is_applied=False, call=call))
    yield from sorted(found, key=lambda pattern: pattern.call.index)


def _unseen(call: Call) -> Iterator[Part]:
    span = first_line(call.name_span)
    for name in ("within", "skip"):
        yield Part(name=name, value=Value(known=Known.UNKNOWN, text=""), span=span)


def _stages(steps: Sequence[Step]) -> Iterator[Stage]:
    begins = [i for i, step in enumerate(steps) if step.name in _CONTIGUITY]
    for number, start in enumerate(begins):
        end = begins[number + 1] if number + 1 < len(begins) else len(steps)
        head, own = steps[start], steps[start + 1 : end]
        times = tuple(part for step in own if step.name == "times" for part in _times(step))
        yield Stage(
            name=value_of(head.place, head.call.argument(0)), contiguity=_CONTIGUITY[head.name],
            parts=(*times, *parts_of(own, _QUANTIFIERS)), span=first_line(head.call.name_span),
        )  # fmt: skip


def _times(step: Step) -> Iterator[Part]:
    """`times(3)`, `times(2, 4)`; a length of time may stand behind."""
    table = {
        "times": (Says(part="times.min", read="number"), Says(part="times.max", read="number", at=1, optional=True))
    }
    found = parts_of([step], table)
    is_range = len(found) == 2 and found[1].value.known is Known.EXPLICIT
    yield found[0]
    if len(step.call.arguments) == 1:
        yield Part(name="times.max", value=found[0].value, span=found[0].span)
    elif is_range:
        yield found[1]


def _parts(steps: Sequence[Step]) -> tuple[Part, ...]:
    within = (Says(part="within", read="duration"), Says(part="within-type", read="word", at=1, words=("FIRST_AND_LAST", "PREVIOUS_AND_CURRENT"), optional=True))  # fmt: skip
    return (*parts_of(steps, {"within": within}), *_skip(steps))


def _skip(steps: Sequence[Step]) -> Iterator[Part]:
    """The strategy that is given to `begin`; where none is, NO_SKIP holds and nothing is said."""
    head = next((step for step in steps if step.name == "begin"), None)
    expression = head.call.argument(1) if head is not None else None
    if head is None or expression is None:
        return
    made = trail(head.place, expression)
    word = _SKIPS.get(made[0].name) if made and root_type(made) == "AfterMatchSkipStrategy" else None
    span = first_line(head.call.name_span)
    yield Part(
        name="skip", value=_explicit(word) if word else Value(known=Known.UNKNOWN, text=expression.text), span=span
    )
    if word in ("to-first", "to-last"):
        yield Part(name="skip-to", value=value_of(made[0].place, made[0].call.argument(0)), span=span)
    if any(step.name == "throwexceptiononmiss" for step in made):
        yield Part(name="skip-miss", value=_explicit("throw"), span=span)


def _applied(names: Names, call: Call) -> Iterator[Part]:
    span = first_line(call.name_span)
    yield Part(name="keyed", value=_keyed(names, call), span=span)
    if (comparator := call.argument(2)) is not None:
        yield Part(name="comparator", value=made_of(at(names, call), comparator), span=span)
    for step in following(names, call, frozenset({"keyby"})):
        where = first_line(step.call.name_span)
        if step.name in ("inprocessingtime", "ineventtime"):
            yield Part(name="time", value=_explicit("processing" if "processing" in step.name else "event"), span=where)
        elif step.name == "sideoutputlatedata":
            yield Part(name="late-output", value=made_of(step.place, step.call.argument(0)), span=where)
        elif step.name in ("select", "flatselect", "process"):
            yield Part(name="timed-out", value=_timed_out(names, step), span=where)
            return


def _keyed(names: Names, call: Call) -> Value:
    """Whether the stream that the pattern is applied to is keyed; UNKNOWN when it comes from elsewhere."""
    expression = call.argument(0)
    text = expression.text if expression is not None else ""
    if names.type_of(text, call.function) == "KeyedStream":
        return _explicit("true")
    steps = trail(at(names, call), expression)
    if not steps:
        return Value(known=Known.UNKNOWN, text=text)
    last = steps[-1].name
    if last in _KEEPS_KEY:
        return _explicit("true")
    known = last in ("map", "flatmap", "filter", "process", "union", "fromsource", "addsource", "assigntimestampsandwatermarks", "uid", "name", "rebalance", "fromelements", "fromcollection")  # fmt: skip
    return _explicit("false") if known else Value(known=Known.UNKNOWN, text=text)


def _timed_out(names: Names, step: Step) -> Value:
    """What becomes of half matches whose time is over: side-output | handler | dropped; UNKNOWN for a function that can't be seen."""
    if step.name != "process":
        tagged = len([a for a in step.call.arguments if "TypeInformation" not in a.value.text]) >= 3
        return _explicit("side-output" if tagged else "dropped")
    made = trail(step.place, step.call.argument(0))
    word = root_type(made)
    declared = [t for t in names.syntax.types if t.name == word]
    if len(declared) == 1:
        return _explicit(
            "handler" if any("TimedOutPartialMatchHandler" in base for base in declared[0].bases) else "dropped"
        )
    if word in ("PatternProcessFunction", "RichPatternProcessFunction"):
        return _explicit("dropped")
    text = step.call.arguments[0].value.text if step.call.arguments else ""
    return Value(known=Known.UNKNOWN, text=text)


def _explicit(text: str) -> Value:
    return Value(known=Known.EXPLICIT, text=text)
