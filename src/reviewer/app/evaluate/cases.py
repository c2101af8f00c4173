"""The door for labelled cases: YAML in, checked and frozen."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import yaml
from pydantic import Field, ValidationError, model_validator

from reviewer.app.evaluate.scoring import Label
from reviewer.app.settings_file import Strict
from reviewer.core.problem import ReviewError

Category = Literal[
    "data-loss", "ordering", "state-consistency", "duplicates", "schema", "performance", "operations"
]  # fmt: skip
Kind = Literal["risky", "harmless", "unrelated"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One change, with the dangers that a careful reader finds in it.

    It is `change`, a unified diff over the tree in `repository`, or else what `head` changes against `base` in that git repository.
    """

    name: str
    technology: str
    language: str
    kind: Kind
    repository: Path
    change: Path | None
    base: str | None
    head: str | None
    labels: tuple[Label, ...]


class _Expected(Strict):
    category: Category
    also: tuple[Category, ...] = ()
    path: str
    side: Literal["RIGHT", "LEFT"] = "RIGHT"
    line: int = Field(ge=1)
    last_line: int | None = None


class _Case(Strict):
    name: str | None = None
    change: str | None = None
    repository: str | None = None
    base: str | None = None
    head: str | None = None
    technology: str
    language: str = ""
    kind: Kind | None = None
    expect: tuple[_Expected, ...]

    @model_validator(mode="after")
    def _is_one_change(self) -> _Case:
        if (self.change is None) == (self.base is None):
            raise ValueError("a case needs either change (a diff) or base (a ref), not both")
        if self.change is None and self.name is None:
            raise ValueError("a case without a diff needs a name")
        return self


class _File(Strict):
    repository: str | None = None
    cases: tuple[_Case, ...] = Field(min_length=1)


def read_cases(place: Path) -> tuple[Case, ...]:
    """The cases of a file, or of every `*.yaml` of a directory. ReviewError names the file and the fault."""
    files = sorted(place.glob("*.yaml")) if place.is_dir() else [place]
    if not files:
        raise ReviewError(f"{place} holds no *.yaml file with cases.")
    return tuple(case for file in files for case in _read(file))


def _read(file: Path) -> list[Case]:
    try:
        raw = _File.model_validate(yaml.safe_load(file.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError) as error:
        raise ReviewError(f"The cases {str(file)!r} can't be read: {error}") from error
    except yaml.YAMLError as error:
        raise ReviewError(f"{file} is not valid YAML: {str(error).splitlines()[0]}") from error
    except ValidationError as error:
        first = error.errors()[0]
        raise ReviewError(f"{file}: {'.'.join(map(str, first['loc']))}: {first['msg'].lower()}") from error
    return [_case(file, raw.repository, item) for item in raw.cases]


def _case(file: Path, shared: str | None, raw: _Case) -> Case:
    repository = raw.repository or shared
    name = raw.name or Path(raw.change or "").stem
    if repository is None:
        raise ReviewError(f"{file}: the case {name} has no repository, and the file names none for all.")
    return Case(
        name=name, technology=raw.technology, language=raw.language, kind=raw.kind or ("risky" if raw.expect else "harmless"),
        repository=(file.parent / repository).resolve(), change=file.parent / raw.change if raw.change else None,
        base=raw.base, head=raw.head, labels=tuple(_label(item) for item in raw.expect),
    )  # fmt: skip


def _label(raw: _Expected) -> Label:
    return Label(
        categories=(raw.category, *raw.also), path=raw.path, side=raw.side, first_line=raw.line,
        last_line=max(raw.line, raw.last_line or raw.line),
    )  # fmt: skip
