"""The streaming code that calls what a change lets run on by itself: a method that is asynchronous now, a function that no longer waits; and the
listeners that have to acknowledge by themselves now.

The caller is not part of the change, and it is what commits. Few files are looked up.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Container, Iterable, Iterator
from itertools import islice

from reviewer.core.change import ChangeSet, FileChange
from reviewer.facts.idioms import Idioms, idioms_of
from reviewer.facts.lookup import Looked, Looking
from reviewer.facts.schema_users import STREAMS, is_code
from reviewer.facts.syntax import Function, ResultUse, SyntaxFacts
from reviewer.facts.workers import Key

_ACK_MODE = re.compile(r"(^|\.)ack-?mode$", re.IGNORECASE)
_NAMES = 8
_USERS = 6
_READ = 30


def caller_jobs(looking: Looking, known: Container[Key]) -> Looked:
    """Both sides of a few files of streaming code that name what is let go; none where the reader can't search."""
    before, after = looking.before, looking.after
    names = list(dict.fromkeys((*_let_go(looking.change_set, before, after), *_listeners(before, after))))[:_NAMES]
    found, unsearched = looking.holding(names, sought="the code that calls the changed functions", subject="callers")
    texts = looking.texts([path for path in found if is_code(path)][:_READ])
    kept = islice((path for path, text in texts if STREAMS.search(text)), _USERS)
    return looking.both(kept, known), unsearched


def _let_go(change_set: ChangeSet, before: Iterable[SyntaxFacts], after: Iterable[SyntaxFacts]) -> Iterator[str]:
    """The classes, else the functions, that start more by themselves than before or wait for less."""
    old = {syntax.path: syntax for syntax in before}
    changes = {change.path: change for change in change_set.files}
    for syntax in after:
        change = changes.get(syntax.path)
        was = old.get((change.old_path if change is not None else None) or syntax.path)
        if was is None:
            continue
        words, named = idioms_of(syntax.language), Counter(f.qualified for f in was.functions)
        same = change is not None and _owners(was) == _owners(syntax)
        for function in syntax.functions:
            twin = (
                [f for f in was.functions if f.qualified == function.qualified]
                if named[function.qualified] == 1
                else []
            )
            if function.is_lambda or not twin or len(function.name) < 3:
                continue
            if change is not None and same and _is_same(change, twin[0], function):
                continue
            (a, b), (c, d) = _weight(was, twin[0], words), _weight(syntax, function, words)
            if c > a or d < b:
                yield syntax.types[function.type].name if function.type is not None else function.name


def _is_same(change: FileChange, was: Function, now: Function) -> bool:
    """Whether the change leaves a function as it is; what is noted at it may stand above its lines."""
    noted = [[a.simple_name for a in f.annotations] for f in (was, now)]
    return noted[0] == noted[1] and not any(
        change.touches(f.span.side, f.span.first_line, f.span.last_line) for f in (was, now)
    )


def _owners(syntax: SyntaxFacts) -> list[tuple[str, tuple[str, ...]]]:
    return [(t.name, tuple(a.name for a in t.annotations)) for t in syntax.types]


def _listeners(before: Iterable[SyntaxFacts], after: Iterable[SyntaxFacts]) -> Iterator[str]:
    """Spring's listeners, where a document now leaves the acknowledging to them."""
    old = {(s.path, e.dotted): e.value for s in before for e in s.entries if _ACK_MODE.search(e.dotted)}
    for syntax in after:
        for entry in syntax.entries:
            was = old.get((syntax.path, entry.dotted), "")
            if _ACK_MODE.search(entry.dotted) and _is_manual(entry.value) and not _is_manual(was):
                yield "KafkaListener"


def _is_manual(text: str) -> bool:
    return text.strip().lower().startswith("manual")


def _weight(syntax: SyntaxFacts, function: Function, words: Idioms) -> tuple[int, int]:
    """How much a function starts, and how much it waits for."""
    owner = syntax.types[function.type].annotations if function.type is not None else ()
    noted = sum(1 for a in (*function.annotations, *owner) if a.simple_name in words.async_annotations)
    calls = list(syntax.calls_in(function.index, nested=True))
    names = Counter(call.name for call in calls)
    starts = words.spawns | words.executes | words.coroutines
    begun = sum(
        1 for call in calls if call.result is ResultUse.STARTED or f"{call.receiver}.{call.name}" in words.spawns
    )
    return noted + begun + sum(names[n] for n in starts), sum(names[n] for n in words.waits)
