"""`make test` runs every test, in whichever piece, and none twice."""

from __future__ import annotations

import runpy
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_the_pieces_together_are_all_tests() -> None:
    pieces = runpy.run_path(str(ROOT / "scripts" / "run_tests.py"))["pieces"]
    found = Counter(path for piece in pieces() for path in piece)
    assert found == Counter(str(path.relative_to(ROOT)) for path in (ROOT / "tests").rglob("test_*.py"))
