"""What the model's answers add up to: hypotheses decided, findings checked against the code, every hunk accounted for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from reviewer.asking.answer import Hunk
from reviewer.asking.plan import Plan
from reviewer.asking.rounds import Answered
from reviewer.context.redact import shown
from reviewer.context.render import hypothesis_ids
from reviewer.context.secrets import MARK
from reviewer.context.unit import ReviewUnit, UnitPlan
from reviewer.core.finding import Doubt, Finding, Stage, Withheld
from reviewer.core.problem import Problem
from reviewer.core.span import Side, Span
from reviewer.facts.delta import Delta
from reviewer.model.candidate import evidence_of, identified, to_finding
from reviewer.model.reply import EarlierVerdict, Reply, ReplyFinding, ReplyVerdict
from reviewer.rules.registry import rule_ids
from reviewer.verify import agrees_with_facts, duplicates, quote_exists, touches_change, verdicts
from reviewer.verify.causes import Causes
from reviewer.verify.sources import Sources

_WITHOUT_A_WORD = "The model did not say it again when it had seen the code that it asked for."


def check_answers(delta: Delta, plan: Plan, answers: Sequence[Answered]) -> Checks:
    """The answers of all units, and the hunks that could not be sent whole."""
    texts = {**plan.texts, **{path: text for answer in answers for path, text in answer.texts.items()}}
    sources = Sources(delta.change_set, shown, texts)
    checks = Checks(delta=delta, sources=sources, causes=Causes(delta.change_set))
    for answer in answers:
        checks.take(answer)
    checks.set_aside(plan.units)
    return checks


@dataclass(slots=True)
class Checks:
    """Collects unit by unit. `answers` are the checked findings of one answer each, with the unit they came from."""

    delta: Delta
    sources: Sources
    causes: Causes
    hypotheses: list[Finding] = field(default_factory=list)
    answers: list[tuple[ReviewUnit, list[Finding]]] = field(default_factory=list)
    withheld: list[Withheld] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    unreviewed: dict[Hunk, str] = field(default_factory=dict)

    def take(self, answered: Answered) -> None:
        """One unit's answer. A failed unit keeps its rules' findings, and its hunks are not reviewed."""
        unit, outcome = answered.unit, answered.outcome
        subject = ", ".join(unit.paths)
        if isinstance(outcome, Problem):
            self.problems.append(replace(outcome, subject=subject))
            self.unreviewed.update({(hunk.path, hunk.index): outcome.message for hunk in unit.hunks})
            self.hypotheses.extend(unit.hypotheses)
            return
        paths = (*unit.shown_paths, *answered.texts)
        kept, refuted = verdicts.apply(hypothesis_ids(unit), _verdicts(outcome, answered.earlier), paths, self.sources)
        self.hypotheses.extend(kept)
        self.withheld.extend(refuted)
        self.problems.extend(Problem(step="model", subject=subject, message=why) for why in outcome.rejected)
        now = self._checked(outcome)
        self.answers.append((unit, [*now, *self._earlier(answered, outcome, now, paths)]))

    def also(self, texts: Mapping[str, str]) -> None:
        """Quotes of these files count from now on: they were shown after the answers were checked."""
        self.sources = self.sources.extended(texts)

    def set_aside(self, plan: UnitPlan) -> None:
        """Hunks that could not be sent whole."""
        for aside in plan.set_aside:
            self.problems.append(Problem(step="context", subject=aside.path, message=aside.reason))
            self.unreviewed[(aside.path, aside.index)] = aside.reason

    def _earlier(
        self, answered: Answered, outcome: Reply, now: Sequence[Finding], paths: Sequence[str]
    ) -> list[Finding]:
        """What the answer before it had found and this one does not repeat: it falls only with a proof.

        What is dropped without a word, or left open, is neither kept as it was nor lost: it is in doubt, and will be asked.
        """
        words = {word.id: word for word in outcome.earlier}
        earlier = self._numbered(answered.earlier)
        repeated = duplicates.repeated(earlier, now, self.causes)
        kept = []
        for name, finding in earlier.items():
            if name in repeated:
                continue
            word = words.get(name)
            if word is not None and word.verdict == "stands":
                kept.append(self._seen_again(finding, word))
            elif word is not None and word.verdict == "falls" and verdicts.is_proved(word, paths, self.sources):
                self.withheld.append(Withheld(finding=finding, stage=Stage.REFUTED, reason=word.reason))
            else:
                why = word.reason if word is not None else _WITHOUT_A_WORD
                kept.append(verdicts.in_doubt(finding, finding.doubt or Doubt(settle=why)))
        return kept

    def _seen_again(self, finding: Finding, word: EarlierVerdict) -> Finding:
        """An earlier finding that stands, with what the code that was asked for changes of it; quotes that don't exist add nothing."""
        now = replace(
            verdicts.reworded(finding, word), severity=word.severity or finding.severity,
            confidence=word.confidence or finding.confidence, fix=word.fix or finding.fix,
            suggestion=None if word.fix else finding.suggestion,
        )  # fmt: skip
        quotes = (evidence_of(item, finding.span, self.delta.change_set, self.sources.beside) for item in word.evidence)
        checked = quote_exists.check(
            replace(now, evidence=tuple(dict.fromkeys((*now.evidence, *quotes)))), self.sources
        )
        return now if isinstance(checked, str) else replace(now, evidence=checked.evidence)

    def _numbered(self, reply: Reply | None) -> dict[str, Finding]:
        """The findings of an answer that stand, by the ids under which the next request has shown them."""
        if reply is None:
            return {}
        numbered = ((f"e{n}", self._checked_one(item)) for n, item in enumerate(reply.findings, start=1))
        return {name: finding for name, finding in numbered if finding is not None}

    def _checked(self, reply: Reply) -> list[Finding]:
        return [checked for item in reply.findings if (checked := self._checked_one(item)) is not None]

    def _checked_one(self, item: ReplyFinding) -> Finding | None:
        known = rule_ids()
        return self._check(to_finding(item, self.delta.change_set, known, self.sources.beside))

    def _check(self, finding: Finding) -> Finding | None:
        checked = quote_exists.check(finding, self.sources)
        if isinstance(checked, str):
            self.withheld.append(Withheld(finding=finding, stage=Stage.QUOTE, reason=checked))
            return None
        reason = agrees_with_facts.check(checked, self.delta)
        if reason is not None:
            self.withheld.append(Withheld(finding=checked, stage=Stage.FACTS, reason=reason))
            return None
        touching = touches_change.check(checked, self.delta.change_set, self._enclosing)
        return identified(_without_placeholders(touching))

    def _enclosing(self, span: Span) -> Span | None:
        facts = (self.delta.before if span.side is Side.BEFORE else self.delta.after).file(span.path)
        function = facts.syntax.function_at(span.first_line) if facts is not None else None
        return function.span if function is not None else None


def _verdicts(reply: Reply, earlier: Reply | None) -> list[ReplyVerdict]:
    """The last word on each hypothesis."""
    return [*(earlier.verdicts if earlier is not None else ()), *reply.verdicts]


def _without_placeholders(finding: Finding) -> Finding:
    """A suggestion made from redacted code would write the mark over the secret."""
    text = finding.suggestion
    return finding if text is None or (MARK not in text and shown(text) == text) else replace(finding, suggestion=None)
