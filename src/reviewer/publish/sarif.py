"""The report as SARIF 2.1.0, for GitHub code scanning and other dashboards.

SARIF knows only the code as it is now. A finding on removed lines is therefore put on line 1 of the file (the only line that
every file has), says so in its message, and carries the old lines in `properties`.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from reviewer.core.finding import Finding, Severity
from reviewer.core.report import Report, Status
from reviewer.core.span import Side, Span
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


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleSummary:
    """What a dashboard shows about a rule. `description` is plain text, `help_markdown` Markdown of our own."""

    id: str
    title: str
    description: str
    help_markdown: str
    severity: Severity


def render(report: Report, rules: Sequence[RuleSummary]) -> str:
    """A SARIF log with one run, ending in a line end. At most 5,000 results: worst first, the rest is a notification."""
    findings = ordered(report.findings)
    catalogue = [_rule(rule) for rule in rules] + _stand_ins(findings, {rule.id for rule in rules})
    index = {rule["id"]: number for number, rule in enumerate(catalogue)}
    run = {
        "tool": {"driver": {"name": "stream-review", "version": report.tool_version, "rules": catalogue}},
        "automationDetails": {"id": "stream-review/"},
        "columnKind": "utf16CodeUnits",
        "invocations": [_invocation(report, len(findings) - _RESULTS)],
        "results": [_result(finding, index) for finding in findings[:_RESULTS]],
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


def _rule_id(finding: Finding) -> str:
    return finding.rule_id or f"{_NOT_A_RULE}{finding.category.value}"


def _result(finding: Finding, index: dict[str, int]) -> dict[str, Any]:
    rule_id = _rule_id(finding)
    result = {
        "ruleId": rule_id,
        "ruleIndex": index[rule_id],
        "level": _LEVEL[finding.severity],
        "message": {"text": _message(finding)},
        "locations": [_location(finding.span)],
        # The second key is the only one that code scanning reads; the first survives a change of its meaning.
        "partialFingerprints": {"streamReview/v1": finding.id, "primaryLocationLineHash": f"{finding.id}:1"},
        "properties": {
            "category": finding.category.value,
            "severity": finding.severity.value,
            "confidence": finding.confidence.value,
            "origin": finding.origin.value,
            "references": [url for url in map(allowed_link, finding.references) if url],
        },
    }
    related = [{**_location(item.span), "message": {"text": _plain(item.quote)}} for item in elsewhere(finding)]
    flow = [{"location": {**_location(finding.span), "message": {"text": _plain(step)}}} for step in finding.scenario]
    if related:
        result["relatedLocations"] = related
    if flow:
        result["codeFlows"] = [{"threadFlows": [{"locations": flow}]}]
    return result


def _message(finding: Finding) -> str:
    """Title, place if removed, events, fix, within the limit; the title and the fix are never what is cut."""
    span = finding.span
    lines = (
        f"line {span.first_line}" if span.first_line == span.last_line else f"lines {span.first_line}-{span.last_line}"
    )
    removed = f" It stood on {lines} before the change, which removes it." if span.side is Side.BEFORE else ""
    head = f"{shortened(one_line(finding.title), 200)}.{removed}"
    fix = f"Fix: {shortened(one_line(finding.fix), 300)}"
    steps = " ".join(f"{number}) {one_line(step)}" for number, step in enumerate(finding.scenario, start=1))
    room = _TEXT_LIMIT - len(head) - len(fix) - 2
    return _unlinked("\n".join(part for part in (head, shortened(steps, room), fix) if part))


def _location(span: Span) -> dict[str, Any]:
    physical: dict[str, Any] = {
        "artifactLocation": {"uri": quote(span.path, safe="/", errors="replace"), "uriBaseId": "%SRCROOT%"},
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
        texts.append(f"{left_out} more findings than code scanning keeps; see the JSON report")
    notes = [{"level": "warning", "message": {"text": _plain(text)}} for text in texts]
    return {"executionSuccessful": report.status is not Status.FAILED, "toolExecutionNotifications": notes}


def _plain(text: str) -> str:
    return _unlinked(shortened(visible(text).strip() or "(no text)", _TEXT_LIMIT))


def _unlinked(text: str) -> str:
    """SARIF reads `[text](target)` in messages as a link; a blank between the two keeps it text."""
    return shortened(text.replace("](", "] ("), _TEXT_LIMIT)
