"""What a file asks of the repository's own code: the calls by which it may send, commit, poll or listen through a class of another file."""

from __future__ import annotations

import re
from collections.abc import Iterator

from reviewer.core.value import value
from reviewer.facts.streaming.declared import OWN
from reviewer.facts.streaming.names import Names, simple_type
from reviewer.facts.syntax import Call, SyntaxFacts

#: What speaks of streams: of the method, of what it is called on, or of that one's type, one has to.
SPEAKS = re.compile(
    r"kafka|produc|publish|consum|event|messag|queue|bus$|topic|stream|broker|outbox|listen|subscrib|notif|dispatch|emit|record|feed|writer|reader|"
    r"^_*(send|commit|ack|mark|flush|poll|broadcast|offset)|sender",
    re.IGNORECASE,
)
_NAME = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)?")


@value()
class Use:
    """A call on something of the repository: `owner` is its type, or the object, function or module that is imported."""

    call: Call
    owner: str


def may_ask(syntax: SyntaxFacts) -> bool:
    """A cheap look before the names of a file are read."""
    texts = {text for call in syntax.calls for text in (call.name, call.receiver)}
    texts.update(text for declared in syntax.types for text in (declared.name, *declared.bases))
    return any(SPEAKS.search(text) for text in texts) or any(SPEAKS.search(item.path) for item in syntax.imports)


def uses(names: Names) -> Iterator[Use]:
    """The calls of a file that may go through a class of the repository."""
    for call in names.syntax.calls:
        owner = owner_of(names, call)
        if owner and any(
            SPEAKS.search(text) for text in (call.name, owner, call.receiver, names.imported.get(owner, ""))
        ):
            yield Use(call=call, owner=owner)


def owner_of(names: Names, call: Call) -> str:
    """What a call is made on, as its file names it; "" where it is not told, or is of no other file."""
    if call.is_construction:
        owner = simple_type(call.name) if _gives_function(call) else ""
    elif call.receiver_call is not None:
        made = names.syntax.calls[call.receiver_call]
        owner = simple_type(made.name) if made.is_construction else ""
    elif not call.receiver:
        owner = call.name if call.name in names.imported else ""
    else:
        typed = names.type_of(call.receiver, call.function).lstrip(".")
        owner = typed or _imported(names, call.receiver) or _named_alike(names, call.receiver)
    own = any(declared.name == owner for declared in names.syntax.types)
    return "" if own else owner.rpartition(".")[2] if names.syntax.language == "go" else owner


def _gives_function(call: Call) -> bool:
    """`new TopicConsumer(config, this::handle)`: a function of this file may be called with records."""
    return any(a.value.function is not None or "::" in a.value.text or "." in a.value.text for a in call.arguments)


def _imported(names: Names, receiver: str) -> str:
    """An imported object or module, `bus` or `kafka.bus`."""
    text = receiver if _NAME.fullmatch(receiver) else ""
    return text if text.split(".")[0] in names.imported else ""


def _named_alike(names: Names, receiver: str) -> str:
    """The type that the file gives to every parameter of that name which has one: `def send(producer, …)` beside `producer: EventProducer`."""
    plain = OWN.sub("", receiver)
    if not plain.isidentifier():
        return ""
    found = {p.type for f in names.syntax.functions for p in f.parameters if p.name == plain and p.type}
    return names.plain_type(next(iter(found))) if len(found) == 1 else ""


def bases(names: Names) -> Iterator[str]:
    """The types of other files that types of this file extend, and that may call them with records."""
    own = {declared.name for declared in names.syntax.types}
    for declared in names.syntax.types:
        for base in declared.bases:
            plain = simple_type(base.split("(")[0])
            if plain and plain not in own and (SPEAKS.search(plain) or SPEAKS.search(declared.name)):
                yield plain
