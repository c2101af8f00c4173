"""The nouns of delivery beyond a handling: what a rebalance does, the calls of a transaction, positions that are committed, stages of a stream."""

from __future__ import annotations

from reviewer.core.span import Span
from reviewer.core.value import value
from reviewer.facts.streaming.value import Value
from reviewer.facts.syntax import Call, Expression


@value()
class Effect:
    """What a callback does. `what` is commit | flush | close | drop | seek | pause | resume | abort | wait | throw | other word of a `Role`; `on` is the receiver's text.

    `of_partitions` says that it is done to the partitions that the callback was given, not to all. `via` is the call in the callback
    itself that leads there, where a helper does it.
    """

    what: str
    on: str
    of_partitions: bool
    call: Call
    via: Call | None = None


@value()
class Rebalance:
    """A callback for partitions that come or go. `event` is assigned | revoked | lost | stopped.

    `partitions` is the name of the parameter, "" where there is none; `uses_partitions` says that its body reads it.
    `effects` are in order, those of helpers of the same file included. `given` is the call that it is given to, of a callback that is.
    """

    event: str
    library: str
    function: int
    name: str
    partitions: str
    uses_partitions: bool
    effects: tuple[Effect, ...]
    span: Span
    given: Call | None = None


@value()
class Hook:
    """A method of this program that a framework calls. `event` is produce (it is asked for records) | commit (offsets are about to be stored, or were)
    | offsets (it says which) | confirmed (a record is stored in Kafka) | start | stop."""

    event: str
    library: str
    function: int
    name: str
    span: Span


@value()
class TransactionCall:
    """A step of a transaction. `step` is init | begin | offsets | commit | abort | run; `path` is try | catch | finally | "" (the nearest one around it).

    `caught` are the types of that catch; `in_loop` says that it is repeated.
    """

    step: str
    path: str
    caught: str
    in_loop: bool
    library: str
    call: Call


@value()
class Position:
    """An offset that is made ready for a commit. `advance` is 1 for the position behind a record (`record.offset() + 1`, `consumer.position()`), 0 for
    the record's own offset, UNKNOWN for anything else."""

    offset: Expression
    advance: Value
    call: Call


@value()
class Stage:
    """A step of a stream of records. `kind` is what the table says: each | serial (one after the other) | ordered (side by side, given on
    in order) | unordered | split | merge (of streams) | batch | queue | drop | recover | retry | send | commit | end.

    `function` is the lambda that gets the record, None when it is given by name.
    """

    kind: str
    call: Call
    function: int | None
