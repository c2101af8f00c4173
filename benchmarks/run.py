"""Speed and size of the offline review, as ratios within one run: `make bench`.

Absolute times depend on the machine, so each is shown beside a yardstick that was measured in the same minute: an empty
Python process, and `git diff` on the same change. The promises (DESIGN: start-up under 150 ms, one file under 0.5 s, 300 files under 6 s
and 400 MB) are printed beside the figures; nothing fails here, because a busy machine proves nothing.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from pathlib import Path

from measure import Measured, measure
from workload import repository

# A fresh installation keeps its bytecode; an environment that forbids it would time the compiler.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
COMMAND = str(Path(sys.executable).parent / "stream-review")
REVIEW = [COMMAND, "review", "--engine", "rules", "--format", "json"]


def main() -> int:
    """Measure and print one line per case."""
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        empty = measure([sys.executable, "-c", "pass"], runs=9, cwd=root)
        version = measure([COMMAND, "--version"], runs=9, cwd=root)
        _row("an empty Python process", empty, empty, "")
        _row("--version", version, empty, "under 0.15 s")
        for files, promise in ((1, "under 0.5 s"), (300, "under 6 s, 400 MB")):
            repo = root / f"repo{files}"
            repo.mkdir()
            lines = repository(repo, files)
            diff = measure(["git", "diff", "--text"], runs=5, cwd=repo)
            review = measure(REVIEW, runs=5, cwd=repo, memory=True)
            _row(f"git diff, {files} file(s), {lines} lines", diff, empty, "")
            _row(f"review, {files} file(s), {lines} lines", review, diff, promise)
            report = json.loads(review.stdout)
            reviewed = sum(item["outcome"] == "reviewed" for item in report["coverage"])
            print(f"    {reviewed} of {len(report['coverage'])} hunks reviewed, {len(report['findings'])} findings")
    return 0


def _row(name: str, measured: Measured, yardstick: Measured, promise: str) -> None:
    ratio = measured.seconds / yardstick.seconds
    memory = f"{measured.peak_mb:6.0f} MB" if measured.peak_mb else " " * 9
    print(f"{name:42} {measured.seconds:7.3f} s  {ratio:6.1f} x  {memory}  {promise}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
