"""`stream-review review` and `stream-review audit`: read the change, run the pipeline, publish, choose the exit code."""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

from reviewer.app import exit_codes
from reviewer.app.drawing import drawn
from reviewer.app.neighbours import OnGitHub, neighbours
from reviewer.app.paths import skipper, unchanged
from reviewer.app.providers import Found, find
from reviewer.app.settings import DEFAULT_PATH, Settings
from reviewer.core.change import ChangeSet
from reviewer.core.finding import Confidence, Severity
from reviewer.core.problem import ReviewError
from reviewer.core.progress import SILENT, Progress
from reviewer.core.report import Report
from reviewer.core.span import Side
from reviewer.facts.gather import Parse
from reviewer.inputs.port import LocalChange
from reviewer.pipeline import Options, review
from reviewer.publish.text import one_line
from reviewer.rules.registry import rule_ids, rules_for
from reviewer.version import VERSION


def run(given: argparse.Namespace, parse: Parse, progress: Progress = SILENT) -> int:
    """Review and publish; everything but the result goes to stderr."""
    started = time.monotonic()
    if getattr(given, "post", False):
        raise ReviewError("--post writes to a pull request: name it with --pr.")
    repo = repository(given)
    home = repo if getattr(given, "diff", None) is not None else home_of(repo)
    settings = overridden(load_settings(given.config, home), given)
    change = _change(given, repo, progress)
    told(change.notices)
    report = _report(given, settings, change, home, parse, progress)
    progress.close()
    report = replace(report, usage=replace(report.usage, seconds=time.monotonic() - started))
    if getattr(given, "show_prompt", False):
        say_what_was_shown(report)
        return exit_codes.REVIEWED
    publish(report, given.format, given.output, change.change_set)
    return exit_code(report, settings)


def exit_code(report: Report, settings: Settings) -> int:
    """By the threshold of the settings."""
    fail_on = None if settings.fail_on_severity == "none" else Severity(settings.fail_on_severity)
    return exit_codes.of_report(report, fail_on)


def say_what_was_shown(report: Report) -> None:
    """Without streaming code there is no prompt to show, and a reader of an empty page must know why."""
    notices = report.notices or ("No changed line is streaming code: nothing would be sent.",)
    told((*notices, *(f"{p.step}: {p.subject}: {p.message}" for p in report.problems)))


def told(notices: Iterable[str]) -> None:
    """Notices go to stderr, one a line."""
    for notice in notices:
        print(f"stream-review: {one_line(notice)}", file=sys.stderr)


def repository(given: argparse.Namespace) -> Path:
    """The directory that `--repo` names."""
    repo = Path(given.repo).resolve()
    if not repo.is_dir():
        raise ReviewError(f"--repo: there is no directory {given.repo!r}.")
    return repo


def home_of(repo: Path) -> Path:
    """Where the configuration is: in `repo` itself, else at the top of the repository around it, whose change is reviewed."""
    from reviewer.inputs.git_process import find_root

    return repo if os.path.lexists(repo / DEFAULT_PATH) else find_root(repo) or repo


def load_settings(named: str | None, repo: Path) -> Settings:
    """The configuration file, when there is one; a named one must exist."""
    path = Path(named) if named else repo / DEFAULT_PATH
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        if named:
            raise ReviewError(f"--config: there is no file {named!r}.") from error
        return Settings()
    except (OSError, UnicodeDecodeError) as error:
        raise ReviewError(f"The configuration {path.name} can't be read: {error}") from error
    from reviewer.app.settings_file import parse_settings

    return parse_settings(text, path.name, rule_ids())


def overridden(settings: Settings, given: argparse.Namespace) -> Settings:
    """Options win over the file."""
    names = ("engine", "provider", "model", "fail_on_severity", "min_severity", "min_confidence", "max_cost_usd")
    update = {name: getattr(given, name) for name in names if getattr(given, name, None) is not None}
    return replace(settings, **update)


def options_of(settings: Settings, engine: str, paths: tuple[str, ...], *, audit: bool) -> Options:
    """The settings as the pipeline wants them."""
    return Options(
        engine=engine, min_severity=Severity(settings.min_severity), min_confidence=Confidence(settings.min_confidence),
        inline_min_severity=Severity(settings.inline_min_severity), questions=settings.questions == "summary", sweep=settings.sweep == "on",
        max_comments=settings.max_comments, disabled=settings.disabled(),
        severities={name: Severity(value) for name, value in settings.severities().items()}, audit=audit,
        ignored_paths=skipper((*settings.paths, *paths), settings.ignore_paths),
    )  # fmt: skip


def chosen_engine(settings: Settings, found: Found) -> str:
    """`auto` is claude when there are credentials, else rules; `claude` without them is an error."""
    if settings.engine == "rules":
        return "rules"
    if found.ready() is not None:
        return "claude"
    if settings.engine == "claude":
        if found.provider == "anthropic":
            raise ReviewError("--engine claude needs an API key in ANTHROPIC_API_KEY; without one use --engine rules.")
        raise ReviewError(
            f"--engine claude with the provider {found.provider} needs {found.wanted}; without them use --engine rules."
        )
    return "rules"


