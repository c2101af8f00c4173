"""What the files of one version say that names stand for: constants by their owner, keys of configuration, variables of the environment.

Where several places answer, the nearest wins; nearest ones that differ are no answer.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from reviewer.core.value import value
from reviewer.facts.idioms import idioms_of
from reviewer.facts.streaming.follow import OWN, Place
from reviewer.facts.streaming.model import FileFacts
from reviewer.facts.syntax import Assignment, ConfigEntry, ExpressionKind, SyntaxFacts
from reviewer.files import is_template

_PROFILE = re.compile(r"(^|/)(application|bootstrap)-[\w-]+\.(ya?ml|properties)$")
_ENVIRONMENT = re.compile(r"^[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*$")
_PAIR = re.compile(r"^([A-Z][A-Z0-9_]*)=(.*)$", re.DOTALL)
_PACKAGES = frozenset({"go"})


@value()
class Said:
    """One place that says a value: its file, what the name belongs to ("" for a file's own), the text."""

    path: str
    owner: str
    text: str
    is_base: bool = True


@value()
class Computed:
    """A constant that is no literal: `TOPIC = os.getenv("TOPIC", "orders")`."""

    facts: FileFacts
    owner: str
    assignment: Assignment

    @property
    def place(self) -> Place:
        """Where it is made."""
        return Place(names=self.facts.names, function=self.assignment.function)


@dataclass(slots=True)
class Constants:
    """Indices over the files of one version."""

    names: dict[str, list[Said]] = field(default_factory=dict)
    keys: dict[str, list[Said]] = field(default_factory=dict)
    environment: dict[str, list[Said]] = field(default_factory=dict)
    types: dict[str, list[SyntaxFacts]] = field(default_factory=dict)
    computed: dict[str, list[Computed]] = field(default_factory=dict)

    def constant(self, owner: str, name: str, path: str) -> str | None:
        """The text of a constant of a class, object, module or package; with no owner, of a file of the same folder."""
        if owner:
            found = [said for said in self.names.get(name, ()) if said.owner == owner]
        else:
            folder = path.rpartition("/")[0]
            found = [s for s in self.names.get(name, ()) if s.path.rpartition("/")[0] == folder]
        return nearest(found, path)

    def made(self, owner: str, name: str, path: str) -> list[Computed]:
        """Where a constant that is no literal is made, the nearest file's; several when it has branches."""
        found = [c for c in self.computed.get(name, ()) if c.owner == owner and c.facts.path != path]
        if not found:
            return []
        near = min(distance(c.facts.path, path) for c in found)
        found = [c for c in found if distance(c.facts.path, path) == near]
        return found if len({c.facts.path for c in found}) == 1 else []

    def key(self, key: str, path: str) -> str | None:
        """The value of a key of configuration; `app.topic-name`, `app.topicName` and `APP_TOPIC_NAME` are one."""
        found = self.keys.get(flat_key(key), ())
        return nearest([s for s in found if s.is_base] or found, path)

    def variable(self, name: str, path: str) -> str | None:
        """The value that a manifest, compose file or image gives to a variable of the environment; nothing runs with `.env.example`."""
        return nearest(self.environment.get(name, ()), path)

    def declared(self, name: str, path: str) -> SyntaxFacts | None:
        """The nearest file that declares a type."""
        found = self.types.get(name, ())
        return min(found, key=lambda syntax: (distance(syntax.path, path), syntax.path), default=None)


def constants_over(files: Iterable[FileFacts]) -> Constants:
    """The indices of some files."""
    made = Constants()
    for facts in files:
        _add_constants(made, facts)
        _add_computed(made, facts)
        for declared in facts.syntax.types:
            made.types.setdefault(declared.name, []).append(facts.syntax)
        is_base = _PROFILE.search(facts.path) is None
        for entry in () if is_template(facts.path) else facts.syntax.entries:
            _add_entry(made, entry, facts.path, is_base)
        _add_pairs(made, facts.syntax.entries, facts.path)
    return made


def _add_constants(made: Constants, facts: FileFacts) -> None:
    syntax, path = facts.syntax, facts.path
    files_are_modules = idioms_of(syntax.language).files_are_modules
    for name, text in facts.names.constants.items():
        owner, _, last = name.rpartition(".")
        if "#" in name or not last:
            continue
        made.names.setdefault(last, []).append(Said(path=path, owner=owner, text=text))
        if not owner and (files_are_modules or syntax.language in _PACKAGES | {"typescript", "javascript", "rust"}):
            folder = path.rpartition("/")[0].rpartition("/")[2]
            module = folder if syntax.language in _PACKAGES else PurePosixPath(path).stem
            made.names[last].append(Said(path=path, owner=module, text=text))
    for assignment in syntax.assignments:
        value = assignment.value
        if value is not None and value.kind is ExpressionKind.COLLECTION and assignment.function is None:
            for entry in value.entries:
                key = (entry.key.literal or entry.key.text) if entry.key is not None else ""
                if key and entry.value.kind is ExpressionKind.STRING and entry.value.literal is not None:
                    made.names.setdefault(key, []).append(
                        Said(path=path, owner=assignment.target, text=entry.value.literal)
                    )


def _add_computed(made: Constants, facts: FileFacts) -> None:
    syntax = facts.syntax
    module = PurePosixPath(facts.path).stem
    for assignment in syntax.assignments:
        value = assignment.value
        is_own = assignment.function is None or _is_attribute(syntax, assignment)
        if value is None or not is_own or assignment.subscript is not None or assignment.operator != "=":
            continue
        if value.kind in (ExpressionKind.CALL, ExpressionKind.OTHER, ExpressionKind.NAME):
            owner = syntax.types[assignment.type].name if assignment.type is not None else module
            found = Computed(facts=facts, owner=owner, assignment=assignment)
            made.computed.setdefault(OWN.sub("", assignment.target), []).append(found)


def _is_attribute(syntax: SyntaxFacts, assignment: Assignment) -> bool:
    """Whether a method gives a field its value: `self.topic = …`, `ORDERS = new Topic("orders")` in a static initializer's helper."""
    if assignment.type is None or assignment.is_declaration:
        return False
    if OWN.match(assignment.target):
        return True
    fields = (a for a in syntax.assignments if a.is_field and a.type == assignment.type)
    return any(a.target == assignment.target and a.value is None and "static" in a.modifiers for a in fields)


def _add_entry(made: Constants, entry: ConfigEntry, path: str, is_base: bool) -> None:
    if not entry.keys or len(entry.value) > 300:
        return
    if entry.is_literal and "${" not in entry.value:
        said = Said(path=path, owner="", text=entry.value, is_base=is_base)
        made.keys.setdefault(flat_key(entry.dotted), []).append(said)
        if _ENVIRONMENT.match(entry.keys[-1]):
            made.environment.setdefault(entry.keys[-1], []).append(said)
    if match := _PAIR.match(entry.value):  # `- TOPIC=orders` of a compose file
        made.environment.setdefault(match[1], []).append(Said(path=path, owner="", text=match[2]))


def _add_pairs(made: Constants, entries: Sequence[ConfigEntry], path: str) -> None:
    """`- name: TOPIC` and `value: orders` of a manifest."""
    names = {(e.document, e.keys[:-1]): e.value for e in entries if e.keys and e.keys[-1] == "name"}
    for entry in entries:
        if entry.keys and entry.keys[-1] == "value" and entry.is_literal:
            name = names.get((entry.document, entry.keys[:-1]), "")
            if _ENVIRONMENT.match(name):
                made.environment.setdefault(name, []).append(Said(path=path, owner="", text=entry.value))


def flat_key(key: str) -> str:
    """A key as all spellings of it have it in common."""
    return re.sub(r"[-_]", "", key).lower()


def nearest(found: Iterable[Said], path: str) -> str | None:
    """The text of the places nearest to a file, if they say the same."""
    by_distance: dict[int, set[str]] = {}
    for said in found:
        by_distance.setdefault(distance(said.path, path), set()).add(said.text)
    if not by_distance:
        return None
    texts = by_distance[min(by_distance)]
    return next(iter(texts)) if len(texts) == 1 else None


def distance(path: str, other: str) -> int:
    """How many folders lie between two files."""
    own, theirs = path.split("/")[:-1], other.split("/")[:-1]
    same = 0
    for a, b in zip(own, theirs, strict=False):
        if a != b:
            break
        same += 1
    return len(own) + len(theirs) - 2 * same
