"""The real name of a topic: through variables, constants, configuration and the environment, with their fall-backs.

What stays unknown is UNKNOWN with the expression as written: nothing is guessed from a variable's name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from reviewer.core.lazily import lazily
from reviewer.core.span import Side, Span
from reviewer.facts.stream_map.call_names import CallNames, TopicName, shown_call
from reviewer.facts.stream_map.calls_of import CallsOf
from reviewer.facts.stream_map.constants import Computed
from reviewer.facts.stream_map.handed_objects import handed, of_receiver
from reviewer.facts.stream_map.spelled import alternatives, summands
from reviewer.facts.streaming.follow import Place, flat, hops, is_postfix, origin, resolved
from reviewer.facts.streaming.model import FileFacts, Known
from reviewer.facts.streaming.names import simple_type
from reviewer.facts.streaming.shadowing import is_shadowed
from reviewer.facts.syntax import Call, Expression, ExpressionKind, Function, SyntaxFacts

_DEPTH = 6
_CALLERS = 40
_LONGEST = 300  # characters of an expression that is taken apart
_PLACEHOLDER = lazily(r"[$#]\{([^{}]*)\}")
_QUOTED = lazily(r"^[fbru]{0,2}([\"'`])((?:(?!\1).)*)\1$", re.DOTALL)
_NAME = lazily(r"^[A-Za-z_$][\w$]*(?:(?:\.|::|\?\.)[A-Za-z_$][\w$]*)*$")
_ITEM = lazily(r"^([\w.]+)\[\s*[\"'](\w+)[\"']\s*\]$")
_ENVIRONMENT = lazily(r"^(?:process|Deno)?\.?env\.([A-Za-z_]\w*)$|^(?:os\.)?environ\[\s*[\"'](\w+)[\"']\s*\]$|^process\.env\[\s*[\"'](\w+)[\"']\s*\]$|^(?:System|sys)\.env(?:\(\"(\w+)\"\))?$")  # fmt: skip
_LISTS = frozenset({"of", "aslist", "singletonlist", "singleton", "listof", "setof", "list", "set", "seq", "pattern", "arrayof", "newarraylist", "unmodifiablelist", "vec!"})  # fmt: skip
_TOPIC = lazily(r"topic", re.IGNORECASE)
_OWN = lazily(r"^(?:this|self|cls)(?:\.|->)")


@dataclass(slots=True, kw_only=True)
class TopicNames(CallNames):
    """The resolver of one version."""

    files: tuple[FileFacts, ...] = ()
    _calls: CallsOf | None = None
    _seen: dict[tuple[int, str, int | None], TopicName] = field(default_factory=dict)
    _followed: set[str] = field(
        default_factory=set
    )  # names that are being made: `this.topic = other.topic` leads back to itself

    def several(self, facts: FileFacts, expression: Expression | None, function: int | None) -> Iterator[TopicName]:
        """A topic, or each topic of a list: `List.of(a, b)`, `["a", "b"]`, also through a variable."""
        if expression is None:
            return
        place = Place(names=facts.names, function=function)
        made, where = origin(place, expression)
        if made.kind is ExpressionKind.COLLECTION:
            values = [entry.value for entry in made.entries if entry.key is None]
            if not values:
                values = [e.value for e in made.entries if e.key is not None and (e.key.literal or e.key.text) in ("topic", "topics")]  # fmt: skip
                for value in values:
                    yield from self._inside(where, value)
                return
        elif made.call is not None and flat((call := where.syntax.calls[made.call]).name) in _LISTS and call.arguments:
            if simple_type(call.receiver) == "Pattern":
                yield TopicName(text=made.text, is_known=False)
                return
            values = [argument.value for argument in call.arguments]
        else:
            yield from self._each(place, expression)
            return
        for value in values:
            yield from self._each(where, value)

    def several_of_text(self, facts: FileFacts, text: str, function: int | None) -> Iterator[TopicName]:
        """The names behind an expression that is known as text: several for a parameter that several callers fill."""
        found = self.of_text(facts, text, function)
        if found.is_known or not _NAME.match(text):
            yield found
        else:
            place = Place(names=facts.names, function=function)
            yield from self._of_callers(place, text, 0) or (found,)

    def _each(self, place: Place, expression: Expression) -> Iterator[TopicName]:
        found = self._one(place, expression, 0)
        if found.is_known:
            yield found
            return
        if asked := of_receiver(place, expression, self._calls_of, self._getter):
            yield from asked
            return
        made, where = origin(place, expression)
        given = self._of_callers(where, made.text, 0) if made.kind is ExpressionKind.NAME else ()
        yield from given or (found,)

    def _of_callers(self, place: Place, name: str, depth: int) -> tuple[TopicName, ...]:
        """What the callers hand in for a parameter; nothing where nobody is seen to call."""
        scope = place.function
        while scope is not None:
            function = place.syntax.functions[scope]
            names = handed(place.syntax, function)
            if name in names and not function.is_lambda:
                return self._from_calls(place.syntax, function, names.index(name), name, depth)
            scope = function.parent
        return ()

    def _from_calls(
        self, syntax: SyntaxFacts, function: Function, position: int, name: str, depth: int
    ) -> tuple[TopicName, ...]:
        found: list[TopicName] = []
        for facts, call in self._calls_of(syntax, function)[:_CALLERS]:
            argument = call.argument(position, name)
            if argument is None:
                continue
            place = Place(names=facts.names, function=call.function)
            one = self._one(place, argument, 1)
            made, where = origin(place, argument)  # a field of the caller leads to its own constructor
            is_name = not one.is_known and depth < 2 and made.kind is ExpressionKind.NAME
            if is_name and (more := self._of_callers(where, made.text, depth + 1)):
                found += more
            else:
                found.append(one if one.is_known else replace(one, scope=one.scope or facts.path))
        return tuple(dict.fromkeys(found))

    def _calls_of(self, syntax: SyntaxFacts, function: Function) -> list[tuple[FileFacts, Call]]:
        if self._calls is None:
            self._calls = CallsOf(self.files)
        return self._calls.of(syntax, function)

    def _inside(self, place: Place, value: Expression) -> Iterator[TopicName]:
        made, where = origin(place, value)
        if made.kind is ExpressionKind.COLLECTION:
            for entry in made.entries:
                yield self._one(where, entry.value, 0)
        else:
            yield from self._each(place, value)

    def of_text(self, facts: FileFacts, text: str, function: int | None) -> TopicName:
        """The name behind an expression that is known as text."""
        key = (id(facts), text, function)
        if key not in self._seen:
            self._seen[key] = self._written(Place(names=facts.names, function=function), text, 0)
        return self._seen[key]

    def _one(self, place: Place, expression: Expression, depth: int) -> TopicName:
        first = unknown = TopicName(text=expression.text, is_known=False)
        if depth > _DEPTH:
            return unknown
        # What is farthest is tried first; a helper may lead to code that says nothing, where its call says a key and a default.
        for made, where in reversed(hops(place, expression)):
            found = self._here(where, made, depth)
            if found.is_known:
                return found
            if found.scope or (first is unknown and found.text.startswith("${")):
                first = found
        return first

    def _here(self, place: Place, expression: Expression, depth: int) -> TopicName:
        """What an expression itself says."""
        if expression.kind is ExpressionKind.LAMBDA:
            return TopicName(text=expression.text, is_known=False)
        found = resolved(place, expression)
        if found.known is Known.EXPLICIT:
            return self._filled(place, found.text)
        if expression.call is not None:
            return self._of_call(place, place.syntax.calls[expression.call], depth + 1)
        return self._written(place, expression.text, depth + 1, follow=False)

    def _filled(self, place: Place, text: str) -> TopicName:
        """`${app.topic:orders}-v2`, with each placeholder replaced; unknown as written when one of them is."""
        notes: list[str] = []

        def of(match: re.Match[str]) -> str:
            key, colon, default = match[1].partition(":")
            key = key.strip().strip("'\"")
            said = self.constants.key(key, place.syntax.path)
            if said is None and re.fullmatch(r"[A-Z][A-Z0-9_]*", key):
                said = self.constants.variable(key, place.syntax.path)
            if said is not None and "{" not in said:
                return said
            if colon:
                notes.append(key)
                return default
            return match[0]

        if "{" not in text:
            return TopicName(text=text, is_known=bool(text))
        filled = text
        for _ in range(3):  # a default may be a placeholder itself
            following = _PLACEHOLDER.sub(of, filled)
            if following == filled:
                break
            filled = following
        is_known = not _PLACEHOLDER.search(filled) and bool(filled) and "${" not in filled
        return TopicName(text=filled if is_known else text, is_known=is_known, from_default=", ".join(notes))

    def _written(self, place: Place, text: str, depth: int, follow: bool = True) -> TopicName:
        """An expression that is known as text."""
        text = text.strip()
        unknown = TopicName(text=text, is_known=False)
        if depth > _DEPTH or len(text) > _LONGEST or not text:
            return unknown
        if match := _QUOTED.match(text):
            return self._template(place, text, match[2], depth)
        if match := _ENVIRONMENT.match(text.replace("?", "")):
            name = next((group for group in match.groups() if group), "")
            said = self.constants.variable(name, place.syntax.path) if name else None
            return TopicName(text=said, is_known=True) if said and "{" not in said else TopicName(text=f"${{{name}}}" if name else text, is_known=False)  # fmt: skip
        if match := _ITEM.match(text):
            return self._name(place, f"{match[1]}.{match[2]}", unknown)
        if _NAME.match(text):
            plain = text.replace("?.", ".").replace("::", ".")
            if follow:
                found = self._one(place, Expression(kind=ExpressionKind.NAME, text=plain, span=_somewhere(place)), depth + 1)  # fmt: skip
                return found if found.is_known or found.scope else unknown
            return self._name(place, plain, unknown)
        for split, join in (alternatives, self._either), (summands, self._joined):
            if parts := split(text):
                return join(place, parts, unknown, depth)
        return self._of_written_call(place, text, unknown, depth) if is_postfix(text) else unknown

    def _of_written_call(self, place: Place, text: str, unknown: TopicName, depth: int) -> TopicName:
        """The call of this function that is written so: an expression inside another has no index of its own."""
        plain = re.sub(r"\s+", "", text)
        calls = (c for c in place.syntax.calls if c.function == place.function)
        own = next((c for c in calls if re.sub(r"\s+", "", shown_call(c)) == plain), None)
        return self._of_call(place, own, depth + 1) if own is not None else unknown

    def _name(self, place: Place, text: str, unknown: TopicName) -> TopicName:
        """A name: an annotated field, a constant of another file, a property that configuration fills."""
        name = _OWN.sub("", text)
        for assignment in place.syntax.assignments:
            if assignment.is_field and assignment.target == name and assignment.annotations:
                for annotation in assignment.annotations:
                    if annotation.simple_name in _INJECTS and annotation.arguments:
                        return self._injected(place, annotation.simple_name, annotation.arguments[0].value.literal, unknown, annotation.arguments)  # fmt: skip
        found = place.names.resolve(Expression(kind=ExpressionKind.NAME, text=text, span=_somewhere(place)), place.function)  # fmt: skip
        if found.known is Known.EXPLICIT:
            return self._filled(place, found.text)
        if is_shadowed(place.syntax, text, place.function):
            return unknown
        path = place.syntax.path
        owner, _, last = name.rpartition(".")
        imported = place.names.imported.get(name if not owner else owner.split(".")[0], "")
        simple = owner.rpartition(".")[2]
        tried = [simple] if simple else [imported.rpartition("." + name)[0].rpartition(".")[2].rpartition("/")[2], ""]
        if owner and imported:
            tried.append(imported.rpartition("/")[2].rpartition(".")[2])
        for own in dict.fromkeys(tried):
            said = self.constants.constant(own, last, path) if own or not owner else None
            if said is not None:
                return self._filled(place, said)
        if owner and (bound := self._bound(place, owner.split(".")[0], name.split(".")[1:])):
            return bound
        if places := self._elsewhere(place, name):
            return self._made(places, name)
        if owner and (imported or _TOPIC.search(last)):
            return self._only_field(last, name) or unknown
        return unknown

    def _elsewhere(self, place: Place, name: str) -> list[Computed]:
        """Where another file makes a constant that is no literal; its owner is written, imported, or imported with all that it has."""
        owner, _, last = name.rpartition(".")
        path = place.names.imported.get(name if not owner else owner.split(".")[0], "")
        owners = [owner.rpartition(".")[2], path.rpartition("." + last)[0].rpartition(".")[2], path.rpartition(".")[2]]
        owners += [i.path.removesuffix(".*").rpartition(".")[2] for i in place.syntax.imports if i.path.endswith(".*")]
        for own in dict.fromkeys(owners):
            if own and (found := self.constants.made(own, last, place.syntax.path)):
                return found
        return []

    def _made(self, places: Sequence[Computed], name: str) -> TopicName:
        """What the file that makes a constant says of it; of several branches those that say something."""
        last = name.rpartition(".")[2]
        values = [(c.place, c.assignment.value) for c in places if c.assignment.value is not None]
        found: list[TopicName] = []
        if last not in self._followed:
            self._followed.add(last)
            found = [self._one(place, value, _DEPTH - 3) for place, value in values]
            self._followed.discard(last)
        known = {one.text: one for one in found if one.is_known}
        if len(known) == 1:
            only = next(iter(known.values()))
            return only if len(found) == 1 else replace(only, from_default=only.from_default or name)
        return TopicName(text=name, is_known=False, scope=places[0].facts.path)

    def _only_field(self, name: str, written: str) -> TopicName | None:
        """`settings.orders_topic` of some object: the one class of the repository that has such a field, as a text or as what is looked up."""
        found = {said.text for said in self.constants.names.get(name, ()) if said.owner and said.owner[:1].isupper()}
        if len(found) == 1:
            return TopicName(text=next(iter(found)), is_known=True, from_default=written)
        made = [c for c in self.constants.computed.get(name, ()) if c.assignment.type is not None]
        is_one = not found and len({(c.facts.path, c.owner) for c in made}) == 1
        one = self._made(made, name) if is_one else None
        return replace(one, from_default=one.from_default or written) if one is not None and one.is_known else None

    def _injected(self, place: Place, kind: str, literal: str | None, unknown: TopicName, arguments: Sequence[object]) -> TopicName:  # fmt: skip
        if literal is None:
            return unknown
        text = literal if kind == "Value" else f"${{{literal}}}"
        found = self._filled(place, text)
        return found if found.is_known else TopicName(text=text, is_known=False)

    def _template(self, place: Place, written: str, inner: str, depth: int) -> TopicName:
        """`f"{PREFIX}-orders"`, `` `${prefix}-orders` ``, `"$prefix-orders"`; without holes the text itself."""
        language = place.syntax.language
        hole = r"\$\{([^{}]+)\}|\$(\w+)" if language in ("kotlin", "scala", "groovy") or written[0] == "`" else r"\{([^{}]+)\}" if written[0] in "f$" else ""  # fmt: skip
        if not hole or not re.search(hole, inner):
            return self._filled(place, inner)
        known = True

        def of(match: re.Match[str]) -> str:
            nonlocal known
            found = self._written(place, next(g for g in match.groups() if g), depth + 1)
            known = known and found.is_known
            return found.text

        text = re.sub(hole, of, inner)
        return TopicName(text=text, is_known=True) if known else TopicName(text=written, is_known=False)

    def _either(self, place: Place, parts: Sequence[str], unknown: TopicName, depth: int) -> TopicName:
        """`process.env.TOPIC || "orders"`, `x ?: "orders"`, `x or "orders"`."""
        first = self._written(place, parts[0], depth + 1)
        if first.is_known:
            return first
        found = self._written(place, parts[-1], depth + 1)
        note = first.text.removeprefix("${").removesuffix("}")
        return TopicName(text=found.text, is_known=True, from_default=note) if found.is_known else unknown

    def _joined(self, place: Place, parts: Sequence[str], unknown: TopicName, depth: int) -> TopicName:
        """`PREFIX + "-orders"`."""
        found = [self._written(place, part, depth + 1) for part in parts]
        return TopicName(text="".join(one.text for one in found), is_known=True) if all(one.is_known for one in found) else unknown  # fmt: skip


_INJECTS = frozenset({"Value", "ConfigProperty", "Property"})


def _somewhere(place: Place) -> Span:
    side = place.syntax.calls[0].span.side if place.syntax.calls else place.syntax.imports[0].span.side if place.syntax.imports else Side.AFTER  # fmt: skip
    return Span(path=place.syntax.path, side=side, first_line=1, last_line=1)
