"""One cause is one finding, on whichever side of the change each reader saw it; two causes close to each other are two."""

from __future__ import annotations

import difflib
import time
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from reviewer.core.change import ChangeSet, FileChange, FileStatus
from reviewer.core.finding import Category, Confidence, Evidence, Finding, Origin, Severity, Stage
from reviewer.core.span import Side, Span
from reviewer.diff.lines import split_lines
from reviewer.diff.unified import parse_diff
from reviewer.verify.causes import Causes
from reviewer.verify.duplicates import merge, repeats

PATH, OLD = "src/Job.java", "src/OldJob.java"
UID_RULE, ACKS_RULE = "flink-operator-uid-changed-or-graph-changed-without-uid", "kafka-producer-acks-not-all"
STATE, LOSS = Category.STATE_CONSISTENCY, Category.DATA_LOSS
LEFT, RIGHT = Side.BEFORE, Side.AFTER


class Case:
    """A change of one file; findings are placed by a piece of the line they stand on."""

    def __init__(self, before: str, after: str, *, old_path: str = PATH, context: int = 3) -> None:
        self.texts = {LEFT: before, RIGHT: after}
        self.paths = {LEFT: old_path, RIGHT: PATH}
        lines = list(difflib.unified_diff(split_lines(before), split_lines(after), "a/x", "b/x", n=context))
        (parsed,) = parse_diff("".join(lines))
        status = FileStatus.MODIFIED if old_path == PATH else FileStatus.RENAMED
        file = FileChange(
            old_path=old_path, new_path=PATH, status=status, hunks=parsed.hunks, before=before, after=after
        )  # fmt: skip
        self.changes = ChangeSet(base="a", head="b", files=(file,))

    def span(self, side: Side, first: str, last: str | None = None, path: str | None = None) -> Span:
        lines = self.texts[side].split("\n")
        start = next(n for n, line in enumerate(lines, start=1) if first in line)
        end = start if last is None else next(n for n, line in enumerate(lines, start=1) if last in line)
        return Span(path=path or self.paths[side], side=side, first_line=start, last_line=end)

    def found(
        self, side: Side, line: str, title: str, *, last: str | None = None, quotes: tuple[tuple[Side, str], ...] = (),
        path: str | None = None, rule: str | None = None, subject: str = "", category: Category = STATE, why: str = "",
        fix: str = "", scenario: tuple[str, ...] = ("deploy", "lost"), by: Origin = Origin.MODEL,
    ) -> Finding:  # fmt: skip
        """A finding that quotes its own first line unless `quotes` says otherwise."""
        spans = [self.span(s, text) for s, text in (quotes or ((side, line),))]
        return Finding(
            id=f"{by.value}:{title}:{subject}", rule_id=rule, category=category, severity=Severity.HIGH, confidence=Confidence.HIGH,
            title=title, span=self.span(side, line, last, path), scenario=scenario, why=why or title, fix=fix or title,
            subject=subject or title, origin=by, evidence=tuple(
                Evidence(span=s, quote=self.texts[s.side].split("\n")[s.first_line - 1].strip()) for s in spans
            ),
        )  # fmt: skip

    def merged(self, rules: tuple[Finding, ...], *answers: tuple[Finding, ...]) -> list[Finding]:
        kept, withheld = merge(rules, answers, Causes(self.changes))
        assert len(kept) + len(withheld) == len(rules) + sum(map(len, answers))
        assert all(item.stage is Stage.DUPLICATE for item in withheld)
        assert len({item.id for item in kept}) == len(kept)
        return list(kept)


HEAD = 'class Job {\n  void build() {\n    env.fromSource(source, watermarks, "scans")\n        .uid("scans")\n'
CHAIN = (
    "        .keyBy(scan -> scan.parcelId)\n        .process(new StandstillFunction())\n        .uid(\"standstill\")\n"
    "        .name(\"standstill\")\n        .sinkTo(delays);\n  }\n}\n"
)  # fmt: skip
UID = Case(HEAD + CHAIN, HEAD + CHAIN.replace('        .uid("standstill")\n', ""))


