"""What code does for a stream, told by names: where a program wraps its client, or is a client itself, no table knows its calls."""

from __future__ import annotations

from collections.abc import Iterator

from reviewer.core.lazily import lazily
from reviewer.facts.same_functions import Body
from reviewer.facts.streaming.flow import is_noise
from reviewer.facts.streaming.model import Role
from reviewer.facts.syntax import Call

_ROLES = {Role.COMMIT: "commit", Role.FLUSH: "flush", Role.CLOSE: "close", Role.SEND: "send"}
_NAMED = {
    "commit": lazily(r"(?i)_*((try|maybe|do|a?sync)_?)?(commit(?!ted|tee|table)|store_?offsets?|mark_?(message|offset|processed|done)|(auto_?)?n?ack(nowledge)?(?![a-z])|offset_?commit|save_?(last_?)?\w*offset)"),
    "flush": lazily(r"_*(do_?)?[fF]lush(?!ed|er|es|ing)"),
    "send": lazily(r"(?i)_*(send|produce|publish|emit)(?!er|ed|ing|r\b)"),
    "close": lazily(r"(?i)_*(a?close|stop|shut_?down|dispose|disconnect)(?!d|ing|able)"),
}  # fmt: skip
#: What commits something else than offsets: a database's transaction, a lock file, a repository.
_OTHERS = lazily(
    r"(?i)\bdb\b|database|\btx\b|\btrx\b|\btxn\b|sql|session|conn\b|connection|cursor|repo|git|stdout|stderr|\bw\b|writer\b|span|trac|log|metric|http|socket|response"
)

#: The end of a thing, as its method is named.
ENDING = lazily(
    r"(?i)_*(?:async|wait_?for|do|try|on|force|graceful(?:ly)?)?_*(?:a?close|stop|shut_?down|dispose|destroy|terminate|a?exit|tear_?down|clean_?up|drain|disconnect|wait|drop)(?:(?:and|async|_|[A-Z])\w*)?_*$"
)


def work_of(body: Body) -> Iterator[tuple[str, Call]]:
    """The commits, flushes, sends and closes of a body, in order: what a table knows, and what is called so."""
    known = {operation.call.index: operation.role for operation in body.file.operations}
    for call in body.calls:
        if (role := known.get(call.index)) is not None:
            if role in _ROLES:
                yield _ROLES[role], call
        elif not is_noise(call) and not call.is_construction and not _OTHERS.search(call.receiver):
            what = next((what for what, words in _NAMED.items() if words.match(call.name)), None)
            if what is not None:
                yield what, call
