"""Writes the address of the released image into action.yml: only a digest pins the code together with the action's commit."""

from __future__ import annotations

import re
import sys
from pathlib import Path

ACTION = Path(__file__).resolve().parents[1] / "action.yml"
ADDRESS = re.compile(r"docker://[a-z0-9./_-]+@sha256:[0-9a-f]{64}")
LOCAL = "  image: Dockerfile\n"


def released(text: str, address: str) -> str:
    """action.yml with `address` as its image. ValueError when the address holds no digest or the file has no local image."""
    if not ADDRESS.fullmatch(address):
        raise ValueError(f"{address!r} is no image with a digest.")
    if text.count(LOCAL) != 1:
        raise ValueError("action.yml does not name the local Dockerfile exactly once.")
    return text.replace(LOCAL, f"  image: {address}\n")


def main(arguments: list[str]) -> int:
    """Rewrite action.yml for a release."""
    (address,) = arguments
    ACTION.write_text(released(ACTION.read_text(encoding="utf-8"), address), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
