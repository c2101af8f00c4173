"""Which hunks without a streaming signal are worth the sweep: code and configuration of modules that use a streaming library."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from reviewer.core.report import Coverage, Outcome
from reviewer.relevance.decide import NO_SIGNAL
from reviewer.relevance.signals import CODE, DOCUMENTS


def sweepable(coverage: Sequence[tuple[Coverage, int]], streams: Callable[[str], bool]) -> list[tuple[str, int]]:
    """(path, index) of the hunks; `streams` says of a changed file whether its module depends on a streaming library.

    What was set aside for another reason than a missing signal (prose, generated, CI, comments, ignored) stays aside.
    """
    found: list[tuple[str, int]] = []
    known: dict[str, bool] = {}
    for item, index in coverage:
        unseen = item.outcome is Outcome.NOT_STREAMING and item.reason == NO_SIGNAL and index >= 0
        if not unseen or not (CODE.search(item.path) or DOCUMENTS.search(item.path)):
            continue
        if item.path not in known:
            known[item.path] = streams(item.path)
        if known[item.path]:
            found.append((item.path, index))
    return found
