"""What the model would need to see to decide: looked up in the repository, read-only, within limits."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from reviewer.context.budget import slice_cost
from reviewer.context.lookup import Answer, look_up, stem
from reviewer.context.names import name_of, named_in
from reviewer.context.parts import parts
from reviewer.context.piece import without
from reviewer.context.places import Place, Target
from reviewer.context.redact import shown
from reviewer.context.shelf import TEST_WEIGHT, Shelf, is_document, weight
from reviewer.context.spare import bare_lines
from reviewer.context.unit import ContextSlice, ReviewUnit
from reviewer.core.report import Served as Record
from reviewer.core.span import Side, Span
from reviewer.facts.syntax import SyntaxFacts

_CHARS = 21_000  # of all pieces for one unit: about 7,000 tokens
_WHOLE = 6_000  # a file up to this length that was asked for is shown whole
_AROUND = 60  # lines before and after the place in a longer one
_PIECES = {"definition": 6, "callers": 6, "subclasses": 8, "setting": 8, "version": 8}
_SAME = 80  # what the heading of a piece costs, that others of its place share
_TESTS = 2  # of them, beside production code
_ALSO_FILES, _ALSO_LINES = 8, 4  # whose places are named without being shown, and of each how many
_BEFORE = re.compile(
    r"\b(?:before|old|removed|deleted|used to|previous(?:ly)?|was|did|formerly|originally)\b", re.IGNORECASE
)
_CALL = re.compile(r"(\w+)\s*\(")
#: A value that the environment gives: `os.environ.get("X")`, `Environment.GetEnvironmentVariable("X")`, `process.env.X`, `${X:0}`.
_ENVIRONMENT = re.compile(
    r"(?i:environ\w*|env(?:::var\w*)?)\W{0,3}(?i:get\w*|fetch)?\W{0,3}(?P<read>[A-Z][A-Z\d_]{3,})\b|\$\{(?P<placed>[A-Z][A-Z\d_]{3,})[:}]"
)
_VARIABLES, _SET = 3, 2  # variables of one setting that are followed, and places of each
_BEFORE_FILES = 2  # of the change, that hold the name
_METHODS = 2  # of a type whose subtypes are asked for
_SYMBOL = 200  # characters of a name that are looked for, and repeated


class Wanted(Protocol):
    """A need as the model states it."""

    @property
    def path(self) -> str | None: ...
    @property
    def symbol(self) -> str | None: ...
    @property
    def question(self) -> str: ...
    @property
    def what(self) -> str: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """The unit with what was found, the texts of the files that it now shows, by path, as they are, and the account of it."""

    unit: ReviewUnit
    texts: dict[str, str]
    records: tuple[Record, ...]


def serve(unit: ReviewUnit, wanted: Sequence[Wanted], shelf: Shelf, why: str = "you asked") -> Served | None:
    """The unit with the pieces asked for, and with what was not found; None when it shows all of it already."""
    desk = _Desk(unit, shelf, why)
    for need in wanted:
        desk.serve(need)
    if not desk.pieces and not desk.missing:
        return None
    extended = replace(unit, slices=(*unit.slices, *desk.pieces), cut=(*unit.cut, *desk.missing, *desk.cut))
    return Served(unit=extended, texts=desk.texts, records=tuple(desk.records))


class _Desk:
    """Collects for one unit, within its limits."""

    def __init__(self, unit: ReviewUnit, shelf: Shelf, why: str) -> None:
        self.pieces: list[ContextSlice] = []
        self.missing: list[str] = []
        self.cut: list[str] = []
        self.records: list[Record] = []
        self.texts: dict[str, str] = {}
        self._unit, self._shelf, self._why = unit, shelf, why
        self._room = _CHARS
        self._clean: dict[str, list[str]] = {}
        self._seen: dict[str, set[int]] = {}
        self._was: set[Span] = set()
        for hunk in unit.hunks:
            self._seen.setdefault(hunk.path, set()).update(hunk.hunk.numbers(Side.AFTER))
        self._called = {name for hunk in unit.hunks for line in hunk.hunk.lines for name in _CALL.findall(line.text)}
        for piece in unit.slices:
            self._seen.setdefault(piece.span.path, set()).update(range(piece.span.first_line, piece.span.last_line + 1))

    def serve(self, need: Wanted) -> None:
        """Look one need up, and keep what is new of it."""
        symbol, path = name_of(need.symbol or "")[:_SYMBOL], (need.path or "").strip()[:_SYMBOL]
        asked = shown(" ".join((symbol or path).split()))
        note = ""
        if path and need.what == "definition":
            answer = self._in_file(path, symbol, need.question)
        else:
            answer = look_up(need.what, symbol or stem(path), self._shelf, self._unit.paths)
            if need.what == "definition" and answer.spots:
                answer = self._with_parts(answer, symbol, need.question)
            elif need.what == "subclasses" and answer.spots:
                answer = self._with_methods(answer, symbol, need.question)
        was = self._as_it_was(path, symbol, need) if need.what in ("definition", "callers") else []
        if not answer.spots and (not was or need.what == "callers"):
            account = f"; {answer.account}" if answer.account else ""
            # A library's method is called here and declared elsewhere: only what was looked for is denied.
            kind = "a declaration of " if need.what == "definition" and not path else _ASKED[need.what]
            note = f"not found: {kind}{asked}{account}"
            self.missing.append(note)
        found, left = self._keep(answer, need)
        if need.what == "setting":
            found += self._environment(found, need)
        found += was
        more = f" and what {answer.left} more files hold" if answer.left and need.what != "definition" else ""
        if answer.spots and not found:
            note = "no room for it" if left else "shown already"
        if answer.others:
            self.cut.append(shown(f"{_ASKED[need.what]}{asked}: {_namesakes(answer.others, need.what)}"))
        if left or more:
            also = f" (also {_by_file(left)})" if left else ""
            self.cut.append(shown(f"{_ASKED[need.what]}{asked}: {len(left)} more places{also}{more} were left out"))
        if found and answer.is_partial and need.what != "definition":
            self.cut.append(shown(f"{_ASKED[need.what]}{asked}: there may be more; {answer.account}"))
        self.records.append(
            Record(
                paths=self._unit.paths,
                what=need.what,
                asked=asked,
                question=shown(need.question),
                found=tuple(found),
                note=note,
            )
        )

    def _environment(self, found: Sequence[Span], need: Wanted) -> list[Span]:
        """Where a manifest sets the variables that the lines shown read: there stands the value, in the code only a default."""
        kept: list[Span] = []
        for name in list(dict.fromkeys(self._variables(found)))[:_VARIABLES]:
            answer = look_up("setting", name, self._shelf, self._unit.paths)
            spots = tuple(spot for spot in answer.spots if is_document(spot[0]))[:_SET]
            kept += self._keep(replace(answer, spots=spots), need)[0]
        return kept

    def _variables(self, spans: Sequence[Span]) -> Iterator[str]:
        for span in spans:
            lines = self.texts.get(span.path, "").split("\n")[span.first_line - 1 : span.last_line]
            for match in _ENVIRONMENT.finditer("\n".join(lines)):
                yield match["read"] or match["placed"]

    def _in_file(self, path: str, symbol: str, question: str) -> Answer:
        """Only paths of the tree: what the model names is compared with them and never opened as it stands."""
        bare = path.removeprefix("./").lstrip("/")
        exact = [known for known in self._shelf.paths if known == bare]
        paths = exact or [known for known in self._shelf.paths if bare and known.endswith(f"/{bare}")][:1]
        texts = self._shelf.texts(paths)
        facts = self._shelf.facts(texts)
        spots = [
            (known, place)
            for known, text in texts.items()
            for place in _about(known, symbol, question, text, facts.get(known), self._called)
        ]
        return Answer(spots=tuple(spots), account="no file that may be shown is called so after the change")

    def _with_parts(self, answer: Answer, symbol: str, question: str) -> Answer:
        """The best place first, and what else of its file the question names."""
        path, best = answer.spots[0]
        texts = self._shelf.texts([path])
        if best.rank > 0 or path not in texts:
            return answer
        facts = self._shelf.facts(texts).get(path)
        own = [(path, place) for place in _about(path, symbol, question, texts[path], facts, self._called)]
        return replace(answer, spots=(*own, *(spot for spot in answer.spots if spot[0] != path)))

    def _with_methods(self, answer: Answer, symbol: str, question: str) -> Answer:
        """Of the subtypes of a type the methods that the question names, before the heads of all of them."""
        named = [name for name in named_in(question) if re.fullmatch(r"[a-z_]\w+(\(.*\))?", name)][:_METHODS]
        found = [look_up("subclasses", f"{symbol}.{name}", self._shelf, self._unit.paths) for name in named]
        return replace(answer, spots=(*(spot for one in found for spot in one.spots), *answer.spots))

    def _as_it_was(self, path: str, symbol: str, need: Wanted) -> list[Span]:
        """Of a file that the change touches, the declaration before the change, where the question is about that or it is gone."""
        name = re.split(r"[.:#]", re.sub(r"\(.*\)$", "", symbol))[-1]
        held = [p for p, text in self._shelf.before.items() if name and name in text]
        if need.what == "callers" or not _BEFORE.search(need.question):
            held = [p for p in held if self._is_gone(symbol, p)]
        kept: list[Span] = []
        for known in [p for p in held if p == path] or held[:_BEFORE_FILES]:
            text = self._shelf.before[known]
            for place in parts(symbol, need.question, text, self._shelf.facts_before(known)):
                clean = "\n".join(shown(text.removesuffix("\n")).split("\n")[place.first - 1 : place.last])
                span = Span(path=known, side=Side.BEFORE, first_line=place.first, last_line=place.last)
                piece = ContextSlice(
                    text=clean, span=span, why=shown(f"{self._why}, as it was before: {need.question}")
                )
                is_same = clean in shown(self._shelf.texts([known]).get(known, ""))
                if slice_cost(piece) <= self._room and span not in self._was and not is_same:
                    self._room -= slice_cost(piece)
                    self._was.add(span)
                    self.pieces.append(piece)
                    kept.append(span)
        return kept

    def _is_gone(self, symbol: str, path: str) -> bool:
        """Whether the change takes a declaration away."""
        target, old = Target(symbol), self._shelf.facts_before(path)
        texts = self._shelf.texts([path])
        new = self._shelf.facts(texts).get(path)
        was, now = (
            [f.name for f in facts.functions] + [t.name for t in facts.types] if facts else [] for facts in (old, new)
        )
        return target.name in was and target.name not in now

    def _keep(self, answer: Answer, need: Wanted) -> tuple[list[Span], list[tuple[str, int]]]:
        """The places that are new, as pieces; and those that were left out, as path and line."""
        texts = self._shelf.texts(list(dict.fromkeys(path for path, _ in answer.spots)))
        kept: list[Span] = []
        left: list[tuple[str, int]] = []
        tests = 0
        for path, place in answer.spots:
            seen = self._seen.setdefault(path, set())
            whole = need.what == "definition"
            # What leads up to a declaration that is shown brings nothing.
            if seen.issuperset(n for n in place.numbers if n >= place.line) or (place.line in seen and not whole):
                continue
            is_test = weight(path) >= TEST_WEIGHT
            # Where production code answers, many tests that do the same add nothing.
            many = is_test and tests >= _TESTS and tests < len(kept)
            lines = place if whole else _unseen(place, seen)
            full = many or len(kept) >= _PIECES[need.what]
            pieces = [] if full else self._pieces(path, texts[path], lines, self._because(need, place))
            cost = sum(map(slice_cost, pieces)) - _SAME * (len(pieces) - 1)
            if not pieces or cost > self._room:
                left.append((path, place.line))
                continue
            self._room -= cost
            tests += is_test
            seen.update(lines.numbers)
            self.pieces += pieces
            self.texts[path] = texts[path]
            kept.append(replace(pieces[0].span, last_line=pieces[-1].span.last_line))
        return kept, left

    def _pieces(self, path: str, text: str, place: Place, why: str) -> list[ContextSlice]:
        """Redacted as a whole file, so that a key block is seen from its beginning."""
        if path not in self._clean:
            self._clean[path] = shown(text.removesuffix("\n")).split("\n")
        clean, added = self._clean[path], self._shelf.added.get(path, frozenset())
        runs = without((place.first, min(place.last, len(clean)), why), place.hidden)
        return [
            ContextSlice(
                text="\n".join(clean[first - 1 : last]), why=why,
                span=Span(path=path, side=Side.AFTER, first_line=first, last_line=last), added=added.intersection(range(first, last + 1)),
            )
            for first, last, _ in runs
        ]  # fmt: skip

    def _because(self, need: Wanted, place: Place) -> str:
        said = f" ({place.is_what})" if place.is_what else ""
        return shown(f"{self._why}: {need.question}{said}")


_ASKED = {
    "definition": "", "callers": "callers of ", "subclasses": "subclasses of ", "setting": "settings of ", "version": "version of ",
}  # fmt: skip


def _about(
    path: str, symbol: str, question: str, text: str, facts: SyntaxFacts | None, called: Collection[str]
) -> tuple[Place, ...]:
    """A short file whole; of a longer one what is asked about, else the lines around the first mention."""
    count = text.removesuffix("\n").count("\n") + 1
    if len(text) <= _WHOLE:
        spare = bare_lines(facts, text.removesuffix("\n").split("\n")) if facts is not None else frozenset()
        return (Place(first=1, last=count, line=1, rank=0, is_what="", hidden=spare),)
    symbol = symbol or stem(path)
    line = _first_line(symbol, text)
    around = Place(first=max(1, line - _AROUND), last=min(count, line + _AROUND), line=line, rank=0, is_what="")
    return parts(symbol, question, text, facts, called) or (around,)


def _namesakes(others: Sequence[tuple[str, Place]], what: str) -> str:
    """What is only called alike, with its places: whether it is meant, the model can tell better than we."""
    count = len(others)
    places = "1 other place" if count == 1 else f"{count} other places"
    why = (
        "calls on other types, as far as can be told" if what == "callers" else "nothing ties them to the changed code"
    )
    return f"{places} of this name not shown ({why}): {_by_file([(path, place.line) for path, place in others])}"


def _by_file(places: Sequence[tuple[str, int]]) -> str:
    """`a/B.java:12, 40; a/C.java:7`."""
    files: dict[str, list[int]] = {}
    for path, line in places:
        files.setdefault(path, []).append(line)
    told = [
        f"{path}:{', '.join(map(str, lines[:_ALSO_LINES]))}{', …' * (len(lines) > _ALSO_LINES)}"
        for path, lines in list(files.items())[:_ALSO_FILES]
    ]
    more = len(files) - len(told)
    return "; ".join([*told, *([f"{more} more files"] if more else [])])


def _unseen(place: Place, seen: set[int]) -> Place:
    """The lines around the place that are not shown yet."""
    first = last = place.line
    while first > place.first and first - 1 not in seen:
        first -= 1
    while last < place.last and last + 1 not in seen:
        last += 1
    return replace(place, first=first, last=last)


def _first_line(symbol: str, text: str) -> int:
    """The line where a name first occurs, else the first."""
    for name in dict.fromkeys((symbol, re.split(r"[.:#]", symbol)[-1])) if symbol else ():
        found = re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", text) if name else None
        if found:
            return text.count("\n", 0, found.start()) + 1
    return 1