def uid_rule(case: Case, uid: str = "standstill", operator: str = "process(StandstillFunction)") -> Finding:
    return case.found(
        LEFT, f'.uid("{uid}")', "A savepoint's state no longer finds its operator", rule=UID_RULE, by=Origin.RULE,
        subject=f"Job.build: uid {uid} removed", fix=f'Put .uid("{uid}") back on {operator}.',
        why=f'The uid "{uid}" of {operator} is removed; its state is addressed by that uid.',
    )  # fmt: skip


TIMERS = "Standstill timers are orphaned on restore because the uid was dropped"


def timers(
    case: Case, side: Side = RIGHT, line: str = ".process(new", *, last: str | None = None, path: str | None = None,
    rule: str | None = None,
) -> Finding:  # fmt: skip
    """What a model says about the uid that is gone."""
    return case.found(
        side, line, TIMERS, last=last, path=path, rule=rule, fix='Put `.uid("standstill")` back.',
        why="Flink finds keyed state by the operator's uid; without one the id is a hash of the graph.",
    )  # fmt: skip


@pytest.mark.parametrize("rule", [None, UID_RULE])
@pytest.mark.parametrize(
    ("first", "last"),
    [
        (".process(new", None), ('.name("standstill")', None), (".process(new", '.name("standstill")'),
        ("env.fromSource", ".sinkTo("), (".keyBy(", ".process(new"),
    ],
)  # fmt: skip
def test_a_removed_line_and_the_lines_that_close_over_it_are_one_place(
    rule: str | None, first: str, last: str | None
) -> None:
    model = timers(UID, RIGHT, first, last=last, rule=rule)
    (one,) = UID.merged((uid_rule(UID),), (model,))
    assert (one.origin, one.rule_id, one.span) == (Origin.BOTH, UID_RULE, UID.span(LEFT, '.uid("standstill")'))
    assert (one.title, one.fix) == (TIMERS, 'Put `.uid("standstill")` back.')
    assert [e.quote for e in one.evidence] == ['.uid("standstill")', first_quote(UID, first)]


def first_quote(case: Case, text: str) -> str:
    return case.texts[RIGHT].split("\n")[case.span(RIGHT, text).first_line - 1].strip()


def test_the_sides_are_compared_through_the_lines_that_moved() -> None:
    many = "".join(f"  int field{n};\n" for n in range(40))
    moved = Case(
        HEAD + CHAIN, (HEAD + CHAIN.replace('        .uid("standstill")\n', "")).replace("{\n", "{\n" + many, 1)
    )
    model = timers(moved)
    assert len(moved.merged((uid_rule(moved),), (model,))) == 1
    # The same numbers on the two sides are another place now.
    number = moved.span(LEFT, '.uid("standstill")').first_line
    far = replace(model, span=Span(path=PATH, side=RIGHT, first_line=number, last_line=number))
    assert len(moved.merged((uid_rule(moved),), (far,))) == 2
    for place, expected in ((model, 1), (far, 2)):
        vague = replace(place, rule_id=UID_RULE, title="Timers are lost", fix="Restore it.", evidence=())
        assert len(moved.merged((uid_rule(moved),), (vague,))) == expected


def test_a_renamed_file_is_one_file() -> None:
    case = Case(HEAD + CHAIN, HEAD + CHAIN.replace('        .uid("standstill")\n', ""), old_path=OLD)
    for path, side, line in ((PATH, LEFT, '.uid("standstill")'), (PATH, RIGHT, ".process(new")):
        model = timers(case, side, line, path=path)
        assert len(case.merged((uid_rule(case),), (model,))) == 1


def test_two_answers_on_opposite_sides_are_one_and_the_surer_words_win() -> None:
    left = UID.found(LEFT, '.uid("standstill")', "State under the uid standstill is orphaned")
    right = timers(UID)
    unsure = replace(left, confidence=Confidence.MEDIUM)
    assert [f.title for f in UID.merged((), (left,), (right,))] == [left.title]
    assert [f.title for f in UID.merged((), (right,), (left,))] == [right.title]
    assert [f.title for f in UID.merged((), (unsure,), (right,))] == [right.title]
    assert repeats(left, right, Causes(UID.changes)) and repeats(right, left, Causes(UID.changes))


