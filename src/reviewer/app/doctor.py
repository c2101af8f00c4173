"""`stream-review doctor`: what is set up, what is missing, what a review of the change here would cost."""

from __future__ import annotations

import argparse
import os
import shutil
import sys
from dataclasses import dataclass, replace
from pathlib import Path

from reviewer.app import exit_codes, wiring
from reviewer.app.providers import Found, find
from reviewer.app.review_command import home_of, load_settings, options_of, overridden, repository
from reviewer.app.settings import DEFAULT_PATH, Settings
from reviewer.context.budget import CHARS_PER_TOKEN
from reviewer.core.problem import ReviewError
from reviewer.core.span import Side
from reviewer.facts.languages.table import languages
from reviewer.inputs.git_process import find_root
from reviewer.inputs.local_git import read_local_change
from reviewer.model import models
from reviewer.model.agent_prompt import AgentPrompt, built_in_agent, parse_agent_prompt
from reviewer.pipeline import review
from reviewer.rules.registry import all_rules, rules_for
from reviewer.version import VERSION

_ANSWER_TOKENS = 2_000  # of a usual answer, the model's thinking included
_READERS = 2  # what the first reader finds, a second one reads again


@dataclass(frozen=True, slots=True, kw_only=True)
class _Here:
    """What was found. `home` is where the configuration is, `agent` the prompt or why it cannot be used."""

    home: Path
    settings: Settings
    git: str | None
    root: Path | None
    found: Found
    agent: AgentPrompt | str

    @property
    def model(self) -> str:
        """The model's id."""
        agent = self.agent.model if isinstance(self.agent, AgentPrompt) else ""
        return models.resolve(self.settings.model or agent, self.settings.provider)

    @property
    def has_price(self) -> bool:
        """Whether what a request costs there is known."""
        region = self.found.access.region if self.found.access is not None else ""
        return models.has_list_price(self.model, self.settings.provider, region)

    @property
    def asks_claude(self) -> bool:
        """Whether a review would, or would have to."""
        return self.settings.engine == "claude" or (self.found.has_credentials and self.settings.engine == "auto")

    @property
    def is_over_price(self) -> bool:
        """Whether there is a ceiling that cannot be kept: then nothing is sent."""
        return self.settings.max_cost_usd is not None and not self.has_price

    @property
    def can_review(self) -> bool:
        """Whether a review of the work tree would not end at once."""
        can_ask = self.found.access is not None and isinstance(self.agent, AgentPrompt) and not self.is_over_price
        return self.git is not None and (can_ask or not self.asks_claude)


def run(given: argparse.Namespace) -> int:
    """Print one line per thing that a review needs; 2 when a review could not run. Nothing is sent anywhere."""
    repo = repository(given)
    home = home_of(repo)
    settings = overridden(load_settings(None, home), given)  # a wrong configuration ends here, with its key named
    here = _Here(
        home=home, settings=settings, git=shutil.which("git"), root=find_root(repo), agent=_agent(settings, home),
        found=find(settings.provider, os.environ),
    )  # fmt: skip
    for name, text in _lines(here, repo):
        print(f"{name:<16}{text}")
    return exit_codes.REVIEWED if here.can_review else exit_codes.COULD_NOT_REVIEW


def _agent(settings: Settings, home: Path) -> AgentPrompt | str:
    try:
        text = wiring.agent_text(settings.agent_prompt or None, home)
        return parse_agent_prompt(built_in_agent() if text is None else text, settings.agent_prompt or "agent.md")
    except ReviewError as error:
        return str(error)


def _lines(here: _Here, repo: Path) -> list[tuple[str, str]]:
    rules, settings = all_rules(), here.settings
    token = any(os.environ.get(name, "").strip() for name in ("GITHUB_TOKEN", "GH_TOKEN"))
    prompt = settings.agent_prompt or "built in"
    return [
        ("stream-review", f"{VERSION}, Python {sys.version.split()[0]}"),
        ("rules", f"{len(rules) - len(settings.disabled())} of {len(rules)} are on"),
        ("languages", ", ".join(languages())),
        ("git", here.git or "missing: install git to review a work tree (--diff works without)"),
        ("repository", str(here.root or f"none: {repo} is in no git repository (--diff works without one)")),
        (
            "configuration",
            DEFAULT_PATH if (here.home / DEFAULT_PATH).exists() else f"none ({DEFAULT_PATH}): built-in values",
        ),
        ("engine", _engine(here)),
        *_provider(here.found),
        ("agent prompt", prompt if isinstance(here.agent, AgentPrompt) else f"cannot be used: {here.agent}"),
        ("model", here.model),
        ("github token", "set" if token else "not set: needed for --pr and --post only"),
        ("cost ceiling", _ceiling(here)),
        ("cost", _cost(here, repo)),
    ]


