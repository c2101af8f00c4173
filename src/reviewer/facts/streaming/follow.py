"""Where a value was made: through variables, fields, parameters and helper methods of this file or of one that was read.

Whatever has two answers has none: two assignments, two returns, two helpers of one name.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import field

from reviewer.core.value import value
from reviewer.facts.streaming.names import Names, names_of, simple_type
from reviewer.facts.streaming.value import Known, Value
from reviewer.facts.syntax import (
    Assignment,
    BlockKind,
    Call,
    Expression,
    ExpressionKind,
    Function,
    Jump,
    JumpKind,
    ResultUse,
    SyntaxFacts,
)

_HOPS = 8
OWN = re.compile(r"^(?:this|self|cls)\.")
_QUOTED = re.compile(r"\"([^\"\\]*)\"|'([^'\\]*)'")
_NUMBER = re.compile(r"-?[\d_]+(?:\.\d+)?[lLfFdD]?")
_SOMETIMES = (BlockKind.CONDITIONAL, BlockKind.LOOP, BlockKind.CATCH)


@value()
class Place:
    """Where an expression stands: the file, the function around it, and what its parameters were given by the call that led here."""

    names: Names
    function: int | None
    given: Mapping[str, tuple[Expression, Place]] = field(default_factory=dict)

    @property
    def syntax(self) -> SyntaxFacts:
        """The file's syntax."""
        return self.names.syntax


@value()
class Step:
    """One call that made a value. `certain` is False where it is made under a condition: then its arguments are not known."""

    call: Call
    place: Place
    certain: bool = True

    @property
    def name(self) -> str:
        """The method in lower case without underscores: `withKeySerde`, `with_key_serde` and `` `as` `` are one each."""
        return flat(self.call.name)


def flat(name: str) -> str:
    """`set_max_parallelism`, `setMaxParallelism`, `` `as` `` -> letters and digits in lower case."""
    return name.replace("_", "").replace("`", "").lower()


def at(names: Names, call: Call) -> Place:
    """The place of a call."""
    return Place(names=names, function=call.function)


def origin(place: Place, expression: Expression) -> tuple[Expression, Place]:
    """The expression that a name or a helper call stands for, and where it is; the expression itself when that is not known."""
    return hops(place, expression)[-1]


def hops(place: Place, expression: Expression) -> list[tuple[Expression, Place]]:
    """The expression, and what it stands for, hop by hop; each with its place."""
    found = [(expression, place)]
    for _ in range(_HOPS):
        following = _hop(found[-1][1], found[-1][0])
        if following is None:
            break
        found.append(following)
    return found


def value_of(place: Place, expression: Expression | None) -> Value:
    """The literal behind an expression, followed to where it was made; else UNKNOWN with its text."""
    if expression is None:
        return Value(known=Known.UNKNOWN, text="")
    made, where = origin(place, expression)
    found = resolved(where, made)
    return found if found.known is Known.EXPLICIT else Value(known=Known.UNKNOWN, text=expression.text)


def resolved(place: Place, expression: Expression) -> Value:
    """The literal that an expression is or names; a parameter hides a constant of its name."""
    scope = place.function if expression.kind is ExpressionKind.NAME else None
    while scope is not None:
        function = place.syntax.functions[scope]
        if any(p.name == expression.text for p in function.parameters):
            return Value(known=Known.UNKNOWN, text=expression.text)
        scope = function.parent
    return place.names.resolve(expression, place.function)


def trail(place: Place, expression: Expression | None, depth: int = 0) -> tuple[Step, ...]:
    """The calls that made a value, first made first; empty when it is not known how it is made."""
    if expression is None or depth > _HOPS:
        return ()
    if expression.call is not None:
        return _of_call(place, place.syntax.calls[expression.call], depth)
    if expression.kind is not ExpressionKind.NAME:
        return ()
    found = _hop(place, expression)
    if found is None:
        return _rewritten(place, expression.text, depth)
    made, where = found
    name = OWN.sub("", expression.text)
    later = _on_variable(where, name) if where.names is place.names and name not in place.given else ()
    return (*trail(where, made, depth + 1), *later)


