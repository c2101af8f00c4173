"""What protected streaming work and is gone: two versions compared, with moved code followed.

Silence is the rule in doubt. A protection is gone only if what it protected is still there, in the same function, and nothing
like it is found in that function, in what the function calls, in its class, or, new, anywhere in the change.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterable
from typing import TYPE_CHECKING

from reviewer.core.span import Side, Span
from reviewer.core.value import value
from reviewer.facts.streaming.model import FileFacts, Role
from reviewer.facts.streaming.protections import (
    Protection,
    Protects,
    around,
    calls_of,
    effect,
    folded,
    protections,
    qualified,
)
from reviewer.facts.syntax import Call

if TYPE_CHECKING:
    from reviewer.facts.delta import Delta

_TESTS = (Protects.GUARD, Protects.NULL_TEST)
_DEPTH = 3
#: What a new call is named that may do it instead, seen or unseen.
_HEIRS = {
    Protects.FLUSH: re.compile("flush|close|drain|commit"),
    Protects.COMMIT: re.compile("commit|ack|offset|transaction"),
    Protects.ACK: re.compile("ack|commit|mark|offset"),
    Protects.PAUSE: re.compile("pause|suspend|backpressure"),
    Protects.JOIN: re.compile("get|join|await|wait|result|then|when|gather|all|complete|confirm|flush"),
    Protects.DELEGATION: re.compile("super|delegate|inner"),
    Protects.HANDLER: re.compile("throw|raise|fail|abort|stop|retry|recover|dead|dlq|dlt|seek|exit|error|handle|nack|reject"),
}  # fmt: skip


@value()
class Gone:
    """A protection that the change takes away. `span` is its line before the change (LEFT); `path` and `function` are those
    of the code that has lost it, after the change."""

    protection: Protection
    path: str
    function: str
    span: Span


def gone(delta: Delta) -> tuple[Gone, ...]:
    """The protections that are gone, in the order of the files."""
    before = [(pair, p) for pair in delta.pairs() if pair.before is not None for p in protections(pair.before)]
    held = {file.path: protections(file) for file in delta.after.files}
    after = [p for found in held.values() for p in found]
    kept = {path: {(p.key, p.function) for p in found} for path, found in held.items()}
    known = {(p.key, _last(p.function)) for _, p in before}
    arrived = {p.key for p in after if (p.key, _last(p.function)) not in known}
    lost = []
    for pair, protection in before:
        now = pair.after
        if now is None or protection.key in arrived or _stands(protection, kept[now.path]):
            continue
        assert pair.before is not None
        if _is_lost(pair.before, now, protection, held[now.path]):
            span = _line(delta, protection)
            lost.append(Gone(protection=protection, path=now.path, function=protection.function, span=span))
    return tuple(dict.fromkeys(lost))


def _stands(protection: Protection, kept: Container[tuple[object, str]]) -> bool:
    """Whether the same one is where it was: nearly all are, and what needs following through the calls need not be asked of them."""
    reads = protection.kind not in _TESTS or bool(protection.what)
    return reads and (protection.key, protection.function) in kept


def _last(function: str) -> str:
    return function.rsplit(".", 1)[-1]


def _is_lost(was: FileFacts, now: FileFacts, protection: Protection, held: Iterable[Protection]) -> bool:
    """`held` is what protects something in the file now: read once for all that it protected before."""
    homes = [f.index for f in now.syntax.functions if f.qualified == protection.function]
    if not homes or not _is_needed(was, now, protection):
        return False
    if protection.kind in _TESTS:
        return not _is_tested(was, now, protection, held)
    if protection.kind is Protects.DELEGATION and _is_handed_on(now, protection):
        return False
    reached = _reached(now, protection.function)
    if any(p.key == protection.key and p.function in reached for p in held):
        return False
    heir = _HEIRS.get(protection.kind)
    return heir is None or not any(_may_do_it(call, heir) for call in _new_calls(was, now, protection.function))


def _is_needed(was: FileFacts, now: FileFacts, protection: Protection) -> bool:
    """Whether the function still does what was protected."""
    effects = {effect(o) for o in now.operations if qualified(now, o.call.function) == protection.function}
    handled = any(qualified(now, h.function) == protection.function for h in now.handlings)
    match protection.kind:
        case Protects.GUARD | Protects.NULL_TEST if protection.on != "record":
            return protection.on in effects
        case Protects.NULL_TEST | Protects.ACK:
            return handled
        case Protects.FLUSH if protection.on == "buffer":
            return any(
                qualified(now, o.call.function) == protection.function for o in now.operations if o.role is Role.COMMIT
            )
        case Protects.FLUSH | Protects.COMMIT | Protects.PAUSE:
            return handled or bool(now.operations) or any(map(names_a_commit, calls_of(now, protection.function)))
        case Protects.JOIN if protection.what == "result":
            return protection.on in effects
        case Protects.JOIN:
            return any(
                h.construct == protection.on and qualified(now, h.call.function) == protection.function
                for h in now.handoffs
            )
        case Protects.HANDLER:
            return handled or bool(effects)
        case Protects.OPTION:
            old, new = (_built(file, protection) for file in (was, now))
            return 0 < old <= new
        case _:
            return True


def names_a_commit(call: Call) -> bool:
    """Whether a call by its name commits: of a framework that wraps the client."""
    return re.search(r"commit|checkpoint", folded(call.name)) is not None


def _built(file: FileFacts, protection: Protection) -> int:
    """How many builders of the option's kind a function has, or calls on the factory that it was set on."""
    builders = sum(
        1 for b in file.builders if b.kind == protection.on and qualified(file, b.call.function) == protection.function
    )
    holder = protection.text.rpartition(".")[0]
    return builders or int(any(c.receiver == holder for c in calls_of(file, protection.function)))


