"""Variables that a function asked for null and uses unasked now."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from reviewer.core.lazily import lazily
from reviewer.core.span import Span
from reviewer.facts.delta import Delta, FilePair
from reviewer.facts.gone import header
from reviewer.facts.streaming.model import FileFacts
from reviewer.facts.streaming.protections import calls_of, qualified
from reviewer.facts.syntax import Block, BlockKind, Call, ResultUse
from reviewer.rules.checks.left_out import added_beside, is_readable
from reviewer.rules.checks.null_tests import asks_for_value
from reviewer.rules.checks.overloads import is_inside, version_of
from reviewer.rules.support import folded

_NULL = lazily(
    r"\(*\s*(?:(\w+)\s*[!=]==?\s*null|null\s*[!=]==?\s*(\w+)|(?:Objects\.)?(?:isNull|nonNull)\((\w+)\))\s*\)*"
)
_LIFE_CYCLE = lazily(r"(close|stop|shutdown|dispose|destroy|open|init|setup|configure|start|main|build|create)")
_PARTITION = lazily(r"partition|\btps?\b", re.IGNORECASE)
#: Anything but a comparison of what the variable gives.
_MAY_ASK = lazily(r"null|None|instanceof|\bis\b|is[A-Z]\w*\(|match|case|^[^.<>]*$", re.IGNORECASE)
_SAFE = lazily(r"\?\.|\?:|ofNullable|Option\(|requireNonNull|orElse")


@dataclass(frozen=True, slots=True, kw_only=True)
class NullGone:
    """`test` of `name` is gone from `function` (qualified), and `use` is called on it; both as written. `span` is the removed line."""

    files: FilePair
    function: str
    name: str
    test: str
    use: Call
    span: Span


def null_gone(delta: Delta) -> Iterator[NullGone]:
    """The variables, each once in a function: parameters, and what a call gave."""
    for files, before, after in delta.modified():
        if files.is_user or not is_readable(files, before, after):
            continue
        told: set[tuple[str, str]] = set()
        for block in before.syntax.blocks:
            if (
                block.kind is not BlockKind.CONDITIONAL
                or not _NULL.search(block.detail)
                or asks_for_value(before, block)
            ):
                continue
            home = qualified(before, block.function)
            span = header(delta, block.span, block.detail)
            if not home or _is_life_cycle(home) or added_beside(files.change, span.first_line) is None:
                continue
            for name in _asked(block):
                use = _use(files, before, after, block, name)
                if use is not None and (home, name) not in told:
                    told.add((home, name))
                    yield NullGone(files=files, function=home, name=name, test=block.detail, use=use, span=span)


def _asked(block: Block) -> Iterator[str]:
    for part in re.split(r"&&|\|\|", block.detail):
        match = _NULL.fullmatch(part.strip())
        if match is not None:
            yield next(name for name in match.groups() if name)


def _is_life_cycle(home: str) -> bool:
    *owners, name = home.split(".")
    return _LIFE_CYCLE.match(folded(name)) is not None or name in owners[-1:]  # a constructor has its type's name


def _use(files: FilePair, before: FileFacts, after: FileFacts, block: Block, name: str) -> Call | None:
    """The first call on the variable after the change, where nothing asks for it; the variable is the function's own."""
    home, mine = qualified(before, block.function), version_of(before, after, block.function)
    if not any(f.qualified == home for f in after.syntax.functions) or not _is_own(before, block, name):
        return None
    word = lazily(rf"(?<![\w.]){re.escape(name)}\b")
    calls = [c for c in calls_of(after, home) if is_inside(after, c.function, mine)]
    for other in after.syntax.blocks:
        inside = qualified(after, other.function) == home and is_inside(after, other.function, mine)
        if (
            inside
            and other.kind is BlockKind.CONDITIONAL
            and any(word.search(part) and _MAY_ASK.search(part) for part in re.split(r"&&|\|\|", other.detail))
        ):
            return None
    lines = (files.change.after or "").split("\n")
    for call in calls:
        if re.match(rf"{re.escape(name)}(?![\w?])", call.receiver):
            text = " ".join(lines[call.span.first_line - 1 : call.span.last_line])
            return None if _SAFE.search(text) else call
    return None


def _is_own(before: FileFacts, block: Block, name: str) -> bool:
    """Whether it is a parameter, or what a call gave; the entry of a partition is another rule's."""
    function = block.function
    while function is not None:
        declared = before.syntax.functions[function]
        if any(p.name == name for p in declared.parameters):
            return True
        function = declared.parent
    given = [c for c in before.syntax.calls if c.result is ResultUse.ASSIGNED and c.result_name == name]
    given = [
        c for c in given if qualified(before, c.function) == qualified(before, block.function) and not c.is_construction
    ]
    return bool(given) and not any(_PARTITION.search(a.value.text) for c in given for a in c.arguments)
