"""A second reader tries to refute what the first one found; a refutation needs a quote that exists."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from reviewer.asking.checks import Checks
from reviewer.asking.merging import Merged
from reviewer.asking.rounds import Answered
from reviewer.asking.session import ModelSession, ToJudge
from reviewer.asking.unseen import with_places, with_unseen
from reviewer.context.assign import best_unit
from reviewer.context.render import finding_ids
from reviewer.context.shelf import Shelf
from reviewer.core.finding import Confidence, Doubt, Finding, Origin, Stage, Standing, Withheld
from reviewer.core.problem import Problem
from reviewer.core.report import Served
from reviewer.model.second_opinion import Opinion, SecondOpinion, parse_second_opinion
from reviewer.verify import verdicts
from reviewer.verify.sources import Sources

#: The second reader's word on a finding, by the finding's id, with the paths that were shown with it.
Opinions = Mapping[str, tuple[Opinion, Sequence[str]]]
Word = Literal["upheld", "weakened", "refuted"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """Findings after the second reader's word, those that it refuted, and what went wrong in asking it.

    `words` is what counted in the end, by the finding's id; those that nobody judged are not in it. `disputed` are ids of findings that the
    second reader calls refuted and can't prove it: they are still said, but speak for no other.
    """

    findings: tuple[Finding, ...]
    withheld: tuple[Withheld, ...] = ()
    problems: tuple[Problem, ...] = ()
    served: tuple[Served, ...] = ()
    words: Mapping[str, Word] = field(default_factory=dict)
    disputed: frozenset[str] = frozenset()


def judge(
    session: ModelSession, merged: Merged, answers: Sequence[Answered], checks: Checks, shelf: Shelf | None = None
) -> Judged:
    """Ask about every finding that a unit shows; where asking fails, the findings stand unjudged and a problem says so."""
    asked = _to_judge(merged, answers, checks) if session.second_opinion else {}
    if not asked:
        return Judged(findings=merged.findings)
    asked = {name: (with_unseen(answer, own, shelf), own) for name, (answer, own) in asked.items()}
    checks.also({path: text for answer, _ in asked.values() for path, text in answer.texts.items()})
    requests = session.opinions({name: _to_show(answer, own) for name, (answer, own) in asked.items()}, checks.delta)
    fan = session.fan("Claude checks what it found", requests, parse_second_opinion)
    opinions: dict[str, tuple[Opinion, Sequence[str]]] = {}
    problems: list[Problem] = []
    for name, outcome in fan.outcomes.items():
        answer, own = asked[name]
        subject = ", ".join(answer.unit.paths)
        if isinstance(outcome, SecondOpinion):
            ids, paths = finding_ids(own), (*answer.unit.shown_paths, *answer.texts)
            opinions.update({ids[o.id].id: (o, paths) for o in outcome.opinions if o.id in ids})
            problems += [Problem(step="second opinion", subject=subject, message=why) for why in outcome.rejected]
        else:
            message = f"It failed, so findings are shown unjudged: {outcome.message}"
            problems.append(Problem(step="second opinion", subject=subject, message=message))
    judged = with_opinions(merged.findings, opinions, checks.sources)
    before = {id(record) for answer in answers for record in answer.served}
    served = tuple(r for answer, _ in asked.values() for r in answer.served if id(r) not in before)
    findings = with_places(judged.findings, shelf)
    return replace(judged, findings=findings, problems=tuple(problems), served=served)


def _to_judge(merged: Merged, answers: Sequence[Answered], checks: Checks) -> dict[str, tuple[Answered, list[Finding]]]:
    """Each finding is judged once, with the code of the unit that shows it, else of the unit whose answer holds it."""
    units = [answer.unit for answer in answers]
    came_from = {finding.id: unit.id for unit, found in checks.answers for finding in found}
    asked: dict[str, tuple[Answered, list[Finding]]] = {}
    for finding in merged.findings:
        unit = best_unit(units, finding)
        name = unit.id if unit is not None else came_from.get(finding.id)
        if name is None or finding.id in merged.unasked:
            continue
        asked.setdefault(name, (next(a for a in answers if a.unit.id == name), []))[1].append(finding)
    return asked


def _to_show(answer: Answered, findings: Sequence[Finding]) -> ToJudge:
    """A new conversation that begins with what the reviewer was shown: of its answers the findings alone."""
    first = answer.first or answer.unit
    earlier = answer.earlier.findings if answer.earlier is not None else ()
    return ToJudge(first=first, looked=answer.looked or first, unit=answer.unit, earlier=earlier, findings=findings)


def with_opinions(findings: Sequence[Finding], opinions: Opinions, sources: Sources) -> Judged:
    """Findings after the second reader's word: kept, weakened, or withheld where a quoted line refutes them."""
    kept: list[Finding] = []
    refuted: list[Withheld] = []
    words: dict[str, Word] = {}
    disputed: set[str] = set()
    for finding in findings:
        opinion, paths = opinions.get(finding.id, (None, ()))
        if opinion is None:
            kept.append(finding)
            continue
        finding = _reworded(_named(_standing(finding, opinion, paths, sources), opinion), opinion)
        words[finding.id] = "weakened"
        if opinion.verdict == "upheld":
            words[finding.id] = "upheld"
            kept.append(finding)
        elif opinion.verdict == "weakened":
            kept.append(_because(_weakened(finding, opinion), opinion))
        elif verdicts.is_proved(opinion, paths, sources):
            words[finding.id] = "refuted"
            refuted.append(Withheld(finding=finding, stage=Stage.REFUTED, reason=opinion.reason))
        else:
            disputed.add(finding.id)
            kept.append(_because(verdicts.doubted(finding), opinion))
    return Judged(findings=tuple(kept), withheld=tuple(refuted), words=words, disputed=frozenset(disputed))


def _standing(finding: Finding, opinion: Opinion, paths: Sequence[str], sources: Sources) -> Finding:
    """That it was so before, or is said openly, takes the line that shows it."""
    if opinion.standing is Standing.NEW or not verdicts.is_quoted(opinion.quote, paths, sources):
        return finding
    return replace(finding, standing=opinion.standing)


def _named(finding: Finding, opinion: Opinion) -> Finding:
    """The damage that the sequence really ends in; what a rule alone says keeps the rule's. The id stays: it is the same finding."""
    is_read = finding.origin is not Origin.RULE and opinion.verdict != "refuted"
    return replace(finding, category=opinion.category) if is_read and opinion.category is not None else finding


def _reworded(finding: Finding, opinion: Opinion) -> Finding:
    """What is refuted, or a rule alone says, keeps its words."""
    is_read = finding.origin is not Origin.RULE and opinion.verdict != "refuted"
    return verdicts.reworded(finding, opinion) if is_read else finding


def _weakened(finding: Finding, opinion: Opinion) -> Finding:
    """Never stronger than before."""
    severity = min((finding.severity, opinion.severity or finding.severity), key=lambda s: s.rank)
    confidence = min((finding.confidence, opinion.confidence or Confidence.MEDIUM), key=lambda c: c.rank)
    return replace(finding, severity=severity, confidence=confidence, doubt=opinion.doubt or finding.doubt)


def _because(finding: Finding, opinion: Opinion) -> Finding:
    """The second reader's reason stays with the finding that it makes lighter."""
    return (
        replace(finding, doubt=replace(finding.doubt or Doubt(), reason=opinion.reason)) if opinion.reason else finding
    )
