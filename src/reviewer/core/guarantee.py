"""What a client, a job or a way through topics promises, before and after a change."""

from __future__ import annotations

from enum import StrEnum

from reviewer.core.span import Span
from reviewer.core.value import value


class Promise(StrEnum):
    """What becomes of a record when something fails."""

    AT_MOST_ONCE = "at-most-once"  # it may be lost
    AT_LEAST_ONCE = "at-least-once"  # it may be processed or stored twice
    EXACTLY_ONCE = "exactly-once"
    UNKNOWN = "unknown"


class Subject(StrEnum):
    """What makes the promise."""

    PRODUCER = "producer"
    CONSUMER = "consumer"
    STREAMS = "streams"
    JOB = "job"
    SINK = "sink"
    WORKER = "worker"  # of Kafka Connect
    CHAIN = "chain"  # from a topic over several of the others to a topic


@value()
class Because:
    """A fact that decides, and its line."""

    span: Span
    what: str


@value()
class Guarantee:
    """A promise that the change alters.

    `subject` is the user's own name: a group, an application, a job, a topic that is written, or class and method; of a chain
    its topics. `because` has the first weak link (or what mends it) in front; `weak_link` is the subject that it belongs to.
    """

    kind: Subject
    subject: str
    before: Promise
    after: Promise
    because: tuple[Because, ...]
    weak_link: str

    @property
    def is_weaker(self) -> bool:
        """Whether less is promised than before, or nobody can tell any more."""
        order = list(Promise)
        return self.after is Promise.UNKNOWN or order.index(self.after) < order.index(self.before)
