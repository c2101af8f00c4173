"""The model's part of a review: units, requests side by side, answers checked, a second opinion, everything accounted for."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from reviewer.app.claude.checks import Checks, with_opinions
from reviewer.app.claude.rounds import Answered, Bill, Rounds
from reviewer.context.assign import best_unit
from reviewer.context.redact import shown
from reviewer.context.related import related_slices
from reviewer.context.render import finding_ids, render_second_opinion, render_unit
from reviewer.context.unit import ContextSlice, ReviewUnit, UnitPlan
from reviewer.context.units import build_units
from reviewer.core.finding import Finding, Withheld
from reviewer.core.problem import Problem
from reviewer.core.progress import SILENT, Progress
from reviewer.core.source import SourceReader
from reviewer.core.span import Side
from reviewer.facts.delta import Delta
from reviewer.facts.streaming.describe import describe
from reviewer.model.agent_prompt import AgentPrompt
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
from reviewer.model.second_opinion import Opinion, SecondOpinion, parse_second_opinion
from reviewer.pipeline import ModelAnswer
from reviewer.rules.registry import all_rules
from reviewer.verify import duplicates
from reviewer.verify.sources import Sources


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaudeReview:
    """Implements the pipeline's `ModelReview`. `name` is the model's id.

    `reader` serves what the model asks to see (None: nothing is served). With `show`, requests are written there instead of
    being sent; `body` gives a request as it goes over the wire.
    """

    name: str
    reviewer: Reviewer
    agent: AgentPrompt
    team: Team
    limits: Limits
    body: Callable[[ModelRequest], Mapping[str, Any]]
    reader: SourceReader | None = None
    second_opinion: bool = True
    show: Callable[[str], object] | None = field(default=None)
    close: Callable[[], None] = field(default=lambda: None)
    progress: Progress = SILENT

    def __call__(self, delta: Delta, relevant: Sequence[tuple[str, int]], findings: Sequence[Finding]) -> ModelAnswer:
        """Review the relevant hunks; every hunk that no answer covers is in `unreviewed` with the reason."""
        try:
            return self._answer(delta, relevant, findings)
        finally:
            self.close()

    def _answer(self, delta: Delta, relevant: Sequence[tuple[str, int]], findings: Sequence[Finding]) -> ModelAnswer:
        beside = related_slices(delta, self.reader.read) if self.reader is not None else ()
        plan = plan_units(delta, relevant, findings, beside)
        request = self._request(delta)
        if self.show is not None:
            return self._shown([request(unit, False) for unit in plan.units], findings, self.show)
        bill = Bill()
        rounds = Rounds(
            reviewer=self.reviewer, limits=self.limits, request=request, reader=self.reader, bill=bill,
            progress=self.progress,
        )  # fmt: skip
        answers = rounds.ask(plan.units)
        texts = {**self._texts(beside), **{path: text for answer in answers for path, text in answer.texts.items()}}
        checks = Checks(delta=delta, sources=Sources(delta.change_set, shown, texts))
        for answer in answers:
            checks.take(answer)
        checks.set_aside(plan)
        merged, doubles = duplicates.merge((*checks.hypotheses, *plan.unasked), [found for _, found in checks.answers])
        asked = _to_judge(merged, plan, answers, checks)
        kept, refuted, problems = self._judged(merged, asked, checks, bill)
        return ModelAnswer(
            findings=kept, withheld=(*checks.withheld, *doubles, *refuted), reviewed=_reviewed(plan, checks),
            unreviewed=checks.unreviewed, problems=(*checks.problems, *problems), usage=bill.usage,
            notices=bill.notices(),
        )  # fmt: skip

    def _texts(self, pieces: Sequence[ContextSlice]) -> dict[str, str]:
        """The whole files behind what is shown beside the change: quotes are checked against them."""
        paths = {piece.span.path for piece in pieces} if self.reader is not None else set()
        found = {path: self.reader.read(path, Side.AFTER) for path in paths if self.reader is not None}
        return {path: text for path, text in found.items() if text is not None}

    def _request(self, delta: Delta) -> Callable[[ReviewUnit, bool], ModelRequest]:
        system = review_system(self.agent, risks_at_hand(), self.team)
        title, description = delta.change_set.title, delta.change_set.description

        def request(unit: ReviewUnit, again: bool) -> ModelRequest:
            return review_request(system, render_unit(unit, title=title, description=description), again=again)

        return request

    def _shown(
        self, requests: Sequence[ModelRequest], findings: Sequence[Finding], show: Callable[[str], object]
    ) -> ModelAnswer:
        for number, request in enumerate(requests, start=1):
            show(shown_request(self.body(request), f"{number} of {len(requests)}"))
        notice = "Only the prompts were shown: nothing was sent. What the model asks to see and the second opinion depend on its answers."
        return ModelAnswer(
            findings=tuple(findings), withheld=(), reviewed=frozenset(), problems=(), notices=(notice,)
        )  # fmt: skip

    def _judged(
        self,
        findings: Sequence[Finding],
        asked: Mapping[str, tuple[Answered, list[Finding]]],
        checks: Checks,
        bill: Bill,
    ) -> tuple[tuple[Finding, ...], tuple[Withheld, ...], tuple[Problem, ...]]:
        """A second reader tries to refute what the first one found; a refutation needs a quote that exists."""
        if not self.second_opinion or not asked:
            return tuple(findings), (), ()
        system = second_opinion_system(self.agent, (), self.team)
        title, description = checks.delta.change_set.title, checks.delta.change_set.description
        requests = {
            name: second_opinion_request(
                system, render_second_opinion(answer.unit, own, title=title, description=description)
            )
            for name, (answer, own) in asked.items()
        }
        watch = bill.watch(self.progress, "Claude checks what it found", len(requests))
        fan = fan_out(requests, self.reviewer, parse_second_opinion, self.limits, watch)
        bill.add(fan)
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
        kept, refuted = with_opinions(findings, opinions, checks.sources)
        return kept, refuted, tuple(problems)


def shown_request(body: Mapping[str, Any], number: str) -> str:
    """A request in a form that people can read: every text exactly as it is sent, the rest as JSON."""
    rest = {key: value for key, value in body.items() if key not in ("system", "messages")}
    parts = [
        f"===== request {number}: settings =====",
        json.dumps({**rest, "stream": True}, ensure_ascii=False, sort_keys=True),
    ]
    for place, block in enumerate(body["system"], start=1):
        parts += [f"===== request {number}: system, block {place} =====", block["text"]]
    for message in body["messages"]:
        parts += [f"===== request {number}: {message['role']} =====", message["content"]]
    return "\n".join(parts) + "\n"


def plan_units(
    delta: Delta, relevant: Sequence[tuple[str, int]], findings: Sequence[Finding], beside: Sequence[ContextSlice] = ()
) -> UnitPlan:
    """The units of a change; (path, -1) stands for a file without hunks and needs no request. `beside` is code of other files."""
    hunks = []
    for path, index in relevant:
        change = delta.change_set.file(path)
        if change is not None and index >= 0:
            hunks.append((path, change.hunks[index]))
    after = {facts.path: facts.syntax for facts in delta.after.files}
    before = {facts.path: facts.syntax for facts in delta.before.files}
    return build_units(delta.change_set, hunks, after, before, findings, lambda path: describe(delta, path), beside)


def risks_at_hand() -> tuple[RiskAtHand, ...]:
    """The rules' risks by id and title, sorted: the same bytes for every run, so that the prefix is cached."""
    return tuple(RiskAtHand(id=rule.id, title=rule.title) for rule in all_rules())


def _to_judge(
    findings: Sequence[Finding], plan: UnitPlan, answers: Sequence[Answered], checks: Checks
) -> dict[str, tuple[Answered, list[Finding]]]:
    """Each finding is judged once, with the code of the unit that shows it, else of the unit whose answer holds it."""
    units = [answer.unit for answer in answers]
    came_from = {finding.id: unit.id for unit, found in checks.answers for finding in found}
    unasked = {finding.id for finding in plan.unasked}
    asked: dict[str, tuple[Answered, list[Finding]]] = {}
    for finding in findings:
        unit = best_unit(units, finding)
        name = unit.id if unit is not None else came_from.get(finding.id)
        if name is None or finding.id in unasked:
            continue
        asked.setdefault(name, (next(a for a in answers if a.unit.id == name), []))[1].append(finding)
    return asked


def _reviewed(plan: UnitPlan, checks: Checks) -> frozenset[tuple[str, int]]:
    """Hunks whose every part was shown and answered."""
    asked = {(hunk.path, hunk.index) for unit in plan.units for hunk in unit.hunks}
    return frozenset(asked - checks.unreviewed.keys())
