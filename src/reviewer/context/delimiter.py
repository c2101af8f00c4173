"""Text of strangers stands between delimiters that it cannot close."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

_DIGITS = 16


def choose_nonce(contents: Iterable[str]) -> str:
    """A token that occurs in none of the contents, the same for the same contents (so that a cached request matches)."""
    everything = "\x00".join(contents)
    folded = everything.lower()
    digest = hashlib.sha256(everything.encode("utf-8", "surrogatepass"))
    while (nonce := digest.hexdigest()[:_DIGITS]) in folded:
        digest.update(b"again")
    return nonce


def enclose(name: str, content: str, nonce: str) -> str:
    """The content between an opening and a closing delimiter. Raises ValueError when it holds the token."""
    if nonce.lower() in content.lower():
        raise ValueError("the token of the delimiter occurs in the text that it must enclose")
    return f"<data {name} token={nonce}>\n{content}\n</data {name} token={nonce}>"
