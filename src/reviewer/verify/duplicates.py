"""One cause is one finding, whoever saw it and on whichever side: the rule's identity, the model's words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from reviewer.core.finding import Finding, Origin, Stage, Withheld, fingerprint
from reviewer.verify.causes import Causes


def merge(
    from_rules: Sequence[Finding], answers: Sequence[Sequence[Finding]], causes: Causes
) -> tuple[tuple[Finding, ...], tuple[Withheld, ...]]:
    """All findings, each cause once, each with an id of its own, and the twins that were withheld.

    `answers` holds the model's findings, one sequence for each of its answers. Within one answer the model was told to
    give one finding per cause, so there only what names the same rule at the same place is the same.
    """
    merging = _Merging(causes=causes, kept=list(from_rules))
    for answer in answers:
        mine: set[int] = set()  # places in `kept` that this answer has already spoken about
        for finding in sorted(answer, key=lambda finding: finding.rule_id is None):
            mine.add(merging.take(finding, mine))
    return tuple(merging.kept), tuple(merging.withheld)


@dataclass(slots=True, kw_only=True)
class _Merging:
    """`spoken` holds, by place in `kept`, the model's finding whose words a rule's finding has now."""

    causes: Causes
    kept: list[Finding]
    withheld: list[Withheld] = field(default_factory=list)
    spoken: dict[int, Finding] = field(default_factory=dict)

    def take(self, finding: Finding, mine: set[int]) -> int:
        """Add one of the model's findings, or join it with its twin; gives its place."""
        place = self._twin(finding, mine)
        if place is None:
            self.kept.append(_unique(finding, self.kept))
            return len(self.kept) - 1
        twin = self.kept[place]
        if twin.origin is not Origin.MODEL:
            if place not in self.spoken or _is_better(finding, self.spoken[place]):
                self.spoken[place] = finding
            self.kept[place] = _joined(twin, self.spoken[place])
        elif _is_better(finding, twin):
            self.kept[place] = _unique(finding, [*self.kept[:place], *self.kept[place + 1 :]])
            finding = twin
        self._withhold(finding, place)
        return place

    def _twin(self, finding: Finding, mine: set[int]) -> int | None:
        """Of several that it could be the same as, the one that is surely about the same lines, else the nearest."""
        places = [
            place
            for place, other in enumerate(self.kept)
            if self.causes.same(other, finding, one_answer=place in mine)
        ]  # fmt: skip
        return min(places, key=lambda place: self._farness(place, finding, mine), default=None)

    def _farness(self, place: int, finding: Finding, mine: set[int]) -> tuple[bool, bool, bool, int]:
        other = self.kept[place]
        return (
            not self.causes.shared(other, finding),
            finding.rule_id != other.rule_id,
            place in mine,
            self.causes.distance(other, finding),
        )

    def _withhold(self, finding: Finding, place: int) -> None:
        reason = f"the same as {self.kept[place].id}"
        self.withheld.append(Withheld(finding=finding, stage=Stage.DUPLICATE, reason=reason))


def _is_better(one: Finding, other: Finding) -> bool:
    """Of two tellings of one cause the surer is better, then the graver."""
    return (one.confidence.rank, one.severity.rank) > (other.confidence.rank, other.severity.rank)


def _joined(rule: Finding, model: Finding) -> Finding:
    """Id, rule, lines and references are the rule's: they are exact and stable. What happens is told by who read the code.

    A model that names the rule has judged it, and says what its sequence ends in; one that does not, and only means the same, does not make
    it weaker.
    """
    quotes = (*rule.evidence, *(e for e in model.evidence if not any(e.span.overlaps(r.span) for r in rule.evidence)))
    own = rule.suggestion
    judged = rule.rule_id == model.rule_id
    return replace(
        rule, title=model.title, scenario=model.scenario, why=model.why or rule.why, fix=model.fix or rule.fix,
        category=model.category if judged else rule.category,
        severity=model.severity if judged else max(rule.severity, model.severity, key=lambda s: s.rank),
        confidence=model.confidence if judged else max(rule.confidence, model.confidence, key=lambda c: c.rank),
        evidence=quotes, origin=Origin.BOTH, doubt=model.doubt, suggestion=own if own is not None or model.span != rule.span else model.suggestion,
    )  # fmt: skip


def _unique(finding: Finding, kept: Sequence[Finding]) -> Finding:
    """Ids leave out the wording, so that another run gives the same: two causes on one line are told apart by a number."""
    taken = {other.id for other in kept}
    number, given = 1, finding.id
    while given in taken:
        number += 1
        given = fingerprint(finding.id, str(number), "", finding.span.path)
    return finding if given == finding.id else replace(finding, id=given)


def repeated(earlier: Mapping[str, Finding], now: Sequence[Finding], causes: Causes) -> set[str]:
    """The names of earlier findings that a later answer gives anew. Each new one takes the place of one: two dangers may stand on the same lines."""
    taken: set[str] = set()
    for other in now:
        like = [name for name, finding in earlier.items() if name not in taken and repeats(finding, other, causes)]
        taken.update(sorted(like, key=lambda name: _apartness(earlier[name], other, causes))[:1])
    return taken


def repeats(finding: Finding, other: Finding, causes: Causes) -> bool:
    """Whether a later answer says the same again."""
    return finding.id == other.id or causes.same(other, finding)


def _apartness(finding: Finding, other: Finding, causes: Causes) -> tuple[bool, bool, bool, int]:
    return (
        finding.id != other.id,
        finding.title != other.title,
        not causes.shared(finding, other),
        causes.distance(finding, other),
    )
