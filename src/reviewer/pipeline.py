"""The sentence as one function: the change has facts before and after; if it is streaming code, rules read the facts, the model
reads the units, findings are checked, placed on the diff, and reported. No I/O of its own: everything impure is handed in."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import field, replace
from typing import TYPE_CHECKING

from reviewer.clients.registry import Libraries
from reviewer.context.radius import Neighbour, Streams, files_at, streams_around
from reviewer.context.told_users import with_users
from reviewer.core.blast_radius import Blast
from reviewer.core.change import ChangeSet
from reviewer.core.finding import Confidence, Finding, Severity, Withheld
from reviewer.core.guarantee import Guarantee
from reviewer.core.problem import Problem, ReviewError
from reviewer.core.progress import SILENT, Progress
from reviewer.core.question import Question
from reviewer.core.report import NOT_JUDGED, Coverage, Judgements, Outcome, Report, ReviewedBy, Status, Usage
from reviewer.core.roll_out import RollOut
from reviewer.core.source import SourceReader, problems_of
from reviewer.core.span import Side
from reviewer.core.value import value
from reviewer.facts.delta import Delta
from reviewer.facts.gather import Gathered, Parse, gather
from reviewer.facts.streaming.model import FileFacts
from reviewer.facts.syntax import Comment
from reviewer.files import is_test_code
from reviewer.guarantee.around import promises_of
from reviewer.place.limits import limit
from reviewer.place.on_diff import place
from reviewer.place.questions import split as split_questions
from reviewer.place.thresholds import split as split_by_threshold
from reviewer.relevance.account import account
from reviewer.relevance.decide import may_be_streaming
from reviewer.relevance.signals import CODE, is_generated, is_made
from reviewer.relevance.sweepable import sweepable
from reviewer.rollout.plan import roll_out
from reviewer.rules.engine import RuleRun, run_rules
from reviewer.rules.looking import not_judged
from reviewer.rules.rule import Rule
from reviewer.verify.ignores import split as split_ignored
from reviewer.verify.same_edit import told_once

if TYPE_CHECKING:
    from reviewer.asking.answer import Hunk, ModelAnswer
    from reviewer.asking.session import ModelSession

_SMALL = 60  # files of a change that is parsed whole


@value()
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


@value()
class Options:
    """What the user chose. `disabled` rules do not run; `severities` override a rule's own."""

    engine: str
    min_severity: Severity = Severity.LOW
    min_confidence: Confidence = Confidence.MEDIUM
    inline_min_severity: Severity = Severity.LOW
    max_comments: int = 15
    questions: bool = True
    sweep: bool = True
    disabled: frozenset[str] = frozenset()
    severities: Mapping[str, Severity] = field(default_factory=dict)
    audit: bool = False
    ignored_paths: Callable[[str], bool] = lambda _path: False
    settled: Settled = field(default_factory=Settled)


