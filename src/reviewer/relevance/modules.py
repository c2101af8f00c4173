"""Whether the module of a file depends on a streaming library, by its nearest build file."""

from __future__ import annotations

from collections.abc import Callable

from reviewer.core.source import SourceReader
from reviewer.core.span import Side
from reviewer.relevance.signals import BUILD_FILES, signals

_READS = 40  # build files of a run: over GitHub's API each may be a request


def module_streams(reader: SourceReader) -> Callable[[str], bool]:
    """A question about paths of the version after the change; the build files are read once, when first asked."""
    builds: dict[str, list[str]] | None = None
    answers: dict[str, bool] = {}
    left = _READS

    def streams(path: str) -> bool:
        nonlocal builds, left
        if builds is None:
            builds = {}
            for known in reader.paths(Side.AFTER):
                if BUILD_FILES.search(known):
                    builds.setdefault(known.rpartition("/")[0], []).append(known)
        folder = path
        while folder:
            folder = folder.rpartition("/")[0]
            if folder not in builds:
                continue
            if folder not in answers:
                texts = [reader.read(name, Side.AFTER) for name in builds[folder][:left]]
                left -= len(texts)
                answers[folder] = any(text is not None and signals().coordinates.search(text) for text in texts)
            if answers[folder] or not folder:
                return answers[folder]
        return False

    return streams
