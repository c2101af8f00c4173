"""Runs all tests in two processes at a time, for the machines of CI have two cores, and adds their coverage up.

The tests are cut into pieces, and whichever process is free takes the next: so both end at about the same time, however the tests grow.
Not one pool of workers: a worker of a pool has a second thread, and with one the parser starts fresh interpreters instead of
forking, which would test another thing than users run and take longer than it saves.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
AT_ONCE = 2
# The longest first. What is not named here is cut in two and comes before these, so that no test can be forgotten.
WHOLE = (("container",), ("facts",), ("rules",), ("model", "asking", "posting"))
CUT = {"app": 4}  # half of all the time: a folder in pieces of every fourth file


def main() -> int:
    """0 when every piece passes; each shows its output when it ends, the coverage comes last."""
    with tempfile.TemporaryDirectory() as name:
        started = time.monotonic()
        worst = 0
        with ThreadPoolExecutor(AT_ONCE) as slots:
            running = [slots.submit(_run, piece, Path(name), number) for number, piece in enumerate(pieces())]
            print(
                f"{len(running)} pieces of the tests, {AT_ONCE} at a time; each shows its output when it ends.",
                flush=True,
            )
            for done in as_completed(running):
                code, output = done.result()
                worst = max(worst, code)
                sys.stdout.buffer.write(output)
                sys.stdout.flush()
        print(f"all tests took {time.monotonic() - started:.0f} s", flush=True)
        _coverage("combine", "--quiet", *(str(path) for path in sorted(Path(name).glob("coverage.*"))))
        _coverage("report")
    return worst


def pieces() -> Iterator[tuple[str, ...]]:
    """Paths below the root that together are all tests, each once."""
    tests = ROOT / "tests"
    files: dict[str, list[str]] = {}
    for path in sorted(tests.rglob("test_*.py")):
        folder = path.relative_to(tests).parts[0]
        files.setdefault(folder if folder != path.name else "", []).append(str(path.relative_to(ROOT)))
    for folder, count in CUT.items():
        cut = files.pop(folder)
        yield from (tuple(cut[number::count]) for number in range(count))
    whole = [tuple(path for folder in folders for path in files.pop(folder)) for folders in WHOLE]
    rest = [path for paths in files.values() for path in paths]
    yield from (tuple(rest[number::2]) for number in range(2))
    yield from whole


def _run(paths: Sequence[str], scratch: Path, number: int) -> tuple[int, bytes]:
    command = [sys.executable, "-m", "pytest", "--cov", "--cov-report=", "--durations=5", *paths]
    environment = {**os.environ, "COVERAGE_FILE": str(scratch / f"coverage.{number}")}
    # A fresh installation keeps its bytecode; without it every process that a test starts would compile the product anew.
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    started = time.monotonic()
    done = subprocess.run(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False
    )
    where = ", ".join(sorted({path.rpartition("/")[0] for path in paths}))
    return done.returncode, f"\n{where}: {time.monotonic() - started:.0f} s\n".encode() + done.stdout


def _coverage(*arguments: str) -> None:
    subprocess.run([sys.executable, "-m", "coverage", *arguments], cwd=ROOT, check=True)


if __name__ == "__main__":
    sys.exit(main())