def review(
    change_set: ChangeSet,
    reader: SourceReader,
    *,
    options: Options,
    rules: Callable[[Delta], Sequence[Rule]],
    parse: Parse,
    model: ModelSession | None,
    tool_version: str,
    draw: Callable[[Streams], str | None] = lambda _streams: None,
    neighbours: Sequence[Neighbour] = (),
    progress: Progress = SILENT,
) -> Report:
    """Review a change from the diff to the report; failures inside become problems of the report.

    `rules` gives those that may have something to say about the facts. `draw` makes the picture for the summary, or None when there
    is nothing to see. `neighbours` are other repositories that may read or write the same streams.
    """
    gathered = _gathered(change_set, reader, parse, options)
    progress("Applying the rules")
    coverage = account(change_set, gathered, reader, skip=options.ignored_paths)
    streams = streams_around(gathered.delta, reader, parse, neighbours, look=not options.audit)
    gathered = replace(gathered, delta=replace(gathered.delta, radius=streams.radius))
    run = _ruled(gathered.delta, rules, options)
    findings, withheld = tuple(_overridden(f, options) for f in run.findings), run.withheld
    promised, unsearched = promises_of(gathered.delta, streams, reader, parse)
    problems = (*gathered.problems, *run.problems, *streams.problems, *unsearched)
    unjudged = _unjudged(coverage, gathered.delta)
    asked = _to_ask(coverage, findings, unjudged, options) if model is not None else []
    unseen = _unseen(coverage, reader) if model is not None and options.sweep else []
    answer = None
    if model is not None and (asked or unseen):
        answer = _answered(model, gathered.delta, asked, unseen, findings, parse, streams.radius, promised)
    if answer is not None:
        findings, withheld = answer.findings, (*withheld, *answer.withheld)
        problems = (*problems, *answer.problems)
    kept = _kept(findings, gathered, streams, options)
    placed = [place(finding, change_set, options.inline_min_severity) for finding in kept.findings]
    plans, unsought = ((), ()) if options.audit else _rolled_out(gathered.delta, placed, streams, reader, parse, run)
    accounts = _accounts(coverage, unjudged, frozenset(asked), answer, options)
    return Report(
        tool_version=tool_version, engine=options.engine, model=model.name if model is not None else None,
        base=change_set.base, head=change_set.head, status=status_of(accounts),
        findings=limit(placed, options.max_comments), questions=kept.questions,
        withheld=(*withheld, *kept.withheld), coverage=accounts, problems=(*problems, *kept.problems, *unsought, *problems_of(reader)),
        notices=(*streams.notices, *(answer.notices if answer is not None else ())), usage=answer.usage if answer is not None else Usage(),
        served=answer.served if answer is not None else (), judged=_judged(answer, len(kept.questions)),
        diagram=draw(streams), radius=streams.radius, guarantees=promised,
        roll_out=plans,
    )  # fmt: skip


def _rolled_out(
    delta: Delta, findings: Sequence[Finding], streams: Streams, reader: SourceReader, parse: Parse, run: RuleRun
) -> tuple[tuple[RollOut, ...], tuple[Problem, ...]]:
    """With the names that files beside the change say, where it does not say them itself; and what could not be searched for them."""
    problems: list[Problem] = []

    def look(words: Sequence[str]) -> Sequence[FileFacts]:
        try:
            return files_at(delta, reader, parse, words)
        except (ReviewError, OSError) as error:  # the name stays in angle brackets
            problems.append(
                Problem(step="roll-out", subject=", ".join(words), message=f"could not be searched: {error}")
            )
            return ()

    told = {finding.fix for finding in run.findings}
    return roll_out(delta, findings, streams.radius, streams.before, streams.after, look, told), tuple(problems)


@value()
class _Kept:
    """What of the findings is told as a comment or a question, what is not, and comments that silence without a reason."""

    findings: tuple[Finding, ...]
    questions: tuple[Question, ...]
    withheld: tuple[Withheld, ...]
    problems: tuple[Problem, ...]


def _kept(findings: Sequence[Finding], gathered: Gathered, streams: Streams, options: Options) -> _Kept:
    findings, ignored, reasonless = split_ignored(findings, _comments(gathered))
    told = [with_users(finding, streams.radius) for finding in findings]
    findings, repeated = told_once(told, gathered.delta.change_set)
    findings, questions = split_questions(findings, options.min_severity, options.min_confidence, on=options.questions)
    findings, below = split_by_threshold(findings, options.min_severity, options.min_confidence)
    return _Kept(
        findings=tuple(findings),
        questions=questions,
        withheld=(*ignored, *repeated, *below),
        problems=reasonless,
    )


def _gathered(change_set: ChangeSet, reader: SourceReader, parse: Parse, options: Options) -> Gathered:
    return gather(
        change_set, reader, libraries=Libraries(), parse=parse, skip=options.ignored_paths, wanted=_wanted(change_set)
    )


def _ruled(delta: Delta, rules: Callable[[Delta], Sequence[Rule]], options: Options) -> RuleRun:
    return run_rules(delta, [rule for rule in rules(delta) if rule.id not in options.disabled], audit=options.audit)


