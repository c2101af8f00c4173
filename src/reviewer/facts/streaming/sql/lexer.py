"""SQL text as tokens with their lines. What a program puts into the text at run time is `UNSEEN`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from reviewer.core.value import value

UNSEEN = "\x00"
_TOKEN = re.compile(
    r"(?P<hint>/\*\+.*?(?:\*/|\Z))|(?P<comment>--[^\n]*|/\*.*?(?:\*/|\Z))|'(?P<text>(?:[^']|'')*)'|`(?P<quoted>[^`]*)`|\"(?P<double>[^\"]*)\""
    r"|(?P<word>[A-Za-z_\x00$@][\w\x00$@]*)|(?P<number>\d+(?:\.\d+)?\w*)|(?P<symbol>=>|<>|<=|>=|!=|->|::|\|\||.)",
    re.DOTALL,
)
_LIMIT = 60_000
_STATEMENT = 2_000  # tokens; a longer one is data


@value()
class Token:
    """`kind` is word | quoted | text | number | symbol | hint; `text` is without its quotes; `line` is where it begins."""

    kind: str
    text: str
    line: int

    @property
    def word(self) -> str:
        """The upper-case keyword; "" for what is quoted."""
        return self.text.upper() if self.kind in ("word", "symbol") else ""

    @property
    def is_name(self) -> bool:
        """Whether it can name a table or a column."""
        return self.kind in ("word", "quoted")


def tokens_of(text: str, first_line: int) -> list[Token]:
    """The tokens of a text that begins on a line; comments are left out."""
    found: list[Token] = []
    line, at = first_line, 0
    for match in _TOKEN.finditer(text):
        line, at = line + text.count("\n", at, match.start()), match.start()
        kind = match.lastgroup or "symbol"
        if kind == "comment" or match[0].isspace() or len(found) > _LIMIT:
            continue
        words = match[kind].replace("''", "'") if kind == "text" else match[kind]
        found.append(Token(kind="quoted" if kind == "double" else kind, text=words, line=line))
    return found


def statements_of(tokens: Sequence[Token]) -> Iterator[list[Token]]:
    """The tokens between semicolons; the words of a STATEMENT SET are dropped."""
    current: list[Token] = []
    for token in tokens:
        if token.kind == "symbol" and token.text == ";":
            if len(current) <= _STATEMENT and (current := _inner(current)):
                yield current
            current = []
        else:
            current.append(token)
    if len(current) <= _STATEMENT and (current := _inner(current)):
        yield current


_SET = (("EXECUTE", "STATEMENT", "SET", "BEGIN"), ("EXECUTE", "STATEMENT", "SET"), ("BEGIN", "STATEMENT", "SET"), ("STATEMENT", "SET", "BEGIN"), ("BEGIN",), ("END",), ("EXPLAIN", "PLAN", "FOR"), ("EXPLAIN",))  # fmt: skip


def _inner(tokens: list[Token]) -> list[Token]:
    for words in _SET:
        if tuple(t.word for t in tokens[: len(words)]) == words:
            return _inner(tokens[len(words) :])
    return tokens


def bracketed(tokens: Sequence[Token], start: int) -> int:
    """The index behind the bracket that closes the one at `start`."""
    depth = 0
    for index in range(start, len(tokens)):
        if tokens[index].kind == "symbol":
            depth += {"(": 1, ")": -1}.get(tokens[index].text, 0)
            if depth == 0:
                return index + 1
    return len(tokens)


def split(tokens: Sequence[Token], separator: str = ",") -> Iterator[list[Token]]:
    """The parts between separators outside of brackets (also those of types, `ARRAY<ROW<a INT, b INT>>`)."""
    depth, current = 0, list[Token]()
    for token in tokens:
        if token.kind == "symbol":
            depth += {"(": 1, ")": -1, "<": 1, ">": -1}.get(token.text, 0)
        if depth <= 0 and token.kind == "symbol" and token.text == separator:
            yield current
            current = []
        else:
            current.append(token)
    if current:
        yield current


def shown(tokens: Sequence[Token]) -> str:
    """The tokens as text, blanks where two words meet."""
    parts: list[str] = []
    for token in tokens:
        text = f"'{token.text}'" if token.kind == "text" else token.text
        tight = not parts or (token.kind == "symbol" and token.text in "),.") or parts[-1][-1:] in ("(", ".") or (token.text == "(" and parts[-1][-1:].isalnum())  # fmt: skip
        parts.append(text if tight else f" {text}")
    return "".join(parts).replace(UNSEEN, "?")


def name_at(tokens: Sequence[Token], start: int) -> tuple[str, int]:
    """A dotted name that begins at an index, and the index behind it; "" when there is none."""
    if start >= len(tokens) or not tokens[start].is_name:
        return "", start
    parts = [tokens[start].text]
    index = start + 1
    while index + 1 < len(tokens) and tokens[index].text == "." and tokens[index + 1].is_name:
        parts.append(tokens[index + 1].text)
        index += 2
    return ".".join(parts), index
