"""Markdown out of strangers' text: it keeps code, lists and paragraphs, and loses everything that acts.

The rules: what is code stays code and is fenced by us; everything else is plain text with each active character
escaped. So the page cannot read as a link, an image, HTML or a mention what this module has taken for text.
"""

from __future__ import annotations

import html
import re

from reviewer.publish.fences import block, fence, item_number, opening
from reviewer.publish.text import HIDDEN, allowed_link, visible

_CODE = re.compile(r"(?<!`)(`+)(?!`)(.+?)(?<!`)\1(?!`)", re.DOTALL)
_ENTITY = re.compile(r"&(?:#[0-9]{1,8}|#[xX][0-9a-fA-F]{1,8}|[A-Za-z][A-Za-z0-9]{1,31});?")
_LINK = re.compile(r"(!?)\[([^\[\]\n]{0,500})\]\([ \t]*<?([^\s<>()]{0,500})>?[^()\n]{0,200}\)")
_ATOM = re.compile(
    r"(?P<url>(?:[a-z][a-z0-9+.-]{0,20}://|mailto:|xmpp:|www\.)[^\s<>`\"']+)"
    r"|(?P<name>(?<![\w@.])@[A-Za-z][\w-]*(?:[./][\w-]+)*)"
    r"|(?P<sha>\b(?=[0-9a-f]*[a-f])[0-9a-f]{7,64}\b)",
    re.IGNORECASE,
)
_ACTIVE = re.compile(
    r"[\\`\[\]<&@$|]|~(?=~~)|(?<=~)~(?=~)|(?<=~~)~|(?<=#)(?=\d)|(?<=GH-)(?=\d)|(?<=:)(?=//)", re.IGNORECASE
)
_NOTHING = "&#8203;"
_ESCAPED = {
    "<": "&lt;",
    "&": "&amp;",
    "@": "@&#8203;",
    "$": "$&#8203;",
    "|": "&#124;",
    "": _NOTHING,
}
_BLOCK_START = re.compile(r"^(?:[-+*](?=\s|$)|[-*_]{3}|[#/=~>]|\d{1,9}(?=[.)](?:\s|$)))")
_RULER = re.compile(r"^(?:[-=*_+][-=*_ \t]*$|[#/>])")
_ITEM = re.compile(r"^([-+*]|\d{1,9}[.)])[ \t]+(?=\S)")


def code_span(text: str) -> str:
    """One-line inline code. Nothing inside is interpreted, so names like `@KafkaListener` notify nobody."""
    folded = re.sub(r"\s+", " ", visible(text)).strip()
    if not folded:
        return ""
    runs = {len(run) for run in re.findall("`+", folded)}
    if {1, 2} <= runs:  # three ticks at the start of a line would look like a code block
        folded = re.sub("`{2,}", "``", folded)
        folded, runs = re.sub("(?<!`)`(?!`)", "``", folded), {2}
    ticks = "`" if 1 not in runs else "``"
    padding = " " if folded[0] == "`" or folded[-1] == "`" else ""
    return f"{ticks}{padding}{folded}{padding}{ticks}"


def inline(text: str) -> str:
    """One line of Markdown: code spans are kept, everything else is plain text."""
    folded = re.sub(r"\s+", " ", visible(text)).strip()
    return _BLOCK_START.sub(_shield, _spans(folded).strip(), count=1)


def cell(text: str) -> str:
    """One line of Markdown for a table cell: no character in it ends the cell."""
    return re.sub(r"\\*\|", r"\\|", inline(text))


def prose(text: str) -> str:
    """Paragraphs, lists and code blocks of Markdown; no headings, HTML, images, foreign links, and no language of a block."""
    parts: list[str] = []
    loose: list[str] = []
    lines = visible(text).strip("\n").split("\n")
    position = 0
    while position < len(lines):
        opened = opening(lines[position])
        found = block(lines, position + 1, opened) if opened is not None else None
        if opened is None or found is None:
            loose.append(lines[position])
            position += 1
            continue
        parts.append(_paragraphs([*loose, item_number(opened)]))
        loose = []
        code, position = found
        parts.append(fence(code))
    parts.append(_paragraphs(loose))
    return "\n\n".join(part for part in parts if part)


def _paragraphs(lines: list[str]) -> str:
    """Lines outside code blocks. Indentation goes: four blanks would make a code block in which our escapes show."""
    blocks = re.split(r"\n{2,}", "\n".join(line.strip() for line in lines).strip())
    return "\n\n".join("\n".join(_line(line.strip()) for line in _spans(block).split("\n")) for block in blocks)


def _line(line: str) -> str:
    """A line of text or of a list. An item holds text only: whatever would begin another block in it is shielded."""
    if _RULER.match(line):
        return _BLOCK_START.sub(_shield, line, count=1)
    item = _ITEM.match(line)
    return f"{item.group(1)} {_BLOCK_START.sub(_shield, line[item.end() :], count=1)}" if item else line


def _shield(match: re.Match[str]) -> str:
    """Take the block meaning from a line start; a list number is shielded behind its digits."""
    return f"{match.group()}\\" if match.group().isdigit() else f"\\{match.group()}"


def _spans(text: str) -> str:
    """Text with its code spans rebuilt by us and all the rest escaped."""
    parts: list[str] = []
    last = 0
    for match in _CODE.finditer(text):
        parts.append(_links(text[last : match.start()]))
        parts.append(code_span(match.group(2)) or _links(match.group()))
        last = match.end()
    return _glued([*parts, _links(text[last:])])


def _links(text: str) -> str:
    """A link becomes its text and, if it leads to documentation, its address; an image becomes its description."""
    parts: list[str] = []
    last = 0
    text = _ENTITY.sub(_decoded, text)
    for match in _LINK.finditer(text):
        is_image, label, url = match.groups()
        address = None if is_image else allowed_link(url)
        parts.append(_atoms(text[last : match.start()] + label))
        # Nothing in the place of an empty label would join what stood on its two sides, say to a fence.
        parts.append(f" (<{address}>)" if address else "" if label else _NOTHING)
        last = match.end()
    return _glued([*parts, _atoms(text[last:])])


def _decoded(match: re.Match[str]) -> str:
    """The character that an entity stands for; never a line end, which would begin a new block."""
    return re.sub(r"\s", " ", HIDDEN.sub("", html.unescape(match.group())))


def _atoms(text: str) -> str:
    """Addresses, names that would notify and commit ids go into code spans; known documentation stays a link."""
    parts: list[str] = []
    last = 0
    for match in _ATOM.finditer(text):
        parts.append(_escape(text[last : match.start()]))
        word = match.group().rstrip(".,;:!?)]}") if match.group("url") else match.group()
        address = allowed_link(word) if match.group("url") else None
        parts.append(f"<{address}>" if address else code_span(word))
        last = match.start() + len(word)
    return _glued([*parts, _escape(text[last:])])


def _glued(parts: list[str]) -> str:
    """Join, keeping two code spans apart: back to back, their backticks would merge into one longer fence."""
    joined = ""
    for part in parts:
        joined += f" {part}" if joined.endswith("`") and part.startswith("`") else part
    return joined


def _escape(text: str) -> str:
    return _ACTIVE.sub(lambda match: _ESCAPED.get(match.group(), f"\\{match.group()}"), text)
