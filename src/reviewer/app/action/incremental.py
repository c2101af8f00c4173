"""After a push only what changed goes to the model again. Pure: the facts of the last run in, the settled files out.

Settled is a file that no commit since the last review touched and on which nothing was found. Whatever is not certain makes the
review a full one, and says why.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from reviewer.pipeline import Settled
from reviewer.publish.words import counted


@dataclass(frozen=True, slots=True, kw_only=True)
class EarlierRun:
    """What our own summary says of the last run. `told` is the fingerprint of what it was told; `paths` are those of its findings."""

    head: str
    base: str
    told: str
    is_complete: bool
    paths: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """What GitHub says of the commits from one head to another. `paths` are old and new names; None when the list was cut."""

    is_ahead: bool
    paths: frozenset[str] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """`settled` is empty for a full review; `unchanged` are the files that no commit touched; `reason` says why it is what it is."""

    settled: Settled
    unchanged: frozenset[str]
    reason: str


def doubts(earlier: EarlierRun | None, *, base: str, told: str) -> str:
    """Why the last run can't be built on, before GitHub is asked what changed; "" when it can."""
    if earlier is None:
        return "full review: no earlier review of ours is known"
    if not earlier.is_complete:
        return "full review: the last one was not complete"
    if earlier.told != told:
        return "full review: engine, model, configuration, prompt or version changed since the last one"
    if earlier.base != base:
        return "full review: the base that the change is compared with moved"
    return ""


def full(reason: str) -> Decision:
    """Everything is looked at."""
    return Decision(settled=Settled(), unchanged=frozenset(), reason=reason)


def decide(earlier: EarlierRun, compared: Compared, files: Iterable[str]) -> Decision:
    """Which of the change's `files` are settled."""
    short = earlier.head[:12]
    if not compared.is_ahead:
        return full(f"full review: the commit that was reviewed last ({short}) is no ancestor of this one")
    if compared.paths is None:
        return full("full review: too many files changed since the last one to list them")
    unchanged = frozenset(files) - compared.paths
    settled = unchanged - earlier.paths
    reason = f"the model: unchanged since the review of {short}"
    told = f"Not sent to the model again: {counted(len(settled), 'file')}, unchanged since the review of {short}."
    return Decision(settled=Settled(paths=settled, reason=reason), unchanged=unchanged, reason=told if settled else "")
