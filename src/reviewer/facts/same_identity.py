"""Files beside the change that use a name which only one may have: a transactional prefix, the server id or slot of a change stream.

The name stands on a line that the change adds; who else has it is found by text. Few files are read.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterator
from itertools import islice

from reviewer.core.change import ChangeSet
from reviewer.facts.lookup import Looked, Looking
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
    names = list(dict.fromkeys(_added(looking.change_set)))[:_NAMES]
    found, unsearched = looking.holding(names, sought=f"other uses of {', '.join(names)}", subject="identities")
    texts = looking.texts([path for path in found if _may_say(path)][: 3 * _FILES])
    kept = islice((path for path, text in texts if not {*names}.isdisjoint(_NAMED.findall(text))), _FILES)
    return looking.both(kept, known), unsearched


def _added(change_set: ChangeSet) -> Iterator[str]:
    for change in change_set.files:
        for hunk in change.hunks if _may_say(change.path) else ():
            for line in hunk.lines:
                if line.old_number is None:
                    yield from _NAMED.findall(line.text)


def _may_say(path: str) -> bool:
    return is_code(path) or (path.endswith(".sql") and kind_of(path) is FileKind.PRODUCTION)
