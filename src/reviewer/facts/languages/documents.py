"""Documents as syntax facts: one `ConfigEntry` for every leaf of a configuration, with its exact lines, and sections."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import PurePosixPath

from reviewer.core.span import Side, Span
from reviewer.facts.dependencies import dependencies
from reviewer.facts.languages.command_lines import read_shell
from reviewer.facts.languages.document_embedded import expand
from reviewer.facts.languages.document_hcl import read_hcl
from reviewer.facts.languages.document_hocon import read_hocon
from reviewer.facts.languages.document_leaf import MAX_LEAVES, Leaf, to_entry
from reviewer.facts.languages.document_properties import read_dockerfile, read_env, read_properties
from reviewer.facts.languages.document_tree import read_json, read_toml
from reviewer.facts.languages.document_xml import read_xml
from reviewer.facts.languages.document_yaml import read_yaml
from reviewer.facts.languages.protobuf import extract_protobuf
from reviewer.facts.languages.sections import bracket_comments, sections_of
from reviewer.facts.languages.sql import extract_sql
from reviewer.facts.syntax import Comment, ConfigEntry, SyntaxFacts

_BY_SUFFIX = {
    ".yaml": "yaml",
    ".yml": "yaml",
    ".json": "json",
    ".avsc": "json",
    ".avpr": "json",
    ".jsonc": "json",
    ".ipynb": "",
    ".properties": "properties",
    ".toml": "toml",
    ".xml": "xml",
    ".csproj": "xml",
    ".fsproj": "xml",
    ".props": "xml",
    ".env": "env",
    ".tf": "hcl",
    ".tfvars": "hcl",
    ".hcl": "hcl",
    ".gradle": "build",
    ".sbt": "build",
    ".conf": "hocon",
    ".hocon": "hocon",
    ".avdl": "avdl",
    ".ini": "ini",
    ".cfg": "ini",
    ".sql": "sql",
    ".ksql": "sql",
    ".proto": "protobuf",
    ".sh": "shell",
    ".bash": "shell",
}
_BY_NAME = {
    "Dockerfile": "dockerfile",
    "Containerfile": "dockerfile",
    "go.mod": "build",
    "build.gradle.kts": "build",
    ".env": "env",
    "flink-conf.yaml": "yaml",
    "gradle.lockfile": "",
}
_REQUIREMENTS = re.compile(r"(?:.*[-_])?requirements(?:[-_.].*)?\.(?:txt|in)")

_OWN_READERS = {"sql": extract_sql, "protobuf": extract_protobuf}

_Read = tuple[Sequence[Leaf], Sequence[tuple[str, int, int]], tuple[int, ...]]


def document_language(path: str) -> str:
    """`yaml`, `json`, `properties`, `toml`, `xml`, `env`, `dockerfile`, `hcl`, `build`, `sql`, `shell` …, or "" for anything else."""
    name = PurePosixPath(path).name
    if name in _BY_NAME:
        return _BY_NAME[name]
    if name.startswith(("Dockerfile.", "Containerfile.")) or name.endswith(".Dockerfile"):
        return "dockerfile"
    if name.startswith(".env.") or _REQUIREMENTS.fullmatch(name):
        return "env" if name.startswith(".env.") else "ini"
    return _BY_SUFFIX.get(PurePosixPath(path).suffix.lower(), "")


def extract_document(path: str, text: str, side: Side) -> SyntaxFacts:
    """The entries and comments of a document; of a build manifest also its dependencies.

    A dependency is an entry with the keys ("dependency", coordinate), for Maven `group:artifact`; its value is the
    version, "" when the manifest names none. Never raises for the content of a file: what can't be read is left out
    and `broken` has the lines.
    """
    language = document_language(path)
    if language in _OWN_READERS:
        return _OWN_READERS[language](path, text, side)
    leaves, comments, broken = _read(language, text)
    entries = [to_entry(leaf, path, side) for leaf in expand(leaves, _read_embedded)]
    entries.extend(_dependency_entries(path, text, side))
    return SyntaxFacts(
        path=path,
        language=language,
        comments=tuple(
            Comment(text=content, span=Span(path=path, side=side, first_line=first, last_line=last))
            for content, first, last in comments
        ),
        entries=tuple(entries),
        sections=sections_of(language, path, text, side),
        broken=broken,
        is_cut=len(leaves) >= MAX_LEAVES,
    )


def _read(language: str, text: str) -> _Read:
    if language in ("properties", "env", "dockerfile"):
        readers = {"properties": read_properties, "env": read_env, "dockerfile": read_dockerfile}
        return (*readers[language](text), ())
    if language == "shell":
        return _shell(text)
    trees = {
        "yaml": read_yaml,
        "json": read_json,
        "toml": read_toml,
        "xml": read_xml,
        "hcl": read_hcl,
        "hocon": read_hocon,
    }
    if language in trees:
        return trees[language](text)
    if language in ("build", "avdl", "ini"):
        return (), tuple(bracket_comments(text, hashes=language == "ini")), ()
    return (), (), ()


def _shell(text: str) -> _Read:
    exported, comments = read_shell(text)
    return (
        [Leaf(keys=(name,), value=value, first_line=line, last_line=line) for name, value, line in exported],
        comments,
        (),
    )


def _read_embedded(name: str, text: str) -> Sequence[Leaf]:
    return _read(document_language(name), text)[0]


def _dependency_entries(path: str, text: str, side: Side) -> list[ConfigEntry]:
    return [
        ConfigEntry(
            keys=("dependency", found.coordinate),
            value=found.version or "",
            is_literal=found.version is not None and "${" not in found.version,
            span=Span(path=path, side=side, first_line=found.span.first_line, last_line=found.span.last_line),
        )
        for found in dependencies(path, text)
    ]
