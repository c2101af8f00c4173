"""The difference: both versions side by side, matched file by file."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import field
from typing import TypeVar

from reviewer.core.blast_radius import Blast
from reviewer.core.change import ChangeSet, FileChange
from reviewer.core.span import Span
from reviewer.core.value import value
from reviewer.facts.gone import Gone, gone
from reviewer.facts.pairs import Kind, Pair, pairs_of, settings_kind
from reviewer.facts.same_functions import SameFunction, same_functions
from reviewer.facts.streaming.model import FactSet, FileFacts, Setting
from reviewer.facts.streaming.protections import Protects

T = TypeVar("T")


@value()
class FilePair:
    """One changed file with its facts on both sides; a side is None when the file does not exist there or is unread.

    `is_user`: the file stays as it is written, and a constant that it reads is another one.
    """

    change: FileChange
    before: FileFacts | None
    after: FileFacts | None
    is_user: bool = False

    def touches(self, span: Span) -> bool:
        """Whether the change touches the span's lines (or removes or inserts something inside it); of a user any line may be."""
        return self.is_user or self.change.touches(span.side, span.first_line, span.last_line)


@value()
class Delta:
    """What `Rule.compare` reads. `radius` is who else is at the streams that the change touches, where somebody looked.

    `users` are files that the change leaves alone and that read a constant which it changes, with what they mean on both sides.
    """

    change_set: ChangeSet
    before: FactSet
    after: FactSet
    radius: tuple[Blast, ...] = ()
    users: tuple[FilePair, ...] = ()
    _gone: list[tuple[Gone, ...]] = field(default_factory=list, init=False, repr=False, compare=False)
    _same: list[tuple[SameFunction, ...]] = field(default_factory=list, init=False, repr=False, compare=False)

    def pairs(self) -> Iterator[FilePair]:
        """Every changed file, also those that exist on one side only."""
        for change in self.change_set.files:
            yield FilePair(
                change=change,
                before=self.before.file(change.old_path) if change.old_path else None,
                after=self.after.file(change.new_path) if change.new_path else None,
            )

    def modified(self) -> Iterator[tuple[FilePair, FileFacts, FileFacts]]:
        """Files that exist, and were read, on both sides; with those that only mean something else now."""
        for pair in (*self.pairs(), *self.users):
            if pair.before is not None and pair.after is not None:
                yield pair, pair.before, pair.after

    def touches(self, span: Span) -> bool:
        """Whether the change touches the lines of a span in any file."""
        change = self.change_set.file(span.path)
        return change is not None and change.touches(span.side, span.first_line, span.last_line)

    def pairs_of(self, kind: Kind[T]) -> Iterator[Pair[T]]:
        """The things of a kind, each with itself on the other side; see `facts/pairs.py`."""
        return pairs_of(self, kind)

    def settings(self, *keys: str) -> Iterator[Pair[Setting]]:
        """The settings of some canonical keys, each with what the same owner had before."""
        return pairs_of(self, settings_kind(frozenset(keys)))

    def gone(self, *kinds: Protects) -> tuple[Gone, ...]:
        """What protected streaming work and is nowhere any more, of these kinds; see `facts/gone.py`."""
        if not self._gone:  # several rules ask
            self._gone.append(gone(self))
        return tuple(found for found in self._gone[0] if not kinds or found.protection.kind in kinds)

    def same_functions(self) -> tuple[SameFunction, ...]:
        """The functions that are changed and not rewritten; see `facts/same_functions.py`."""
        if not self._same:  # several rules ask
            self._same.append(tuple(same_functions(self)))
        return self._same[0]
