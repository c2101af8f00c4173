"""Paths as diffs write them: quoted, prefixed, stamped with times."""

from __future__ import annotations

import re

from reviewer.core.problem import ReviewError

DEV_NULL = "/dev/null"
_PREFIX = re.compile(r"[abciow12]/")
_ESCAPE = re.compile(r'\\([0-7]{1,3}|[abtnvfr"\\])')
_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"')
_LETTERS = {"a": 7, "b": 8, "t": 9, "n": 10, "v": 11, "f": 12, "r": 13, '"': 34, "\\": 92}


def unquote(name: str) -> str:
    """A path in git's C-style quotes as the text it stands for; anything else as it is."""
    if not _QUOTED.fullmatch(name):
        return name
    body, out, last = name[1:-1], bytearray(), 0
    for escape in _ESCAPE.finditer(body):
        out += body[last : escape.start()].encode("utf-8", "replace")
        code = escape.group(1)
        out.append(int(code, 8) & 0xFF if code[0].isdigit() else _LETTERS[code])
        last = escape.end()
    out += body[last:].encode("utf-8", "replace")
    return out.decode("utf-8", "replace")


def header_name(rest: str) -> str:
    """The path of a `---` or `+++` line: what stands before the tab, unquoted."""
    quoted = _QUOTED.match(rest)
    return unquote(quoted.group()) if quoted else rest.split("\t", 1)[0]


def split_pair(rest: str) -> tuple[str, str] | None:
    """The two names behind `diff --git`, still with their prefixes; None when they cannot be told apart.

    Names with blanks are not quoted, so the only safe split is the one at which both names are the same file.
    """
    quoted = _QUOTED.match(rest)
    if quoted and rest[quoted.end() : quoted.end() + 1] == " ":
        return unquote(quoted.group()), unquote(rest[quoted.end() + 1 :])
    if rest.endswith('"') and ' "' in rest:
        left, right = rest.split(' "', 1)
        return left, unquote(f'"{right}')
    middle = len(rest) // 2
    if rest[middle : middle + 1] == " " and _same_file(rest[:middle], rest[middle + 1 :]):
        return rest[:middle], rest[middle + 1 :]
    parts = rest.split(" ")
    return (parts[0], parts[1]) if len(parts) == 2 else None


def without_prefixes(old: str, new: str) -> tuple[str, str]:
    """Both names without `a/` and `b/`, or without the two directories of `diff -r old new`.

    Equal names carry no prefix (`diff.noprefix`). `/dev/null` stays.
    """
    if old == new:
        return old, new
    if DEV_NULL in (old, new):
        return _bare(old), _bare(new)
    if _tail(old) == _tail(new) != "":
        return _tail(old), _tail(new)
    if _PREFIX.match(old) and _PREFIX.match(new) and old[0] != new[0]:
        return old[2:], new[2:]
    return old, new


def checked(path: str) -> str:
    """The path if it stays inside the repository. Raises ReviewError for anything else."""
    parts = path.split("/")
    if not path or "\0" in path:
        raise ReviewError("The diff has a file header without a usable file name.")
    if path.startswith("/") or ".." in parts:
        raise ReviewError(
            f"The diff names {path!r}, which is not inside the repository. Make the diff with paths relative to its root."
        )
    return path.removeprefix("./")


def _same_file(left: str, right: str) -> bool:
    return left == right or _tail(left) == _tail(right) != ""


def _tail(name: str) -> str:
    return name.partition("/")[2]


def _bare(name: str) -> str:
    return name[2:] if name != DEV_NULL and _PREFIX.match(name) else name
