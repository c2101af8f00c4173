"""Two causes close to each other are two findings: what tempts to be taken for one."""

from __future__ import annotations

from dataclasses import replace

import pytest
from verify.cases import (
    CHAIN,
    HEAD,
    LEFT,
    LOSS,
    PATH,
    PROPERTIES,
    RIGHT,
    UID,
    UID_RULE,
    Case,
    acks_rule,
    timers,
    uid_rule,
)

from reviewer.core.finding import Category, Evidence, Finding, Origin
from reviewer.core.span import Side
from reviewer.verify.causes import Causes
from reviewer.verify.duplicates import repeated, repeats

TWO = (
    '        .map(new Parse()).uid("parse")\n        .keyBy(scan -> scan.parcelId)\n'
    '        .process(new Arrivals())\n        .uid("arrivals")\n        .process(new Departures())\n        .uid("departures")\n'
    "        .sinkTo(delays);\n  }\n}\n"
)
SIDE_BY_SIDE = '        .process(new Arrivals()).uid("arrivals")\n        .process(new Departures()).uid("departures")\n        .sinkTo(delays);\n'


def without(text: str, *uids: str) -> str:
    for uid in uids:
        text = text.replace(f'        .uid("{uid}")\n', "").replace(f'.uid("{uid}")', "")
    return text


ADJACENT = Case(HEAD + SIDE_BY_SIDE, HEAD + without(SIDE_BY_SIDE, "arrivals", "departures"))
CLOSE = Case(HEAD + TWO, HEAD + without(TWO, "arrivals", "departures"))


def two_uids(case: Case) -> tuple[Finding, Finding]:
    return (
        uid_rule(case, "arrivals", "process(Arrivals)"),
        uid_rule(case, "departures", "process(Departures)"),
    )


def of_operator(case: Case, operator: str, side: Side = RIGHT, rule: str | None = None) -> Finding:
    uid = operator.lower()
    return case.found(
        side, f"new {operator}()", f"Restore drops the state of {operator}", rule=rule,
        fix=f'Keep `.uid("{uid}")` on `process(new {operator}())`.', why="Without its uid the id is a hash of the graph.",
    )  # fmt: skip


@pytest.mark.parametrize("case", [ADJACENT, CLOSE])
@pytest.mark.parametrize("rule", [None, UID_RULE])
@pytest.mark.parametrize("order", [("Arrivals", "Departures"), ("Departures", "Arrivals")])
def test_two_uids_dropped_on_neighbouring_lines_are_two(case: Case, rule: str | None, order: tuple[str, str]) -> None:
    rules = two_uids(case)
    answer = tuple(of_operator(case, operator, rule=rule) for operator in order)
    for answers in ((answer,), tuple((one,) for one in answer)):
        both = case.merged(rules, *answers)
        assert [(f.span, f.title, f.origin) for f in both] == [
            (rules[0].span, "Restore drops the state of Arrivals", Origin.BOTH),
            (rules[1].span, "Restore drops the state of Departures", Origin.BOTH),
        ]
    for known, other in ((rules[0], "Departures"), (rules[1], "Arrivals")):
        seen = of_operator(case, other, rule=rule)
        assert [f.origin for f in case.merged((known,), (seen,))] == [Origin.RULE, Origin.MODEL]
        assert [f.origin for f in case.merged((known,), (of_operator(case, other, LEFT, rule),))] == [
            Origin.RULE, Origin.MODEL,
        ]  # fmt: skip


def test_two_models_on_two_uids_are_two() -> None:
    for case in (ADJACENT, CLOSE):
        for sides in ((LEFT, RIGHT), (RIGHT, LEFT), (LEFT, LEFT)):
            one, other = (of_operator(case, name, side) for name, side in zip(("Arrivals", "Departures"), sides))
            assert len(case.merged((), (one,), (other,))) == 2
            assert not repeats(one, other, Causes(case.changes))


