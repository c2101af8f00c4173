"""`stream-review doctor`: what is set up, what is missing, what a review of the change here would cost."""

from __future__ import annotations

import argparse
import os
import shutil
import sys
from dataclasses import replace
from pathlib import Path

from reviewer.app import exit_codes, wiring
from reviewer.app.review_command import load_settings, options_of
from reviewer.app.settings import DEFAULT_PATH, Settings
from reviewer.context.budget import CHARS_PER_TOKEN
from reviewer.core.problem import ReviewError
from reviewer.core.span import Side
from reviewer.facts.languages.table import adapters
from reviewer.inputs.local_git import read_local_change
from reviewer.model import models
from reviewer.pipeline import review
from reviewer.rules.registry import all_rules
from reviewer.version import VERSION

_ANSWER_TOKENS = 2_000  # of a usual answer, the model's thinking included
_READERS = 2  # what the first reader finds, a second one reads again


def run(given: argparse.Namespace) -> int:
    """Print one line per thing that a review needs; 2 when a review could not run. Nothing is sent anywhere."""
    repo = Path(given.repo).resolve()
    git = shutil.which("git")
    settings = load_settings(None, repo)  # a wrong configuration ends here, with its key named
    for name, text in _lines(repo, settings, git):
        print(f"{name:<16}{text}")
    return exit_codes.REVIEWED if git else exit_codes.COULD_NOT_REVIEW


def _lines(repo: Path, settings: Settings, git: str | None) -> list[tuple[str, str]]:
    has_key = bool(os.environ.get("ANTHROPIC_API_KEY", "").strip())
    key = "a key is set" if has_key else "ANTHROPIC_API_KEY is not set"
    engine = "claude" if has_key and settings.engine != "rules" else "rules only, offline"
    if settings.engine == "claude" and not has_key:
        engine = "none: the configuration wants claude"
    token = any(os.environ.get(name, "").strip() for name in ("GITHUB_TOKEN", "GH_TOKEN"))
    ceiling = settings.max_cost_usd
    bound = models.DEFAULT_CEILING_USD if ceiling is None else ceiling
    return [
        ("stream-review", f"{VERSION}, Python {sys.version.split()[0]}"),
        ("rules", f"{len(all_rules()) - len(settings.disabled())} of {len(all_rules())} are on"),
        ("languages", ", ".join(adapter.name for adapter in adapters())),
        ("git", git or "missing: install git to review a work tree (--diff works without)"),
        ("repository", f"{repo}" if (repo / ".git").exists() else f"{repo} is not the top of a git repository"),
        (
            "configuration",
            DEFAULT_PATH if (repo / DEFAULT_PATH).exists() else f"none ({DEFAULT_PATH}): built-in values",
        ),
        ("engine", f"{engine} ({key})"),
        ("github token", "set" if token else "not set: needed for --pr and --post only"),
        ("cost ceiling", f"{bound:.2f} USD per run{', the default' if ceiling is None else ''} (max-cost-usd)"),
        ("cost", _estimate(repo, settings) if git else "unknown without git"),
    ]


def _estimate(repo: Path, settings: Settings) -> str:
    """What Claude would cost for the change of the work tree: its prompts are built and measured, not sent."""
    try:
        prompts, model = _prompts(repo, settings)
    except ReviewError as error:
        return f"unknown: {error}"
    if not prompts:
        return "nothing: the change in the work tree has no streaming code, so no request would be sent"
    known = models.known(model)
    requests = len(prompts) * _READERS
    tokens = sum(len(prompt) for prompt in prompts) // CHARS_PER_TOKEN * _READERS
    size = f"{requests} requests of {tokens:,} tokens together to {model} for the change in the work tree"
    if known is None:
        return f"{size}; its price is not known"
    dollars = (tokens * known.price.cache_write + requests * _ANSWER_TOKENS * known.price.output) / 1_000_000
    return (
        f"about {dollars:.2f} USD with claude ({size}; prices of {models.PRICES_AS_OF}); 0.00 USD with the rules alone"
    )


def _prompts(repo: Path, settings: Settings) -> tuple[list[str], str]:
    change = read_local_change(repo, base=None, head=None, staged=False)
    conventions = change.reader.read("CLAUDE.md", Side.BEFORE) if settings.conventions == "auto" else None
    shown: list[str] = []
    claude = wiring.model_review(
        settings, key="", agent_text=wiring.agent_text(settings.agent_prompt, repo), agent_name=settings.agent_prompt or "",
        conventions=conventions or "", reader=change.reader, show_only=True,
    )  # fmt: skip
    with wiring.parser_pool() as pool:
        review(
            change.change_set, change.reader, options=options_of(settings, "claude", (), audit=False), rules=all_rules,
            parse=pool.extract_all, model=replace(claude, show=shown.append), tool_version=VERSION,
        )  # fmt: skip
    return shown, claude.name
