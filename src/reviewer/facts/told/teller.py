"""What the tellers of all kinds share: where a value was said, and why one is not known."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from reviewer.core.span import Span
from reviewer.core.stated import FactKind, Said, Stated, StatedValue
from reviewer.facts.streaming.dataflow import Part
from reviewer.facts.streaming.model import FileFacts, Operation, Setting
from reviewer.facts.streaming.names import bare
from reviewer.facts.streaming.value import Known, Value
from reviewer.facts.syntax import Call, Expression, ExpressionKind, SyntaxFacts

_ENVIRONMENT = re.compile(r"(?i)getenv|environ|process\.env|env::var|sys\.env|System\.getProperty|viper|os\.Lookup")
_PLACEHOLDER = re.compile(r"[$#]\{|\{\{|\$\(|^\$[A-Z_]|<%=|^@[\w.-]+@$")
_NAME = re.compile(r"[A-Za-z_]\w*(?:\.\w+)*")
_NOTHING = frozenset({"null", "None", "nil", "undefined"})
_LITERAL = re.compile(r"-?\d[\d_.]*(?: ms)?|true|false")
_QUOTED = re.compile(r"[fFrRbsS$@]{0,2}[\"'`]")  # `"orders-${id}"` in code is put together there
_LONG = 200  # characters of an expression that is shown
_SAID = {Known.EXPLICIT: Said.EXPLICIT, Known.DEFAULT: Said.DEFAULT, Known.UNKNOWN: Said.UNKNOWN}

#: Name -> (literal, path, line) of every place that sets it.
Definitions = dict[str, list[tuple[str, str, int]]]


def definitions_of(files: Iterable[FileFacts]) -> Definitions:
    """Every name that is set to a literal in one of the files of a side."""
    found: Definitions = {}
    for file in files:
        for assignment in file.syntax.assignments:
            if assignment.value is not None and assignment.value.literal is not None:
                place = (assignment.value.literal, file.path, assignment.span.first_line)
                found.setdefault(bare(assignment.target), []).append(place)
    return found


class Teller:
    """Makes facts of one file. `definitions` are those of all files that were read of its side."""

    def __init__(self, file: FileFacts, definitions: Definitions) -> None:
        self.file = file
        self._definitions = definitions
        self._calls: dict[int, list[Call]] = {}
        for call in file.syntax.calls:
            self._calls.setdefault(call.span.first_line, []).append(call)

    def fact(
        self, kind: FactKind, title: str, span: Span, *, function: int | None = None, inside: str = "",
        values: Iterable[StatedValue] = (), steps: Iterable[Stated] = (),
    ) -> Stated:  # fmt: skip
        """A fact of this file; `function` is the index of the function around it."""
        around = inside or self.file.function_name(function)
        return Stated(
            kind=kind, title=one_line(title), inside=around, path=span.path, first_line=span.first_line, last_line=span.last_line,
            values=tuple(values), steps=tuple(steps),
        )  # fmt: skip

    def said(self, name: str, value: Value, span: Span, function: int | None = None) -> StatedValue:
        """A value at the place that says it: its own line, or that of the constant it stands for."""
        path, line = span.path, span.first_line
        if value.known is Known.DEFAULT:
            return StatedValue(name=name, text=value.text, known=Said.DEFAULT, why="the default where nothing sets it")
        if value.known is Known.EXPLICIT:
            path, line = self._origin(value.text, span) or (path, line)
        if function is None and span.path == self.file.path:
            around = self.file.syntax.function_at(span.first_line)
            function = around.index if around is not None else None
        why = self.why_unknown(value.text, function) if value.known is Known.UNKNOWN else ""
        return StatedValue(
            name=name, text=one_line(value.text), known=_SAID[value.known], path=path, line=line, why=why
        )

    def text(self, name: str, text: str, span: Span) -> StatedValue:
        """A value that stands in the code as it is."""
        return StatedValue(name=name, text=one_line(text), path=span.path, line=span.first_line)

    def expression(self, name: str, found: Expression, function: int | None) -> StatedValue:
        """What an expression stands for."""
        return self.said(name, self.file.names.resolve(found, function), found.span, function)

    def parts(self, parts: Iterable[Part]) -> Iterator[StatedValue]:
        """The properties of something that is built."""
        return (self.said(part.name, part.value, part.span) for part in parts)

    def settings(self, settings: Iterable[Setting]) -> Iterator[StatedValue]:
        """Settings as the values of what they belong to."""
        return (self.said(setting.key, setting.value, setting.span) for setting in settings)

    def _origin(self, text: str, span: Span) -> tuple[str, int] | None:
        """The line of the constant that stands for a value on some lines; None where the value stands there itself."""
        for name in self._names_at(span):
            places = [place for place in self._definitions.get(bare(name), ()) if place[0] == text]
            if places:
                own = next((place for place in places if place[1] == span.path), places[0])
                return own[1], own[2]
        return None

    def _names_at(self, span: Span) -> Iterator[str]:
        for line in range(span.first_line, min(span.last_line, span.first_line + 50) + 1):
            for call in self._calls.get(line, ()):
                yield from (a.value.text for a in call.arguments if a.value.kind is ExpressionKind.NAME)

    def why_unknown(self, text: str, function: int | None = None) -> str:
        """Why a value is not known, by the expression that stands for it."""
        if not text:
            return "nothing that was read says it"
        if _ENVIRONMENT.search(text):
            return "comes from the environment of the process"
        if text in _NOTHING:
            return "nothing is given there"
        if _LITERAL.fullmatch(text):
            return "said only under a condition"
        if _PLACEHOLDER.search(text) and not _QUOTED.match(text):
            return "a placeholder that nothing that was read fills"
        if _NAME.fullmatch(text):
            return self._why_name(text, function)
        return "computed when the program runs"

    def _why_name(self, text: str, function: int | None) -> str:
        name = bare(text)
        if parameter := _is_parameter(self.file.syntax, name, function):
            return f"a parameter of {parameter}"
        several = {place[0] for place in self._definitions.get(name, ()) if place[1] == self.file.path}
        if len(several) > 1:
            return f"{name} is set to {len(several)} values in this file"
        if given := self._given(name, function):
            return given
        return f"no file that was read says what {one_line(text)} is"

    def _given(self, name: str, function: int | None) -> str:
        """What gives a variable or field of this file its value, where no literal does; "" when nothing here does."""
        found = [a for a in self.file.syntax.assignments if bare(a.target) == name and a.subscript is None]
        near = [a for a in found if a.function == function] or [a for a in found if a.value is not None]
        if not near:
            return ""
        value = near[0].value
        if value is not None and value.kind is ExpressionKind.NAME and near[0].function is not None:
            if parameter := _is_parameter(self.file.syntax, bare(value.text), near[0].function):
                return f"a parameter of {parameter}"
        if value is not None:
            return "computed when the program runs"
        return "declared here, and given its value by other code"


def _is_parameter(syntax: SyntaxFacts, name: str, function: int | None) -> str:
    """The function that is given a name as a parameter; "" when none is."""
    while function is not None:
        found = syntax.functions[function]
        if any(parameter.name == name for parameter in found.parameters):
            return found.qualified or "a function without a name"
        function = found.parent
    return ""


def called_on(operation: Operation) -> str:
    """`commit of consumer: orders.commitSync()`; without a holder where the call names none; with the method of another file that does it."""
    holder = f"{operation.holder}." if operation.holder else ""
    through = f", through {operation.through.shown}" if operation.through is not None else ""
    return f"{operation.role.value} of {operation.client}: {holder}{operation.call.name}(){through}"


def one_line(text: str) -> str:
    """Text on one line, cut where it is long."""
    folded = " ".join(text.split())
    return folded if len(folded) <= _LONG else folded[: _LONG - 1] + "…"
