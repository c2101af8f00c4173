"""`stream-review facts`: what was understood of files, and which rules looked at them; with --base what a change does to that."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from reviewer.app import exit_codes
from reviewer.app.review_command import home_of, load_settings, options_of, repository, told, write
from reviewer.app.settings import Settings
from reviewer.core.change import ChangeSet
from reviewer.core.finding import Finding
from reviewer.core.problem import ReviewError
from reviewer.core.progress import SILENT, Progress
from reviewer.core.report import Report
from reviewer.core.stated import FileTold, RuleWord, Spoke, Standing, compared
from reviewer.facts.delta import Delta, FilePair
from reviewer.facts.gather import Parse
from reviewer.facts.languages.documents import document_language
from reviewer.facts.languages.table import language_for
from reviewer.facts.told.tell import definitions, given_up, told_of_change
from reviewer.facts.told.tell import told as facts_of
from reviewer.inputs.git_process import run_git
from reviewer.inputs.local_git import read_local_change
from reviewer.inputs.named_files import located, read_files
from reviewer.inputs.port import LocalChange
from reviewer.pipeline import review
from reviewer.publish import facts_json, facts_text
from reviewer.rules.looking import not_judged, rules_at
from reviewer.rules.registry import rules_for
from reviewer.rules.rule import Rule
from reviewer.version import VERSION

_FOREIGN = "nothing in it belongs to a technology that has rules"


@dataclass(slots=True)
class _Reviewed:
    """A change that went through the offline pipeline, with the facts that its rules read."""

    change: LocalChange
    report: Report | None = None
    deltas: list[Delta] = field(default_factory=list)

    def rules(self, delta: Delta) -> Sequence[Rule]:
        """What the pipeline asks for: it hands over the facts."""
        self.deltas.append(delta)
        return rules_for(delta)

    def pair(self, path: str) -> FilePair | None:
        """The file's facts on both sides; None when it is not part of the change, or was read on no side."""
        pair = next((p for p in self.deltas[0].pairs() if path in (p.change.path, p.change.old_path)), None)
        return pair if pair is not None and (pair.before or pair.after) else None


def run(given: argparse.Namespace, parse: Parse, progress: Progress = SILENT) -> int:
    """Print the facts of the named files."""
    repo = repository(given)
    settings = load_settings(None, home_of(repo))
    paths = tuple(dict.fromkeys(located(name, repo, Path.cwd()) for name in given.file))
    for path in paths:
        _must_be_read(path)
    changed = _changed(given, repo, settings, parse, progress)
    pairs = {path: changed.pair(path) if changed else None for path in paths}
    rest = [path for path in paths if pairs[path] is None]
    whole = None
    if rest:
        change = read_files(repo, rest, runner=run_git, surroundings=os.environ)
        whole = _through(change, settings, parse, progress, audit=True)
    files = []
    for path in paths:
        pair, source = (pairs[path], changed) if pairs[path] else (whole.pair(path) if whole else None, whole)
        if pair is None or source is None:
            raise ReviewError(_unparsed(path, whole))
        files.append(_told(pair, source, settings, is_compared=given.base is not None))
    progress.close()
    _print(given, files)
    return exit_codes.REVIEWED


def _must_be_read(path: str) -> None:
    if not document_language(path) and language_for(path) is None:
        raise ReviewError(
            f"{path}: files of this kind are not read. Read are Java, Kotlin, Scala, Groovy, Python, Go, TypeScript, JavaScript, C# and Rust, "
            "SQL, Avro, Protobuf, YAML, JSON, TOML, XML, HCL, HOCON, .properties, shell scripts and Dockerfiles (docs/facts.md)."
        )


def _changed(
    given: argparse.Namespace, repo: Path, settings: Settings, parse: Parse, progress: Progress
) -> _Reviewed | None:
    if given.base is None:
        return None
    change = read_local_change(repo, base=given.base)
    told(change.notices)
    return _through(change, settings, parse, progress, audit=False)


def _through(change: LocalChange, settings: Settings, parse: Parse, progress: Progress, *, audit: bool) -> _Reviewed:
    """The offline pipeline over a change. Paths that the configuration leaves out are read all the same: they were named."""
    found = _Reviewed(change=change)
    options = replace(
        options_of(settings, "rules", (), audit=audit), ignored_paths=lambda _path: False, disabled=frozenset()
    )
    found.report = review(
        change.change_set, change.reader, options=options, rules=found.rules, parse=parse, model=None, tool_version=VERSION,
        progress=progress,
    )  # fmt: skip
    told(f"{p.step}: {p.subject}: {p.message}" for p in found.report.problems)
    return found


