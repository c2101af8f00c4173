"""The model's part of a review: units, requests side by side, answers checked, a second opinion, everything accounted for."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from reviewer.context.render import finding_ids, hypothesis_ids, render_second_opinion, render_unit
from reviewer.context.unit import ReviewUnit, UnitPlan
from reviewer.context.units import build_units
from reviewer.core.finding import Confidence, Finding, Stage, Withheld
from reviewer.core.problem import Problem
from reviewer.core.report import Usage
from reviewer.core.span import Side
from reviewer.facts.delta import Delta
from reviewer.facts.streaming.describe import describe
from reviewer.model import models
from reviewer.model.agent_prompt import AgentPrompt
from reviewer.model.candidate import to_finding
from reviewer.model.fan_out import Limits, fan_out
from reviewer.model.port import ModelRequest, Reviewer
from reviewer.model.prompt import (
    RiskAtHand,
    Team,
    review_request,
    review_system,
    second_opinion_request,
    second_opinion_system,
)
from reviewer.model.reply import Reply, parse_reply
from reviewer.model.second_opinion import Opinion, SecondOpinion, parse_second_opinion
from reviewer.pipeline import ModelAnswer
from reviewer.rules.registry import all_rules
from reviewer.verify import duplicates, quote_exists, touches_change, verdicts


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaudeReview:
    """Implements the pipeline's `ModelReview`. `name` is the model's id."""

    name: str
    reviewer: Reviewer
    agent: AgentPrompt
    team: Team
    limits: Limits
    second_opinion: bool = True
    title: str = ""
    description: str = ""
    show: Callable[[str], object] | None = field(default=None)
    close: Callable[[], None] = field(default=lambda: None)

    def __call__(self, delta: Delta, relevant: Sequence[tuple[str, int]], findings: Sequence[Finding]) -> ModelAnswer:
        """Review the relevant hunks; every hunk that no answer covers is left out of `reviewed`."""
        try:
            return self._answer(delta, relevant, findings)
        finally:
            self.close()

    def _answer(self, delta: Delta, relevant: Sequence[tuple[str, int]], findings: Sequence[Finding]) -> ModelAnswer:
        plan = plan_units(delta, relevant, findings)
        requests = self._requests(plan)
        if self.show is not None:
            return self._shown(requests, findings)
        answers = fan_out(requests, self.reviewer, parse_reply, self.limits)
        state = _State(delta=delta)
        for unit in plan.units:
            state.take(unit, answers.outcomes[unit.id])
        merged, doubles = duplicates.merge((*state.kept, *plan.unasked), state.candidates)
        judged, refuted, problems, usage = self._judged(plan, merged, delta)
        for aside in plan.set_aside:
            state.problems.append(Problem(step="context", subject=aside.path, message=aside.reason))
        return ModelAnswer(
            findings=judged, withheld=(*state.withheld, *doubles, *refuted), reviewed=state.reviewed(plan),
            problems=(*state.problems, *problems), usage=models.total([answers.usage, usage]),
        )  # fmt: skip

    def _requests(self, plan: UnitPlan) -> dict[str, ModelRequest]:
        system = review_system(self.agent, risks_at_hand(), self.team)
        return {
            unit.id: review_request(system, render_unit(unit, title=self.title, description=self.description))
            for unit in plan.units
        }

    def _shown(self, requests: Mapping[str, ModelRequest], findings: Sequence[Finding]) -> ModelAnswer:
        assert self.show is not None
        for name, request in requests.items():
            parts = [f"===== request {name} to {self.name}: system ====="]
            parts += [*request.system_blocks, f"===== request {name}: user =====", request.user]
            self.show("\n".join(parts) + "\n")
        notice = "Only the prompts were shown: nothing was sent."
        return ModelAnswer(
            findings=tuple(findings), withheld=(), reviewed=frozenset(), problems=(), usage=Usage(), notices=(notice,)
        )

    def _judged(
        self, plan: UnitPlan, findings: Sequence[Finding], delta: Delta
    ) -> tuple[tuple[Finding, ...], tuple[Withheld, ...], tuple[Problem, ...], Usage]:
        """A second reader tries to refute what the first one found; a refutation needs a quote that exists."""
        by_unit = {unit.id: [f for f in findings if f.span.path in _paths(unit)] for unit in plan.units}
        asked = {unit.id: unit for unit in plan.units if by_unit[unit.id]} if self.second_opinion else {}
        if not asked:
            return tuple(findings), (), (), Usage()
        system = second_opinion_system(self.agent, (), self.team)
        requests = {
            name: second_opinion_request(system, render_second_opinion(unit, by_unit[name]))
            for name, unit in asked.items()
        }
        answers = fan_out(requests, self.reviewer, parse_second_opinion, self.limits)
        opinions: dict[str, tuple[Opinion, ReviewUnit]] = {}
        problems: list[Problem] = []
        for name, outcome in answers.outcomes.items():
            if isinstance(outcome, SecondOpinion):
                ids = finding_ids(by_unit[name])
                opinions.update({ids[o.id].id: (o, asked[name]) for o in outcome.opinions if o.id in ids})
            else:
                message = f"the second opinion failed, its findings are shown unjudged: {outcome.message}"
                problems.append(replace(outcome, message=message))
        kept, refuted = _with_opinions(findings, opinions, delta)
        return kept, refuted, tuple(problems), answers.usage


def plan_units(delta: Delta, relevant: Sequence[tuple[str, int]], findings: Sequence[Finding]) -> UnitPlan:
    """The units of a change; (path, -1) stands for a file without hunks and needs no request."""
    hunks = []
    for path, index in relevant:
        change = delta.change_set.file(path)
        if change is not None and index >= 0:
            hunks.append((path, change.hunks[index]))
    after = {facts.path: facts.syntax for facts in delta.after.files}
    before = {facts.path: facts.syntax for facts in delta.before.files}
    return build_units(delta.change_set, hunks, after, before, findings, lambda path: describe(delta, path), ())


def risks_at_hand() -> tuple[RiskAtHand, ...]:
    """The rules' risks by id and title, sorted: the same bytes for every run, so that the prefix is cached."""
    return tuple(RiskAtHand(id=rule.id, title=rule.title) for rule in all_rules())


