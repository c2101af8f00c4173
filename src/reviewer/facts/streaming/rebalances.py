"""What code does when partitions come or go: one reader for the callbacks that the tables name."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from reviewer.clients.library import Library, OnRebalance
from reviewer.core.lazily import lazily
from reviewer.facts.idioms import LOGGERS
from reviewer.facts.streaming.callbacks import own_parameters
from reviewer.facts.streaming.delivery import Effect, Hook, Rebalance
from reviewer.facts.streaming.listeners import extends
from reviewer.facts.streaming.model import Operation, Role
from reviewer.facts.streaming.names import Names, bare
from reviewer.facts.streaming.records import derived_names, mentions
from reviewer.facts.syntax import BlockKind, Call, Function

_DEPTH = 3  # helpers that call helpers
_DROPS = frozenset({"clear", "remove", "removeall", "removeif", "retainall", "removeat", "invalidate", "invalidateall", "evict", "drop", "pop", "popitem", "delete", "discard", "forget", "reset", "--=", "-="})  # fmt: skip
_LESS = frozenset({"except", "difference", "diff", "removedall", "minus"})
_DROPPING = lazily(r"(?i)(remove|clear|drop|forget|evict|discard|purge|release)[A-Z_]")
_WORDS = {
    "flush": "flush", "flushall": "flush", "write": "flush", "writeall": "flush", "save": "flush", "persist": "flush", "close": "close",
    "closeall": "close", "stop": "close", "shutdown": "close", "shutdownnow": "close", "cancel": "close", "drain": "wait", "drainall": "wait",
    "awaittermination": "wait", "await": "wait", "join": "wait", "waitall": "wait", "commit": "commit", "commitsync": "commit", "commitall": "commit",
    "commitoffsets": "commit", "commitasync": "commit", "seek": "seek", "pause": "pause", "resume": "resume",
}  # fmt: skip
_PARTITIONS = lazily(r"TopicPartition\b|map\[string\]\[\]int32")
_NAMED = lazily(r"partition|revoked|assign|lost|^tps$", re.IGNORECASE)
#: The callbacks of wrappers are named as those of the clients are.
_CALLED = lazily(r"(?i)_*(?:on|handle|process)?_*partitions?_*(assigned|revoked|lost)(?:_*(?:handler|callback|async))?")
_ROLES = {Role.COMMIT, Role.FLUSH, Role.CLOSE, Role.SEEK, Role.PAUSE, Role.RESUME, Role.SEND}


def rebalances(names: Names, operations: Sequence[Operation]) -> Iterator[Rebalance]:
    """The callbacks of a file, in the order of their functions."""
    rows = [(library, row) for library in names.libraries for row in library.rebalances]
    rows.sort(key=lambda found: not found[1].base)  # a type says more than a method's name
    given = {row.method: dict(_given(names, row.method)) for _, row in rows if row.is_given}
    done = {op.call.index: op for op in operations}
    for function in names.syntax.functions:
        mine = [(lib, row) for lib, row in rows if _is_callback(names, function, row, given.get(row.method, {}))]
        whole = [found for found in mine if not found[1].branch][:1] or mine[:1]
        for library, row in whole or _by_name(names, function):
            yield _rebalance(names, function, library, row, done, given.get(row.method, {}).get(function.index))


def _by_name(names: Names, function: Function) -> list[tuple[Library, OnRebalance]]:
    """A method of a wrapper that is named like the clients' callbacks and takes partitions of Kafka: the event is in its name."""
    match = None if function.is_lambda else _CALLED.fullmatch(function.name)
    taken = [n for n, p in enumerate(function.parameters) if "TopicPartition" in p.type]
    if match is None or not taken or not names.libraries:
        return []
    at = taken[0] - own_parameters(names, function)
    return [(names.libraries[0], OnRebalance(event=match[1].lower(), method=function.name, at=max(at, 0)))]


def hooks(names: Names) -> Iterator[Hook]:
    """The methods that a framework calls at a point of its own."""
    rows = [(library, row) for library in names.libraries for row in library.hooks]
    for function in names.syntax.functions if rows else ():
        for library, row in rows:
            if function.name == row.method and not function.is_lambda and extends(names, function, row.base):
                yield Hook(
                    event=row.event, library=library.id, function=function.index, name=function.qualified,
                    span=function.span,
                )  # fmt: skip