def test_of_two_answers_about_a_rules_place_the_surer_words_win() -> None:
    sure = timers(UID)
    unsure = replace(sure, title="The uid standstill may be needed", confidence=Confidence.MEDIUM, rule_id=UID_RULE)
    for answers in (((sure,), (unsure,)), ((unsure,), (sure,))):
        (one,) = UID.merged((uid_rule(UID),), *answers)
        assert (one.title, one.origin) == (sure.title, Origin.BOTH)


def test_words_that_do_not_name_the_rule_do_not_weaken_it() -> None:
    timid = replace(
        timers(UID),
        confidence=Confidence.LOW, severity=Severity.LOW,
    )  # fmt: skip
    (one,) = UID.merged((uid_rule(UID),), (timid,))
    assert (one.confidence, one.severity) == (Confidence.HIGH, Severity.HIGH)
    (one,) = UID.merged((uid_rule(UID),), (replace(timid, rule_id=UID_RULE),))
    assert (one.confidence, one.severity) == (Confidence.LOW, Severity.LOW)


CONFIG = "bootstrap.servers=kafka:9092\nacks=all\nretries=10\nlinger.ms=20\n"
PROPERTIES = Case(CONFIG, CONFIG.replace("acks=all\nretries=10", "acks=1\nretries=0"))


def acks_rule(case: Case, line: str = "acks=1") -> Finding:
    return case.found(
        RIGHT, line, "The producer is told of success before the replicas have the record", rule=ACKS_RULE, by=Origin.RULE,
        subject="acks@producer.properties", category=LOSS, fix="Set acks=all.", why="acks is set to 1.",
    )  # fmt: skip


def test_an_old_value_and_the_new_one_are_one_place() -> None:
    model = PROPERTIES.found(
        LEFT, "acks=all", "Acknowledged records are lost when the leader dies", category=LOSS, fix="Restore `acks=all`."
    )
    assert len(PROPERTIES.merged((acks_rule(PROPERTIES),), (model,))) == 1
    renamed = Case(HEAD + CHAIN, HEAD + CHAIN.replace('.uid("standstill")', '.uid("standstill-v2")'))
    rule = renamed.found(
        RIGHT, '.uid("standstill-v2")', "A savepoint's state no longer finds its operator", rule=UID_RULE,
        by=Origin.RULE, subject="Job.build: uid standstill -> standstill-v2",
    )  # fmt: skip
    model = renamed.found(LEFT, '.uid("standstill")', "Operator state is orphaned by the new uid")
    assert len(renamed.merged((rule,), (model,))) == 1


def test_a_range_whose_title_names_one_line_and_whose_fix_names_the_rules_is_about_the_same() -> None:
    loop = "void run() {\n  while (open) {\n    var batch = consumer.poll(TIMEOUT);\n    process(batch);\n  }\n}\n"
    swapped = loop.replace("    process(batch);\n", "    consumer.commitSync();\n    store(batch);\n")
    case = Case(loop, swapped)
    rule = case.found(
        RIGHT, "commitSync", "Offsets are committed before the records are processed", rule="kafka-consumer-commit-before-process",
        by=Origin.RULE, subject="run/consumer.commitSync", category=LOSS,
    )  # fmt: skip
    model = case.found(
        RIGHT, "consumer.commitSync", "A crash in store(batch) loses the batch", last="store(batch)", category=LOSS,
        fix="Call commitSync() last.",
    )  # fmt: skip
    assert len(case.merged((rule,), (model,))) == 1
    assert len(case.merged((rule,), (replace(model, fix="Make store(batch) durable first."),))) == 2


def test_of_two_findings_of_a_rule_the_words_go_to_the_one_they_speak_of() -> None:
    graph = UID.found(
        RIGHT, ".sinkTo(", "A savepoint's state no longer finds its operator", rule=UID_RULE, by=Origin.RULE,
        subject="Job.build: graph around the sink",
    )  # fmt: skip
    there = timers(UID, RIGHT, ".sinkTo(", rule=UID_RULE)
    both = UID.merged((graph, uid_rule(UID)), (there,))
    assert [f.origin for f in both] == [Origin.RULE, Origin.BOTH]
    vague = [replace(there, id=f"v{n}", title=f"State is lost {n}", fix="Restore it.", evidence=()) for n in (1, 2)]
    both = UID.merged((graph, uid_rule(UID)), tuple(vague))
    assert [(f.origin, f.title) for f in both] == [(Origin.BOTH, "State is lost 1"), (Origin.BOTH, "State is lost 2")]


