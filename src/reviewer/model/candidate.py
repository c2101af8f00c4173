"""A finding as the model gave it becomes one of ours: fingerprinted, placed on a side, with its quotes as evidence."""

from __future__ import annotations

from dataclasses import replace

from reviewer.core.change import ChangeSet
from reviewer.core.finding import Evidence, Finding, Origin, fingerprint
from reviewer.core.span import Side, Span
from reviewer.model.reply import ReplyFinding


def to_finding(reply: ReplyFinding, change_set: ChangeSet, known_rules: frozenset[str]) -> Finding:
    """Lines and quotes are still claims; `quote_exists` checks them."""
    path = _true_path(reply.path, change_set)
    span = Span(path=path, side=reply.side, first_line=reply.start_line, last_line=reply.line)
    quotes = tuple(
        _evidence(_true_path(e.path, change_set), e.line, e.quote, reply.side, path, change_set) for e in reply.evidence
    )
    rule_id = reply.rule_id if reply.rule_id in known_rules else None
    return identified(
        Finding(
            id="", rule_id=rule_id, category=reply.category, severity=reply.severity, confidence=reply.confidence,
            title=reply.title, span=span, scenario=reply.scenario, why=reply.why, fix=reply.fix, subject=reply.title,
            suggestion=reply.suggestion if reply.side is Side.AFTER else None, evidence=quotes, origin=Origin.MODEL,
            standing=reply.standing, doubt=reply.doubt,
        )
    )  # fmt: skip


def identified(finding: Finding) -> Finding:
    """The finding with its fingerprint. The wording is left out: another run words the same danger differently."""
    own = next((e.quote for e in finding.evidence if e.span.overlaps(finding.span)), None)
    code = own if own is not None else finding.evidence[0].quote if finding.evidence else ""
    claim = finding.rule_id or finding.category.value
    return replace(finding, id=fingerprint(claim, "", code, finding.span.path))


def _evidence(path: str, line: int, quote: str, side: Side, own_path: str, change_set: ChangeSet) -> Evidence:
    """A quote of the finding's own file is on its side; of another file after the change, if it still exists."""
    if path != own_path:
        change = change_set.file(path)
        side = Side.BEFORE if change is not None and change.new_path is None else Side.AFTER
    return Evidence(span=Span(path=path, side=side, first_line=line, last_line=line), quote=quote)


def _true_path(path: str, change_set: ChangeSet) -> str:
    """The path as the change knows it: without the `a/` or `b/` of a diff, or completed when only its end was given."""
    if change_set.file(path) is not None:
        return path
    bare = path.removeprefix("./").lstrip("/")
    for candidate in (bare, bare.removeprefix("a/"), bare.removeprefix("b/")):
        if change_set.file(candidate) is not None:
            return candidate
    ending = [change.path for change in change_set.files if bare and change.path.endswith(f"/{bare}")]
    return ending[0] if len(ending) == 1 else path
