"""Speed and size of the offline review, as ratios within one run: `make bench`.

Absolute times depend on the machine, so each is shown beside a yardstick that was measured in the same minute: an empty Python
process, `git diff` on the same change, and semgrep, where there is one, with as many patterns as we have rules. The promises are
printed beside the figures; nothing fails here, because a busy machine proves nothing. README.md tells what was seen.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
import tempfile
from pathlib import Path

import peer
from measure import Measured, measure
from workload import repository

# A fresh installation keeps its bytecode; an environment that forbids it would time the compiler.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
COMMAND = str(Path(sys.executable).parent / "stream-review")
REVIEW = [COMMAND, "review", "--engine", "rules", "--format", "json"]
#: Files, runs of each command, what was promised.
SIZES = ((1, 5, "under 0.3 s"), (300, 5, "under 5 s, 300 MB"))
LARGE = (3000, 1, "ten times 300 files")


def main() -> int:
    """Measure and print one line per case."""
    parser = argparse.ArgumentParser(description="Speed and size of the offline review.")
    parser.add_argument(
        "--semgrep", default=shutil.which("semgrep"), help="the semgrep to compare with (default: the one on PATH)"
    )
    parser.add_argument("--large", action="store_true", help="review 3,000 files too")
    given = parser.parse_args()
    if given.semgrep is None:
        print("There is no semgrep on PATH (nor --semgrep FILE): the comparison with it is left out.")
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        empty = measure([sys.executable, "-c", "pass"], runs=9, cwd=root)
        _row("an empty Python process", empty, empty, "")
        _row("--version", measure([COMMAND, "--version"], runs=9, cwd=root), empty, "under 0.1 s")
        for files, runs, promise in (*SIZES, LARGE) if given.large else SIZES:
            _sized(root / f"repo{files}", files, runs, promise, given.semgrep)
    return 0


def _sized(repo: Path, files: int, runs: int, promise: str, semgrep: str | None) -> None:
    repo.mkdir()
    lines = repository(repo, files)
    diff = measure(["git", "diff", "--text"], runs=runs, cwd=repo)
    review = measure(REVIEW, runs=runs, cwd=repo, memory=True)
    _row(f"git diff, {files} file(s), {lines} lines", diff, diff, "")
    _row(f"review, {files} file(s), {lines} lines", review, diff, promise)
    if semgrep is not None:
        found = measure(peer.command(semgrep, repo.parent), runs=runs, cwd=repo, memory=True)
        _row(f"semgrep, {len(peer.patterns())} patterns, {files} file(s)", found, diff, "")
        print(f"    the review is {found.seconds / review.seconds:.1f} times as fast as semgrep")
    report = json.loads(review.stdout)
    reviewed = sum(item["outcome"] == "reviewed" for item in report["coverage"])
    print(f"    {reviewed} of {len(report['coverage'])} hunks reviewed, {len(report['findings'])} findings")


def _row(name: str, measured: Measured, yardstick: Measured, promise: str) -> None:
    ratio = measured.seconds / yardstick.seconds
    memory = f"{measured.peak_mb:6.0f} MB" if measured.peak_mb else " " * 9
    print(f"{name:42} {measured.seconds:7.3f} s  {ratio:6.1f} x  {memory}  {promise}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
