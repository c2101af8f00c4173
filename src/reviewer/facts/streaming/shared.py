"""What the files of one side say that others read: constants, the environment, configuration; each with the line that says it.

A name that two places of production fill differently is left out: nobody knows which holds.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from reviewer.core.lazily import lazily
from reviewer.core.span import Span
from reviewer.facts.idioms import idioms_of
from reviewer.facts.streaming.constants import constants_of
from reviewer.facts.streaming.outside import computed, key_of_read, literal_of, read_of
from reviewer.facts.streaming.references import references
from reviewer.facts.syntax import Assignment, ConfigEntry, ExpressionKind, SyntaxFacts
from reviewer.files import FileKind, is_template, kind_of

_SPRING = lazily(r"(^|/)(application|bootstrap)\.(ya?ml|properties)$")
CONFIGURES = lazily(
    r"(^|/)([\w-]*(config|settings|app(settings)?)[\w-]*)\.(ya?ml|toml|json|properties)$", re.IGNORECASE
)
_VARIABLE = lazily(r"[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*")
_PAIR = lazily(r"([A-Z][A-Z0-9_]*)=(.*)", re.DOTALL)
_HELM = lazily(r"\{\{-?\s*\.Values\.([\w.]+)\s*(?:\|\s*\w+\s*)*-?\}\}")
_TAG = lazily(r"\b(env|envconfig|envDefault|default)(?:-default)?:\"([^\"]{0,200})\"")
_FIELD = lazily(r"(?:Field|field)\((.{0,250})\)", re.DOTALL)
_FIELD_ENV = lazily(r"\b(?:env|alias|validation_alias)\s*=\s*[\"'](\w+)[\"']")
_FIELD_DEFAULT = lazily(r"(?:default\s*=\s*)?([^=,]{1,120})")
_LONGEST = 300


@dataclass(frozen=True, slots=True)
class Shared:
    """`texts` are values by name (`Topics.ORDERS`, `${ORDERS_GROUP}`), `places` the lines that say them."""

    texts: dict[str, str] = field(default_factory=dict)
    places: dict[str, Span] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Said:
    text: str
    span: Span
    is_production: bool


def shared(files: Sequence[SyntaxFacts]) -> Shared:
    """Everything that the files of a side say to each other; nothing runs with `.env.example` as it is."""
    files = [syntax for syntax in files if not is_template(syntax.path)]
    found: dict[str, list[_Said]] = defaultdict(list)
    for syntax in files:
        production = kind_of(syntax.path) is FileKind.PRODUCTION
        for name, text, span in (*_of_code(syntax), *_instances(syntax), *_of_document(syntax)):
            found[name].append(_Said(text, span, production))
    made = Shared()
    for name, several in found.items():
        _settle(made, name, several)
    for syntax in files:  # these ask what the environment says
        for name, key, default, span in _helm(syntax):
            _settle_read(made, name, key, default, span)
    for syntax in files:
        for name, key, default, span in (*tagged(syntax), *_computed(syntax)):
            _settle_read(made, name, key, default, span)
    return made


def _settle(made: Shared, name: str, several: list[_Said]) -> None:
    kept = [said for said in several if said.is_production] or several
    if len({said.text for said in kept}) == 1:
        made.texts[name], made.places[name] = kept[0].text, kept[0].span


def _settle_read(made: Shared, name: str, key: str, default: str | None, span: Span) -> None:
    if key in made.texts:
        made.texts[name], made.places[name] = made.texts[key], made.places[key]
    elif default is not None and name not in made.texts:
        made.texts[name], made.places[name] = default, span


def _of_code(syntax: SyntaxFacts) -> Iterator[tuple[str, str, Span]]:
    """Constants by the names under which other files know them."""
    spans = {a.target: a.value.span for a in syntax.assignments if a.value is not None and a.function is None}
    for name, text in constants_of(syntax).items() if syntax.assignments else ():
        span = spans.get(name.rpartition(".")[2])
        if "#" not in name and span is not None:
            for key in names_elsewhere(syntax, name):
                yield key, text, span
    if syntax.language in ("typescript", "javascript", "tsx"):
        yield from _of_objects(syntax)


def _computed(syntax: SyntaxFacts) -> Iterator[tuple[str, str, str | None, Span]]:
    """Constants that are read from outside: `GROUP = os.getenv("SHOP_GROUP", "x")`; the fall-back is no value by itself."""
    spans = {a.target: a.span for a in syntax.assignments if a.function is None}
    for name, text in computed(syntax).items() if syntax.assignments else ():
        read = read_of(text)
        if "#" not in name and read is not None and name in spans:
            for key in names_elsewhere(syntax, name):
                yield key, read.key, None, spans[name]


def names_elsewhere(syntax: SyntaxFacts, name: str) -> Iterator[str]:
    """`ORDERS` of `topics.py` is `topics.ORDERS` to others; of a Go package it is also `folder#ORDERS` to the files beside it."""
    if "." in name:
        yield name
        return
    path = PurePosixPath(syntax.path)
    idioms = idioms_of(syntax.language)
    if idioms.packages_qualify:
        yield f"{path.parent}#{name}"
        yield f"{path.parent.name}.{name}"
    elif idioms.files_are_modules:
        yield f"{path.stem}.{name}"
    elif syntax.language in ("typescript", "javascript", "tsx"):
        yield f"{path.parent.name if path.stem == 'index' else path.stem}.{name}"


def _of_objects(syntax: SyntaxFacts) -> Iterator[tuple[str, str, Span]]:
    """`export const TOPICS = { ORDERS: "orders" }` -> TOPICS.ORDERS."""
    for assignment in syntax.assignments:
        value = assignment.value
        if value is None or value.kind is not ExpressionKind.COLLECTION or assignment.function is not None:
            continue
        for entry in value.entries:
            key = (entry.key.literal or entry.key.text) if entry.key is not None else ""
            if key and entry.value.literal is not None and len(entry.value.literal) <= _LONGEST:
                yield f"{assignment.target}.{key}", entry.value.literal, entry.value.span


def _instances(syntax: SyntaxFacts) -> Iterator[tuple[str, str, Span]]:
    """`settings = Settings()` of `config.py`: the object that others import is of that type."""
    for assignment in syntax.assignments if idioms_of(syntax.language).files_are_modules else ():
        value = assignment.value
        if assignment.function is None and assignment.type is None and value is not None and value.call is not None:
            made = syntax.calls[value.call]
            if any(declared.name == made.name for declared in syntax.types):
                yield f"new {PurePosixPath(syntax.path).stem}.{assignment.target}", made.name, assignment.span


def _of_document(syntax: SyntaxFacts) -> Iterator[tuple[str, str, Span]]:
    """Spring's base configuration and other files named after configuration by their keys, any document by the environment that it sets."""
    if not syntax.entries:
        return
    if syntax.language == "hcl":
        folder = syntax.path.rpartition("/")[0]
        for name, text in references(syntax.entries).items():
            yield f"{folder}#{name}", text, syntax.entries[0].span
    is_spring, configures = _SPRING.search(syntax.path), CONFIGURES.search(syntax.path)
    names = {(e.document, e.keys[:-1]): e.value for e in syntax.entries if e.keys and e.keys[-1] == "name"}
    strangers = _of_others(syntax.entries)
    for entry in syntax.entries:
        if not entry.keys or len(entry.value) > _LONGEST or entry.keys[:2] in strangers:
            continue
        if entry.is_literal and is_spring:
            yield f"${{{entry.dotted}}}", entry.value, entry.span
        if entry.is_literal and (is_spring or configures):
            yield key_of_read(entry.dotted), entry.value, entry.span
        if entry.is_literal and syntax.path.endswith("values.yaml"):
            yield f"{syntax.path.rpartition('/')[0]}/values#{entry.dotted}", entry.value, entry.span
        yield from _variable(entry, names.get((entry.document, entry.keys[:-1]), ""))


