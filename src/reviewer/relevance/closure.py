"""One step from streaming code: to what it uses and to what uses it, first within the change, then in files beside it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from heapq import nsmallest

from reviewer.core.source import SourceReader, expect
from reviewer.core.span import Side
from reviewer.facts.build_files import family_of
from reviewer.files import is_development, is_test
from reviewer.relevance.code import code_signal
from reviewer.relevance.links import View, may_touch, same_language, used_base, used_constants, used_names
from reviewer.relevance.signals import CODE, is_generated
from reviewer.relevance.words import is_view, names_token, shown

_READS = 30  # files beside the change that are read
_SIZE = 150_000  # characters of one
_NAMES = 40  # names that are looked for at once
_PAIRS = 20_000  # pairs of files that are compared
_LIKELY = re.compile(
    r"consum|produc|listen|handl|process|stream|topolog|subscri|publish|worker|job|sink|source|event|messag|record|batch|partition|offset",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A file of the change about which its own text decides nothing. `changed` are the texts of its changed lines."""

    view: View
    changed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """Why an asked file matters. `only`: what it uses of streaming code, around which alone it matters; empty when streaming code uses it."""

    reason: str
    only: tuple[str, ...] = ()


def within_change(asked: Sequence[Asked], streaming: Sequence[View]) -> dict[str, Link]:
    """Path -> link, of the asked files that streaming files of the change use, or that use them."""
    found: dict[str, Link] = {}
    left = _PAIRS
    for one in asked:
        for other in streaming:
            left -= 1
            if left < 0:
                return found
            link = _between(one, other, "of this change")
            # Within one change a type's name is enough: it is changed together with the code that names it.
            if (link is None or link.only) and (name := _named_type(one.view, other)):
                link = Link(reason=f"streaming code of this change uses {name} ({shown(other.path)})")
            if link is not None:
                found.setdefault(one.view.path, link)
            if link is not None and not link.only:
                found[one.view.path] = link
                break
    return found


def _named_type(owner: View, user: View) -> str:
    if not same_language(owner, user):
        return ""
    return next((name for name in owner.declared if name[0].isupper() and name in user.words), "")


def _between(one: Asked, streaming: View, where: str) -> Link | None:
    """A link between an asked file and a streaming one; being used comes first, as it makes all of the file matter."""
    if not same_language(one.view, streaming):
        return None
    touched = may_touch(streaming, one.view)
    name = next(iter(used_names(streaming, one.view)), "") or used_base(streaming, one.view) if touched else ""
    if name := name or used_constants(streaming, one.view, one.changed):
        return Link(reason=f"streaming code {where} uses {shown(name)} ({shown(streaming.path)})")
    if may_touch(one.view, streaming) and (names := used_names(one.view, streaming)):
        return Link(reason=f"uses {shown(names[0])} of streaming code {where} ({shown(streaming.path)})", only=names)
    return None