def test_what_is_told_anew_of_a_removed_line_takes_the_place_of_what_was_told_of_the_line_that_came_for_it() -> None:
    old = "void run() {\n  var linger = 5;\n  var batch = size();\n  var idle = 7;\n}\n"
    case = Case(old, "// a note\n" * 6 + old.replace("idle = 7", "idle = 0"))
    above, at = (case.found(RIGHT, line, f"about {line}", rule=UID_RULE) for line in ("batch", "idle"))
    anew = case.found(LEFT, "idle", "said in other words", rule=UID_RULE)
    causes = Causes(case.changes)
    assert repeats(above, anew, causes) and repeats(at, anew, causes)
    assert repeated({"e1": above, "e2": at}, [anew], causes) == {"e2"}
    assert repeated({"e1": above, "e2": at}, [anew, at], causes) == {"e1", "e2"}


JAVA = (
    "class Out {\n  Producer<K, V> open(Properties props) {\n    props.put(ProducerConfig.ACKS_CONFIG, \"all\");\n"
    "    props.put(ProducerConfig.RETRIES_CONFIG, 10);\n    return new KafkaProducer<>(props);\n  }\n}\n"
)  # fmt: skip
PUTS = Case(JAVA, JAVA.replace('"all"', '"1"').replace("10)", "0)"))


@pytest.mark.parametrize(
    ("case", "acks", "retries"),
    [
        (PROPERTIES, {RIGHT: "acks=1", LEFT: "acks=all"}, {RIGHT: "retries=0", LEFT: "retries=10"}),
        (PUTS, {RIGHT: "ACKS_CONFIG", LEFT: "ACKS_CONFIG"}, {RIGHT: "RETRIES_CONFIG", LEFT: "RETRIES_CONFIG"}),
    ],
)
@pytest.mark.parametrize("side", [LEFT, RIGHT])
@pytest.mark.parametrize("ranged", [False, True])
def test_acks_beside_retries_are_two(
    case: Case, acks: dict[Side, str], retries: dict[Side, str], side: Side, ranged: bool
) -> None:
    rule = acks_rule(case, acks[RIGHT])
    about_retries = case.found(
        side, acks[side] if ranged else retries[side], "A send that fails once is dropped: retries are off",
        last=retries[side] if ranged else None, category=LOSS, fix="Set `retries` back to 10.",
        why="With acks=1 or acks=all alike, a transient error is final without retries.",
        quotes=((side, retries[side]), (side, acks[side])), scenario=("acks=1 is answered late", "no retry", "the record is gone"),
    )  # fmt: skip
    assert [f.origin for f in case.merged((rule,), (about_retries,))] == [Origin.RULE, Origin.MODEL]
    about_acks = case.found(LEFT, acks[LEFT], "acks lowered: a dead leader loses records", category=LOSS)
    both = case.merged((rule,), (about_acks, about_retries))
    assert [(f.origin, f.title) for f in both] == [
        (Origin.BOTH, about_acks.title), (Origin.MODEL, about_retries.title),
    ]  # fmt: skip


SHUTDOWN = (
    "class Out {\n  void write(Order order) {\n    producer.send(new ProducerRecord<>(TOPIC, order.id(), order));\n"
    "    producer.flush();\n    producer.close(Duration.ZERO);\n  }\n}\n"
)  # fmt: skip
KEYED = Case(SHUTDOWN, SHUTDOWN.replace("order.id()", "order.customer()").replace("    producer.flush();\n", ""))


@pytest.mark.parametrize("category", [LOSS, Category.ORDERING])
@pytest.mark.parametrize("line", [(LEFT, "producer.flush()"), (RIGHT, "producer.close("), (RIGHT, "producer.send(")])
def test_a_changed_key_beside_a_removed_flush_are_two(category: Category, line: tuple[Side, str]) -> None:
    key = KEYED.found(
        RIGHT, "producer.send(", "Records of one order change their partition", rule="kafka-producer-key-expression-changed",
        by=Origin.RULE, subject="write: order.id() -> order.customer()", category=category, fix="Keep order.id() as the key.",
    )  # fmt: skip
    flush = KEYED.found(
        *line, "Buffered records are dropped at shutdown", category=LOSS, fix="Put `producer.flush()` back before the close.",
        why="send() only buffers; close(Duration.ZERO) drops what is not sent.", quotes=((LEFT, "producer.flush()"),),
    )  # fmt: skip
    if line[1] == "producer.send(" and category is LOSS:
        flush = replace(flush, title="Records that were not flushed are dropped")
    assert [f.origin for f in KEYED.merged((key,), (flush,))] == [Origin.RULE, Origin.MODEL]


