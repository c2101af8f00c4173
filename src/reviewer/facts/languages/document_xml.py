"""XML by an own tokenizer: linear in time, and a broken or hostile file still gives what can be read of it."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

from reviewer.core.lazily import lazily
from reviewer.facts.languages.broken import MAX_LINES
from reviewer.facts.languages.document_leaf import MAX_DEPTH, MAX_LEAVES, Leaf

_TOKEN = lazily(
    r"(?P<comment><!--.*?(?:-->|\Z))|<!\[CDATA\[(?P<cdata>.*?)(?:\]\]>|\Z)|(?P<other><[!?][^>]*>)"
    r"|</(?P<close>[\w:.-]+)\s*>|<(?P<open>[\w:.-]+)(?P<attributes>[^<>]*?)(?P<empty>/?)>",
    re.DOTALL,
)
_ATTRIBUTE = lazily(r"([\w:.-]+)\s*=\s*(\"[^\"]*\"|'[^']*')")
_ENTITIES = {"&lt;": "<", "&gt;": ">", "&quot;": '"', "&apos;": "'", "&amp;": "&"}

XmlComment = tuple[str, int, int]


@dataclass(slots=True, kw_only=True)
class _Element:
    """An element that is not closed yet."""

    name: str
    line: int
    has_children: bool = False
    text: str = ""


def read_xml(text: str) -> tuple[list[Leaf], list[XmlComment], tuple[int, ...]]:
    """Leaves, comments, and the lines of tags that do not match.

    Keys are the element names from the root; text of an element without children and each attribute (`@name`) is a
    leaf. Equal siblings have equal keys: their order and lines tell them apart.
    """
    reader = _Reader(text)
    leaves: list[Leaf] = []
    for leaf in reader.leaves():
        leaves.append(leaf)
        if len(leaves) >= MAX_LEAVES:
            break
    return leaves, reader.comments, tuple(sorted(reader.broken)[:MAX_LINES])


class _Reader:
    def __init__(self, text: str) -> None:
        self._text = text
        self._starts = [0, *(match.end() for match in re.finditer(r"\n", text))]
        self._stack: list[_Element] = []
        self.comments: list[XmlComment] = []
        self.broken: set[int] = set()

    def _line(self, offset: int) -> int:
        return bisect_right(self._starts, offset)

    def leaves(self) -> Iterator[Leaf]:
        position = 0
        for match in _TOKEN.finditer(self._text):
            self._add_text(self._text[position : match.start()])
            position = match.end()
            if match["comment"] is not None:
                span = (match["comment"], self._line(match.start()), self._line(match.end() - 1))
                self.comments.append(span)
            elif match["cdata"] is not None:
                self._add_text(match["cdata"])
            elif match["close"] is not None:
                yield from self._closed(match)
            elif match["open"] is not None:
                yield from self._opened(match)
        self.broken.update(element.line for element in self._stack)

    def _add_text(self, text: str) -> None:
        if self._stack and not self._stack[-1].has_children:
            self._stack[-1].text += text

    def _opened(self, match: re.Match[str]) -> Iterator[Leaf]:
        if self._stack:
            self._stack[-1].has_children = True
        element = _Element(name=match["open"], line=self._line(match.start()))
        self._stack.append(element)
        for attribute in _ATTRIBUTE.finditer(match["attributes"]):
            start = match.start("attributes") + attribute.start()
            value = _plain(attribute[2][1:-1])
            line = self._line(start)
            yield Leaf(keys=(*self._keys(), f"@{attribute[1]}"), value=value, first_line=line, last_line=line)
        if match["empty"]:
            self._stack.pop()

    def _closed(self, match: re.Match[str]) -> Iterator[Leaf]:
        names = [element.name for element in self._stack[-MAX_DEPTH:]]
        if match["close"] not in names:
            self.broken.add(self._line(match.start()))
            return
        while self._stack[-1].name != match["close"]:
            self.broken.add(self._stack.pop().line)
        element, keys = self._stack[-1], self._keys()
        self._stack.pop()
        if not element.has_children:
            value = _plain(element.text.strip())
            yield Leaf(keys=keys, value=value, first_line=element.line, last_line=self._line(match.end() - 1))

    def _keys(self) -> tuple[str, ...]:
        return tuple(element.name for element in self._stack[-MAX_DEPTH:])


def _plain(text: str) -> str:
    for entity, character in _ENTITIES.items():
        text = text.replace(entity, character)
    return text
