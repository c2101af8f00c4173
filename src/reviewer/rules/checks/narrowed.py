"""Conditions that ask for less than before: one part of an `&&` or `||` is gone, the rest and what stands under it stay."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from reviewer.core.change import LineKind
from reviewer.core.span import Span
from reviewer.facts.delta import Delta, FilePair
from reviewer.facts.gone import header
from reviewer.facts.streaming.model import FileFacts
from reviewer.facts.streaming.protections import qualified
from reviewer.facts.syntax import Block, BlockKind, JumpKind
from reviewer.rules.checks.left_out import is_readable
from reviewer.rules.support import squash

_WORD = re.compile(r"[A-Za-z_]\w*")
_ASKS = re.compile(r"\b(if|when|while|filter|case|require|check\w*|takeIf|unless)\b|\?|&&|\|\||=.*[=!<>]=|=.*[<>]")
_FILLERS = frozenset({"null", "None", "this", "true", "false", "is", "not", "Objects", "isNull", "nonNull", "isEmpty", "size", "get", "instanceof"})  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Narrowed:
    """A condition that lost `part`. `was` and `now` are the blocks under it; `is_and` says that it holds in more cases now, else in fewer.
    `leaves` says that its block leaves the function or the turn of a loop."""

    files: FilePair
    function: str
    part: str
    is_and: bool
    leaves: bool
    was: Block
    now: Block
    span: Span


def narrowed(delta: Delta) -> Iterator[Narrowed]:
    """The conditions, in the order of the files."""
    for files, before, after in delta.modified():
        if files.is_user or not is_readable(files, before, after):
            continue
        kept: dict[str, list[Block]] = {}
        for block in after.syntax.blocks:
            if block.kind is BlockKind.CONDITIONAL and block.detail:
                kept.setdefault(qualified(after, block.function), []).append(block)
        for block in before.syntax.blocks:
            if block.kind is not BlockKind.CONDITIONAL or not re.search(r"&&|\|\|", block.detail):
                continue
            home = qualified(before, block.function)
            found = _found(delta, files, block, home, kept.get(home, ())) if home else None
            if found is not None:
                yield found


def _found(
    delta: Delta, files: FilePair, block: Block, home: str, kept: list[Block] | tuple[Block, ...]
) -> Narrowed | None:
    assert files.before is not None and files.after is not None
    sign, parts = parts_of(block.detail)
    if len(parts) < 2:
        return None
    mine = [squash(p) for p in parts]
    if any([squash(p) for p in parts_of(other.detail)[1]] == mine for other in kept):
        return None
    for other in kept:
        theirs = {squash(p) for p in parts_of(other.detail)[1]}
        left = [p for p in parts if squash(p) not in theirs]
        if len(left) == 1 and theirs < set(mine) and (len(theirs) == 1 or parts_of(other.detail)[0] == sign):
            if not _is_spoken_of(files, home, left[0]):
                return Narrowed(
                    files=files, function=home, part=left[0], is_and=sign == "&&", leaves=_leaves(files.after, other),
                    was=block, now=other, span=header(delta, block.span, block.detail),
                )  # fmt: skip
    return None


def parts_of(condition: str) -> tuple[str, list[str]]:
    """The parts of a condition at its top level, and the operator between them; one part where they are mixed."""
    text = condition.strip()
    while text.startswith("(") and _closing(text) == len(text) - 1:
        text = text[1:-1].strip()
    parts, signs, depth, start, at = [], set(), 0, 0, 0
    while at < len(text):
        depth += (text[at] in "([{") - (text[at] in ")]}")
        if depth == 0 and text[at : at + 2] in ("&&", "||"):
            parts.append(text[start:at].strip())
            signs.add(text[at : at + 2])
            at = start = at + 2
            continue
        at += 1
    parts.append(text[start:].strip())
    return (signs.pop(), parts) if len(signs) == 1 else ("", [text])


def _closing(text: str) -> int:
    depth = 0
    for at, char in enumerate(text):
        depth += (char == "(") - (char == ")")
        if depth == 0:
            return at
    return -1


def _leaves(file: FileFacts, block: Block) -> bool:
    leaving = (JumpKind.RETURN, JumpKind.CONTINUE, JumpKind.BREAK, JumpKind.THROW)
    return any(j.kind in leaving and j.blocks and j.blocks[-1] == block.index for j in file.syntax.jumps)


def _is_spoken_of(files: FilePair, home: str, part: str) -> bool:
    """Whether a new line of the function asks for what the part read: it may ask in another way."""
    assert files.after is not None
    names = set(_WORD.findall(part)) - _FILLERS
    spans = [f.span for f in files.after.syntax.functions if f.qualified == home]
    for hunk in files.change.hunks:
        for line in hunk.lines:
            number = line.new_number
            if line.kind is LineKind.ADDED and number is not None and _ASKS.search(line.text):
                inside = any(s.first_line <= number <= s.last_line for s in spans)
                if inside and names <= set(_WORD.findall(line.text)):
                    return True
    return False
