"""One adapter per language: text in, syntax facts out. A new language is a module named in `names.py` and its query file."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from importlib import import_module

from reviewer.core.span import Side
from reviewer.facts.languages.base import LanguageAdapter
from reviewer.facts.languages.documents import document_language, extract_document
from reviewer.facts.languages.names import MODULES
from reviewer.facts.syntax import SyntaxFacts


@cache
def adapters() -> tuple[LanguageAdapter, ...]:
    """Every adapter; grammars are imported later, when a file of the language is read."""
    return tuple(import_module(f"{__package__}.{module}").ADAPTER for module in MODULES)


def languages() -> tuple[str, ...]:
    """The languages by name, each once: a dialect with a grammar of its own is no other language."""
    return tuple(adapter.name for adapter in adapters() if not adapter.dialect)


def language_for(path: str) -> LanguageAdapter | None:
    """The adapter for a path by its suffix or file name."""
    name = path.rsplit("/", 1)[-1]
    for adapter in adapters():
        if name in adapter.filenames or name.endswith(adapter.suffixes):
            return adapter
    return None


def documents_for(path: str) -> Callable[[str, str, Side], SyntaxFacts] | None:
    """The reader of configuration documents, when the path is one."""
    return extract_document if document_language(path) else None