class Surroundings:
    """Streaming files beside the change, as far as the limit on reads goes. All questions share the limit and what was read."""

    def __init__(self, reader: SourceReader, side: Side, changed: Iterable[str]) -> None:
        self._reader = reader
        self._side = side
        self._left = _READS
        self._changed = frozenset(changed)
        self._views: dict[str, View | None] = {}
        self._code: dict[str | None, list[str]] | None = None
        self._ranked: dict[tuple[str, str | None], list[str]] = {}

    def link(self, one: Asked, module: str) -> Link | None:
        """The link of an asked file to an unchanged streaming one; `module` is the folder of its module, "" for the whole repository."""
        best: Link | None = None
        for path in self._fetch(self._near(one.view, module)):
            view = self._streaming(path)
            link = _between(one, view, "beside this change") if view is not None else None
            if link is not None and not link.only:
                return link
            best = best or link
        return best

    def naming(self, names: Sequence[str]) -> str:
        """Which streaming code reads one of some names (variables of the environment, keys of settings); "" when none does."""
        bounds = ((r"(?<![\w.])" if "." in name else r"(?<!\w)", name) for name in names[:_NAMES])
        pattern = re.compile("|".join(rf"{start}{re.escape(name)}(?!\w)" for start, name in bounds))
        for path in self._fetch(self._likely()):
            view = self._streaming(path)
            match = pattern.search(view.text) if view is not None else None
            if view is not None and match is not None:
                line = view.text.count("\n", 0, match.start()) + 1
                return f"streaming code reads {match.group()} ({shown(view.path)}:{line})"
        return ""

    def _fetch(self, paths: Sequence[str]) -> Sequence[str]:
        """The same paths, those that may still be read made quick to read."""
        wanted = [path for path in paths if path not in self._views][: self._left]
        expect(self._reader, wanted, self._side)
        return paths

    def _streaming(self, path: str) -> View | None:
        """The file as a view when it streams by its own text; each is read once, none beyond the limit."""
        if path not in self._views:
            if self._left <= 0:
                return None
            self._left -= 1
            text = self._reader.read(path, self._side)
            streams = text is not None and len(text) <= _SIZE and code_signal(path, text, None) is not None
            self._views[path] = View(path=path, text=text) if text is not None and streams else None
        return self._views[path]

    def _near(self, view: View, module: str) -> list[str]:
        """Code of the same language in the module: the same folder first, then by how much the names say and how near they are."""
        family = family_of(view.path)
        key = f"{view.folder}:{module}", family
        if key not in self._ranked:
            paths = self._paths().get(family, ())
            inside = (path for path in paths if not module or path.startswith(f"{module}/"))
            self._ranked[key] = _best(inside, lambda path: (*_distance(path, view.folder), path))
        return self._ranked[key]

    def _likely(self) -> list[str]:
        """The code of the repository whose names say most."""
        if ("", "") not in self._ranked:
            every = (path for paths in self._paths().values() for path in paths)
            self._ranked["", ""] = _best(every, lambda path: (_silence(path), path.count("/"), path))
        return self._ranked["", ""]

    def _paths(self) -> dict[str | None, list[str]]:
        """Family of languages -> its code that the change leaves as it is."""
        if self._code is None:
            self._code = {}
            for path in self._reader.paths(self._side):
                family = family_of(path)
                if (family is not None or CODE.search(path)) and path not in self._changed:
                    self._code.setdefault(family, []).append(path)
        return self._code


def _best(paths: Iterable[str], key: Callable[[str], tuple[int | str, ...]]) -> list[str]:
    """The first paths in an order; what hands nothing on is dropped late, as telling costs more than ordering."""
    return [path for path in nsmallest(_READS * 5, paths, key=key) if may_link(path)][:_READS]


def may_link(path: str) -> bool:
    """Whether a file of code hands its being streaming on: tests, examples, generated files and views do not."""
    return not (is_view(path) or is_generated(path) or is_test(path) or is_development(path))


@lru_cache(maxsize=65536)
def _silence(path: str) -> int:
    """How little the name of a file says of streaming: 0 with a library's token, 1 with a likely word, 2."""
    return 0 if names_token(path) else 1 if _LIKELY.search(path.rsplit("/", 1)[-1]) else 2


@lru_cache(maxsize=65536)
def _steps(one: str, other: str) -> int:
    """Folders up and down between two folders."""
    a, b = one.split("/"), other.split("/")
    shared = next((n for n, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))
    return len(a) + len(b) - 2 * shared


def _distance(path: str, folder: str) -> tuple[int, int]:
    """(how little the name says, steps from the folder); the own folder counts as one word more."""
    where = path.rpartition("/")[0]
    silence = _silence(path)
    return (silence if where != folder else max(silence - 1, 0), _steps(where, folder))


def lines_about(names: Sequence[str], view: View) -> Iterator[int]:
    """The 1-based lines of code on which one of some names stands."""
    pattern = re.compile(rf"\b(?:{'|'.join(re.escape(name) for name in names[:_NAMES])})\b")
    for number, line in enumerate(view.code.split("\n"), start=1):
        if pattern.search(line):
            yield number
