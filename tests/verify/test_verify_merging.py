"""Rule and model on one matter are one finding; what only looks alike is kept; verdicts count only with a quote."""

from __future__ import annotations

from dataclasses import replace

import pytest
from verify.code import CHANGES, COMMIT, PATCH_ONLY, PROCESS, at, finding, quoted

from reviewer.core.finding import Category, Confidence, Doubt, Finding, Origin, Severity, Stage
from reviewer.core.span import Span
from reviewer.model.reply import ReplyVerdict
from reviewer.verify import touches_change
from reviewer.verify.causes import Causes
from reviewer.verify.duplicates import merge
from reviewer.verify.sources import Sources
from reviewer.verify.verdicts import apply

RULE = finding(
    quoted(COMMIT), rule_id="commit-before-process", id="rule-id", title="rule's", suggestion="swap", references=("r",)
)
SOURCES = Sources(CHANGES, str)


def merged(*answers: list[Finding], rules: tuple[Finding, ...] = (RULE,)) -> list[Finding]:
    kept, withheld = merge(rules, answers, Causes(CHANGES))
    assert len(kept) + len(withheld) == len(rules) + sum(len(answer) for answer in answers)
    assert len({f.id for f in kept}) == len(kept)
    assert all(w.stage is Stage.DUPLICATE for w in withheld)
    return list(kept)


def test_the_rules_identity_and_the_models_words() -> None:
    model = finding(
        quoted(PROCESS, first=6), span=at(6), rule_id="commit-before-process", title="Orders are lost on a restart",
        severity=Severity.CRITICAL, scenario=("1", "2", "3"), origin=Origin.MODEL,
    )  # fmt: skip
    (one,) = merged([model])
    assert (one.id, one.rule_id, one.span, one.suggestion, one.references) == (
        "rule-id", "commit-before-process", RULE.span, "swap", ("r",),
    )  # fmt: skip
    assert (one.title, one.severity, one.scenario, one.origin) == (
        "Orders are lost on a restart", Severity.CRITICAL, ("1", "2", "3"), Origin.BOTH,
    )  # fmt: skip
    assert [e.quote for e in one.evidence] == [COMMIT, PROCESS]


def test_the_damage_is_what_the_model_s_sequence_ends_in_where_it_has_judged_the_rule() -> None:
    ends = finding(quoted(COMMIT), rule_id="commit-before-process", category=Category.OPERATIONS, origin=Origin.MODEL)
    (one,) = merged([ends])
    assert (one.id, one.category) == ("rule-id", Category.OPERATIONS) and RULE.category is not Category.OPERATIONS


def test_the_models_doubt_comes_with_its_words() -> None:
    doubt = Doubt(question="Is it a sample?", settle="who reads the topic")
    model = finding(quoted(COMMIT), rule_id="commit-before-process", confidence=Confidence.LOW, doubt=doubt)
    (one,) = merged([model])
    assert (one.confidence, one.doubt) == (Confidence.LOW, doubt)


def test_one_without_a_rule_on_the_same_lines_and_of_the_same_kind_is_the_same() -> None:
    assert len(merged([finding(quoted(COMMIT))])) == 1


def test_two_causes_on_one_line_of_one_answer_are_two_findings_with_two_ids() -> None:
    twins = [finding(quoted(COMMIT)), finding(quoted(COMMIT), title="Another cause")]
    assert [f.title for f in merged(twins, rules=())] == ["Records are lost", "Another cause"]


def test_another_matter_beside_the_rules_is_kept() -> None:
    assert len(merged([finding(quoted(COMMIT), category=Category.ORDERING)])) == 2
    assert len(merged([finding(quoted(COMMIT), span=at(40))])) == 2
    assert len(merged([finding(quoted(COMMIT), rule_id="another-rule", origin=Origin.MODEL)])) == 2
    named = finding(quoted(COMMIT), rule_id="commit-before-process", origin=Origin.MODEL)
    assert len(merged([finding(quoted(COMMIT), title="a second cause"), named])) == 2


def test_the_same_matter_in_the_answers_of_two_units_is_one_finding() -> None:
    assert len(merged([finding(quoted(COMMIT))], [finding(quoted(COMMIT), title="in other words")], rules=())) == 1


def verdict(word: str, quote: str = "", reason: str = "because") -> ReplyVerdict:
    return ReplyVerdict(id="h1", verdict=word, reason=reason, quote=quote)


@pytest.mark.parametrize(
    ("given", "kept", "confidence"),
    [
        (verdict("refuted", COMMIT), 0, None),
        (verdict("refuted", "not in the code"), 1, Confidence.MEDIUM),
        (verdict("refuted", "}"), 1, Confidence.MEDIUM),
        (verdict("refuted", COMMIT, reason=" "), 1, Confidence.MEDIUM),
        (verdict("undecided"), 1, Confidence.LOW),
        (replace(verdict("refuted"), documented="KafkaProducer.close() waits, kafka-clients 2.0 and later"), 0, None),
        (replace(verdict("refuted"), documented="the author intends it"), 1, Confidence.MEDIUM),
        (replace(verdict("refuted"), documented="Kafka is usually set up so"), 1, Confidence.MEDIUM),
        (verdict("confirmed"), 1, Confidence.HIGH),
        (replace(verdict("refuted", COMMIT), id="h9"), 1, Confidence.HIGH),
    ],
)
def test_only_a_refutation_with_a_reason_and_a_true_quote_withholds(
    given: ReplyVerdict, kept: int, confidence: Confidence | None
) -> None:
    left, withheld = apply({"h1": RULE}, [given], (RULE.span.path,), SOURCES)
    assert len(left) == kept and len(withheld) == 1 - kept
    assert all(f.confidence is confidence for f in left)
    assert all((w.stage, w.reason) == (Stage.REFUTED, "because") for w in withheld)


def test_what_stands_away_from_the_change_is_weakened_and_not_withheld() -> None:
    far = finding(quoted("consumer.close();", first=11), span=at(11))

    def nowhere(span: Span) -> Span | None:
        return None

    assert touches_change.check(far, CHANGES, nowhere).confidence is Confidence.MEDIUM
    assert touches_change.check(finding(quoted(COMMIT)), PATCH_ONLY, nowhere).confidence is Confidence.HIGH
    assert touches_change.check(far, CHANGES, lambda span: at(2, 12)).confidence is Confidence.HIGH
    outside = finding(quoted("x", path="Other.java"), span=at(3, path="Other.java"))
    assert touches_change.check(outside, CHANGES, nowhere).confidence is Confidence.MEDIUM
