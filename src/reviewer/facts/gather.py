"""From a change to its facts on both sides. Only files that may be streaming code are parsed."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

from reviewer.clients.registry import Libraries
from reviewer.core.change import ChangeSet, FileChange, FileStatus
from reviewer.core.problem import Problem
from reviewer.core.source import SourceReader
from reviewer.core.span import Side
from reviewer.core.value import value
from reviewer.facts.caller_jobs import caller_jobs
from reviewer.facts.counterparts import counterpart_jobs
from reviewer.facts.delta import Delta, FilePair
from reviewer.facts.global_usings import with_global_usings
from reviewer.facts.lookup import Looking, LookUp, all_of
from reviewer.facts.related import related_jobs
from reviewer.facts.same_identity import same_identity_jobs
from reviewer.facts.schema_users import schema_user_jobs
from reviewer.facts.streaming.extract import (
    file_facts,
    imported_libraries,
    types_elsewhere,
)
from reviewer.facts.streaming.lent import Lent
from reviewer.facts.streaming.model import FactSet, FileFacts
from reviewer.facts.streaming.shared import shared
from reviewer.facts.syntax import SyntaxFacts
from reviewer.facts.through.apply import with_helpers_elsewhere
from reviewer.facts.through.lending import lent_to
from reviewer.facts.through.look_up import helper_jobs
from reviewer.facts.told_outside import chart_jobs, outside_jobs
from reviewer.facts.value_users import changed_words, saying_jobs, value_user_jobs, with_told
from reviewer.facts.versions import declared_versions
from reviewer.facts.workers import Job, Key
from reviewer.files import FileKind, kind_of, may_be_shipped

_ROUNDS = 3  # a settings class, the manifest that fills it, the chart's values that fill that
_CODE_ROUNDS = 2
#: Each keeps a few files that the change neither has nor refers to, found by a search for what it changes.
_LOOK_UPS: tuple[LookUp, ...] = (
    schema_user_jobs, value_user_jobs, caller_jobs, same_identity_jobs, counterpart_jobs, helper_jobs,
)  # fmt: skip
Parse = Callable[[Sequence[Job]], tuple[dict[Key, SyntaxFacts], tuple[Problem, ...]]]


@value()
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
    libraries: Libraries,
    parse: Parse,
    skip: Callable[[str], bool],
    wanted: Callable[[str, str], bool] = lambda _path, _text: True,
) -> Gathered:
    """Parse both sides of every changed file that is wanted, then read the syntax with the libraries' knowledge."""
    jobs = [job for change in change_set.files if not skip(change.path) for job in _jobs(change, wanted)]
    parsed, problems = parse(jobs)
    parsed = with_global_usings(parsed, reader, libraries)
    saying = saying_jobs(change_set, parsed)
    told, told_problems = parse(saying) if saying else ({}, ())
    looking = _looking(change_set, reader, {**parsed, **told})
    beside, more, more_problems = _beside(looking, parsed, told, parse, libraries)
    beside, more, problems = [*saying, *beside], {**told, **more}, (*problems, *told_problems)
    texts = {(job.path, job.side): job.text for job in (*jobs, *beside)}
    versions = {side: declared_versions(_users(parsed, side, libraries), reader, side) for side in Side}
    kinds = {key: _kind(*key, reader) for key in (*parsed, *more)}
    before, after = (_side(side, parsed, more, texts, versions[side], kinds, libraries, reader) for side in Side)
    before, after = with_told(before, after, change_set)
    users = _users_of(looking.words, before, after, texts)
    delta = Delta(change_set=change_set, before=before, after=after, users=users)
    return Gathered(delta=delta, problems=(*problems, *more_problems))


def _looking(change_set: ChangeSet, reader: SourceReader, read: Mapping[Key, SyntaxFacts]) -> Looking:
    before, after = (tuple(_of(read, side)) for side in (Side.BEFORE, Side.AFTER))
    words = tuple(changed_words(before, after))
    return Looking(change_set=change_set, reader=reader, before=before, after=after, words=words)


def _users_of(words: Sequence[str], before: FactSet, after: FactSet, texts: Mapping[Key, str]) -> tuple[FilePair, ...]:
    """The code beside the change that names one of some constants and stays as it is written."""
    if not words:
        return ()
    named = re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, words))})(?!\w)")
    olds = {facts.path: facts for facts in before.related}
    found: list[FilePair] = []
    for now in after.related:
        text, was = texts[now.path, Side.AFTER], olds.get(now.path)
        if was is not None and now.libraries and text == texts.get((now.path, Side.BEFORE)) and named.search(text):
            change = FileChange(old_path=now.path, new_path=now.path, status=FileStatus.MODIFIED, hunks=(), before=text, after=text)  # fmt: skip
            found.append(FilePair(change=change, before=was, after=now, is_user=True))
    return tuple(found)


