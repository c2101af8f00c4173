"""Running `git diff` and pairing what it lists with what it prints."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Sequence

from reviewer.core.change import FileChange, FileStatus
from reviewer.core.problem import ReviewError
from reviewer.core.value import value
from reviewer.diff.paths import unquote
from reviewer.diff.unified import parse_diff
from reviewer.inputs.git_base import INDEX, WORK_TREE, Versions
from reviewer.inputs.git_process import Git
from reviewer.inputs.port import NOT_CLONED, TOTAL_LIMIT

#: Everything that a user's or a repository's configuration could change about the output is said outright.
_LIST_OPTIONS = (
    "--no-color",
    "--no-ext-diff",
    "--no-textconv",
    "--no-relative",
    "--src-prefix=a/",
    "--dst-prefix=b/",
    # A status inside a submodule would run with the submodule's own configuration.
    "--ignore-submodules=dirty",
    "--submodule=short",
    "-O/dev/null",
    "--raw",
    "--no-abbrev",
)
_OPTIONS = (*_LIST_OPTIONS, "--find-renames", "--unified=3", "--inter-hunk-context=0", "--patch")
_RAW = re.compile(r":[0-7]{6} [0-7]{6} ([0-9a-f]+) ([0-9a-f]+) ([A-Z])[0-9]*\t(.*)", re.DOTALL)
_STATUS = {"A": FileStatus.ADDED, "D": FileStatus.DELETED}
#: Bytes of names that a command line holds with certainty.
_NAMES_LIMIT = 100_000


@value()
class Listed:
    """A file of the diff, and the object ids of its sides: None where only the work tree has it, or nothing does."""

    file: FileChange
    before: str | None
    after: str | None


@value()
class _Entry:
    old_path: str
    new_path: str
    before: str | None
    after: str | None
    letter: str


def run_diff(
    git: Git, versions: Versions, paths: Sequence[str], *, as_text: bool = False, missing: Container[str] = ()
) -> tuple[Listed, ...]:
    """The changed files between two versions. `as_text` prints also what attributes declare to be binary.

    Files with an object that is `missing` here have no hunks and say why; git would fail on the first of them.
    Raises ReviewError when git's list and its patch disagree (the work tree changed meanwhile).
    """
    _refuse_conflicts(git, versions)
    entries = (
        _entries(git.out("diff", *_LIST_OPTIONS, "--no-renames", *_compared(versions), "--", *paths)) if missing else []
    )
    lacking = [entry for entry in entries if entry.before in missing or entry.after in missing]
    if lacking and len(lacking) == len(entries):
        return tuple(map(_not_cloned, lacking))
    without = [f":(exclude,top,literal){entry.new_path}" for entry in lacking]
    if sum(map(len, without)) > _NAMES_LIMIT:
        raise ReviewError(f"{len(lacking)} of {len(entries)} changed files are {NOT_CLONED}.")
    return (*_printed(git, versions, [*paths, *without], as_text=as_text), *map(_not_cloned, lacking))


def _printed(git: Git, versions: Versions, paths: Sequence[str], *, as_text: bool) -> tuple[Listed, ...]:
    text = ("--text",) if as_text else ()
    out = git.out("diff", *_OPTIONS, *text, *_compared(versions), "--", *paths)
    if len(out) > TOTAL_LIMIT:
        raise ReviewError("The change is larger than 64 MiB. Name the paths to review.")
    listing, _, patch = out.partition(b"\n\n")
    entries = _entries(listing)
    files = parse_diff(patch)
    _refuse_disagreement(entries, files)
    before = {entry.old_path: entry.before for entry in entries}
    after = {entry.new_path: entry.after for entry in entries}
    return tuple(
        Listed(file=file, before=before.get(file.old_path or ""), after=after.get(file.new_path or ""))
        for file in files
    )


def _not_cloned(entry: _Entry) -> Listed:
    status = _STATUS.get(entry.letter, FileStatus.MODIFIED)
    file = FileChange(
        old_path=None if status is FileStatus.ADDED else entry.old_path,
        new_path=None if status is FileStatus.DELETED else entry.new_path, status=status, hunks=(), unread=NOT_CLONED,
    )  # fmt: skip
    return Listed(file=file, before=entry.before, after=entry.after)


def _refuse_conflicts(git: Git, versions: Versions) -> None:
    """Half-merged files hold both sides and markers: nothing true can be said about them. A diff may call them modified."""
    if versions.head not in (WORK_TREE, INDEX):
        return
    for entry in git.names("ls-files", "--unmerged", "-z"):
        raise ReviewError(f"{entry.partition(chr(9))[2]} has unresolved conflicts. Resolve and stage it first.")


def _compared(versions: Versions) -> tuple[str, ...]:
    if versions.head == WORK_TREE:
        return ("--end-of-options", versions.base)
    if versions.head == INDEX:
        return ("--cached", "--end-of-options", versions.base)
    return ("--end-of-options", versions.base, versions.head)


def _entries(listing: bytes) -> list[_Entry]:
    return [_entry(line) for line in listing.decode("utf-8", "replace").split("\n") if line]


def _entry(line: str) -> _Entry:
    found = _RAW.fullmatch(line)
    if not found:
        raise ReviewError(f"git diff listed a file in a way that cannot be read: {line[:200]!r}.")
    before, after, letter, names = found.groups()
    old, _, new = names.partition("\t")
    return _Entry(
        old_path=unquote(old), new_path=unquote(new or old), before=_oid(before), after=_oid(after), letter=letter
    )


def _oid(oid: str) -> str | None:
    return oid if oid.strip("0") else None


def _refuse_disagreement(entries: Iterable[_Entry], files: Iterable[FileChange]) -> None:
    listed = {path for entry in entries for path in (entry.old_path, entry.new_path)}
    printed = {path for file in files for path in (file.old_path, file.new_path) if path is not None}
    if listed != printed:
        odd = ", ".join(sorted(listed ^ printed)[:3])
        raise ReviewError(f"git diff lists other files than it prints ({odd}). Did the work tree change? Run it again.")
