"""Topics that are objects of a framework: `orders = app.topic("orders")`, `Topic("orders")`."""

from __future__ import annotations

from collections.abc import Mapping

from reviewer.clients.library import Operation as Row
from reviewer.facts.streaming.names import Names, bare, simple_type
from reviewer.facts.syntax import Call, Expression, ExpressionKind

_NAMED = ("name", "topic")  # keywords under which a topic's name may stand


def _first(call: Call) -> Expression | None:
    found = (call.argument(-1, keyword) for keyword in _NAMED)
    return call.argument(0) or next((value for value in found if value is not None), None)


def topics_made(names: Names) -> dict[str, Expression | None]:
    """What a file's topics that are objects were made with, by the variable that holds them: `orders = app.topic("orders")`."""
    makers = {name for name, rows in names.tables.makers.items() if any(row.type == "Topic" for _, row in rows)}
    calls = (call for call in names.syntax.calls if makers and call.result_name and simple_type(call.name) in makers)
    return {bare(call.result_name or ""): _first(call) for call in calls if _makes_topic(names, call)}


def _makes_topic(names: Names, call: Call) -> bool:
    row = names.maker(call)
    return row is not None and row[1].type == "Topic"


def topic_of(
    names: Names, row: Row, call: Call, topic: Expression | None, made: Mapping[str, Expression | None]
) -> Expression | None:
    """The name of a topic that is an object: of the one that is sent with, or of the one that is given."""
    if row.topic_of_holder:
        inner = call.receiver_call
        return made.get(bare(call.receiver)) if inner is None else _first(names.syntax.calls[inner])
    if topic is None:
        return None
    if topic.call is not None:
        inner_call = names.syntax.calls[topic.call]
        return _first(inner_call) if _makes_topic(names, inner_call) else topic
    return (made.get(bare(topic.text)) if topic.kind is ExpressionKind.NAME else None) or topic
