"""Loads the signals and matches them against text. The regular expressions are linear: texts are hostile."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

BUILD_FILES = re.compile(
    r"(^|/)(pom\.xml|build\.gradle(\.kts)?|libs\.versions\.toml|gradle\.properties|build\.sbt|requirements[\w.-]*\.(txt|in)|pyproject\.toml|"
    r"setup\.(py|cfg)|Pipfile|package\.json|go\.mod|Cargo\.toml|Directory\.Packages\.props|[^/]+\.csproj)$"
)
GENERATED = re.compile(
    r"(_pb2(_grpc)?\.py|\.pb\.go|\.min\.js|\.lock|go\.sum|package-lock\.json|yarn\.lock|pnpm-lock\.yaml|\.svg|\.png|\.jar)$|(^|/)(node_modules|vendor|target|dist|third_party)/"
)
PROSE = re.compile(
    r"(\.(md|mdx|rst|txt|adoc|html|css|ipynb|po|csv)$|(^|/)(LICENSE|NOTICE|CHANGELOG|README)[^/]*$)", re.IGNORECASE
)
CODE = re.compile(r"\.(java|kt|kts|scala|groovy|py|pyi|go|ts|tsx|js|jsx|mjs|cjs|cs|rs|rb|php|clj|fs|vb)$")
DOCUMENTS = re.compile(
    r"(\.(ya?ml|properties|json|toml|conf|env|ini|hocon|tpl|j2)|(^|/)(Dockerfile|docker-compose)[^/]*)$"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Signals:
    """The compiled signals."""

    imports: re.Pattern[str]
    qualified: tuple[tuple[re.Pattern[str], tuple[str, ...]], ...]
    sql: re.Pattern[str]
    keys: re.Pattern[str]
    manifests: re.Pattern[str]
    terraform: re.Pattern[str]
    coordinates: re.Pattern[str]
    any_marker: re.Pattern[str]


@cache
def signals() -> Signals:
    """The signals of `signals.yaml`."""
    raw: dict[str, Any] = yaml.safe_load(
        files("reviewer.relevance").joinpath("signals.yaml").read_text(encoding="utf-8")
    )
    names = "|".join(re.escape(name) for name in raw["imports"])
    return Signals(
        imports=re.compile(rf"(?<![\w.-])({names})"),
        qualified=tuple(
            (re.compile(rf"(?<![\w./-]){re.escape(k)}(?![\w-])"), tuple(v)) for k, v in raw["qualified_imports"].items()
        ),
        sql=re.compile("|".join(raw["sql"]), re.IGNORECASE),
        keys=re.compile("|".join(raw["keys"])),
        manifests=re.compile(r"^kind:[ \t]*[\"']?(" + "|".join(raw["manifests"]) + r")[\"']?[ \t]*$", re.MULTILINE),
        terraform=re.compile(raw["terraform"]),
        coordinates=re.compile(raw["coordinates"]),
        any_marker=re.compile(
            r"kafka|flink|rdkafka|sarama|kgo|faust|quixstreams|debezium|confluent|cloud\.stream|reactive\.messaging|bootstrap[._-]servers|"
            r"WATERMARK|KAFKA|connector\.class|group[._-]id|acks|\"fields\"|checkpointing|processing[._-]guarantee",
            re.IGNORECASE,
        ),
    )


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
        for pattern, names in found.qualified:
            if pattern.search(stripped) and any(name in text for name in names):
                return pattern.pattern.split(")", 1)[1].split("(", 1)[0].replace("\\", ""), number
    return None


_IMPORT_LINE = re.compile(
    r"^(import|from|using|use|export|extern crate|package|implementation)\b|\brequire\s*\(|\bimport\s*\(|^(\w+\s+|_\s+)?[\"'][\w.@/:-]+[\"'];?$|^@\w*Kafka|\bfrom\s+[\"']"
)


def _imports(line: str) -> bool:
    return bool(_IMPORT_LINE.search(line))
