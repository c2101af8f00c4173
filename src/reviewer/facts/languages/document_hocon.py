"""HOCON (`application.conf` of Akka, Pekko, Play): the part of it that people write by hand, with lines.

The one parser on the package index is not used: it gives no lines, reads the environment and included files while it parses, and takes
time that is not linear. Read here: nested and dotted keys, objects with and without braces, arrays, quoted, triple-quoted and bare
values, comments, substitutions. Includes are told as an entry `include` and not followed. Linear in the length of the text; never raises.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass

from reviewer.core.lazily import lazily
from reviewer.facts.languages.broken import MAX_LINES
from reviewer.facts.languages.document_leaf import MAX_DEPTH, MAX_LEAVES, Leaf, unescape
from reviewer.facts.languages.sections import bracket_comments

HoconComment = tuple[str, int, int]
Keys = tuple[str, ...]

_BLANK = lazily(r"(?:[ \t\r\f\n,\ufeff\xa0]|(?:#|//)[^\n]*)*")
_SPACE = lazily(r"[ \t\r\f\xa0]*")
_VALUE_BEGIN = lazily(r"(?:[ \t\r\f\n\xa0]|(?:#|//)[^\n]*)*")
_INCLUDE = lazily(r"include[ \t]+((?:(?:required|file|url|classpath)[ \t]*\([ \t]*)*\"[^\"\n]*\"(?:[ \t]*\))*)")
_KEY = lazily(r"\"((?:\\.|[^\"\\\n])*)\"|([^\s\"=:{}\[\],#+$.]+)|(\.)")
_SEPARATOR = lazily(r"\+=|=|:")
_PIECE = lazily(
    r"\"\"\"(?P<raw>.*?\"*)\"\"\"|\"(?P<quoted>(?:\\.|[^\"\\\n])*)\"|(?P<substitution>\$\{[^}\n]*\})"
    r"|(?P<bare>(?:[^\s,{}\[\]\"$#/]|/(?!/)|\$(?!\{))+)|(?P<space>[ \t\r\f\xa0]+)",
    re.DOTALL,
)
_SUBSTITUTION = lazily(r"\$\{(\?)?([^}\n]*)\}")
_LONG = 4_000  # characters of a value in which substitutions are filled in


def read_hocon(text: str) -> tuple[list[Leaf], list[HoconComment], tuple[int, ...]]:
    """Leaves, comments, and the lines that are no HOCON.

    A substitution of a key of the same file is filled in. `acks = ${?ACKS}` behind `acks = all` leaves `all`, as `${ACKS:-all}`
    does elsewhere; any other substitution stays as written, and is unknown.
    """
    reader = _Reader(text)
    reader.read()
    return _settled(reader.found), list(bracket_comments(text, hashes=True)), tuple(sorted(reader.broken)[:MAX_LINES])


@dataclass(slots=True)
class _Open:
    """An object or array that is not closed yet; `count` is the number of elements."""

    is_array: bool
    keys: Keys
    count: int = 0


class _Reader:
    """One pass over the text; what is open stands on a stack of its own, so that no nesting overflows ours."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._ends = [match.start() for match in re.finditer("\n", text)]
        self._open: list[_Open] = [_Open(is_array=False, keys=())]
        self.found: list[Leaf] = []
        self.broken: set[int] = set()

    def read(self) -> None:
        text = self._text
        self._skip(_BLANK)
        if text.startswith("{", self._at):
            self._push((), is_array=False)
        while self._skip(_BLANK) < len(text) and len(self.found) < MAX_LEAVES:
            if text[self._at] in "}]":
                self._close()
            elif self._open[-1].is_array:
                frame = self._open[-1]
                frame.count += 1
                self._value((*frame.keys, f"[{frame.count - 1}]"), self._line(self._at))
            else:
                self._member()

    def _skip(self, pattern: re.Pattern[str]) -> int:
        match = pattern.match(self._text, self._at)
        self._at = match.end() if match is not None else self._at
        return self._at

    def _line(self, offset: int) -> int:
        return bisect_right(self._ends, offset - 1) + 1

    def _push(self, keys: Keys, *, is_array: bool) -> None:
        self._at += 1
        self._open.append(_Open(is_array=is_array, keys=keys[:MAX_DEPTH]))

    def _close(self) -> None:
        """A bracket ends what it belongs to; `} {` goes on with the same object."""
        is_array = self._text[self._at] == "]"
        if len(self._open) == 1 or self._open[-1].is_array is not is_array:
            self._give_up(self._at + 1)
            return
        keys = self._open.pop().keys
        self._at += 1
        if self._text.startswith("{", self._skip(_SPACE)) and not is_array:
            self._push(keys, is_array=False)

    def _give_up(self, end: int) -> None:
        """What stands up to `end` is no HOCON."""
        self.broken.add(self._line(self._at))
        self._at = end

    def _end_of_line(self) -> int:
        end = self._text.find("\n", self._at)
        return max(end if end >= 0 else len(self._text), self._at + 1)

    def _member(self) -> None:
        start = self._at
        if (include := _INCLUDE.match(self._text, start)) is not None:
            self._at = include.end()
            self._add((*self._open[-1].keys, "include"), include[1], self._line(start))
            return
        keys = self._key()
        separator = _SEPARATOR.match(self._text, self._skip(_SPACE))
        if not keys or (separator is None and not self._text.startswith("{", self._at)):
            self._at = start
            self._give_up(self._end_of_line())
            return
        path = (*self._open[-1].keys, *keys)
        if separator is not None:
            self._at = separator.end()
            self._skip(_VALUE_BEGIN)
            path = (*path, "[+]") if separator.group() == "+=" else path
        self._value(path, self._line(start))

    def _key(self) -> Keys:
        """`akka.kafka."my.topic"`, also with blanks inside; the parts between the dots."""
        parts = [""]
        while (match := _KEY.match(self._text, self._at)) is not None and len(parts) <= MAX_DEPTH:
            self._at = match.end()
            if match[3]:
                parts.append("")
            else:
                parts[-1] += unescape(match[1]) if match[1] is not None else match[2]
            after = _SPACE.match(self._text, self._at)
            if after is not None and after.group() and _KEY.match(self._text, after.end()) is not None:
                parts[-1] += after.group()
                self._at = after.end()
        return tuple(part.strip() for part in parts) if all(part.strip() for part in parts) else ()

    def _value(self, keys: Keys, first: int) -> None:
        """The pieces of a value up to the end of its line; an object or array is opened and goes on in `read`."""
        pieces: list[re.Match[str]] = []
        while (match := _PIECE.match(self._text, self._at)) is not None:
            self._at = match.end()
            if match["space"] is None or pieces:
                pieces.append(match)
        while pieces and pieces[-1]["space"] is not None:
            pieces.pop()
        end = self._text[self._at : self._at + 1]
        if end and end in "{[":
            self._push(keys, is_array=end == "[")
            return
        if pieces:
            self._add(keys, "".join(map(_piece, pieces)), first)
        if end and end in '"$':  # a text that does not end, a `${` without its end
            self._give_up(self._end_of_line())
        elif not pieces:
            self._give_up(self._at if end and end in "},]\n" else self._end_of_line())

    def _add(self, keys: Keys, value: str, first: int) -> None:
        if len(keys) <= MAX_DEPTH:
            last = max(first, self._line(self._at))
            self.found.append(Leaf(keys=keys, value=value, first_line=first, last_line=last))


