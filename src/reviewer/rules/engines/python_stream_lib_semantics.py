"""A Faust or Quix Streams application drops records or state by what its library means.

Settings, decorators and callbacks of the Python stream libraries whose meaning is easily missed.

## What it catches

Quix Streams: an error callback of the application that returns True. Faust: an agent with concurrency that writes a table; a table in memory; a
group_by that goes although a table is still written by its field. Both: a dictionary of the module that handlers write record by record.

## Why it hurts in production

A row whose error callback returned True is committed as if it were done. Coroutines of one agent overtake each other and lose updates of a table;
without group_by a key is written by every worker that happens to read it. A module's dictionary ends with the process, and its offsets do not.

## What to do

Send a failed row to a dead-letter topic, or let it stop the application. Write tables from agents without concurrency, behind a group_by by the table's
key. Keep state in the library's own store.

## What it cannot see

That the callback has written the row elsewhere through a helper; that the dictionary is a cache which may be lost.

## Examples

### bad: a failed row is passed over
--- main.py
 from quixstreams import Application


 def on_processing_error(exc, row, logger) -> bool:
     logger.error("row failed", exc_info=exc)
-    return False
+    return True # ! here


 app = Application(broker_address="kafka:9092", consumer_group="invoices", on_processing_error=on_processing_error)

### bad: concurrency on an agent that writes a table
--- balance.py
 from app.main import app, Booking

 balances = app.Table("balances", default=int)


-@app.agent(app.topic("bookings", value_type=Booking))
+@app.agent(app.topic("bookings", value_type=Booking), concurrency=8) # ! here
 async def book(bookings):
     async for booking in bookings:
         balances[booking.account] += booking.cents

### good: concurrency on an agent that only reads a table
--- notify.py
 from app.main import app, Booking

 limits = app.Table("limits", default=int)


-@app.agent(app.topic("bookings", value_type=Booking))
+@app.agent(app.topic("bookings", value_type=Booking), concurrency=8)
 async def notify(bookings):
     async for booking in bookings:
         await tell(booking, limits[booking.account])

### good: the row goes to a dead-letter topic first
--- main.py
 from quixstreams import Application

 def on_processing_error(exc, row, logger) -> bool:
+    dead.produce("invoices.dead", value=row.value)
+    dead.flush()
-    return False
+    return True


 app = Application(broker_address="kafka:9092", consumer_group="invoices", on_processing_error=on_processing_error)

## References

- https://faust-streaming.github.io/faust/userguide/agents.html
- https://quix.io/docs/quix-streams/advanced/dead-letter-queue.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from reviewer.core.finding import Category, Confidence, Severity
from reviewer.facts.delta import Delta
from reviewer.facts.streaming.model import FactSet, FileFacts, Handling, Setting
from reviewer.facts.syntax import Assignment, JumpKind, SyntaxFacts
from reviewer.rules.checks.words import Words, of_change
from reviewer.rules.rule import Hit, Rule

_PASSED = Words(
    "{function}() returns True: Quix Streams then ignores the error and goes on.",
    (
        "A row fails, and Quix Streams asks {function}() what to do.",
        "It returns True: the row counts as done.",
        "The next checkpoint commits its offset -> the row is never processed, and only a line of the log knows.",
    ),
    "Return False, or write the row to a dead-letter topic in {function}() and wait until it is there.",
)
_CONCURRENT = Words(
    "The agent {agent}() has concurrency {count} and writes the table {table}.",
    (
        "Two coroutines of {agent}() read the same entry of {table} for two records of one key.",
        "Each adds its own and writes: the second overwrites the first.",
        "One update is lost, and the changelog holds the wrong value for good.",
    ),
    "Write {table} from an agent without concurrency; agents with concurrency may only read tables.",
)
_UNGROUPED = Words(
    "The stream is no longer grouped by {field}, by which {agent}() still writes the table {table}.",
    (
        "Records of one {field} lie in several partitions of the topic, so several workers read them.",
        "Each worker writes its own partition of {table}: none sees what the others have.",
        "Every {field} has several partial values, and a rebalance mixes them -> wrong totals.",
    ),
    "Keep .group_by(…) by {field} in front of the writes, or key the topic itself by it.",
)
_MEMORY = Words(
    "The tables' store was {old} and is now in memory.",
    (
        "The application keeps its tables in memory: nothing of them is on disk.",
        "Each start and each rebalance reads the changelog of every table of a partition from its beginning.",
        "Until that is done the application stands still; with large tables the process runs out of memory and starts again.",
    ),
    "Keep {old}.",
)
_MODULE = Words(
    "`{name}` is a dictionary of the module, which {function}() writes record by record.",
    (
        "{function}() keeps what it saw of each key in `{name}`; the offsets are committed.",
        "A restart or a rebalance moves the partition: the next process has an empty `{name}`.",
        "It goes on behind these offsets without what was kept -> wrong results from then on.",
    ),
    "Keep it in the library's store: `stateful=True` and State in Quix Streams, app.Table in Faust.",
)
_CALLBACKS = frozenset({"on.processing.error", "on.consumer.error", "on.producer.error"})
_EMPTY = re.compile(
    r"(?:\{\s*\}|\[\s*\]|(?:collections\.)?(?:dict|list|set|deque|OrderedDict|defaultdict|Counter)\(.{0,60}\))"
)
_CACHE = re.compile(r"cache|metric|stats|counter$|lru", re.IGNORECASE)
_STEPS = frozenset({"apply", "update", "filter", "reduce"})
_LIBRARIES = frozenset({"faust", "quixstreams"})


def inspect(facts: FactSet) -> Iterator[Hit]:
    """Callbacks, agents and handlers as they stand."""
    for file in facts.files:
        if file.libraries & _LIBRARIES:
            yield from _passed_over(file)
            yield from _concurrent(file)
    for file, function in _handlers(facts):
        yield from _in_module(file, function)


def _passed_over(file: FileFacts) -> Iterator[Hit]:
    """Error callbacks that only say "go on"."""
    named = {s.value.text for c in file.clients for s in c.settings if s.key in _CALLBACKS}
    for function in file.syntax.functions:
        if function.name not in named or any(
            _delivers(c.name) for c in file.syntax.calls_in(function.index, nested=True)
        ):
            continue
        for jump in file.syntax.jumps:
            if (
                jump.function == function.index
                and jump.kind is JumpKind.RETURN
                and jump.text == "True"
                and not jump.blocks
            ):
                yield _PASSED.hit(f"{function.qualified}: errors ignored", jump.span, function=function.name)


def _delivers(name: str) -> bool:
    return re.search(r"produce|send|publish|dead|dlq|write|insert|save|store", name, re.IGNORECASE) is not None


def _concurrent(file: FileFacts) -> Iterator[Hit]:
    tables = _tables(file)
    for handling in file.handlings:
        count = handling.part("concurrency")
        table = next((t for a in _writes(file.syntax, handling.function) if (t := _base(a)) in tables), None)
        if count is not None and count.text.isdigit() and int(count.text) > 1 and table is not None:
            span = next(p.span for p in handling.parts if p.name == "concurrency")
            yield _CONCURRENT.hit(
                f"{handling.name}: concurrency on {table}", span, agent=handling.name, count=count.text, table=table,
                category=Category.ORDERING,
            )  # fmt: skip


def _tables(file: FileFacts) -> frozenset[str]:
    """The variables that hold the file's tables."""
    return frozenset(store.call.result_name or "" for store in file.stores) - {""}


