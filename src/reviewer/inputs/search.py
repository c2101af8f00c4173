"""Which files hold a word: asked of git where there is one, else of a bounded number of files. The words are a stranger's.

Only names come back, never lines: a word with a hundred thousand hits costs as much as one with a single hit in each file.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from reviewer.core.problem import ReviewError
from reviewer.core.source import Found
from reviewer.inputs.git_process import Git, explained

_SECONDS = 15.0
_LONGEST = 200  # characters of a word
_FILES, _CHARS = 3_000, 40_000_000  # of a directory without git
_OPTIONS = (
    "-l", "-z", "-I", "-F", "--full-name", "--no-color", "--no-textconv", "--no-recurse-submodules",
)  # fmt: skip


def searchable(words: Iterable[str]) -> tuple[str, ...]:
    """The words that can be looked for: one line, printable, not endless."""
    clean = (word.strip() for word in words)
    return tuple(dict.fromkeys(word for word in clean if word and len(word) <= _LONGEST and word.isprintable()))


def grep(git: Git, words: Sequence[str], where: Sequence[str], *, loose: bool) -> frozenset[str]:
    """Paths of the files with one of the words. `where` names a commit, or `--cached`, or `--untracked` for the work tree."""
    wanted = searchable(words)
    if not wanted:
        return frozenset()
    # Each word is the value of an option of its own: whatever it looks like, it is no option and no expression.
    patterns = [part for word in wanted for part in ("-e", word)]
    done = git.hurried(_SECONDS).run("grep", *_OPTIONS, "-i" if loose else "-w", *patterns, *where, "--")
    if done.code not in (0, 1):
        raise ReviewError(f"git grep failed in {git.root}: {explained(done.error)}")
    prefix = "" if where[0].startswith("-") else f"{where[0]}:"
    names = (name.decode("utf-8", "replace") for name in done.out.split(b"\0") if name)
    return frozenset(name.removeprefix(prefix) for name in names)


def walk(paths: Sequence[str], read: Callable[[str], str | None], words: Sequence[str], *, loose: bool) -> Found:
    """The same by reading file after file, up to a limit."""
    matches = matcher(words, loose=loose)
    found: set[str] = set()
    searched, room = 0, _CHARS
    for path in paths[:_FILES]:
        text = read(path) if room > 0 else None
        if text is None:
            continue
        searched, room = searched + 1, room - len(text)
        if matches(text):
            found.add(path)
    return Found(paths=frozenset(found), searched=searched)


def matcher(words: Sequence[str], *, loose: bool) -> Callable[[str], bool]:
    """Whether a text holds one of the words, as git understands it."""
    wanted = searchable(words)
    if loose:
        lowered = [word.lower() for word in wanted]
        return lambda text: any(word in text.lower() for word in lowered)
    # Plain searches: hundreds of words tried at each character cost a second for a few hundred files.
    return lambda text: any(word in text and _stands_alone(text, word) for word in wanted)


def _stands_alone(text: str, word: str) -> bool:
    """Whether the word stands somewhere without a letter, digit or underscore beside it."""
    start = text.find(word)
    while start >= 0:
        end = start + len(word)
        if not (_is_part(text[start - 1 : start]) or _is_part(text[end : end + 1])):
            return True
        start = text.find(word, start + 1)
    return False


def _is_part(character: str) -> bool:
    return character == "_" or character.isalnum()
