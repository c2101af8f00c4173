"""What a file's own words tell: names after a streaming library, its clients' types, the vocabulary of offsets and partitions.

Only code counts: comments and strings are blanked first. Every pattern is linear, as texts are hostile.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from reviewer.core.lazily import lazily
from reviewer.relevance.signals import signals


class Word(NamedTuple):
    """An identifier and the 1-based line on which it stands first; `where` is its file, where that is not the one that is read."""

    name: str
    line: int
    where: str = ""


_C_LIKE = lazily(
    r"//[^\n]*|/\*.*?(?:\*/|\Z)|\"\"\".*?(?:\"\"\"|\Z)|@\"[^\"]*\"?|\"(?:[^\"\\\n]|\\.)*\"?|'(?:[^'\\\n]|\\.){0,200}'|`(?:[^`\\]|\\.)*`?",
    re.DOTALL,
)
_HASH_LIKE = lazily(
    r"#[^\n]*|\"\"\".*?(?:\"\"\"|\Z)|'''.*?(?:'''|\Z)|\"(?:[^\"\\\n]|\\.)*\"?|'(?:[^'\\\n]|\\.)*'?", re.DOTALL
)
_MARKUP = lazily(r">[^<>{}();]*<")
_HASHES = (".py", ".pyi", ".pyx", ".pxd", ".rb", ".ex", ".exs")
_VIEWS = (".tsx", ".jsx")
_IDENTIFIER = lazily(r"[A-Za-z_]\w*")
_UNSHOWN = lazily(r"[^\w@./:*\\#\[\]= ,-]")
_FEW_HUNDRED = 300
_PART = lazily(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+")


def shown(name: str, limit: int = 120) -> str:
    """A name of a stranger's text as a reason may show it: letters, digits and what paths and coordinates are made of."""
    return _UNSHOWN.sub("?", name)[:limit]


def is_view(path: str) -> bool:
    """A component of a user interface: it names what it shows and does not stream."""
    return path.endswith(_VIEWS)


def code_of(path: str, text: str) -> str:
    """The text with comments and strings blanked; lines keep their numbers."""
    pattern = _HASH_LIKE if path.endswith(_HASHES) else _C_LIKE
    code = pattern.sub(_lines_only, text)
    return _MARKUP.sub(_lines_only, code) if is_view(path) else code


def _lines_only(match: re.Match[str]) -> str:
    return "\n" * match.group().count("\n") or " "


def parts_of(identifier: str) -> Iterator[str]:
    """`kafkaTopicNames` is kafka, topic, name: in lower case and without a plural's s."""
    for part in _PART.findall(identifier):
        yield part.lower().removesuffix("s")


def names_token(name: str) -> bool:
    """Whether a name, a path or a coordinate has a token of a streaming library."""
    return signals().tokens.search(name) is not None


def path_token(path: str) -> str:
    """The folder or file of a path that is named after a streaming library; "" when none is."""
    return next((part for part in path.split("/") if names_token(part)), "")


def named_in(code: str) -> tuple[Word, ...]:
    """The places in the code of identifiers that are named after a streaming library or are a type of its clients; the first few hundred."""
    found = _IDENTIFIER.findall(code)
    names = {name for name in set(found) if name in signals().identifiers or names_token(name)}
    if not names:
        return ()
    words: list[Word] = []
    line, at = 1, 0
    for match in _IDENTIFIER.finditer(code):
        if match.group() in names:
            line, at = line + code.count("\n", at, match.start()), match.start()
            words.append(Word(match.group(), line))
            if len(words) == _FEW_HUNDRED:
                break
    return tuple(words)


def vocabulary(code: str) -> tuple[Word, ...]:
    """The words of a vocabulary that make code round a client, the deed last; empty when none is whole."""
    lowered = code.lower()
    possible = [(words, deeds) for words, deeds in signals().vocabularies if all(word in lowered for word in words)]
    if not possible:
        return ()
    seen: dict[str, str] = {}
    for identifier in dict.fromkeys(_IDENTIFIER.findall(code)):
        for part in parts_of(identifier) if identifier not in signals().unspoken else ():
            seen.setdefault(part, identifier)
    for words, deeds in possible:
        deed = next((part for part in seen if deeds.fullmatch(part)), None)
        if deed is not None and all(word in seen for word in words):
            return tuple(Word(seen[word], _line_of(code, seen[word])) for word in (*words, deed))
    return ()


def _line_of(code: str, identifier: str) -> int:
    match = re.search(rf"\b{re.escape(identifier)}\b", code)
    return code.count("\n", 0, match.start()) + 1 if match else 0
