"""The door for labelled cases: YAML or text in, checked and frozen."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import yaml
from pydantic import Field, ValidationError, model_validator

from reviewer.app.evaluate.case import Case, Expected, Kind, Needs
from reviewer.app.evaluate.guarantee_cases import is_guarantee_file
from reviewer.app.evaluate.text_cases import read_text_cases
from reviewer.app.refused import first_fault, yaml_fault
from reviewer.app.settings_file import Strict
from reviewer.core.problem import ReviewError


class _Case(Strict):
    name: str | None = None
    change: str | None = None
    repository: str | None = None
    base: str | None = None
    head: str | None = None
    technology: str
    language: str = ""
    kind: Kind | None = None
    family: int | None = Field(default=None, ge=1, le=24)
    needs: Needs | None = None
    expect: tuple[Expected, ...]

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
    """The cases of a file, or of every `*.yaml` and `**/*.cases` of a directory. ReviewError names the file and the fault."""
    files = sorted((*place.glob("*.yaml"), *place.glob("**/*.cases"))) if place.is_dir() else [place]
    if is_guarantee_file(place) or (place.is_dir() and not files and any(place.glob("**/*.guarantees"))):
        return ()
    if not files:
        raise ReviewError(f"{place} holds no *.yaml or *.cases file with cases.")
    cases = tuple(case for file in files for case in (read_text_cases if file.suffix == ".cases" else _read)(file))
    twice = [name for name, count in Counter(case.name for case in cases).items() if count > 1]
    if twice:
        raise ReviewError(
            f"{place}: several cases are called {twice[0]}: a name says which answer belongs to which case."
        )
    return cases


def chosen_cases(cases: Sequence[Case], only: Sequence[str]) -> tuple[Case, ...]:
    """Those of some names; all when none is named. `@FILE` stands for the names in a file, one a line, `#` begins a remark.

    ReviewError names the file that can't be read, and the name that no case has.
    """
    names = {name for word in only for name in (_names_in(Path(word[1:])) if word.startswith("@") else [word])}
    known = {case.name for case in cases}
    if unknown := sorted(names - known):
        raise ReviewError(f"--only: no case is called {unknown[0]!r}.")
    return tuple(case for case in cases if case.name in names or not only)


def _names_in(file: Path) -> list[str]:
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise ReviewError(f"--only: {str(file)!r} can't be read: {error}") from error
    return [name for line in lines if (name := line.partition("#")[0].strip())]


def _read(file: Path) -> list[Case]:
    try:
        raw = _File.model_validate(yaml.safe_load(file.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError) as error:
        raise ReviewError(f"The cases {str(file)!r} can't be read: {error}") from error
    except yaml.YAMLError as error:
        raise ReviewError(f"{file} is not valid YAML: {yaml_fault(error)}") from error
    except ValidationError as error:
        raise ReviewError(f"{file}: {first_fault(error)}") from error
    return [_case(file, raw.repository, item) for item in raw.cases]


def _case(file: Path, shared: str | None, raw: _Case) -> Case:
    repository = raw.repository or shared
    name = raw.name or Path(raw.change or "").stem
    if repository is None:
        raise ReviewError(f"{file}: the case {name} has no repository, and the file names none for all.")
    return Case(
        name=name, technology=raw.technology, language=raw.language, kind=raw.kind or ("risky" if raw.expect else "harmless"),
        repository=(file.parent / repository).resolve(), change=file.parent / raw.change if raw.change else None,
        base=raw.base, head=raw.head, labels=tuple(item.label() for item in raw.expect),
        family=raw.family, needs=raw.needs,
    )  # fmt: skip
