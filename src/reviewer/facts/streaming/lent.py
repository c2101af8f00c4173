"""Clients that another file of the repository makes, and that this one imports."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import field

from reviewer.clients.library import Library
from reviewer.core.value import value
from reviewer.facts.syntax import SyntaxFacts


@value()
class Lent:
    """`objects` are the types of imported objects as the file calls them (`producer`, `kafka.producer`), `functions` the types of what imported
    functions give, `libraries` those that the types belong to."""

    libraries: tuple[Library, ...] = ()
    objects: Mapping[str, str] = field(default_factory=dict)
    functions: Mapping[str, str] = field(default_factory=dict)

    def types(self, syntax: SyntaxFacts) -> dict[str, str]:
        """The types of the names of a file that it has from elsewhere, those included that it gives to names of its own."""
        return {**self.objects, **dict(self._given(syntax))}

    def _given(self, syntax: SyntaxFacts) -> Iterator[tuple[str, str]]:
        for assignment in syntax.assignments if self.functions else ():
            call = (
                syntax.calls[assignment.value.call] if assignment.value and assignment.value.call is not None else None
            )
            written = (
                f"{call.receiver}.{call.name}" if call is not None and call.receiver else call.name if call else ""
            )
            if written in self.functions:
                target = assignment.target.removeprefix("this.").removeprefix("self.")
                yield target, self.functions[written]