def _to_ask(
    coverage: Sequence[tuple[Coverage, int]], findings: Sequence[Finding], unjudged: Mapping[Hunk, str], options: Options
) -> list[Hunk]:  # fmt: skip
    """The streaming hunks, but for files that the model has read as they stand, and for tests: nobody's records depend on them.

    A test in which a rule found something, or that no rule can judge, is asked about.
    """
    relevant = [(item.path, index) for item, index in coverage if item.outcome is Outcome.REVIEWED]
    told = {finding.span.path for finding in findings}
    spared = {item.path for item, _ in coverage if is_test_code(item.path, item.old_path)} - told
    tests = {hunk for hunk in relevant if hunk[0] in spared and hunk not in unjudged}
    return [hunk for hunk in relevant if hunk not in tests and not options.settled.holds(hunk[0], findings)]


def _unseen(coverage: Sequence[tuple[Coverage, int]], reader: SourceReader) -> list[Hunk]:
    """Hunks without a sign of streaming in modules that stream."""
    from reviewer.relevance.module_lookup import module_lookup  # not above: it brings the readers of build files

    return sweepable(coverage, module_lookup(reader, Side.AFTER))


def _answered(
    model: ModelSession, delta: Delta, asked: Sequence[Hunk], unseen: Sequence[Hunk], findings: Sequence[Finding],
    parse: Parse, radius: Sequence[Blast], promised: Sequence[Guarantee],
) -> ModelAnswer:  # fmt: skip
    """The model's part, step by step: wherever a finding is lost on this way, it is in `withheld` with the stage."""
    # Not above: what reads the model's answers takes longer to load than a review by rules alone may take.
    from reviewer.asking.checks import check_answers
    from reviewer.asking.comparing import compare
    from reviewer.asking.judging import judge
    from reviewer.asking.merging import merge
    from reviewer.asking.plan import plan_units
    from reviewer.asking.rounds import ask_units
    from reviewer.asking.settling import settle
    from reviewer.asking.showing import show_requests
    from reviewer.asking.sweep import sweep
    from reviewer.context.shelf import shelf_around

    shelf = shelf_around(delta.change_set, model.reader, parse) if model.reader is not None else None
    try:
        if model.show is not None:
            plan = plan_units(delta, asked, findings, model.reader, parse, radius, promised)
            return show_requests(model, model.show, plan, unseen, delta, findings)
        swept = sweep(model, unseen, delta.change_set)
        plan = plan_units(delta, [*asked, *swept.named], findings, model.reader, parse, radius, promised)
        answers = ask_units(model, plan.units.units, delta, shelf)
        checks = check_answers(delta, plan, answers)
        merged = merge(plan, checks)
        judged = judge(model, merged, answers, checks, shelf)
        compared = compare(model, judged.findings, judged.disputed)
        return settle(model, swept, plan, answers, checks, merged, judged, compared)
    finally:
        model.close()


def _judged(answer: ModelAnswer | None, asked: int) -> Judgements | None:
    return replace(answer.judged, asked=asked) if answer is not None and answer.judged is not None else None


def _wanted(change_set: ChangeSet) -> Callable[[str, str], bool]:
    """Which files are parsed. A small change is parsed whole: a class without any marker may be what streaming code uses."""
    small = len(change_set.files) <= _SMALL

    def wanted(path: str, text: str) -> bool:
        is_own = CODE.search(path) is not None and not is_generated(path) and not is_made(text)
        return (small and is_own) or may_be_streaming(path, text)

    return wanted


def _overridden(finding: Finding, options: Options) -> Finding:
    severity = options.severities.get(finding.rule_id or "")
    return finding if severity is None else replace(finding, severity=severity)


def _comments(gathered: Gathered) -> dict[tuple[str, Side], tuple[Comment, ...]]:
    return {
        (facts.path, facts.side): facts.syntax.comments
        for side in (gathered.delta.before, gathered.delta.after)
        for facts in side.files
    }


