"""What becomes of a call's failure in its own function: it goes up to the caller, or it ends in a catch that only logs."""

from __future__ import annotations

import re

from reviewer.core.span import Span
from reviewer.facts.streaming.failures import is_on_purpose, is_poison, stops
from reviewer.facts.streaming.flow import is_noise
from reviewer.facts.streaming.model import FileFacts
from reviewer.facts.syntax import Block, BlockKind, Call, JumpKind, ResultUse

_CAUGHT = frozenset({"catch", "exceptionally"})
_AGAIN = re.compile(r"attempt|retr|tries|\btry\b|backoff", re.IGNORECASE)
_NOTHING = re.compile(r"|null|undefined|None|nil|\(\)|Unit|void 0")
_ARROW = re.compile(r"^.*?(?:=>|->)\s*", re.DOTALL)


def swallowed(file: FileFacts, call: Call) -> Span | None:
    """Where a failure of the call ends while its function returns normally; None when it goes up, is retried, kept or given on."""
    for after in file.syntax.continued(call):
        if after.name in _CAUGHT and _is_empty(file, after):
            return after.name_span
    for block in file.syntax.blocks:
        if block.kind is BlockKind.CATCH and block.owner in call.blocks and _ends_here(file, block):
            inside = [c for c in file.syntax.calls if block.index in c.blocks]
            return inside[0].name_span if inside else block.span
    return None


def _is_empty(file: FileFacts, after: Call) -> bool:
    """`.catch(() => undefined)`, `.catch(error => log.warn(error))`."""
    given = after.argument(0)
    if given is None or given.function is None:
        return False
    inside = list(file.syntax.calls_in(given.function, nested=True))
    leaves = [j for j in file.syntax.jumps if j.function == given.function]
    if any(j.kind is JumpKind.THROW or _NOTHING.fullmatch(j.text) is None for j in leaves):
        return False
    body = _ARROW.sub("", given.text).strip("{} ;")
    return all(map(is_noise, inside)) and (bool(inside) or _NOTHING.fullmatch(body) is not None)


def _ends_here(file: FileFacts, block: Block) -> bool:
    if stops(block) or is_poison(block) or is_on_purpose(file, block) or _is_repeated(file, block):
        return False
    inside = [c for c in file.syntax.calls if block.index in c.blocks]
    told = [c.span for c in inside if is_noise(c)]
    if any(not is_noise(c) and not any(span.contains(c.span) for span in told) for c in inside):
        return False
    if any(block.index in a.blocks and not a.is_declaration for a in file.syntax.assignments):
        return False  # a flag, a counter, a list of what failed
    home = [j for j in file.syntax.jumps if j.function == block.function]
    if any(
        j.kind is JumpKind.THROW and (block.index in j.blocks or j.span.first_line > block.span.last_line) for j in home
    ):
        return False
    answers = any(
        j.kind is JumpKind.RETURN and block.index in j.blocks and _NOTHING.fullmatch(j.text) is None for j in home
    )
    return not answers and not _tells_success(file, block)


def _is_repeated(file: FileFacts, block: Block) -> bool:
    """A loop around the try that tries again."""
    owner = file.syntax.blocks[block.owner] if block.owner is not None else block
    parent = owner.parent
    while parent is not None:
        around = file.syntax.blocks[parent]
        if around.kind is BlockKind.LOOP and (
            _AGAIN.search(around.detail) or around.detail.strip("() ") in ("", "true", "True")
        ):
            return True
        parent = around.parent
    return False


def _tells_success(file: FileFacts, block: Block) -> bool:
    """Whether the function returns something on its normal path only: its caller sees the difference."""
    texts = [
        j.text for j in file.syntax.jumps if j.kind is JumpKind.RETURN and j.function == block.function and j.blocks
    ]
    return any(_NOTHING.fullmatch(text) is None for text in texts)


def goes_up(file: FileFacts, call: Call) -> bool:
    """Whether somebody waits for the call and its failure leaves the function."""
    waits = file.names.idioms.waits
    awaited = call.result in (ResultUse.AWAITED, ResultUse.RETURNED) or any(
        c.name in waits for c in file.syntax.continued(call)
    )
    given_on = any(c.result in (ResultUse.AWAITED, ResultUse.RETURNED) for c in file.syntax.continued(call))
    assigned = call.result is ResultUse.ASSIGNED and call.result_name in file.names.idioms.failures
    return (awaited or given_on or assigned) and swallowed(file, call) is None
