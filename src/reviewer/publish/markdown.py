"""The report as a Markdown document (`--format markdown`), and the bodies that comments are made of."""

from __future__ import annotations

from reviewer.core.report import Report
from reviewer.publish.body import finding_body
from reviewer.publish.overview import page, summary
from reviewer.publish.words import ordered

__all__ = ["finding_body", "render", "summary"]

_DOCUMENT_LIMIT = 5_000_000


def render(report: Report) -> str:
    """The whole document: every danger in full, wherever it is placed."""
    return page(report, full=ordered(report.dangers), title="Findings", limit=_DOCUMENT_LIMIT)
