"""What consumers promise: whether the offset is committed before or after the work, and by whom."""

from __future__ import annotations

from collections.abc import Iterator

from reviewer.core.guarantee import Subject
from reviewer.core.span import Span
from reviewer.facts.streaming.model import FileFacts, Handling, Known, Operation, Setting, Value
from reviewer.facts.streaming.value import UNKNOWN
from reviewer.guarantee.link import LOST, ONCE, TWICE, Factor, Link
from reviewer.guarantee.names import Called, place_name
from reviewer.guarantee.owners import first_line
from reviewer.rules.checks.commit_order import early_commits
from reviewer.rules.checks.consuming import commits, committing, in_handoff, is_tracked, loose_handoff, with_helpers
from reviewer.rules.checks.strength import fallback, plain
from reviewer.rules.checks.words import taker

_FRAMEWORKS = frozenset({"kafka-streams", "flink-datastream"})
_NAME, _ISOLATION = "commit", "isolation.level"


def consumers(file: FileFacts, called: Called) -> Iterator[Link]:
    """The pieces of code of a file that records are delivered to, and functions that commit one for a loop elsewhere."""
    delivered = [found for handling in file.handlings for found in with_helpers(file, handling)]
    for handling in (*file.handlings, *committing(file, delivered)):
        if handling.library in _FRAMEWORKS:
            continue
        node = called.node(file, handling.function)
        function = handling.name if "." in handling.name else place_name(file, handling.function)
        yield Link(
            kind=Subject.CONSUMER, identity=("consumer", called.path(file), handling.kind, handling.name),
            subject=called.group(node, handling.group) or function, node=node, factors=(_factor(file, handling),),
            isolation=_isolation(file, handling), unknown=_unknown(file, handling),
        )  # fmt: skip


def _unknown(file: FileFacts, handling: Handling) -> str:
    """Auto commit beside commits of the code's own, where the consumer is made out of sight."""
    is_unknown = handling.auto_commit.known is Known.UNKNOWN and bool(_commits(file, handling))
    return f"auto commit {handling.auto_commit.text}" if is_unknown else ""


def _isolation(file: FileFacts, handling: Handling) -> Factor:
    """Whether it reads what a transaction has taken back."""
    consumers = [client for client in file.clients if client.kind == "consumer" and client.library == handling.library]
    value = consumers[0].value(_ISOLATION) if len(consumers) == 1 else UNKNOWN
    setting = consumers[0].setting(_ISOLATION) if len(consumers) == 1 else None
    return isolation(value, setting, handling.span)


def isolation(value: Value, setting: Setting | None, span: Span) -> Factor:
    """What an isolation level lets a reader see; `span` is the line where no setting stands."""
    span = first_line(setting.span if setting is not None else span)
    text = (plain(value) or "") if fallback(value) is None else ""
    if text == "read_committed":
        return Factor(name=_ISOLATION, low=ONCE, high=ONCE, what="it reads what is committed", span=span)
    how = (
        "isolation.level=read_uncommitted"
        if setting is not None
        else "isolation.level is not set and read_uncommitted by default"
    )
    if text == "read_uncommitted":
        return Factor(
            name=_ISOLATION, low=TWICE, high=TWICE, what=f"{how}: it reads what a transaction takes back", span=span
        )
    return Factor(name=_ISOLATION, low=TWICE, high=ONCE, what="isolation.level is not known", span=span)


def _factor(file: FileFacts, handling: Handling) -> Factor:
    own = _commits(file, handling)
    return (
        _in_transaction(file, handling)
        or _before(file, handling, own)
        or _handed_on(file, handling, own)
        or _by_framework(handling)
        or _by_client(file, handling)
        or _after(file, handling, own)
        or _said(handling.span, TWICE if own else LOST, ONCE, "nothing that was read commits")
    )


def _said(span: Span, low: int, high: int, what: str) -> Factor:
    return Factor(name=_NAME, low=low, high=high, what=what, span=first_line(span))