def _is_tested(was: FileFacts, now: FileFacts, protection: Protection, held: Iterable[Protection]) -> bool:
    """Whether as many conditions as before stand round the effect, or one reads what the old one read.

    For a record: whether a condition still asks for it, or it is not used any more.
    """
    names = set(protection.what.split())
    mine = [p for p in held if p.function == protection.function and p.kind in _TESTS and p.on == protection.on]
    if any(names & set(p.what.split()) for p in mine):
        return True
    if protection.on == "record":
        words = {
            folded(w)
            for c in calls_of(now, protection.function)
            for a in c.arguments
            for w in re.findall(r"\w+", a.value.text)
        }
        return bool(mine) or not names & words
    old, new = (_conditions(file, protection) for file in (was, now))
    return new >= old


def _conditions(file: FileFacts, protection: Protection) -> int:
    """The fewest conditions around one of the effects of a function: a second effect may stand free."""
    operations = [
        o
        for o in file.operations
        if effect(o) == protection.on and qualified(file, o.call.function) == protection.function
    ]
    return min((len(list(around(file, o.call))) for o in operations), default=0)


def _reached(file: FileFacts, function: str) -> set[str]:
    """The function and those of the file that it calls on itself, some steps deep."""
    by_name: dict[str, set[str]] = {}
    for declared in file.syntax.functions:
        if not declared.is_lambda:
            by_name.setdefault(declared.name, set()).add(declared.qualified)
    found, latest = {function}, {function}
    for _ in range(_DEPTH):
        called = {
            call.name for name in latest for call in calls_of(file, name) if call.receiver in ("", "this", "self")
        }
        latest = {q for name in called for q in by_name.get(name, ())} - found
        found |= latest
    return found


def _new_calls(was: FileFacts, now: FileFacts, function: str) -> list[Call]:
    """The calls that the function, or what it calls, did not make before."""
    known = {(call.receiver, call.name) for name in _reached(was, function) for call in calls_of(was, name)}
    return [c for name in _reached(now, function) for c in calls_of(now, name) if (c.receiver, c.name) not in known]


def _is_handed_on(now: FileFacts, protection: Protection) -> bool:
    """Whether `super::close` or `inner.close` is given to a call that makes it."""
    texts = (folded(a.value.text) for call in calls_of(now, protection.function) for a in call.arguments)
    return any(protection.what in text and folded(protection.on) in text for text in texts)


def _may_do_it(call: Call, heir: re.Pattern[str]) -> bool:
    return heir.search(folded(f"{call.receiver} {call.name}")) is not None


def _line(delta: Delta, protection: Protection) -> Span:
    if protection.kind in _TESTS:
        return header(delta, protection.span, protection.text)
    span = protection.span
    return Span(path=span.path, side=Side.BEFORE, first_line=span.first_line, last_line=span.first_line)


def header(delta: Delta, span: Span, text: str) -> Span:
    """The removed line of a condition, whose text is given: it stands at or above the lines of its block."""
    first, change = span.first_line, delta.change_set.file_at(span)
    if change is not None and change.before is not None:
        lines = change.before.split("\n")
        start = re.sub(r"\W", "", text)[:24]
        rows = range(first, max(first - 4, 0), -1)
        first = next((n for n in rows if start and start[:8] in re.sub(r"\W", "", lines[n - 1])), first)
    return Span(path=span.path, side=Side.BEFORE, first_line=first, last_line=first)