def _given(names: Names, method: str) -> Iterator[tuple[int, Call]]:
    """The functions that are given to a call, under a keyword or as an option of a name."""
    for call in names.syntax.calls:
        values = [a.value for a in call.arguments if a.name == method or call.name == method]
        entries = [e for a in call.arguments for e in a.value.entries]
        values += [e.value for e in entries if e.key is not None and (e.key.literal or e.key.text) == method]
        for value in values:
            function = value.function if value.function is not None else _named(names, value.text)
            if function is not None:
                yield function, call


def _named(names: Names, text: str) -> int | None:
    last = re.split(r"[.:]", text)[-1]
    found = [f.index for f in names.syntax.functions if f.name == last and not f.is_lambda]
    return found[0] if len(found) == 1 else None


def _is_callback(names: Names, function: Function, row: OnRebalance, given: dict[int, Call]) -> bool:
    if row.branch and not any(b.function == function.index and row.branch in b.detail for b in names.syntax.blocks):
        return False
    if row.is_given:
        return function.index in given
    if not row.method:
        return not function.is_lambda
    if (
        function.is_lambda
        or function.name != row.method
        or len(function.parameters) <= row.at + own_parameters(names, function)
    ):
        return False
    if row.takes and not any(row.takes in p.type for p in function.parameters):
        return False
    return extends(names, function, row.base)


def _rebalance(
    names: Names,
    function: Function,
    library: Library,
    row: OnRebalance,
    operations: dict[int, Operation],
    given: Call | None,
) -> Rebalance:
    partitions = _partitions(function, row, own_parameters(names, function))
    parts = [b for b in names.syntax.blocks if row.branch and b.function == function.index and row.branch in b.detail]
    bound = {name for b in parts if mentions(b.detail, {partitions}) for name in re.findall(r"\((\w+)\)", b.detail)}
    mine = derived_names(names, function.span, frozenset({partitions, *bound} - {""}), None)
    mine -= {operation.call.receiver for operation in operations.values()}  # the consumer takes them, and holds more
    body = [
        c
        for c in names.syntax.calls_in(function.index, nested=True)
        if not parts or any(b.span.contains(c.span) for b in parts)
    ]
    heard = [call for call in body if not LOGGERS.search(call.receiver)]
    uses = any(
        mentions(call.receiver, mine) or any(mentions(a.value.text, mine) for a in call.arguments) for call in heard
    )
    uses = uses or any(
        mentions(b.detail, mine) for b in names.syntax.blocks if b.function == function.index and b.kind is BlockKind.LOOP
    )  # fmt: skip
    return Rebalance(
        event=row.event, library=library.id, function=function.index, name=function.qualified, partitions=partitions,
        uses_partitions=uses, effects=tuple(_effects(names, function, mine, operations, body, None)), span=function.span, given=given,
    )  # fmt: skip


def _partitions(function: Function, row: OnRebalance, own: int) -> str:
    """The parameter that holds the partitions: by its type, by its name, or where the table says."""
    typed = [p.name for p in function.parameters if _PARTITIONS.search(p.type)]
    named = [p.name for p in function.parameters if _NAMED.search(p.name)]
    at = row.at + own
    known = [p.name for p in function.parameters[at : at + 1]]
    return next(iter((*typed, *named, *known)), "it" if row.is_given and not function.parameters else "")


def _effects(
    names: Names,
    function: Function,
    mine: frozenset[str],
    operations: dict[int, Operation],
    body: Sequence[Call],
    via: Call | None,
    depth: int = 0,
) -> Iterator[Effect]:
    for call in body:
        what, on = _what(names, call, operations), call.receiver
        if not what and _DROPPING.match(call.name) and any(mentions(a.value.text, mine) for a in call.arguments):
            what = "drop" if call.receiver and _helper(names, call) is None else ""
        if not what:
            what, on = _by_reference(call)
        if not what and call.name == "delete" and not call.receiver and len(call.arguments) > 1:  # Go
            what, on = "drop", call.arguments[0].value.text
        if what:
            yield Effect(what=what, on=on, of_partitions=_is_of(names, call, mine), call=call, via=via)
            continue
        helper = _helper(names, call) if depth < _DEPTH else None
        if helper is not None and helper.index != function.index:
            taken = helper.parameters[max(len(helper.parameters) - len(call.arguments), 0) :]  # Go: behind its object
            given = {p.name for p, a in zip(taken, call.arguments, strict=False) if mentions(a.value.text, mine)}
            if call.name.lower() == "foreach" and mentions(call.receiver, mine):
                given = {p.name for p in helper.parameters}
            theirs = derived_names(names, helper.span, frozenset(given), None)
            inside = tuple(names.syntax.calls_in(helper.index, nested=True))
            yield from _effects(names, helper, theirs, operations, inside, via or call, depth + 1)


