"""`stream-review: ignore[rule-id] reason` in a comment, on the line or the line above, silences a rule there."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from reviewer.core.finding import Finding, Stage, Withheld
from reviewer.core.problem import Problem
from reviewer.core.span import Side
from reviewer.facts.syntax import Comment

_IGNORE = re.compile(r"stream-review:\s*ignore\[([a-z0-9*, -]+)\]\s*(.*?)\s*(?:\*/|-->)?\s*$")


def split(
    findings: Iterable[Finding], comments: Mapping[tuple[str, Side], tuple[Comment, ...]]
) -> tuple[tuple[Finding, ...], tuple[Withheld, ...], tuple[Problem, ...]]:
    """Kept, ignored, and comments that lack the reason (which do not silence anything)."""
    kept: list[Finding] = []
    ignored: list[Withheld] = []
    problems: list[Problem] = []
    for finding in findings:
        found = _ignore_for(finding, comments.get((finding.span.path, finding.span.side), ()))
        if found is None:
            kept.append(finding)
        elif not found[1]:
            kept.append(finding)
            problems.append(_reasonless(finding, found[0]))
        else:
            ignored.append(Withheld(finding=finding, stage=Stage.IGNORED, reason=found[1]))
    return tuple(kept), tuple(ignored), tuple(problems)


def _ignore_for(finding: Finding, comments: tuple[Comment, ...]) -> tuple[int, str] | None:
    """(line, reason) of a comment that names the rule on the finding's lines or the line above."""
    for comment in comments:
        if finding.span.first_line - 1 <= comment.span.last_line <= finding.span.last_line:
            match = _IGNORE.search(comment.text)
            if match and finding.rule_id in {name.strip() for name in match.group(1).split(",")}:
                return comment.span.first_line, match.group(2)
    return None


def _reasonless(finding: Finding, line: int) -> Problem:
    return Problem(
        step="ignore", subject=f"{finding.span.path}:{line}",
        message=f"the comment that ignores {finding.rule_id} gives no reason, so it does not count; write the reason after it",
    )  # fmt: skip
