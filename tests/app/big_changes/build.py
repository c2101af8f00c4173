"""The builder: the same pull requests in every run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from string import Template

from app.big_changes.templates import (
    DECLARATIONS,
    GO,
    JAVA,
    JAVA_FLINK,
    KOTLIN,
    PYTHON,
    SCALA,
    TYPESCRIPT,
    Language,
)

from reviewer.app.evaluate.case import Case
from reviewer.app.evaluate.text_cases import read_text_cases

FILES = 100
_LANGUAGES: Mapping[str, tuple[Language, ...]] = {
    "java-kafka": (JAVA,), "kotlin-spring": (KOTLIN,), "scala-streams": (SCALA,), "java-flink": (JAVA_FLINK, JAVA),
    "python-flink": (PYTHON,), "go-clients": (GO,), "typescript-node": (TYPESCRIPT,), "mixed-declarations": (KOTLIN, JAVA, PYTHON),
}  # fmt: skip
_PARTS = ("audit", "cargo", "fares", "gates", "hubs", "lanes", "parcels", "routes", "stations", "tariffs")
_WHAT = ("Refund", "Voucher", "Discount", "Deposit", "Penalty", "Bonus", "Credit", "Margin", "Royalty", "Quota")
_VERBS = ("charge", "grant", "waive", "round", "share", "carry", "settle")
_NOUNS = ("tax", "fee", "toll", "tip", "levy", "rent", "fine")
_FUNCTIONS = 14


@dataclass(frozen=True, slots=True, kw_only=True)
class BigChange:
    """Both versions of a tree, path -> text, all of whose files change; `case` has the four files with a danger and their labels."""

    before: Mapping[str, str]
    after: Mapping[str, str]
    case: Case


def big_changes() -> dict[str, BigChange]:
    """Name -> pull request."""
    cases = read_text_cases(Path(__file__).with_name("dangers.cases"))
    return {case.name: _built(case) for case in cases}


def _built(case: Case) -> BigChange:
    before = {file.old_path: file.before for file in case.files if file.old_path and file.before is not None}
    after = {file.new_path: file.after for file in case.files if file.new_path and file.after is not None}
    for path, old, new in _harmless(case.name):
        if len(after) == FILES:
            break
        before[path], after[path] = old, new
    return BigChange(before=before, after=after, case=case)


def _harmless(name: str) -> Iterator[tuple[str, str, str]]:
    """(path, before, after): of ten files seven are code, the rest declarations and a page of prose."""
    languages = _LANGUAGES[name]
    for n in range(2 * FILES):
        part, what = _PARTS[n % len(_PARTS)], _WHAT[n // len(_PARTS) % len(_WHAT)]
        words = {"part": part, "topic": f"{part}-{what.lower()}-{n}", "n": str(n), "Name": f"{what}{part.title()}{n}"}
        if n % 10 < 7:
            yield _code(languages[n % len(languages)], n, words)
        else:
            kind = list(DECLARATIONS)[n // 10 % len(DECLARATIONS)] if n % 10 < 9 else "page"
            path, old, new = (Template(text).substitute(words) for text in DECLARATIONS[kind])
            yield path, old, new


def _code(language: Language, n: int, words: Mapping[str, str]) -> tuple[str, str, str]:
    path = f"{Template(language.folder).substitute(words)}/{words['Name']}.{language.suffix}"
    return path, _text(language, n, words, is_after=False), _text(language, n, words, is_after=True)


def _text(language: Language, n: int, words: Mapping[str, str], *, is_after: bool) -> str:
    """One side of a file; a third of the files gets another function."""
    count = _FUNCTIONS + (is_after and n % 3 == 0)
    functions = (_function(language, n + k, words, is_after=is_after and k < _FUNCTIONS) for k in range(count))
    head = Template(language.heads[n % len(language.heads)]).substitute(words)
    return head + "".join(functions) + language.tail


def _function(language: Language, k: int, words: Mapping[str, str], *, is_after: bool) -> str:
    """Every second function changes: a local gets another name, a line is logged, a remark is written."""
    verb, noun = _VERBS[k % len(_VERBS)], _NOUNS[k // len(_VERBS) % len(_NOUNS)]
    kind = ("name", "", "log", "", "note", "")[k % 6] if is_after else ""
    told = {**words, "verb": verb, "noun": noun, "Noun": noun.title(), "limit": str(1000 + 10 * k)}
    told["local"] = "charged" if kind == "name" else "result"
    told["log"] = Template(language.log).safe_substitute(told) if kind == "log" else ""
    told["note"] = language.note if kind == "note" else ""
    return Template(language.function).substitute(told)