def _of_others(entries: Sequence[ConfigEntry]) -> set[tuple[str, ...]]:
    """The services of a compose file that only run an image, where others are built of this repository: their environment is not its."""
    services = {e.keys[:2] for e in entries if e.keys[0] == "services" and len(e.keys) > 2}
    built = {e.keys[:2] for e in entries if e.keys[0] == "services" and e.keys[2:3] == ("build",)}
    images = {e.keys[:2]: e.value for e in entries if e.keys[0] == "services" and e.keys[2:] == ("image",)}
    own = {images[service] for service in built if service in images}
    return {s for s in services if s not in built and images.get(s) not in own} if built else set()


def _variable(entry: ConfigEntry, named: str) -> Iterator[tuple[str, str, Span]]:
    """`ORDERS_GROUP: billing`, `- ORDERS_GROUP=billing`, `- name: ORDERS_GROUP` with `value: billing`."""
    last = entry.keys[-1]
    if match := _PAIR.fullmatch(entry.value):
        if "${" not in match[2] and "{{" not in match[2]:
            yield f"${{{match[1]}}}", match[2].strip("\"'"), entry.span
    elif entry.is_literal and last == "value" and _VARIABLE.fullmatch(named):
        yield f"${{{named}}}", entry.value, entry.span
    elif entry.is_literal and _VARIABLE.fullmatch(last):
        yield f"${{{last}}}", entry.value, entry.span


