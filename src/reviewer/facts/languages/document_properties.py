"""Line-oriented documents: Java .properties files (java.util.Properties#load), .env files and Dockerfiles."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator

from reviewer.core.lazily import lazily
from reviewer.facts.languages.document_leaf import Leaf, unescape

_SEPARATOR = lazily(r"(?P<key>(?:\\.|[^\\=:\s])*)[ \t\f]*[=:]?[ \t\f]*(?P<value>.*)", re.DOTALL)
_INSTRUCTION = lazily(r"\s*(ENV|ARG)\s+(.*)", re.IGNORECASE | re.DOTALL)

LogicalLine = tuple[str, int, int]


def read_properties(text: str) -> tuple[list[Leaf], list[LogicalLine]]:
    """Leaves and comments. `#---` and `!---` start a new document, as in Spring Boot.

    The whole key is one element of `keys`: `spring.kafka.consumer.group-id` is not a path in this format.
    """
    leaves: list[Leaf] = []
    comments: list[LogicalLine] = []
    document = 0
    for content, first, last in _logical_lines(text):
        if content[:1] in ("#", "!"):
            document += content.rstrip() in ("#---", "!---")
            comments.append((content, first, last))
        elif match := _SEPARATOR.match(content):
            key, value = unescape(match["key"]), unescape(match["value"])
            leaves.append(Leaf(keys=(key,), value=value, first_line=first, last_line=last, document=document))
    return leaves, comments


def _logical_lines(text: str) -> Iterator[LogicalLine]:
    """Lines with continuations joined, without leading blanks; empty lines are dropped, comments never continue."""
    pending, first = "", 0
    for number, raw in enumerate(_physical(text), start=1):
        stripped = raw.lstrip(" \t\f")
        if not pending and not first:
            if not stripped:
                continue
            if stripped[0] in "#!":
                yield stripped, number, number
                continue
            first = number
        if _continues(stripped):
            pending += stripped[:-1]
            last = number
            continue
        yield pending + stripped, first, number
        pending, first = "", 0
    if first:
        yield pending, first, last


def _continues(line: str) -> bool:
    return (len(line) - len(line.rstrip("\\"))) % 2 == 1


def _physical(text: str) -> list[str]:
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")


def read_dockerfile(text: str) -> tuple[list[Leaf], list[LogicalLine]]:
    """ENV and ARG instructions as leaves (keys: the variable name), and the comments."""
    leaves: list[Leaf] = []
    comments: list[LogicalLine] = []
    lines = _physical(text)
    index = 0
    while index < len(lines):
        first = index + 1
        if lines[index].lstrip().startswith("#"):
            comments.append((lines[index].strip(), first, first))
            index += 1
            continue
        instruction = lines[index]
        while instruction.rstrip().endswith("\\") and index + 1 < len(lines):
            index += 1
            instruction = instruction.rstrip()[:-1] + "\n" + lines[index]
        index += 1
        if match := _INSTRUCTION.match(instruction):
            leaves.extend(_variables(match[2], first, index))
    return leaves, comments


def _variables(text: str, first: int, last: int) -> Iterator[Leaf]:
    """`A=b C="d e"` over several lines, or the old `A some words`; each variable with its own line."""
    if not re.match(r"\s*[\w.-]+=", text):
        name, _, value = text.strip().partition(" ")
        yield Leaf(keys=(name,), value=value.strip(), first_line=first, last_line=last)
        return
    for offset, line in enumerate(text.split("\n")):
        for word in _words(line):
            name, equals, value = word.partition("=")
            if equals:
                yield Leaf(keys=(name,), value=value, first_line=first + offset, last_line=first + offset)


def _words(line: str) -> list[str]:
    try:
        return shlex.split(line)
    except ValueError:  # an open quote: take the words as they stand
        return line.split()


def read_env(text: str) -> tuple[list[Leaf], list[LogicalLine]]:
    """A .env file: NAME=value lines, optional `export`, quotes removed."""
    leaves: list[Leaf] = []
    comments: list[LogicalLine] = []
    for number, line in enumerate(_physical(text), start=1):
        stripped = line.strip()
        if stripped.startswith("#"):
            comments.append((stripped, number, number))
        elif match := re.match(r"(?:export\s+)?([\w.-]+)\s*=\s*(.*)", stripped):
            value = match[2].strip()
            if len(value) > 1 and value[0] == value[-1] and value[0] in "\"'":
                value = value[1:-1]
            leaves.append(Leaf(keys=(match[1],), value=value, first_line=number, last_line=number))
    return leaves, comments
