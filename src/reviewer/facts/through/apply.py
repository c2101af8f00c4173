"""The facts of a file, with what it does to clients through classes of other files: sends, commits, polls, and records that are delivered to it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from reviewer.facts.streaming.model import FileFacts
from reviewer.facts.through.asking import bases, may_ask, uses
from reviewer.facts.through.homes import Tree, Where, where

if TYPE_CHECKING:
    from reviewer.facts.through.model import Helper


def with_helpers_elsewhere(
    changed: Sequence[FileFacts], beside: Iterable[FileFacts], paths: Callable[[], Iterable[str]]
) -> tuple[FileFacts, ...]:
    """The changed files, each with the facts of what it uses of the others. `paths` are all of the side: a name that may stand in two is none."""
    streaming = {file.path: file for file in (*changed, *beside) if file.operations or file.handlings}
    alone = next(iter(streaming), "") if len(streaming) < 2 else ""  # it has nobody to ask
    asking = {
        file.path: _asked(file)
        for file in changed
        if streaming and file.path != alone and file.syntax.language and may_ask(file.syntax)
    }
    places = {place for found in asking.values() for place in found.values()}
    if not places:
        return tuple(changed)
    others = _Others(streaming=streaming, tree=Tree(paths(), places))
    return tuple(_with(file, asking.get(file.path, {}), others) for file in changed)


def _asked(file: FileFacts) -> dict[str, Where]:
    names = dict.fromkeys([*(use.owner for use in uses(file.names)), *bases(file.names)])
    found = {name: where(file.syntax, name) for name in names}
    return {name: place for name, place in found.items() if place != Where()}


@dataclass(frozen=True, kw_only=True)
class _Others:
    """The streaming files that were read of a side; each is understood when it is first asked for."""

    streaming: Mapping[str, FileFacts]
    tree: Tree
    _known: dict[str, Helper] = field(default_factory=dict)

    def at(self, path: str, place: Where) -> Iterator[Helper]:
        """The files that may hold a name, but for the one that asks."""
        for found in self.tree.files(place):
            if found in self.streaming and found != path:
                if found not in self._known:
                    # Not at the top, as what follows: most changes go through nobody.
                    from reviewer.facts.through.helper import helper_of

                    self._known[found] = helper_of(self.streaming[found])
                yield self._known[found]


def _with(file: FileFacts, asked: Mapping[str, Where], others: _Others) -> FileFacts:
    helpers = {name: tuple(others.at(file.path, place)) for name, place in asked.items()}
    helpers = {name: found for name, found in helpers.items() if found}
    if not helpers:
        return file
    from reviewer.facts.through.applying import Applying

    return Applying(file, helpers).applied()
