"""Cases written as small trees in one text file: the notation of the rules' examples, with labels instead of `! here`.

    language: java                        the file's own lines are defaults for all its cases; # is a remark

    ### ack-before-the-insert             a case and its name
    technology: kafka-consumer
    family: 1
    needs: rules
    why: The offset is stored before the row is.
    --- src/Orders.java
     void on(Order order) {
    +  consumer.commitSync(); // ! data-loss
       rows.insert(order);
    -  consumer.commitSync();

A mark names the damage asked for, then what is fair as well: `! data-loss, duplicates`. On a `-` line the danger is a removal.
`! data-loss: high` says how heavy it is. `! data-loss (3 lines)` ends a label of three lines of that side. `^ data-loss` marks the line above, for JSON and XML.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from pydantic import Field, ValidationError, model_validator

from reviewer.app.evaluate.case import Case, Expected, Kind, Needs
from reviewer.app.evaluate.deploy import read_labels
from reviewer.app.refused import first_fault
from reviewer.app.settings_file import Strict
from reviewer.core.problem import ReviewError
from reviewer.rules.examples import Example, read_examples

_TITLE = "### "
_MARK = re.compile(r"[ \t]*(?://|#|--|<!--)[ \t]*! ([\w, -]+?)(?:: (\w+))?(?: \((\d+) lines\))?(?: -->)?$")
_BELOW = re.compile(r"\^ ([\w, -]+?)(?:: (\w+))?(?: \((\d+) lines\))?$")
_HERE = " // ! here"


class _Head(Strict):
    technology: str
    language: str
    kind: Kind = "risky"
    family: int | None = Field(default=None, ge=1, le=24)
    needs: Needs | None = None
    why: str = Field(min_length=1)
    rollout: str = ""
    hit: str = ""

    @model_validator(mode="after")
    def _says_who_can_tell(self) -> _Head:
        if (self.kind == "risky") != (self.needs is not None):
            raise ValueError("a risky case says what it needs, rules or model; others do not")
        return self


class _Mark(Strict):
    at: int
    categories: tuple[str, ...]
    severity: str | None = None
    lines: int = Field(default=1, ge=1)


def read_text_cases(file: Path) -> list[Case]:
    """The cases of a text file. ReviewError names file, case and fault."""
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ReviewError(f"The cases {str(file)!r} can't be read: {error}") from error
    top, *parts = re.split(r"(?m)^### ", text)
    if not parts:
        raise ReviewError(f"{file} holds no case: a case begins with `### its-name`.")
    defaults = _mapping(top, str(file))
    return [_case(file, defaults, part) for part in parts]


def _case(file: Path, defaults: Mapping[str, str], part: str) -> Case:
    name, _, rest = part.partition("\n")
    where = f"{file}: {name}"
    lines = rest.split("\n")
    start = next((n for n, line in enumerate(lines) if line.startswith("--- ")), None)
    if start is None:
        raise ReviewError(f"{where}: no file: a file begins with `--- path`")
    try:
        head = _Head.model_validate({**defaults, **_mapping("\n".join(lines[:start]), where)})
        body, marks = _without_marks(lines[start:])
        example = _read(body)
        labels = tuple(_expected(body, mark, example).label() for mark in marks)
        deploy = read_labels(head.rollout, head.hit)
    except ValidationError as error:
        raise ReviewError(f"{where}: {first_fault(error)}") from error
    except ValueError as error:
        raise ReviewError(f"{where}: {error}") from error
    if (head.kind == "risky") != bool(labels):
        raise ReviewError(f"{where}: a risky case has a mark (`// ! data-loss`), a harmless one has none")
    if not any(changed.is_changed for changed in example.files):
        raise ReviewError(f"{where}: nothing changes")
    return Case(
        name=name.strip(), technology=head.technology, language=head.language, kind=head.kind, files=example.files, labels=labels,
        family=head.family, needs=head.needs, deploy=deploy,
    )  # fmt: skip


def _mapping(text: str, where: str) -> Mapping[str, str]:
    """Plain `key: value` lines: a sentence may hold a colon, so this is no YAML."""
    found: dict[str, str] = {}
    for line in text.split("\n"):
        key, colon, value = line.partition(":")
        if not line.strip() or line.startswith("#"):
            continue
        if not colon:
            raise ReviewError(f"{where}: the head is lines of `key: value`, not {line!r}")
        found[key.strip()] = value.strip()
    return found


def _without_marks(lines: Sequence[str]) -> tuple[list[str], list[_Mark]]:
    """The lines of the files, and the marks by index into these."""
    body: list[str] = []
    marks: list[_Mark] = []
    for line in lines:
        below = _BELOW.match(line)
        found = below or _MARK.search(line)
        if not below:
            body.append(_MARK.sub("", line))
        if found:
            categories = tuple(word.strip() for word in found.group(1).split(","))
            marks.append(
                _Mark(at=len(body) - 1, categories=categories, severity=found.group(2), lines=int(found.group(3) or 1))
            )
    return body, marks


def _read(body: Sequence[str]) -> Example:
    return read_examples("\n".join(("### good: a case", *body)))[0]


def _expected(body: Sequence[str], mark: _Mark, example: Example) -> Expected:
    """The label of a mark: the reader of the notation says where a mark at that line stands."""
    line = body[mark.at]
    ((path, side, number),) = _read([*body[: mark.at], line + _HERE, *body[mark.at + 1 :]]).marks
    if not any(file.is_changed and path in (file.old_path, file.new_path) for file in example.files):
        raise ValueError(f"the mark at {path}:{number} stands in a file that the change leaves alone")
    category, *also = mark.categories
    return Expected.model_validate(
        {
            "category": category, "also": also, "path": path, "side": side.value, "line": number - mark.lines + 1,
            "last-line": number, "severity": mark.severity,
        }
    )  # fmt: skip
