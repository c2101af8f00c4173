"""Names of code in a sentence: what is in backticks, and what is spelled as only code is. A sentence is never looked up word by word."""

from __future__ import annotations

import re
from collections.abc import Iterator

_TICKED = re.compile(r"`([^`\n]{2,200})`")
_CODE = re.compile(
    r"(?<![\w.$-])(?:"
    r"[A-Za-z_$][\w$]{1,100}(?:(?:\.|::|\#)[A-Za-z_$][\w$-]{1,100})+"  # Orders.close, max.poll.records
    r"|[A-Za-z_]\w{1,100}(?=\()"  # close()
    r"|[A-Z][a-z\d]+(?:[A-Z]\w*)+"  # OrdersTask
    r"|[a-z]+(?:[A-Z]\w*)+"  # lastOffset
    r"|[A-Z][A-Z\d]*(?:_[A-Z\d]+)+"  # GROUP_ID
    r"|[a-z]+(?:_[a-z\d]+)+"  # group_id
    r")(?![\w$])"
)


def named_in(text: str) -> Iterator[str]:
    """The names of a text, those in backticks first, each once. An expression in backticks gives the names in it."""
    found: list[str] = []
    for ticked in _TICKED.findall(text):
        name = ticked.strip()
        found += [name] if not re.search(r"\s", name) else _CODE.findall(name)
    found += _CODE.findall(_TICKED.sub(" ", text))
    yield from dict.fromkeys(found)


def name_of(symbol: str) -> str:
    """What is meant by a symbol; of a sentence in its place the first name in it, if there is one."""
    bare = symbol.strip().strip("`")
    return next(named_in(symbol), bare) if len(bare.split()) > 2 else bare
