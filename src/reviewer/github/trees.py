"""The tree of a commit, whole, also where GitHub's one answer is cut off (100,000 entries or 7 MB)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from reviewer.core.problem import ReviewError

_LINK, _SUBMODULE, _FOLDER = "120000", "160000", "040000"
#: Subtrees that are asked for one by one at most, for both sides of a change together.
_REQUESTS = 400
_TOO_LARGE = (
    "The repository has too many files to be read through GitHub's API. Review a checkout instead: "
    "stream-review review --base REF --head REF."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A file, symlink or submodule. `sha` is the blob's (the commit's for a submodule); `size` in bytes."""

    path: str
    mode: str
    sha: str
    size: int

    @property
    def is_submodule(self) -> bool:
        """Whether it only names a commit of another repository."""
        return self.mode == _SUBMODULE

    @property
    def is_link(self) -> bool:
        """Whether its content is the path it points to."""
        return self.mode == _LINK


Tree = Mapping[str, Entry]
#: (sha of a tree or commit, whether with everything below) -> GitHub's answer.
Ask = Callable[[str, bool], Mapping[str, Any]]


class TooLarge(ReviewError):
    """GitHub cuts the tree off, and asking folder by folder would take more requests than we may spend."""


class Trees:
    """Trees by sha. An unchanged folder has the same sha on both sides and is read once.

    `requests` is how many folders of a tree that is cut off may be asked for one by one, None the usual.
    """

    def __init__(self, ask: Ask, requests: int | None = None) -> None:
        self._ask = ask
        self._known: dict[str, Tree] = {}
        self._left = _REQUESTS if requests is None else requests

    def read(self, sha: str) -> Tree:
        """Path -> entry of everything below. Raises TooLarge for a repository that can't be read this way."""
        if sha not in self._known:
            self._known[sha] = self._read(sha)
        return self._known[sha]

    def _read(self, sha: str) -> Tree:
        answer = self._ask(sha, True)
        listed = answer["tree"]
        if not answer["truncated"] and _is_whole(listed):
            return {item["path"]: _entry(item) for item in listed if item["type"] != "tree"}
        found: dict[str, Entry] = {}
        answer = self._ask(sha, False)
        if answer["truncated"]:
            raise TooLarge(_TOO_LARGE)
        for item in answer["tree"]:
            if item["type"] != "tree":
                found[item["path"]] = _entry(item)
                continue
            self._left -= 1
            if self._left < 0:
                raise TooLarge(_TOO_LARGE)
            for path, entry in self.read(item["sha"]).items():
                whole = f"{item['path']}/{path}"
                found[whole] = Entry(path=whole, mode=entry.mode, sha=entry.sha, size=entry.size)
        return found


def _is_whole(listed: list[Mapping[str, Any]]) -> bool:
    """Every folder has something below it. A redirect that lost our `recursive` would give the first level only."""
    folders = {item["path"] for item in listed if item["type"] == "tree"}
    return folders <= {item["path"].rpartition("/")[0] for item in listed}


def _entry(item: Mapping[str, Any]) -> Entry:
    return Entry(path=item["path"], mode=item["mode"], sha=item["sha"], size=int(item.get("size") or 0))


def is_tree(data: Any) -> bool:
    """Whether an answer is a tree."""
    return (
        isinstance(data, dict)
        and isinstance(data.get("tree"), list)
        and isinstance(data.get("truncated"), bool)
        and all(isinstance(item, dict) and {"path", "mode", "type", "sha"} <= item.keys() for item in data["tree"])
    )
