"""The model's word on the rules' hypotheses: a refutation counts only with a quote that is in the code."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Protocol

from reviewer.core.finding import Confidence, Evidence, Finding, Origin, Stage, Withheld
from reviewer.core.span import Side, Span
from reviewer.verify.quote import locate
from reviewer.verify.sources import Sources


class Verdict(Protocol):
    """The word on one hypothesis: `verdict` is confirmed | refuted | undecided."""

    @property
    def id(self) -> str: ...
    @property
    def verdict(self) -> str: ...
    @property
    def reason(self) -> str: ...
    @property
    def quote(self) -> str: ...


def apply(
    hypotheses: Mapping[str, Finding], verdicts: Sequence[Verdict], paths: Sequence[str], sources: Sources
) -> tuple[tuple[Finding, ...], tuple[Withheld, ...]]:
    """Hypotheses kept (confirmed ones with origin `both`) and those refuted with evidence."""
    by_id = {verdict.id: verdict for verdict in verdicts}
    kept: list[Finding] = []
    withheld: list[Withheld] = []
    for name, finding in hypotheses.items():
        verdict = by_id.get(name)
        if verdict is None or verdict.verdict == "undecided":
            kept.append(finding)
        elif verdict.verdict == "confirmed":
            kept.append(replace(finding, origin=Origin.BOTH))
        elif is_refuted(verdict.reason, verdict.quote, paths, sources):
            withheld.append(Withheld(finding=finding, stage=Stage.REFUTED, reason=verdict.reason))
        else:
            kept.append(doubted(finding))
    return tuple(kept), tuple(withheld)


def is_refuted(reason: str, quote: str, paths: Sequence[str], sources: Sources) -> bool:
    """Whether there is a reason, and a quote that stands in one of the files, on either side."""
    if not reason.strip():
        return False
    for path in paths:
        span = Span(path=path, side=Side.AFTER, first_line=1, last_line=1)
        if locate(Evidence(span=span, quote=quote), sources) is not None:
            return True
    return False


def doubted(finding: Finding) -> Finding:
    """Refuted without a line that shows it: still said, no longer with full confidence."""
    return replace(finding, confidence=min(finding.confidence, Confidence.MEDIUM, key=lambda c: c.rank))
