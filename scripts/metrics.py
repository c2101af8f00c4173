"""Sums up many JSON reports: what was found, what it cost, what was not looked at. Standard library only, to be copied.

python metrics.py reports/            every *.json below, one table on stdout; exit code 2 when one is no report
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from pathlib import Path
from typing import Any


def summed(reports: list[dict[str, Any]]) -> dict[str, Any]:
    """The figures that decide a roll-out, over all reports."""
    by_run = [[f for f in report["findings"] if f.get("standing", "new") == "new"] for report in reports]
    findings = [finding for found in by_run for finding in found]
    covered = Counter(item["outcome"] for report in reports for item in report["coverage"])
    costs = [report["usage"]["cost_usd"] for report in reports]
    commented = sum(1 for found in by_run if found)
    judged = Counter[str]()
    for report in reports:
        judged.update(report.get("judged") or {})
    return {
        "runs": len(reports),
        "status": dict(Counter(report["status"] for report in reports)),
        "runs with findings": commented,
        "findings by severity": dict(Counter(finding["severity"] for finding in findings)),
        "findings by rule": dict(Counter(finding["rule_id"] or "model" for finding in findings).most_common(10)),
        "older or declared": sum(len(report["findings"]) for report in reports) - len(findings),
        "questions": sum(len(report.get("questions", ())) for report in reports),
        "second opinion": dict(judged),
        "withheld by stage": dict(Counter(item["stage"] for report in reports for item in report["withheld"])),
        "hunks": dict(covered),
        "dollars": round(sum(cost for cost in costs if cost is not None), 4),
        "runs of unknown cost": sum(1 for cost in costs if cost is None),
        "seconds, the slowest": max((report["usage"]["seconds"] for report in reports), default=0),
    }


def main(arguments: list[str]) -> int:
    """Read every report below a folder and print the sums as JSON."""
    reports = []
    for path in sorted(Path(arguments[0]).rglob("*.json")):
        report = json.loads(path.read_text(encoding="utf-8"))
        if not isinstance(report, dict) or not str(report.get("schema_version", "")).startswith("1."):
            print(f"{path} is no report of stream-review.", file=sys.stderr)
            return 2
        reports.append(report)
    json.dump(summed(reports), sys.stdout, indent=2)
    print()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
