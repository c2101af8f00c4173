"""Which rules look at a file, and where none can: what is recognised as streaming code and is not judged offline.

What can be judged is not listed by hand. It follows from the folders of rules (`technologies.py`), from the tables of the client
libraries, which say for which languages they hold, and from the facts that were read of the file.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import fields
from functools import cache

from reviewer.clients.registry import Libraries
from reviewer.core.report import NOT_JUDGED
from reviewer.facts.dependencies import is_manifest
from reviewer.facts.streaming.model import FileFacts
from reviewer.relevance.signals import BUILD_FILES, signals
from reviewer.rules.registry import rules_of
from reviewer.rules.rule import Rule
from reviewer.rules.technologies import TECHNOLOGIES, vocabulary

#: Fields of `FileFacts` that say something of streaming; the others say what the file is.
_FACTS = tuple(f.name for f in fields(FileFacts) if f.name not in ("path", "side", "syntax", "names", "kind"))
_IMPORTS = re.compile(r"^imports (?P<name>\S+)")


def rules_at(*versions: FileFacts | None) -> tuple[Rule, ...]:
    """The rules of the technologies that a file has on one of its sides, sorted by id; none for a file of which nothing is judged."""
    known = [file for file in versions if file is not None]
    folders = {
        folder
        for file in known
        for folder, technology in TECHNOLOGIES.items()
        if _has_facts(file) and technology.is_in(file, vocabulary(file))
    }
    return tuple(sorted((rule for folder in folders for rule in rules_of(folder)), key=lambda rule: rule.id))


def not_judged(versions: Iterable[FileFacts | None], reason: str) -> str:
    """Why no rule can judge a file that is streaming code for `reason`; "" where rules can.

    `versions` are its facts before and after; a side that does not exist or could not be read is None.
    """
    known = [file for file in versions if file is not None]
    if not known:
        return f"{NOT_JUDGED}: the file's text was not parsed"
    if BUILD_FILES.search(known[-1].path):
        return (
            "" if is_manifest(known[-1].path) else f"{NOT_JUDGED}: the dependencies of such a build file are not read"
        )
    language = known[-1].syntax.language
    if language == "json" and (why := _no_json(known)):
        return why
    if any(_has_facts(file) for file in known):
        return ""
    if not language:
        return f"{NOT_JUDGED}: no reader for files of this kind"
    if any(file.syntax.entries for file in known):
        return ""
    if language not in languages_of_code():
        return f"{NOT_JUDGED}: nothing in it was understood as {language}"
    imported = _IMPORTS.match(reason)
    if imported is not None and _is_foreign(imported["name"], language):
        return f"{NOT_JUDGED}: no table knows the library {imported['name']} in {language.capitalize()}"
    return ""


@cache
def languages_of_code() -> frozenset[str]:
    """Every language of code that is read."""
    from reviewer.facts.languages.table import languages

    return frozenset(languages())


def _no_json(versions: Sequence[FileFacts]) -> str:
    """Of a schema both sides must be read: what it does to records shows only in the difference."""
    for file in versions:
        if file.syntax.broken and (file is versions[-1] or versions[-1].schemas):
            when = "" if file is versions[-1] else " before the change"
            return f"no valid JSON at line {file.syntax.broken[0]}{when}: what it says could not be judged"
    return ""


def _has_facts(file: FileFacts) -> bool:
    return any(getattr(file, name) for name in _FACTS)


def _is_foreign(name: str, language: str) -> bool:
    """Whether an import is that of a listed library that no table of the language knows.

    What is only named after Kafka (a wrapper of the company) leads to code that the tables may know.
    """
    prefixes = [prefix for library in Libraries().of_language(language) for prefix in library.imports]
    if any(_is_related(name, prefix) for prefix in prefixes):
        return False
    return _is_listed(name)


def _is_related(name: str, prefix: str) -> bool:
    one, other = name.rstrip(".").lower(), prefix.rstrip(".").lower()
    return one.startswith(other) or other.startswith(one)


def _is_listed(name: str) -> bool:
    return signals().imports.match(f"{name}.") is not None or any(q == name for q, _, _ in signals().qualified)
