"""`stream-review eval`: review labelled changes and score what was found."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from reviewer.app import exit_codes, wiring
from reviewer.app.evaluate.cases import Case, read_cases
from reviewer.app.evaluate.scoring import CaseScore, Tally, by_category, by_technology, score, tally
from reviewer.app.review_command import chosen_engine, options_of, overridden
from reviewer.app.settings import Settings
from reviewer.core.problem import ReviewError
from reviewer.core.progress import SILENT, Progress
from reviewer.core.report import Report, Status
from reviewer.inputs.patch_file import read_patch
from reviewer.pipeline import review
from reviewer.rules.registry import all_rules
from reviewer.version import VERSION


def run(given: argparse.Namespace, progress: Progress = SILENT) -> int:
    """Print the table; 2 when a case could not be reviewed, for then the figures would flatter."""
    settings = overridden(Settings(), given)
    scores: list[CaseScore] = []
    costs: list[float | None] = []
    cases = read_cases(Path(given.cases))
    for number, case in enumerate(cases):
        progress("Reviewing the cases", number, len(cases))
        report = _report(case, settings)
        if report.status is Status.FAILED or report.problems:
            first = report.problems[0].message if report.problems else report.status.value
            raise ReviewError(f"The case {case.name} was not reviewed whole, so nothing is scored: {first}")
        scores.append(score(case.name, case.technology, case.labels, report.findings))
        costs.append(report.usage.cost_usd)
    progress.close()
    total = None if None in costs else sum(cost for cost in costs if cost is not None)
    sys.stdout.write(_as_json(scores, total) if given.format == "json" else _as_table(scores, total))
    return exit_codes.REVIEWED


def _report(case: Case, settings: Settings) -> Report:
    try:
        diff = case.change.read_bytes()
    except OSError as error:
        raise ReviewError(f"The case {case.name}: {str(case.change)!r} can't be read ({error.strerror}).") from error
    change = read_patch(diff, case.repository)
    key = os.environ.get("ANTHROPIC_API_KEY", "").strip()
    engine = chosen_engine(settings, key)
    model = None
    if engine == "claude":
        base_url = os.environ.get("ANTHROPIC_BASE_URL", "")
        model = wiring.model_review(
            settings, key=key, agent_text=None, agent_name="", conventions="", base_url=base_url
        )
    with wiring.parser_pool() as pool:
        return review(
            change.change_set, change.reader, options=options_of(settings, engine, (), audit=False), rules=all_rules,
            parse=pool.extract_all, model=model, tool_version=VERSION,
        )  # fmt: skip


def _rows(scores: Sequence[CaseScore]) -> dict[str, Tally]:
    return {**by_technology(scores), **by_category(scores), "all": tally(scores)}


def _as_table(scores: Sequence[CaseScore], cost: float | None) -> str:
    lines = [f"{'':20} {'found':>6} {'missed':>6} {'false':>6} {'recall':>7} {'precision':>10}"]
    for name, row in _rows(scores).items():
        lines.append(
            f"{name:20} {row.found:6} {row.missed:6} {row.false:6} {_part(row.recall):>7} {_part(row.precision):>10}"
        )
    for case in scores:
        lines += [f"missed in {case.name}: {m.category} at {m.path}:{m.first_line} ({m.side})" for m in case.missed]
        lines += [f"false in {case.name}: {f.title} at {f.span.path}:{f.span.first_line}" for f in case.false]
    harmless = [case for case in scores if not case.found and not case.missed]
    silent = sum(not case.false for case in harmless)
    lines.append(f"{silent} of {len(harmless)} harmless changes stay silent.")
    lines.append(f"{len(scores)} cases, cost {'unknown' if cost is None else f'${cost:.4f}'}")
    return "\n".join(lines) + "\n"


def _part(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f}"


def _as_json(scores: Sequence[CaseScore], cost: float | None) -> str:
    data = {
        "schema_version": "1",
        "rows": {
            name: {"found": r.found, "missed": r.missed, "false": r.false, "recall": r.recall, "precision": r.precision}
            for name, r in _rows(scores).items()
        },
        "cases": [
            {
                "name": case.name, "technology": case.technology, "found": len(case.found),
                "missed": [{"category": m.category, "path": m.path, "line": m.first_line, "side": m.side} for m in case.missed],
                "false": [{"title": f.title, "path": f.span.path, "line": f.span.first_line} for f in case.false],
            }
            for case in scores
        ],
        "cost_usd": cost,
    }  # fmt: skip
    return json.dumps(data, indent=2) + "\n"
