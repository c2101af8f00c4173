"""What the model would need to see to decide: looked up in the repository, read-only, within limits."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from typing import Protocol

from reviewer.context.budget import slice_cost
from reviewer.context.redact import shown
from reviewer.context.unit import ContextSlice, ReviewUnit
from reviewer.core.source import SourceReader
from reviewer.core.span import Side, Span

_READS = 12  # files read for one unit: over GitHub's API each is a request
_CHARS = 24_000  # of all pieces for one unit
_WHOLE = 9_000  # a file up to this length is shown whole
_AROUND = 60  # lines before and after the place that was asked for
_CONFIG = (".yml", ".yaml", ".properties", ".conf", ".toml")
# Files that hold nothing but secrets are not opened; what is opened is redacted like everything else.
_SECRET = re.compile(
    r"(^|/)(\.env[^/]*|\.netrc|\.npmrc|\.pypirc|id_(rsa|dsa|ecdsa|ed25519)|credentials|secrets?(\.[^/]+)?|[^/]+\.(pem|key|p12|pfx|jks|keystore|kdbx))$",
    re.IGNORECASE,
)


class Wanted(Protocol):
    """A need as the model states it."""

    @property
    def path(self) -> str | None: ...
    @property
    def symbol(self) -> str | None: ...
    @property
    def question(self) -> str: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """The unit with what was found, and the texts of the files that it now shows, by path, as they are."""

    unit: ReviewUnit
    texts: dict[str, str]


def serve(unit: ReviewUnit, wanted: Sequence[Wanted], reader: SourceReader) -> Served | None:
    """The unit with the pieces asked for; None when nothing was found that it does not show already."""
    desk = _Desk(unit, reader)
    pieces: list[ContextSlice] = []
    missing: list[str] = []
    room = _CHARS
    for need in wanted:
        found = [piece for piece in desk.look_up(need) if slice_cost(piece) <= room]
        room -= sum(slice_cost(piece) for piece in found)
        pieces += found
        missing += [] if found else [shown(f"not found: {need.path or need.symbol}")]
    if not pieces:
        return None
    extended = replace(unit, slices=(*unit.slices, *pieces), cut=(*unit.cut, *missing))
    return Served(unit=extended, texts={piece.span.path: desk.texts[piece.span.path] for piece in pieces})


class _Desk:
    """Reads for one unit, within its limits."""

    def __init__(self, unit: ReviewUnit, reader: SourceReader) -> None:
        self.texts: dict[str, str] = {}
        self._reader = reader
        self._paths = tuple(path for path in reader.paths(Side.AFTER) if not _SECRET.search(path))
        self._left = _READS
        self._shown: dict[str, set[int]] = {}
        for hunk in unit.hunks:
            self._shown.setdefault(hunk.path, set()).update(hunk.hunk.numbers(Side.AFTER))
        for piece in unit.slices:
            self._shown.setdefault(piece.span.path, set()).update(
                range(piece.span.first_line, piece.span.last_line + 1)
            )

    def look_up(self, need: Wanted) -> Iterator[ContextSlice]:
        """Pieces that answer a need and are not shown yet."""
        symbol = (need.symbol or "").strip()
        for path in self._candidates((need.path or "").strip(), symbol):
            text = self._read(path)
            if text is None:
                continue
            place = _place_of(symbol, text)
            if need.path or place is not None or PurePosixPath(path).stem in symbol.split("."):
                piece = self._piece(path, text, place, need.question)
                if piece is not None:
                    yield piece
                    return

    def _candidates(self, path: str, symbol: str) -> Iterator[str]:
        """Only paths of the tree: what the model names is compared with them and never opened as it stands."""
        if path:
            bare = path.removeprefix("./").lstrip("/")
            exact = [known for known in self._paths if known == bare]
            yield from exact or [known for known in self._paths if known.endswith(f"/{bare}")][:2]
            return
        names = re.findall(r"\w+", symbol)
        types = {name for name in names if name[:1].isupper()} or set(names[-1:])
        yield from (known for known in self._paths if PurePosixPath(known).stem in types)
        if symbol:
            yield from (known for known in self._paths if known.endswith(_CONFIG) and not known.startswith("."))

    def _read(self, path: str) -> str | None:
        if path not in self.texts and self._left > 0:
            self._left -= 1
            text = self._reader.read(path, Side.AFTER)
            if text is not None:
                self.texts[path] = text
        return self.texts.get(path)

    def _piece(self, path: str, text: str, place: int | None, question: str) -> ContextSlice | None:
        lines = text.removesuffix("\n").split("\n")
        first, last = 1, len(lines)
        if len(text) > _WHOLE:
            first, last = max(1, (place or 1) - _AROUND), min(len(lines), (place or 1) + _AROUND)
        seen = self._shown.setdefault(path, set())
        if seen.issuperset(range(first, last + 1)):
            return None
        seen.update(range(first, last + 1))
        # Redacted as a whole file, so that a key block is seen from its beginning.
        clean = shown(text).split("\n")[first - 1 : last]
        span = Span(path=path, side=Side.AFTER, first_line=first, last_line=last)
        return ContextSlice(text="\n".join(clean), span=span, why=shown(f"you asked: {question}"))


def _place_of(symbol: str, text: str) -> int | None:
    """The line where the symbol is declared, else where it first occurs."""
    name = symbol.removesuffix("()")
    for wanted in dict.fromkeys((name, name.rsplit(".", 1)[-1])):
        if not wanted:
            continue
        word = rf"(?<![\w.-]){re.escape(wanted)}(?![\w-])"
        declared = re.search(rf"(?m)^.*\b(?:class|interface|record|enum|object|def|fun|func|fn)\s+{word}", text)
        found = declared or re.search(word, text)
        if found:
            return text.count("\n", 0, found.start()) + 1
    return None
