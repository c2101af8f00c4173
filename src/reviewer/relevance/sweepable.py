"""Which hunks without a streaming signal are worth the sweep: code and configuration of modules that use a streaming library."""

from __future__ import annotations

from collections.abc import Sequence

from reviewer.core.report import Coverage, Outcome
from reviewer.files import is_test_code
from reviewer.relevance.decide import NOTHING
from reviewer.relevance.hunks import ELSEWHERE
from reviewer.relevance.modules import ModuleOf
from reviewer.relevance.signals import CODE, DOCUMENTS


def sweepable(coverage: Sequence[tuple[Coverage, int]], module_of: ModuleOf) -> list[tuple[str, int]]:
    """(path, index) of the hunks; `module_of` says of a changed file whether its module depends on a streaming library, or is one.

    What was set aside for another reason than a missing signal (prose, generated, CI, comments, ignored) stays aside, and so
    does test code: nobody's records depend on it.
    """
    found: list[tuple[str, int]] = []
    known: dict[str, bool] = {}
    for item, index in coverage:
        unseen = item.reason == NOTHING or item.reason.endswith(ELSEWHERE)
        if (
            item.outcome is not Outcome.NOT_STREAMING
            or index < 0
            or not unseen
            or not (CODE.search(item.path) or DOCUMENTS.search(item.path))
            or is_test_code(item.path, item.old_path)
        ):
            continue
        if item.path not in known:
            module = module_of(item.path)
            known[item.path] = bool(module.library or module.name)
        if known[item.path]:
            found.append((item.path, index))
    return found
