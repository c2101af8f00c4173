"""The rest of the repository, for the steps that look something up in it: found by word, ranked, read and parsed within limits."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from reviewer.core.change import ChangeSet
from reviewer.core.problem import ReviewError
from reviewer.core.source import Found, SourceReader, expect, search
from reviewer.core.span import Side
from reviewer.core.value import value
from reviewer.facts.gather import Parse
from reviewer.facts.syntax import SyntaxFacts
from reviewer.facts.workers import Job
from reviewer.files import is_development, is_test
from reviewer.relevance.signals import BUILD_FILES, CODE, DOCUMENTS, PROSE, is_generated

# Files that hold nothing but secrets are not opened; what is opened is redacted like everything else.
_SECRET = re.compile(
    r"(^|/)(\.env[^/]*|\.netrc|\.npmrc|\.pypirc|id_(rsa|dsa|ecdsa|ed25519)|credentials|secrets?(\.[^/]+)?|[^/]+\.(pem|key|p12|pfx|jks|keystore|kdbx))$",
    re.IGNORECASE,
)
_READS, _FAR_READS = (
    40,
    50,
)  # files read for one question; GitHub's API has fifty in a request, but no search in a commit
_RUN_READS, _RUN_FAR_READS = 1_500, 300  # of all questions of a run
_RUN_SEARCHES = 300
TEST_WEIGHT, PROSE_WEIGHT = 2, 3
_PARSED = 200_000  # characters of a file that is parsed for it


def is_secret(path: str) -> bool:
    """Whether a file is never opened for a question, by its name."""
    return _SECRET.search(path) is not None


@value()
class Candidates:
    """Files that may hold the answer, most promising first, as many as may be read; `account` says what was
    searched, `is_partial` that it was not all."""

    paths: tuple[str, ...]
    account: str
    left: int = 0
    is_partial: bool = False


@dataclass(slots=True)
class Shelf:
    """One for a run. `parse` None: the syntax of files that are looked up is not known. `before` has the texts before the change of
    the files that it touches, `added` the numbers of the lines that it adds to them."""

    reader: SourceReader
    parse: Parse | None = None
    before: Mapping[str, str] = field(default_factory=dict)
    added: Mapping[str, frozenset[int]] = field(default_factory=dict)
    _paths: tuple[str, ...] | None = None
    _facts: dict[str, SyntaxFacts | None] = field(default_factory=dict)
    _texts: dict[str, str | None] = field(default_factory=dict)
    _searches: dict[tuple[tuple[str, ...], bool], Found | None] = field(default_factory=dict)
    _read: int = 0
    _trouble: str = ""

    @property
    def paths(self) -> tuple[str, ...]:
        """Every path of the version after the change that may be opened."""
        if self._paths is None:
            self._paths = tuple(path for path in self.reader.paths(Side.AFTER) if not is_secret(path))
        return self._paths

    def holding(
        self, words: Sequence[str], near: Sequence[str], *, names: Iterable[str] = (), loose: bool = False,
        only: Callable[[str], bool] = lambda _path: True,
    ) -> Candidates:  # fmt: skip
        """Files with one of the words, or, where nothing can search, files that by their paths may have it. `names` are stems that
        are likelier than others."""
        stems = {name.lower() for name in names}
        known = [path for path in self.paths if only(path) and _is_readable(path)]
        found = self._search(tuple(words), loose=loose)
        if found is None:
            chosen = sorted(known, key=lambda path: (_unlike(path, stems), *_order(path, near, stems)))[:_FAR_READS]
            account = self._trouble or f"read {len(chosen)} of {len(known)} files, chosen by their paths"
            return Candidates(paths=tuple(chosen), account=account, is_partial=len(chosen) < len(known))
        ranked = sorted((path for path in known if path in found.paths), key=lambda path: _order(path, near, stems))
        return Candidates(
            paths=tuple(ranked[:_READS]), account=_searched(found.searched, len(known)), left=len(ranked[_READS:])
        )

    def texts(self, paths: Sequence[str]) -> dict[str, str]:
        """The texts of these files, as many as the run may still read."""
        new = [path for path in paths if path not in self._texts]
        most = _RUN_FAR_READS if self._is_far else _RUN_READS
        new = new[: max(0, most - self._read)]
        self._read += len(new)
        expect(self.reader, new, Side.AFTER)
        for path in new:
            self._texts[path] = self.reader.read(path, Side.AFTER)
        return {path: text for path in paths if (text := self._texts.get(path)) is not None}

    def facts(self, texts: dict[str, str]) -> dict[str, SyntaxFacts]:
        """What a parser reads in them; nothing for what it can't: such a file is searched line by line."""
        new = [path for path, text in texts.items() if path not in self._facts and len(text) <= _PARSED]
        if new and self.parse is not None:
            parsed, _ = self.parse([Job(path=path, text=texts[path], side=Side.AFTER) for path in new])
            self._facts.update({path: parsed.get((path, Side.AFTER)) for path in new})
        return {path: facts for path in texts if (facts := self._facts.get(path)) is not None}

    def facts_before(self, path: str) -> SyntaxFacts | None:
        """What a parser reads in a file of the change as it was."""
        text = self.before.get(path, "")
        if self.parse is None or not text or len(text) > _PARSED:
            return None
        parsed, _ = self.parse([Job(path=path, text=text, side=Side.BEFORE)])
        return parsed.get((path, Side.BEFORE))

    @property
    def _is_far(self) -> bool:
        return any(found is None for found in self._searches.values())

    def _search(self, words: tuple[str, ...], *, loose: bool) -> Found | None:
        key = (words, loose)
        if key not in self._searches:
            if self._trouble or len(self._searches) >= _RUN_SEARCHES:
                return None
            try:
                self._searches[key] = search(self.reader, words, Side.AFTER, loose=loose)
            except ReviewError as error:
                # One search that takes too long is enough: the others would, too.
                self._searches[key], self._trouble = None, f"the search failed: {error}"
        return self._searches[key]


