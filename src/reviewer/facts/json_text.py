"""JSON as projects write it: with the comments that Avro's parser and most tools take."""

from __future__ import annotations

import json
import re
from typing import Any

_COMMENT = re.compile(r"(?P<string>\"(?:\\.|[^\"\\\n])*\")|//[^\n]*|/\*.*?(?:\*/|\Z)", re.DOTALL)


def loaded(text: str) -> Any:
    """What a text says. ValueError (a JSONDecodeError has the line) or RecursionError when it is no JSON."""
    return json.loads(without_comments(text))


def without_comments(text: str) -> str:
    """The text with blanks for comments and for the mark at its start; lines stay where they are."""
    return _COMMENT.sub(lambda match: match["string"] or _blank(match.group()), text.removeprefix("\ufeff"))


def fault(text: str) -> int:
    """The line (1-based) where a text stops being JSON; 0 for one that is JSON."""
    try:
        loaded(text)
    except json.JSONDecodeError as error:
        return error.lineno
    except (ValueError, RecursionError):
        return 1
    return 0


def _blank(comment: str) -> str:
    return "\n" * comment.count("\n") or " "