def _engine(here: _Here) -> str:
    found = here.found
    there = "a key is set" if found.provider == "anthropic" else f"{found.provider}: credentials are there"
    why = there if found.has_credentials else f"{found.wanted} is not set"
    if not here.asks_claude:
        return f"rules only, offline ({why})"
    if found.has_credentials:
        return f"none: {found.provider} lacks something ({why})" if found.lacks else f"claude ({why})"
    return f"none: the configuration wants claude ({why})"


def _provider(found: Found) -> list[tuple[str, str]]:
    """Names of variables, never what they hold."""
    used = ", ".join(found.used) or "nothing"
    lacks = "; ".join((*([] if found.has_credentials else [found.wanted]), *found.lacks))
    return [("provider", f"{found.provider}: set: {used}; missing: {lacks or 'nothing'}")]


def _ceiling(here: _Here) -> str:
    ceiling = here.settings.max_cost_usd
    if not here.has_price:
        lost = "" if ceiling is None else f"{ceiling:.2f} USD per run (max-cost-usd) cannot be kept: "
        end = ", so nothing would be sent" if here.is_over_price else ""
        return f"{lost or 'none: '}the price of {here.model} is not known{end}"
    if ceiling is None:
        return f"{models.DEFAULT_CEILING_USD:.2f} USD per run, the default (max-cost-usd)"
    return f"{ceiling:.2f} USD per run (max-cost-usd)"


def _cost(here: _Here, repo: Path) -> str:
    for thing, is_there in (
        ("git", here.git), ("a git repository", here.root), ("an agent prompt", isinstance(here.agent, AgentPrompt)),
    ):  # fmt: skip
        if not is_there:
            return f"unknown without {thing}"
    try:
        return _estimate(here, _prompts(here, repo))
    except ReviewError as error:
        return f"unknown: {error}"


def _estimate(here: _Here, prompts: list[str]) -> str:
    """What Claude would cost for the change of the work tree: its prompts are built and measured, not sent."""
    if not prompts:
        return "nothing: no line that is changed in the work tree is streaming code, so no request would be sent"
    known = models.known(here.model) if here.has_price else None
    requests = len(prompts) * _READERS
    tokens = sum(len(prompt) for prompt in prompts) // CHARS_PER_TOKEN * _READERS
    size = f"{requests} requests of {tokens:,} tokens together to {here.model} for the change in the work tree"
    if known is None:
        return f"{size}; its price is not known"
    dollars = (tokens * known.price.cache_write + requests * _ANSWER_TOKENS * known.price.output) / 1_000_000
    return (
        f"about {dollars:.2f} USD with claude ({size}; prices of {models.PRICES_AS_OF}); 0.00 USD with the rules alone"
    )


def _prompts(here: _Here, repo: Path) -> list[str]:
    settings = here.settings
    change = read_local_change(repo, base=None, head=None, staged=False)
    conventions = change.reader.read("CLAUDE.md", Side.BEFORE) if settings.conventions == "auto" else None
    shown: list[str] = []
    claude = wiring.model_review(
        settings, access=here.found.access, agent_text=wiring.agent_text(settings.agent_prompt or None, here.home),
        agent_name=settings.agent_prompt or "", conventions=conventions or "", reader=change.reader, show_only=True,
    )  # fmt: skip
    with wiring.parser_pool() as pool:
        review(
            change.change_set, change.reader, options=options_of(settings, "claude", (), audit=False), rules=rules_for,
            parse=pool.extract_all, model=replace(claude, show=shown.append), tool_version=VERSION,
        )  # fmt: skip
    return shown
