"""What a class handed on to another object, or to its base class, and no longer does."""

from __future__ import annotations

import re
from collections.abc import Iterator

from reviewer.core.span import Span
from reviewer.core.value import value
from reviewer.facts.delta import Delta, FilePair
from reviewer.facts.streaming.model import FileFacts
from reviewer.facts.streaming.names import bare, simple_type
from reviewer.facts.streaming.protections import Protects
from reviewer.facts.syntax import Call, TypeDeclaration
from reviewer.rules.support import folded, line


@value()
class Undelegated:
    """A method whose call of the same method is gone. `to` is `super` or the object's name; `whole` says that the override is gone too."""

    file: FileFacts
    owner: TypeDeclaration
    method: str
    to: str
    text: str
    span: Span
    whole: bool


def undelegated(delta: Delta, methods: frozenset[str]) -> Iterator[Undelegated]:
    """The lost calls of some methods (folded names), of classes that stay."""
    for found in delta.gone(Protects.DELEGATION):
        file = delta.after.file(found.path)
        owner = _type_of(file, found.protection.type) if file is not None else None
        if file is None or owner is None or found.protection.what not in methods:
            continue
        name = found.protection.function.rpartition(".")[2]
        if _is_called(file, owner, name, found.protection.on):
            continue
        yield Undelegated(
            file=file, owner=owner, method=name, to=found.protection.on, text=found.protection.text, span=found.span, whole=False
        )  # fmt: skip
    for pair, before, after in delta.modified():
        yield from _overrides(pair, before, after, methods)


def _is_called(file: FileFacts, owner: TypeDeclaration, method: str, to: str) -> bool:
    """Whether a helper of the class makes the call."""
    calls = (c for c in file.syntax.calls if c.name == method and owner.span.contains(c.span))
    return any(c.receiver.startswith(to) or bare(c.receiver) == to for c in calls)


def _overrides(pair: FilePair, before: FileFacts, after: FileFacts, methods: frozenset[str]) -> Iterator[Undelegated]:
    """Overrides that handed on to another object and are gone as a whole: the base class's method runs instead."""
    stays = {function.qualified for function in after.syntax.functions}
    wrapped = _handed_on(after)
    for function in before.syntax.functions:
        if (
            folded(function.name) not in methods
            or function.qualified in stays
            or function.is_lambda
            or function.type is None
        ):
            continue
        was = before.syntax.types[function.type]
        owner = _type_of(after, was.qualified)
        call = next((c for c in before.syntax.calls_in(function.index) if _hands_on(c, function.name)), None)
        if owner is None or call is None or not was.bases or set(owner.bases) != set(was.bases):
            continue
        if _to(call) in wrapped:  # the object is still wrapped: others of its methods are handed on
            yield Undelegated(
                file=after, owner=owner, method=function.name, to=_to(call), text=f"{_to(call)}.{call.name}()",
                span=line(call.name_span), whole=True,  # the call that is lost says more than an annotation above it
            )  # fmt: skip


def _hands_on(call: Call, name: str) -> bool:
    return (
        call.name == name
        and call.receiver not in ("", "this", "self")
        and not call.receiver.startswith(("super", "base"))
    )


def _to(call: Call) -> str:
    """The last name of a receiver: `inner` of `this.inner`, `getWriter()` of `this.<Writer>getWriter()`."""
    match = re.search(r"(\w+(?:\(\))?)$", call.receiver)
    return match[1] if match is not None else bare(call.receiver)


def _handed_on(file: FileFacts) -> set[str]:
    """The objects on which methods call their own name."""
    functions = file.syntax.functions
    return {_to(c) for c in file.syntax.calls if c.function is not None and _hands_on(c, functions[c.function].name)}


def _type_of(file: FileFacts, qualified: str) -> TypeDeclaration | None:
    return next((declared for declared in file.syntax.types if declared.qualified == qualified), None)


def bases(owner: TypeDeclaration) -> set[str]:
    """The simple names of what a class extends or implements."""
    return {simple_type(base) for base in owner.bases}