def _unparsed(path: str, whole: _Reviewed | None) -> str:
    problems = whole.report.problems if whole is not None and whole.report is not None else ()
    why = next((problem.message for problem in problems if problem.subject == path), "")
    return (
        f"{path}: {why or 'nothing of it could be read; with --base name a file that is there now or was there then'}."
    )


def _told(pair: FilePair, source: _Reviewed, settings: Settings, *, is_compared: bool) -> FileTold:
    delta, path, old_path = source.deltas[0], pair.change.path, pair.change.old_path
    before = facts_of(pair.before, definitions(delta.before)) if pair.before is not None else ()
    after = facts_of(pair.after, definitions(delta.after)) if pair.after is not None else ()
    standing = _standing(source.change.change_set, pair, is_compared=is_compared)
    is_alone = standing in (Standing.NOT_COMPARED, Standing.UNCHANGED)
    facts = compared(after, after) if is_alone else compared(before, (*after, *told_of_change(delta, path)))
    shown = pair.after or pair.before
    assert shown is not None and source.report is not None
    reason = next((item.reason for item in source.report.coverage if item.path == path), "")
    looked = rules_at(pair.before, pair.after)
    unjudged = not_judged((pair.before, pair.after), reason) or ("" if looked else _FOREIGN)
    return FileTold(
        path=path, old_path=old_path if old_path is not None and old_path != path else "", standing=standing,
        language=shown.syntax.language, kind=shown.kind.value, libraries=tuple(sorted(shown.libraries)), facts=facts,
        given_up=tuple(gap for file in (pair.before, pair.after) if file is not None for gap in given_up(file)),
        rules=() if unjudged else tuple(_words(pair, source.report, settings.disabled())), not_judged=unjudged,
    )  # fmt: skip


def _standing(change_set: ChangeSet, pair: FilePair, *, is_compared: bool) -> Standing:
    if not is_compared:
        return Standing.NOT_COMPARED
    if change_set.base == "nothing":
        return Standing.UNCHANGED
    if pair.change.new_path is None:
        return Standing.REMOVED
    return Standing.ADDED if pair.change.old_path is None else Standing.CHANGED


def _words(pair: FilePair, report: Report, disabled: frozenset[str]) -> list[RuleWord]:
    """What each rule that looked at the file said of it."""
    paths = {pair.change.path, pair.change.old_path}
    spoken: dict[str, list[RuleWord]] = {}
    said = [(f, Spoke.REPORTED, f.why) for f in report.findings]
    said += [(w.finding, Spoke.WITHHELD, f"{w.reason} ({w.stage.value})") for w in report.withheld]
    for finding, spoke, why in said:
        if finding.span.path in paths and finding.rule_id is not None:
            word = Spoke.OFF if finding.rule_id in disabled else spoke
            spoken.setdefault(finding.rule_id, []).append(_word(finding, word, why))
    crashed = {p.subject: p.message for p in report.problems if p.step == "rule"}
    words: list[RuleWord] = []
    for rule in sorted({r.id for r in rules_at(pair.before, pair.after)} | spoken.keys()):
        if rule in crashed:
            words.append(RuleWord(rule_id=rule, spoke=Spoke.CRASHED, why=crashed[rule]))
        else:
            silent = RuleWord(rule_id=rule, spoke=Spoke.OFF if rule in disabled else Spoke.SILENT)
            words += spoken.get(rule, [silent])
    return words


def _word(finding: Finding, spoke: Spoke, why: str) -> RuleWord:
    span = finding.span
    assert finding.rule_id is not None
    return RuleWord(
        rule_id=finding.rule_id,
        spoke=spoke,
        path=span.path,
        side=span.side,
        line=span.first_line,
        why=" ".join(why.split()),
    )


def _print(given: argparse.Namespace, files: Sequence[FileTold]) -> None:
    if given.format == "json":
        text = facts_json.rendered(files, tool_version=VERSION, base=given.base)
    else:
        text = facts_text.rendered(files)
    if given.output is None:
        sys.stdout.write(text)
    else:
        write(given.output, text)
