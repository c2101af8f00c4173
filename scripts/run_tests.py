"""Runs all tests in two processes, for the machines of CI have two cores, and adds their coverage up.

Not one pool of workers: a worker of a pool has a second thread, and with one the parser starts fresh interpreters instead of
forking, which would test another thing than users run and take longer than it saves.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
# About half of the time; every other folder of tests/ is the second half, so that none can be forgotten.
FIRST = ("app", "container")


def main() -> int:
    """0 when both halves pass; their output comes one after the other, the coverage last."""
    folders = sorted(path.name for path in (ROOT / "tests").iterdir() if any(path.glob("test_*.py")))
    halves = [tuple(f for f in folders if f in FIRST), tuple(f for f in folders if f not in FIRST)]
    with tempfile.TemporaryDirectory() as name:
        print("Two halves of the tests run side by side; each shows its output when it ends.", flush=True)
        started = time.monotonic()
        running = [_start(half, Path(name), number) for number, half in enumerate(halves)]
        codes = [_finish(process, log) for process, log in running]
        print(f"both halves took {time.monotonic() - started:.0f} s", flush=True)
        _coverage("combine", "--quiet", *(str(path) for path in sorted(Path(name).glob("coverage.*"))))
        _coverage("report")
    return max(codes)


def _start(folders: Sequence[str], scratch: Path, number: int) -> tuple[subprocess.Popen[bytes], Path]:
    log = scratch / f"log.{number}"
    command = [
        sys.executable,
        "-m",
        "pytest",
        "--cov",
        "--cov-report=",
        "--durations=12",
        *(f"tests/{folder}" for folder in folders),
    ]
    environment = {**os.environ, "COVERAGE_FILE": str(scratch / f"coverage.{number}")}
    with log.open("wb") as file:
        return subprocess.Popen(command, cwd=ROOT, env=environment, stdout=file, stderr=subprocess.STDOUT), log


def _finish(process: subprocess.Popen[bytes], log: Path) -> int:
    code = process.wait()
    sys.stdout.buffer.write(log.read_bytes())
    sys.stdout.flush()
    return code


def _coverage(*arguments: str) -> None:
    subprocess.run([sys.executable, "-m", "coverage", *arguments], cwd=ROOT, check=True)


if __name__ == "__main__":
    sys.exit(main())
