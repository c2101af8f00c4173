"""What the rest of the program knows of a model: a request goes in, text or a problem comes out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal, Protocol

from reviewer.core.problem import Problem
from reviewer.core.report import Usage

SchemaName = Literal["review", "second-opinion", "sweep", "comparison"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelRequest:
    """One request. `system_blocks` come first, the most shared before the most special: each of them ends a cached prefix.

    The rest is for a unit that is asked about again: what stands before it is the first request, byte for byte, and read from the
    cache. `more` is the code that was looked up since, cached too when `keeps_more` says that a third request will begin with it.
    `task` says what to do now, `behind` is the material of that task alone: it is paid in full, but no other reader of the unit sees it.
    """

    system_blocks: tuple[str, ...]
    user: str
    schema_name: SchemaName
    more: str = ""
    keeps_more: bool = False
    task: str = ""
    behind: str = ""

    @property
    def texts(self) -> tuple[str, ...]:
        """Everything that is sent, in order."""
        return (*self.system_blocks, self.user, *(text for text in (self.more, self.last) if text))

    @property
    def last(self) -> str:
        """The last block: the task and its material; empty when there is nothing but the unit."""
        return "\n\n".join(text for text in (self.task, self.behind) if text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """What became of a request.

    `result` is the text of a complete answer or a Problem. `usage` is what the service reported. `metered` is False when the
    call broke before the service said what it used: then the true cost may be higher. `retryable` says that the same
    request may succeed if sent again, `fatal` that no request of this run will (a wrong key, an unknown model), `oversize`
    that a smaller one would.
    """

    result: str | Problem
    usage: Usage = field(default_factory=Usage)
    metered: bool = True
    retryable: bool = False
    fatal: bool = False
    oversize: bool = False


class Reviewer(Protocol):
    """A model. Safe to call from several threads."""

    def review(self, request: ModelRequest, begun: Callable[[], None]) -> Exchange:
        """Ask once; `begun` is called when the answer starts. Every failure of the service is a value, never raised."""
        ...
