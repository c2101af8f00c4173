"""A brief: one Markdown file beside this one, with the facts that decide in one technology and the marks that select it.

Its front matter is `key: value, value` lines. `covers` names the clients and versions of which the lines are true; a line that
speaks of a default names its client when the brief covers several. `kind` orders briefs, the most specific first. The rest are
marks (see `choose.py`); `instead` names briefs that it stands for, `also` those that come along, and `rules` are technologies
of rules whose ids are offered.
A line is `- risk: fact [id, id]`; the ids are those of the risk catalogue, which are ids of rules where a rule exists.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, field
from functools import cache
from importlib import resources

KINDS = ("framework", "page", "document", "client", "general")
_LISTS = (
    "imports", "libraries", "languages", "coordinates", "files", "words", "last-resort", "instead", "also", "rules",
)  # fmt: skip
_LINE = re.compile(r"- (?P<text>[^\n]+?)(?: \[(?P<risks>[a-z0-9]+(?:-[a-z0-9]+)+(?:, [a-z0-9-]+)*)\])?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One line. `text` is `risk: fact`; `risks` are the ids of the risks that it decides."""

    text: str
    risks: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Brief:
    """One technology. `facts` are in order of weight: the last ones go first when there is no room."""

    technology: str
    covers: str
    kind: str
    facts: tuple[Fact, ...]
    imports: tuple[str, ...] = ()
    libraries: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    coordinates: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    last_resort: tuple[str, ...] = ()
    instead: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()
    text: str = field(default="", repr=False)

    @property
    def is_technology(self) -> bool:
        """Whether it says which library or engine runs, not only which kind of document is changed."""
        return self.kind in ("framework", "client", "page")


@cache
def all_briefs() -> tuple[Brief, ...]:
    """Every brief, by name."""
    folder = resources.files(__package__)
    names = sorted(entry.name for entry in folder.iterdir() if entry.name.endswith(".md"))
    return tuple(
        parse_brief(name.removesuffix(".md"), folder.joinpath(name).read_text(encoding="utf-8")) for name in names
    )


def in_order(briefs: Collection[Brief]) -> tuple[Brief, ...]:
    """The most specific first; among clients those that the unit uses itself before those that only come along."""
    along = come_along(briefs)
    return tuple(sorted(briefs, key=lambda b: (KINDS.index(b.kind), b.technology in along, b.technology)))


def come_along(briefs: Collection[Brief]) -> frozenset[str]:
    """The names of the clients that are there because another brief brings them."""
    brought = {name for brief in briefs for name in brief.also}
    return frozenset(b.technology for b in briefs if b.technology in brought and b.kind in ("client", "general"))


def parse_brief(technology: str, text: str) -> Brief:
    """Raises ValueError that names the brief and the line that is wrong."""
    head, found, body = text.removeprefix("---\n").partition("\n---\n")
    if not found:
        raise ValueError(f"{technology}: a brief begins with front matter between two lines `---`")
    values = dict(_value(technology, line) for line in head.split("\n"))
    if values.get("kind") not in KINDS or not values.get("covers"):
        raise ValueError(f"{technology}: `covers` is missing, or `kind` is not one of {', '.join(KINDS)}")
    lists = {name.replace("-", "_"): _list(values.get(name, "")) for name in _LISTS}
    facts = tuple(_fact(technology, line) for line in body.strip().split("\n"))
    return Brief(technology=technology, covers=values["covers"], kind=values["kind"], facts=facts, text=text, **lists)


def _value(technology: str, line: str) -> tuple[str, str]:
    key, found, value = line.partition(": ")
    if not found or not value.strip() or key not in ("covers", "kind", *_LISTS):
        raise ValueError(f"{technology}: not a line of front matter: {line!r}")
    return key, value.strip()


def _list(value: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in value.split(",") if part.strip())


def _fact(technology: str, line: str) -> Fact:
    match = _LINE.fullmatch(line)
    if match is None or ": " not in match["text"]:
        raise ValueError(f"{technology}: not a line `- risk: fact [id, id]`: {line!r}")
    return Fact(text=match["text"], risks=_list(match["risks"] or ""))
