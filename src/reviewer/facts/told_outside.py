"""The documents beside the change that say what its streaming code reads: manifests that set the environment, files of configuration.

Few: what is not read stays unknown. Documents of production come first.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Sequence

from reviewer.core.lazily import lazily
from reviewer.core.source import SourceReader, search
from reviewer.core.span import Side
from reviewer.facts.lookup import texts_of
from reviewer.facts.streaming.outside import read_of
from reviewer.facts.streaming.shared import CONFIGURES, tagged
from reviewer.facts.syntax import Expression, SyntaxFacts
from reviewer.facts.workers import Job, Key
from reviewer.files import FileKind, kind_of

_DOCUMENT = lazily(r"\.(ya?ml|properties|env|toml|json)$|(^|/)\.env[^/]*$")
_MESSAGES = lazily(
    r"(^|/)(node_modules|vendor|target|build|\.github|\.circleci|\.buildkite)/|package(-lock)?\.json$|(^|/)(\.travis|\.gitlab-ci|azure-pipelines)[^/]*$"
)
_NAMES = 20
_FILES = 6
_PLACEHOLDER = lazily(r"\$\{([^:}]+)")


def outside_jobs(
    syntaxes: Iterable[SyntaxFacts], reader: SourceReader, side: Side, *, known: Container[Key]
) -> list[Job]:
    """The documents to read on a side for what some files of code read from outside."""
    files = list(syntaxes)
    keys = list(dict.fromkeys(key for syntax in files for key in _keys(syntax)))[:_NAMES]
    names = [key for key in keys if key.isupper()]
    paths = [*_setting(reader, names, side), *(_configuring(reader, files, side) if len(names) < len(keys) else ())]
    wanted = [path for path in dict.fromkeys(paths) if (path, side) not in known][:_FILES]
    return [Job(path=path, text=text, side=side) for path, text in texts_of(reader, wanted, side)]


def _keys(syntax: SyntaxFacts) -> Iterator[str]:
    """The names of what a file reads."""
    given = [a.value for a in syntax.assignments if a.value is not None]
    given += [argument.value for call in syntax.calls for argument in call.arguments]
    texts = {text for expression in given for text in _texts(expression)}
    found = [read.key for text in sorted(texts) if (read := read_of(text)) is not None]
    found += [key for _, key, _, _ in tagged(syntax)]
    for assignment in syntax.assignments:
        found += [a.value.literal or "" for annotation in assignment.annotations for a in annotation.arguments]
    yield from (match[1] for key in found if (match := _PLACEHOLDER.match(key)) is not None)


def _texts(expression: Expression) -> Iterator[str]:
    """An expression and what its literal holds."""
    yield expression.text
    for entry in expression.entries:
        yield from _texts(entry.value)


def _setting(reader: SourceReader, names: Sequence[str], side: Side) -> list[str]:
    """The documents that name a variable of the environment."""
    found = search(reader, names, side) if names else None
    paths = [p for p in found.paths if _DOCUMENT.search(p) and not _MESSAGES.search(p)] if found is not None else []
    return sorted(paths, key=_rank)


def _rank(path: str) -> tuple[bool, int, str]:
    return kind_of(path) is not FileKind.PRODUCTION, path.count("/"), path


def _configuring(reader: SourceReader, files: Sequence[SyntaxFacts], side: Side) -> list[str]:
    """The files of configuration in the modules of the code: those that share most of its path first."""
    paths = [
        p
        for p in reader.paths(side)
        if CONFIGURES.search(p) and not _MESSAGES.search(p) and kind_of(p) is FileKind.PRODUCTION
    ]
    return sorted(paths, key=lambda path: (min((_apart(path, s.path) for s in files), default=0), path))[:3]


def _apart(path: str, other: str) -> int:
    own, theirs = path.split("/")[:-1], other.split("/")[:-1]
    same = next((n for n, (a, b) in enumerate(zip(own, theirs, strict=False)) if a != b), min(len(own), len(theirs)))
    return len(own) + len(theirs) - 2 * same


def chart_jobs(
    syntaxes: Iterable[SyntaxFacts], reader: SourceReader, side: Side, *, known: Container[Key]
) -> list[Job]:
    """The values of the charts whose templates are read."""
    charts = {
        f"/{s.path}".rpartition("/templates/")[0] for s in syntaxes if "/templates/" in f"/{s.path}" and s.entries
    }
    wanted = [path for chart in sorted(charts) if ((path := f"{chart}/values.yaml".lstrip("/")), side) not in known]
    return [Job(path=path, text=text, side=side) for path, text in texts_of(reader, wanted, side)]
