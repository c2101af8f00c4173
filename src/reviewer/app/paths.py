"""Which files a run looks at: the team's gitignore patterns and the paths of the command line."""

from __future__ import annotations

from collections.abc import Callable, Sequence


def skipper(only: Sequence[str], ignored: Sequence[str]) -> Callable[[str], bool]:
    """A predicate that says whether a path is left out."""
    if not only and not ignored:
        return lambda _path: False
    from pathspec import GitIgnoreSpec

    wanted = GitIgnoreSpec.from_lines([_pattern(path) for path in only]) if only else None
    unwanted = GitIgnoreSpec.from_lines(ignored)

    def skip(path: str) -> bool:
        return unwanted.match_file(path) or (wanted is not None and not wanted.match_file(path))

    return skip


def _pattern(path: str) -> str:
    """`.` and `./src`, as people type them, are no gitignore patterns."""
    plain = path.removeprefix("./")
    return plain if plain not in ("", ".") else "*"
