"""One question to the repository: the places that answer it, best first, and what was searched."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import PurePosixPath

from reviewer.context import library
from reviewer.context.namesakes import owner_at, tied
from reviewer.context.places import Place, Target, definitions, methods_named, settings, subtypes, uses
from reviewer.context.references import base_name
from reviewer.context.shelf import PROSE_WEIGHT, Candidates, Shelf, distance, is_document, weight
from reviewer.facts.syntax import SyntaxFacts

_INTERFACE = re.compile(r"\btype\s+{}\s+interface\s*\{{(.*?)\n\}}", re.DOTALL)
_GENERATIONS = 2  # subclasses, and their subclasses
_MORE = 6  # subclasses of which the subclasses are looked for
_MOST = 60  # places of one file
_REFERENCE, _ENOUGH, _MANY = 2, 3, 6  # rank of a use that is certain, or likely; so many of them answer the question
_ELSE = 4  # rank of a call on another type
_FOREIGN = 5  # ranks that code of another language stands behind
_FAMILIES = {"jvm": (".java", ".kt", ".kts", ".scala", ".groovy"), "js": (".ts", ".tsx", ".js", ".jsx", ".mjs", ".cjs")}
Spot = tuple[str, Place]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """Places by path, best first, and the words that say what was searched."""

    spots: tuple[Spot, ...]
    account: str
    left: int = 0
    is_partial: bool = False
    others: tuple[Spot, ...] = ()  # places of that name that are left out because nothing ties them to the change


def look_up(what: str, symbol: str, shelf: Shelf, near: Sequence[str]) -> Answer:
    """`what` is definition | callers | subclasses | setting | version; `near` are paths: what is close to them comes first."""
    if what == "version":
        return _version(symbol, shelf, near)
    answer = _ASKED.get(what, _definition)(Target(symbol), shelf, near)
    last = re.split(r"[.:#]", symbol)[-1]
    if (
        not answer.spots
        and not Target(symbol).is_name
        and what != "setting"
        and re.fullmatch(r"\w+", last)
        and last != symbol
    ):
        return _ASKED.get(what, _definition)(Target(last), shelf, near)
    return answer


def _definition(target: Target, shelf: Shelf, near: Sequence[str]) -> Answer:
    held = shelf.holding([target.name], near, names=[target.name, target.owner] if target.owner else [target.name])
    spots = [
        (path, place)
        for path, text, facts in _read(shelf, held)
        for place in islice(definitions(target, text, facts), _MOST)
    ]
    best = min((place.rank for _, place in spots), default=0)
    told = [spot for spot in spots if spot[1].rank <= max(best, 1)]
    own = tied(told, target, shelf, near)
    return replace(_answer(own, held, near), others=_rest(told, own))


def _callers(target: Target, shelf: Shelf, near: Sequence[str]) -> Answer:
    """What is called alike in another language is named last: it is rarely the same."""
    owners = [target.owner] if target.owner else _owners(target, shelf, near) or _tied_owners(target, shelf, near)
    held = shelf.holding([target.name], near, names=owners)
    read = list(_read(shelf, held))
    owners = [*owners, *_relatives(target, owners, [facts for _, _, facts in read if facts is not None])]
    spots = [
        (path, place if _is_kin(path, near) else replace(place, rank=place.rank + _FOREIGN))
        for path, text, facts in read
        for place in islice(uses(target, text, facts, owners), _MOST)
    ]
    sure = [spot for spot in spots if spot[1].rank <= _REFERENCE]
    # What only has the same name, and comments, add nothing where enough code is known that really means it.
    told = sure if len(sure) >= _ENOUGH or (sure and owners and len(spots) > _MANY) else spots
    if sure and owners:
        told = [spot for spot in told if spot[1].rank < _ELSE]
    return replace(_answer(told, held, near), others=_rest(spots, told))


def _rest(spots: Sequence[Spot], told: Sequence[Spot]) -> tuple[Spot, ...]:
    return tuple(spot for spot in spots if spot not in told)


def _relatives(target: Target, owners: Sequence[str], read: Sequence[SyntaxFacts]) -> list[str]:
    """Types above and below the owners that declare the method too: who calls it on an interface calls every implementation."""
    declaring = {
        facts.types[function.type].name: {base_name(base) for base in facts.types[function.type].bases}
        for facts in read
        for function in facts.functions
        if function.name == target.name and function.type is not None
    }
    above = {base for name in owners for base in declaring.get(name, ()) if base in declaring}
    below = {name for name, bases in declaring.items() if not bases.isdisjoint(owners)}
    return sorted((above | below) - set(owners))


def _tied_owners(target: Target, shelf: Shelf, near: Sequence[str]) -> list[str]:
    """Of a bare name that is declared elsewhere, and also where nothing ties it to the change: the types that are meant."""
    declared = _definition(target, shelf, near) if target.is_name else None
    if declared is None or not declared.others:
        return []
    texts = shelf.texts([path for path, _ in declared.spots])
    found = [owner_at(shelf.facts(texts).get(path), place) for path, place in declared.spots]
    return list(dict.fromkeys(owner for owner in found if owner))


def _owners(target: Target, shelf: Shelf, near: Sequence[str]) -> list[str]:
    """Of a bare method's name the types that declare it in the files that the question is about, before or after the change."""
    if not target.is_name:
        return []
    texts = shelf.texts([path for path in near if path in shelf.paths])
    sides = [*shelf.facts(texts).values()]
    sides += [facts for path in near if (facts := shelf.facts_before(path)) is not None]
    found = [
        facts.types[function.type].name
        for facts in sides
        for function in facts.functions
        if function.name == target.name and function.type is not None
    ]
    return list(dict.fromkeys(found))