def _searched(files: int, known: int) -> str:
    """In words that nobody takes for the number of files that hold it."""
    count = f"{files:,} file{'s' * (files != 1)}"
    if files < known:
        return f"looked for in {count} of the repository after the change, not in all"
    return f"looked for in the whole repository after the change ({count})"


def is_document(path: str) -> bool:
    """Configuration and build files."""
    return DOCUMENTS.search(path) is not None or BUILD_FILES.search(path) is not None or path.endswith((".tf", ".hcl"))


def distance(path: str, near: Sequence[str]) -> int:
    """How far a file is from the nearest of some others: 0 in the same folder."""
    parts = path.split("/")[:-1]
    return min((_apart(parts, other.split("/")[:-1]) for other in near), default=0)


def weight(path: str) -> int:
    """Production code before examples, those before tests, those before prose."""
    if PROSE.search(path) and not BUILD_FILES.search(path):
        return PROSE_WEIGHT
    return TEST_WEIGHT if is_test(path) else 1 if is_development(path) else 0


def _apart(parts: Sequence[str], others: Sequence[str]) -> int:
    same = next(
        (n for n, (a, b) in enumerate(zip(parts, others, strict=False)) if a != b), min(len(parts), len(others))
    )
    return len(parts) + len(others) - 2 * same


def _is_readable(path: str) -> bool:
    return not is_generated(path)


def _order(path: str, near: Sequence[str], stems: set[str]) -> tuple[int, bool, bool, int, str]:
    stem = PurePosixPath(path).name.partition(".")[0].lower()
    return weight(path), stem not in stems, not (CODE.search(path) or is_document(path)), distance(path, near), path


def _unlike(path: str, stems: set[str]) -> int:
    """Without a search: files whose name holds the word first."""
    stem = PurePosixPath(path).name.partition(".")[0].lower()
    return 0 if stem in stems else 1 if any(name in stem or stem in name for name in stems if stem) else 2


def shelf_around(change_set: ChangeSet, reader: SourceReader, parse: Parse) -> Shelf:
    """The shelf of a run that reviews a change."""
    added = {
        file.path: frozenset(number for hunk in file.hunks for number in hunk.changed_numbers(Side.AFTER))
        for file in change_set.files
        if file.after is not None
    }
    before = {path: file.before for file in change_set.files if file.before and (path := file.path_on(Side.BEFORE))}
    return Shelf(reader=reader, parse=parse, before=before, added=added)
