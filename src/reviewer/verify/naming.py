"""Which names of the code a text speaks of: `uid`, `acks=1`, the operator `process(Totals)`.

Prose and code share words: "the process is killed" does not speak of a call of `process`. So a name that is also a common word, and a plain
word that the code only passes around, count only where the text writes them as code: in quotes, before `(` or `=`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_NAME = re.compile(r"[A-Za-z_$][\w$]*(?:[.-][\w$]+)*")
_LITERAL = re.compile(r"\"([^\"\\\n]{1,200})\"|'([^'\\\n]{1,200})'")
# What is called, what is set: `flush(`, `acks=`, `"acks":`, and the first argument of `put("acks", …)`.
_CALLED = re.compile(r"(?<![\w$])([A-Za-z_$][\w$]*+)\s*+\(")
_KEY = re.compile(r"(?<![\w$.-])([A-Za-z_$][\w$.-]*+)[\"']?\s*+[:=](?![:=])")
_PUT = re.compile(r"(?:put|set\w*|property|option|with|add|config\w*)\(\s*[\"']([\w.-]+)[\"']\s*,")
_QUOTED = re.compile(r"(?<!`)`++([^`]{1,300})`++|\"([^\"\n]{1,200})\"|“([^”\n]{1,200})”|(?<!\w)'([^'\n]{1,200})'(?!\w)")
_CONSTANT = re.compile(r"[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+")
_LINE = 2_000  # characters of a line that are read
_RESERVED = """
abstract as async await boolean break byte case catch class const continue def default do double else enum except
export extends false final finally float for from fun func function go if implements import in instanceof int
interface internal is lambda let long mut new nil none not null object or override package private protected public
raise return self short static struct super switch this throw throws true try type union until val var virtual void
when while with yield
"""
_KEYWORDS = frozenset(_RESERVED.split())
_ENGLISH = """
add all any apply base build call class code config create data default delete do end event events fields file
filter find first from get group handle has id init is item items join key keys last list load log main map message
messages method name names new next of on open option order orders out parse payload print process processor put
read record records remove result return run save schema send set shutdown size sink source start state stop store
stream string sum table test time to topic type update value values via wait window with work write
"""
_COMMON = frozenset(_ENGLISH.split())


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """The names on a line of code: `called` are calls and keys, `passed` all else; `literals` are in quotes there."""

    called: frozenset[str] = frozenset()
    literals: frozenset[str] = frozenset()
    passed: frozenset[str] = frozenset()

    @property
    def all(self) -> frozenset[str]:
        """Every name."""
        return self.called | self.literals | self.passed

    def __or__(self, other: Names) -> Names:
        return Names(
            called=self.called | other.called,
            literals=self.literals | other.literals,
            passed=self.passed | other.passed,
        )

    def only(self, names: frozenset[str]) -> Names:
        """Those of them that are in `names`."""
        return Names(called=self.called & names, literals=self.literals & names, passed=self.passed & names)


def names_of(line: str) -> Names:
    """The names on one line of code or configuration, without keywords and numbers."""
    line = line[:_LINE]
    literals = {first or second for first, second in _LITERAL.findall(line)}
    called = {*_CALLED.findall(line), *_KEY.findall(line), *_PUT.findall(line)} - _KEYWORDS
    bare = _LITERAL.sub('""', line)
    passed = {part for name in _NAME.findall(bare) for part in ({name} if "-" in name else name.split("."))}
    constants = {_setting(name) for name in passed if _CONSTANT.fullmatch(name)}
    called |= {name for name in constants if name}
    literals -= called
    return Names(
        called=frozenset(called),
        literals=frozenset(literals),
        passed=frozenset(passed - called - literals - _KEYWORDS - {""}),
    )


def _setting(constant: str) -> str:
    """`ENABLE_AUTO_COMMIT_CONFIG` is written `enable.auto.commit` by those who speak of it; other constants have one name."""
    return constant.removesuffix("_CONFIG").lower().replace("_", ".") if constant.endswith("_CONFIG") else ""


class Prose:
    """A text that may speak of code. With `is_code` it is one name or expression as a whole, as a rule's subject is."""

    __slots__ = ("_code", "_folded", "_words")

    def __init__(self, *texts: str, is_code: bool = False) -> None:
        text = "\n".join(texts)
        self._words = _words(text)
        self._folded = frozenset(word.lower() for word in self._words)
        pieces = ["".join(groups) for groups in _QUOTED.findall(text)]
        written = {name for piece in pieces for name in (piece.strip(), *_words(piece))}
        self._code = frozenset(
            {*written, *_CALLED.findall(text), *_KEY.findall(text)} | (self._words if is_code else set())
        )

    def named(self, names: Names) -> frozenset[str]:
        """Which of the names the text speaks of."""
        found = {name for name in names.all if name in self._code or (_is_telling(name) and name in self._words)}
        return frozenset(found | {name for name in names.called if self._is_spoken(name)})

    def _is_spoken(self, name: str) -> bool:
        """A call or key is known also in plain words: "the uid", "flushed" for `flush`, "commits" for `commitSync`."""
        stem = re.match(r"[a-z]{5,}(?=[A-Z]|$)", name)
        if stem is not None and stem.group() not in _COMMON and any(w.startswith(stem.group()) for w in self._folded):
            return True
        return name not in _COMMON and name.lower() in self._folded


def _words(text: str) -> frozenset[str]:
    """Names as they are written, and the parts between dots: `consumer.commitSync` is also `commitSync`."""
    found = _NAME.findall(text)
    return frozenset({*found, *(part for name in found for part in name.split(".") if "-" not in name)})


def _is_telling(name: str) -> bool:
    """Not a word of plain English: a capital inside, a digit, a dot or a dash."""
    return re.search(r"[0-9_.$-]|[a-z][A-Z]", name) is not None
