"""Producers in wrappers that no table knows: told by the name of what holds them."""

from __future__ import annotations

import re

from reviewer.facts.delta import FilePair
from reviewer.facts.streaming.model import FileFacts
from reviewer.facts.streaming.names import bare
from reviewer.facts.syntax import Call

_HOLDER = re.compile(r"(?i)producer$|^publisher$|kafka_?writer$")
_ENDED = re.compile(r"(?i)(a?close|flush|stop|shut_?down|dispose|disconnect|terminate)(_?async|_?sync)?")
_SENDS = re.compile(r"(?i)_?(send|produce|publish|write|emit|enqueue|put)")
#: What sends whatever it is called on: `self._get().produce(…)`.
_PRODUCES = re.compile(r"(?i)_?(send|produce|publish)(?![a-z])")
_GIVEN = re.compile(r"(?i)producer\w*(::|\.)(close|flush|stop)$")

#: What a stack of contexts ends: `stack.enter_context(Producer())`.
_ENTERED = re.compile(r"\benter_(async_)?context\(")


def unended(files: FilePair, before: FileFacts, after: FileFacts) -> Call | None:
    """The removed end of a holder that is still set and sent with, and that nothing in the file ends or is given any more."""
    for call in before.syntax.calls:
        holder = bare(call.receiver)
        removed = _HOLDER.search(holder) and _ENDED.fullmatch(call.name) and files.touches(call.name_span)
        if removed and not _is_ended(after, holder) and _is_used(after, holder):
            return call
    return None


def _is_ended(file: FileFacts, holder: str) -> bool:
    given = [a.value.text for c in file.syntax.calls for a in c.arguments]
    ended = any(bare(c.receiver) == holder and _ENDED.fullmatch(c.name) for c in file.syntax.calls)
    kept = (a.value.text for a in file.syntax.assignments if a.value is not None and bare(a.target) == holder)
    return (
        ended or any(map(_ENTERED.search, kept)) or any(_GIVEN.search(text) or bare(text) == holder for text in given)
    )


def _is_used(file: FileFacts, holder: str) -> bool:
    calls = file.syntax.calls
    sends = any(_PRODUCES.match(c.name) or (bare(c.receiver) == holder and _SENDS.match(c.name)) for c in calls)
    return sends and any(a.target.endswith(holder) for a in file.syntax.assignments)
