"""Command lines of Kafka's tools in shell scripts, Dockerfiles and manifests: a tiny reader, no shell."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from itertools import islice

from reviewer.core.lazily import lazily
from reviewer.core.value import value

_TOOL = lazily(r"(?<![\w-])(kafka-topics|kafka-configs|rpk\s+topic)(?:\.sh|\.bat)?(?=[\s\"']|$)")
_ASSIGNMENT = lazily(
    r"^\s*(?:-\s+)?(?:export\s+|local\s+|readonly\s+|declare\s+(?:-\w+\s+)*)?([A-Za-z_]\w*)=(\([^()]*\)|\"[^\"]*\"|'[^']*'|[^\s;&|]*)",
    re.MULTILINE,
)
_LOOP = lazily(r"\bfor\s+([A-Za-z_]\w*)\s+in\s+([^;\n]+?)\s*(?:;|\n)")
_COMMENT = lazily(r"^\s*(#|//|REM\b)")
_SHOWN = lazily(r"\b(?:echo|printf|print|which|command -v|man)\b[^;&|]*$")
_MAX_LINES = 40  # of one command
_MAX_LENGTH = 4000  # characters of a line that is read
_MAX_COMMANDS = 300  # of one text
_MAX_VALUES = 100  # of one variable


@value()
class Word:
    """A word of a command with its 1-based line."""

    text: str
    line: int


@value()
class Command:
    """A command of a known tool: `kafka-topics` | `kafka-configs` | `rpk topic`, and the words after it."""

    tool: str
    words: tuple[Word, ...]
    line: int


def commands(text: str) -> Iterator[Command]:
    """The first commands of Kafka's tools in a text, in order. Comments and what is only printed are left out."""
    return islice(_commands(text), _MAX_COMMANDS)


def _commands(text: str) -> Iterator[Command]:
    lines = text.split("\n")
    for number, line in enumerate(lines):
        readable = len(line) <= _MAX_LENGTH and _COMMENT.match(line) is None
        for match in _TOOL.finditer(line) if readable else ():
            if not _SHOWN.search(line[: match.start()]):
                words = tuple(_words(lines, number, match.end(), _quote(line, match.start())))
                yield Command(tool=" ".join(match[1].split()), words=words, line=number + 1)


def _quote(line: str, end: int) -> str:
    """The quote in which a position of a line stands: the command is the text of a string."""
    for quote in "\"'":
        if line.count(quote, 0, end) % 2:
            return quote
    return ""


def _words(lines: list[str], number: int, start: int, quote: str) -> Iterator[Word]:
    rest = lines[number][start:]
    for at in range(number, min(len(lines), number + _MAX_LINES)):
        line = rest if at == number else lines[at]
        body, is_end = _cut(line[:_MAX_LENGTH], quote)
        continues = body.rstrip().endswith("\\")
        words = _split(body.rstrip().removesuffix("\\"))
        stop = next((n for n, word in enumerate(words) if re.fullmatch(r"[;&|<>()]+.*|\d>.*", word)), len(words))
        yield from (Word(text=word, line=at + 1) for word in words[:stop])
        following = lines[at + 1].lstrip() if at + 1 < len(lines) else ""
        if stop < len(words) or is_end or not (continues or re.match(r"--?[a-z]", following)):
            return


def _cut(line: str, quote: str) -> tuple[str, bool]:
    if quote and quote in line:
        return line[: line.index(quote)], True
    return line, False


def _split(text: str) -> list[str]:
    try:
        lexer = shlex.shlex(text, posix=True, punctuation_chars=";&|<>")
        lexer.whitespace_split = True
        lexer.commenters = "#"
        return list(lexer)
    except ValueError:  # an open quote: take the words as they stand
        return [word.strip("\"'") for word in text.split()]


def variables(text: str) -> dict[str, tuple[str, ...]]:
    """The values that a script gives its variables: several of an array or a loop; one that is set twice is left out."""
    found: dict[str, set[tuple[str, ...]]] = {}
    for match in _ASSIGNMENT.finditer(text):
        value = match[2]
        items = tuple(_split(value[1:-1])) if value.startswith("(") else (value.strip("\"'"),)
        found.setdefault(match[1], set()).add(items)
    known = {name: next(iter(values)) for name, values in found.items() if len(values) == 1}
    for match in _LOOP.finditer(text):
        each = (item for word in _split(match[2])[:_MAX_VALUES] for item in expand(word, known))
        known[match[1]] = tuple(islice(each, _MAX_VALUES))
    return known


_VARIABLE = lazily(r"\$?\$\{(\w+)(?:\[[@*]\])?(?::?[-=]([^}]*))?\}|\$?\$(\w+)")


def expand(word: str, known: dict[str, tuple[str, ...]]) -> tuple[str, ...]:
    """A word with its variables replaced: one text for each value; a variable that is not known stays."""
    match = _VARIABLE.search(word)
    if match is None:
        return (word,)
    values = known.get(match[1] or match[3] or "") or ((match[2],) if match[2] else ())
    if not values or len(word) > 500:
        return (word,)
    replaced = (word[: match.start()] + value + word[match.end() :] for value in values[:_MAX_VALUES])
    return tuple(text if _VARIABLE.search(text) is None else expand(text, {})[0] for text in replaced)


def read_shell(text: str) -> tuple[list[tuple[str, str, int]], list[tuple[str, int, int]]]:
    """(name, value, line) of the variables that a script exports, and its comments with first and last line."""
    exported: list[tuple[str, str, int]] = []
    comments: list[tuple[str, int, int]] = []
    for number, line in enumerate(text.split("\n"), start=1):
        if line.lstrip().startswith("#") and not line.startswith("#!"):
            comments.append((line.strip(), number, number))
        elif match := re.match(r"\s*export\s+([A-Za-z_]\w*)=(\"[^\"]*\"|'[^']*'|[^\s;&|]*)", line):
            exported.append((match[1], match[2].strip("\"'"), number))
    return exported, comments