_REFERENCE = lazily(r"([\w.]+)(?:::|\.)(\w+)")


def _by_reference(call: Call) -> tuple[str, str]:
    """`partitions.forEach(writers::remove)`, `partitions.foreach(store.flush)`: what is done, and to what."""
    match = _REFERENCE.fullmatch(call.arguments[0].value.text) if len(call.arguments) == 1 else None
    if call.name.lower() != "foreach" or match is None:
        return "", ""
    return "drop" if _folded(match[2]) in _DROPS else _WORDS.get(_folded(match[2]), ""), match[1]


def _what(names: Names, call: Call, operations: dict[int, Operation]) -> str:
    found = operations.get(call.index)
    if found is not None and found.role in _ROLES:
        return found.role.value
    if found is not None and found.role is Role.TRANSACTION:
        return "abort" if call.name.startswith("abort") else "commit" if call.name.startswith("commit") else ""
    if not call.receiver or call.is_construction:
        return ""
    name = _folded(call.name)
    if name in _DROPS and not _is_local(names, call):
        return "drop"
    if name in _LESS and call.result_name == call.receiver:  # an immutable set that is replaced by what is left of it
        return "drop"
    word = "" if name == "write" and not call.arguments else _WORDS.get(name, "")  # a lock is taken: `state.write()`
    is_text = call.receiver[:1].isupper() or call.receiver == "string"  # String.join
    return "" if word == "wait" and is_text else word


def _folded(name: str) -> str:
    return name.replace("_", "").lower()


def _is_local(names: Names, call: Call) -> bool:
    """A collection of the callback's own, not what the consumer keeps from poll to poll; a variable of the function around an
    anonymous listener is kept."""
    root = re.split(r"[.(\[]", call.receiver, maxsplit=1)[0]
    own, inner = {call.function}, call.function
    while inner is not None and names.syntax.functions[inner].is_lambda:
        inner = names.syntax.functions[inner].parent
        own.add(inner)
    return any(
        a.target == root and a.is_declaration and a.function in own
        for a in names.syntax.assignments
        if a.function is not None
    )


def _is_of(names: Names, call: Call, mine: frozenset[str]) -> bool:
    """Whether an effect is on the partitions that were given: by its receiver, its arguments, or a loop or lambda over them."""
    if mentions(call.receiver, mine) or any(mentions(a.value.text, mine) for a in call.arguments):
        return True
    return any(
        names.syntax.blocks[b].kind is BlockKind.LOOP and mentions(names.syntax.blocks[b].detail, mine)
        for b in call.blocks
    )


def _helper(names: Names, call: Call) -> Function | None:
    """The function of this file that a call runs on its own object, or on the object around it."""
    home = names.syntax.functions[call.function] if call.function is not None else None
    method = names.syntax.language == "go" and home is not None and "." in home.qualified and home.parameters
    own = (
        call.receiver in ("", "this", "self")
        or bool(method and home and call.receiver == home.parameters[0].name)  # Go names its object
        or call.receiver.startswith(("this@", "super"))
        or call.receiver.endswith(".this")
    )
    if call.name.lower() == "foreach" and len(call.arguments) == 1:  # `partitions.forEach(this::release)`
        reference = re.fullmatch(r"(?:(?:this|self)?(?:::|\.))?(\w+)", call.arguments[0].value.text)
        name = reference[1] if reference is not None else ""
    else:
        name = bare(call.name) if own and not call.is_construction else ""
    found = [f for f in names.syntax.functions if name and f.name == name and not f.is_lambda]
    return found[0] if len(found) == 1 else None
