"""Whole numbers in texts of strangers."""

from __future__ import annotations

import re

# Python refuses to read thousands of digits, and no setting has more than these.
_WHOLE = re.compile(r"\s*([+-]?[0-9](?:_?[0-9]){0,39})\s*")


def whole(text: str) -> int | None:
    """The number that a text is, also with `_` between its digits; None for anything else, and for more than 40 digits."""
    match = _WHOLE.fullmatch(text)
    return int(match[1].replace("_", "")) if match is not None else None
