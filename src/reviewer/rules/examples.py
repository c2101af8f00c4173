"""Examples of a rule as diffs: the one reader and writer that tests, documentation and `explain` use.

They stand under `## Examples` in the docstring of the rule, and the further ones in `tests/rules/regressions/<id>.txt`:

    ### bad: a one-line change weakens acks
    --- Orders.java
     Properties props = new Properties();
    -props.put("acks", "all");
    +props.put("acks", "1"); // ! here

A line that must be hit ends with `! here` behind a comment sign; on a `-` line the danger is a removal. A line `^ here` marks
the one above it where the language has no such comment (JSON, XML). A file is whole, not a hunk: with `+` lines only it is new,
with `-` lines only it is deleted, without either it lies beside the change. `--- Old.java -> New.java` is a rename.
An empty line is an empty line of the file on both sides; those behind its last line are not part of it.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from reviewer.core.span import Side

HEADING = "## Examples"
Place = tuple[str, Side, int]

_TITLE = re.compile(r"### (bad|good): (\S.*)")
_FILE = re.compile(r"--- ([^\s>]*[./][^\s>]*|[A-Z]\w+)(?: -> (\S+))?")
_MARK = re.compile(r"[ \t]*(//|#|--)[ \t]*! here$")
_BELOW = "^ here"
_SIGNS = {"py": "#", "yml": "#", "yaml": "#", "properties": "#", "tf": "#", "conf": "#", "sh": "#", "sql": "--"}


@dataclass(frozen=True, slots=True, kw_only=True)
class ExampleFile:
    """One file of an example. A path, and the text with it, is None on the side where the file does not exist."""

    old_path: str | None
    new_path: str | None
    before: str | None
    after: str | None

    @property
    def is_changed(self) -> bool:
        """Whether the change has it; else it only lies beside."""
        return self.before != self.after or self.old_path != self.new_path


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A change that a rule must report on exactly the marked places (`is_bad`), or that must stay silent.

    `title` says what it shows; of a good one, why it is fine. `marks` are (path, side, 1-based line).
    """

    is_bad: bool
    title: str
    files: tuple[ExampleFile, ...]
    marks: frozenset[Place]


def example_of(
    before: Mapping[str, str], after: Mapping[str, str], *, title: str = "", marks: Iterable[Place] = ()
) -> Example:
    """The example of two sets of files, path -> text; marks may stand in the texts too."""
    found = set(marks)
    for side, texts in ((Side.BEFORE, before), (Side.AFTER, after)):
        for path, text in texts.items():
            found |= {(path, side, n) for n, line in enumerate(text.split("\n"), start=1) if _MARK.search(line)}
    files = tuple(
        ExampleFile(
            old_path=path if path in before else None, new_path=path if path in after else None,
            before=_clean(before.get(path)), after=_clean(after.get(path)),
        )
        for path in dict.fromkeys((*before, *after))
    )  # fmt: skip
    return Example(is_bad=bool(found), title=title, files=files, marks=frozenset(found))


def _clean(text: str | None) -> str | None:
    return None if text is None else "\n".join(_MARK.sub("", line) for line in text.split("\n"))


def read_examples(text: str) -> tuple[Example, ...]:
    """The examples of a text; what stands before the first title is a remark. ValueError names a line that is none of ours."""
    found: list[_Reading] = []
    for number, line in enumerate(text.split("\n"), start=1):
        if title := _TITLE.fullmatch(line):
            found.append(_Reading(is_bad=title.group(1) == "bad", title=title.group(2)))
        elif line.startswith("### "):
            raise ValueError(f"line {number}: an example begins with `### bad: ` or `### good: `, not {line!r}")
        elif found:
            try:
                found[-1].take(line)
            except ValueError as error:
                raise ValueError(f"line {number} ({found[-1].title}): {error}") from None
    return tuple(reading.example() for reading in found)


class _Reading:
    """One example while its lines come in. A file is its paths and its signed lines, with the places of marks among them."""

    def __init__(self, *, is_bad: bool, title: str) -> None:
        self.is_bad, self.title = is_bad, title
        self.files: list[tuple[str, str, list[str], set[int]]] = []

    def take(self, line: str) -> None:
        """The next line of the text."""
        if head := _FILE.fullmatch(line):
            self.files.append((head.group(1), head.group(2) or head.group(1), [], set()))
            return
        if not self.files:
            if line:
                raise ValueError(f"a file begins with `--- path`, not {line!r}")
            return
        _, _, lines, marked = self.files[-1]
        if line == _BELOW:
            if not lines:
                raise ValueError("`^ here` stands below the line that it marks")
            marked.add(len(lines) - 1)
            return
        if line[:1] not in ("", " ", "+", "-"):
            raise ValueError(f"a line of a file begins with ` `, `+` or `-`, not {line!r}")
        if _MARK.search(line):
            marked.add(len(lines))
        lines.append(_MARK.sub("", line) or " ")

    def example(self) -> Example:
        """What was read."""
        marks: set[Place] = set()
        files = tuple(_file(*file, marks) for file in self.files)
        return Example(is_bad=self.is_bad, title=self.title, files=files, marks=frozenset(marks))


