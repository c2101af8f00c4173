"""Of a bare name that is declared in many places, those that the change can mean: its own files, or types and modules that these name."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import PurePosixPath

from reviewer.context.places import Place, Target
from reviewer.context.shelf import Shelf, distance
from reviewer.facts.syntax import SyntaxFacts

_WORD = re.compile(r"\w+")
Spot = tuple[str, Place]


def tied(spots: Sequence[Spot], target: Target, shelf: Shelf, near: Sequence[str]) -> list[Spot]:
    """The declarations that something ties to the files `near`; all of them where nothing does, or where the name has an owner."""
    if target.owner or not target.is_name or len(spots) < 2:
        return list(spots)
    texts = shelf.texts([path for path, _ in spots])
    facts = shelf.facts(texts)
    own = shelf.texts([path for path in near if path in shelf.paths])
    named = {
        word for text in (*own.values(), *(shelf.before.get(path, "") for path in near)) for word in _WORD.findall(text)
    }
    found = [spot for spot in spots if _is_tied(spot, facts.get(spot[0]), named, near)]
    return found or list(spots)


def _is_tied(spot: Spot, facts: SyntaxFacts | None, named: set[str], near: Sequence[str]) -> bool:
    """A member by its type; anything else by its module: the file's name, or that of its folder."""
    path, place = spot
    if path in near:
        return True
    owner = owner_at(facts, place)
    if owner:
        return owner in named
    pure = PurePosixPath(path)
    return distance(path, near) == 0 or pure.name.partition(".")[0] in named or pure.parent.name in named


def owner_at(facts: SyntaxFacts | None, place: Place) -> str:
    """The type whose member is declared there; "" for what is no member, or where nobody can tell."""
    declared = (
        [f for f in facts.functions if f.span.first_line == place.line and not f.is_lambda] if facts is not None else []
    )
    parts = declared[0].qualified.split(".") if declared else []
    return parts[-2] if len(parts) > 1 else ""
