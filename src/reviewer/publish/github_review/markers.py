"""The hidden lines at the end of what we post, by which a later run knows its own.

A marker counts only at the very end of a review or an inline comment that our own account wrote: text of strangers
that we quote stands before it, and whoever copies one into a comment of their own has copied a comment without effect.
All workflows of a repository share one account, so what is read here is still strict: known keys, bounded sizes.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeVar
from urllib.parse import quote, unquote

from reviewer.core.finding import Category, Finding, Origin, Severity, Standing
from reviewer.core.question import Question
from reviewer.core.report import Report, Status
from reviewer.publish.text import shortened

_LINE = re.compile(r"<!-- stream-review:(finding|summary|review|reply)((?: [a-z]+=[^\s=<>]{0,1500}){0,20}) -->")
_HEX = re.compile(r"[0-9a-f]{7,64}")
_ID = re.compile(r"[0-9a-f]{16}")
_RULE = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_TITLE, _REASON, _PATH = 120, 300, 300
E = TypeVar("E", bound=StrEnum)


class State(StrEnum):
    """What became of a finding that we posted. DISMISSED is never written: it is read from what people did."""

    OPEN = "open"
    FIXED = "fixed"
    IGNORED = "ignored"
    WITHDRAWN = "withdrawn"
    DISMISSED = "dismissed"


class Kind(StrEnum):
    """What a marker remembers: a danger of the change, or what the summary tells beside it."""

    DANGER = "danger"
    QUESTION = "question"
    OLDER = "older"
    DECLARED = "declared"


_KINDS = {Standing.NEW: Kind.DANGER, Standing.OLDER: Kind.OLDER, Standing.DECLARED: Kind.DECLARED}


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingMark:
    """One finding as a comment remembers it, or a question. `code` is a key of the quoted code, `line` where it stood when written."""

    id: str
    kind: Kind = Kind.DANGER
    state: State = State.OPEN
    origin: Origin = Origin.RULE
    rule_id: str | None = None
    category: Category | None = None
    severity: Severity | None = None
    code: str = ""
    path: str = ""
    line: int = 0
    title: str = ""
    since: str = ""
    by: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SummaryMark:
    """The state of the last run. `told` is a key of what the run was told (settings, prompt), `text` is a key of what the reader sees without its cost, `posted` are the findings
    that stood in comments of their own at that time: one whose comment is gone was deleted by a person."""

    head: str
    base: str = ""
    engine: str = ""
    status: Status | None = None
    told: str = ""
    text: str = ""
    posted: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Marks:
    """Everything that the end of one body says."""

    findings: tuple[FindingMark, ...] = ()
    summary: SummaryMark | None = None
    review: str | None = None
    reply: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LastRun:
    """What an incremental review needs to know of the run before.

    `told` is the key that `PostOptions.told` gave, `is_complete` says that nothing was left unreviewed, `open_ids` are
    findings not yet fixed or set aside, and `paths` are the files of all that are not fixed.
    """

    head: str
    base: str
    engine: str
    status: Status | None
    told: str
    is_complete: bool
    open_ids: frozenset[str] = field(default_factory=frozenset)
    paths: frozenset[str] = field(default_factory=frozenset)


def mark_of(finding: Finding, *, state: State = State.OPEN) -> FindingMark:
    """The marker of a finding of this run."""
    return FindingMark(
        id=finding.id, kind=_KINDS[finding.standing], state=state, origin=finding.origin, rule_id=finding.rule_id,
        category=finding.category, severity=finding.severity, code=code_key(finding), path=finding.span.path,
        line=finding.span.first_line, title=finding.title,
    )  # fmt: skip


def question_mark_of(question: Question) -> FindingMark:
    """The marker of a question of this run. Its title is what is asked."""
    return FindingMark(
        id=question.id, kind=Kind.QUESTION, origin=Origin.MODEL, rule_id=question.rule_id, category=question.category,
        severity=question.severity, path=question.span.path, line=question.span.first_line,
        title=shortened(question.question, _TITLE),
    )  # fmt: skip


def summary_mark_of(report: Report, *, told: str, text: str, posted: frozenset[str]) -> SummaryMark:
    """The marker of this run's summary."""
    return SummaryMark(
        head=report.head, base=_hex(report.base), engine=report.engine, status=report.status, told=_hex(told), text=text,
        posted=posted,
    )  # fmt: skip


def code_key(finding: Finding) -> str:
    """A key of the quoted lines without path, title and blanks; empty when nothing is quoted."""
    own = [item.quote for item in finding.evidence if item.span.overlaps(finding.span)][:1]
    return short_key(re.sub(r"\s+", " ", own[0]).strip()) if own else ""


