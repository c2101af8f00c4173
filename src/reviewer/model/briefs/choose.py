"""Which briefs a unit gets. Pure: the same signals give the same briefs in the same order."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache

from reviewer.model.briefs.brief import Brief, all_briefs, in_order


@dataclass(frozen=True, slots=True, kw_only=True)
class Signals:
    """What is known of one file.

    `imports` are paths as in `Import.path`, `libraries` ids of client libraries, `language` that of a program ("" for documents).
    `coordinates` are dependencies whose lines change, `name` is the file's base name. `words` are those of `marker_words()` that
    a document holds.
    """

    imports: frozenset[str] = frozenset()
    libraries: frozenset[str] = frozenset()
    language: str = ""
    coordinates: frozenset[str] = frozenset()
    name: str = ""
    words: frozenset[str] = frozenset()


def nothing_around() -> Iterable[Signals]:
    """No other files."""
    return ()


def briefs_for(files: Iterable[Signals], around: Callable[[], Iterable[Signals]] = nothing_around) -> tuple[Brief, ...]:
    """The briefs of a unit, the most specific first.

    Where its files name no technology, those of `around` (the rest of the change and what was read beside it) count; where
    nothing is known at all, what is usual in the language.
    """
    own = list(files)
    chosen = _marked_by(own)
    if not any(brief.is_technology for brief in chosen):
        chosen |= {brief for brief in _marked_by(around()) if brief.is_technology}
    if not chosen:
        languages = {file.language for file in own}
        chosen = {brief for brief in all_briefs() if not languages.isdisjoint(brief.last_resort)}
    if not chosen:
        chosen = {brief for brief in all_briefs() if brief.kind == "general"}
    return in_order(_with_also(chosen))


@cache
def marker_words() -> frozenset[str]:
    """Every word that selects a brief when a document holds it, in lower case."""
    return frozenset(word.lower() for brief in all_briefs() for word in brief.words)


def _marked_by(files: Iterable[Signals]) -> set[Brief]:
    return {brief for file in files for brief in _marked(file)}


def _marked(file: Signals) -> set[Brief]:
    """A framework's brief stands for those of the client that it wraps, in the file that uses the framework."""
    known = [brief for brief in all_briefs() if not brief.languages or file.language in ("", *brief.languages)]
    found = {brief for path in file.imports for brief in _best(known, path, _import_match)}
    if not found:  # imports say most: a library's id counts where they say nothing
        found = {brief for brief in known if not file.libraries.isdisjoint(brief.libraries)}
    found |= {brief for name in file.coordinates for brief in _best(known, name.lower(), _coordinate_match)}
    found |= {brief for brief in known if not file.words.isdisjoint(word.lower() for word in brief.words)}
    found |= {brief for brief in known if any(fnmatchcase(file.name, pattern) for pattern in brief.files)}
    replaced = {name for brief in found for name in brief.instead}
    return {brief for brief in found if brief.technology not in replaced}


def _best(briefs: Iterable[Brief], name: str, match: Callable[[Brief, str], int]) -> list[Brief]:
    """The briefs with the longest mark that matches: `org.apache.kafka.streams.` before `org.apache.kafka.`."""
    lengths = [(match(brief, name), brief) for brief in briefs]
    longest = max((length for length, _ in lengths), default=0)
    return [brief for length, brief in lengths if longest and length == longest]


def _import_match(brief: Brief, path: str) -> int:
    return max((len(prefix) for prefix in brief.imports if _begins(path, prefix)), default=0)


def _begins(path: str, prefix: str) -> bool:
    """At the end of a part: `kafkajs` is not imported by `kafkajs-mock`."""
    return path.startswith(prefix) and (prefix.endswith(".") or path[len(prefix) :][:1] in ("", ".", "/", ":"))


def _coordinate_match(brief: Brief, coordinate: str) -> int:
    return max((len(p) for p in brief.coordinates if fnmatchcase(coordinate, p.lower())), default=0)


def _with_also(chosen: set[Brief]) -> set[Brief]:
    by_name = {brief.technology: brief for brief in all_briefs()}
    waiting, found = list(chosen), set(chosen)
    while waiting:
        more = {by_name[name] for name in waiting.pop().also} - found
        found |= more
        waiting += more
    return found
