"""Which calls mean a function: what its parameters are, is said there."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import PurePosixPath

from reviewer.facts.stream_map.handed_objects import handed
from reviewer.facts.streaming.model import FileFacts
from reviewer.facts.streaming.names import simple_type
from reviewer.facts.syntax import Call, Function, SyntaxFacts

_CONSTRUCTORS = frozenset({"__init__", "constructor"})


class CallsOf:
    """The calls of some files, by name."""

    def __init__(self, files: Iterable[FileFacts]) -> None:
        self._calls: dict[str, list[tuple[FileFacts, Call]]] = {}
        self._functions: dict[str, int] = {}
        for facts in files:
            for call in facts.syntax.calls:
                self._calls.setdefault(call.name, []).append((facts, call))
            for own in facts.syntax.functions:
                if not own.is_lambda:
                    self._functions[own.name] = self._functions.get(own.name, 0) + 1

    def of(self, syntax: SyntaxFacts, function: Function) -> list[tuple[FileFacts, Call]]:
        """The calls that mean a function: of its file, on its type, or of a name that no other function bears."""
        module = function.qualified.rpartition(".")[0] if syntax.language == "go" else ""
        owner = syntax.types[function.type].name if function.type is not None else module or PurePosixPath(syntax.path).stem  # fmt: skip
        count = len(handed(syntax, function))
        name = owner if function.name in _CONSTRUCTORS else function.name
        found = []
        for facts, call in self._calls.get(name, ()):
            if len(call.arguments) > count or (call.is_construction and name != owner):
                continue
            is_own = facts.syntax is syntax and call.receiver in ("", "this", "self", "cls")
            declared = facts.names.type_of(call.receiver, call.function) if call.receiver else ""
            if is_own or owner in (declared, simple_type(call.receiver)) or (call.is_construction and call.name == owner) or (not declared and self._functions.get(function.name) == 1):  # fmt: skip
                found.append((facts, call))
        return found
