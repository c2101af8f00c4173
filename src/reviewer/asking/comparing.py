"""One danger, one comment, also across units and files: the findings of a review are compared with each other."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from reviewer.asking.session import ModelSession
from reviewer.context.render import finding_ids, render_comparison
from reviewer.core.finding import Category, Confidence, Doubt, Finding, Origin, Stage, Standing, Withheld
from reviewer.core.problem import Problem
from reviewer.model.comparison import Comparison, Exclusive, Same, parse_comparison
from reviewer.model.prompt import comparison_request
from reviewer.verify import verdicts

_MOST = 40  # findings that one request compares


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """Each danger once; `withheld` are its other tellings (duplicate), and those that another one excludes (refuted)."""

    findings: tuple[Finding, ...]
    withheld: tuple[Withheld, ...] = ()
    problems: tuple[Problem, ...] = ()


def compare(session: ModelSession, findings: Sequence[Finding], disputed: Collection[str] = ()) -> Compared:
    """Ask once about all that is new; fewer than two need no request. Where asking fails, all stand and a problem says so.

    `disputed` are ids of findings that the second reader calls refuted: one danger with another, they lend it neither weight nor words.
    """
    new = [finding for finding in findings if finding.standing is Standing.NEW][:_MOST]
    if not session.second_opinion or len(new) < 2:
        return Compared(findings=tuple(findings))
    request = comparison_request(render_comparison(new))
    fan = session.fan("Claude compares its findings", {"comparison": request}, parse_comparison)
    outcome = fan.outcomes["comparison"]
    if isinstance(outcome, Problem):
        message = f"It failed, so one danger may be told twice: {outcome.message}"
        return Compared(
            findings=tuple(findings), problems=(Problem(step="comparison", subject="findings", message=message),)
        )  # fmt: skip
    return _applied(findings, new, outcome, disputed)


def _applied(
    findings: Sequence[Finding], new: Sequence[Finding], outcome: Comparison, disputed: Collection[str]
) -> Compared:
    standing = {finding.id: finding for finding in findings}
    ids = {name: finding.id for name, finding in finding_ids(new).items()}
    withheld: list[Withheld] = []
    for same in outcome.same:
        withheld += _join(same, ids, standing, disputed)
    for pair in outcome.exclusive:
        withheld += _choose(pair, ids, standing)
    problems = tuple(Problem(step="comparison", subject="findings", message=why) for why in outcome.rejected)
    return Compared(findings=tuple(standing.values()), withheld=tuple(withheld), problems=problems)


def _join(same: Same, ids: dict[str, str], standing: dict[str, Finding], disputed: Collection[str]) -> list[Withheld]:
    """The one at the cause stays, with the lines of the others as evidence; it weighs as much as the gravest of those that stand, and
    where no rule says its category, data comes before service there too."""
    told = [standing[ids[name]] for name in same.ids if ids.get(name, "") in standing]
    named = standing.get(ids.get(same.cause, ""))
    if named is None or len(told) < 2:
        return []
    weighty = _weighty(told, disputed)
    cause = named if named in weighty else max(weighty, key=lambda f: (f.confidence.rank, f.severity.rank))
    others = [finding for finding in told if finding is not cause]
    quotes = [*cause.evidence, *(item for other in others for item in other.evidence[:1])]
    origins = {finding.origin for finding in told}
    categories = [finding.category for finding in weighty]
    category = cause.category if cause.rule_id is not None else min(categories, key=list(Category).index)
    standing[cause.id] = replace(
        cause, category=category, severity=max((f.severity for f in weighty), key=lambda severity: severity.rank),
        evidence=tuple(dict.fromkeys(quotes)), origin=cause.origin if len(origins) == 1 else Origin.BOTH,
    )  # fmt: skip
    for other in others:
        del standing[other.id]
    return [
        Withheld(finding=other, stage=Stage.DUPLICATE, reason=f"the same danger as {cause.id}: {same.reason}")
        for other in others
    ]


def _weighty(told: Sequence[Finding], disputed: Collection[str]) -> list[Finding]:
    """Of several tellings those that stand; where none does, all: a refuted one, or one that is only asked, must not make a milder
    one graver."""
    upheld = [finding for finding in told if finding.id not in disputed] or list(told)
    return [finding for finding in upheld if finding.confidence is not Confidence.LOW] or upheld


def _choose(pair: Exclusive, ids: dict[str, str], standing: dict[str, Finding]) -> list[Withheld]:
    """At most one stands; where the lines don't decide, none does and the team is asked."""
    found = [standing[ids[name]] for name in pair.ids if ids.get(name, "") in standing]
    if len(found) < 2:
        return []
    kept = ids.get(pair.stands or "")
    if kept not in {finding.id for finding in found}:
        for finding in found:
            standing[finding.id] = verdicts.in_doubt(finding, Doubt(settle=pair.reason))
        return []
    losers = [finding for finding in found if finding.id != kept]
    for loser in losers:
        del standing[loser.id]
    return [Withheld(finding=f, stage=Stage.REFUTED, reason=f"{kept} excludes it: {pair.reason}") for f in losers]
