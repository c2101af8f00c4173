"""The sentence as one function: the change has facts before and after; if it is streaming code, rules read the facts, the model
reads the units, findings are checked, placed on the diff, and reported. No I/O of its own: everything impure is handed in."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from reviewer.core.change import ChangeSet
from reviewer.core.finding import Confidence, Finding, Severity, Stage, Withheld
from reviewer.core.problem import Problem
from reviewer.core.report import Coverage, Outcome, Report, ReviewedBy, Status, Usage
from reviewer.core.rule import Rule
from reviewer.core.source import SourceReader
from reviewer.core.span import Side
from reviewer.facts.delta import Delta
from reviewer.facts.gather import Gathered, Parse, gather
from reviewer.facts.syntax import Comment
from reviewer.place.limits import limit
from reviewer.place.on_diff import place
from reviewer.place.thresholds import split as split_by_threshold
from reviewer.relevance.account import account
from reviewer.relevance.decide import may_be_streaming
from reviewer.relevance.signals import CODE, is_generated
from reviewer.rules.engine import run_rules
from reviewer.verify.ignores import split as split_ignored

_SMALL = 60  # files of a change that is parsed whole


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """Files that stand as they stood when the model read them in an earlier, complete review.

    The model is not asked about them again, but the rules are; a file with a rule's finding is asked about all the same, as the
    model has a word on it. `reason` names that review.
    """

    paths: frozenset[str] = frozenset()
    reason: str = ""

    def holds(self, path: str, findings: Sequence[Finding]) -> bool:
        """Whether the model need not read that file again."""
        return path in self.paths and not any(f.span.path == path for f in findings)


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What the user chose. `disabled` rules do not run; `severities` override a rule's own."""

    engine: str
    min_severity: Severity = Severity.LOW
    min_confidence: Confidence = Confidence.MEDIUM
    max_comments: int = 15
    disabled: frozenset[str] = frozenset()
    severities: Mapping[str, Severity] = field(default_factory=dict)
    audit: bool = False
    ignored_paths: Callable[[str], bool] = lambda _path: False
    settled: Settled = field(default_factory=Settled)


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelAnswer:
    """What the model's part gives back: merged findings, what it withheld, which hunks it read, what failed, what it cost.

    Hunks are (path, index). `unreviewed` says of a hunk that the model did not see, or not whole, why.
    """

    findings: tuple[Finding, ...]
    withheld: tuple[Withheld, ...]
    reviewed: frozenset[tuple[str, int]]
    problems: tuple[Problem, ...]
    unreviewed: Mapping[tuple[str, int], str] = field(default_factory=dict)
    usage: Usage = field(default_factory=Usage)
    notices: tuple[str, ...] = ()


class ModelReview(Protocol):
    """The model's part as the pipeline sees it."""

    @property
    def name(self) -> str:
        """The model's id."""
        ...

    def __call__(self, delta: Delta, relevant: Sequence[tuple[str, int]], findings: Sequence[Finding]) -> ModelAnswer:
        """Review the relevant hunks (path, index of the hunk) with the rules' findings as hypotheses."""
        ...


