"""Secrets are taken out before anything leaves the machine. Line counts and line numbers stay as they are."""

from __future__ import annotations

import re
from dataclasses import replace

from reviewer.context.secrets import MARK, without_secrets
from reviewer.context.visible import make_visible
from reviewer.core.change import ChangeSet, DiffLine, FileChange, Hunk
from reviewer.core.span import Side

_KEY_BEGIN = re.compile(r"-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----")
_KEY_END = re.compile(r"-----END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----")
_KEY_BODY = re.compile(r"[A-Za-z0-9+/\\]*={0,2}|(?:Proc-Type|DEK-Info|Version|Comment):.*")
# `- name: KAFKA_PASSWORD` or `<name>sasl.password</name>`, whose value stands on the next line.
_NAME_LINE = re.compile(
    r"(?i)^\s*(?:-?\s*[\"']?name[\"']?\s*[:=]|<name>)\s*[\"']?[\w.-]{0,80}(?:passw|pwd|passphrase|secret|token|api[_.-]?key|credential)[\w.-]{0,40}"
)
_VALUE_LINE = re.compile(r"(?i)^(\s*(?:[\"']?value[\"']?\s*[:=]\s*[\"']?|<value>))(?!\$|\{\{|<|\s*$)([^\"'<]{1,400})")
_SECRET_KIND = re.compile(r"^kind:\s*[\"']?Secret[\"']?\s*$")
_DATA = re.compile(r"^(data|stringData):\s*$")
_ENTRY = re.compile(r"^(\s+[\"']?[\w.-]{1,200}[\"']?\s*:\s*)(?!\$\{|\{\{)(\S.*)$")


def redact(text: str) -> str:
    """The text with secrets replaced by `[redacted]`; placeholders such as `${PASSWORD}` are kept."""
    lines = _without_values(_without_manifests(_without_keys(text.split("\n"))))
    return "\n".join(without_secrets(line) for line in lines)


def shown(text: str) -> str:
    """What may be shown to a model of a text of the change: redacted, hidden characters written out, lines kept."""
    return make_visible(redact(text))


def _without_values(lines: list[str]) -> list[str]:
    """Values whose name, on the line before, says that they are secret."""
    result: list[str] = []
    for number, line in enumerate(lines):
        named = number > 0 and _NAME_LINE.match(lines[number - 1]) is not None
        result.append(_VALUE_LINE.sub(rf"\1{MARK}", line) if named else line)
    return result


def _without_manifests(lines: list[str]) -> list[str]:
    """The entries of a Kubernetes Secret, whatever they are called."""
    if not any(_SECRET_KIND.match(line) for line in lines):
        return lines
    result: list[str] = []
    for document in _documents(lines):
        is_secret, inside = any(_SECRET_KIND.match(line) for line in document), False
        for line in document:
            if line[:1].strip():
                inside = _DATA.match(line) is not None
            result.append(_without_entry(line) if is_secret and inside else line)
    return result


def _without_entry(line: str) -> str:
    """An entry without its value; a line that continues a value is one."""
    if not line[:1].isspace() or not line.strip():
        return line
    entry = _ENTRY.match(line)
    if entry is not None:
        return line if entry.group(2).startswith(("|", ">")) else f"{entry.group(1)}{MARK}"
    return line if line.rstrip().endswith(":") or "${" in line or "{{" in line else _indented_mark(line)


def _documents(lines: list[str]) -> list[list[str]]:
    documents: list[list[str]] = [[]]
    for line in lines:
        if line.startswith("---"):
            documents.append([])
        documents[-1].append(line)
    return documents


def shown_change_set(change_set: ChangeSet) -> ChangeSet:
    """The same change as it may be shown. Line numbers, paths and counts are untouched."""
    return replace(
        change_set,
        files=tuple(_shown_file(change) for change in change_set.files),
        title=shown(change_set.title),
        description=shown(change_set.description),
    )


def _shown_file(change: FileChange) -> FileChange:
    before = shown(change.before) if change.before is not None else None
    after = shown(change.after) if change.after is not None else None
    hunks = tuple(_shown_hunk(hunk, before, after) for hunk in change.hunks)
    return replace(change, before=before, after=after, hunks=hunks)


def _shown_hunk(hunk: Hunk, before: str | None, after: str | None) -> Hunk:
    """Lines come from the redacted files where they are known: only there a key block is seen whole."""
    old, new = _side_lines(hunk, Side.BEFORE, before), _side_lines(hunk, Side.AFTER, after)
    lines = tuple(_shown_line(line, old, new) for line in hunk.lines)
    return replace(hunk, lines=lines, section=shown(hunk.section))


def _shown_line(line: DiffLine, old: dict[int, str], new: dict[int, str]) -> DiffLine:
    number, texts = (line.new_number, new) if line.new_number is not None else (line.old_number, old)
    assert number is not None
    return replace(line, text=shown(texts[number]))


def _side_lines(hunk: Hunk, side: Side, text: str | None) -> dict[int, str]:
    numbered = [(_number(line, side), line.text) for line in hunk.lines]
    present = [(number, line) for number, line in numbered if number is not None]
    if text is not None and (lines := text.split("\n")):
        return {n: lines[n - 1] if n <= len(lines) else shown(line) for n, line in present}
    clean = shown("\n".join(line for _, line in present)).split("\n")
    return {number: line for (number, _), line in zip(present, clean, strict=False)}


def _number(line: DiffLine, side: Side) -> int | None:
    return line.old_number if side is Side.BEFORE else line.new_number


def _without_keys(lines: list[str]) -> list[str]:
    """Private key blocks, line by line; without an end mark as long as lines look like a key."""
    result: list[str] = []
    position = 0
    while position < len(lines):
        line = lines[position]
        position += 1
        begin = _KEY_BEGIN.search(line)
        if begin is None:
            result.append(line)
            continue
        same_line_end = _KEY_END.search(line, begin.end())
        if same_line_end is not None:
            result.append(f"{line[: begin.end()]}{MARK}{line[same_line_end.start() :]}")
            continue
        result.append(f"{line[: begin.end()]}{MARK}" if line[begin.end() :].strip() else line)
        while position < len(lines) and _is_key_body(lines[position]):
            result.append(_indented_mark(lines[position]))
            position += 1
    return result


def _is_key_body(line: str) -> bool:
    return _KEY_END.search(line) is None and _KEY_BODY.fullmatch(line.strip(" \t\"'+|>;")) is not None


def _indented_mark(line: str) -> str:
    return line[: len(line) - len(line.lstrip())] + MARK if line.strip() else line
