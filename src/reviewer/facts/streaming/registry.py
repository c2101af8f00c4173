"""What a schema registry is told to check: compatibility levels in documents, Terraform, build plugins, scripts and code."""

from __future__ import annotations

import re
from collections.abc import Iterator

from reviewer.core.lazily import lazily
from reviewer.core.span import Side, Span
from reviewer.facts.streaming.model import Compatibility
from reviewer.facts.syntax import ConfigEntry, SyntaxFacts

_MODES = ("NONE", "BACKWARD", "BACKWARD_TRANSITIVE", "FORWARD", "FORWARD_TRANSITIVE", "FULL", "FULL_TRANSITIVE")
_MODE = "(?:" + "|".join(sorted(_MODES, key=len, reverse=True)) + ")"
_KEY = lazily(
    r"(^|[._-])((schema|avro)[._-](registry[._-])?(schema[._-])?)?compatibility([._-]?(level|mode|type))?$",
    re.IGNORECASE,
)
_ABOUT = lazily(r"schema|subject|avro|registry|compatibility[_-]?level|topic|kafka", re.IGNORECASE)
_SUBJECT = lazily(r"^(subject|subject_?name|name)$", re.IGNORECASE)
_IN_TEXT = lazily(
    rf"(?P<body>\\?[\"']compatibility\\?[\"']\s*:\s*\\?[\"'](?P<a>{_MODE})\b)"
    rf"|\bsubject\(\s*[\"'](?P<subject>[\w.${{}}-]+)[\"']\s*,\s*[\"'](?P<b>{_MODE})[\"']"
    rf"|\b(?:[sS]et|[uU]pdate|[pP]ut)_?[cC]ompatibility(?:Async)?\([^()\n;]{{0,200}}?(?:\b\w*Compatibility\w*\.|[\"'])(?P<c>(?i:{_MODE}))\b"
)
_PATH = lazily(r"/config/([\w.${}-]+)")
_QUOTED = lazily(r"[\"']([\w.-]+)[\"']")
_COMMENTS = ("//", "#", "*")
_NEAR = 4  # lines around a request's body in which its address is looked for


def compatibilities(syntax: SyntaxFacts, text: str, side: Side) -> tuple[Compatibility, ...]:
    """Every level that a file sets, in order; a subject is "" where the registry's default is set."""
    if "ompatib" not in text and "OMPATIB" not in text and "subject(" not in text:
        return ()
    return (*_entries(syntax.entries), *_texts(syntax.path, text, side))


def _entries(entries: tuple[ConfigEntry, ...]) -> Iterator[Compatibility]:
    beside: dict[tuple[int, tuple[str, ...]], str] = {}
    for entry in entries:
        if entry.keys and _SUBJECT.match(entry.keys[-1]):
            beside.setdefault((entry.document, entry.keys[:-1]), entry.value)
    for entry in entries:
        mode = entry.value.strip().upper()
        if mode not in _MODES or not entry.is_literal or not entry.keys:
            continue
        if any(key == "compatibilityLevels" for key in entry.keys[:-1]):
            yield Compatibility(subject=entry.keys[-1], mode=mode, span=entry.span)
        elif _KEY.search(entry.keys[-1]) and _ABOUT.search(entry.dotted):
            subject = beside.get((entry.document, entry.keys[:-1]), "")
            yield Compatibility(subject=subject or _holder(entry.keys), mode=mode, span=entry.span)


def _holder(keys: tuple[str, ...]) -> str:
    """The subject or topic under whose name the level stands: a resource's, a topic's; "" for a flat key."""
    inner = [key for key in keys[:-1] if not key.startswith("[")]
    if inner and inner[0] == "resource" and any("cluster_config" in key for key in inner[1:2]):
        return ""  # Confluent's resource for the registry's default: its label is no subject
    return inner[-1] if inner and inner[0] == "resource" else ".".join(keys[:-1])


def _texts(path: str, text: str, side: Side) -> Iterator[Compatibility]:
    """Requests with a literal body, plugins of Gradle, calls of a registry's client."""
    if path.endswith((".json", ".yaml", ".yml", ".tf", ".xml", ".md", ".proto", ".avsc", ".avdl")):
        return
    lines = text.split("\n")
    for match in _IN_TEXT.finditer(text):
        number = text.count("\n", 0, match.start()) + 1
        mode = (match["a"] or match["b"] or match["c"]).upper()
        span = Span(path=path, side=side, first_line=number, last_line=number)
        subject = match["subject"] or ""
        if match["body"]:
            near = lines[max(0, number - 1 - _NEAR) : number + _NEAR]
            around = "\n".join(row for row in near if not row.lstrip().startswith(_COMMENTS))
            found = _PATH.search(around)
            if found is None and not re.search(r"/config\b", around):
                continue
            subject = found[1] if found else ""
        elif match["c"]:
            named = (name for name in _QUOTED.findall(lines[number - 1]) if name.upper() not in _MODES)
            subject = next(named, "")
        if not lines[number - 1].lstrip().startswith(_COMMENTS):
            yield Compatibility(subject=subject, mode=mode, span=span)
