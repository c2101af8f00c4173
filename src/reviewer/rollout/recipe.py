"""A plan before the names are known: steps with `{job}`, `{application}`, `{group}`, `{topic}`, `{connector}`, `{name}` in them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from reviewer.core.lazily import lazily
from reviewer.core.roll_out import RollOut, RollOutKind
from reviewer.core.value import value

#: What may stand in a command that somebody copies into a shell: a name out of a pull request is a stranger's text.
_PLAIN = lazily(r"[A-Za-z0-9_][A-Za-z0-9_.:-]{0,200}")
#: What may stand in a sentence: a job's name has blanks.
_PROSE = lazily(r"[A-Za-z0-9_][A-Za-z0-9_.: -]{0,100}")
_OPERATORS = lazily(r"[A-Za-z0-9_][A-Za-z0-9_.:() -]{0,200}")
_COMMAND = lazily(r"(`[^`]*`)")
_PLACES = ("job", "application", "group", "topic", "connector", "identity")


@value()
class Names:
    """What is at the place of a finding, each "" where nothing says it. `place` is where it stands: a class, else the file; `identity` a transactional id;
    `inputs` the topics that its class reads, none where one of them is not known; `operators` are told as a phrase."""

    place: str
    job: str = ""
    application: str = ""
    group: str = ""
    topic: str = ""
    connector: str = ""
    identity: str = ""
    inputs: tuple[str, ...] = ()
    operators: str = ""
    is_deployment: bool = False

    def of(self, what: str) -> str:
        """A name by its kind."""
        return str(getattr(self, what)) if what in _PLACES else ""


@value()
class Recipe:
    """`about` is the kind of name that the plan is for. `back` is the way back, or that there is none."""

    kind: RollOutKind
    about: str
    steps: tuple[str, ...]
    back: str

    def plan(self, names: Names, finding: str | None = None, **more: str) -> RollOut:
        """The plan with the names put in. `more` are names that only this plan has."""
        said = {what: names.of(what) for what in _PLACES} | more
        words = {what: _written(text, what) for what, text in said.items()} | {"inputs": _listed(names.inputs)}
        words["concerned"] = f"It is about {names.operators}." if names.operators else ""
        prose = {what: text if _PROSE.fullmatch(text) else words[what] for what, text in said.items()}
        if not said["job"]:
            prose["job"] = _job_of(names.place)
        steps = (*self.steps, f"Way back: {self.back}")
        subject = more.get(self.about) or names.of(self.about) or names.place
        filled = (_filled(step, words, prose) for step in steps)
        return RollOut(kind=self.kind, subject=subject, steps=tuple(step for step in filled if step), finding=finding)


def is_prose(text: str) -> bool:
    """Whether operators may be told so in a sentence."""
    return _OPERATORS.fullmatch(text) is not None


def _job_of(place: str) -> str:
    """A job that the code gives no name: by the class, or the file, that it is in."""
    name = place.rpartition("/")[2]
    return f"the job of {name}" if _PLAIN.fullmatch(name) else "the job"


def _written(name: str, what: str) -> str:
    return name if _PLAIN.fullmatch(name) else f"<{what}>"


def _listed(topics: Sequence[str]) -> str:
    return ",".join(topics) if topics and all(map(_PLAIN.fullmatch, topics)) else "<topics>"


def _filled(step: str, words: Mapping[str, str], prose: Mapping[str, str]) -> str:
    """The step with its names: in a command only such that nobody regrets to have copied it."""
    parts = _COMMAND.split(step)
    return "".join(_put(part, words if _COMMAND.fullmatch(part) else {**words, **prose}) for part in parts)


def _put(text: str, words: Mapping[str, str]) -> str:
    return re.sub(r"\{(\w+)\}", lambda found: words[found.group(1)], text)
