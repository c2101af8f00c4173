"""Questions about callbacks for partitions that come or go: what one of them did and no longer does."""

from __future__ import annotations

import re
from collections.abc import Iterator

from reviewer.core.span import Side, Span
from reviewer.core.value import value
from reviewer.facts.delta import Delta, FilePair
from reviewer.facts.streaming.delivery import Effect, Rebalance
from reviewer.facts.streaming.flow import is_noise
from reviewer.facts.streaming.model import FileFacts
from reviewer.facts.streaming.names import bare
from reviewer.facts.streaming.protections import folded, written
from reviewer.facts.streaming.records import mentions
from reviewer.facts.syntax import Call

#: What is done with the work of a partition before it goes.
FINISHES = ("commit", "wait", "flush", "close")
_HEIR = re.compile(r"commit|ack|offset|flush|drain|close|finish|complete|await|stop|settle|revoke|cleanup|handle")


@value()
class Unprepared:
    """A callback (`was`, `now` without it; None where the callback is gone) that lost an effect. `text` is the call, `callback` the name for the reader."""

    files: FilePair
    was: Rebalance
    now: Rebalance | None
    effect: Effect
    text: str
    callback: str
    span: Span


def callbacks(delta: Delta) -> Iterator[tuple[FilePair, Rebalance, Rebalance | None]]:
    """Each callback of a file that stays, with itself after the change; None where it is gone and nothing like it came elsewhere."""
    for files, before, after in delta.modified():
        for was in before.rebalances:
            same = [r for r in after.rebalances if r.event == was.event]
            now = next((r for r in same if r.name == was.name), same[0] if len(same) == 1 else None)
            if now is not None:
                yield files, was, now
            elif not same and _stays(before, after, was) and not _arrives(delta, files, was):
                yield files, was, None


def lost(delta: Delta, events: tuple[str, ...], effects: tuple[str, ...]) -> Iterator[Unprepared]:
    """The first effect, in the order asked for, that each callback of some events lost: nothing like it is left in the callback, and
    nothing new there may do it."""
    for files, was, now in callbacks(delta):
        if was.event not in events or (now is not None and _has_heir(files, was, now)):
            continue
        kept = {e.what for e in now.effects} if now is not None else set()
        gone = [e for what in effects if what not in kept for e in was.effects if e.what == what]
        for effect in gone:
            span = _span(files, was, effect)
            if span is not None and (effect.what in ("commit", "pause", "seek") or _is_kept(files, effect)):
                yield Unprepared(
                    files=files, was=was, now=now, effect=effect, text=written(effect.call), callback=name_of(was), span=span
                )  # fmt: skip
                break


def name_of(callback: Rebalance) -> str:
    """The callback for a message: `onPartitionsRevoked()`, or what a lambda is given to."""
    last = callback.name.rpartition(".")[2]
    if not last.startswith("<"):
        return f"{last}()"
    return f"the callback of {callback.given.name}" if callback.given is not None else f"the {callback.event} callback"


def keeps_records(found: Unprepared) -> bool:
    """Whether what is not dropped any more are records that wait to be handed on."""
    return re.search(r"queue|record|inflight|buffer|batch", folded(found.text)) is not None


def is_of_all_now(was: Rebalance, now: Rebalance, effect: Effect) -> bool:
    """Whether an effect of a callback takes all entries of something of which it took those of its partitions only."""
    return effect.what == "drop" and _is_whole(effect) and _was_of_partitions(was, effect)


def _is_whole(effect: Effect) -> bool:
    name = effect.call.name.lower()
    return not effect.of_partitions and ("clear" in name or name in ("invalidateall", "removeall", "reset"))


def _was_of_partitions(was: Rebalance, effect: Effect) -> bool:
    """Whether the callback took entries of the same for its partitions only, and did not clear it before."""
    mine = [e for e in was.effects if e.what in ("drop", "close") and bare(_root(e.on)) == bare(_root(effect.on))]
    return any(e.of_partitions for e in mine) and not any(_is_whole(e) for e in mine)


def _root(holder: str) -> str:
    """`writers` of `writers.get(partition)` and of `writers.keySet()`."""
    return holder.split("(")[0].rsplit(".", 1)[0] if "(" in holder else holder


def _stays(before: FileFacts, after: FileFacts, was: Rebalance) -> bool:
    """Whether the code around a callback that is gone still consumes: its class, or the function that gave it to a client."""
    if was.given is not None:
        home = before.function_name(was.given.function)
        names = {call.name for call in after.syntax.calls if after.function_name(call.function) == home}
        return bool(names) and (
            was.given.name in names
            or bool(after.clients or after.operations or after.builders or "Build" in names or "NewClient" in names)
        )
    owner = was.name.rpartition(".")[0]
    return bool(owner) and any(t.qualified == owner for t in after.syntax.types)


def _arrives(delta: Delta, files: FilePair, was: Rebalance) -> bool:
    known = {(r.event, r.name) for file in delta.before.files for r in file.rebalances}
    return any(
        r.event == was.event and (r.event, r.name) not in known
        for file in delta.after.files
        if files.after is None or file.path != files.after.path
        for r in file.rebalances
    )


def _has_heir(files: FilePair, was: Rebalance, now: Rebalance) -> bool:
    """Whether a new call in the callback may do what is gone: one that gets the partitions, or is named after it."""
    assert files.before is not None and files.after is not None
    known = {_key(call) for call in files.before.syntax.calls_in(was.function, nested=True)}
    fresh = [
        c for c in files.after.syntax.calls_in(now.function, nested=True) if _key(c) not in known and not is_noise(c)
    ]
    mine = {now.partitions} - {""}
    known_effects = {e.call.index for e in now.effects}
    return any(
        c.index not in known_effects
        and (_HEIR.search(folded(c.name)) is not None or any(mentions(a.value.text, mine) for a in c.arguments))
        for c in fresh
    )


def _key(call: Call) -> tuple[str, str]:
    return call.receiver, call.name


def _span(files: FilePair, was: Rebalance, effect: Effect) -> Span | None:
    """The removed line: of the effect, of the call that led there, or of the call that the callback was given to."""
    calls = [effect.call, *([effect.via] if effect.via else []), *([was.given] if was.given else [])]
    for call in calls:
        span = call.name_span
        line = Span(path=span.path, side=Side.BEFORE, first_line=span.first_line, last_line=span.first_line)
        if files.touches(line):
            return line
    return None


def _is_kept(files: FilePair, effect: Effect) -> bool:
    """Whether what it was done to is still there: else it was replaced by something else."""
    name = bare(re.sub(r"[(\[].*", "", effect.on)) or effect.on
    return bool(name) and re.search(rf"\b{re.escape(name)}\b", files.change.after or "") is not None