def _kind(path: str, side: Side, reader: SourceReader) -> FileKind:
    """The whole tree is asked for only where it can make a difference."""
    return kind_of(path, reader.paths(side) if may_be_shipped(path) else ())


def _beside(
    looking: Looking, parsed: Mapping[Key, SyntaxFacts], told: Mapping[Key, SyntaxFacts], parse: Parse, libraries: Libraries
) -> tuple[list[Job], dict[Key, SyntaxFacts], tuple[Problem, ...]]:  # fmt: skip
    """What the changed files refer to, and what that refers to in turn: a loop's factory, and the factory's constants."""
    change_set, reader = looking.change_set, looking.reader
    jobs: list[Job] = []
    found: dict[Key, SyntaxFacts] = {}
    problems: list[Problem] = []
    latest = parsed
    for turn in range(_ROUNDS):
        known = {*parsed, *told, *found}
        next_jobs = [
            j
            for s in Side
            if turn < _CODE_ROUNDS
            for j in related_jobs(change_set, _of(latest, s), reader, s, libraries=libraries, known=known)
        ]
        for side in Side:
            asking = [s for s in _of(latest, side) if turn or imported_libraries(s, libraries)]
            there = {*known, *((job.path, job.side) for job in next_jobs), *_changed(change_set, side)}
            next_jobs += outside_jobs(asking, reader, side, known=there)
            next_jobs += chart_jobs(_of(latest, side), reader, side, known=there)
        if turn == 0:
            kept, unsearched = all_of(_LOOK_UPS, looking, {*known, *((job.path, job.side) for job in next_jobs)})
            next_jobs += kept
            problems.extend(unsearched)
        if not next_jobs:
            break
        latest, new_problems = parse(next_jobs)
        latest = with_global_usings(latest, reader, libraries)
        jobs.extend(next_jobs)
        found.update(latest)
        problems.extend(new_problems)
    return jobs, found, tuple(problems)


def _changed(change_set: ChangeSet, side: Side) -> set[Key]:
    return {(path, side) for change in change_set.files if (path := change.path_on(side)) is not None}


def _users(parsed: Mapping[Key, SyntaxFacts], side: Side, libraries: Libraries) -> list[str]:
    """The code that uses a client library: the version that its build files declare decides the defaults."""
    return [syntax.path for syntax in _of(parsed, side) if imported_libraries(syntax, libraries)]


def _of(parsed: Mapping[Key, SyntaxFacts], side: Side) -> list[SyntaxFacts]:
    return [syntax for key, syntax in parsed.items() if key[1] is side]


def _jobs(change: FileChange, wanted: Callable[[str, str], bool]) -> list[Job]:
    """Both sides, when one of them is wanted: the difference needs both."""
    sides = [(change.old_path, change.before, Side.BEFORE), (change.new_path, change.after, Side.AFTER)]
    present = [
        Job(path=path, text=text, side=side) for path, text, side in sides if path is not None and text is not None
    ]
    return present if any(wanted(job.path, job.text) for job in present) else []


def _side(
    side: Side, parsed: Mapping[Key, SyntaxFacts], beside: Mapping[Key, SyntaxFacts], texts: Mapping[Key, str],
    versions: Mapping[str, str], kinds: Mapping[Key, FileKind], libraries: Libraries, reader: SourceReader,
) -> FactSet:  # fmt: skip
    changed, related = _of(parsed, side), _of(beside, side)
    said = shared([*changed, *related])
    elsewhere = types_elsewhere([*changed, *related])
    documents = {syntax.path: syntax for syntax in (*changed, *related) if syntax.entries}

    def facts_of(syntaxes: list[SyntaxFacts], lent: Mapping[str, Lent]) -> tuple[FileFacts, ...]:
        return tuple(
            file_facts(
                s,
                texts[s.path, side],
                side,
                libraries=libraries,
                external=said.texts,
                places=said.places,
                documents=documents,
                versions=versions,
                elsewhere=elsewhere,
                kind=kinds[s.path, side],
                lent=lent.get(s.path),
            )
            for s in sorted(syntaxes, key=lambda syntax: syntax.path)
        )

    beside_it = facts_of(related, {})
    own = facts_of(changed, {})
    alone = [file.syntax for file in own if not file.libraries and file.syntax.imports]
    lent = lent_to(alone, (*own, *beside_it), lambda: reader.paths(side)) if alone else {}
    again = {file.path: file for file in facts_of([s for s in alone if s.path in lent], lent)} if lent else {}
    files = tuple(again.get(file.path, file) for file in own)
    return FactSet(
        side=side, files=with_helpers_elsewhere(files, beside_it, lambda: reader.paths(side)), related=beside_it
    )