def _file(old: str, new: str, lines: list[str], marked: set[int], marks: set[Place]) -> ExampleFile:
    while lines and lines[-1] == " ":
        lines.pop()
    texts: dict[Side, list[str]] = {Side.BEFORE: [], Side.AFTER: []}
    for index, line in enumerate(lines):
        sides = {"-": (Side.BEFORE,), "+": (Side.AFTER,)}.get(line[0], (Side.BEFORE, Side.AFTER))
        for side in sides:
            texts[side].append(f"{line[1:]}\n")
        if index in marked:
            marks.add((old if sides[-1] is Side.BEFORE else new, sides[-1], len(texts[sides[-1]])))
    is_new, is_gone = (bool(lines) and all(line[0] == sign for line in lines) for sign in "+-")
    return ExampleFile(
        old_path=None if is_new else old, new_path=None if is_gone else new,
        before=None if is_new else "".join(texts[Side.BEFORE]), after=None if is_gone else "".join(texts[Side.AFTER]),
    )  # fmt: skip


def write_example(example: Example) -> str:
    """The notation of an example; ValueError for one that the notation can't say (an empty file that is filled)."""
    lines = [f"### {'bad' if example.is_bad else 'good'}: {example.title}"]
    for file in example.files:
        old, new = file.old_path or file.new_path, file.new_path or file.old_path
        lines.append(f"--- {old}" if old == new else f"--- {old} -> {new}")
        for line, is_marked in _lines(file, example.marks):
            sign = _SIGNS.get(str(new).rpartition(".")[2], "//")
            below = is_marked and str(new).endswith(("json", "avsc", "xml"))
            lines.append(f"{line} {sign} ! here" if is_marked and not below else line.rstrip() if line == " " else line)
            lines += [_BELOW] if below else []
    text = "\n".join(lines) + "\n"
    if read_examples(text) != (example,):
        raise ValueError(f"the notation can't say this: {example.title}")
    return text


def _lines(file: ExampleFile, marks: frozenset[Place]) -> Iterator[tuple[str, bool]]:
    """Every line with its sign, and whether it is marked. A mark on the old side of a kept line makes it a pair of `-` and `+`."""
    old, new = ([] if text is None else text.removesuffix("\n").split("\n") for text in (file.before, file.after))
    gone = {n for path, side, n in marks if path == file.old_path and side is Side.BEFORE}
    here = {n for path, side, n in marks if path == file.new_path and side is Side.AFTER}
    for tag, a, a_end, b, b_end in difflib.SequenceMatcher(a=old, b=new, autojunk=False).get_opcodes():
        for i in range(a, a_end):
            j = b + i - a
            if tag == "equal" and i + 1 not in gone:
                yield f" {new[j]}", j + 1 in here
            else:
                yield f"-{old[i]}", i + 1 in gone
                if tag == "equal":
                    yield f"+{new[j]}", j + 1 in here
        for j in range(b, b_end) if tag != "equal" else ():
            yield f"+{new[j]}", j + 1 in here


def examples_of(page: str) -> tuple[Example, ...]:
    """The examples of a rule's docstring."""
    return read_examples(_split(page)[1])


def without_examples(page: str) -> str:
    """A rule's docstring without its examples."""
    before, _, after = _split(page)
    return f"{before}{after}".strip()


def rendered(page: str) -> str:
    """A rule's docstring as Markdown: every example is a block of code."""
    before, examples, after = _split(page)
    parts = re.split(r"(?m)^### (bad|good): (.*)\n", examples)
    words = {"bad": "Reported", "good": "Not reported"}
    blocks = [
        f"### {words[kind]}: {title}\n\n```diff\n{body.rstrip()}\n```\n\n"
        for kind, title, body in zip(parts[1::3], parts[2::3], parts[3::3], strict=True)
    ]
    return f"{before}{HEADING}\n\n{''.join(blocks)}{after}".strip() if blocks else page.strip()


def _split(page: str) -> tuple[str, str, str]:
    """What stands before the examples, the examples, and what stands behind them."""
    before, found, rest = page.partition(f"{HEADING}\n")
    if not found:
        return page, "", ""
    end = re.search(r"(?m)^## ", rest)
    return (before, rest, "") if end is None else (before, rest[: end.start()], rest[end.start() :])
