"""Whether code asks for a record without a value: a null test of `record.value()`, itself or by a function of the file."""

from __future__ import annotations

import re
from dataclasses import replace

from reviewer.facts.streaming.model import FileFacts
from reviewer.facts.streaming.protections import NOTHING
from reviewer.facts.syntax import Block, BlockKind

_VALUE = re.compile(r"(?:\.|\b)(?:get_?)?(?:value|payload)\b", re.IGNORECASE)
#: The types of a parameter that is a record.
RECORD = re.compile(
    r"ConsumerRecord\b|ConsumeResult|SinkRecord|EachMessagePayload|KafkaMessage|kafka\.Message|ConsumerMessage|kgo\.Record|(Borrowed|Owned)Message|\bMessage\b"
)
_CALLED = re.compile(r"(?<![\w.])(?:this\.|self\.)?(\w+)\(")


def asks_for_value(file: FileFacts, block: Block) -> bool:
    """Whether a block is run when a record has no value (or has one)."""
    if block.kind is not BlockKind.CONDITIONAL or block.function is None:
        return False
    detail = block.detail
    if file.syntax.language == "rust" and re.fullmatch(r"None|Some\(\w+\)", detail):
        asked = any(c.name == "payload" for c in file.syntax.calls_in(block.function, nested=True))
    else:
        asked = _is_null_test(file, block) or is_asked_elsewhere(file, block)
    return asked and has_record(file, block.function)


def _is_value(file: FileFacts, block: Block) -> bool:
    """`record.value()`, `message.Value`, a variable that holds one, or the parameter of a mapping of values."""
    if re.search(r"(\.|->)\s*(get_?)?(value|payload)\b", block.detail, re.IGNORECASE):
        return True
    words = set(re.findall(r"\w+", block.detail))
    for assignment in file.syntax.assignments:
        if assignment.function == block.function and assignment.target in words and assignment.value is not None:
            if re.fullmatch(r"[\w.]+\.(get_?)?(value|payload)(\(\))?[!?]*", assignment.value.text, re.IGNORECASE):
                return True
    function = file.syntax.functions[block.function] if block.function is not None else None
    if function is not None and function.argument_of is not None:
        given = file.syntax.calls[function.argument_of].name
        return given in ("mapValues", "flatMapValues", "transformValues") and any(
            p.name in words for p in function.parameters
        )
    return False


def _is_null_test(file: FileFacts, block: Block) -> bool:
    """Whether the value is what is compared with null: not `known != null && known.version() > record.value().version()`."""
    parts = re.split(r"&&|\|\||\band\b|\bor\b", block.detail)
    asking = [part for part in parts if NOTHING.search(part)]
    return any(_is_value(file, replace(block, detail=part)) for part in asking)


def is_asked_elsewhere(file: FileFacts, block: Block) -> bool:
    """`if (isEmpty(record))`, where a function of this file asks for the value."""
    asked = {f.name: f.index for f in file.syntax.functions if not f.is_lambda}
    for match in _CALLED.finditer(block.detail):
        helper = asked.get(match[1])
        if helper is not None and _tests_value(file, helper):
            return True
    return False


def _tests_value(file: FileFacts, function: int) -> bool:
    """Whether a function answers with a test of a record's value and little else."""
    texts = [j.text for j in file.syntax.jumps if j.function == function]
    return any(_VALUE.search(text) and NOTHING.search(text) for text in texts)


def has_record(file: FileFacts, function: int | None) -> bool:
    while function is not None:
        declared = file.syntax.functions[function]
        if any(RECORD.search(p.type) for p in declared.parameters) or any(
            h.function == function for h in file.handlings
        ):
            return True
        given = file.syntax.calls[declared.argument_of].name if declared.argument_of is not None else ""
        if given in ("mapValues", "flatMapValues", "transformValues", "foreach"):
            return bool(file.libraries)
        function = declared.parent
    return False