def _writes(syntax: SyntaxFacts, function: int | None) -> list[Assignment]:
    """`table[key] = …` in a function, what is nested in it included."""
    return [a for a in syntax.assignments if a.subscript is not None and (a.function == function or syntax.is_inside(a.function, function))]  # fmt: skip


def _base(assignment: Assignment) -> str:
    return assignment.target.partition("[")[0]


def _handlers(facts: FactSet) -> Iterator[tuple[FileFacts, int]]:
    """The functions that the libraries call for each record, wherever in the change they lie."""
    by_path = {file.path: file for file in facts.files}
    for file in facts.everything():
        if not file.libraries & _LIBRARIES:
            continue
        if file.path in by_path:
            listening = (handling.function for handling in file.handlings if handling.kind == "listener")
            yield from ((file, function) for function in listening if function is not None)
        for call in file.syntax.calls if "quixstreams" in file.libraries else ():
            given = call.arguments[0].value.text if call.name in _STEPS and call.arguments else ""
            held = (
                by_path.get(file.path)
                if given not in file.names.imported
                else _module(by_path, file.names.imported[given])
            )
            yield from (
                ((held, f.index) for f in held.syntax.functions if f.name == given and given)
                if held is not None
                else ()
            )


def _module(by_path: dict[str, FileFacts], imported: str) -> FileFacts | None:
    place = imported.lstrip(".").rpartition(".")[0].replace(".", "/")
    return next((file for path, file in by_path.items() if place and f"/{path}".endswith(f"/{place}.py")), None)


