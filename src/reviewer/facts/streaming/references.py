"""What a document's own definitions say of its placeholders: variables and locals of Terraform, parameters of a template."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from reviewer.facts.languages.document_leaf import resolve
from reviewer.facts.syntax import ConfigEntry

_REFERENCE = re.compile(r"\$\{((?:var|local)\.[\w-]+)\}|\$\{\{?(\w+)\}?\}")
_VARIABLE = re.compile(r"[A-Z][A-Z0-9_]+")
_ROUNDS = 4  # a local of a local of a variable


def references(entries: Sequence[ConfigEntry]) -> dict[str, str]:
    """`var.retention`, `local.days` or a parameter's name -> its text in this document; one with two values is left out."""
    found: dict[str, set[str]] = {}
    for name, entry in definitions(entries):
        found.setdefault(name, set()).add(entry.value)
    return {name: next(iter(texts)) for name, texts in found.items() if len(texts) == 1}


def definitions(entries: Sequence[ConfigEntry]) -> Iterator[tuple[str, ConfigEntry]]:
    """`var.retention`, `local.days` or a parameter's name, each with the entry that gives it a value."""
    yield from _terraform(entries)
    yield from _parameters(entries)


def own_variables(entries: Iterable[ConfigEntry]) -> dict[str, str]:
    """Quarkus: `ORDERS_TOPIC=orders`, which `${ORDERS_TOPIC}` of the same file stands for where the environment says no other."""
    named = (entry for entry in entries if len(entry.keys) == 1 and entry.is_literal)
    return {e.keys[0]: e.value for e in named if _VARIABLE.fullmatch(e.keys[0]) and e.span.path.endswith(".properties")}


def _terraform(entries: Iterable[ConfigEntry]) -> Iterator[tuple[str, ConfigEntry]]:
    for entry in entries:
        keys = entry.keys
        if len(keys) == 3 and keys[0] == "variable" and keys[2] == "default":
            yield f"var.{keys[1]}", entry
        elif len(keys) == 2 and keys[0] == "locals":
            yield f"local.{keys[1]}", entry
        elif len(keys) == 1 and entry.span.path.endswith(".tfvars"):
            yield f"var.{keys[0]}", entry


def _parameters(entries: Iterable[ConfigEntry]) -> Iterator[tuple[str, ConfigEntry]]:
    names: dict[tuple[str, ...], str] = {}
    for entry in entries:
        if len(entry.keys) == 3 and entry.keys[0] == "parameters" and entry.keys[2] == "name":
            names[entry.keys[:2]] = entry.value
        elif len(entry.keys) == 3 and entry.keys[2] == "value" and entry.keys[:2] in names:
            yield names[entry.keys[:2]], entry


def resolved(text: str, known: Mapping[str, str]) -> tuple[str, bool]:
    """The text with what is known put in, and whether nothing unknown is left."""
    for _ in range(_ROUNDS):
        replaced = _REFERENCE.sub(lambda match: known.get(match[1] or match[2], match[0]), text)
        if replaced == text or len(replaced) > 2000:
            break
        text = replaced
    return resolve(text)
