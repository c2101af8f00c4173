"""The structured answer of the second reader."""

from __future__ import annotations

from dataclasses import dataclass

from reviewer.core.finding import Category, Confidence, Doubt, Severity, Standing
from reviewer.core.problem import Problem
from reviewer.model.answer_form import OpinionForm
from reviewer.model.reply import LONG, TITLE, cut, doubt_of, each, not_asked, parse_object, steps_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Opinion:
    """The verdict on a finding: upheld | weakened | refuted.

    `severity`, `confidence` and `category` are what the second reader finds fit, where it says so. A refutation rests on `quote` or on
    `documented`, the behaviour that a library states for a version. `standing` older or declared needs the quote that shows it. `title`,
    `scenario` and `why` are empty, or the words in which the finding is true, where its own say more than can happen.
    """

    id: str
    verdict: str
    reason: str
    quote: str
    severity: Severity | None
    confidence: Confidence | None
    documented: str = ""
    standing: Standing = Standing.NEW
    doubt: Doubt | None = None
    category: Category | None = None
    title: str = ""
    scenario: tuple[str, ...] = ()
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SecondOpinion:
    """A parsed answer. `rejected` says of every item that was unusable why."""

    opinions: tuple[Opinion, ...]
    rejected: tuple[str, ...] = ()


def parse_second_opinion(text: str) -> SecondOpinion | Problem:
    """The opinions, item by item; a Problem when it is no answer at all. What belongs to a review is not taken from it."""
    body = parse_object(text, "opinions")
    if isinstance(body, Problem):
        return body
    rejected = not_asked(body, "findings", "verdicts", "needs", "earlier")
    opinions = each(body["opinions"], OpinionForm, _opinion, "opinion", 200, rejected)
    return SecondOpinion(opinions=opinions, rejected=tuple(rejected))


def _opinion(item: OpinionForm) -> Opinion:
    return Opinion(
        id=item.id,
        verdict=item.verdict,
        reason=cut(item.reason, LONG),
        quote=item.quote,
        severity=Severity(item.severity) if item.severity is not None else None,
        confidence=Confidence(item.confidence) if item.confidence is not None else None,
        documented=cut(item.documented, 400),
        standing=Standing(item.standing),
        doubt=doubt_of("", item.settle),
        category=Category(item.category) if item.category is not None else None,
        title=cut(item.title, TITLE),
        scenario=steps_of(item.scenario),
        why=cut(item.why, LONG),
    )
