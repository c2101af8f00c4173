"""Loads the signals and matches them against text. The regular expressions are linear: texts are hostile."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from functools import cache, cached_property
from pkgutil import get_data
from typing import Any

from reviewer.facts.syntax import SyntaxFacts

BUILD_FILES = re.compile(
    r"(^|/)(pom\.xml|[^/]+\.gradle(\.kts)?|[^/]*\.versions\.toml|gradle\.properties|[^/]+\.sbt|Dependencies\.scala|build\.sc|"
    r"([^/]*[-_])?requirements[\w.-]*\.(txt|in)|pyproject\.toml|setup\.(py|cfg)|Pipfile|Gemfile|composer\.json|mix\.exs|package\.json|go\.mod|"
    r"Cargo\.toml|Directory\.(Packages|Build)\.props|[^/]+\.(cs|fs|vb)proj)$"
)
_GENERATED_FILE = re.compile(
    r"(_pb2(_grpc)?\.pyi?|\.pb\.go|\.pb\.(cc|h)|_pb\.(js|d\.ts)|\.g\.cs|\.Designer\.cs|\.min\.(js|css)|\.(js|css)\.map|\.lock|go\.sum|"
    r"package-lock\.json|yarn\.lock|pnpm-lock\.yaml|gradle\.lockfile|\.svg|\.png|\.jpe?g|\.gif|\.jar|\.snap)$|(^|/)node_modules/"
)
_GENERATED_FOLDER = re.compile(r"(^|/)(vendor|target|dist|third_party|build/(generated|classes|resources))/")
_PACKAGES = re.compile(r"(^|/)src/\w+/(java|kotlin|scala|groovy)/.*")
PROSE = re.compile(
    r"(\.(md|mdx|rst|txt|adoc|asciidoc|html?|css|scss|less|ipynb|po|pot|csv|tsv|tex|log)$|(^|/)(LICENSE|NOTICE|CHANGELOG|README|CODEOWNERS|AUTHORS)[^/]*$|(^|/)(locales?|i18n|translations)/)",
    re.IGNORECASE,
)
CI = re.compile(
    r"(^|/)(\.github/|\.circleci/|\.buildkite/|\.travis\.yml$|\.gitlab-ci[^/]*$|azure-pipelines[^/]*$|\.pre-commit)"
)
CODE = re.compile(r"\.(java|kts?|scala|sc|groovy|pyi?|go|tsx?|jsx?|[mc][jt]s|cs|rs|rb|php|clj|fs|vb|exs?)$")
DOCUMENTS = re.compile(
    r"(\.(ya?ml|properties|json|toml|conf|env|ini|cfg|hocon|tpl|j2|xml)|(^|/)(Dockerfile|Containerfile|docker-compose|\.env)[^/]*)$"
)


def is_generated(path: str) -> bool:
    """Generated, vendored, a lock file or a picture. A Java package may well be called `vendor` or `target`."""
    folder = _PACKAGES.sub("", path)
    return bool(_GENERATED_FILE.search(path) or _GENERATED_FOLDER.search(folder + "/" if folder != path else path))


class Signals:
    """The signals of `signals.yaml`; each is compiled when it is first asked for: a change of Java files asks for two of them."""

    def __init__(self, raw: Mapping[str, Any]) -> None:
        self._raw = raw
        self.markers = tuple(_variants(raw["markers"]))

    @cached_property
    def imports(self) -> re.Pattern[str]:
        names = "|".join(re.escape(n) + ("" if n.endswith(".") else r"(?![\w-])") for n in self._raw["imports"])
        return re.compile(rf"(?<![\w.-])({names})")

    @cached_property
    def qualified(self) -> tuple[tuple[str, re.Pattern[str], tuple[str, ...]], ...]:
        """(import, its pattern, words of which one must be in the file)."""
        return tuple(
            (name, re.compile(rf"(?<![\w./-]){re.escape(name)}(?![\w-])"), tuple(words))
            for name, words in self._raw["qualified_imports"].items()
        )

    @cached_property
    def manifests(self) -> re.Pattern[str]:
        kinds = "|".join(sorted({*self._raw["manifests"], *self._raw["qualified_manifests"]}))
        return re.compile(rf"^kind:[ \t]*[\"']?({kinds})[\"']?[ \t]*$", re.MULTILINE)

    @cached_property
    def qualified_manifests(self) -> dict[str, re.Pattern[str]]:
        return {kind: re.compile(pattern) for kind, pattern in self._raw["qualified_manifests"].items()}

    @cached_property
    def sql(self) -> re.Pattern[str]:
        return re.compile("|".join(self._raw["sql"]), re.IGNORECASE)

    @cached_property
    def keys(self) -> re.Pattern[str]:
        return re.compile("|".join(self._raw["keys"]))

    @cached_property
    def weak_keys(self) -> re.Pattern[str]:
        return re.compile("|".join(self._raw["weak_keys"]))

    @cached_property
    def weak_names(self) -> re.Pattern[str]:
        return re.compile(self._raw["weak_names"], re.IGNORECASE)

    @cached_property
    def images(self) -> re.Pattern[str]:
        return re.compile(self._raw["images"], re.IGNORECASE | re.MULTILINE)

    @cached_property
    def names(self) -> re.Pattern[str]:
        return re.compile(self._raw["names"], re.IGNORECASE)

    @cached_property
    def terraform(self) -> re.Pattern[str]:
        return re.compile(self._raw["terraform"])

    @cached_property
    def coordinates(self) -> re.Pattern[str]:
        return re.compile(self._raw["coordinates"])


@cache
def signals() -> Signals:
    """The signals, of the form that `make docs` makes of `signals.yaml`."""
    return Signals(json.loads(get_data("reviewer.relevance", "compiled.json") or b""))


def _variants(words: list[str]) -> Iterator[str]:
    """`group id` as properties, YAML, Python, environments and code write it, in lower case."""
    for word in words:
        yield from dict.fromkeys(word.replace(" ", separator) for separator in (".", "_", "-", ""))


def has_marker(text: str) -> bool:
    """Whether any signal can be in the text: plain look-ups, which are fast enough for every file of a repository."""
    lowered = text.lower()
    return any(marker in lowered for marker in signals().markers)


def import_signal(text: str) -> tuple[str, int] | None:
    """(what is imported, 1-based line) of the first import of a streaming library; comments and prose do not count."""
    found = signals()
    for number, line in enumerate(text.split("\n")[:400], start=1):
        stripped = line.strip()
        if len(line) > 400 or not stripped or stripped.startswith(("//", "*", "/*", "--")):
            continue
        if stripped.startswith("#") and not stripped.startswith("#r"):
            continue
        if not _imports(stripped):
            continue
        if match := found.imports.search(stripped):
            return match.group(1), number
        for name, pattern, words in found.qualified:
            if pattern.search(stripped) and any(word in text for word in words):
                return name, number
    return None


def parsed_signal(syntax: SyntaxFacts, text: str) -> tuple[str, int] | None:
    """The same from a parsed file: its imports, its package, and what it names with the whole path. Strings do not count."""
    found = signals()
    package = _PACKAGE.search(text)
    if package is not None and (match := found.imports.match(package[1] + ".")):
        return match.group(1), text.count("\n", 0, package.start(1)) + 1
    for item in syntax.imports:
        if match := found.imports.match(item.path):
            return match.group(1), item.span.first_line
        for name, pattern, words in found.qualified:
            if pattern.match(item.path) and any(word in text for word in words):
                return name, item.span.first_line
    return _named_in_full(syntax)


_PACKAGE = re.compile(r"^[ \t]*(?:package|namespace)[ \t]+([\w.]{3,200})", re.MULTILINE)


def named_after(path: str, syntax: SyntaxFacts) -> str:
    """The import, type, file or folder that is named after a streaming library; "" when there is none."""
    names = [item.path for item in syntax.imports if "." in item.path or "/" in item.path or "::" in item.path]
    names += [declared.name for declared in syntax.types]
    names += ["/".join(path.rsplit("/", 2)[-2:])]
    return next((name for name in names if signals().names.search(name)), "")


def _named_in_full(syntax: SyntaxFacts) -> tuple[str, int] | None:
    """`new org.apache.kafka.…` and `rdkafka::…` without an import."""
    texts = [(text, call.span.first_line) for call in syntax.calls for text in (call.name, call.receiver)]
    texts += [(a.declared_type, a.span.first_line) for a in syntax.assignments]
    texts += [(a.name, a.span.first_line) for f in syntax.functions for a in f.annotations]
    for text, line in texts:
        match = signals().imports.match(text) if "." in text or "::" in text else None
        if match is not None:
            return match.group(1), line
    return None


_IMPORT_LINE = re.compile(
    r"^(import|from|using|use|export|extern crate|package|implementation|global using|require|require_relative|gem)\b|\brequire\s*\(|\bimport\s*\(|^(\w+\s+|_\s+)?[\"'][\w.@/:-]+[\"'];?$|^@\w*Kafka|\bfrom\s+[\"']"
)


def _imports(line: str) -> bool:
    return bool(_IMPORT_LINE.search(line))
