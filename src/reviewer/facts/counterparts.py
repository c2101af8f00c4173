"""Files beside a changed Flink configuration that its values must agree with: volumes that hold its directories, sinks with a timeout of their own."""

from __future__ import annotations

import re
from collections.abc import Container, Iterator

from reviewer.core.change import ChangeSet
from reviewer.core.problem import Problem, ReviewError
from reviewer.core.source import SourceReader, expect, search
from reviewer.core.span import Side
from reviewer.facts.schema_users import SIZE, is_code
from reviewer.facts.workers import Job, Key

_DOCUMENT = re.compile(r"\.(ya?ml|properties|conf)$")
_DIRECTORY = re.compile(r"(?:check|save)points?[\w.-]{0,20}dir\W{1,6}file:")
_INTERVAL = re.compile(r"execution\.checkpointing\.interval\W")
_TIMEOUTS = ("transaction.timeout.ms", "TRANSACTION_TIMEOUT_CONFIG")
_FILES = 8


def counterpart_jobs(
    change_set: ChangeSet, reader: SourceReader, *, known: Container[Key]
) -> tuple[list[Job], tuple[Problem, ...]]:
    """Both sides of a few manifests of the same folder, and of code that sets a transaction's timeout."""
    lines = [(c.path, line.text) for c in change_set.files if _DOCUMENT.search(c.path) for h in c.hunks for line in h.lines if line.old_number is None]  # fmt: skip
    changed = {change.path_on(side) for change in change_set.files for side in Side}
    folders = {path.rpartition("/")[0] for path, text in lines if _DIRECTORY.search(text)}
    paths = [p for p in reader.paths(Side.AFTER) if p.endswith((".yaml", ".yml")) and p.rpartition("/")[0] in folders] if folders else []  # fmt: skip
    wanted = [p for p in paths if p not in changed][: 3 * _FILES]
    if any(_INTERVAL.search(text) for _, text in lines):
        try:
            found = search(reader, _TIMEOUTS, Side.AFTER)
        except ReviewError as error:
            message = f"could not look for transactional sinks: {error}"
            return [], (Problem(step="facts", subject="counterparts", message=message),)
        wanted += sorted(p for p in found.paths - changed if is_code(p))[: 3 * _FILES] if found is not None else []
    expect(reader, wanted, Side.AFTER)
    kept = [path for path in wanted if _is_one(reader.read(path, Side.AFTER))][:_FILES]
    return [job for path in kept for job in _both(path, reader, known)], ()


def _is_one(text: str | None) -> bool:
    return text is not None and len(text) <= SIZE and ("mountPath" in text or "KafkaSink" in text)


def _both(path: str, reader: SourceReader, known: Container[Key]) -> Iterator[Job]:
    for side in Side:
        text = reader.read(path, side) if (path, side) not in known else None
        if text is not None and len(text) <= SIZE:
            yield Job(path=path, text=text, side=side)
