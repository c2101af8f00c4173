"""What posting is told, and what it tells."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from reviewer.core.finding import Finding
from reviewer.core.problem import Problem
from reviewer.core.question import Question

_SETTLE = 2.0  # seconds before a lost write is looked up: a read may lag behind it


@dataclass(frozen=True, slots=True, kw_only=True)
class PostOptions:
    """How to post. `summary` is always | on-findings | never; `deadline` is in the seconds of `clock`.

    `full` says that the report covers the whole pull request and not only what was pushed last; `not_run` are rules
    that are switched off: their silence says nothing. `told` is a key in hex digits of all that steers the review
    (settings, prompt, version); `last_run` gives it back.
    """

    max_comments: int = 15
    summary: str = "on-findings"
    resolve_fixed_threads: bool = False
    run_url: str | None = None
    deadline: float = float("inf")
    full: bool = True
    told: str = ""
    not_run: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class PostResult:
    """What happened. `unposted` dangers are on the pull request nowhere: tell them in the job summary or annotations.

    `review_url` is the new review's, else the summary's, None when there is neither; `already` counts findings that
    stood there before, `posted` those that this run wrote, `closed` comments now marked fixed, ignored or withdrawn.
    `unasked` questions stand nowhere on it either. `ignored` are findings and questions that a writer silenced by command; `is_denied`
    says that the token may not, or that the review is of another head: no outage.
    """

    review_url: str | None
    posted: int
    already: int
    closed: int = 0
    writes: int = 0
    unposted: tuple[Finding, ...] = ()
    unasked: tuple[Question, ...] = ()
    ignored: frozenset[str] = frozenset()
    is_denied: bool = False
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """Time, handed in."""

    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    settle: float = _SETTLE