def _of_call(place: Place, call: Call, depth: int) -> tuple[Step, ...]:
    chain = place.syntax.chain(call)
    steps = tuple(Step(call=link, place=place) for link in chain)
    root = chain[0]
    helper = _returned(place, root)
    if helper is not None:
        return (*trail(helper[1], helper[0], depth + 1), *steps[1:])
    if not root.is_construction and re.fullmatch(r"(?:(?:this|self)\.)?[a-z_]\w*", root.receiver):
        made = Expression(kind=ExpressionKind.NAME, text=root.receiver, span=root.span)
        return (*trail(place, made, depth + 1), *steps)
    return steps


def _rewritten(place: Place, name: str, depth: int) -> tuple[Step, ...]:
    """`m = m.withCachingDisabled()`: every later value is made of the one before."""
    written = _assigned(place, OWN.sub("", name))
    if len(written) < 2:
        return ()
    first, *others = written
    steps = list(trail(Place(names=place.names, function=first.function), first.value, depth + 1))
    for other in others:
        chain = place.syntax.chain(place.syntax.calls[other.value.call]) if other.value and other.value.call is not None else ()  # fmt: skip
        if not chain or OWN.sub("", chain[0].receiver) != OWN.sub("", name):
            return ()
        where = Place(names=place.names, function=other.function)
        sure = not (_under(place, other.blocks) - _under(place, first.blocks))
        steps += [Step(call=link, place=where, certain=sure) for link in chain]
    return tuple(steps)


def _on_variable(place: Place, name: str) -> tuple[Step, ...]:
    """`ttl.setUpdateType(…);`, `source.uid("…");`: statements on the variable that keeps the value."""
    found: list[Step] = []
    for call in place.syntax.calls:
        root_of = call.receiver if call.receiver_call is None else ""
        if not root_of or OWN.sub("", root_of) != name or call.function != place.function:
            continue
        links = [call, *place.syntax.continued(call)]
        if links[-1].result is not ResultUse.IGNORED:
            continue
        sure = not _under(place, call.blocks)
        found += [Step(call=link, place=place, certain=sure) for link in links]
    return tuple(found)


def _under(place: Place, blocks: tuple[int, ...]) -> set[int]:
    return {index for index in blocks if place.syntax.blocks[index].kind in _SOMETIMES}


def _hop(place: Place, expression: Expression) -> tuple[Expression, Place] | None:
    if expression.call is not None:
        call = place.syntax.calls[expression.call]
        return _returned(place, call) if call.receiver_call is None else None
    if expression.kind is not ExpressionKind.NAME:
        return None
    name = OWN.sub("", expression.text)
    if name in place.given:
        return place.given[name]
    return _written(place, name) or _bare_helper(place, expression.text) or _elsewhere(place, expression.text)


def _written(place: Place, name: str) -> tuple[Expression, Place] | None:
    """The one value of a variable or field of this file."""
    found = _assigned(place, name)
    if len(found) != 1 or found[0].value is None:
        return None
    given = place.given if found[0].function == place.function else {}
    return found[0].value, Place(names=place.names, function=found[0].function, given=given)


def _assigned(place: Place, name: str) -> list[Assignment]:
    """What is assigned to a name: in the innermost function that knows it, else to the field. A parameter of that name hides the field."""
    written = [a for a in place.syntax.assignments if a.subscript is None and OWN.sub("", a.target) == name]
    scope = place.function
    while scope is not None:
        local = [a for a in written if a.function == scope and a.target == name]
        if local or any(p.name == name for p in place.syntax.functions[scope].parameters):
            return local if not any(p.name == name for p in place.syntax.functions[scope].parameters) else []
        scope = place.syntax.functions[scope].parent
    outside = [a for a in written if a.is_field or a.function is None or a.target != name]
    own = place.syntax.functions[place.function].type if place.function is not None else None
    same = [a for a in outside if a.type == own]
    return [a for a in (same or outside) if a.value is not None]


def _bare_helper(place: Place, text: str) -> tuple[Expression, Place] | None:
    """A method without brackets (Scala, a Kotlin property)."""
    if place.syntax.language != "scala" or not re.fullmatch(r"(?:this\.)?\w+", text):
        return None
    found = [f for f in place.syntax.functions if f.name == OWN.sub("", text) and not f.parameters]
    return _result_of(place.names, found[0], {}) if len(found) == 1 else None


def _elsewhere(place: Place, text: str) -> tuple[Expression, Place] | None:
    """A constant of another class that was read: `Windows.SIZE`."""
    owner, _, name = text.rpartition(".")
    syntax = place.names.elsewhere.get(simple_type(owner)) if owner else None
    if syntax is None or syntax is place.syntax:
        return None
    found = [a for a in syntax.assignments if a.is_field and a.target == name and a.value is not None]
    if len(found) != 1 or found[0].value is None:
        return None
    return found[0].value, Place(names=_other(place.names, syntax), function=None)


