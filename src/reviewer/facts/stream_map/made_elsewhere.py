"""Sources and sinks that another class makes for a job: `alerts.addSink(AlertsSink.create(config))`."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from reviewer.core.span import Span
from reviewer.core.stream_map import EdgeKind
from reviewer.facts.stream_map.call_names import TopicName
from reviewer.facts.stream_map.parts import Drawing
from reviewer.facts.streaming.follow import at, hops
from reviewer.facts.streaming.model import Builder, FileFacts
from reviewer.facts.streaming.names import simple_type
from reviewer.facts.syntax import Call, Function

_TAKES = frozenset({"addSource", "addSink", "sinkTo", "fromSource", "add_source", "add_sink", "sink_to", "from_source"})

Read = Callable[[FileFacts, Call | Builder], Iterator[tuple[TopicName, EdgeKind, Span]]]


def made_elsewhere(
    drawing: Drawing, facts: FileFacts, call: Call, read: Read
) -> Iterator[tuple[TopicName, EdgeKind, Span]]:
    """The topics of the source or sink that a method of another file makes; nothing where it makes several kinds of them, or for many topics.

    `read` says the topics of a constructed connector or a builder. What is told here is no longer told of the class that makes it.
    """
    if call.name not in _TAKES or not call.arguments:
        return
    made = (m.call for m, where in hops(at(facts.names, call), call.arguments[0].value) if where.syntax is facts.syntax)
    own = [index for index in made if index is not None]
    for other, function in _makers(drawing, facts, facts.syntax.calls[own[-1]]) if own else ():
        found = list(dict.fromkeys((name, kind) for name, kind, _ in _inside(other, function, read)))
        if len(found) == 1:
            drawing.handed.add((drawing.path(other), function.span.first_line, function.span.last_line))
            yield *found[0], call.name_span


def _makers(drawing: Drawing, facts: FileFacts, helper: Call) -> Iterator[tuple[FileFacts, Function]]:
    owner = facts.names.type_of(helper.receiver, helper.function) or simple_type(helper.receiver)
    declared = drawing.topics.constants.declared(owner, facts.path) if owner and not helper.is_construction else None
    other = next((f for f in drawing.topics.files if f.syntax is declared), None)
    if other is None or other.path == facts.path:
        return
    named = [f for f in other.syntax.functions if f.name == helper.name and not f.is_lambda]
    if len(named) == 1:
        yield other, named[0]


def _inside(other: FileFacts, function: Function, read: Read) -> Iterator[tuple[TopicName, EdgeKind, Span]]:
    for call in other.syntax.calls:
        if call.function == function.index and call.is_construction:
            yield from read(other, call)
    for builder in other.builders:
        if builder.call.function == function.index:
            yield from read(other, builder)
