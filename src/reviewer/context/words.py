"""Identifiers of code: what the changed lines speak of."""

from __future__ import annotations

import re
from collections.abc import Iterable

from reviewer.core.change import Hunk, LineKind

_WORD = re.compile(r"[^\W\d]\w*")
_STRING = re.compile(r'"(?:[^"\\\n]|\\.)*"')
_COMMENT = re.compile(r"^\s*(//|/?\*|#(?![\[!a-z])|--\s)")
# Words of the languages, and types of their standard libraries that say nothing about which code belongs together.
_LANGUAGES = """
abstract and args assert async await begin bool boolean break byte case catch chan char class collect const continue
debug def default defer del double dyn elif else end enum err error except export extends false final finally float for
foreach format from fun func function get global goto has impl implements import info init instanceof int integer interface
internal item iter key lambda len let list log logger long loop map match mod module mut namespace new nil none not null
object optional out override package pass print private protected pub public put raise range read record return result
sealed self set short size some static stream string struct super switch task template test that then this throw throws
time trait trace true try type typeof undefined unsafe use using val value var vec virtual void volatile warn when where
while with yield unwrap clone name names next
"""
_COMMON = frozenset(_LANGUAGES.split())


def words(text: str) -> frozenset[str]:
    """Every word of a text, strings left out."""
    return frozenset(_WORD.findall(_STRING.sub('""', text)))


def telling(text: str) -> frozenset[str]:
    """Words longer than two letters that are no words of a programming language."""
    return frozenset(word for word in words(text) if len(word) > 2 and word.lower() not in _COMMON)


def changed_words(hunks: Iterable[Hunk]) -> tuple[frozenset[str], frozenset[str]]:
    """(Telling words of the changed lines of both sides, those of them that only one side has). Comments don't count."""
    sides: dict[LineKind, set[str]] = {LineKind.ADDED: set(), LineKind.REMOVED: set()}
    for hunk in hunks:
        for line in hunk.lines:
            if line.kind in sides and not _COMMENT.match(line.text):
                sides[line.kind] |= telling(line.text)
    added, removed = sides[LineKind.ADDED], sides[LineKind.REMOVED]
    return frozenset(added | removed), frozenset(added ^ removed)
