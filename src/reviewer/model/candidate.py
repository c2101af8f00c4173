"""A finding as the model gave it becomes one of ours: fingerprinted, placed on a side, with its quotes as evidence."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace

from reviewer.core.change import ChangeSet
from reviewer.core.finding import Evidence, Finding, Origin, fingerprint
from reviewer.core.span import Side, Span
from reviewer.model.reply import ReplyEvidence, ReplyFinding


def to_finding(
    reply: ReplyFinding, change_set: ChangeSet, known_rules: frozenset[str], shown: Collection[str] = ()
) -> Finding:
    """Paths, lines and quotes are still claims; `quote_exists` checks them. `shown` are files beside the change that the model saw."""
    path = _true_path(reply.path, reply.side, change_set, shown)
    span = Span(path=path, side=reply.side, first_line=reply.start_line, last_line=reply.line)
    quotes = tuple(evidence_of(item, span, change_set, shown) for item in reply.evidence)
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


def evidence_of(item: ReplyEvidence, own: Span, change_set: ChangeSet, shown: Collection[str]) -> Evidence:
    """A quote of the finding's own file is on its side; of another file after the change, if it still exists."""
    written = item.path.strip() or own.path
    path, side = _true_path(written, own.side, change_set, shown, own=own.path), own.side
    if path != own.path:
        change = change_set.file(path)
        side = Side.BEFORE if change is not None and change.new_path is None else Side.AFTER
        path = change.path_on(side) if change is not None else path
    return Evidence(span=Span(path=path, side=side, first_line=item.line, last_line=item.line), quote=item.quote)


def _true_path(path: str, side: Side, change_set: ChangeSet, shown: Collection[str], own: str | None = None) -> str:
    """The path as the change or the shown code knows it, when only one file can be meant; else as it was written.

    Models write the `a/` or `b/` of a diff, a part of the path only, or invent a directory. A name that several files have is
    `own`'s, the file that the finding is about, when it is one of them.
    """
    bare = path.removeprefix("./").lstrip("/")
    for written in (path, bare, bare.removeprefix("a/"), bare.removeprefix("b/")):
        change = change_set.file(written)
        if change is not None:
            return change.path_on(side)
        if written in shown:
            return written
    known = [*(change.path_on(side) for change in change_set.files), *shown]
    alike: tuple[Callable[[str], bool], ...] = (
        lambda other: other.endswith(f"/{bare}") or bare.endswith(f"/{other}"),
        lambda other: other.rpartition("/")[2] == bare.rpartition("/")[2],
    )
    for is_alike in alike:
        found = [other for other in known if is_alike(other)]
        if found:
            return found[0] if len(found) == 1 else own if own in found else path
    return path