def _returned(place: Place, call: Call) -> tuple[Expression, Place] | None:
    """What a helper method returns, with its parameters bound to the arguments."""
    if call.is_construction:
        return None
    names = place.names
    receiver = OWN.sub("", call.receiver)
    if call.receiver in ("", "this", "self", "cls") or receiver in {t.name for t in place.syntax.types}:
        syntax = place.syntax
    else:
        owner = names.type_of(call.receiver, call.function) or simple_type(call.receiver)
        found = names.elsewhere.get(names.imported.get(owner, owner).rsplit(".", 1)[-1]) if owner else None
        if found is None or found is place.syntax:
            return None
        syntax, names = found, _other(names, found)
    return _helper(place, call, syntax, names)


def _helper(place: Place, call: Call, syntax: SyntaxFacts, names: Names) -> tuple[Expression, Place] | None:
    found = [f for f in syntax.functions if f.name == call.name and not f.is_lambda]
    found = [f for f in found if len(_parameters(f)) == len(call.arguments)] if len(found) > 1 else found
    if len(found) != 1:
        return None
    given: dict[str, tuple[Expression, Place]] = {}
    parameters = _parameters(found[0])
    for position, parameter in enumerate(parameters):
        argument = call.argument(position, parameter)
        if argument is not None:
            given[parameter] = (argument, place)
    return _result_of(names, found[0], given)


def _parameters(function: Function) -> list[str]:
    return [p.name for p in function.parameters if p.name not in ("self", "cls")]


def _result_of(
    names: Names, function: Function, given: Mapping[str, tuple[Expression, Place]]
) -> tuple[Expression, Place] | None:
    returned = [j for j in names.syntax.jumps if j.function == function.index and j.kind is JumpKind.RETURN]
    if len(returned) != 1 or not returned[0].text:
        return None
    made = expression_of(names.syntax, returned[0])
    return (made, Place(names=names, function=function.index, given=given)) if made is not None else None


def expression_of(syntax: SyntaxFacts, jump: Jump) -> Expression | None:
    """The returned expression; a jump has only its text."""
    text = jump.text.strip()
    while text.startswith("(") and text.endswith(")") and is_postfix(text[1:-1].strip()):
        text = text[1:-1].strip()
    if match := _QUOTED.fullmatch(text):
        return Expression(kind=ExpressionKind.STRING, text=text, span=jump.span, literal=match[1] or match[2] or "")
    if _NUMBER.fullmatch(text):
        number = text.replace("_", "").rstrip("lLfFdD")
        return Expression(kind=ExpressionKind.NUMBER, text=text, span=jump.span, literal=number)
    if re.fullmatch(r"[\w.]+", text):
        return Expression(kind=ExpressionKind.NAME, text=text, span=jump.span)
    inside = [c for c in syntax.calls if c.function == jump.function and jump.span.contains(c.span)]
    last = inside[-1] if inside else None
    if last is None or not is_postfix(text) or not _begins(syntax.chain(last)[0], text):
        return None
    return Expression(kind=ExpressionKind.CALL, text=text, span=jump.span, call=last.index)


def is_postfix(text: str) -> bool:
    """Whether a text is one chain of calls: no operator outside of brackets."""
    depth, plain = 0, ""
    quote = ""
    for char in text:
        if quote:
            quote = "" if char == quote else quote
        elif char in "\"'":
            quote = char
        elif char in "([{":
            depth += 1
        elif char in ")]}":
            depth -= 1
        elif depth == 0:
            plain += char
    return re.fullmatch(r"(?:new )?[\w.`<>, ?!@$]*", plain.strip()) is not None and text.rstrip().endswith(
        (")", "]", "}")
    )


def _begins(root: Call, text: str) -> bool:
    """Whether a text begins with the first call of its chain; type arguments are left out."""
    start = re.sub(r"\s+|`|<[^()]*?>|\[[^()\]]*\]", "", text.removeprefix("new "))
    receiver = re.sub(r"\s+|`|<[^()]*?>", "", root.receiver)
    return start.startswith((f"{receiver}." if receiver else "") + root.name.replace("`", ""))


def _other(names: Names, syntax: SyntaxFacts) -> Names:
    return names_of(syntax, names.libraries, names.external, names.elsewhere)