def test_another_category_another_rule_and_unnamed_neighbours_are_two() -> None:
    model = timers(UID)
    for other in (
        replace(model, category=Category.OPERATIONS),
        replace(model, rule_id="flink-keyby-changed"),
        UID.found(RIGHT, ".sinkTo(", "Delays are written twice after a restart", fix="Use an exactly-once sink."),
        UID.found(RIGHT, ".process(new", "Timers of a parcel never end", fix="Delete the timer in `onTimer`."),
    ):
        assert len(UID.merged((uid_rule(UID),), (other,))) == 2


def test_one_rule_that_is_broken_in_two_ways_side_by_side_is_two() -> None:
    case = Case(
        HEAD + CHAIN, HEAD + CHAIN.replace('        .uid("standstill")\n', "        .filter(scan -> scan.isOpen())\n")
    )
    shifted = case.found(
        RIGHT,
        ".filter(",
        "A new filter shifts the generated ids",
        fix="Put the filter behind the stateful operators.",
        rule=UID_RULE,
    )
    assert len(case.merged((uid_rule(case),), (shifted,))) == 2


def test_a_name_that_stands_all_around_is_no_sign() -> None:
    flush = KEYED.found(
        LEFT, "producer.flush()", "Buffered records are lost when the process ends", rule="kafka-producer-no-flush-on-shutdown",
        by=Origin.RULE, subject="write/no longer flushes", category=LOSS, fix="Call producer.flush() before close.",
    )  # fmt: skip
    shared = KEYED.found(
        RIGHT, "producer.close(", "The shared `producer` is closed under its other users", category=LOSS,
        fix="Let the owner of `producer` close it.",
    )  # fmt: skip
    assert len(KEYED.merged((flush,), (shared,))) == 2


def test_a_reason_that_speaks_of_the_removed_line_is_not_yet_about_it() -> None:
    rule = KEYED.found(
        LEFT, "producer.flush()", "Buffered records are lost when the process ends", rule="kafka-producer-no-flush-on-shutdown",
        by=Origin.RULE, subject="write/no longer flushes", category=LOSS, fix="Call producer.flush() before close.",
    )  # fmt: skip
    unheard = KEYED.found(
        RIGHT, "producer.close(", "Failed sends vanish", category=LOSS, fix="Wait for the future, or give send a callback.",
        why="Nothing reads the result of send(), and without flush nothing waits for it either.",
    )  # fmt: skip
    assert len(KEYED.merged((rule,), (unheard,))) == 2
    assert len(KEYED.merged((rule,), (replace(unheard, fix="Call `flush()` before."),))) == 1


def test_a_quote_of_another_file_says_nothing_about_this_one() -> None:
    line = UID.span(LEFT, '.uid("standstill")')
    quote = Evidence(span=line, quote='.uid("standstill")')
    model = UID.found(RIGHT, ".process(new", "Restores lose timers", fix="Put it back.")
    for path, expected in ((PATH, 1), ("src/Other.java", 2)):
        quoting = replace(model, evidence=(replace(quote, span=replace(line, path=path)),))
        assert len(UID.merged((uid_rule(UID),), (quoting,))) == expected


def test_a_replaced_line_that_holds_another_danger_is_another_one() -> None:
    case = Case(HEAD + CHAIN, HEAD + CHAIN.replace('.uid("standstill")', ".setParallelism(400)"))
    rescale = case.found(
        RIGHT, ".setParallelism(400)", "The restore fails: parallelism 400 is above the maximum of the saved state",
        fix="Keep the parallelism at or below 128.",
    )  # fmt: skip
    assert len(case.merged((uid_rule(case),), (rescale,))) == 2
    uid = case.found(
        RIGHT,
        ".setParallelism(400)",
        "The operator loses its uid and with it the state",
        fix='Keep `.uid("standstill")`.',
    )
    assert len(case.merged((uid_rule(case),), (uid,))) == 1
