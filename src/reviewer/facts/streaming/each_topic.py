"""Topics that a loop makes: whose list it goes over, so that a reader is told `orders` or `TOPICS`, and not `t`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from reviewer.facts.streaming.model import Known, Topic
from reviewer.facts.streaming.names import Names
from reviewer.facts.syntax import BlockKind

_LIST = re.compile(r"[A-Za-z_][\w.]*")
_STREAM = re.compile(r"(\.(stream|iter|into_iter|asSequence|entries|values|items)\(\))+$")


def with_list(names: Names, topic: Topic) -> Topic:
    """The topic with the list that its name runs over, and the names in it where they are literal; as it is where there is none."""
    if topic.is_literal or not topic.name.isidentifier():
        return topic
    over = next((text for text in _lists(names, topic) if _LIST.fullmatch(text)), "")
    return replace(topic, over=over, among=_among(names, over)) if over else topic


def _lists(names: Names, topic: Topic) -> Iterator[str]:
    """What a loop, a comprehension or a lambda around it goes over, the innermost first."""
    syntax, word = names.syntax, re.compile(rf"(?<!\w){re.escape(topic.name)}(?!\w)")
    loops = [b for b in syntax.blocks if b.kind is BlockKind.LOOP and b.variable and b.span.contains(topic.span)]
    yield from (_STREAM.sub("", b.detail) for b in reversed(loops) if word.search(b.variable or ""))
    for function in reversed(syntax.functions):
        given = [parameter.name for parameter in function.parameters] or ["it"]
        if (
            function.is_lambda
            and function.argument_of is not None
            and function.span.contains(topic.span)
            and topic.name in given
        ):
            yield _STREAM.sub("", syntax.calls[function.argument_of].receiver)
    going = re.compile(rf"\bfor\s+{re.escape(topic.name)}\s+in\s+([A-Za-z_][\w.]*)")
    around = [argument.value for call in syntax.calls for argument in call.arguments]
    around += [assignment.value for assignment in syntax.assignments if assignment.value is not None]
    yield from (m[1] for value in around if value.span.contains(topic.span) and (m := going.search(value.text)))


def _among(names: Names, over: str) -> tuple[str, ...]:
    """The literals of the list; none unless each is one."""
    given = [a.value for a in names.syntax.assignments if a.target.rpartition(".")[2] == over.rpartition(".")[2]]
    if len(given) != 1 or given[0] is None:
        return ()
    values = [names.resolve(entry.value, None) for entry in given[0].entries if entry.key is None]
    return tuple(v.text for v in values) if values and all(v.known is Known.EXPLICIT for v in values) else ()
