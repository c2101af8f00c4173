"""The files that hold the client through which a changed file sends, commits or listens. Looked for only where the file asks, and few."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator
from itertools import islice

from reviewer.core.span import Side
from reviewer.facts.lookup import Looked, Looking
from reviewer.facts.schema_users import STREAMS, is_code
from reviewer.facts.streaming.names import Names, names_of
from reviewer.facts.syntax import SyntaxFacts
from reviewer.facts.through.asking import bases, may_ask, speaks, uses
from reviewer.facts.through.homes import Tree, Where, where
from reviewer.facts.workers import Key

_NAMES = 30  # of all changed files
_ASKING = 60  # versions of changed files
_READ = 16
_FILES = 6


def helper_jobs(looking: Looking, known: Container[Key]) -> Looked:
    """Both sides of a few files of streaming code whose classes, objects and functions the changed files use."""
    asked = list(dict.fromkeys(islice(_asked(looking.after, looking.before), _NAMES)))
    if not asked:
        return [], ()
    tree = Tree(looking.reader.paths(Side.AFTER), asked)
    found = dict.fromkeys(path for place in asked for path in tree.files(place) if is_code(path))
    wanted = sorted((path for path in found if path not in looking.changed), key=lambda path: not speaks(path))
    kept = islice((path for path, text in looking.texts(wanted[:_READ]) if STREAMS.search(text)), _FILES)
    return looking.both(kept, known), ()


def _asked(*sides: Iterable[SyntaxFacts]) -> Iterator[Where]:
    code = (syntax for side in sides for syntax in side if (syntax.calls or syntax.types) and is_code(syntax.path))
    for syntax in islice(code, _ASKING):
        if may_ask(syntax):
            places = (where(syntax, name) for name in asked_by(names_of(syntax, (), {})))
            yield from (place for place in places if place != Where())


def asked_by(names: Names) -> list[str]:
    """What a file uses of others, those first whose names speak of streams."""
    found = dict.fromkeys([*(use.owner for use in uses(names)), *bases(names)])
    return sorted(found, key=lambda name: not speaks(name))
