"""`stream-review eval`: review labelled changes and score what was found."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from reviewer.app import exit_codes, wiring
from reviewer.app.evaluate.case import Case
from reviewer.app.evaluate.cases import chosen_cases, read_cases
from reviewer.app.evaluate.deploy import score_hit, score_roll_out
from reviewer.app.evaluate.fixes import score_fixes
from reviewer.app.evaluate.guarantee_cases import (
    GuaranteeCase,
    GuaranteeScore,
    read_guarantee_cases,
    score_guarantees,
)
from reviewer.app.evaluate.recording import Recording
from reviewer.app.evaluate.result import CaseResult, as_json, as_table
from reviewer.app.evaluate.scoring import Project, score
from reviewer.app.evaluate.small_tree import change_of
from reviewer.app.providers import Found, find
from reviewer.app.review_command import chosen_engine, options_of, overridden
from reviewer.app.settings import Settings
from reviewer.asking.session import ModelSession
from reviewer.core.change import ChangeSet
from reviewer.core.finding import Finding
from reviewer.core.problem import ReviewError
from reviewer.core.progress import SILENT, Progress
from reviewer.core.report import Report, Status
from reviewer.core.span import Side, Span
from reviewer.diff.line_map import LineMap
from reviewer.facts.gather import Parse
from reviewer.inputs.local_git import read_local_change
from reviewer.inputs.patch_file import read_patch
from reviewer.inputs.port import LocalChange
from reviewer.model.recorded import NO_ANSWER, RecordedReviewer
from reviewer.pipeline import review
from reviewer.publish.text import one_line
from reviewer.rules.registry import rules_for
from reviewer.version import VERSION

#: Makes the model of one case; None for an engine without one.
MakeModel = Callable[[Case, LocalChange], ModelSession | None]


def run(given: argparse.Namespace, progress: Progress = SILENT) -> int:
    """Print the table; 2 when a case could not be reviewed or waits for an answer, for then the figures would flatter."""
    settings = overridden(Settings(), given)
    cases = chosen_cases(read_cases(Path(given.cases)), given.only)
    promises = () if given.only else read_guarantee_cases(Path(given.cases))
    recording = Recording.chosen(given, settings)
    found = find(settings.provider, os.environ)
    model = _live(settings, found) if recording is None else recording.model
    engine = "claude" if recording is not None else chosen_engine(settings, found)
    results: list[CaseResult] = []
    with wiring.parser_pool() as pool:
        for number, case in enumerate(cases):
            progress("Reviewing the cases", number, len(cases))
            results.append(_result(case, settings, engine, model, pool.extract_all))
        promised = [_promised(case, settings, pool.extract_all) for case in promises]
    progress.close()
    done = [result for result in results if not result.is_waiting]
    account = recording.account() if recording is not None else None
    sys.stdout.write(as_json(done, promised, account) if given.format == "json" else as_table(done, promised))
    if recording is not None:
        recording.keep()
        recording.say()
    broken = [result for result in results if result.problems]
    for result in broken:
        print(f"stream-review: {result.score.name}: {one_line(result.problems[0])}", file=sys.stderr)
    return exit_codes.COULD_NOT_REVIEW if broken or len(done) < len(results) else exit_codes.REVIEWED


def _result(case: Case, settings: Settings, engine: str, model: MakeModel, parse: Parse) -> CaseResult:
    change = _change(case)
    session = model(case, change)
    report = review(
        change.change_set, change.reader, options=options_of(settings, engine, (), audit=False), rules=rules_for,
        parse=parse, model=session, tool_version=VERSION,
    )  # fmt: skip
    waits = session is not None and isinstance(session.reviewer, RecordedReviewer) and bool(session.reviewer.waiting)
    if report.status is Status.FAILED and not waits:
        first = report.problems[0].message if report.problems else report.status.value
        raise ReviewError(f"The case {case.name} was not reviewed, so nothing is scored: {first}")
    scored = score(case.name, case.technology, case.kind, case.labels, report, _projected(change.change_set))
    scored = replace(scored, language=case.language, family=case.family, needs=case.needs)
    return CaseResult(
        score=scored, report=report, problems=tuple(_problems(report)), is_waiting=waits,
        roll_out=score_roll_out(case.deploy, report), hit=score_hit(case.deploy, report),
        fixes=score_fixes(report, change.change_set, parse, _by_rules(change, settings, parse)),
    )  # fmt: skip


def _by_rules(change: LocalChange, settings: Settings, parse: Parse) -> Callable[[ChangeSet], Sequence[Finding]]:
    """What the rules say of another version of the change."""

    def findings(change_set: ChangeSet) -> Sequence[Finding]:
        return review(
            change_set, change.reader, options=options_of(settings, "rules", (), audit=False), rules=rules_for,
            parse=parse, model=None, tool_version=VERSION,
        ).findings  # fmt: skip

    return findings


def _promised(case: GuaranteeCase, settings: Settings, parse: Parse) -> GuaranteeScore:
    """By the rules' engine: guarantees come from facts, whoever reviews."""
    change = _change(case.case)
    report = review(
        change.change_set, change.reader, options=options_of(settings, "rules", (), audit=False), rules=rules_for,
        parse=parse, model=None, tool_version=VERSION,
    )  # fmt: skip
    return score_guarantees(case, report)


def _problems(report: Report) -> list[str]:
    return [f"{p.step}: {p.subject}: {p.message}" for p in report.problems if NO_ANSWER not in p.message]


def _change(case: Case) -> LocalChange:
    if case.files:
        return change_of(case.files)
    if case.repository is None:
        raise ReviewError(f"The case {case.name} has neither files nor a repository.")
    if case.change is None:
        return read_local_change(case.repository, base=case.base, head=case.head or "HEAD")
    try:
        diff = case.change.read_bytes()
    except OSError as error:
        raise ReviewError(f"The case {case.name}: {str(case.change)!r} can't be read ({error.strerror}).") from error
    return read_patch(diff, case.repository)


def _projected(change_set: ChangeSet) -> Project:
    """Lines after the change; a removed line stands where the line before it stands now."""
    maps: dict[str, LineMap] = {}

    def line(path: str, number: int) -> int:
        found = change_set.file(path)
        known = maps.setdefault(path, LineMap(found.hunks if found is not None else ()))
        return next((after for n in range(number, 0, -1) if (after := known.to_after(n)) is not None), 1)

    def project(span: Span) -> tuple[int, int]:
        if span.side is Side.AFTER:
            return span.first_line, span.last_line
        return line(span.path, span.first_line), line(span.path, span.last_line)

    return project


def _live(settings: Settings, found: Found) -> MakeModel:
    def model(_case: Case, change: LocalChange) -> ModelSession | None:
        if chosen_engine(settings, found) != "claude":
            return None
        return wiring.model_review(
            settings, access=found.access, agent_text=None, agent_name="", conventions="", reader=change.reader
        )  # fmt: skip

    return model
