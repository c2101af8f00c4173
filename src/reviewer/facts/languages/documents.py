"""Configuration documents: text in, leaves with their lines out. Which reader fits is decided by the file name."""

from __future__ import annotations

import re

from reviewer.core.span import Side, Span
from reviewer.facts.languages.document_leaf import Leaf, to_entry
from reviewer.facts.languages.document_properties import read_dockerfile, read_env, read_properties
from reviewer.facts.languages.document_tree import read_json, read_toml
from reviewer.facts.languages.document_xml import read_xml
from reviewer.facts.languages.document_yaml import read_yaml
from reviewer.facts.syntax import Comment, SyntaxFacts

_LANGUAGES = (
    (re.compile(r"\.ya?ml$"), "yaml"),
    (re.compile(r"\.properties$"), "properties"),
    (re.compile(r"\.(json|avsc)$"), "json"),
    (re.compile(r"\.toml$"), "toml"),
    (re.compile(r"(^|/)pom\.xml$"), "xml"),
    (re.compile(r"(^|/)(\.env[\w.-]*|[\w.-]+\.env)$"), "env"),
    (re.compile(r"(^|/)(Dockerfile[\w.-]*|[\w.-]+\.dockerfile)$", re.IGNORECASE), "dockerfile"),
)
Read = tuple[list[Leaf], list[tuple[str, int, int]], bool]


def document_language(path: str) -> str | None:
    """The kind of document that a path names, or None."""
    return next((language for pattern, language in _LANGUAGES if pattern.search(path)), None)


def extract_document(path: str, text: str, side: Side) -> SyntaxFacts:
    """Entries and comments of a document; `has_errors` when a part of it could not be read."""
    language = document_language(path) or ""
    leaves, comments, has_errors = _read(language, text)
    return SyntaxFacts(
        path=path,
        language=language,
        entries=tuple(to_entry(leaf, path, side) for leaf in leaves),
        comments=tuple(
            Comment(text=content, span=Span(path=path, side=side, first_line=first, last_line=last))
            for content, first, last in comments
        ),
        has_errors=has_errors,
    )


def _read(language: str, text: str) -> Read:
    if language == "yaml":
        return read_yaml(text)
    if language == "json":
        return read_json(text)
    if language == "toml":
        return read_toml(text)
    if language == "xml":
        return read_xml(text)
    line_readers = {"properties": read_properties, "env": read_env, "dockerfile": read_dockerfile}
    leaves, comments = line_readers[language](text) if language in line_readers else ([], [])
    return leaves, comments, False
