"""A plan before the names are known: steps with `{job}`, `{application}`, `{group}`, `{topic}`, `{connector}`, `{name}` in them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from reviewer.core.roll_out import RollOut, RollOutKind

#: What may stand in a command that somebody copies into a shell: a name out of a pull request is a stranger's text.
_PLAIN = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.:-]{0,200}")
_PLACES = ("job", "application", "group", "topic", "connector", "identity")


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """What is at the place of a finding, each "" where nothing says it. `place` is where it stands: a class, else the file; `identity` a transactional id."""

    place: str
    job: str = ""
    application: str = ""
    group: str = ""
    topic: str = ""
    connector: str = ""
    identity: str = ""
    is_deployment: bool = False

    def of(self, what: str) -> str:
        """A name by its kind."""
        return str(getattr(self, what)) if what in _PLACES else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """`about` is the kind of name that the plan is for. `back` is the way back, or that there is none."""

    kind: RollOutKind
    about: str
    steps: tuple[str, ...]
    back: str

    def plan(self, names: Names, finding: str | None = None, **more: str) -> RollOut:
        """The plan with the names put in. `more` are names that only this plan has."""
        words = {what: _written(names.of(what), what) for what in _PLACES}
        words |= {what: _written(text, what) for what, text in more.items()}
        steps = (*self.steps, f"Way back: {self.back}")
        subject = more.get(self.about) or names.of(self.about) or names.place
        return RollOut(kind=self.kind, subject=subject, steps=tuple(_filled(s, words) for s in steps), finding=finding)


def _written(name: str, what: str) -> str:
    return name if _PLAIN.fullmatch(name) else f"<{what}>"


def _filled(step: str, words: Mapping[str, str]) -> str:
    return re.sub(r"\{(\w+)\}", lambda found: words[found.group(1)], step)
