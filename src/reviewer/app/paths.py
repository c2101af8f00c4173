"""Which files a run looks at: the team's gitignore patterns and the paths of the command line."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from reviewer.core.change import ChangeSet
from reviewer.core.problem import ReviewError
from reviewer.core.source import SourceReader
from reviewer.core.span import Side

_NAMED = 5  # changed files that a message names


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


def unchanged(paths: Sequence[str], change_set: ChangeSet, reader: SourceReader, *, audit: bool) -> tuple[str, ...]:
    """What to tell of the paths that select nothing of the change although they are there.

    ReviewError for a path that selects nothing at all: with nothing to review, a typing error would read like an all-clear.
    """
    changed = [name for file in change_set.files for name in {file.path, file.old_path or file.path}]
    notices: list[str] = []
    for path in paths:
        if path.startswith("!") or _pattern(path) == "*":  # what leaves out, and what is everything
            continue
        skip = skipper([path], ())
        if not all(map(skip, changed)):
            continue
        tree = [name for side in Side for name in reader.paths(side)]
        if all(map(skip, tree)):
            raise ReviewError(_nowhere(path, changed, tree, audit=audit))
        what = "no file below it may be streaming code" if audit else f"nothing changed below {path}"
        notices.append(f"{path}: {what}.")
    return tuple(notices)


def _nowhere(path: str, changed: Sequence[str], tree: Sequence[str], *, audit: bool) -> str:
    """What a path was compared with, and what it may have meant."""
    names = sorted(set(changed))
    few = ", ".join(names[:_NAMED]) + (", …" if len(names) > _NAMED else "")
    of_change = f"the {len(names)} changed files ({few or 'none'})" if len(names) != 1 else f"the changed file {few}"
    of_tree = f"the {len(set(tree))} files of the repository"
    compared = of_tree if audit else f"{of_change} and {of_tree}" if tree else of_change
    import difflib  # not above: it is for mistakes only

    close = difflib.get_close_matches(path.removeprefix("./"), sorted({*names, *tree}), n=3, cutoff=0.6)
    hint = f" Did you mean {' or '.join(close)}?" if close else ""
    return f"The path {path!r} matches nothing. It was compared with {compared}, as a gitignore pattern seen from the top of the repository.{hint}"