def _commits(file: FileFacts, handling: Handling) -> tuple[Operation, ...]:
    """What commits in the handling or in functions that it gives records to."""
    inside = {call.index for found in with_helpers(file, handling) for call in found.calls}
    return tuple(operation for operation in commits(file) if operation.call.index in inside)


def _in_transaction(file: FileFacts, handling: Handling) -> Factor | None:
    offsets = next((step for step in file.transactions if step.step == "offsets"), None)
    if offsets is None or not any(step.step in ("commit", "run") for step in file.transactions):
        return None
    return _said(offsets.call.name_span, ONCE, ONCE, f"{offsets.call.name}(): offsets and results are committed as one")


def _before(file: FileFacts, handling: Handling, own: tuple[Operation, ...]) -> Factor | None:
    indices = {operation.call.index for operation in own}
    for place in with_helpers(file, handling) if indices else ():
        for early in early_commits(file, place, indices):
            what = f"{early.commit.name}() comes before {early.work.name}(): what fails after it is lost"
            if early.in_finally:
                what = f"{early.commit.name}() stands in finally: it commits what has failed, too"
            return _said(early.commit.name_span, LOST, LOST, what)
    ack = handling.part("ack")
    if ack is not None and ack.text == "before":
        return _said(handling.span, LOST, LOST, "the framework commits before the code has run")
    return None


def _handed_on(file: FileFacts, handling: Handling, own: tuple[Operation, ...]) -> Factor | None:
    """Work that nobody waits for, while something commits."""
    ack = handling.part("ack")
    by_itself = handling.auto_commit.is_known("true") or (ack is not None and ack.text in ("container", "auto"))
    handoff = loose_handoff(file, handling) if own or by_itself else None
    if handoff is None or (not own and handoff.construct == "promise" and handling.kind != "poll-loop"):
        return None
    if is_tracked(file) or (own and all(in_handoff(file, handoff, commit.call) for commit in own)):
        return _said(
            handoff.call.name_span, LOST, TWICE, "the work runs elsewhere, and what is done is kept account of"
        )
    what = f"{taker(handoff)} takes the work, and nothing waits for it before the offset is committed"
    return _said(handoff.call.name_span, LOST, LOST, what)


def _by_framework(handling: Handling) -> Factor | None:
    ack = handling.part("ack")
    if ack is None or ack.text not in ("container", "committer"):
        return None
    return _said(handling.span, TWICE, TWICE, "the framework commits when the code has returned")


def _by_client(file: FileFacts, handling: Handling) -> Factor | None:
    """Auto commit: it takes what was given back before, or what was delivered, whatever became of it."""
    ack = handling.part("ack")
    is_on = handling.auto_commit.is_known("true") or (ack is not None and ack.text == "auto")
    if not is_on:
        return None
    how = "by default" if handling.auto_commit.known is Known.DEFAULT else "as set"
    takes = next((lib.auto_commits for lib in file.names.libraries if lib.id == handling.library), "")
    stored = [s for s in file.settings if s.key == "enable.auto.offset.store"]
    if stored and stored[-1].value.is_explicit("false"):
        return None  # what the code stores is what is committed
    greedy = any(s.key == "auto.commit.greedy" for s in file.settings)
    if takes == "delivered" or greedy:
        unsure = bool(stored) and stored[-1].value.known is Known.UNKNOWN
        what = f"auto commit is on {how} and takes what was delivered, whether its work is done or not"
        return _said(handling.span, LOST, TWICE if unsure else LOST, what)
    if takes == "returned":
        return _said(handling.span, TWICE, TWICE, f"auto commit is on {how} and takes what the poll before returned")
    return None


def _after(file: FileFacts, handling: Handling, own: tuple[Operation, ...]) -> Factor | None:
    if not own:
        return None
    takes = next((lib.auto_commits for lib in file.names.libraries if lib.id == handling.library), "")
    may_be_automatic = handling.auto_commit.known is Known.UNKNOWN and takes == "delivered"
    low = LOST if may_be_automatic else TWICE
    return _said(
        own[-1].call.name_span, low, TWICE, f"{own[-1].call.name}() commits after the work, outside of a transaction"
    )
