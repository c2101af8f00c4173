"""One cause is one finding, on whichever side of the change each reader saw it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from growth import ends
from hypothesis import assume, given
from hypothesis import strategies as st
from verify.cases import (
    ACKS_RULE,
    CHAIN,
    HEAD,
    LEFT,
    LOSS,
    OLD,
    PATH,
    PROPERTIES,
    RIGHT,
    STATE,
    TIMERS,
    UID,
    UID_RULE,
    Case,
    acks_rule,
    timers,
    uid_rule,
)

from reviewer.core.change import ChangeSet
from reviewer.core.finding import Category, Confidence, Finding, Origin, Severity
from reviewer.core.span import Side, Span
from reviewer.verify.causes import Causes
from reviewer.verify.duplicates import merge, repeats


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
    with ends():  # each may be compared with each: no ratio tells that from what hangs
        assert [f.origin for f in case.merged(rules, answer)] == [Origin.BOTH] * len(lines)
