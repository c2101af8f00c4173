"""The named parts of a document: what a reader would want to see around a line of it.

Text in, sections out, linear in time and without a grammar: manifests are full of templates that no grammar reads.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from reviewer.core.lazily import lazily
from reviewer.core.span import Side, Span
from reviewer.facts.syntax import Section

_LIMIT = 5_000  # sections of a file: generated data has more, and nobody wants to see them
_NAME_CHARS = 80

Found = tuple[str, int, int]  # name, first line, last line

# One token of a language with brackets. Every alternative consumes what it began with: an open string ends with its line.
TOKEN = lazily(
    r"(?P<comment>//[^\n]*|/\*.*?(?:\*/|\Z)|(?P<hash>\#[^\n]*))|(?P<heredoc><<[-~]?(?P<tag>[A-Z_]\w*)\n)"
    r"|(?P<string>\"\"\".*?(?:\"\"\"|\Z)|'''.*?(?:'''|\Z)|\"(?:\\.|[^\"\\\n])*\"?|'(?:\\.|[^'\\\n])*'?)"
    r"|(?P<open>[{\[(])|(?P<close>[}\])])|(?P<end>;)|(?P<line>\n)",
    re.DOTALL,
)


def sections_of(language: str, path: str, text: str, side: Side) -> tuple[Section, ...]:
    """The sections of a document in the order of their first lines; of equal ones the outer first."""
    read = _READERS.get(language)
    found = list(_limited(read(text))) if read is not None else []
    return tuple(
        Section(name=name, span=Span(path=path, side=side, first_line=first, last_line=last))
        for name, first, last in sorted(found, key=lambda item: (item[1], -item[2]))
    )


def _limited(found: Iterator[Found]) -> Iterator[Found]:
    for number, (name, first, last) in enumerate(found):
        if number >= _LIMIT:
            return
        yield " ".join(name.split())[:_NAME_CHARS].strip(), first, last


def bracketed(text: str) -> Iterator[Found]:
    """`name … { … }` over several lines: JSON, HCL, Gradle, go.mod, HOCON, Protobuf, Avro IDL."""
    line, start, position = 1, 0, 0
    before = ("", 0)  # the words of the line before, for a bracket that stands on its own
    stack: list[tuple[str, int, int]] = []  # name, first line, where its words begin
    while match := TOKEN.search(text, position):
        words = text[start : match.start()].strip(" \t\r,")
        position = match.end()
        if match["heredoc"] is not None:
            position = _heredoc_end(text, position, match["tag"])
        begin = position
        if match["open"] is not None:
            name, first = (words, line) if words or not before[0] else before
            stack.append((_named(name, stack), first, start))
        elif match["close"] is not None and stack:
            name, first, opened = stack.pop()
            if line > first and name:
                yield name, first, line
            elif match.group() == ")":
                begin = opened  # `register('topics') {`: the words before a brace
        if match["line"] is not None:
            before = (words, line) if words else before
        elif match["string"] is None:
            before = ("", 0)
        line += text.count("\n", match.start(), position)
        if match["string"] is None:
            start = begin


def bracket_comments(text: str, *, hashes: bool) -> Iterator[Found]:
    """The comments of such a text; with `hashes` also those that begin with `#`."""
    line, position = 1, 0
    for match in TOKEN.finditer(text):
        line += text.count("\n", position, match.start())
        position = match.start()
        if match["comment"] is not None and (hashes or match["hash"] is None):
            yield " ".join(match["comment"].split()), line, line + match["comment"].count("\n")


def _heredoc_end(text: str, position: int, tag: str) -> int:
    found = re.compile(rf"^[ \t]*{re.escape(tag)}[ \t]*$", re.MULTILINE).search(text, position)
    return found.end() if found is not None else len(text)


def _named(text: str, stack: list[tuple[str, int, int]]) -> str:
    """The words before the bracket; an element of a list is named after the list."""
    plain = re.sub(r"^[\"'](.*)[\"']\s*[:=]?$", r"\1", text, flags=re.DOTALL).rstrip(" :=\t\n")
    if plain:
        return plain
    return f"{stack[-1][0].removesuffix('[]')}[]" if stack and stack[-1][0] else ""


def indented(text: str) -> Iterator[Found]:
    """Keys and list items of YAML with what is indented below them; a document where there are several."""
    stack: list[tuple[int, bool, str, int]] = []  # indent, is an item, path, first line
    counts: dict[str, int] = {}
    last, first = 0, 1
    documents: list[tuple[int, int]] = []
    for number, raw in enumerate(text.split("\n"), start=1):
        stripped = raw.strip()
        if raw.startswith(("---", "...")):
            yield from _closed(stack, -1, False, last)
            documents.append((first, last))
            stack, first = [], number + 1
        elif stripped and not stripped.startswith("#"):
            yield from _line(stack, counts, raw, number, last)
            last = number
    yield from _closed(stack, -1, False, last)
    documents.append((first, last))
    several = [(start, end) for start, end in documents if end > start]
    if len(several) > 1:
        yield from ((f"document {position}", *lines) for position, lines in enumerate(several, start=1))


_KEY = lazily(r"(?P<key>\"[^\"\n]{1,80}\"|'[^'\n]{1,80}'|[\w./$-][^:\n#]{0,80}?)\s*:(?:\s|$)")


def _line(
    stack: list[tuple[int, bool, str, int]], counts: dict[str, int], raw: str, number: int, last: int
) -> Iterator[Found]:
    indent = len(raw) - len(raw.lstrip(" "))
    rest = raw[indent:]
    is_item = rest.startswith("- ") or rest == "-"
    yield from _closed(stack, indent, is_item, last)
    while is_item:
        parent = stack[-1][2] if stack else ""
        counts[parent] = counts.get(parent, -1) + 1 if number > 0 else 0
        stack.append((indent, True, f"{parent}[{counts[parent]}]", number))
        after = rest[1:].lstrip(" ")
        indent += len(rest) - len(after)
        rest, is_item = after, after.startswith("- ")
    if match := _KEY.match(rest):
        parent = f"{stack[-1][2]}." if stack else ""
        path = parent + match["key"].strip("\"'")
        counts[path] = -1
        stack.append((indent, False, path, number))


def _closed(stack: list[tuple[int, bool, str, int]], indent: int, is_item: bool, last: int) -> Iterator[Found]:
    """What ends before a line of this indent. An item may stand as deep as the key of its list."""
    while stack and (stack[-1][0] > indent or (stack[-1][0] == indent and (stack[-1][1] or not is_item))):
        _, _, path, first = stack.pop()
        if last > first:
            yield path, first, last


def tables(text: str) -> Iterator[Found]:
    """The tables of TOML and INI."""
    name, first, last = "", 0, 0
    for number, raw in enumerate(text.split("\n"), start=1):
        header = re.match(r"\s*\[{1,2}([^\[\]]+)\]{1,2}\s*(#.*)?$", raw)
        if header is not None:
            if name and last > first:
                yield name, first, last
            name, first = header[1].strip(), number
        if raw.strip() and not raw.lstrip().startswith(("#", ";")):
            last = number
    if name and last > first:
        yield name, first, last


def stages(text: str) -> Iterator[Found]:
    """The stages of a Dockerfile, and its instructions that go on over several lines."""
    stage, stage_first, last, first = "", 0, 0, 0
    for number, raw in enumerate(text.split("\n"), start=1):
        stripped = raw.strip()
        if not first and re.match(r"FROM\s", stripped, re.IGNORECASE):
            if stage and last > stage_first:
                yield stage, stage_first, last
            stage, stage_first = stripped, number
        if stripped and not (stripped.startswith("#") and not first):
            last = number
            if stripped.endswith("\\"):
                first = first or number
                continue
            if first and number > first:
                yield text.split("\n")[first - 1].strip(" \\"), first, number
            first = 0
    if stage and last > stage_first:
        yield stage, stage_first, last


def elements(text: str) -> Iterator[Found]:
    """The elements of XML that hold others."""
    line, position = 1, 0
    stack: list[tuple[str, int]] = []
    for match in _TAG.finditer(text):
        line += text.count("\n", position, match.start())
        position = match.start()
        if match["open"] is not None and not match["empty"]:
            stack.append((match["open"], line))
        elif match["close"] is not None:
            names = [name for name, _ in stack[-50:]]
            while match["close"] in names and stack:
                name, first = stack.pop()
                if line > first:
                    yield f"<{name}>", first, line
                if name == match["close"]:
                    break


_TAG = lazily(
    r"<!--.*?(?:-->|\Z)|<!\[CDATA\[.*?(?:\]\]>|\Z)|</(?P<close>[\w:.-]+)\s*>|<(?P<open>[\w:.-]+)[^<>]*?(?P<empty>/?)>",
    re.DOTALL,
)

_READERS: dict[str, Callable[[str], Iterator[Found]]] = {
    "yaml": indented,
    "json": bracketed,
    "hcl": bracketed,
    "build": bracketed,
    "hocon": bracketed,
    "avdl": bracketed,
    "protobuf": bracketed,
    "toml": tables,
    "ini": tables,
    "dockerfile": stages,
    "xml": elements,
}
