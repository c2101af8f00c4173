"""One edit made in several files is told once: three topics whose `max.message.bytes` goes from and to the same value are one decision.

Only in documents, and only where one rule found it on lines that say the same and said the same: that two files of code are changed alike
may be chance, and each has callers of its own.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import PurePosixPath

from reviewer.core.change import ChangeSet
from reviewer.core.finding import Finding, Stage, Withheld
from reviewer.core.span import Side
from reviewer.diff.groups import ChangedGroup, changed_groups
from reviewer.relevance.signals import DOCUMENTS

_KEY = re.compile(r"[\s\"'-]*([\w.-]+)[\"']?\s*[:=]")
_TOPIC = re.compile(r"^the topic ([^/]+)/")
_NAMED = 5  # other places that are named, the rest is counted
_QUOTED = 2

#: What is the same: rule, category, severity, confidence, kind of file, side, the line and what stood there.
Edit = tuple[str, ...]


def told_once(findings: Sequence[Finding], change_set: ChangeSet) -> tuple[tuple[Finding, ...], tuple[Withheld, ...]]:
    """One finding per fingerprint and per edit, at its first place with the others named; and those that are told there."""
    unique, repeated = _unique(findings)
    groups: dict[Edit, list[Finding]] = {}
    edits = _Edits(change_set)
    for finding in unique:
        groups.setdefault(edits.of(finding) or (finding.id,), []).append(finding)
    kept = tuple(_with_others(first, others) for first, *others in groups.values())
    alike = tuple(_told_there(first, other) for first, *others in groups.values() for other in others)
    return kept, (*repeated, *alike)


def _unique(findings: Sequence[Finding]) -> tuple[tuple[Finding, ...], tuple[Withheld, ...]]:
    """One finding per fingerprint; the same matter on lines that read the same is set aside with the place that is shown."""
    first: dict[str, Finding] = {}
    repeated: list[Withheld] = []
    for finding in findings:
        if first.setdefault(finding.id, finding) is not finding:
            place = first[finding.id].span
            reason = f"the same danger on the same code is shown at line {place.first_line} of {place.path}"
            repeated.append(Withheld(finding=finding, stage=Stage.DUPLICATE, reason=reason))
    return tuple(first.values()), tuple(repeated)


class _Edits:
    """What the findings of a change stand on. A file's lines are put together once, however many findings it has."""

    def __init__(self, change_set: ChangeSet) -> None:
        self._change_set = change_set
        self._groups: dict[str, tuple[ChangedGroup, ...]] = {}

    def of(self, finding: Finding) -> Edit | None:
        """None where it is no setting of a document that was another value before, or is another one or none now."""
        path, own = finding.span.path, _words(finding.evidence[0].quote) if finding.evidence else ""
        key = _KEY.match(own)
        if key is None or finding.rule_id is None or DOCUMENTS.search(path) is None:
            return None
        is_new = finding.span.side is Side.AFTER
        near = (group for group in self._around(path) if group.distance(finding.span) == 0)
        lines = (line.text for group in near for line in (group.removed if is_new else group.added))
        other = [words for text in lines if (match := _KEY.match(words := _words(text))) and match[1] == key[1]]
        return (
            finding.rule_id, finding.category, finding.severity, finding.confidence, finding.standing,
            PurePosixPath(path).suffix, finding.span.side.name, own, *other,
        ) if len(other) == 1 or not (is_new or other) else None  # fmt: skip

    def _around(self, path: str) -> tuple[ChangedGroup, ...]:
        if path not in self._groups:
            change = self._change_set.file(path)
            self._groups[path] = changed_groups(change.hunks) if change is not None else ()
        return self._groups[path]


def _words(line: str) -> str:
    return " ".join(line.split()).rstrip(",")


def _with_others(first: Finding, others: Sequence[Finding]) -> Finding:
    if not others:
        return first
    named = ", ".join(_place(finding) for finding in others[:_NAMED])
    more = f" and {len(others) - _NAMED} more" if len(others) > _NAMED else ""
    return replace(
        first,
        why=f"{first.why} The same edit is made in {named}{more}.",
        fix=f"{first.fix} The other places need the same.",
        evidence=(*first.evidence, *(other.evidence[0] for other in others[:_QUOTED])),
    )


def _place(finding: Finding) -> str:
    where = f"{finding.span.path}:{finding.span.first_line}"
    topic = _TOPIC.match(finding.subject)
    return f"{where} (the topic {topic[1]})" if topic else where


def _told_there(first: Finding, other: Finding) -> Withheld:
    reason = f"the same edit is told at line {first.span.first_line} of {first.span.path}"
    return Withheld(finding=other, stage=Stage.DUPLICATE, reason=reason)
