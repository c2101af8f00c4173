"""Runs all tests in two processes at a time, for the machines of CI have two cores.

It counts which lines and branches of the product run, adds the pieces' counts up, and fails below `LEAST`. On Python 3.11 to 3.13 counting
takes more processor time than the tests themselves: `--uncounted` leaves it out.

The tests are cut into pieces, and whichever process is free takes the next: so both end at about the same time, however the tests grow.
Not one pool of workers: a worker of a pool has a second thread, and with one the parser starts fresh interpreters instead of
forking, which would test another thing than users run and take longer than it saves.
"""

from __future__ import annotations

import argparse
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
LEAST = 90  # per cent of lines and branches; 92 run, and 96 with the pieces that are not counted
# The longest first. What is not named here is cut in two and comes before these, so that no test can be forgotten.
WHOLE = (("container",), ("facts",), ("rules",), ("model", "asking", "posting"))
# From the command line to the end and back, over code that the other pieces count: with the counting it takes three times as long.
UNCOUNTED = frozenset({"container", "app"})
CUT = {"app": 4}  # half of all the time: a folder in pieces of every fourth file


def main(arguments: Sequence[str] | None = None) -> int:
    """0 when every piece passes (and enough is covered); each shows its output when it ends, the coverage comes last."""
    reader = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    reader.add_argument(
        "--uncounted", action="store_true", help=f"count no coverage, of which {LEAST} per cent are wanted"
    )
    counts = not reader.parse_args(arguments).uncounted
    with tempfile.TemporaryDirectory() as name:
        started = time.monotonic()
        worst = 0
        with ThreadPoolExecutor(AT_ONCE) as slots:
            running = [
                slots.submit(_run, piece, Path(name) / f"coverage.{number}" if counts and _is_counted(piece) else None)
                for number, piece in enumerate(pieces())
            ]
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
        if counts:
            worst = max(worst, _covered(Path(name)))
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


def _is_counted(piece: Sequence[str]) -> bool:
    return any(path.split("/")[1] not in UNCOUNTED for path in piece)


def _run(paths: Sequence[str], coverage: Path | None) -> tuple[int, bytes]:
    command = [sys.executable, "-m", "pytest", "--durations=5", *paths]
    environment = dict(os.environ)
    if coverage is not None:
        command += ["--cov", "--cov-report="]
        environment["COVERAGE_FILE"] = str(coverage)
    # A fresh installation keeps its bytecode; without it every process that a test starts would compile the product anew.
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    started = time.monotonic()
    done = subprocess.run(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False
    )
    where = ", ".join(sorted({path.rpartition("/")[0] for path in paths}))
    return done.returncode, f"\n{where}: {time.monotonic() - started:.0f} s\n".encode() + done.stdout


def _covered(counts: Path) -> int:
    """0 when enough is covered; prints what is not."""
    coverage = [sys.executable, "-m", "coverage"]
    subprocess.run(
        [*coverage, "combine", "--quiet", *map(str, sorted(counts.glob("coverage.*")))], cwd=ROOT, check=True
    )
    return subprocess.run([*coverage, "report", f"--fail-under={LEAST}"], cwd=ROOT, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
