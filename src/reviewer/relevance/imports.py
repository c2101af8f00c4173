"""Whether code imports, or lies in, a streaming library or something that is named after one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from reviewer.core.lazily import lazily
from reviewer.facts.syntax import Import, SyntaxFacts
from reviewer.relevance.signals import signals
from reviewer.relevance.words import Word, names_token, shown

_PACKAGE = lazily(r"^[ \t]*(?:package|namespace|defmodule)[ \t]+([\w.\\]{3,200})", re.MULTILINE)
_PACKAGED = (".java", ".kt", ".kts", ".scala", ".sc", ".groovy", ".go", ".cs", ".fs", ".vb", ".php", ".ex", ".exs")
_ASSET = lazily(r"\.(svg|png|jpe?g|gif|webp|css|scss|less|md|html)(\.\w+)?$", re.IGNORECASE)
_LINES = 5000
_PARTS = 20  # declarations of packages that are looked at
_IMPORT_LINE = lazily(
    r"^(import|from|using|use|export|extern crate|package|implementation|global using|require|require_relative|gem|alias|#include|-include(_lib)?)\b"
    r"|\brequire\s*\(|\bimport\s*\(|^(\w+\s+|_\s+)?[\"'][\w.@/:-]+[\"'];?$|^@\w*Kafka|\bfrom\s+[\"']"
)


def import_of(path: str, text: str, syntax: SyntaxFacts | None) -> str:
    """What is imported, or the package that the file lies in, with its line; "" when nothing streams.

    Listed libraries come before names with a token. What a grammar trips over may hide an import: then the lines are asked as well.
    """
    packages = tuple(_packages(text)) if path.endswith(_PACKAGED) else ()
    for package in packages:
        if signals().imports.match(package.name + "."):
            return _inside(package)
    found = _parsed(syntax, text) if syntax is not None and syntax.language else None
    if found is None and (syntax is None or not syntax.language or syntax.has_errors):
        found = listed_in_lines(text)
    if found is not None:
        return _imports(found)
    if own := library_around(path):
        return f"belongs to {own}"
    for package in packages:
        if names_token(package.name):
            return _inside(package)
    named = _named(text, syntax)
    return _imports(named) if named is not None else ""


def _imports(word: Word) -> str:
    place = f" of {shown(word.where)}" if word.where else ""
    return f"imports {shown(word.name.rstrip('.'))} (line {word.line}{place})"


def _inside(package: Word) -> str:
    return f"is part of {shown(package.name)} (line {package.line})"


def listed_in_lines(text: str) -> Word | None:
    """The first import of a listed library; comments and prose do not count."""
    found = signals()
    for number, line in _import_lines(text):
        if match := found.imports.search(line):
            return Word(match.group(1), number)
        for name, pattern, words in found.qualified:
            if pattern.search(line) and any(word in text for word in words):
                return Word(name, number)
    return None


def _import_lines(text: str) -> Iterator[tuple[int, str]]:
    for number, line in enumerate(text.split("\n")[:_LINES], start=1):
        stripped = line.strip()
        if len(line) > 400 or not stripped or stripped.startswith(("//", "*", "/*", "--")):
            continue
        if stripped.startswith("#") and not stripped.startswith(("#r", "#include")):
            continue
        if _IMPORT_LINE.search(stripped):
            yield number, stripped


def _parsed(syntax: SyntaxFacts, text: str) -> Word | None:
    """The same from a parsed file: its imports, and what it names with the whole path. Strings do not count."""
    found = signals()
    for item in syntax.imports:
        if match := found.imports.match(item.path):
            return _imported(match.group(1), item, syntax)
        for name, pattern, words in found.qualified:
            if pattern.match(item.path) and any(word in text for word in words):
                return _imported(name, item, syntax)
    return _in_full(syntax)


def _imported(name: str, item: Import, syntax: SyntaxFacts) -> Word:
    where = "" if item.span.path == syntax.path else item.span.path.rsplit("/", 1)[-1]
    return Word(name, item.span.first_line, where)


def opened(syntax: SyntaxFacts | None) -> bool:
    """Whether another file imports something for this one (C#: `global using`)."""
    return syntax is not None and any(item.span.path != syntax.path for item in syntax.imports)


def _packages(text: str) -> Iterator[Word]:
    """The packages or namespaces that a file declares; Scala splits one over several lines."""
    for match in islice(_PACKAGE.finditer(text), _PARTS):
        yield Word(match[1], text.count("\n", 0, match.start(1)) + 1)


def _in_full(syntax: SyntaxFacts) -> Word | None:
    """`new org.apache.kafka.…` and `rdkafka::…` without an import."""
    texts = [(text, call.span.first_line) for call in syntax.calls for text in (call.name, call.receiver)]
    texts += [(a.declared_type, a.span.first_line) for a in syntax.assignments]
    texts += [(a.name, a.span.first_line) for f in syntax.functions for a in f.annotations]
    for text, line in texts:
        match = signals().imports.match(text) if "." in text or "::" in text else None
        if match is not None:
            return Word(match.group(1), line)
    return None


def library_around(path: str) -> str:
    """The listed library in which a Python file lies: its imports are relative and do not say so."""
    if not path.endswith((".py", ".pyi", ".pyx", ".pxd")):
        return ""
    parts = path.rsplit(".", 1)[0].split("/")
    for start in range(len(parts) - 1):
        if match := signals().imports.match(".".join(parts[start:])):
            return match.group(1)
    return ""


def _named(text: str, syntax: SyntaxFacts | None) -> Word | None:
    """An import with a token of a streaming library: a wrapper of the company, a fork, a library that no list has."""
    if syntax is not None and syntax.language and not syntax.has_errors:
        words = [Word(item.path, item.span.first_line) for item in syntax.imports]
    else:
        words = [Word(match.group(), number) for number, line in _import_lines(text) for match in _NAME.finditer(line)]
    return next((word for word in words if names_token(word.name) and not _ASSET.search(word.name)), None)


_NAME = lazily(r"[\w@][\w.@/:\\-]*")
