"""Loads the signals and matches them against text. The regular expressions are linear: texts are hostile."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from pkgutil import get_data
from typing import Any

BUILD_FILES = re.compile(
    r"(^|/)(pom\.xml|[^/]+\.gradle(\.kts)?|[^/]*\.versions\.toml|gradle\.properties|[^/]+\.sbt|Dependencies\.scala|build\.sc|"
    r"([^/]*[-_])?requirements[\w.-]*\.(txt|in)|pyproject\.toml|setup\.(py|cfg)|Pipfile|Gemfile|composer\.json|mix\.exs|package\.json|go\.mod|"
    r"Cargo\.toml|Directory\.(Packages|Build)\.props|[^/]+\.(cs|fs|vb)proj)$"
)
_GENERATED_FILE = re.compile(
    r"(_pb2(_grpc)?\.pyi?|\.pb\.go|\.pb\.(cc|h)|_pb\.(js|ts|d\.ts)|(^|/)protos?\.(js|d\.ts)|\.g\.cs|\.Designer\.cs|\.min\.(js|css)|\.(js|css)\.map|"
    r"\.lock|go\.sum|package-lock\.json|yarn\.lock|pnpm-lock\.yaml|gradle\.lockfile|\.svg|\.png|\.jpe?g|\.gif|\.jar|\.snap)$|(^|/)node_modules/"
)
# `target` and `vendor` are words of many domains too (a sink is a target, a shop has vendors): what a build or a package manager puts
# there shows by what lies in it, or by where the folder lies.
_GENERATED_FOLDER = re.compile(
    r"(^|/)(Godeps|dist|third_party|build/(generated|classes|resources)|target/(classes|test-classes|generated[\w-]*|debug|release|scala-[\d.]+|site|maven-[\w-]+|surefire-reports))/"
    r"|(^|(^|/)(assets|public|static|resources|lib|web|www)/)vendor/|(^|/)vendor/(.*\.(go|php|rb)$|(bundle|gems|cache|assets|[\w-]+\.[\w.-]+)/)"
)
_PACKAGES = re.compile(r"(^|/)src/\w+/(java|kotlin|scala|groovy)/.*")
_PROGRAM = r"\.(?:java|kts?|scala|sc|groovy|py[ix]?|go|cs|fs|rs|rb|php|clj[cs]?|exs?|erl)$"
_DECLARED = r"\.(?:[mc]?[jt]sx?|ya?ml|properties|json|toml|conf|env|ini|cfg|hocon|xml|k?sql|avsc|avdl|proto|tf|sh)$"
#: `NoticeListener.kt`, `ChangelogTopics.java`, `license-topic.yaml` and the package `i18n` are named after a thing of the domain, not after a page of prose.
PROSE = re.compile(
    r"\.(md|mdx|rst|txt|adoc|asciidoc|html?|css|scss|less|ipynb|po|pot|csv|tsv|tex|log)$"
    rf"|(^|/)(LICENSE|NOTICE|CHANGELOG|README|CODEOWNERS|AUTHORS)(?![^/]*(?:{_PROGRAM}|{_DECLARED}))[^/]*$"
    rf"|(^|/)(locales?|i18n|translations)/(?!.*{_PROGRAM})",
    re.IGNORECASE,
)
CI = re.compile(
    r"(^|/)(\.github/|\.circleci/|\.buildkite/|\.travis\.yml$|\.gitlab-ci[^/]*$|azure-pipelines[^/]*$|\.pre-commit|project/(?!Dependencies|Versions?)\w+\.scala$)"
)
CODE = re.compile(
    r"\.(java|kts?|scala|sc|groovy|py[ix]?|pxd|go|tsx?|jsx?|[mc][jt]s|cs|rs|rb|php|clj[cs]?|fs|vb|exs?|erl|hrl|c|cc|cpp|cxx|h|hh|hpp|swift|dart|lua|pl)$"
)
DOCUMENTS = re.compile(
    r"(\.(ya?ml|properties|json|toml|conf|env|ini|cfg|hocon|tpl|j2|xml)|(^|/)(Dockerfile|Containerfile|docker-compose|\.env)[^/]*)$"
)


def is_generated(path: str) -> bool:
    """Generated, vendored, a lock file or a picture. A Java package may well be called `vendor` or `target`."""
    folder = _PACKAGES.sub("", path)
    return bool(_GENERATED_FILE.search(path) or _GENERATED_FOLDER.search(folder + "/" if folder != path else path))


@dataclass(frozen=True, slots=True, kw_only=True)
class Framework:
    """Code that streams where the module has a dependency: what its text has, what its code has, what the dependencies have."""

    title: str
    text: re.Pattern[str]
    code: re.Pattern[str]
    needs: re.Pattern[str]


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
    def tokens(self) -> re.Pattern[str]:
        """A token inside a name: the word itself, capitalised in a compound (`KafkaTopic`), or in capitals (`KAFKA_TOPIC`)."""
        words = self._raw["tokens"]
        small, capital, capitals = ("|".join(w) for w in (words, _capitalised(words), [w.upper() for w in words]))
        return re.compile(
            rf"(?<![A-Za-z])(?:{small})(?![a-z])|(?:{capital})(?![a-z])|(?<![A-Za-z])(?:{capitals})(?![A-Za-z])"
        )

    @cached_property
    def identifiers(self) -> frozenset[str]:
        return frozenset(self._raw["identifiers"])

    @cached_property
    def vocabularies(self) -> tuple[tuple[tuple[str, ...], re.Pattern[str]], ...]:
        """(words that must all be there, deeds of which one must)."""
        return tuple((tuple(raw["words"]), re.compile(raw["deeds"])) for raw in self._raw["vocabularies"])

    @cached_property
    def unspoken(self) -> frozenset[str]:
        return frozenset(self._raw["unspoken"])

    @cached_property
    def settings(self) -> re.Pattern[str]:
        return re.compile(self._raw["settings"])

    @cached_property
    def utilities(self) -> re.Pattern[str]:
        return re.compile(self._raw["utilities"])

    @cached_property
    def shown(self) -> re.Pattern[str]:
        return re.compile(self._raw["shown"])

    @cached_property
    def frameworks(self) -> tuple[Framework, ...]:
        made = []
        for raw in self._raw["frameworks"]:
            text, code, needs = (re.compile(raw[key]) for key in ("text", "code", "needs"))
            made.append(Framework(title=raw["title"], text=text, code=code, needs=needs))
        return tuple(made)

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
    def everyday_keys(self) -> re.Pattern[str]:
        return re.compile(self._raw["everyday_keys"])

    @cached_property
    def weak_names(self) -> re.Pattern[str]:
        return re.compile(self._raw["weak_names"], re.IGNORECASE)

    @cached_property
    def images(self) -> re.Pattern[str]:
        return re.compile(self._raw["images"], re.IGNORECASE | re.MULTILINE)

    @cached_property
    def routes(self) -> re.Pattern[str]:
        return re.compile(self._raw["routes"])

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


def _capitalised(words: list[str]) -> list[str]:
    """`Kafka`, and `RdKafka`, `KStream` for words whose second half is capitalised too."""
    found = [word.capitalize() for word in words]
    return [*found, "RdKafka", "KafkaJS", "PyFlink", "KSQL", "KsqlDB", "KStream", "KStreams", "KTable"]


def _variants(words: list[str]) -> Iterator[str]:
    """`group id` as properties, YAML, Python, environments and code write it, in lower case."""
    for word in words:
        yield from dict.fromkeys(word.replace(" ", separator) for separator in (".", "_", "-", ""))


@lru_cache(maxsize=2048)  # both sides of a file are asked, by the filter and by the decision
def has_marker(text: str) -> bool:
    """Whether any signal can be in the text: plain look-ups, which are fast enough for every file of a repository."""
    lowered = text.lower()
    return any(marker in lowered for marker in signals().markers)


@lru_cache(maxsize=2048)
def may_speak(text: str) -> bool:
    """The same of the vocabularies."""
    lowered = text.lower()
    return any(all(word in lowered for word in words) for words, _ in signals().vocabularies)
