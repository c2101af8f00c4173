"""Whether exact suggestions are what they claim to be: applied, the file parses as before and the rule has one finding less."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from reviewer.core.change import ChangeSet, FileChange
from reviewer.core.finding import Finding, Origin
from reviewer.core.report import Report
from reviewer.core.span import Side
from reviewer.diff.texts import hunks_between
from reviewer.facts.gather import Parse
from reviewer.facts.workers import Job


@dataclass(frozen=True, slots=True, kw_only=True)
class FixScore:
    """`on_lines` counts the findings of rules on lines that are there after the change, `offered` those with an exact suggestion;
    `broken` are the suggestions that do not parse, leave the danger where it was, or can't be tried, with the reason."""

    on_lines: int = 0
    offered: int = 0
    broken: tuple[tuple[Finding, str], ...] = ()


def total(scores: Iterable[FixScore]) -> FixScore:
    """All cases together."""
    rows = list(scores)
    return FixScore(
        on_lines=sum(row.on_lines for row in rows), offered=sum(row.offered for row in rows),
        broken=tuple(item for row in rows for item in row.broken),
    )  # fmt: skip


def score_fixes(
    report: Report, change_set: ChangeSet, parse: Parse, again: Callable[[ChangeSet], Sequence[Finding]]
) -> FixScore:
    """`again` gives the findings of the rules for the change with a suggestion applied."""
    there = [f for f in report.findings if f.origin is not Origin.MODEL and f.span.side is Side.AFTER]
    offered = [f for f in there if f.suggestion is not None]
    # The rules' own report says what they say; in a model's some of it was refuted or joined.
    known = report.findings if report.engine == "rules" or not offered else again(change_set)
    broken = []
    for finding in offered:
        change = change_set.file_at(finding.span)
        if change is None or change.after is None:
            broken.append((finding, "the text of its file is not there"))
            continue
        cured = applied(change.after, finding)
        files = tuple(_with(file, cured) if file is change else file for file in change_set.files)
        if _is_broken(change, cured, parse):
            broken.append((finding, "it does not parse"))
        elif _count(again(replace(change_set, files=files)), finding) >= _count(known, finding):
            broken.append((finding, "the danger is still reported"))
    return FixScore(on_lines=len(there), offered=len(offered), broken=tuple(broken))


def _count(findings: Sequence[Finding], like: Finding) -> int:
    return sum(finding.rule_id == like.rule_id for finding in findings)


def applied(text: str, finding: Finding) -> str:
    """The text with the suggestion in place of the finding's lines; an empty one takes the lines away."""
    lines = text.split("\n")
    end = "\r" if lines[finding.span.first_line - 1].endswith("\r") else ""
    new = [line + end for line in finding.suggestion.split("\n")] if finding.suggestion else []
    lines[finding.span.first_line - 1 : finding.span.last_line] = new
    return "\n".join(lines)


def _with(change: FileChange, text: str) -> FileChange:
    return replace(change, after=text, hunks=hunks_between(change.before or "", text))


def _is_broken(change: FileChange, text: str, parse: Parse) -> bool:
    """Whether the text has errors that the file did not have."""
    return _has_errors(change.path, text, parse) and not _has_errors(change.path, change.after or "", parse)


def _has_errors(path: str, text: str, parse: Parse) -> bool:
    read, _ = parse([Job(path=path, text=text, side=Side.AFTER)])
    found = read.get((path, Side.AFTER))
    return found is not None and found.has_errors
