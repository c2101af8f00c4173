"""Files beside the change that use a name which only one may have: a transactional prefix, the server id or slot of a change stream.

The name stands on a line that the change adds; who else has it is found by text. Few files are read.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterator

from reviewer.core.change import ChangeSet
from reviewer.core.problem import Problem, ReviewError
from reviewer.core.source import expect, search
from reviewer.core.span import Side
from reviewer.facts.lookup import SIZE, Looked, Looking
from reviewer.facts.schema_users import is_code
from reviewer.facts.workers import Key
from reviewer.files import FileKind, kind_of

_NAMED = re.compile(
    r"(?:transactional[-_.]?id[-_.]?prefix|server[-_.]?id|slot[-_.]?name)[\"'`]?\s{0,8}[=(:,]\s{0,8}[\"'`]([\w.-]{3,80})[\"'`]", re.IGNORECASE
)  # fmt: skip
_NAMES = 10
_FILES = 8


def same_identity_jobs(looking: Looking, known: Container[Key]) -> Looked:
    """Both sides of files that give one of these names as well; none where the reader can't search."""
    reader = looking.reader
    names = list(dict.fromkeys(_added(looking.change_set)))[:_NAMES]
    if not names:
        return [], ()
    try:
        found = search(reader, names, Side.AFTER)
    except ReviewError as error:
        message = f"could not look for other uses of {', '.join(names)}: {error}"
        return [], (Problem(step="facts", subject="identities", message=message),)
    paths = sorted(p for p in found.paths - looking.changed if _may_say(p))[: 3 * _FILES] if found is not None else []
    expect(reader, paths, Side.AFTER)
    kept = [p for p in paths if _says(reader.read(p, Side.AFTER), names)][:_FILES]
    return [job for path in kept for job in looking.both(path, known)], ()


def _added(change_set: ChangeSet) -> Iterator[str]:
    for change in change_set.files:
        for hunk in change.hunks if _may_say(change.path) else ():
            for line in hunk.lines:
                if line.old_number is None:
                    yield from _NAMED.findall(line.text)


def _may_say(path: str) -> bool:
    return is_code(path) or (path.endswith(".sql") and kind_of(path) is FileKind.PRODUCTION)


def _says(text: str | None, names: list[str]) -> bool:
    return text is not None and len(text) <= SIZE and not {*names}.isdisjoint(_NAMED.findall(text))