def _helm(syntax: SyntaxFacts) -> Iterator[tuple[str, str, str | None, Span]]:
    """A variable that a template fills from the chart's values."""
    if "/templates/" not in f"/{syntax.path}":
        return
    chart = f"/{syntax.path}".rpartition("/templates/")[0].lstrip("/")
    names = {(e.document, e.keys[:-1]): e.value for e in syntax.entries if e.keys and e.keys[-1] == "name"}
    for entry in syntax.entries:
        match = _HELM.fullmatch(entry.value.strip())
        if match is None or not entry.keys:
            continue
        last = entry.keys[-1]
        name = names.get((entry.document, entry.keys[:-1]), "") if last == "value" else last
        if _VARIABLE.fullmatch(name):
            yield f"${{{name}}}", f"{chart}/values#{match[1]}", None, entry.span


def tagged(syntax: SyntaxFacts) -> Iterator[tuple[str, str, str | None, Span]]:
    """Fields that the environment or the configuration fills: `env:"KAFKA_ACKS" envDefault:"1"`, pydantic's settings, Spring's prefix."""
    for assignment in syntax.assignments:
        if assignment.type is None or assignment.function is not None or assignment.subscript is not None:
            continue
        declared = syntax.types[assignment.type]
        name = f"{declared.name}.{assignment.target}"
        if syntax.language == "go":
            yield from ((name, *found, assignment.span) for found in _of_tag(assignment))
        elif syntax.language == "python" and any("Settings" in base for base in declared.bases):
            yield name, *_of_pydantic(assignment), assignment.span
        else:
            prefix = next(
                (a for a in declared.annotations if a.simple_name in ("ConfigurationProperties", "ConfigMapping")), None
            )
            text = prefix.arguments[0].value.literal if prefix is not None and prefix.arguments else None
            if text is not None:
                default = assignment.value.literal if assignment.value is not None else None
                yield name, key_of_read(f"{text}.{_dashed(assignment.target)}"), default, assignment.span


def _of_tag(assignment: Assignment) -> Iterator[tuple[str, str | None]]:
    tags = dict(_TAG.findall(" ".join(assignment.modifiers)))
    env = tags.get("env") or tags.get("envconfig")
    if env:
        yield f"${{{env.split(',')[0]}}}", tags.get("envDefault", tags.get("default"))


def _of_pydantic(assignment: Assignment) -> tuple[str, str | None]:
    value = assignment.value
    if value is None or (match := _FIELD.fullmatch(value.text)) is None:
        return f"${{{assignment.target.upper()}}}", value.literal if value is not None else None
    env, default = _FIELD_ENV.search(match[1]), _FIELD_DEFAULT.match(match[1])
    return f"${{{env[1] if env else assignment.target.upper()}}}", literal_of(default[1]) if default else None


def _dashed(name: str) -> str:
    """`autoOffsetReset` as Spring's documents write it."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", name)