def _piece(match: re.Match[str]) -> str:
    if match["raw"] is not None:
        return match["raw"]
    if match["quoted"] is not None:
        return unescape(match["quoted"])
    return match.group()


def _settled(found: list[Leaf]) -> list[Leaf]:
    """What holds of each key: the last value, with substitutions of this file filled in."""
    literals = {".".join(leaf.keys): leaf.value for leaf in found if "${" not in leaf.value}
    kept: dict[Keys, Leaf] = {}
    for leaf in found:
        value = leaf.value
        if "${" in value:
            value = _filled(value, literals, ".".join(leaf.keys))
            only = _SUBSTITUTION.fullmatch(value)
            if only is not None and only[1] and leaf.keys in kept:
                continue  # set from outside only where that is there: what stands before it is the fall-back
        kept.pop(leaf.keys, None)
        kept[leaf.keys] = Leaf(keys=leaf.keys, value=value, first_line=leaf.first_line, last_line=leaf.last_line)
    return list(kept.values())


def _filled(value: str, literals: dict[str, str], own: str) -> str:
    if len(value) > _LONG:
        return value

    def of_file(match: re.Match[str]) -> str:
        path = match[2].strip().replace('"', "")
        known = literals.get(path) if path != own else None
        return match.group() if known is None or len(known) > _LONG else known

    filled = _SUBSTITUTION.sub(of_file, value)
    return filled if len(filled) <= _LONG else value
