"""Everything of a commit on GitHub, brought here so that it can be searched: GitHub itself can't search a commit.

Brought with the first question that needs it, and only once: a change without streaming code asks none. A few files come in
GraphQL; more come as the archive that GitHub packs, and what that leaves out (`export-ignore`) like the few. All is checked against the
names in the tree, kept in memory, and gone with the run.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from reviewer.core.problem import Problem, ReviewError
from reviewer.core.progress import SILENT, Progress
from reviewer.core.source import Found
from reviewer.github.reader import PullRequestReader
from reviewer.github.side_by_side import side_by_side
from reviewer.github.trees import Entry
from reviewer.inputs.port import FILE_LIMIT
from reviewer.inputs.search import matcher, searchable
from reviewer.inputs.work_tree import looks_binary

#: Files that are not worth an archive: six questions of GraphQL.
FEW = 300
#: Files that GraphQL is asked for behind an archive, and those that are asked for one by one behind both.
_LEFT, _SINGLE = 1_000, 40
#: Bytes of all texts that are kept in memory.
MOST = 128 * 1024 * 1024
_SHOWN = 3
_BINARY = re.compile(
    r"\.(7z|avif|bin|bmp|bz2|class|dll|dylib|eot|exe|gif|gz|ico|jar|jks|jpe?g|keystore|mov|mp[34]|o|p12|parquet|pdf|png|pyc|so|tar|tgz"
    r"|tiff?|ttf|war|webm|webp|woff2?|xlsx?|xz|zip|zst)$",
    re.IGNORECASE,
)
_MISSED = "A danger that lies in how unchanged code uses what this change touches may be missed."
_REMEDY = "A checkout is searched: `stream-review review --base REF --head REF` (in a workflow behind actions/checkout with `fetch-depth: 0`)."


class Whole:
    """The commits of one change. One for both: they hold mostly the same.

    `held` are the paths of each commit, by its sha, whose texts whoever asks has and searches already.
    """

    def __init__(
        self, reader: PullRequestReader, held: Mapping[str, frozenset[str]], progress: Progress = SILENT
    ) -> None:
        self._reader, self._held, self._progress = reader, held, progress
        self._brought: dict[str, tuple[Entry, ...]] = {}
        self._missing: dict[str, Entry] = {}
        self._reason = ""

    def search(self, sha: str, words: Sequence[str], *, loose: bool) -> Found | None:
        """The files of a commit with one of the words, but for the held; None when it could not be brought: `problems` says why then."""
        entries = self._bring(sha)
        if entries is None:
            return None
        matches = matcher(words, loose=loose)
        wanted = searchable(words)
        is_plain = not loose or all(
            word.isascii() for word in wanted
        )  # bytes know no upper and lower case of other letters
        needles = [word.encode().lower() if loose else word.encode() for word in wanted]
        found: set[str] = set()
        for entry in entries:
            data = self._reader.blob(entry.sha)
            # Most files have none of the words, and bytes are searched faster than they are decoded.
            held = data.lower() if loose else data
            may_have = not is_plain or any(needle in held for needle in needles)
            if may_have and matches(data.decode("utf-8", "replace")):
                found.add(entry.path)
        return Found(paths=frozenset(found), searched=self._counted(sha))

    def problems(self) -> tuple[Problem, ...]:
        """What was to be searched and could not be, and what to do; nothing where nothing was to be searched."""
        if self._reason:
            return (_problem("the unchanged files", f"could not be searched: {self._reason}"),)
        if not self._missing:
            return ()
        paths = sorted(self._missing)
        shown = ", ".join(paths[:_SHOWN]) + (", …" if len(paths) > _SHOWN else "")
        return (_problem(f"{len(paths)} of the unchanged files", f"could not be searched: {shown}"),)

    def _bring(self, sha: str) -> tuple[Entry, ...] | None:
        """The files that can be searched."""
        if sha not in self._brought and not self._reason:
            try:
                self._brought[sha] = self._fetched(sha)
            except ReviewError as error:
                self._reason = str(error).rstrip(".")
        return self._brought.get(sha)

    def _fetched(self, sha: str) -> tuple[Entry, ...]:
        held = self._held.get(sha, frozenset())
        listed = [e for path, e in self._reader.tree(sha).items() if path not in held and _is_searched(e)]
        if sum({entry.sha: entry.size for entry in listed}.values()) > MOST:
            raise ReviewError(f"they are more than {MOST // 1024 // 1024} MiB")
        self._progress("Fetching the repository to search it")
        if len(self._left(listed)) > FEW:
            self._unpack(sha, listed)
        self._reader.fetch(self._left(listed)[:_LEFT])
        single = {entry.sha for entry in self._left(listed)}
        if len(single) <= _SINGLE:
            side_by_side(self._reader.blob, sorted(single))
        self._missing |= {entry.path: entry for entry in self._left(listed)}
        return tuple(e for e in listed if self._reader.has(e) and not looks_binary(self._reader.blob(e.sha)))

    def _counted(self, sha: str) -> int:
        """The files of a commit that were looked at: what is empty or binary has no word."""
        entries = self._reader.tree(sha)
        return sum(e.size <= FILE_LIMIT and path not in self._missing for path, e in entries.items())

    def _unpack(self, sha: str, listed: Sequence[Entry]) -> None:
        """What the archive has. Without one, GraphQL may still do; the reason counts where it can't."""
        try:
            self._reader.fetch_archive(sha, self._left(listed))
        except ReviewError:
            if len(self._left(listed)) > _LEFT:
                raise

    def _left(self, entries: Iterable[Entry]) -> list[Entry]:
        return [entry for entry in entries if not (self._reader.has(entry) or self._reader.is_no_text(entry))]


def _problem(subject: str, message: str) -> Problem:
    return Problem(step="search", subject=subject, message=f"{message}. {_MISSED} {_REMEDY}")


def _is_searched(entry: Entry) -> bool:
    is_file = not (entry.is_submodule or entry.is_link)
    return is_file and 0 < entry.size <= FILE_LIMIT and _BINARY.search(entry.path) is None
