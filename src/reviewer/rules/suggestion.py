"""The exact text that cures a danger: a value replaced in its line, or the line as it was before the change."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import takewhile

from reviewer.core.change import DiffLine, FileChange, LineKind
from reviewer.core.span import Side
from reviewer.facts.delta import Delta
from reviewer.facts.languages.names import MODULES
from reviewer.rules.rule import Hit, Rule

_TOKEN = re.compile(r"\w+|\s+|.")
_QUOTED = re.compile(r"\"(?:\\.|[^\"\\])*\"|'(?:\\.|[^'\\])*'|`[^`]*`")
_NAME = re.compile(r"(?<![\w.])[A-Za-z_]\w*")
_OPENS = re.compile(r"[\w\"']\s*[=:(\[]")
_LONG_RUN = 200  # lines: a file that is rewritten has no line that stands for one of before
_KEYWORDS = frozenset({"true", "false", "True", "False", "null", "None", "nil", "new", "await", "to", "not"})


def suggestion(rule: Rule, hit: Hit, code: str, delta: Delta) -> str | None:
    """What to put in place of the one line `code`, which exists after the change; empty where the line goes. None where nothing is sure."""
    if hit.span.side is not Side.AFTER or "\n" in code or hit.stands_for_more:
        return None
    text = _replaced(hit, code) if hit.replace is not None else None
    old = _as_it_was(hit, delta) if rule.put_back else None
    if old is not None and (text is None or _is_of_one_value(old, code)):
        text = old  # what the team had
    return "" if text is not None and not text.strip() else text


def _replaced(hit: Hit, code: str) -> str | None:
    """The line with the old text replaced, when that is unambiguous."""
    assert hit.replace is not None
    old, new = hit.replace
    # A value of its own, not a part of a longer one: the 1 of `topic-1: 1` that stands behind the colon. A name may be a member.
    before = r"\w-" if old[:1].isalpha() else r"\w.-"
    whole = list(re.finditer(rf"(?<![{before}]){re.escape(old)}(?![\w-]|\.\w)", code))
    if len(whole) == 1:
        return code[: whole[0].start()] + new + code[whole[0].end() :]
    return code.replace(old, new) if not whole and code.count(old) == 1 and not old.isalnum() else None


def _as_it_was(hit: Hit, delta: Delta) -> str | None:
    """The line that the change replaced by this one; names of code that come back must still be known to the file."""
    change, facts = delta.change_set.file_at(hit.span), delta.after.file(hit.span.path)
    runs = _runs(change) if change is not None else []
    line = hit.span.first_line
    old = next((old for run in runs if (old := _replaced_by(line, run)) is not None), None)
    new = next((each.text for run in runs for each in run if each.new_number == line), None)
    if change is None or old is None or new is None or old.strip() == new.strip():
        return None
    is_code = facts is not None and facts.syntax.language in MODULES
    back = "".join(_TOKEN.findall(old)[_alike(old, new) :])
    return old if not is_code or _is_known(back, change.after or "") else None


def _is_of_one_value(old: str, new: str) -> bool:
    """Whether two lines differ in one value, not in two of one line."""
    was, now = _TOKEN.findall(old)[_alike(old, new) :], _TOKEN.findall(new)[_alike(old, new) :]
    behind = _alike("".join(reversed(was)), "".join(reversed(now)))
    return not any(set(part[: len(part) - behind]) & {",", "=", ":", ";", "#", "/"} for part in (was, now))


def _replaced_by(line: int, run: Sequence[DiffLine]) -> str | None:
    """Of a run of lines the removed one that stood in place of an added one: the only one that says the same thing of something else."""
    if len(run) > _LONG_RUN:
        return None
    removed = [each.text for each in run if each.kind is LineKind.REMOVED]
    added = {each.new_number: each.text for each in run if each.kind is LineKind.ADDED}
    like = [old for old in removed if line in added and _is_version(old, added[line])]
    if len(like) != 1:
        return None
    alone = sum(_is_version(like[0], new) for new in added.values()) == 1
    return like[0] if alone and _open(like[0]) == _open(added[line]) else None


def _is_version(old: str, new: str) -> bool:
    """Whether two lines are the same up to a value: past a key, the name of a call, or half of what they say."""
    tokens = _TOKEN.findall(old)
    same = "".join(tokens[: _alike(old, new)])
    return bool(same.strip()) and (_OPENS.search(same) is not None or 2 * len(same.strip()) >= len(old.strip()))


def _open(line: str) -> tuple[str, ...]:
    """What of a line the next ones must go on with: its open brackets, and the mark at its end."""
    bare = _QUOTED.sub("", line).rstrip()
    depths = (str(bare.count(a) - bare.count(b)) for a, b in ("()", "[]", "{}"))
    return (*depths, bare[-1:] if bare[-1:] in ",;:\\+.|&" else "")


def _alike(old: str, new: str) -> int:
    """How many tokens two lines have in common at their beginning."""
    both = zip(_TOKEN.findall(old), _TOKEN.findall(new), strict=False)
    return len(list(takewhile(lambda pair: pair[0] == pair[1], both)))


def _runs(change: FileChange) -> list[list[DiffLine]]:
    """The lines between two lines that stay."""
    runs: list[list[DiffLine]] = []
    for hunk in change.hunks:
        runs.append([])
        for each in hunk.lines:
            if each.kind is LineKind.CONTEXT:
                runs.append([])
            else:
                runs[-1].append(each)
    return runs


def _is_known(code: str, text: str) -> bool:
    """Whether a file still has the names of a piece of code; of `a.b` only `a` is asked for."""
    names = set(_NAME.findall(_QUOTED.sub("", code))) - _KEYWORDS
    return names <= set(re.findall(r"\w+", text))
