"""Regular expressions that are compiled when they are first used: a review of one file uses a quarter of those that it loads."""

from __future__ import annotations

import re
from functools import cached_property
from typing import Any, cast


class _Late:
    """What is asked of it once is its own from then on: `search` costs as much as that of a compiled one."""

    def __init__(self, text: str, flags: int) -> None:
        self._text, self._flags = text, flags

    @cached_property
    def _compiled(self) -> re.Pattern[str]:
        return re.compile(self._text, self._flags)

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._compiled, name)
        setattr(self, name, found)
        return found


def lazily(text: str, flags: int = 0) -> re.Pattern[str]:
    """As `re.compile`, for the constant of a module; its methods are called, and it is no first argument of `re.search` and the like.

    A mistake in the expression shows with the first use (`tests/architecture` uses all).
    """
    return cast("re.Pattern[str]", _Late(text, flags))
