"""Reviews the example changes offline and prints the findings, as `make demo` promises."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def main() -> int:
    """One review per change in examples/changes; fails when a review could not be done."""
    command = str(Path(sys.executable).parent / "stream-review")
    worst = 0
    for change in sorted((ROOT / "examples" / "changes").glob("*.diff")):
        print(f"\n=== {change.stem} " + "=" * max(0, 80 - len(change.stem)), flush=True)
        done = subprocess.run(
            [
                command,
                "review",
                "--engine",
                "rules",
                "--repo",
                str(ROOT / "examples" / "repository"),
                "--diff",
                str(change),
            ],
            check=False,
        )
        worst = max(worst, done.returncode)
    return worst


if __name__ == "__main__":
    sys.exit(main())
