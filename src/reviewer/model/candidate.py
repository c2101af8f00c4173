"""A finding as the model gave it becomes one of ours: fingerprinted, placed on a side, with its quotes as evidence."""

from __future__ import annotations

from reviewer.core.change import ChangeSet
from reviewer.core.finding import Evidence, Finding, Origin, fingerprint
from reviewer.core.span import Side, Span
from reviewer.model.reply import ReplyFinding


def to_finding(reply: ReplyFinding, change_set: ChangeSet, known_rules: frozenset[str]) -> Finding:
    """Lines and quotes are still claims; `quote_exists` checks them."""
    span = Span(
        path=reply.path, side=reply.side, first_line=max(1, min(reply.start_line, reply.line)),
        last_line=max(1, reply.start_line, reply.line),
    )  # fmt: skip
    quotes = tuple(
        Evidence(
            span=Span(
                path=e.path, side=_side(e.path, reply, change_set), first_line=max(1, e.line), last_line=max(1, e.line)
            ),
            quote=e.quote,
        )
        for e in reply.evidence
    )
    rule_id = reply.rule_id if reply.rule_id in known_rules else None
    code = quotes[0].quote if quotes else ""
    return Finding(
        id=fingerprint(rule_id or reply.category.value, reply.title if rule_id is None else "", code, reply.path),
        rule_id=rule_id, category=reply.category, severity=reply.severity, confidence=reply.confidence, title=reply.title,
        span=span, scenario=reply.scenario, why=reply.why, fix=reply.fix, subject=reply.title,
        suggestion=reply.suggestion if reply.side is Side.AFTER else None, evidence=quotes, origin=Origin.MODEL,
    )  # fmt: skip


def _side(path: str, reply: ReplyFinding, change_set: ChangeSet) -> Side:
    """A quote of the finding's own file is on its side; of another file after the change, if it still exists."""
    if path == reply.path:
        return reply.side
    change = change_set.file(path)
    return Side.BEFORE if change is not None and change.new_path is None else Side.AFTER
