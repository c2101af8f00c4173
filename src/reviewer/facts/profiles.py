"""Parts of a document that hold on a developer's machine only: `on-profile: local` below a `---`, as `application-local.yml` is a whole file."""

from __future__ import annotations

import re

from reviewer.facts.streaming.model import FileFacts

_ON_PROFILE = frozenset({"spring.config.activate.on-profile", "spring.profiles"})
_DEVELOPERS = re.compile(r"(?:(?:dev|local|test)\b[\w-]*[\s,|]*)+", re.IGNORECASE)


def developers_lines(file: FileFacts) -> frozenset[int]:
    """The lines of such parts."""
    own = {e.document for e in file.syntax.entries if e.dotted in _ON_PROFILE and _DEVELOPERS.fullmatch(e.value)}
    if not own:
        return frozenset()
    spans = [entry.span for entry in file.syntax.entries if entry.document in own]
    return frozenset(line for span in spans for line in range(span.first_line, span.last_line + 1))
