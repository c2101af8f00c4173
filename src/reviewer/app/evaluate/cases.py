"""The door for labelled cases: YAML in, checked and frozen."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import yaml
from pydantic import Field, ValidationError

from reviewer.app.evaluate.scoring import Label
from reviewer.app.settings_file import Strict
from reviewer.core.problem import ReviewError


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One change over a tree, with the dangers that a careful reader finds in it."""

    name: str
    technology: str
    repository: Path
    change: Path
    labels: tuple[Label, ...]


class _Expected(Strict):
    category: Literal["data-loss", "ordering", "state-consistency", "duplicates", "schema", "performance", "operations"]
    path: str
    side: Literal["RIGHT", "LEFT"] = "RIGHT"
    line: int = Field(ge=1)
    last_line: int | None = None


class _Case(Strict):
    change: str
    technology: str
    expect: tuple[_Expected, ...]


class _File(Strict):
    repository: str
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
    return [_case(file.parent, raw.repository, item) for item in raw.cases]


def _case(folder: Path, repository: str, raw: _Case) -> Case:
    return Case(
        name=Path(raw.change).stem, technology=raw.technology, repository=(folder / repository).resolve(),
        change=folder / raw.change, labels=tuple(_label(item) for item in raw.expect),
    )  # fmt: skip


def _label(raw: _Expected) -> Label:
    return Label(
        category=raw.category, path=raw.path, side=raw.side, first_line=raw.line, last_line=raw.last_line or raw.line
    )
