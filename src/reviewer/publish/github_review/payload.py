"""The bodies we post, each with its marker at the end. Pure; every text fits GitHub's 65,536 characters."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from reviewer.core.finding import Finding, PlacementKind
from reviewer.core.report import Report
from reviewer.core.span import Side
from reviewer.github.comments import Comment
from reviewer.github.writer import InlineComment
from reviewer.publish.body import finding_body
from reviewer.publish.github_review.markers import (
    FindingMark,
    State,
    finding_line,
    mark_of,
    review_line,
    without_marks,
)
from reviewer.publish.markup import code_span, inline
from reviewer.publish.text import shortened
from reviewer.publish.words import counted, tally

_DETAILS = "<details><summary>What it was</summary>"
_TITLE = re.compile(r"\*\*(.+?)\*\*(?=\s*\n)")
_SUGGESTION = re.compile(r"^(`{3,})suggestion[ \t]*$", re.MULTILINE)


def renames(report: Report) -> dict[str, str]:
    """Old path to new path: GitHub wants the new one also for removed lines."""
    return {item.old_path: item.path for item in report.coverage if item.old_path is not None}


def inline_comment(finding: Finding, renamed: Mapping[str, str]) -> InlineComment:
    """The comment on the finding's lines."""
    span = finding.span
    path = renamed.get(span.path, span.path) if span.side is Side.BEFORE else span.path
    body = _marked(_told(replace(finding, placement=PlacementKind.INLINE)), mark_of(finding))
    return InlineComment(path=path, body=body, side=span.side.value, line=span.last_line, start_line=span.first_line)


def file_comment(finding: Finding, renamed: Mapping[str, str]) -> InlineComment:
    """The comment on the whole file, which says where in it."""
    path = renamed.get(finding.span.path, finding.span.path)
    body = _marked(_told(replace(finding, placement=PlacementKind.FILE)), mark_of(finding))
    return InlineComment(path=path, body=body)


def body_for(finding: Finding, comment: Comment) -> str:
    """The finding's text as it should stand in a comment that exists. A suggestion replaces the comment's lines, so it
    stays one only where those are still the finding's."""
    if comment.on_file:
        return _marked(_told(replace(finding, placement=PlacementKind.FILE)), mark_of(finding))
    at = (comment.start_line or comment.line, comment.line)
    fits = at == (finding.span.first_line, finding.span.last_line) and comment.side == finding.span.side.value
    shown = replace(finding, placement=PlacementKind.INLINE)
    return _marked(_told(shown if fits else replace(shown, suggestion=None)), mark_of(finding))


def closed_body(old: str, mark: FindingMark, state: State, *, head: str, by: str = "", reason: str = "") -> str:
    """A comment whose finding is done with: one line that says so, and what it was, folded."""
    said = {
        State.FIXED: f"**Fixed** as of {code_span(head[:10])}",
        State.WITHDRAWN: f"**Withdrawn** as of {code_span(head[:10])}",
        State.IGNORED: f"**Ignored**{f' by {code_span(by)}' if by else ' in the code'}",
    }[state]
    why = f": {inline(shortened(reason, 300))}" if reason else ""
    what = without_marks(old)
    if _DETAILS in what:
        what = what.split(_DETAILS, 1)[1].rsplit("</details>", 1)[0].strip()
    what = unclickable(what)
    closed = replace(mark, state=state, since=head, by=by, reason=reason)
    title = _TITLE.match(what)
    struck = f"~~{title.group(1)}~~  \n" if title else ""
    return _marked(f"{struck}{said}{why}\n\n{_DETAILS}\n\n{what}\n\n</details>", closed)


def unclickable(body: str) -> str:
    """A comment's text for where its lines are not: what was a one-click replacement is a code block to read."""
    return _SUGGESTION.sub(r"\1", body)


def later_review(report: Report, new: tuple[Finding, ...], summary_url: str) -> str:
    """The short body of a review after the first: GitHub wants one, and the summary stands elsewhere."""
    where = f" The [summary]({summary_url}) has all of them." if summary_url else ""
    return f"{counted(len(new), 'new danger')} ({tally(new)}).{where}\n\n{review_line(report.head)}"


def _marked(body: str, mark: FindingMark) -> str:
    return f"{body.rstrip()}\n\n{finding_line(mark)}"


def _told(finding: Finding) -> str:
    """The finding's text; what no rule found can't be silenced in the code, so it says what else can be done."""
    body = finding_body(finding)
    if finding.rule_id is not None:
        return body
    command = code_span(f"/stream-review ignore {finding.id} reason")
    return f"{body.rstrip()}\n\n<sub>Not a danger here? Comment {command}; it is not told again.</sub>"
