"""The report as SARIF 2.1.0, for GitHub code scanning and other dashboards.

SARIF knows only the code as it is now. A finding on removed lines is therefore put on line 1 of the file (the only line that
every file has), says so in its message, and carries the old lines in `properties`.

A question is a result of level `note` under a rule of its own, so that nobody takes it for a finding. Its `kind` is left out: code
scanning ignores it, and the standard has any other one than `fail` go with level `none`, which dashboards don't show.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from reviewer.core.finding import Category, Finding, Severity, Standing
from reviewer.core.question import Question
from reviewer.core.report import Report, Status
from reviewer.core.span import Side, Span
from reviewer.publish.sarif_fix import artifact, fixes
from reviewer.publish.text import allowed_link, one_line, shortened, visible
from reviewer.publish.words import elsewhere, ordered

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
# Limits of GitHub code scanning: results per run, characters of a text.
_RESULTS = 5_000
_TEXT_LIMIT = 1_024
_HELP_LIMIT = 20_000

_LEVEL = {
    Severity.CRITICAL: "error",
    Severity.HIGH: "error",
    Severity.MEDIUM: "warning",
    Severity.LOW: "note",
}
_PROBLEM = {"error": "error", "warning": "warning", "note": "recommendation"}
_NOT_A_RULE = "model-"
_QUESTION = "question-"


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleSummary:
    """What a dashboard shows about a rule. `description` is plain text, `help_markdown` Markdown of our own."""

    id: str
    title: str
    description: str
    help_markdown: str
    severity: Severity


def render(report: Report, rules: Sequence[RuleSummary], sources: Mapping[tuple[str, Side], str]) -> str:
    """A SARIF log with one run, ending in a line end. At most 5,000 results: worst first, then questions; the rest is a notification.

    `sources` holds the whole texts by path and side: fixes are made for files that are there.
    """
    findings = ordered(report.findings)
    catalogue = [_rule(rule) for rule in rules] + _stand_ins(findings, {rule.id for rule in rules})
    catalogue += _question_rules(report.questions)
    index = {rule["id"]: number for number, rule in enumerate(catalogue)}
    results = [_result(finding, index, sources) for finding in findings]
    results += [_asked(item, index) for item in report.questions]
    run = {
        "tool": {"driver": {"name": "stream-review", "version": report.tool_version, "rules": catalogue}},
        "automationDetails": {"id": "stream-review/"},
        "columnKind": "utf16CodeUnits",
        "invocations": [_invocation(report, len(results) - _RESULTS)],
        "results": results[:_RESULTS],
        "properties": {
            "engine": report.engine,
            "status": report.status.value,
            "base": report.base,
            "head": report.head,
        },
    }
    document = {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}
    text = json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False)
    return text.encode("utf-8", "replace").decode("utf-8") + "\n"


def _rule(rule: RuleSummary) -> dict[str, Any]:
    level = _LEVEL[rule.severity]
    return {
        "id": rule.id,
        "name": shortened(rule.id, 255),
        "shortDescription": {"text": _plain(rule.title)},
        "fullDescription": {"text": _plain(rule.description or rule.title)},
        "help": {
            "text": _plain(rule.description or rule.title),
            "markdown": shortened(rule.help_markdown or rule.description or rule.title, _HELP_LIMIT),
        },
        "defaultConfiguration": {"level": level},
        "properties": {"tags": ["streaming"], "problem.severity": _PROBLEM[level]},
    }


def _stand_ins(findings: Sequence[Finding], known: set[str]) -> list[dict[str, Any]]:
    """Rules for results that name none of the catalogue: a dashboard shows no result without its rule."""
    missing = {_rule_id(finding): finding for finding in reversed(findings) if _rule_id(finding) not in known}
    return [_rule(_stand_in(rule_id, missing[rule_id])) for rule_id in sorted(missing)]


def _stand_in(rule_id: str, finding: Finding) -> RuleSummary:
    if finding.rule_id is not None:
        title = finding.title
    else:
        title = f"Danger seen by the model: {finding.category.words}"
    return RuleSummary(
        id=rule_id, title=title, description=title, help_markdown=_plain(title), severity=finding.severity
    )


def _question_rules(questions: Sequence[Question]) -> list[dict[str, Any]]:
    """One rule for each kind of damage that is asked about."""
    kinds = sorted({question.category for question in questions})
    return [_rule(_question_rule(kind)) for kind in kinds]


def _question_rule(kind: Category) -> RuleSummary:
    title = f"Question to the team: {kind.words}"
    words = f"{title}. It hinges on one thing that the review could not see; the answer decides whether it is a danger."
    return RuleSummary(
        id=f"{_QUESTION}{kind.value}", title=title, description=words, help_markdown=words, severity=Severity.LOW
    )


def _rule_id(finding: Finding) -> str:
    return finding.rule_id or f"{_NOT_A_RULE}{finding.category.value}"


def _result(finding: Finding, index: dict[str, int], sources: Mapping[tuple[str, Side], str]) -> dict[str, Any]:
    rule_id = _rule_id(finding)
    result = {
        "ruleId": rule_id,
        "ruleIndex": index[rule_id],
        "level": _LEVEL[finding.severity] if finding.standing is Standing.NEW else "note",
        "message": {"text": _message(finding)},
        "locations": [_location(finding.span)],
        "partialFingerprints": _fingerprints(finding.id),
        "properties": {
            "category": finding.category.value,
            "severity": finding.severity.value,
            "confidence": finding.confidence.value,
            "origin": finding.origin.value,
            "standing": finding.standing.value,
            "references": [url for url in map(allowed_link, finding.references) if url],
        },
    }
    related = [{**_location(item.span), "message": {"text": _plain(item.quote)}} for item in elsewhere(finding)]
    if related:
        result["relatedLocations"] = related
    if fixed := fixes(finding, sources, _plain(finding.fix)):
        result["fixes"] = fixed
    return {**result, **_flow(finding.span, finding.scenario)}


def _asked(question: Question, index: dict[str, int]) -> dict[str, Any]:
    rule_id = f"{_QUESTION}{question.category.value}"
    head = f"{shortened(one_line(question.question), 300)}{_removed(question.span)}"
    last = f"What would settle it: {shortened(one_line(question.settle), 300)}"
    return {
        "ruleId": rule_id,
        "ruleIndex": index[rule_id],
        "level": "note",
        "message": {"text": _told(head, question.if_so, last)},
        "locations": [_location(question.span)],
        "partialFingerprints": _fingerprints(question.id),
        "properties": {"category": question.category.value, "severity": question.severity.value, "question": True},
        **_flow(question.span, question.if_so),
    }


def _fingerprints(name: str) -> dict[str, str]:
    """The second key is the only one that code scanning reads; the first survives a change of its meaning."""
    return {"streamReview/v1": name, "primaryLocationLineHash": f"{name}:1"}


def _flow(span: Span, events: Sequence[str]) -> dict[str, Any]:
    flow = [{"location": {**_location(span), "message": {"text": _plain(step)}}} for step in events]
    return {"codeFlows": [{"threadFlows": [{"locations": flow}]}]} if flow else {}


def _message(finding: Finding) -> str:
    head = f"{shortened(one_line(finding.title), 200)}.{_removed(finding.span)}"
    cost = f"\nTrade-off: {shortened(one_line(finding.trade_off), 300)}" if finding.trade_off else ""
    return _told(head, finding.scenario, f"Fix: {shortened(one_line(finding.fix), 300)}{cost}")


def _removed(span: Span) -> str:
    lines = (
        f"line {span.first_line}" if span.first_line == span.last_line else f"lines {span.first_line}-{span.last_line}"
    )
    return f" It stood on {lines} before the change, which removes it." if span.side is Side.BEFORE else ""


def _told(head: str, events: Sequence[str], last: str) -> str:
    """Head, events, last words, within the limit; only the events are ever cut."""
    steps = " ".join(f"{number}) {one_line(step)}" for number, step in enumerate(events, start=1))
    room = _TEXT_LIMIT - len(head) - len(last) - 2
    return _unlinked("\n".join(part for part in (head, shortened(steps, room), last) if part))


def _location(span: Span) -> dict[str, Any]:
    physical: dict[str, Any] = {
        "artifactLocation": artifact(span.path),
        "region": {"startLine": span.first_line, "endLine": span.last_line},
    }
    if span.side is Side.AFTER:
        return {"physicalLocation": physical}
    physical["region"] = {"startLine": 1}
    old = {"side": "LEFT", "removedStartLine": span.first_line, "removedEndLine": span.last_line}
    return {"physicalLocation": physical, "properties": old}


def _invocation(report: Report, left_out: int) -> dict[str, Any]:
    """What failed is part of the log: a run without results because of a failure must not look clean."""
    texts = [f"{item.step}: {item.subject}: {item.message}" for item in report.problems]
    if left_out > 0:
        texts.append(f"{left_out} more results than code scanning keeps; see the JSON report")
    notes = [{"level": "warning", "message": {"text": _plain(text)}} for text in texts]
    return {"executionSuccessful": report.status is not Status.FAILED, "toolExecutionNotifications": notes}


def _plain(text: str) -> str:
    return _unlinked(shortened(visible(text).strip() or "(no text)", _TEXT_LIMIT))


def _unlinked(text: str) -> str:
    """SARIF reads `[text](target)` in messages as a link; a blank between the two keeps it text."""
    return shortened(text.replace("](", "] ("), _TEXT_LIMIT)