def _is_kin(path: str, near: Sequence[str]) -> bool:
    """Whether code of two files can call each other."""
    own = {_family(other) for other in near}
    return is_document(path) or not own or _family(path) in own


def _family(path: str) -> str:
    suffix = PurePosixPath(path).suffix
    return next((name for name, suffixes in _FAMILIES.items() if suffix in suffixes), suffix)


def _nested(target: Target, shelf: Shelf, near: Sequence[str]) -> Target:
    """`Outer.Listener` is the type where one is declared so, else the method `Listener` of `Outer`."""
    if not target.owner or not target.name[:1].isupper():
        return target
    held = shelf.holding([target.name], near, names=[target.owner])
    declared = (type_ for _, _, facts in _read(shelf, held) if facts is not None for type_ in facts.types)
    is_type = any(type_.name == target.name and target.owner in type_.qualified.split(".") for type_ in declared)
    return Target(target.name) if is_type else target


def _subclasses(target: Target, shelf: Shelf, near: Sequence[str]) -> Answer:
    target = _nested(target, shelf, near)
    spots: list[Spot] = []
    asked, wanted = {target.owner or target.name}, [target]
    first: Candidates | None = None
    for _ in range(_GENERATIONS):
        found: list[str] = []
        for one in wanted:
            held = shelf.holding([one.owner or one.name], near, names=[one.owner or one.name])
            first = first or held
            for path, place, name in _subtypes(one, shelf, held):
                spots.append((path, place))
                found.append(name)
        names = [name for name in dict.fromkeys(found) if name and not name.startswith("<") and name not in asked]
        asked.update(names)
        wanted = (
            [Target(f"{name}.{target.name}" if target.owner else name) for name in names] if len(names) <= _MORE else []
        )
    assert first is not None
    return _answer(spots, first, near)


def _subtypes(target: Target, shelf: Shelf, held: Candidates) -> Iterator[tuple[str, Place, str]]:
    methods: frozenset[str] = frozenset()
    for path, text, facts in _read(shelf, held):
        for place, name in subtypes(target, text, facts) if weight(path) < PROSE_WEIGHT else ():
            yield path, place, name
        body = (
            re.search(_INTERFACE.pattern.format(re.escape(target.name)), text, re.DOTALL)
            if path.endswith(".go")
            else None
        )
        if body is not None:
            methods = frozenset(re.findall(r"(?m)^\s*(\w+)\(", body[1][:4_000]))
    if methods:
        having = shelf.holding([max(methods, key=len)], [], only=lambda path: path.endswith(".go"))
        for path, text, facts in _read(shelf, having):
            for place, name in methods_named(methods, text, facts):
                yield path, place, name


def _setting(target: Target, shelf: Shelf, near: Sequence[str]) -> Answer:
    words = dict.fromkeys((*target.spelling.texts, target.symbol))
    held = shelf.holding(list(words), near, names=["application", "values", target.name], loose=True)
    documents = Candidates(paths=(), account="")
    if target.spelling.nested is not None:
        documents = shelf.holding([target.spelling.nested], near, names=["application", "values"], only=is_document)
    # Documents first: they are where settings stand, and constants are everywhere.
    paths = dict.fromkeys((*(p for p in held.paths if is_document(p)), *documents.paths, *held.paths))
    both = Candidates(paths=tuple(paths), account=held.account, left=held.left, is_partial=held.is_partial)
    return _answer(
        [
            (path, place)
            for path, text, facts in _read(shelf, both)
            for place in islice(settings(target, text, facts), _MOST)
        ],
        both,
        near,
    )


def _version(name: str, shelf: Shelf, near: Sequence[str]) -> Answer:
    texts = shelf.texts(library.build_files(shelf.paths, near))
    found = list(library.versions(name, texts))
    locks = library.locks(shelf.paths)
    for path, text in shelf.texts(locks).items():
        found += library.locked(name, path, text)
    builds, locked = (
        f"{len(read)} {kind} file{'s' * (len(read) != 1)}" for read, kind in ((texts, "build"), (locks, "lock"))
    )
    account = f"read {builds} and {locked}" if texts or locks else "the repository has no build or lock file"
    return _answer([(item.path, item.place) for item in found], Candidates(paths=(), account=account), near)


_ASKED = {"definition": _definition, "callers": _callers, "subclasses": _subclasses, "setting": _setting}


def _read(shelf: Shelf, held: Candidates) -> Iterable[tuple[str, str, SyntaxFacts | None]]:
    texts = shelf.texts(held.paths)
    facts = shelf.facts(texts)
    return [(path, text, facts.get(path)) for path, text in texts.items()]


def _answer(spots: Iterable[Spot], held: Candidates, near: Sequence[str]) -> Answer:
    ranked = sorted(
        spots,
        key=lambda spot: (
            weight(spot[0]) == PROSE_WEIGHT,
            # Production code before tests and benchmarks, as long as it is surely or likely meant.
            spot[1].rank > _REFERENCE,
            weight(spot[0]),
            spot[1].rank,
            distance(spot[0], near),
            spot[0],
            spot[1].line,
        ),
    )
    return Answer(spots=tuple(dict.fromkeys(ranked)), account=held.account, left=held.left, is_partial=held.is_partial)


def stem(path: str) -> str:
    """What a file is called."""
    return PurePosixPath(path).name.partition(".")[0]
