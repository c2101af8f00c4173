"""One file, and the files behind the names that it uses: what it does through them, and what they call of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from reviewer.clients.registry import library
from reviewer.facts.streaming.callbacks import function_of
from reviewer.facts.streaming.dataflow import Part
from reviewer.facts.streaming.handling import poll_loop
from reviewer.facts.streaming.handoffs import handoffs
from reviewer.facts.streaming.listeners import calls_in, said_ack
from reviewer.facts.streaming.model import FileFacts, Handling, Known, Operation, Role, Send, Value
from reviewer.facts.streaming.names import simple_type
from reviewer.facts.streaming.outcomes import is_outcome_read, is_result_used
from reviewer.facts.streaming.records import derived_names
from reviewer.facts.syntax import Call, Expression, ExpressionKind, Function, ResultUse
from reviewer.facts.through.asking import uses
from reviewer.facts.through.effects import parameters_of
from reviewer.facts.through.homes import module_path
from reviewer.facts.through.model import Calls, Effect, Given, Helper, Tells


class Applying:
    """One file, and the files behind the names that it uses."""

    def __init__(self, file: FileFacts, helpers: Mapping[str, tuple[Helper, ...]]) -> None:
        self.file, self.helpers = file, helpers
        self.known = {operation.call.index for operation in file.operations}

    def applied(self) -> FileFacts:
        """The file with everything that goes through others."""
        found: list[tuple[Operation, Send | None, Helper]] = []
        delivered: list[Handling] = []
        for use in uses(self.file.names):
            if use.call.index in self.known:
                continue
            if (one := self._effect(use.owner, use.call)) is not None:
                operation = _operation(one[0], use.call)
                send = self._send(operation, one[0]) if operation.role is Role.SEND else None
                found.append((operation, send, one[1]))
            delivered += self._delivered(use.owner, use.call)
        delivered += self._hooked()
        if not found and not delivered:
            return self.file
        return self._made(found, delivered)

    def _made(self, found: list[tuple[Operation, Send | None, Helper]], delivered: list[Handling]) -> FileFacts:
        file, names = self.file, self.file.names
        polled = (
            poll_loop(names, operation, helper.file.clients, helper.file.settings)
            for operation, _, helper in found
            if operation.role is Role.POLL
        )
        loops = [handling for handling in polled if handling is not None]
        known = {(handling.function, handling.span) for handling in file.handlings}
        added = [h for h in dict.fromkeys((*loops, *delivered)) if (h.function, h.span) not in known]
        ids = {*(operation.library for operation, _, _ in found), *(handling.library for handling in added)}
        return replace(
            file, operations=(*file.operations, *(operation for operation, _, _ in found)),
            sends=(*file.sends, *(send for _, send, _ in found if send is not None)), handlings=(*file.handlings, *added),
            handoffs=file.handoffs or tuple(handoffs(names)), borrowed=tuple(library(identity) for identity in sorted(ids)),
        )  # fmt: skip

    def _effect(self, owner: str, call: Call) -> tuple[Effect, Helper] | None:
        """What a call does, if one file alone says it; a type that only extends another is asked by its own name."""
        found: list[tuple[Effect, Helper]] = []
        for helper in self.helpers.get(owner, ()):
            for key in self._keys(owner, call, helper):
                if (effect := helper.effects.get(key)) is not None:
                    found.append((effect, helper))
                    break
        return found[0] if len(found) == 1 else None

    def _keys(self, owner: str, call: Call, helper: Helper) -> Iterator[tuple[str, str]]:
        """The type and method that a call may mean in a file."""
        imported = self.file.names.imported.get(owner.split(".")[0], "")
        original = (module_path(imported)[1] if "/" in imported else imported.rpartition(".")[2]) or owner
        if not call.receiver and call.receiver_call is None:
            yield "", original  # a function that is imported
            return
        last = owner.rpartition(".")[2]
        yield owner, call.name
        for made in (helper.objects.get(original), helper.objects.get(last), helper.objects.get(owner)):
            if made:
                yield made, call.name
        for declared in helper.file.syntax.types:  # an interface that the type of that file implements
            if owner in {simple_type(base) for base in declared.bases}:
                yield declared.name, call.name
        if call.receiver.split(".")[0] == owner:  # a module: `bus.emit(…)`
            yield "", call.name
        is_object = imported and owner not in {declared.name for declared in helper.file.syntax.types}
        types = {made for made, method in (*helper.effects, *helper.calls) if made and method == call.name}
        if is_object and len(types) == 1:  # what the module exports or gives without a name
            yield next(iter(types)), call.name

    def _send(self, operation: Operation, effect: Effect) -> Send:
        call = operation.call
        handled = True
        if effect.tells is Tells.FUTURE:
            handled = is_result_used(self.file.names, call)
        elif effect.tells is Tells.RESULT:
            handled = is_outcome_read(self.file.names, call)
        return Send(
            operation=operation, topic=_part(call, effect.topic), key=_part(call, effect.key), value=_part(call, effect.payload),
            key_known=effect.key is not None and effect.key.position is not None, callback=None, handled=handled,
            reports_by={Tells.FUTURE: "future", Tells.RESULT: "result", Tells.LOST: "none"}.get(effect.tells, ""),
            waits=effect.tells in (Tells.SETTLED, Tells.RESULT) or (effect.tells is Tells.FUTURE and call.result is ResultUse.AWAITED),
        )  # fmt: skip

    def _delivered(self, owner: str, call: Call) -> Iterator[Handling]:
        """The functions of this file that a call gives to code which calls them with each record."""
        for helper in self.helpers.get(owner, ()):
            key = (
                (owner, "")
                if call.is_construction
                else next((k for k in self._keys(owner, call, helper) if k in helper.calls), None)
            )
            for calls in helper.calls.get(key, ()) if key is not None else ():
                given = call.argument(calls.position, calls.name) if calls.position is not None else None
                function = function_of(self.file.names, given) if given is not None else None
                if function is not None:
                    yield self._handling(function, calls)

    def _hooked(self) -> Iterator[Handling]:
        """The methods of types of this file that their base calls with each record."""
        for declared in self.file.syntax.types:
            for base in map(simple_type, (text.split("(")[0] for text in declared.bases)):
                for helper in self.helpers.get(base, ()):
                    for function in self.file.syntax.functions:
                        calls = helper.hooks.get((base, function.name)) if function.type == declared.index else None
                        if calls is not None:
                            yield self._handling(function, calls)

    def _handling(self, function: Function, calls: Calls) -> Handling:
        names, inner = self.file.names, calls.handling
        mine = parameters_of(self.file, function)
        records = frozenset(mine[n] for n in calls.records if n < len(mine))
        return Handling(
            kind="callback", library=inner.library, function=function.index, span=function.span,
            calls=calls_in(names, function.index, function.span), records=derived_names(names, function.span, records, None),
            auto_commit=inner.auto_commit, group=inner.group, topics=inner.topics, name=function.qualified,
            parts=(*said_ack(calls.ack, function.span), _by(calls, function)),
        )  # fmt: skip


def _by(calls: Calls, function: Function) -> Part:
    return Part(name="delivered-by", value=Value(known=Known.EXPLICIT, text=calls.through.shown), span=function.span)


def _operation(effect: Effect, call: Call) -> Operation:
    return Operation(
        role=effect.role, client=effect.client, library=effect.library, holder=call.receiver, call=call, through=effect.through
    )  # fmt: skip


def _part(call: Call, part: Given | None) -> Expression | None:
    """A part of the record as an expression of the caller: its argument, or the text that the method says."""
    if part is None:
        return None
    if part.position is not None:
        return call.argument(part.position, part.name)
    if part.text is None:
        return None
    return Expression(kind=ExpressionKind.STRING, text=f'"{part.text}"', span=call.name_span, literal=part.text)
