"""From a change to its facts on both sides. Only files that may be streaming code are parsed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from reviewer.core.change import ChangeSet, FileChange
from reviewer.core.problem import Problem
from reviewer.core.source import SourceReader
from reviewer.core.span import Side
from reviewer.facts.delta import Delta
from reviewer.facts.streaming.extract import external_constants, file_facts
from reviewer.facts.streaming.model import FactSet, FileFacts
from reviewer.facts.syntax import SyntaxFacts
from reviewer.facts.versions import declared_versions
from reviewer.facts.workers import Job, Key

Parse = Callable[[Sequence[Job]], tuple[dict[Key, SyntaxFacts], tuple[Problem, ...]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathered:
    """The facts of a change, and what could not be read."""

    delta: Delta
    problems: tuple[Problem, ...]

    def syntax(self, path: str | None, side: Side) -> SyntaxFacts | None:
        """The syntax facts of a changed file on a side."""
        facts = (self.delta.before if side is Side.BEFORE else self.delta.after).file(path) if path else None
        return facts.syntax if facts is not None else None


def gather(
    change_set: ChangeSet,
    reader: SourceReader,
    *,
    parse: Parse,
    skip: Callable[[str], bool],
    wanted: Callable[[str, str], bool] = lambda _path, _text: True,
) -> Gathered:
    """Parse both sides of every changed file that is wanted, then read the syntax with the libraries' knowledge."""
    jobs = [job for change in change_set.files if not skip(change.path) for job in _jobs(change, wanted)]
    parsed, problems = parse(jobs)
    texts = {(job.path, job.side): job.text for job in jobs}
    versions = {side: declared_versions(change_set, reader, side) for side in Side}
    before = _side(Side.BEFORE, parsed, texts, versions[Side.BEFORE])
    after = _side(Side.AFTER, parsed, texts, versions[Side.AFTER])
    return Gathered(delta=Delta(change_set=change_set, before=before, after=after), problems=problems)


def _jobs(change: FileChange, wanted: Callable[[str, str], bool]) -> list[Job]:
    """Both sides, when one of them is wanted: the difference needs both."""
    sides = [(change.old_path, change.before, Side.BEFORE), (change.new_path, change.after, Side.AFTER)]
    present = [
        Job(path=path, text=text, side=side) for path, text, side in sides if path is not None and text is not None
    ]
    return present if any(wanted(job.path, job.text) for job in present) else []


def _side(
    side: Side, parsed: Mapping[Key, SyntaxFacts], texts: Mapping[Key, str], versions: Mapping[str, str]
) -> FactSet:
    mine = {key: syntax for key, syntax in parsed.items() if key[1] is side}
    constants = external_constants(list(mine.values()))
    files: list[FileFacts] = [
        file_facts(syntax, texts[key], side, external=constants, versions=versions) for key, syntax in mine.items()
    ]
    return FactSet(side=side, files=tuple(sorted(files, key=lambda facts: facts.path)))
