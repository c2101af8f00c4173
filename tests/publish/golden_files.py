"""Exact outputs are kept in files; `UPDATE_GOLDEN=1` writes them anew, the difference is then read in review."""

from __future__ import annotations

import os
from pathlib import Path

GOLDEN = Path(__file__).parent / "golden"


def assert_golden(name: str, actual: str) -> None:
    file = GOLDEN / name
    if os.environ.get("UPDATE_GOLDEN"):
        file.write_text(actual, encoding="utf-8")
    assert actual == file.read_text(encoding="utf-8"), f"{name} differs; UPDATE_GOLDEN=1 accepts the new text"
