"""Settings of a client that stand in a file of the repository which the code loads: `props.load(new FileInputStream("config/producer.properties"))`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from reviewer.facts.streaming.config import canonical, scoped
from reviewer.facts.streaming.model import Known, Setting, Value
from reviewer.facts.streaming.names import Names, bare
from reviewer.facts.syntax import BlockKind, Call, Expression, ExpressionKind, SyntaxFacts

_WORD = re.compile(r"\"([^\"\n]{1,200})\"|([A-Za-z_][\w.]{0,100})")
_HOPS = 3


def loads(names: Names, function: int | None, holders: set[str]) -> Iterator[Call]:
    """The calls that load a file into one of some holders."""
    for call in names.syntax.calls_in(function, nested=True):
        if call.name == "load" and call.arguments and bare(call.receiver) in holders:
            yield call


def loaded_file(names: Names, call: Call) -> SyntaxFacts | None:
    """The file that a call loads, where the repository has exactly one of that path."""
    for path in paths_in(names, call.arguments[0].value, call.function):
        found = [s for known, s in names.documents.items() if f"/{known}".endswith(f"/{path}")]
        if len(found) == 1:
            return found[0]
    return None


def paths_in(names: Names, expression: Expression, function: int | None) -> Iterator[str]:
    """The paths of files that an expression names, also through a variable: `in`, with `InputStream in = new FileInputStream("a.properties")`."""
    text = expression.text
    for _ in range(_HOPS):
        for match in _WORD.finditer(text):
            name = Expression(kind=ExpressionKind.NAME, text=match[2] or "", span=expression.span)
            path = match[1] or names.resolve(name, function).text
            if path.endswith(".properties"):
                yield path.removeprefix("classpath:").removeprefix("file:").removeprefix("./").lstrip("/")
        given = _given(names, text, function)
        if given is None:
            return
        text = given


def _given(names: Names, name: str, function: int | None) -> str | None:
    """What a variable is made of, also one that a try opens."""
    for assignment in names.syntax.assignments:
        if assignment.target == name and assignment.function in (function, None) and assignment.value is not None:
            return assignment.value.text
    made = names.syntax.functions[function] if function is not None else None
    if made is not None and made.argument_of is not None and name in ("it", *(p.name for p in made.parameters)):
        return names.syntax.calls[made.argument_of].receiver  # `FileInputStream(…).use { props.load(it) }`
    for block in names.syntax.blocks:
        if block.kind is BlockKind.WITH and block.function == function and f" {name} =" in block.detail:
            return block.detail
    return None


def loaded_settings(names: Names, function: int | None, holder: str) -> Iterator[Setting]:
    """What the files say that are loaded into a holder, each on its own line."""
    yield from (
        s
        for call in loads(names, function, {holder})
        for s in settings_in(names, call, scoped(names, holder, function))
    )


def settings_in(names: Names, call: Call, scope: str) -> Iterator[Setting]:
    """What the file says that a call loads."""
    if (file := loaded_file(names, call)) is not None:
        for entry in file.entries:
            value = Value(known=Known.EXPLICIT if entry.is_literal else Known.UNKNOWN, text=entry.value)
            yield Setting(
                key=canonical(entry.dotted), value=value, client="", scope=scope, span=entry.span, in_code=False, written=entry.dotted,
                said=entry.span,
            )  # fmt: skip


def owned(names: Names, setting: Setting, kind: str) -> Setting:
    """What a loaded file says under a bare key is the client's that loads it."""
    is_loaded = not setting.client and setting.span.path != names.syntax.path
    return replace(setting, client=kind) if is_loaded else setting