def _accounts(
    coverage: Sequence[tuple[Coverage, int]], unjudged: Mapping[Hunk, str], asked: frozenset[Hunk], answer: ModelAnswer | None,
    options: Options,
) -> tuple[Coverage, ...]:  # fmt: skip
    return tuple(_reviewed_by(item, index, asked, answer, options, unjudged) for item, index in coverage)


def _unjudged(coverage: Sequence[tuple[Coverage, int]], delta: Delta) -> dict[Hunk, str]:
    """The streaming hunks that no rule can judge, with the reason."""
    sides = {pair.change.path: (pair.before, pair.after) for pair in delta.pairs()}
    streaming = [(item, index) for item, index in coverage if item.outcome is Outcome.REVIEWED]
    found = {(item.path, index): not_judged(sides[item.path], item.reason) for item, index in streaming}
    return {hunk: reason for hunk, reason in found.items() if reason}


def _reviewed_by(
    item: Coverage, index: int, asked: frozenset[Hunk], answer: ModelAnswer | None, options: Options,
    unjudged: Mapping[Hunk, str],
) -> Coverage:  # fmt: skip
    """Who looked at a hunk: the rules where there are any for it, the model where it was asked and answered."""
    hunk = (item.path, index)
    if answer is not None and hunk in answer.swept:
        return replace(item, reviewed_by=ReviewedBy.MODEL, reason=f"{item.reason}; swept")
    if answer is not None and hunk in answer.named:
        item = replace(item, outcome=Outcome.REVIEWED, reason=f"named by the sweep: {answer.named[hunk]}")
    elif item.outcome is not Outcome.REVIEWED:
        return item
    elif answer is None or hunk not in asked:
        return _by_rules_alone(item, options, unjudged.get(hunk, ""))
    if hunk in answer.reviewed:
        alone = hunk in answer.named or hunk in unjudged
        return replace(item, reviewed_by=ReviewedBy.MODEL if alone else ReviewedBy.BOTH)
    why = answer.unreviewed.get(hunk, "it was not sent")
    if hunk in unjudged:
        return replace(
            item, outcome=Outcome.NOT_REVIEWED, reviewed_by=None, reason=f"not by the model: {why}; {unjudged[hunk]}"
        )
    return replace(
        item, outcome=Outcome.NOT_REVIEWED, reviewed_by=item.reviewed_by or ReviewedBy.RULES,
        reason=f"not by the model, only by the rules: {why}",
    )  # fmt: skip


def _by_rules_alone(item: Coverage, options: Options, unjudged: str) -> Coverage:
    """A streaming hunk about which the model was not asked: a test, or one that an earlier run may have read."""
    if item.path in options.settled.paths:
        by = None if unjudged else item.reviewed_by
        return replace(item, reviewed_by=by, reason=f"{item.reason}; {options.settled.reason}")
    if not unjudged:
        is_spared = options.engine != "rules" and is_test_code(item.path, item.old_path)
        return replace(item, reason=f"{item.reason}; of tests the rules alone read") if is_spared else item
    return replace(item, outcome=Outcome.NOT_REVIEWED, reviewed_by=None, reason=f"{unjudged} ({item.reason})")


def status_of(coverage: Sequence[Coverage]) -> Status:
    """`failed` when nothing could be reviewed, `partial` when some streaming hunk was not.

    Code that no rule can judge is no failure of the run: a change of nothing else is `partial`.
    """
    outcomes = {item.outcome for item in coverage}
    failures = [i for i in coverage if i.outcome is Outcome.NOT_REVIEWED and not i.reason.startswith(NOT_JUDGED)]
    if Outcome.REVIEWED in outcomes:
        return Status.PARTIAL if Outcome.NOT_REVIEWED in outcomes else Status.REVIEWED
    if Outcome.NOT_REVIEWED in outcomes:
        return Status.FAILED if failures else Status.PARTIAL
    return Status.NO_STREAMING_CODE
