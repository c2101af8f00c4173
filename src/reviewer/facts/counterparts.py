"""Files beside a change that it must agree with: the volumes that hold a directory, the sinks with a timeout of their own, the states that keep objects of a class."""

from __future__ import annotations

from collections.abc import Container, Iterator
from itertools import islice

from reviewer.core.change import ChangeSet
from reviewer.core.lazily import lazily
from reviewer.core.span import Side
from reviewer.facts.lookup import Looked, Looking
from reviewer.facts.schema_users import is_code
from reviewer.facts.workers import Key

_DOCUMENT = lazily(r"\.(ya?ml|properties|conf)$")
_DIRECTORY = lazily(r"(?:check|save)points?[\w.-]{0,20}dir\W{1,6}file:")
_INTERVAL = lazily(r"execution\.checkpointing\.interval\W")
_TIMEOUTS = ("transaction.timeout.ms", "TRANSACTION_TIMEOUT_CONFIG")
_TELLS = lazily(r"mountPath|KafkaSink|StateDescriptor")
_CLASS = lazily(r"(?:^|/)([A-Z]\w{2,60})\.(?:java|kt|scala)$")
_FIELD = lazily(
    r"\s*(?:(?:public|private|protected|final|override|lateinit|case|var|val)\s+){0,4}"
    r"(?:([A-Za-z][\w.<>,?\[\]]{0,80})\s+(\w{1,60})\s*[;=]|(\w{1,60})\s*:\s*([A-Za-z][\w.<>,?\[\]]{0,80}))"
)
_FILES = 8


def counterpart_jobs(looking: Looking, known: Container[Key]) -> Looked:
    """Both sides of a few manifests of the same folder, of code that sets a transaction's timeout, and of code that declares such a state."""
    change_set, reader, changed = looking.change_set, looking.reader, looking.changed
    lines = [(c.path, line.text) for c in change_set.files if _DOCUMENT.search(c.path) for h in c.hunks for line in h.lines if line.old_number is None]  # fmt: skip
    folders = {path.rpartition("/")[0] for path, text in lines if _DIRECTORY.search(text)}
    paths = [p for p in reader.paths(Side.AFTER) if p.endswith((".yaml", ".yml")) and p.rpartition("/")[0] in folders] if folders else []  # fmt: skip
    wanted = [p for p in paths if p not in changed][: 3 * _FILES]
    words = [*_TIMEOUTS] if any(_INTERVAL.search(text) for _, text in lines) else []
    words += list(dict.fromkeys(_retyped(change_set)))[:_FILES]
    found, unsearched = looking.holding(words, sought=", ".join(words), subject="counterparts")
    wanted += [path for path in found if is_code(path)][: 3 * _FILES]
    kept = islice((path for path, text in looking.texts(wanted) if _TELLS.search(text)), _FILES)
    return looking.both(kept, known), unsearched


def _retyped(change_set: ChangeSet) -> Iterator[str]:
    """Classes that are files of their own and that have a field of another type now."""
    for change in change_set.files:
        match = _CLASS.search(change.path)
        if match is None or change.before is None or change.after is None:
            continue
        lines = [line for hunk in change.hunks for line in hunk.lines if None in (line.old_number, line.new_number)]
        old, new = ({f[2] or f[3]: f[1] or f[4] for line in lines if (line.new_number is None) is gone and (f := _FIELD.match(line.text))} for gone in (True, False))  # fmt: skip
        if any(old[name] != new[name] for name in old.keys() & new.keys()):
            yield match[1]
