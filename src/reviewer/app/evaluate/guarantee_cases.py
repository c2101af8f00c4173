"""Labelled changes of what is promised, in `*.guarantees` files: the notation of the cases, with lines of

    guarantee: billing at-least-once -> at-most-once          a subject as the report names it, or `none`; several lines for several

in place of marks. Scored by rules alone: guarantees come from facts.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from reviewer.app.evaluate.case import Case
from reviewer.core.problem import ReviewError
from reviewer.core.report import Report
from reviewer.rules.examples import read_examples

_LABEL = re.compile(r"(?P<subject>.+) (?P<before>[a-z-]+) -> (?P<after>[a-z-]+)")
_HEAD = frozenset({"language", "guarantee", "why"})

#: (subject, before, after)
Label = tuple[str, str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class GuaranteeCase:
    """A change with what a careful reader says of its promises; no label means that none changes."""

    case: Case
    labels: frozenset[Label]


@dataclass(frozen=True, slots=True, kw_only=True)
class GuaranteeScore:
    """What was found of a case's labels, what was missed and what was said beside them."""

    name: str
    language: str
    found: tuple[Label, ...]
    missed: tuple[Label, ...]
    false: tuple[Label, ...]


def is_guarantee_file(place: Path) -> bool:
    """Whether a file holds such cases."""
    return place.suffix == ".guarantees"


def read_guarantee_cases(place: Path) -> tuple[GuaranteeCase, ...]:
    """The cases of a file or of all files below a directory, which may have none. ReviewError names the file and the fault."""
    if place.is_dir():
        return tuple(case for file in sorted(place.glob("**/*.guarantees")) for case in _read(file))
    return tuple(_read(place)) if is_guarantee_file(place) else ()


def _read(file: Path) -> list[GuaranteeCase]:
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ReviewError(f"The cases {str(file)!r} can't be read: {error}") from error
    top, *parts = re.split(r"(?m)^### ", text)
    if not parts:
        raise ReviewError(f"{file} holds no case: a case begins with `### its-name`.")
    default = dict(_head(top.split("\n"), str(file)))
    return [_case(file, default, part) for part in parts]


def _head(lines: Sequence[str], where: str) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for line in lines:
        key, colon, value = line.partition(":")
        if not line.strip() or line.startswith("#"):
            continue
        if not colon or key not in _HEAD or not value.strip():
            raise ReviewError(f"{where}: the head is lines of {', '.join(sorted(_HEAD))}, not {line!r}")
        found.append((key, value.strip()))
    return found


def _case(file: Path, default: dict[str, str], part: str) -> GuaranteeCase:
    name, _, rest = part.partition("\n")
    where, lines = f"{file}: {name}", rest.split("\n")
    start = next((n for n, line in enumerate(lines) if line.startswith("--- ")), None)
    if start is None:
        raise ReviewError(f"{where}: no file: a file begins with `--- path`")
    head = _head(lines[:start], where)
    said = [value for key, value in head if key == "guarantee"]
    if not said or "why" not in dict(head):
        raise ReviewError(f"{where}: a case has a `guarantee:` (or none) and a `why:`")
    try:
        files = read_examples("\n".join(("### good: a case", *lines[start:])))[0].files
    except ValueError as error:
        raise ReviewError(f"{where}: {error}") from error
    language = {**default, **dict(head)}.get("language", "")
    labels = frozenset(_label(text, where) for text in said if text != "none")
    case = Case(name=name.strip(), technology="guarantees", language=language, kind="unrelated", files=files)
    return GuaranteeCase(case=case, labels=labels)


def _label(text: str, where: str) -> Label:
    match = _LABEL.fullmatch(text)
    if match is None:
        raise ReviewError(f"{where}: a guarantee is `SUBJECT BEFORE -> AFTER` or `none`, not {text!r}")
    return match["subject"], match["before"], match["after"]


def score_guarantees(case: GuaranteeCase, report: Report) -> GuaranteeScore:
    """Compare by subject, before and after; the order does not matter."""
    said = {(g.subject, g.before.value, g.after.value) for g in report.guarantees}
    return GuaranteeScore(
        name=case.case.name, language=case.case.language, found=tuple(sorted(case.labels & said)),
        missed=tuple(sorted(case.labels - said)), false=tuple(sorted(said - case.labels)),
    )  # fmt: skip


def guarantee_table(scores: Sequence[GuaranteeScore]) -> str:
    """For people: one line of figures, then each miss and each false one; "" without cases."""
    if not scores:
        return ""
    found, missed, false = (sum(len(getattr(s, kind)) for s in scores) for kind in ("found", "missed", "false"))
    lines = [f"guarantees: {found} of {found + missed} found, {false} false, in {len(scores)} changes"]
    for score in scores:
        lines += [f"missed in {score.name}: {' '.join(label[:2])} -> {label[2]}" for label in score.missed]
        lines += [f"false in {score.name}: {' '.join(label[:2])} -> {label[2]}" for label in score.false]
    return "\n".join(lines) + "\n"


def guarantee_rows(scores: Sequence[GuaranteeScore]) -> dict[str, object]:
    """For programs."""
    return {
        "cases": len(scores),
        "found": sum(len(score.found) for score in scores),
        "missed": {score.name: [list(label) for label in score.missed] for score in scores if score.missed},
        "false": {score.name: [list(label) for label in score.false] for score in scores if score.false},
    }
