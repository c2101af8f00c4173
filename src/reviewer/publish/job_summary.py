"""What a run leaves in GitHub Actions itself: the job's summary page and annotations, also where no comment may be written."""

from collections.abc import Callable, Iterator, Sequence

from reviewer.core.finding import Finding, Severity
from reviewer.core.question import Question
from reviewer.core.report import Report, Status
from reviewer.core.span import Side, Span
from reviewer.publish.overview import page
from reviewer.publish.text import command_data, command_property, one_line, shortened
from reviewer.publish.words import QUESTIONS_SHOWN, counted, ordered, place, verdict

# The runner refuses a summary above 1 MiB as a whole; other steps' writers may add a little to ours.
_BYTES = 1_000_000
# Characters tried in turn: one character is four bytes at most, so the last one always fits.
_LIMITS = (900_000, _BYTES // 4)
_PER_LEVEL = 10
_LEVEL = {
    Severity.CRITICAL: "error",
    Severity.HIGH: "error",
    Severity.MEDIUM: "warning",
    Severity.LOW: "notice",
}


def write(report: Report, append: Callable[[str], None]) -> None:
    """Hand the page to `append` once. At most 1,000,000 bytes of UTF-8; findings that do not fit are counted on it."""
    for limit in _LIMITS:
        text = page(report, full=ordered(report.dangers), title="Findings", limit=limit)
        if len(text.encode("utf-8", "replace")) <= _BYTES:
            break
    append(text)


def annotations(report: Report) -> tuple[str, ...]:
    """Workflow command lines, worst first, to be printed as they are; the three gravest questions are notices behind them.

    GitHub shows ten of a level for a step; the last line says how many are left. A run that saw less than it should
    begins with a warning, and the report's notices are notices.
    """
    free = dict.fromkeys(("error", "warning", "notice"), _PER_LEVEL)
    lines: list[str] = []
    left = 0
    for level, line in (*_about_the_run(report), *_about_findings(report), *_about_questions(report)):
        if free[level] == 0:
            left += 1
            continue
        free[level] -= 1
        lines.append(line)
    more = [f"stream-review: {counted(left, 'more annotation')} not shown; see the job summary."] if left else []
    return (*lines, *more)


def _about_the_run(report: Report) -> Iterator[tuple[str, str]]:
    if report.status in {Status.FAILED, Status.PARTIAL}:
        causes = "; ".join(f"{item.step}: {item.message}" for item in report.problems[:3])
        text = f"{verdict(report)}\n{causes}" if causes else verdict(report)
        yield "warning", f"::warning title=stream-review {report.status.value}::{command_data(text)}"
    for notice in report.notices:
        yield "notice", f"::notice title=stream-review::{command_data(notice)}"


def _about_findings(report: Report) -> Iterator[tuple[str, str]]:
    for finding in ordered(report.dangers):
        level = _LEVEL[finding.severity]
        yield level, f"::{level} {_properties(finding.span, finding.title)}::{command_data(_message(finding))}"


def _about_questions(report: Report) -> Iterator[tuple[str, str]]:
    for question in report.questions[:QUESTIONS_SHOWN]:
        properties = _properties(question.span, f"Question: {question.question}")
        yield "notice", f"::notice {properties}::{command_data(_asked(question))}"


def _properties(span: Span, words: str) -> str:
    """A removed line has no number in the code as it is, so it gets none."""
    lines = [f"line={span.first_line}", f"endLine={span.last_line}"] if span.side is Side.AFTER else []
    title = shortened(one_line(words), 200)
    return ",".join([f"file={command_property(span.path)}", *lines, f"title={command_property(title)}"])


def _message(finding: Finding) -> str:
    removed, steps = _removed(finding.span), _steps(finding.scenario)
    head = f"{finding.severity.value} · {finding.category.words} · confidence {finding.confidence.value}"
    cost = [f"Trade-off: {one_line(finding.trade_off)}"] if finding.trade_off else []
    return "\n".join([head, *removed, *steps, f"Fix: {one_line(finding.fix)}", *cost])


def _asked(question: Question) -> str:
    head = f"{question.severity.value} · {question.category.words}, if so:"
    lines = [
        head,
        *_removed(question.span),
        *_steps(question.if_so),
        f"What would settle it: {one_line(question.settle)}",
    ]
    return "\n".join(lines)


def _removed(span: Span) -> list[str]:
    return [f"On removed code: {place(span)}"] if span.side is Side.BEFORE else []


def _steps(events: Sequence[str]) -> list[str]:
    return [f"{number}. {one_line(step)}" for number, step in enumerate(events, start=1)]