def short_key(text: str) -> str:
    """12 hex digits of a text."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:12]


def finding_line(mark: FindingMark) -> str:
    """The marker as one line that its content can't end."""
    values = {
        "id": mark.id, "kind": "" if mark.kind is Kind.DANGER else mark.kind.value, "state": mark.state.value,
        "origin": mark.origin.value, "rule": mark.rule_id or "",
        "cat": mark.category.value if mark.category else "", "sev": mark.severity.value if mark.severity else "",
        "code": mark.code, "path": _packed(mark.path, _PATH), "line": str(mark.line) if mark.line else "",
        "title": _packed(mark.title, _TITLE), "since": mark.since, "by": _packed(mark.by, 60),
        "reason": _packed(mark.reason, _REASON),
    }  # fmt: skip
    return _line("finding", values)


def summary_line(mark: SummaryMark) -> str:
    """The state as one line."""
    values = {
        "head": mark.head, "base": mark.base, "engine": _packed(mark.engine, 40),
        "status": mark.status.value if mark.status else "", "told": mark.told, "text": mark.text,
        "posted": ",".join(sorted(mark.posted)[:80]),
    }  # fmt: skip
    return _line("summary", values)


def review_line(head: str) -> str:
    """The marker of a later review, whose findings are told in its comments."""
    return _line("review", {"head": head})


def reply_line(key: str) -> str:
    """The marker of an answer of ours; `key` names what is answered."""
    return _line("reply", {"to": _packed(key, 100)})


def marks_in(body: str) -> Marks:
    """What the last lines of a body say. A line that is not exactly ours ends the reading."""
    found: list[tuple[str, dict[str, str]]] = []
    for line in reversed(body.replace("\r\n", "\n").rstrip().split("\n")):
        match = _LINE.fullmatch(line.strip())
        if match is None:
            break
        found.append((match.group(1), dict(pair.split("=", 1) for pair in match.group(2).split())))
    kinds = dict(found)
    marks = [_finding(values) for kind, values in reversed(found) if kind == "finding"]
    return Marks(
        findings=tuple(mark for mark in marks if mark is not None), summary=_summary(kinds.get("summary")),
        review=kinds["review"].get("head") if "review" in kinds else None,
        reply=unquote(kinds["reply"].get("to", "")) if "reply" in kinds else None,
    )  # fmt: skip


def without_marks(body: str) -> str:
    """What the reader sees."""
    lines = body.replace("\r\n", "\n").rstrip().split("\n")
    while lines and _LINE.fullmatch(lines[-1].strip()):
        lines.pop()
    return "\n".join(lines).rstrip()


def _line(kind: str, values: dict[str, str]) -> str:
    pairs = "".join(f" {name}={value}" for name, value in values.items() if value)
    return f"<!-- stream-review:{kind}{pairs} -->"


def _packed(text: str, limit: int) -> str:
    """Text that holds no blank, no angle and no two hyphens in a row."""
    packed = quote(text[:limit].encode("utf-8", "replace"), safe="/._").replace("-", "%2D")
    return packed if len(packed) <= 1500 else ""


def _finding(values: dict[str, str]) -> FindingMark | None:
    if not _ID.fullmatch(values.get("id", "")):
        return None
    rule, line = values.get("rule", ""), values.get("line", "")
    return FindingMark(
        id=values["id"], kind=_one(Kind, values.get("kind")) or Kind.DANGER,
        state=_one(State, values.get("state")) or State.OPEN,
        origin=_one(Origin, values.get("origin")) or Origin.RULE, rule_id=rule if _RULE.fullmatch(rule) else None,
        category=_one(Category, values.get("cat")), severity=_one(Severity, values.get("sev")),
        code=_hex(values.get("code")), path=unquote(values.get("path", "")), line=int(line) if line.isdecimal() else 0,
        title=unquote(values.get("title", "")), since=_hex(values.get("since")), by=unquote(values.get("by", "")),
        reason=unquote(values.get("reason", "")),
    )  # fmt: skip


def _summary(values: dict[str, str] | None) -> SummaryMark | None:
    if values is None or not _hex(values.get("head")):
        return None
    posted = frozenset(name for name in values.get("posted", "").split(",") if _ID.fullmatch(name))
    return SummaryMark(
        head=values["head"], base=_hex(values.get("base")), engine=unquote(values.get("engine", "")),
        status=_one(Status, values.get("status")), told=_hex(values.get("told")), text=_hex(values.get("text")), posted=posted,
    )  # fmt: skip


def _hex(text: str | None) -> str:
    return text if text is not None and _HEX.fullmatch(text) else ""


def _one(kind: type[E], text: str | None) -> E | None:
    return kind(text) if text in {item.value for item in kind} else None
