"""Which operators of the running job a finding is about: a savepoint is mapped operator by operator."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath

from reviewer.core.finding import Finding
from reviewer.core.span import Side
from reviewer.facts.delta import Delta
from reviewer.facts.streaming.model import FileFacts, Operator
from reviewer.rollout.recipe import is_prose

_MOST = 4  # operators that are told one by one
_BY_OP = re.compile(r"[\w.]+/(?P<op>\w+) uid")
_EVERY = "flink-max-parallelism-changed-or-unset"


def concerned(finding: Finding, delta: Delta) -> str:
    """The operators as a phrase, `process(Scorer) with the uid scorer (FraudJob.java:10)`; "" where none is known.

    They are looked up as they run now, before the change, by the finding's words and lines; all of them by their class where that is what
    the finding is about (a descriptor of its state).
    """
    if finding.rule_id == _EVERY:
        return ""
    change = delta.change_set.file_at(finding.span)
    before = delta.before.file(change.old_path) if change is not None and change.old_path else None
    after = delta.after.file(change.new_path) if change is not None and change.new_path else None
    for found in _asked(finding, before, after, delta):
        told = [
            f"{_told(operator)} ({PurePosixPath(operator.call.span.path).name}:{operator.call.name_span.first_line})"
            for operator in found
        ]
        told = [text for text in dict.fromkeys(told) if is_prose(text)]
        if told:
            return ", ".join(told[:_MOST]) + (f" and {len(told) - _MOST} more" if len(told) > _MOST else "")
    return ""


def _asked(
    finding: Finding, before: FileFacts | None, after: FileFacts | None, delta: Delta
) -> Iterator[list[Operator]]:
    """First by uid, then by line, then by the class of the function."""
    words = set(re.findall(r"[\w-]+(?:[.:][\w-]+)*", finding.subject.partition(": ")[2]))
    olds = list(_flink(before))
    yield [op for op in olds if op.uid is not None and op.uid in words]
    side = before if finding.span.side is Side.BEFORE else after
    if found := _BY_OP.fullmatch(finding.subject):  # a chain has several on one line
        near = [op for op in _flink(side) if op.op == found["op"]]
        yield near if len(near) == 1 else []
        return
    here = [op for op in _flink(side) if _is_on(op, finding)]
    edges = {op.position for op in here if op.kind == "edge"}
    yield (
        [op for op in _flink(side) if edges & set(op.inputs)]
        if edges
        else [op for op in here if op.uid_span or op.stateful]
    )
    owner = re.split(r"[.:#]", finding.subject, maxsplit=1)[0]
    files = (*delta.before.everything(), *delta.after.everything())
    yield [op for file in files for op in _flink(file) if owner and op.function_class == owner]


def _flink(file: FileFacts | None) -> Iterable[Operator]:
    return (op for op in file.operators if op.framework == "flink") if file is not None else ()


def _is_on(operator: Operator, finding: Finding) -> bool:
    """Whether its own line, or that of its uid, is the finding's."""
    line = finding.span.first_line
    return any(span is not None and span.first_line == line for span in (operator.call.name_span, operator.uid_span))


def _told(operator: Operator) -> str:
    """`process(Scorer) with the uid scorer`; without one its name, else that it has none."""
    what = f"{operator.op}({operator.function_class})" if operator.function_class else operator.op
    if operator.uid:
        return f"{what} with the uid {operator.uid}"
    return f"{what} named {operator.name}" if operator.name else f"{what} without a uid"
