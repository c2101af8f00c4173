"""Runs a command several times and keeps its wall time and the peak memory of the largest process of its tree."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """Median wall seconds, and the sampled peak of the whole process tree in MB (proportional set size)."""

    seconds: float
    peak_mb: float
    stdout: bytes
    code: int


def measure(command: Sequence[str], *, runs: int, cwd: Path, memory: bool = False) -> Measured:
    """The median of `runs` runs after one that warms the caches; a command that fails with 2 or 3 stops the benchmark."""
    _once(command, cwd)
    done = [_once(command, cwd) for _ in range(runs)]
    peak = _peak(command, cwd) if memory else 0.0
    _seconds, code, stdout = done[-1]
    return Measured(seconds=statistics.median(d[0] for d in done), peak_mb=peak, stdout=stdout, code=code)


def _once(command: Sequence[str], cwd: Path) -> tuple[float, int, bytes]:
    started = time.perf_counter()
    done = subprocess.run(command, cwd=cwd, capture_output=True, check=False)
    seconds = time.perf_counter() - started
    if done.returncode not in (0, 1):
        sys.exit(f"{' '.join(command)} ended with {done.returncode}:\n{done.stderr.decode(errors='replace')}")
    return seconds, done.returncode, done.stdout


def _peak(command: Sequence[str], cwd: Path) -> float:
    """Sampled every 20 ms: the workers are separate processes, so the parent's own peak tells less than half."""
    process = subprocess.Popen(command, cwd=cwd, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    peak = 0
    while process.poll() is None:
        peak = max(peak, sum(_pss(pid) for pid in _tree(process.pid)))
        time.sleep(0.02)
    return peak / 1024


def _tree(root: int) -> list[int]:
    parents: dict[int, int] = {}
    for name in os.listdir("/proc"):
        if name.isdigit():
            try:
                stat = Path("/proc", name, "stat").read_text(encoding="utf-8", errors="replace")
            except OSError:
                continue
            parents[int(name)] = int(stat.rpartition(")")[2].split()[1])
    found = [root]
    for pid in found:
        found += [child for child, parent in parents.items() if parent == pid]
    return found


def _pss(pid: int) -> int:
    """Proportional set size in kB: pages shared by two processes count once."""
    try:
        text = Path("/proc", str(pid), "smaps_rollup").read_text(encoding="utf-8")
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in text.splitlines() if line.startswith("Pss:")), 0)
