"""What every reader is told in the same words: the verdict, the order of findings, what was covered, what it cost."""

from __future__ import annotations

from collections import Counter

from reviewer.core.finding import Evidence, Finding, Standing
from reviewer.core.report import NOT_JUDGED, Coverage, Outcome, Report, Status
from reviewer.core.span import Side, Span

#: What is told beside the dangers of the change, under which heading.
STANDING = {
    Standing.OLDER: "Older than this change",
    Standing.DECLARED: "Trade-offs that the change declares",
}
QUESTIONS_SHOWN = 3  # a reader is asked the gravest; the JSON report has all


def ordered(findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """Worst first, then surest, then by place: the same report always reads the same."""
    return tuple(
        sorted(
            findings,
            key=lambda finding: (-finding.severity.rank, -finding.confidence.rank, finding.span, finding.id),
        )
    )


def counted(number: int, noun: str) -> str:
    """`1 hunk`, `2 hunks`."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def tally(findings: tuple[Finding, ...]) -> str:
    """`1 critical, 2 high`, worst first."""
    numbers = Counter(finding.severity for finding in findings)
    levels = sorted(numbers, key=lambda level: -level.rank)
    return ", ".join(f"{numbers[level]} {level.value}" for level in levels)


def verdict(report: Report) -> str:
    """One line that says whether it matters. A run that saw less than everything never reads as all clear."""
    if report.status is Status.FAILED and not report.findings:
        # With an engine that asks the model, the offline rules have run all the same.
        if report.model is not None and with_outcome(report, Outcome.NOT_REVIEWED):
            return "The review failed: the model did not answer. The offline rules looked and found nothing, which is no all-clear."
        return "The review failed: nothing was checked, so this says nothing about the change."
    if report.status is Status.NO_STREAMING_CODE and not report.findings and not report.questions:
        return "No streaming code in this change."
    tail = _unreviewed(report)
    if not tail and report.status in {Status.PARTIAL, Status.FAILED}:
        tail = " The review is incomplete."
    dangers, aside = report.dangers, beside(report)
    if not dangers:
        return f"{_nothing(report, is_whole=not tail)}{f', {aside}' if aside else ''}.{tail}"
    kinds = dict.fromkeys(finding.category.words for finding in ordered(dangers))
    also = f" Also {aside}." if aside else ""
    return f"{counted(len(dangers), 'danger')} ({tally(dangers)}): {', '.join(kinds)}.{also}{tail}"


def _unreviewed(report: Report) -> str:
    """What nobody looked at: what failed, and what no rule can judge. The lists of the publishers name the files."""
    missing = with_outcome(report, Outcome.NOT_REVIEWED)
    unjudged = sum(item.reason.startswith(NOT_JUDGED) for item in missing)
    failed = len(missing) - unjudged
    told = f" {counted(failed, 'hunk')} could not be reviewed." if failed else ""
    if unjudged:
        verb = "is" if unjudged == 1 else "are"
        told += f" {counted(unjudged, 'hunk')} of streaming code {verb} not judged offline: see what was not reviewed."
    return told


def beside(report: Report) -> str:
    """`2 questions, 1 older danger`: what is told and does not count as a danger of this change; "" when there is nothing."""
    older, declared = (sum(f.standing is kind for f in report.findings) for kind in STANDING)
    numbers = {"question": len(report.questions), "older danger": older, "declared trade-off": declared}
    return ", ".join(counted(number, noun) for noun, number in numbers.items() if number)


def _nothing(report: Report, *, is_whole: bool) -> str:
    new = " new" if report.findings else ""
    if not is_whole:
        if report.coverage and not with_outcome(report, Outcome.REVIEWED):
            return f"Nothing{new} found, and nothing was reviewed"
        return f"Nothing{new} found in what was reviewed"
    aside = report.findings or report.questions
    return f"No{new} danger found" if aside else "No danger found in the streaming code of this change"


def with_outcome(report: Report, outcome: Outcome) -> tuple[Coverage, ...]:
    """The hunks with that outcome, in the report's order."""
    return tuple(item for item in report.coverage if item.outcome is outcome)


def coverage_line(report: Report) -> str:
    """`12 hunks: 7 reviewed, 4 not streaming, 1 not reviewed`; what did not happen is left out."""
    named = {Outcome.REVIEWED: "reviewed", Outcome.NOT_STREAMING: "not streaming", Outcome.NOT_REVIEWED: "not reviewed"}
    numbers = {words: len(with_outcome(report, outcome)) for outcome, words in named.items()}
    parts = [f"{number} {words}" for words, number in numbers.items() if number or words == "reviewed"]
    return f"{counted(len(report.coverage), 'hunk')}: {', '.join(parts)}"


def cost_line(report: Report) -> str:
    """Engine, requests, tokens, dollars and seconds. A price we don't know is said to be unknown, never 0."""
    usage = report.usage
    if usage.requests == 0:
        return f"engine {report.engine}, no model request, $0, {usage.seconds:.1f} s"
    tokens_in = usage.input_tokens + usage.cache_write_tokens + usage.cache_read_tokens
    cached = f" ({usage.cache_read_tokens:,} from cache)" if usage.cache_read_tokens else ""
    price = "cost unknown" if usage.cost_usd is None else f"${usage.cost_usd:.4f}"
    engine = report.engine if report.model is None else f"{report.engine} ({report.model})"
    return (
        f"engine {engine}, {counted(usage.requests, 'request')}, {tokens_in:,} tokens in{cached}, "
        f"{usage.output_tokens:,} out, {price}, {usage.seconds:.1f} s"
    )


def withheld_line(report: Report) -> str | None:
    """How many findings were set aside at which step, or None."""
    if not report.withheld:
        return None
    stages = Counter(item.stage.value for item in report.withheld)
    detail = ", ".join(f"{number} {stage}" for stage, number in sorted(stages.items()))
    return f"{counted(len(report.withheld), 'finding')} withheld: {detail} (see the JSON report)"


def judged_line(report: Report) -> str | None:
    """`second opinion: 3 upheld, 1 refuted; 2 asked`; None when there was nothing to judge."""
    judged = report.judged
    if judged is None:
        return None
    words = {
        "upheld": judged.upheld,
        "weakened": judged.weakened,
        "refuted": judged.refuted,
        "unjudged": judged.unjudged,
    }
    after = {"asked": judged.asked, "told twice": judged.told_twice}
    parts = [", ".join(f"{number} {word}" for word, number in some.items() if number) for some in (words, after)]
    said = "; ".join(part for part in parts if part)
    return f"second opinion: {said}" if said else None


def where(span: Span) -> str:
    """The place, and whether its lines are gone."""
    return f"{place(span)} (removed)" if span.side is Side.BEFORE else place(span)


def place(span: Span) -> str:
    """`path:42` or `path:42-45`."""
    last = "" if span.last_line == span.first_line else f"-{span.last_line}"
    return f"{span.path}:{span.first_line}{last}"


def elsewhere(finding: Finding) -> tuple[Evidence, ...]:
    """The quoted lines that do not stand where the finding is shown."""
    return tuple(item for item in finding.evidence if not item.span.overlaps(finding.span))


def grouped(coverage: tuple[Coverage, ...]) -> tuple[tuple[str, str, int], ...]:
    """(path, reason, number of hunks), in order of first appearance: a file of 40 skipped hunks is one row."""
    numbers = Counter((item.path, item.reason) for item in coverage)
    return tuple((path, reason, number) for (path, reason), number in numbers.items())
