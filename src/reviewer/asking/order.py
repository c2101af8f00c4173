"""The riskiest units first: what a ceiling or a deadline cuts off is what matters least."""

from __future__ import annotations

import re
from collections.abc import Sequence

from reviewer.context.unit import ReviewUnit, UnitHunk
from reviewer.core.change import LineKind

#: What guards records, offsets, order or state: its removal weighs more than its arrival.
_GUARDS = re.compile(
    r"commit|flush|\back(?:nowledge)?\b|\bseek|\buid\b|checkpoint|savepoint|transaction|\babort|\bpause\b|\bresume\b|\bawait\b|\.get\(|join\(|"
    r"dead.?letter|\bdlq\b|errorhandler|recoverer|\brethrow|\bthrow\b|\braise\b|\bclose\(|\bstop\(|revoked|assigned|rebalance|"
    r"idempoten|dedup|if_?absent|\bclaim|snapshot|watermark|\block\b|synchronized|\bsleep\(",
    re.IGNORECASE,
)
#: A way out, or a question before the work: whoever takes one away lets more through, whatever it is called.
_BRANCHES = re.compile(r"\b(?:if|unless|return|continue|break|guard)\b")
#: Settings and names that decide a guarantee.
_SETTINGS = re.compile(
    r"\backs\b|required.?acks|auto[._-]?commit|auto[._-]?offset|offset[._-]?reset|max[._-]in[._-]flight|retries|isolation|"
    r"group[._-]?id|application[._-]id|retention|cleanup[._-]policy|partitions?\b|replication|min[._-]insync|unclean|"
    r"compatibility|max[._-]poll|session[._-]timeout|exactly.once|at.least.once|delivery.?guarantee|keyby|\bttl\b|\bserde|serializer|"
    r"tolerance|reserved\b|\bdefault\b.*\bnull",
    re.IGNORECASE,
)
_GUARD_LOST, _GUARD_MET, _BRANCH_LOST, _SETTING = 6, 2, 3, 4
_HYPOTHESIS = 10  # times one more than the rank of its severity


def riskiest_first(units: Sequence[ReviewUnit]) -> list[ReviewUnit]:
    """The units by what their changed lines and the rules' suspicions weigh; equal ones keep their order."""
    return sorted(units, key=lambda unit: -risk(unit))


def risk(unit: ReviewUnit) -> int:
    """Removed guards weigh most, then settings; a long harmless unit does not outweigh a short dangerous one."""
    suspected = sum(_HYPOTHESIS * (finding.severity.rank + 1) for finding in unit.hypotheses)
    return suspected + sum(_risk(piece) for piece in unit.hunks)


def _risk(piece: UnitHunk) -> int:
    removed = "\n".join(line.text for line in piece.hunk.lines if line.kind is LineKind.REMOVED)
    added = "\n".join(line.text for line in piece.hunk.lines if line.kind is LineKind.ADDED)
    lost = len(_GUARDS.findall(removed)) - len(_GUARDS.findall(added))
    met = bool(_GUARDS.search(removed)) + bool(_GUARDS.search(added))
    branches = len(_BRANCHES.findall(removed)) - len(_BRANCHES.findall(added))
    settings = len({word.lower() for word in _SETTINGS.findall(f"{removed}\n{added}")})
    weight = _GUARD_LOST * max(0, min(lost, 5)) + _BRANCH_LOST * max(0, min(branches, 3)) + _GUARD_MET * met
    return weight + _SETTING * min(settings, 5)
