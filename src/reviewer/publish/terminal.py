"""The report for a person at a terminal: the line, what happens, what to do; then what was not looked at and the cost.

Everything is built from `Text`, never from markup, so that brackets in strangers' text mean nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TextIO

from rich.console import Console, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from reviewer.core.finding import Finding, Severity
from reviewer.core.question import Question
from reviewer.core.report import Outcome, Report
from reviewer.core.span import Side, Span
from reviewer.publish.frame import CONTEXT, frame, quoted
from reviewer.publish.guarantee_words import promised
from reviewer.publish.radius_words import told
from reviewer.publish.roll_out_words import rows as roll_out_rows
from reviewer.publish.text import allowed_link, shown
from reviewer.publish.words import (
    QUESTIONS_SHOWN,
    STANDING,
    cost_line,
    counted,
    coverage_line,
    elsewhere,
    grouped,
    judged_line,
    ordered,
    place,
    verdict,
    where,
    with_outcome,
    withheld_line,
)

PLAIN_WIDTH = 100
_STYLE = {
    Severity.CRITICAL: "bold white on red",
    Severity.HIGH: "bold red",
    Severity.MEDIUM: "bold yellow",
    Severity.LOW: "bold cyan",
}
_ROWS = 20
_QUOTES = 6


def open_console(stream: TextIO, *, is_tty: bool, no_color: bool) -> Console:
    """A console for `stream`: as wide as the window on a terminal, else plain and 100 columns wide."""
    return Console(
        file=stream,
        force_terminal=is_tty,
        no_color=no_color,
        color_system="auto" if is_tty and not no_color else None,
        width=None if is_tty else PLAIN_WIDTH,
        markup=False,
        emoji=False,
        highlight=False,
        legacy_windows=False,
    )


def render(report: Report, sources: Mapping[tuple[str, Side], str], console: Console) -> None:
    """Print the report. `sources` holds the whole texts by path and side; where one is missing, the quote is shown."""
    with console.capture() as captured:
        for finding in ordered(report.dangers):
            for part in _finding(finding, sources):
                console.print(part)
            console.print()
        for part in (*_questions(report), *_roll_out(report), *_standing(report), *_closing(report)):
            console.print(part)
    # Rich fills lines up to the column's width; in a log or a file these blanks are only in the way.
    console.file.write(re.sub(r" +$", "", captured.get(), flags=re.MULTILINE))


def _finding(finding: Finding, sources: Mapping[tuple[str, Side], str]) -> Iterator[RenderableType]:
    """Title, place, code, events, why, fix: the first five lines decide whether the rest is read."""
    badge = Text(f" {finding.severity.value.upper()} ", style=_STYLE[finding.severity])
    yield Text.assemble(badge, " ", Text(shown(finding.title), style="bold"))
    yield _indented(_about(finding))
    yield Padding(_code(finding.span, finding, sources), (1, 0, 1, 2), expand=False)
    yield Padding(_events(finding.scenario), (0, 0, 1, 2), expand=False)
    yield Padding(_reasons(finding, sources), (0, 0, 0, 2), expand=False)


def _about(finding: Finding) -> Text:
    confidence = f"confidence {finding.confidence.value}"
    rest = f" · {finding.category.words} · {confidence}"
    return Text.assemble((shown(where(finding.span)), "cyan"), (rest, "dim"))


def _code(span: Span, finding: Finding, sources: Mapping[tuple[str, Side], str]) -> RenderableType:
    text = sources.get((span.path, span.side))
    framed = frame(text, span) if text is not None else None
    if framed is not None:
        return framed
    own = [item for item in finding.evidence if item.span.overlaps(span)]
    return quoted(own[0]) if own else Text("(the code is not at hand)", style="dim")


def _events(scenario: Sequence[str], *, damage: bool = True) -> Table:
    """Numbered; with `damage` the last step is it, and stands out."""
    table = Table.grid(padding=(0, 1))
    table.add_column(justify="right", no_wrap=True)
    table.add_column(overflow="fold")
    for number, step in enumerate(scenario, start=1):
        is_damage = damage and number == len(scenario)
        table.add_row(Text(f"{number}.", style="dim"), Text(_folded(step), style="bold red" if is_damage else ""))
    return table


def _reasons(finding: Finding, sources: Mapping[tuple[str, Side], str]) -> Table:
    table = Table.grid(padding=(0, 1))
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    table.add_row(Text("why", style="dim"), _paragraph(finding.why))
    table.add_row(Text("fix", style="green"), _paragraph(finding.fix))
    if finding.trade_off:
        table.add_row(Text("cost", style="dim"), Text(_folded(finding.trade_off), style="dim"))
    if finding.suggestion is not None:
        table.add_row(Text(""), _replacement(finding.suggestion))
    for item in [item for item in elsewhere(finding) if not _is_framed(item.span, finding.span, sources)][:_QUOTES]:
        table.add_row(Text("see", style="dim"), Text(shown(place(item.span)), style="cyan"))
        table.add_row(Text(""), quoted(item))
    for url in filter(None, map(allowed_link, finding.references)):
        table.add_row(Text("doc", style="dim"), Text(url, style="dim"))
    table.add_row(Text("rule", style="dim"), Text(shown(finding.rule_id or "none: seen by the model"), style="dim"))
    return table


def _is_framed(span: Span, main: Span, sources: Mapping[tuple[str, Side], str]) -> bool:
    """Whether the reader has just seen these lines in the frame of the finding itself."""
    around = replace(main, first_line=max(1, main.first_line - CONTEXT), last_line=main.last_line + CONTEXT)
    return (main.path, main.side) in sources and around.contains(span)


def _replacement(suggestion: str) -> Text:
    lines = suggestion.split("\n") if suggestion else []
    body = "\n".join(f"+ {shown(line)}" for line in lines) or "(delete the marked lines)"
    return Text(body, style="green")


def _questions(report: Report) -> Iterator[RenderableType]:
    """The gravest, each with what happens if it is so and what would settle it."""
    if not report.questions:
        return
    yield Text(f"{counted(len(report.questions), 'question')} to the team", style="bold magenta")
    for question in report.questions[:QUESTIONS_SHOWN]:
        yield _indented(Text(_folded(question.question), style="bold"))
        weight = f" · {question.category.words} · {question.severity.value} if so"
        yield _indented(Text.assemble((shown(where(question.span)), "cyan"), (weight, "dim")))
        yield Padding(_if_so(question), (0, 0, 0, 4), expand=False)
    if len(report.questions) > QUESTIONS_SHOWN:
        yield Text(f"  … and {len(report.questions) - QUESTIONS_SHOWN} more in the JSON report")
    yield Text("")


def _if_so(question: Question) -> Table:
    table = _events(question.if_so)
    table.add_row(Text("?", style="magenta"), Text(f"What would settle it: {_folded(question.settle)}"))
    return table


def _standing(report: Report) -> Iterator[RenderableType]:
    """What the change does not bring, or names itself: a line each."""
    for kind, title in STANDING.items():
        found = [finding for finding in ordered(report.findings) if finding.standing is kind]
        rows = [
            f"{finding.severity.value}: {finding.title} ({where(finding.span)}): {finding.why} Fix: {finding.fix}"
            for finding in found
        ]
        yield from _listed(title, rows, "bold")


def _roll_out(report: Report) -> Iterator[RenderableType]:
    """What a running system needs before, in and after the deploy."""
    if report.roll_out:
        yield Text("Roll-out", style="bold")
    for title, steps in roll_out_rows(report.roll_out[:_ROWS]):
        yield _indented(Text(_folded(title), style="bold"))
        yield Padding(_events(steps, damage=False), (0, 0, 0, 4), expand=False)
    if len(report.roll_out) > _ROWS:
        yield Text(f"  … and {len(report.roll_out) - _ROWS} more in the JSON report")
    if report.roll_out:
        yield Text("")


def _closing(report: Report) -> Iterator[Text]:
    yield from _listed("Guarantees", [f"{name}: {said}" for name, said in promised(report.guarantees)], "bold")
    hit = [f"{name}: {'; '.join(parts)}" for name, parts in told(report.radius)]
    yield from _listed("Who else is hit", hit, "bold")
    missing = grouped(with_outcome(report, Outcome.NOT_REVIEWED))
    rows = [f"{path}: {reason}{f' ({number} hunks)' if number > 1 else ''}" for path, reason, number in missing]
    yield from _listed("Not reviewed", rows, "bold yellow")
    failures = [f"{item.step}: {item.subject}: {item.message}" for item in report.problems]
    yield from _listed("What went wrong", failures, "bold yellow")
    yield from _listed("Notes", list(report.notices), "dim")
    clean = not report.findings and not report.questions and not missing and not failures
    yield Text(verdict(report), style="bold green" if clean else "bold")
    details = [coverage_line(report), judged_line(report), withheld_line(report), cost_line(report)]
    for line in filter(None, details):
        yield Text(shown(line), style="dim")


def _listed(title: str, rows: Sequence[str], style: str) -> Iterator[Text]:
    if not rows:
        return
    yield Text(title, style=style)
    for row in rows[:_ROWS]:
        yield Text(f"  {_folded(row)}")
    if len(rows) > _ROWS:
        yield Text(f"  … and {len(rows) - _ROWS} more")
    yield Text("")


def _paragraph(text: str) -> Text:
    """Lines are kept: a fix may hold code."""
    return Text("\n".join(shown(line) for line in text.strip().splitlines()))


def _folded(text: str) -> str:
    return shown(" ".join(text.split()))


def _indented(text: Text) -> Padding:
    return Padding(text, (0, 0, 0, 2), expand=False)
