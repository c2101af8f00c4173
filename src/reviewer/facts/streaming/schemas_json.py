"""JSON Schema: what was valid and no longer is. One truth for the rules and for what counts as streaming."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from reviewer.core.span import Side, Span
from reviewer.core.value import value
from reviewer.facts.json_text import loaded, without_comments
from reviewer.facts.streaming.model import Schema
from reviewer.facts.syntax import SyntaxFacts

_SCHEMA = re.compile(r"\"\$schema\"\s*:\s*\"[^\"\n]*json-schema|\"\$schema\"\s*:\s*\"[^\"\n]*/schema#?\"")
_DEEP = 40
_LOWER = ("minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties")
_UPPER = ("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties")
_NAMED = ("properties", "definitions", "$defs", "patternProperties", "dependentSchemas")
_LISTED = ("allOf", "anyOf", "oneOf", "prefixItems")
_SINGLE = ("items", "additionalProperties", "not", "contains", "if", "then", "else")
_REFERENCES = 10  # of which one leads to the next
Keys = tuple[str, ...]


@value()
class Narrowing:
    """A keyword that refuses what was valid: what is demanded now, of which property ("" for the whole), and where it is written."""

    what: str
    where: str
    keyword: str
    old: tuple[Span, ...]
    new: tuple[Span, ...]


def json_schemas(text: str, syntax: SyntaxFacts, side: Side) -> tuple[Schema, ...]:
    """The JSON Schema that a file is, with the lines of its keywords; none when it is something else or no JSON."""
    if not is_json_schema(syntax.path, text):
        return ()
    try:
        document = loaded(text)
    except (ValueError, RecursionError):
        return ()
    if not isinstance(document, dict):
        return ()
    name = next((document[key] for key in ("title", "$id", "id") if isinstance(document.get(key), str)), syntax.path)
    local = re.sub(r"(\.schema)?\.json$", "", name.rstrip("/#").rsplit("/", 1)[-1])
    return (
        Schema(
            format="json", fullname=name, kind="schema", aliases=(), fields=(), symbols=(), detail=without_comments(text), local=local,
            span=Span(path=syntax.path, side=side, first_line=1, last_line=1),
            places=tuple((entry.keys, entry.span) for entry in syntax.entries),
        ),
    )  # fmt: skip


def is_json_schema(path: str, text: str) -> bool:
    """By its own `$schema`, or by its name with a shape that fits."""
    if not path.endswith(".json"):
        return False
    return bool(_SCHEMA.search(text)) or (path.endswith(".schema.json") and '"properties"' in text)


def narrowings(was: Schema, now: Schema) -> Iterator[Narrowing]:
    """What the new version of a JSON Schema refuses and the old one took; references inside the file are followed."""
    try:
        old, new = json.loads(was.detail), json.loads(now.detail)
    except (ValueError, RecursionError):
        return
    said: set[tuple[Keys, str]] = set()
    for old_keys, new_keys, what in _narrowed(old, new, (), (), (old, new), 0):
        if (new_keys, what) in said:
            continue
        said.add((new_keys, what))
        where = ".".join(key for key in new_keys[:-1] if key not in _NAMED)
        yield Narrowing(
            what=what,
            where=where,
            keyword=new_keys[-1],
            old=_spans(old_keys, was, what),
            new=_spans(new_keys, now, what),
        )


def _spans(keys: Keys, schema: Schema, what: str) -> tuple[Span, ...]:
    """The lines of what stands under some keys; of a list the element that is named comes first."""
    found = [span for place, span in schema.places if place[: len(keys)] == keys]
    return tuple(found)


Roots = tuple[Any, Any]


def _narrowed(
    old: Any, new: Any, old_keys: Keys, new_keys: Keys, roots: Roots, depth: int
) -> Iterator[tuple[Keys, Keys, str]]:
    (old, old_keys), (new, new_keys) = _followed(old, old_keys, roots[0]), _followed(new, new_keys, roots[1])
    if not isinstance(old, dict) or not isinstance(new, dict) or depth > _DEEP:
        return
    yield from ((((*old_keys, key)), (*new_keys, key), what) for key, what in _tighter(old, new))
    for path in _shared(old, new):
        there, here = old, new
        for key in path:
            number = int(key[1:-1]) if key.startswith("[") and isinstance(there, list) else key
            there, here = there[number], here[number]
        yield from _narrowed(there, here, (*old_keys, *path), (*new_keys, *path), roots, depth + 1)


def _shared(old: dict[str, Any], new: dict[str, Any]) -> Iterator[Keys]:
    """The paths of the schemas inside that both versions have."""
    for key in _NAMED:
        there, here = old.get(key), new.get(key)
        if isinstance(there, dict) and isinstance(here, dict):
            yield from ((key, name) for name in there if name in here)
    yield from ((key,) for key in _SINGLE if isinstance(old.get(key), dict) and isinstance(new.get(key), dict))
    for key in _LISTED:
        there, here = old.get(key), new.get(key)
        if isinstance(there, list) and isinstance(here, list) and len(there) == len(here):
            yield from ((key, f"[{number}]") for number in range(len(there)))


def _followed(node: Any, keys: Keys, root: Any) -> tuple[Any, Keys]:
    """What a reference inside the file stands for, and where that is written; any other node is itself."""
    for _ in range(_REFERENCES):
        reference = node.get("$ref") if isinstance(node, dict) else None
        if not isinstance(reference, str) or not reference.startswith("#/"):
            break
        target, path = root, []
        for part in reference[2:].split("/"):
            name = part.replace("~1", "/").replace("~0", "~")
            if not isinstance(target, dict) or name not in target:
                return node, keys
            target = target[name]
            path.append(name)
        node, keys = target, tuple(path)
    return node, keys


def _tighter(old: dict[str, Any], new: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """(keyword, what is demanded now) of one schema."""
    types = _set(new.get("type"))
    if types and not (
        _set(old.get("type"))
        and all(t in types or (t == "integer" and "number" in types) for t in _set(old.get("type")))
    ):
        yield "type", f"type is {', '.join(sorted(types))}"
    for name in sorted(_set(new.get("required")) - _set(old.get("required"))):
        yield "required", f"{name} is required"
    if "enum" in new and "enum" not in old:
        yield "enum", "only some values are allowed"
    elif "enum" in new and (gone := _texts(old["enum"]) - _texts(new["enum"])):
        names = sorted(text.strip('"') for text in gone)
        yield "enum", f"enum lacks {', '.join(names)}"
    if "const" in new and new["const"] != old.get("const", object()):
        yield "const", "const is set"
    if new.get("additionalProperties") is False:
        if old.get("additionalProperties") is not False:
            yield "additionalProperties", "additionalProperties is false"
        for name in sorted(_set(old.get("properties")) - _set(new.get("properties"))):
            yield "properties", f"{name} is gone and no other property is allowed"
    for word in ("pattern", "format"):
        if word in new and new[word] != old.get(word):
            yield word, f"{word} is set"
    yield from (
        (word, f"{word} is {new[word]}")
        for word in _LOWER
        if _is_number(new.get(word)) and not _at_least(old.get(word), new[word])
    )
    yield from (
        (word, f"{word} is {new[word]}")
        for word in _UPPER
        if _is_number(new.get(word)) and not _at_most(old.get(word), new[word])
    )


def _set(found: Any) -> set[str]:
    """A word, a list of them or the keys of a mapping as a set."""
    if isinstance(found, str):
        return {found}
    return {item for item in found if isinstance(item, str)} if isinstance(found, list | dict) else set()


def _texts(found: Any) -> set[str]:
    return {json.dumps(item, sort_keys=True) for item in found} if isinstance(found, list) else set()


def _is_number(found: Any) -> bool:
    return isinstance(found, int | float) and not isinstance(found, bool)


def _at_least(old: Any, new: Any) -> bool:
    return _is_number(old) and bool(old >= new)


def _at_most(old: Any, new: Any) -> bool:
    return _is_number(old) and bool(old <= new)