def _in_module(file: FileFacts, function: int) -> Iterator[Hit]:
    held = {
        a.target: a
        for a in file.syntax.assignments
        if a.function is None and a.type is None and a.value is not None and _EMPTY.fullmatch(a.value.text)
    }
    written = dict.fromkeys(_base(a) for a in _writes(file.syntax, function))
    for name in written:
        if name in held and not _CACHE.search(name):
            what = file.syntax.functions[function]
            yield _MODULE.hit(
                f"{name}: state of the module", held[name].span, name=name, function=what.name,
                category=Category.STATE_CONSISTENCY, confidence=Confidence.MEDIUM,
            )  # fmt: skip


def compare(delta: Delta) -> Iterator[Hit]:
    """Stores and groupings that a change takes away."""
    for _, before, after in delta.modified():
        if "faust" in before.libraries & after.libraries:
            if not after.is_development:  # there tables may be rebuilt at each start
                yield from _in_memory(before, after)
            yield from _ungrouped(before, after)


def _in_memory(before: FileFacts, after: FileFacts) -> Iterator[Hit]:
    for was, now in zip(_stores(before), _stores(after), strict=False):
        if was is not None and was.value.text.partition(":")[0] not in ("", "memory"):
            if now is None or now.value.text.startswith("memory:"):
                yield _MEMORY.hit(
                    of_change("store", was.value.text, "memory"), was.span if now is None else now.span, old=was.value.text,
                    category=Category.OPERATIONS, severity=Severity.MEDIUM,
                )  # fmt: skip


def _stores(file: FileFacts) -> list[Setting | None]:
    return [client.setting("store") for client in file.clients if client.kind == "streams"]


def _ungrouped(before: FileFacts, after: FileFacts) -> Iterator[Hit]:
    kept = {handling.name: handling for handling in after.handlings}
    for was in before.handlings:
        now = kept.get(was.name)
        if now is None or any(call.name == "group_by" for call in now.calls):
            continue
        for call in was.calls:
            given = call.arguments[0].value.text if call.name == "group_by" and call.arguments else ""
            field = re.split(r"[.\[]", given.rstrip("\"']"))[-1].strip("\"'")
            table = _written_by(after, now, field) if field else None
            if table is not None:
                yield _UNGROUPED.hit(
                    f"{was.name}: group_by {field} removed", call.name_span, agent=was.name, field=field, table=table,
                    category=Category.STATE_CONSISTENCY,
                )  # fmt: skip


def _written_by(file: FileFacts, handling: Handling, field: str) -> str | None:
    """The table that a handler writes under that field of the record."""
    ending = re.compile(rf"(?:\.|\[[\"']){re.escape(field)}(?:[\"']\])?$")
    found = (a for a in _writes(file.syntax, handling.function) if _base(a) in _tables(file))
    return next((_base(a) for a in found if a.subscript is not None and ending.search(a.subscript.text)), None)


RULE = Rule(
    __name__,
    __doc__,
    category=Category.DATA_LOSS,
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    put_back=True,
    only=("faust", "quixstreams"),
    inspect=inspect,
    compare=compare,
)
