"""What is known of a unit's files, as signals."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from reviewer.core.change import FileChange
from reviewer.core.span import Side
from reviewer.facts.delta import Delta
from reviewer.facts.languages.table import language_for
from reviewer.facts.streaming.model import FileFacts
from reviewer.facts.syntax import ConfigEntry
from reviewer.model.briefs.brief import Brief
from reviewer.model.briefs.choose import Signals, briefs_for, marker_words
from reviewer.relevance.imports import listed_in_lines
from reviewer.relevance.signals import CODE


def briefs_of(delta: Delta, paths: Collection[str]) -> tuple[Brief, ...]:
    """The briefs of a unit that shows these files of the change."""
    own = [_changed(delta, change) for change in delta.change_set.files if change.path in paths]
    return briefs_for(own, lambda: _around(delta))


def _around(delta: Delta) -> Iterator[Signals]:
    """The whole change, and what was read beside it: build files above all."""
    yield from (_changed(delta, change) for change in delta.change_set.files)
    for facts in (*delta.before.related, *delta.after.related):
        yield _signals(facts.path, [facts], (), _dependencies([facts]))


def _changed(delta: Delta, change: FileChange) -> Signals:
    """A file of the change on both sides; of its dependencies only those that the change touches."""
    found = (facts.file(change.path_on(facts.side)) for facts in (delta.before, delta.after))
    sides = [facts for facts in found if facts is not None]
    touched = (entry for entry in _dependencies(sides) if delta.touches(entry.span))
    return _signals(change.path, sides, list(_texts(change)), touched)


def _dependencies(sides: Iterable[FileFacts]) -> Iterator[ConfigEntry]:
    return (entry for facts in sides for entry in facts.syntax.entries if entry.keys[:1] == ("dependency",))


def _texts(change: FileChange) -> Iterator[str]:
    """Both sides; where neither is known, the lines of the diff."""
    known = [text for side in Side if (text := change.text(side)) is not None]
    yield from known or ["\n".join(line.text for hunk in change.hunks for line in hunk.lines)]


def _signals(
    path: str, sides: Collection[FileFacts], texts: Iterable[str], dependencies: Iterable[ConfigEntry]
) -> Signals:
    adapter = language_for(path)
    imports = {item.path for facts in sides for item in facts.syntax.imports}
    if not imports and CODE.search(path):  # a language without a grammar, or a file that nobody could parse
        imports = {found.name for text in texts if (found := listed_in_lines(text)) is not None}
    # YAML nests what `.properties` writes with dots: keys are looked through in their flat form too.
    flat = "\n".join(entry.dotted for facts in sides for entry in facts.syntax.entries)
    return Signals(
        imports=frozenset(imports), libraries=frozenset(name for facts in sides for name in facts.libraries),
        language=adapter.name if adapter is not None else "", name=path.rsplit("/", 1)[-1],
        coordinates=frozenset(entry.keys[-1] for entry in dependencies),
        words=_words("\n".join([flat, *texts])) if adapter is None else frozenset(),
    )  # fmt: skip


def _words(text: str) -> frozenset[str]:
    lowered = text.lower()
    return frozenset(word for word in marker_words() if word in lowered)
