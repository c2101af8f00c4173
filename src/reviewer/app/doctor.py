"""`stream-review doctor`: what is set up, what is missing."""

from __future__ import annotations

import argparse
import os
import shutil
import sys
from pathlib import Path

from reviewer.app import exit_codes
from reviewer.app.review_command import load_settings
from reviewer.facts.languages.table import adapters
from reviewer.model.models import DEFAULT_CEILING_USD
from reviewer.rules.registry import all_rules
from reviewer.version import VERSION


def run(given: argparse.Namespace) -> int:
    """Print one line per thing that a review needs; 2 when a review could not run."""
    repo = Path(given.repo).resolve()
    git = shutil.which("git")
    key = bool(os.environ.get("ANTHROPIC_API_KEY", "").strip())
    settings = load_settings(None, repo)
    print(f"stream-review {VERSION}, Python {sys.version.split()[0]}")
    print(f"rules           {len(all_rules())}")
    print(f"languages       {', '.join(adapter.name for adapter in adapters())}")
    print(f"git             {git or 'missing: install git to review a work tree (--diff works without)'}")
    print(f"repository      {repo if (repo / '.git').exists() else f'{repo} is not the top of a git repository'}")
    print(
        f"engine          {settings.engine}: {'claude, a key is set' if key else 'rules only, ANTHROPIC_API_KEY is not set'}"
    )
    ceiling = settings.max_cost_usd
    print(
        f"cost ceiling    {f'{DEFAULT_CEILING_USD:.2f} USD per run, the default (max-cost-usd)' if ceiling is None else f'{ceiling:.2f} USD per run'}"
    )
    return exit_codes.REVIEWED if git else exit_codes.COULD_NOT_REVIEW
