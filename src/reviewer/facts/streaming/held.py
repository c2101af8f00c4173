"""A client that a class, function or object of the repository holds for others."""

from __future__ import annotations

from reviewer.core.span import Span
from reviewer.core.value import value


@value()
class Through:
    """A method of this repository that holds the client: `Bus.emit`, and its line that uses the client."""

    method: str
    span: Span

    @property
    def shown(self) -> str:
        """`Bus.emit at src/bus.ts:12`."""
        return f"{self.method} at {self.span.path}:{self.span.first_line}"
