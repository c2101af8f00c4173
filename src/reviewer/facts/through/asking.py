"""What a file asks of the repository's own code: the calls by which it may send, commit, poll or listen through a class of another file."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from reviewer.core.value import value
from reviewer.facts.streaming.declared import OWN, bare
from reviewer.facts.streaming.names import Names, simple_type
from reviewer.facts.syntax import Call, SyntaxFacts

#: What speaks of streams: of the method, of what it is called on, or of that one's type, one has to.
_SPEAKS = re.compile(
    r"kafka|produc|publish|consum|event|messag|queue|bus$|topic|stream|broker|outbox|listen|subscrib|notif|dispatch|emit|record|feed|writer|reader|"
    r"^_*(send|commit|ack|mark|flush|poll|broadcast|offset)|sender",
    re.IGNORECASE,
)
#: What methods are called that do something with a record.
WORKS = re.compile(
    r"_*(on|handle|process|consume|work|do|execute|run|receive|accept|apply|dispatch|perform)", re.IGNORECASE
)
_NAME = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)?")


@value()
class Use:
    """A call on something of the repository: `owner` is its type, or the object, function or module that is imported."""

    call: Call
    owner: str


@lru_cache(maxsize=16384)
def speaks(text: str) -> bool:
    """Whether a name has to do with streams."""
    return _SPEAKS.search(text) is not None


def may_ask(syntax: SyntaxFacts) -> bool:
    """A cheap look before the names of a file are read."""
    if any(speaks(call.name) or speaks(call.receiver) for call in syntax.calls):
        return True
    types = (text for declared in syntax.types for text in (declared.name, *declared.bases))
    works = any(WORKS.match(function.name) for function in syntax.functions if function.type is not None)
    return works or any(map(speaks, types)) or any(speaks(item.path) for item in syntax.imports)


def uses(names: Names) -> Iterator[Use]:
    """The calls of a file that may go through a class of the repository."""
    owners = Owners(names)
    for call in names.syntax.calls:
        owner = owners.of(call)
        if owner and any(map(speaks, (call.name, owner, call.receiver, names.imported.get(owner, "")))):
            yield Use(call=call, owner=owner)


class Owners:
    """What the calls of a file are made on, as the file names it. The same receiver is asked for once in each function."""

    def __init__(self, names: Names) -> None:
        self._names = names
        self._own = {declared.name for declared in names.syntax.types}
        self._functions = {function.name for function in names.syntax.functions if not function.is_lambda}
        self._by_receiver: dict[tuple[str, int | None], str] = {}
        self._parameters: dict[str, set[str]] | None = None

    def of(self, call: Call) -> str:
        """A type, or an imported object, function or module; "" where it is not told, or is of no other file."""
        if call.is_construction:
            owner = simple_type(call.name) if self._gives_function(call) else ""
        elif call.receiver_call is not None:
            made = self._names.syntax.calls[call.receiver_call]
            owner = simple_type(made.name) if made.is_construction else ""
        elif not call.receiver:
            owner = call.name if call.name in self._names.imported else ""
        else:
            key = (call.receiver, call.function)
            if key not in self._by_receiver:
                self._by_receiver[key] = self._behind(call)
            owner = self._by_receiver[key]
        return "" if owner in self._own else owner

    def _gives_function(self, call: Call) -> bool:
        """`new TopicConsumer(config, this::handle)`: a function of this file may be called with records."""
        return any(
            a.value.function is not None or "::" in a.value.text or bare(a.value.text) in self._functions
            for a in call.arguments
        )

    def _behind(self, call: Call) -> str:
        typed = self._names.type_of(call.receiver, call.function).lstrip(".")
        if "/" in typed:  # what a script imports by default has no name of its own
            typed = next((i.alias for i in self._names.syntax.imports if i.path.endswith(typed)), "")
        found = typed or _imported(self._names, call.receiver) or self._named_alike(call.receiver)
        found = found or self._given_by(call)
        return found.rpartition(".")[2] if self._names.syntax.language == "go" else found

    def _given_by(self, call: Call) -> str:
        """What is imported and gives the object: `b := bus.New(w)`, `const bus = openBus()`."""
        for assignment in self._names.syntax.assignments:
            made = assignment.value.call if assignment.value is not None else None
            same = assignment.target == call.receiver and assignment.function in (call.function, None)
            if same and made is not None:
                maker = self._names.syntax.calls[made]
                return _imported(self._names, maker.receiver or maker.name)
        return ""

    def _named_alike(self, receiver: str) -> str:
        """The type that the file gives to every parameter of that name which has one: `def send(producer, …)` beside `producer: EventProducer`."""
        if self._parameters is None:
            self._parameters = {}
            for function in self._names.syntax.functions:
                for parameter in function.parameters:
                    if parameter.type:
                        self._parameters.setdefault(parameter.name, set()).add(parameter.type)
        found = self._parameters.get(OWN.sub("", receiver), set())
        return self._names.plain_type(next(iter(found))) if len(found) == 1 else ""


def _imported(names: Names, receiver: str) -> str:
    """An imported object or module, `bus` or `kafka.bus`."""
    text = receiver if _NAME.fullmatch(receiver) else ""
    return text if text.split(".")[0] in names.imported else ""


def bases(names: Names) -> Iterator[str]:
    """The types of other files that types of this file extend, and that may call them with records."""
    own = {declared.name for declared in names.syntax.types}
    functions = names.syntax.functions
    works = {function.type for function in functions if function.type is not None and WORKS.match(function.name)}
    for declared in names.syntax.types:
        for base in declared.bases:
            plain = simple_type(base.split("(")[0])
            told = speaks(plain) or speaks(declared.name) or declared.index in works
            if plain and plain not in own and told:
                yield plain