def review(
    change_set: ChangeSet,
    reader: SourceReader,
    *,
    options: Options,
    rules: Callable[[], Sequence[Rule]],
    parse: Parse,
    model: ModelReview | None,
    tool_version: str,
    draw: Callable[[Delta], str | None] = lambda _delta: None,
) -> Report:
    """Review a change from the diff to the report; failures inside become problems of the report.

    `rules` is asked for them when the facts are there: they can be loaded meanwhile. `draw` makes the picture for the summary, or None
    when there is nothing to see.
    """
    gathered = gather(change_set, reader, parse=parse, skip=options.ignored_paths, wanted=_wanted(change_set))
    coverage = account(change_set, gathered, reader, skip=options.ignored_paths)
    relevant = [(c.path, index) for c, index in coverage if c.outcome is Outcome.REVIEWED]
    run = run_rules(gathered.delta, [r for r in rules() if r.id not in options.disabled], audit=options.audit)
    findings, withheld = tuple(_overridden(f, options) for f in run.findings), run.withheld
    problems = (*gathered.problems, *run.problems)
    asked = [hunk for hunk in relevant if model is not None and not options.settled.holds(hunk[0], findings)]
    answer = model(gathered.delta, asked, findings) if model is not None and asked else None
    if answer is not None:
        findings, withheld = answer.findings, (*withheld, *answer.withheld)
        problems = (*problems, *answer.problems)
    findings, ignored, reasonless = split_ignored(findings, _comments(gathered))
    findings, repeated = _unique(findings)
    findings, below = split_by_threshold(findings, options.min_severity, options.min_confidence)
    placed = limit([place(finding, change_set) for finding in findings], options.max_comments)
    sent = frozenset(asked)
    accounts = tuple(_reviewed_by(item, index, sent, answer, options) for item, index in coverage)
    return Report(
        tool_version=tool_version, engine=options.engine, model=model.name if model is not None else None,
        base=change_set.base, head=change_set.head, status=status_of(accounts), findings=placed,
        withheld=(*withheld, *ignored, *repeated, *below), coverage=accounts, problems=(*problems, *reasonless),
        notices=answer.notices if answer is not None else (), usage=answer.usage if answer is not None else Usage(),
        diagram=draw(gathered.delta),
    )  # fmt: skip


def _wanted(change_set: ChangeSet) -> Callable[[str, str], bool]:
    """Which files are parsed. A small change is parsed whole: a class without any marker may be what streaming code uses."""
    small = len(change_set.files) <= _SMALL

    def wanted(path: str, text: str) -> bool:
        return (small and CODE.search(path) is not None and not is_generated(path)) or may_be_streaming(path, text)

    return wanted


def _overridden(finding: Finding, options: Options) -> Finding:
    severity = options.severities.get(finding.rule_id or "")
    return finding if severity is None else replace(finding, severity=severity)


def _unique(findings: Sequence[Finding]) -> tuple[tuple[Finding, ...], tuple[Withheld, ...]]:
    """One finding per fingerprint; the same matter on lines that read the same is set aside with the place that is shown."""
    first: dict[str, Finding] = {}
    repeated: list[Withheld] = []
    for finding in findings:
        if first.setdefault(finding.id, finding) is not finding:
            place = first[finding.id].span
            reason = f"the same danger on the same code is shown at line {place.first_line} of {place.path}"
            repeated.append(Withheld(finding=finding, stage=Stage.DUPLICATE, reason=reason))
    return tuple(first.values()), tuple(repeated)


def _comments(gathered: Gathered) -> dict[tuple[str, Side], tuple[Comment, ...]]:
    return {
        (facts.path, facts.side): facts.syntax.comments
        for side in (gathered.delta.before, gathered.delta.after)
        for facts in side.files
    }


def _reviewed_by(
    item: Coverage, index: int, asked: frozenset[tuple[str, int]], answer: ModelAnswer | None, options: Options
) -> Coverage:
    """Who looked at a hunk: the rules always, the model where it was asked and answered."""
    if item.outcome is not Outcome.REVIEWED:
        return item
    if answer is None or (item.path, index) not in asked:
        unasked = item.path in options.settled.paths
        return replace(item, reason=f"{item.reason}; {options.settled.reason}") if unasked else item
    if (item.path, index) in answer.reviewed:
        return replace(item, reviewed_by=ReviewedBy.BOTH)
    why = answer.unreviewed.get((item.path, index), "it was not sent")
    return replace(item, outcome=Outcome.NOT_REVIEWED, reason=f"not by the model, only by the rules: {why}")


def status_of(coverage: Sequence[Coverage]) -> Status:
    """`failed` when nothing could be reviewed, `partial` when some streaming hunk was not."""
    outcomes = {item.outcome for item in coverage}
    if Outcome.REVIEWED in outcomes:
        return Status.PARTIAL if Outcome.NOT_REVIEWED in outcomes else Status.REVIEWED
    if Outcome.NOT_REVIEWED in outcomes:
        return Status.FAILED
    return Status.NO_STREAMING_CODE
