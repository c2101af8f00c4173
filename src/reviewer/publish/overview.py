"""The whole report as one short Markdown page: verdict, table, what was not looked at, what failed, what it cost."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from reviewer.core.finding import Finding, Origin, PlacementKind, Stage
from reviewer.core.report import Outcome, Report
from reviewer.core.span import Side
from reviewer.publish import aside
from reviewer.publish.body import BODY_LIMIT, finding_body, ignore_hint
from reviewer.publish.fences import raw_fence
from reviewer.publish.guarantee_words import promised
from reviewer.publish.markup import cell, code_span, inline
from reviewer.publish.radius_words import told
from reviewer.publish.roll_out_words import folded
from reviewer.publish.text import shortened
from reviewer.publish.words import (
    cost_line,
    counted,
    coverage_line,
    grouped,
    judged_line,
    ordered,
    place,
    verdict,
    with_outcome,
    withheld_line,
)

# Rows of the table and items of each list, tried in turn until the page fits.
_SIZES = ((50, 20), (15, 6), (4, 2))
_CELL_LIMIT, _PATH_LIMIT = 160, 40
_DRAWN_OPEN = 20  # nodes; a larger picture is folded
_NODE = re.compile(r"(?m)^\s+n\d+(?=[\[({])")
_LEGEND = "`+` and thick: new · `-` and dashed: gone"
_LEGEND_HIT = "`~`: a topic that stays, where others notice the change"
_SAID_BY = {Origin.RULE: "rule", Origin.MODEL: "model", Origin.BOTH: "rule and model"}
_DIAGRAM_LIMIT = 12_000


def summary(
    report: Report,
    *,
    run_url: str | None = None,
    headline: str | None = None,
    account: Sequence[str] = (),
    note: str = "",
    limit: int = BODY_LIMIT,
) -> str:
    """The page of at most `limit` characters for a review or a comment.

    Dangers that stand on no line of the diff are told in full here, as nobody else tells them. `run_url` is the run's own address,
    `headline` is told in place of the verdict, `account` is what became of findings of earlier runs, `note` ends the questions; all are
    ours and are shown as they are.
    """
    offline = [finding for finding in ordered(report.dangers) if finding.placement is PlacementKind.SUMMARY]
    return page(
        report, full=offline, title="Told here and on no line", run_url=run_url, headline=headline, account=account, note=note,
        limit=limit,
    )  # fmt: skip


def page(
    report: Report,
    *,
    full: Sequence[Finding],
    title: str,
    run_url: str | None = None,
    headline: str | None = None,
    account: Sequence[str] = (),
    note: str = "",
    limit: int = BODY_LIMIT,
) -> str:
    """The page with the findings `full` told in full under `title`, as many as fit; the others are counted.

    The result has at most `limit` characters, whatever strangers put into titles and reasons: the lists get shorter.
    """
    for rows, items in _SIZES:
        head = [f"**stream-review: {headline or verdict(report)}**", _table(ordered(report.dangers), rows)]
        head.insert(1, _promised(report, items))
        head += [aside.questions(report.questions, items, note), folded(report.roll_out, items)]
        tail = [*aside.standing(report.findings, items), *account, *_accounts(report, items)]
        tail += [_silence(report), _closing(report, run_url)]
        fixed = sum(len(part) + 2 for part in (*head, *tail))
        parts = [*head, _details(full, title, limit - fixed - 200), *tail]
        text = "\n\n".join(part for part in parts if part) + "\n"
        if len(text) <= limit:
            return text
    rest = "The details are too long for this page; they stand in the JSON report."
    return "\n\n".join([f"**stream-review: {headline or verdict(report)}**", rest, _closing(report, run_url)]) + "\n"


def _accounts(report: Report, items: int) -> list[str]:
    """What was not looked at, what failed, what the reader should know, what it looks like."""
    notices = "\n\n".join(f"**Note:** {inline(shortened(notice, 600))}" for notice in report.notices[:items])
    return [
        _diagram(report.diagram),
        _radius(report, items),
        _refuted(report, items),
        _not_reviewed(report, items),
        _problems(report, items),
        notices,
    ]


def _table(findings: Sequence[Finding], rows: int) -> str:
    if not findings:
        return ""
    lines = [_row(finding) for finding in findings[:rows]]
    more = [f"\n… and {counted(len(findings) - rows, 'more finding')}."] if len(findings) > rows else []
    return "\n".join(
        ["| Severity | Danger | Where | Category | Said by |", "| --- | --- | --- | --- | --- |", *lines, *more]
    )


def _row(finding: Finding) -> str:
    removed = " (removed)" if finding.span.side is Side.BEFORE else ""
    where = cell(f"{code_span(_tail(place(finding.span)))}{removed}")
    title = cell(shortened(finding.title, _CELL_LIMIT))
    return f"| {finding.severity.value} | {title} | {where} | {finding.category.words} | {_SAID_BY[finding.origin]} |"


def _tail(path: str) -> str:
    """The end of a long path: the file name and the line are what a reader looks for, and a phone is narrow."""
    return path if len(path) <= _PATH_LIMIT else f"…{path[-_PATH_LIMIT:]}"


def _details(findings: Sequence[Finding], title: str, room: int) -> str:
    """Full bodies, each with its place, within `room` characters; what does not fit is counted, not dropped."""
    bodies: list[str] = []
    for finding in findings:
        body = finding_body(replace(finding, placement=PlacementKind.SUMMARY))
        if sum(map(len, bodies)) + len(body) + 8 * len(bodies) > room:
            break
        bodies.append(body)
    left = len(findings) - len(bodies)
    more = (
        [f"… and {counted(left, 'more finding')} that did not fit here: see the table and the JSON report."]
        if left
        else []
    )
    return "\n\n".join([f"**{title}**", "\n\n---\n\n".join([*bodies, *more])]) if findings else ""


def _not_reviewed(report: Report, items: int) -> str:
    """Hunks that nobody looked at come first and open; what is no streaming code is only counted with its reasons."""
    missing = grouped(with_outcome(report, Outcome.NOT_REVIEWED))
    other = grouped(with_outcome(report, Outcome.NOT_STREAMING))
    parts = []
    if missing:
        parts.append("\n".join(["**Not reviewed**", "", *_listed(missing, items)]))
    if other:
        listed = "\n".join(_listed(other, items))
        parts.append(f"<details><summary>Not streaming code: {len(other)}</summary>\n\n{listed}\n\n</details>")
    return "\n\n".join(parts)


def _listed(rows: tuple[tuple[str, str, int], ...], items: int) -> list[str]:
    lines = [
        f"- {code_span(_tail(path))}: {inline(shortened(reason, 300))}{f' ({number} hunks)' if number > 1 else ''}"
        for path, reason, number in rows[:items]
    ]
    return lines if len(rows) <= items else [*lines, f"- … and {len(rows) - items} more"]


def _promised(report: Report, items: int) -> str:
    """What is promised otherwise than before."""
    lines = [f"- {code_span(name)}: {inline(said)}" for name, said in promised(report.guarantees)]
    more = [f"- … and {len(lines) - items} more"] if len(lines) > items else []
    return "\n".join(["**Guarantees**", "", *lines[:items], *more]) if lines else ""


def _radius(report: Report, items: int) -> str:
    """Who else is at the streams that the change touches."""
    lines = [f"- {code_span(name)}: {inline(shortened('; '.join(parts), 900))}" for name, parts in told(report.radius)]
    more = [f"- … and {len(lines) - items} more"] if len(lines) > items else []
    return "\n".join(["**Who else is hit**", "", *lines[:items], *more]) if lines else ""


def _problems(report: Report, items: int) -> str:
    if not report.problems:
        return ""
    lines = [
        f"- {inline(shortened(item.step, 60))}, {code_span(shortened(item.subject, 200))}: {inline(shortened(item.message, 600))}"
        for item in report.problems[:items]
    ]
    more = [f"- … and {len(report.problems) - items} more"] if len(report.problems) > items else []
    return "\n".join(["**What went wrong**", "", *lines, *more])


def _diagram(diagram: str | None) -> str:
    """Before and after in one, with what the marks mean; folded where it is large."""
    if diagram is None or len(diagram) > _DIAGRAM_LIMIT:
        return ""
    nodes = len(_NODE.findall(diagram))
    picture = f"{raw_fence(diagram, 'mermaid')}\n\n<sub>{_legend(diagram)}</sub>"
    if nodes <= _DRAWN_OPEN:
        return picture
    return f"<details><summary>Picture of the streams: {nodes} nodes</summary>\n\n{picture}\n\n</details>"


def _legend(diagram: str) -> str:
    """What the marks mean that the picture has."""
    if "classDef hit" not in diagram:
        return _LEGEND
    return " · ".join([*([_LEGEND] if re.search(r"classDef (added|removed)", diagram) else []), _LEGEND_HIT])


def _refuted(report: Report, items: int) -> str:
    """What a rule suspected and the model proved wrong, with the reason: a team sees that it was looked at."""
    rows = [item for item in report.withheld if item.stage is Stage.REFUTED]
    if not rows:
        return ""
    lines = [
        f"- {code_span(_tail(place(item.finding.span)))} {inline(shortened(item.finding.title, _CELL_LIMIT))}: {inline(shortened(item.reason, 300))}"
        for item in rows[:items]
    ]
    more = [f"- … and {len(rows) - items} more"] if len(rows) > items else []
    listed = "\n".join([*lines, *more])
    return f"<details><summary>Suspected and refuted: {len(rows)}</summary>\n\n{listed}\n\n</details>"


def _silence(report: Report) -> str:
    """Only where there is something to silence; one line, not a manual."""
    rules = [finding.rule_id for finding in ordered(report.dangers) if finding.rule_id]
    if not rules:
        return ""
    return f"Not a danger here? Put {ignore_hint(rules[0])} on the line or the line above; the reason is required."


def _closing(report: Report, run_url: str | None) -> str:
    named = replace(report, engine=inline(report.engine), model=inline(report.model) if report.model else None)
    version = f"stream-review {inline(report.tool_version)}"
    link = f"[run]({run_url})" if run_url else None
    parts = [coverage_line(report), judged_line(report), withheld_line(report), cost_line(named), version, link]
    return f"<sub>{' · '.join(part for part in parts if part)}</sub>"