def _change(given: argparse.Namespace, repo: Path, progress: Progress) -> LocalChange:
    from reviewer.inputs.audit import read_tree
    from reviewer.inputs.git_process import run_git
    from reviewer.inputs.local_git import read_local_change
    from reviewer.inputs.patch_file import read_patch

    if given.command == "audit":
        return read_tree(repo, runner=run_git, surroundings=os.environ, progress=progress)
    if given.diff is not None:
        if given.base or given.head or given.staged:
            raise ReviewError("--diff can't be combined with --base, --head or --staged.")
        return read_patch(_diff_text(given.diff), repo)
    return read_local_change(repo, base=given.base, head=given.head, staged=given.staged)


def _diff_text(name: str) -> bytes:
    if name == "-":
        return sys.stdin.buffer.read()
    try:
        return Path(name).read_bytes()
    except OSError as error:
        raise ReviewError(f"--diff: {name!r} can't be read ({error.strerror}).") from error


def _report(
    given: argparse.Namespace, settings: Settings, change: LocalChange, home: Path, parse: Parse, progress: Progress,
) -> Report:  # fmt: skip
    from reviewer.app import wiring

    own, team = given.agent_prompt or None, settings.agent_prompt or None
    within = home if own is None else None
    return reviewed(
        given, settings, change, own or team or "", lambda: wiring.agent_text(own or team, within), parse, progress, home,
    )  # fmt: skip


def reviewed(
    given: argparse.Namespace, settings: Settings, change: LocalChange, agent_name: str,
    agent: Callable[[], str | None], parse: Parse, progress: Progress = SILENT, home: Path | None = None,
    hub: OnGitHub | None = None,
) -> Report:  # fmt: skip
    """The change through the pipeline. `agent` is asked for the agent prompt only when the model reviews; `related-repositories` are
    folders seen from `home`, and with `hub` also on GitHub."""
    from reviewer.app import wiring

    told(unchanged(given.path, change.change_set, change.reader, audit=given.command == "audit"))
    found = find(settings.provider, os.environ)
    show_only = bool(getattr(given, "show_prompt", False))
    engine = "claude" if show_only else chosen_engine(settings, found)
    options = options_of(settings, engine, tuple(given.path), audit=given.command == "audit")
    if given.agent_prompt and engine != "claude":
        told((f"--agent-prompt is for Claude, and {_why_not_claude(settings)}: only the offline rules review.",))
    model = None
    if engine == "claude":
        conventions = change.reader.read("CLAUDE.md", Side.BEFORE) if settings.conventions == "auto" else None
        model = wiring.model_review(
            settings, access=found.access, agent_text=agent(), agent_name=agent_name, conventions=conventions or "",
            reader=change.reader, show_only=show_only, progress=progress,
        )  # fmt: skip
    # An audit looks at one repository only.
    names = () if options.audit else settings.related_repositories
    with neighbours(names, home or Path.cwd(), hub) as (others, unread):
        told(unread)
        return review(
            change.change_set, change.reader, options=options, rules=rules_for, parse=parse, model=model,
            tool_version=VERSION, draw=drawn, progress=progress, neighbours=others,
        )  # fmt: skip


def _why_not_claude(settings: Settings) -> str:
    return "the engine is rules" if settings.engine == "rules" else "ANTHROPIC_API_KEY is not set"


def publish(report: Report, form: str, output: str | None, change_set: ChangeSet) -> None:
    """Write the result to stdout or to a file, and the rest to stderr."""
    if form == "terminal" and output is None:
        _terminal(report, change_set)
    else:
        text = rendered(report, form, change_set)
        if output is None:
            sys.stdout.write(text)
        else:
            write(output, text)
    if form in ("json", "sarif"):  # which have no place for them
        told(report.notices)
    for problem in report.problems if form != "terminal" else ():
        line = one_line(
            f"{problem.step}: {problem.subject}: {problem.message}"
        )  # of strangers: a path, an API's message
        print(f"stream-review: {line}", file=sys.stderr)


def rendered(report: Report, form: str, change_set: ChangeSet) -> str:
    """The report as text in one of the formats."""
    if form == "json":
        from reviewer.publish import json_report

        return json_report.render(report)
    if form == "sarif":
        from reviewer.app.catalogue import summaries
        from reviewer.publish import sarif

        return sarif.render(report, summaries(), sources(change_set))
    if form == "markdown":
        from reviewer.publish import markdown

        return markdown.render(report)
    import io

    from reviewer.publish import terminal

    stream = io.StringIO()
    terminal.render(report, sources(change_set), terminal.open_console(stream, is_tty=False, no_color=True))
    return stream.getvalue()


def sources(change_set: ChangeSet) -> dict[tuple[str, Side], str]:
    """The texts of the change, for code frames and fixes."""
    found: dict[tuple[str, Side], str] = {}
    for change in change_set.files:
        for side in Side:
            text = change.text(side)
            if text is not None:
                found[(change.path_on(side), side)] = text
    return found


def _terminal(report: Report, change_set: ChangeSet) -> None:
    from reviewer.publish import terminal

    console = terminal.open_console(sys.stdout, is_tty=sys.stdout.isatty(), no_color="NO_COLOR" in os.environ)
    terminal.render(report, sources(change_set), console)


def write(output: str, text: str) -> None:
    """A result into the file that `--output` names."""
    try:
        Path(output).write_text(text, encoding="utf-8")
    except OSError as error:
        raise ReviewError(f"--output: {output!r} can't be written ({error.strerror}).") from error