def _paths(unit: ReviewUnit) -> set[str]:
    return set(unit.paths) | {hunk.old_path for hunk in unit.hunks if hunk.old_path}


@dataclass(slots=True)
class _State:
    """What the answers add up to."""

    delta: Delta
    kept: list[Finding] = field(default_factory=list)
    candidates: list[Finding] = field(default_factory=list)
    withheld: list[Withheld] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    failed: set[tuple[str, int]] = field(default_factory=set)

    def read(self, path: str, side: Side) -> str | None:
        """The text of a changed file on a side."""
        change = self.delta.change_set.file(path)
        return change.text(side) if change is not None else None

    def take(self, unit: ReviewUnit, outcome: Reply | Problem) -> None:
        """One unit's answer: its hypotheses judged, its findings checked. A failed unit keeps its rule findings."""
        if isinstance(outcome, Problem):
            self.problems.append(replace(outcome, subject=", ".join(unit.paths)))
            self.failed.update((hunk.path, hunk.index) for hunk in unit.hunks)
            self.kept.extend(unit.hypotheses)
            return
        kept, refuted = verdicts.apply(hypothesis_ids(unit), outcome.verdicts, unit.paths, self.read)
        self.kept.extend(kept)
        self.withheld.extend(refuted)
        for rejected in outcome.rejected:
            self.problems.append(Problem(step="model", subject=", ".join(unit.paths), message=rejected))
        known = frozenset(rule.id for rule in all_rules())
        for reply in outcome.findings:
            self._check(to_finding(reply, self.delta.change_set, known))

    def _check(self, finding: Finding) -> None:
        checked = quote_exists.check(finding, self.read)
        if isinstance(checked, str):
            self.withheld.append(Withheld(finding=finding, stage=Stage.QUOTE, reason=checked))
            return
        reason = touches_change.check(checked, self.delta.change_set)
        if reason is not None:
            self.withheld.append(Withheld(finding=checked, stage=Stage.FACTS, reason=reason))
            return
        self.candidates.append(checked)

    def reviewed(self, plan: UnitPlan) -> frozenset[tuple[str, int]]:
        """Hunks whose every part was answered."""
        asked = {(hunk.path, hunk.index) for unit in plan.units for hunk in unit.hunks}
        return frozenset(asked - self.failed)


def _with_opinions(
    findings: Sequence[Finding], opinions: Mapping[str, tuple[Opinion, ReviewUnit]], delta: Delta
) -> tuple[tuple[Finding, ...], tuple[Withheld, ...]]:
    kept: list[Finding] = []
    refuted: list[Withheld] = []
    read = _State(delta=delta).read
    for finding in findings:
        opinion, unit = opinions.get(finding.id, (None, None))
        if opinion is None or unit is None or opinion.verdict == "upheld":
            kept.append(finding)
        elif opinion.verdict == "weakened":
            kept.append(_weakened(finding, opinion))
        elif verdicts.is_quoted(opinion.quote, unit.paths, read):
            refuted.append(Withheld(finding=finding, stage=Stage.REFUTED, reason=opinion.reason))
        else:
            kept.append(finding)
    return tuple(kept), tuple(refuted)


def _weakened(finding: Finding, opinion: Opinion) -> Finding:
    """Never stronger than before."""
    severity = min((finding.severity, opinion.severity or finding.severity), key=lambda s: s.rank)
    confidence = min((finding.confidence, opinion.confidence or Confidence.MEDIUM), key=lambda c: c.rank)
    return replace(finding, severity=severity, confidence=confidence)
