"""The figures of an evaluation as a table and as JSON."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field

from reviewer.app.evaluate.deploy import DeployScore, total
from reviewer.app.evaluate.fixes import FixScore
from reviewer.app.evaluate.fixes import total as all_fixes
from reviewer.app.evaluate.guarantee_cases import GuaranteeScore, guarantee_rows, guarantee_table
from reviewer.app.evaluate.scoring import (
    CaseScore,
    Tally,
    by_category,
    by_family,
    by_language,
    by_needs,
    by_technology,
    tally,
)
from reviewer.app.evaluate.severity import by_severity
from reviewer.core.finding import Finding
from reviewer.core.report import Report


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseResult:
    """A case's score, the report behind it, what went wrong on the way, and whether an answer is still to be written."""

    score: CaseScore
    report: Report
    problems: tuple[str, ...]
    roll_out: DeployScore | None = None
    hit: DeployScore | None = None
    fixes: FixScore = field(default_factory=FixScore)
    is_waiting: bool = False


def as_table(results: Sequence[CaseResult], promised: Sequence[GuaranteeScore] = ()) -> str:
    """For people: figures by technology and category, then every miss and every stray comment; guarantees have their own lines."""
    if promised and not results:
        return guarantee_table(promised)
    scores = [result.score for result in results]
    lines = [
        f"{'':20} {'found':>6} {'asked':>6} {'missed':>6} {'false':>6} {'recall':>7} {'or asked':>9} {'precision':>10} {'side':>5} {'exact':>6}"
    ]
    for name, row in _rows(scores).items():
        lines.append(
            f"{name:20} {row.found:6} {row.asked:6} {row.missed:6} {row.false:6} {_shown(row.recall):>7}"
            f" {_shown(row.recall_or_asked):>9} {_shown(row.precision):>10} {row.own_side:5} {row.exact:6}"
        )
    for case in scores:
        lines += [
            f"missed in {case.name} ({m.lost}{', asked' if m.asked else ''}): {m.label.categories[0]} at"
            f" {m.label.path}:{m.label.first_line} ({m.label.side})"
            for m in case.missed
        ]
        lines += [f"false in {case.name}: {f.title} at {f.span.path}:{f.span.first_line}" for f in case.false]
        lines += [f"again in {case.name}: {f.title} at {f.span.path}:{f.span.first_line}" for f in case.again]
    whole = tally(scores)
    quiet = [case for case in scores if case.kind != "risky"]
    silent = sum(not case.false for case in quiet)
    lines.append(
        f"{silent} of {len(quiet)} harmless changes stay silent; {_shown(whole.per_quiet)} comments per harmless change."
    )
    lines += [*_severity_lines(scores), *_fix_lines(results), *_deploy_lines(results)]
    lines += [f"lost: {count} {stage}" for stage, count in _lost(scores).most_common()]
    cost = _cost(results)
    each = f", ${cost / len(results):.4f} a change" if cost and results else ""
    lines.append(f"{len(scores)} cases, cost {'unknown' if cost is None else f'${cost:.4f}'}{each}")
    return "\n".join(lines) + "\n" + guarantee_table(promised)


def _severity_lines(scores: Sequence[CaseScore]) -> list[str]:
    """What labels with a weight came to, and how often findings of a weight are right."""
    rows = by_severity(scores)
    head = f"{'severity':20} {'labels':>6} {'found':>6} {'same':>6} {'near':>6} {'said at a label':>16} {'false':>6}"
    return [head] + [
        f"{name:20} {row.labels:6} {row.found:6} {row.same:6} {row.near:6} {row.at_a_label:16} {row.false:6}"
        for name, row in rows.items()
    ]


def _fix_lines(results: Sequence[CaseResult]) -> list[str]:
    """How many findings carry the very edit, and each edit that is none."""
    lines = [
        f"no fix in {item.score.name}: {reason}: {finding.title} at {finding.span.path}:{finding.span.first_line}"
        for item in results
        for finding, reason in item.fixes.broken
    ]
    whole = all_fixes(item.fixes for item in results)
    good = whole.offered - len(whole.broken)
    return [
        *lines,
        f"exact suggestions: {whole.offered} of {whole.on_lines} findings of rules on lines that are there; {good} parse and cure",
    ]