# From here on: what tempts to be taken for one.

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


def test_a_hunk_without_the_whole_text_is_enough() -> None:
    bare = ChangeSet(
        base="a", head="b", files=tuple(replace(f, before=None, after=None, unread="no") for f in UID.changes.files)
    )
    model = timers(UID)
    assert len(merge((uid_rule(UID),), ((model,),), Causes(bare))[0]) == 1
    elsewhere = replace(model, span=replace(model.span, path="Other.java"))
    assert len(merge((uid_rule(UID),), ((elsewhere,),), Causes(bare))[0]) == 2


WORDS = st.sampled_from(
    ["uid", '`.uid("parse")`', "`acks=1`", "process(new Totals())", "flush", "the state", "retries", ""]
)
LINES = st.sampled_from(['.uid("a")', '.uid("b")', "acks=all", "acks=1", "retries=0", "producer.flush();", "}", "x()"])
FILES = st.lists(LINES, min_size=1, max_size=12).map(lambda lines: "\n".join(lines) + "\n")
PLACES = st.tuples(st.sampled_from([LEFT, RIGHT]), st.integers(1, 14), st.integers(0, 3))
DRAWN = st.tuples(PLACES, WORDS, WORDS, st.sampled_from([None, UID_RULE, ACKS_RULE]), st.sampled_from([STATE, LOSS]))


def drawn_finding(
    drawn: tuple[tuple[Side, int, int], str, str, str | None, Category], number: int, by: Origin
) -> Finding:
    (side, first, more), title, fix, rule, category = drawn
    span = Span(path=PATH, side=side, first_line=first, last_line=first + more)
    return Finding(
        id=f"{by.value}{number}", rule_id=rule, category=category, severity=Severity.HIGH, confidence=Confidence.HIGH,
        title=title, span=span, scenario=("a", "b"), why=fix, fix=fix, subject=title, origin=by,
    )  # fmt: skip


@given(FILES, FILES, st.lists(DRAWN, max_size=4), st.lists(st.lists(DRAWN, max_size=3), max_size=3))
def test_whatever_is_merged_nothing_is_lost(
    before: str, after: str, rules: list[Any], answers: list[list[Any]]
) -> None:
    assume(before != after)
    case = Case(before, after)
    known = tuple(drawn_finding(one, n, Origin.RULE) for n, one in enumerate(rules))
    said = [
        tuple(drawn_finding(one, 10 * m + n, Origin.MODEL) for n, one in enumerate(found))
        for m, found in enumerate(answers)
    ]  # fmt: skip
    kept = case.merged(known, *said)
    assert [f.id for f in kept[: len(known)]] == [f.id for f in known]
    assert [f.span for f in kept[: len(known)]] == [f.span for f in known]
    causes = Causes(case.changes)
    everything = [*known, *(one for answer in said for one in answer)]
    assert all(causes.same(a, b) == causes.same(b, a) for a in everything for b in everything)


def test_a_rewritten_file_is_compared_in_time() -> None:
    old = "".join(f'    .process(new Old{n}()).uid("old-{n}").name("step {n}")\n' for n in range(1_500))
    case = Case(HEAD + old, HEAD + old.replace("old-", "new-").replace("Old", "New"), context=0)
    lines = list(range(10, 1_500, 10))
    rules = tuple(uid_rule(case, f"old-{n}", f"process(Old{n})") for n in lines)
    answer = tuple(
        case.found(RIGHT, f'"new-{n}"', f"The uid old-{n} is gone", fix=f'Keep `.uid("old-{n}")`.') for n in lines
    )
    started = time.monotonic()
    assert [f.origin for f in case.merged(rules, answer)] == [Origin.BOTH] * len(lines)
    assert time.monotonic() - started < 20
