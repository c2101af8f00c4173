"""Secrets are taken out before anything leaves the machine. Line counts and line numbers stay as they are."""

from __future__ import annotations

import math
import re
from collections import Counter
from dataclasses import replace

from reviewer.context.visible import make_visible
from reviewer.core.change import ChangeSet, DiffLine, FileChange, Hunk
from reviewer.core.span import Side

MARK = "[redacted]"

_TOKENS = re.compile(
    r"\b(?:AKIA|ASIA|AROA|AIDA)[0-9A-Z]{16}\b"
    r"|\bsk-ant-[\w-]{8,}"
    r"|\bsk-(?:proj-|live-)?[A-Za-z0-9]{20,}"
    r"|\bgh[opsur]_[A-Za-z0-9]{20,}|\bgithub_pat_\w{20,}|\bglpat-[\w-]{16,}"
    r"|\bxox[abeprs]-[\w-]{10,}"
    r"|\bAIza[\w-]{30,}"
    r"|\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*"
)
_BEARER = re.compile(r"(?i)\b(bearer\s+|basic\s+)([\w.~+/-]{12,}=*)")
_URL_LOGIN = re.compile(r"(\b[a-zA-Z][\w+.-]{1,20}://[^\s:/@\"']{0,80}:)([^\s@/\"']{1,200})(?=@)")
# `password` inside a connection string, a JAAS line or a properties file.
_INNER_PASSWORD = re.compile(
    r"(?i)\b((?:password|passwd|pwd|clientsecret|client_secret)\s{0,3}=\s{0,3}\\?[\"']?)([^\s\"'\\;&,)]{1,300})"
)
_JAAS = re.compile(r"(?i)(sasl[._]jaas[._]config[\"']?\s{0,4}[:=,]\s{0,4})(\S.*)")
_NAMED = re.compile(
    r"(?i)([\w.-]{0,60}(?:password|passwd|pwd|secret|token|api[_.-]?key|access[_.-]?key|private[_.-]?key|credential)[\w.-]{0,40}"
    r"[\"'\]]{0,2}\)?\s{0,8}(?::=|[:=,]|=>)\s{0,8}[\"'])([^\"'\n]{1,400})(?=[\"'])"
)
_NAMED_BARE = re.compile(
    r"(?i)^(\s*-?\s*[\"']?[\w.-]{0,60}(?:password|passwd|pwd|secret|token|api[_.-]?key|access[_.-]?key|credential)[\w.-]{0,40}"
    r"[\"']?\s{0,8}[:=]\s{0,8})([^\s\"'#,;(){}\[\]]{6,400})\s*$"
)
_KEY_BEGIN = re.compile(r"-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----")
_KEY_END = re.compile(r"-----END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----")
_KEY_BODY = re.compile(r"[A-Za-z0-9+/\\]*={0,2}|(?:Proc-Type|DEK-Info|Version|Comment):.*")
_PLACEHOLDER = re.compile(r"^(?:\$\{|\$\(|\{\{|<|%|#\{|@)|^\[redacted\]|\$\{[\w.:-]+\}")
_NAMED_PASSWORD = re.compile(r"(?i)passw|pwd")


def redact(text: str) -> str:
    """The text with secrets replaced by `[redacted]`; placeholders such as `${PASSWORD}` are kept."""
    lines = _without_keys(text.split("\n"))
    return "\n".join(_line(line) for line in lines)


def shown(text: str) -> str:
    """What may be shown to a model of a text of the change: redacted, hidden characters written out, lines kept."""
    return make_visible(redact(text))


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


def _line(line: str) -> str:
    line = _TOKENS.sub(MARK, line)
    line = _BEARER.sub(rf"\1{MARK}", line)
    line = _URL_LOGIN.sub(_unless_placeholder, line)
    line = _JAAS.sub(_jaas, line)
    line = _INNER_PASSWORD.sub(_unless_code, line)
    line = _NAMED.sub(_literal, line)
    return _NAMED_BARE.sub(_bare, line)


def _unless_placeholder(match: re.Match[str]) -> str:
    return match.group() if _PLACEHOLDER.search(match.group(2)) else f"{match.group(1)}{MARK}"


def _jaas(match: re.Match[str]) -> str:
    """The login module is worth seeing, what is quoted behind it is not."""
    value = re.sub(r"(?i)(=\s{0,3}\\?[\"'])([^\"'\\]{1,300})", _unless_placeholder, match.group(2))
    return match.group(1) + value


def _unless_code(match: re.Match[str]) -> str:
    """`password = config.password()` is code and stays; `password=hunter2` inside a string or a file goes."""
    value = match.group(2)
    is_code = re.match(r"[A-Za-z_][\w.]*\(|(?:null|None|nil|true|false)$|[a-z_]\w*(?:\.[\w]+)+$", value) is not None
    spaced_name = match.group(1).rstrip(" ") != match.group(1) and re.fullmatch(r"[A-Za-z_]\w*", value) is not None
    if is_code or spaced_name or value.startswith("="):
        return match.group()
    return _unless_placeholder(match)


def _literal(match: re.Match[str]) -> str:
    value = match.group(2)
    certain = _NAMED_PASSWORD.search(match.group(1)) is not None and " " not in value
    if (certain or _is_random(value)) and not _PLACEHOLDER.search(value) and not _is_name_of_secret(value):
        return f"{match.group(1)}{MARK}"
    return match.group()


def _bare(match: re.Match[str]) -> str:
    return f"{match.group(1)}{MARK}" if _is_random(match.group(2)) and "(" not in match.group(2) else match.group()


def _is_name_of_secret(value: str) -> bool:
    """`secret_key = "DB_SECRET_KEY"`, `"spring.datasource.password"`: a name of a secret, not a secret."""
    return re.fullmatch(r"[A-Z][A-Z_]{2,}|[a-z]+(?:[._/-][a-z]+)+", value) is not None


def _is_random(value: str) -> bool:
    """Long, varied and mixed: letters with digits, not words."""
    if len(value) < 12 or " " in value or not re.search(r"\d", value) or not re.search(r"[A-Za-z]", value):
        return False
    counts = Counter(value)
    entropy = -sum(n / len(value) * math.log2(n / len(value)) for n in counts.values())
    return entropy >= 3.0