def _deploy_lines(results: Sequence[CaseResult]) -> list[str]:
    """What was told of the deploy, and each line that is wrong; nothing where no case is labelled."""
    lines: list[str] = []
    for name, scores in _deploy(results).items():
        for case, one in scores:
            lines += [f"{name} missed in {case}: {row}" for row in one.missed]
            lines += [f"{name} false in {case}: {row}" for row in one.false]
        whole = total(one for _, one in scores)
        labels = len(whole.found) + len(whole.missed)
        lines.append(f"{name}: {len(whole.found)} of {labels} labels in {len(scores)} cases, {len(whole.false)} false")
    return lines


def _deploy(results: Sequence[CaseResult]) -> Mapping[str, list[tuple[str, DeployScore]]]:
    parts = {
        "roll-out": [(item.score.name, item.roll_out) for item in results],
        "who is hit": [(item.score.name, item.hit) for item in results],
    }
    kept = {name: [(case, one) for case, one in rows if one is not None] for name, rows in parts.items()}
    return {name: rows for name, rows in kept.items() if rows}


def as_json(
    results: Sequence[CaseResult],
    promised: Sequence[GuaranteeScore] = (),
    recording: Mapping[str, object] | None = None,
) -> str:
    """For programs; `recording` is the account of the answers on file, where there is a recording."""
    scores = [result.score for result in results]
    data: dict[str, object] = {
        "schema_version": "2",
        "rows": {name: _row(row) for name, row in _rows(scores).items()},
        "severity": {name: asdict(row) for name, row in by_severity(scores).items()},
        "fixes": _fixes(results),
        "lost": dict(_lost(scores)),
        "deploy": {name: _told(total(one for _, one in rows)) for name, rows in _deploy(results).items()},
        "cases": [_case(result) for result in results],
        "guarantees": guarantee_rows(promised),
        "cost_usd": _cost(results),
    }
    if recording is not None:
        data["recording"] = recording
    return json.dumps(data, indent=2) + "\n"


def _fixes(results: Sequence[CaseResult]) -> Mapping[str, int]:
    whole = all_fixes(item.fixes for item in results)
    return {"on_lines": whole.on_lines, "offered": whole.offered, "broken": len(whole.broken)}


def _told(score: DeployScore) -> Mapping[str, int]:
    return {"found": len(score.found), "missed": len(score.missed), "false": len(score.false)}


def _rows(scores: Sequence[CaseScore]) -> dict[str, Tally]:
    parts = (by_technology, by_language, by_category, by_family, by_needs)
    return {name: row for part in parts for name, row in part(scores).items()} | {"all": tally(scores)}


def _row(row: Tally) -> Mapping[str, object]:
    return {
        "found": row.found, "asked": row.asked, "missed": row.missed, "again": row.again, "false": row.false,
        "own_side": row.own_side, "exact": row.exact, "recall": row.recall, "recall_or_asked": row.recall_or_asked, "precision": row.precision,
        "comments_per_harmless": row.per_quiet, "harmless": row.quiet_cases,
    }  # fmt: skip


def _case(result: CaseResult) -> Mapping[str, object]:
    case, report = result.score, result.report
    return {
        "name": case.name, "technology": case.technology, "language": case.language, "kind": case.kind,
        "family": case.family, "needs": case.needs, "found": [_finding(f) for _, f in case.found],
        "missed": [
            {
                "category": m.label.categories[0], "path": m.label.path, "line": m.label.first_line, "side": m.label.side,
                "lost": m.lost, "asked": m.asked,
            }
            for m in case.missed
        ],
        "again": [_finding(f) for f in case.again], "false": [_finding(f) for f in case.false],
        "questions": [
            {"question": q.question, "path": q.span.path, "line": q.span.first_line} for q in report.questions
        ],
        "withheld": dict(Counter(item.stage.value for item in report.withheld)),
        "requests": report.usage.requests, "cost_usd": report.usage.cost_usd, "problems": list(result.problems),
    }  # fmt: skip


def _finding(finding: Finding) -> Mapping[str, object]:
    span = finding.span
    return {
        "title": finding.title, "category": finding.category.value, "severity": finding.severity.value,
        "path": span.path, "line": span.first_line, "side": span.side.value, "origin": finding.origin.value,
        "rule_id": finding.rule_id,
    }  # fmt: skip


def _lost(scores: Sequence[CaseScore]) -> Counter[str]:
    return Counter(str(missed.lost) for case in scores for missed in case.missed)


def _cost(results: Sequence[CaseResult]) -> float | None:
    costs = [result.report.usage.cost_usd for result in results]
    return None if None in costs else sum(cost for cost in costs if cost is not None)


def _shown(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f}"
