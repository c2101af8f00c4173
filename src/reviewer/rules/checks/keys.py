"""What a key selector of two parameters reads, whatever its parameters are called."""

from __future__ import annotations

import re

from reviewer.rules.support import squash

_ARROW = re.compile(r"^\(?\s*([^()=>{}]*?)\s*\)?\s*(?:->|=>)\s*(.*)$", re.DOTALL)
_RETURN = re.compile(r"^\{\s*return\b(.*?);?\s*\}$", re.DOTALL)


def reads(text: str) -> str | None:
    """The body of a lambda with `_0` and `_1` for its parameters, without layout and the difference of `getId()`, `id()` and `id`.

    None for what is no lambda with an expression for a body.
    """
    text = text.strip()
    if text.startswith("{") and text.endswith("}"):
        text = text[1:-1].strip()
    match = _ARROW.match(text)
    if match is None or ";" in _RETURN.sub(r"\1", match[2].strip()).rstrip(";"):
        return None
    body = squash(_RETURN.sub(r"\1", match[2].strip()).rstrip(";"))
    for position, parameter in enumerate(match[1].split(",")):
        words = re.findall(r"\w+", parameter.split(":")[0])
        if words:
            body = re.sub(rf"(?<![\w.]){re.escape(words[-1])}(?!\w)", f"_{position}", body)
    return re.sub(r"\.(?:get)?([A-Za-z]\w*)(?:\(\)|\b(?!\())", lambda m: f".{m[1][:1].lower()}{m[1][1:]}", body)
