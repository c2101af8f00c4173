"""What the code calls the job, application, group, topic and connector at a place of the change."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import PurePosixPath

from reviewer.core.span import Side, Span
from reviewer.core.stream_map import EdgeKind, NodeKind, StreamMap
from reviewer.facts.delta import Delta
from reviewer.facts.streaming.dataflow import Deployment
from reviewer.facts.streaming.follow import Place, value_of
from reviewer.facts.streaming.model import FileFacts, Known, Value
from reviewer.facts.streaming.names import simple_type
from reviewer.facts.syntax import Call
from reviewer.rollout.recipe import Names

_EXECUTES = ("execute", "executeAsync", "execute_async")
_ENVIRONMENT = re.compile(r"(^|\.)\w*([eE]nv|[eE]nvironment)(\(.*\))?$")
_IDENTITIES = ("transactional.id", "transaction.id.prefix", "transactional.id.prefix")
_ROUNDS = 2  # from a function to the class that uses it, from that to the one that runs the job

#: The unchanged files of the repository that have one of some words, within limits.
Look = Callable[[Sequence[str]], Sequence[FileFacts]]


class Places:
    """Looks names up in both versions of a change. `before` and `after` are the maps of its streams; `look` finds other files of the repository."""

    def __init__(self, delta: Delta, before: StreamMap, after: StreamMap, look: Look = lambda _words: ()) -> None:
        self._delta = delta
        self._maps = {Side.BEFORE: before, Side.AFTER: after}
        self._look = look
        self._jobs: dict[str, str] = {}

    def at(self, span: Span, about: str = "") -> Names:
        """The names at a span; what the file does not say is looked for in the whole change, and taken where it is the only one."""
        side = self._delta.before if span.side is Side.BEFORE else self._delta.after
        here = side.file(span.path)
        if here is None:
            return Names(place=span.path)
        everything = list(side.everything())
        return Names(
            place=_place(here, span),
            job=self._job(here, span, everything) if about == "job" else "",
            application=_setting("application.id", here, everything) or _handed(here, everything),
            group=_group(here, span) or _setting("group.id", here, everything),
            topic=_declared(here, span) or self._topic(span),
            identity=_only(_texts(s.value for s in here.settings if s.key in _IDENTITIES and _meet(s.span, span))),
            inputs=self._inputs(span),
            connector=_only([c.name for c in here.connectors if c.is_literal]),
        )

    def _job(self, here: FileFacts, span: Span, everything: Sequence[FileFacts]) -> str:
        """What the file calls its job, else the job that uses the class at the place, else the only one that is known."""
        own = _only(d.name for d in here.deployments) or _only(_executed(here))
        if own:
            return own
        start = _place(here, span)
        if start not in self._jobs:
            self._jobs[start] = self._running(here, start, everything)
        return self._jobs[start]

    def _running(self, here: FileFacts, start: str, everything: Sequence[FileFacts]) -> str:
        known = {facts.path: facts for facts in everything if not facts.is_test}
        users, seen = {start} if start != here.path else set(), {here.path}
        runs = [here] if _runs(here) else []
        for _ in range(_ROUNDS):
            if runs or not users:
                break
            known |= {
                facts.path: facts for facts in self._look([*sorted(users), "FlinkDeployment"]) if not facts.is_test
            }
            found = [facts for path, facts in known.items() if path not in seen and _uses(facts, users)]
            runs = [facts for facts in found if _runs(facts)]
            seen |= {facts.path for facts in found}
            users = {declared.name for facts in found for declared in facts.syntax.types}
        if runs and not any(facts.deployments for facts in known.values()):
            known |= {facts.path: facts for facts in self._look(["FlinkDeployment"])}
        if owners := [simple_type(text.rpartition(".")[0]) for facts in runs for text in _unsaid(facts)]:
            again = self._look([*(t.name for facts in runs for t in facts.syntax.types), *owners, start])
            runs = [facts for facts in again if facts.path in {run.path for run in runs}] or runs
        named = _only(name for facts in runs for name in _executed(facts))
        deployed = [d.name for facts in known.values() for d in facts.deployments if runs and _starts(d, runs)]
        return named or _only(deployed) or _only(name for facts in everything for name in _executed(facts))

    def has_topic_before(self, span: Span) -> bool:
        """Whether a topic that is declared at a place of the change was declared before it; a broker's default is no topic."""
        if span.side is Side.BEFORE:
            here = self._delta.before.file(span.path)
            return here is not None and bool(_declarations(here, span))
        here = self._delta.after.file(span.path)
        names = set(_declarations(here, span)) if here is not None else set()
        return any(topic.name in names for facts in self._delta.before.everything() for topic in facts.topics)

    def was_another(self, span: Span) -> bool:
        """Whether a transactional id, or a prefix of it, at a place was another text before."""
        pairs = (pair for key in _IDENTITIES for pair in self._delta.settings(key))
        return any(p.before is not None and p.after is not None and p.before.value.text != p.after.value.text and p.after.span.path == span.path and _meet(p.after.span, span) for p in pairs)  # fmt: skip

    def _inputs(self, span: Span) -> tuple[str, ...]:
        """The topics that the code of the file reads; none when one of them is not known."""
        drawn = self._maps[span.side]
        ends = (drawn.node(e.source) for e in drawn.edges if e.kind is EdgeKind.READS and e.path == span.path)
        found = {node.label: node.is_known for node in ends if node is not None}
        return tuple(sorted(found)) if all(found.values()) else ()

    def _topic(self, span: Span) -> str:
        """The only topic of the file that the map knows, else the nearest one above or at the line."""
        drawn = self._maps[span.side]
        found: list[tuple[int, str]] = []
        for edge in drawn.edges:
            if edge.path != span.path or edge.kind not in (EdgeKind.READS, EdgeKind.WRITES):
                continue
            node = drawn.node(edge.source if edge.kind is EdgeKind.READS else edge.target)
            if node is not None and node.kind is NodeKind.TOPIC and node.is_known:
                found.append((edge.line, node.label))
        near = {name for line, name in found if span.first_line <= line <= span.last_line}
        return _only(near) or _only(name for _, name in found)


def _place(facts: FileFacts, span: Span) -> str:
    """The outermost class around the line, else the file: the one that others use."""
    around = [t for t in facts.syntax.types if t.span.first_line <= span.first_line <= t.span.last_line]
    return min(around, key=lambda t: t.span.first_line).name if around else facts.path


def _runs(facts: FileFacts) -> bool:
    return any(True for _ in _executions(facts))


def _executions(facts: FileFacts) -> Iterator[Call]:
    """`env.execute(…)` of code that uses Flink; a statement of a database is executed as well."""
    for call in facts.syntax.calls if any(library.startswith("flink") for library in facts.libraries) else ():
        if call.name in _EXECUTES and _ENVIRONMENT.search(call.receiver):
            yield call


def _executed(facts: FileFacts) -> list[str]:
    """Names that are given to `execute(…)`."""
    return _texts(_given(facts))


def _unsaid(facts: FileFacts) -> list[str]:
    """Constants of other classes that are given to it and that nobody has read."""
    return [value.text for value in _given(facts) if value.known is not Known.EXPLICIT and "." in value.text]


def _given(facts: FileFacts) -> Iterator[Value]:
    for call in _executions(facts):
        if call.arguments:
            yield value_of(Place(names=facts.names, function=call.function), call.arguments[0].value)


def _meet(one: Span, other: Span) -> bool:
    return one.first_line <= other.last_line and other.first_line <= one.last_line


def _starts(deployment: Deployment, runs: Sequence[FileFacts]) -> bool:
    """Whether a FlinkDeployment may be of that code: its entry class is in it, or nothing says one."""
    entry = deployment.part("entry-class")
    if entry is None or entry.known is not Known.EXPLICIT:
        return True
    own = {declared.name for facts in runs for declared in facts.syntax.types}
    own |= {f"{PurePosixPath(facts.path).stem}Kt" for facts in runs}  # what Kotlin makes of a file with a main function
    return simple_type(entry.text) in own


def _uses(facts: FileFacts, names: set[str]) -> bool:
    """Whether a class is constructed, or a static method of it called."""
    return any(call.name in names or simple_type(call.receiver) in names for call in facts.syntax.calls)


def _group(facts: FileFacts, span: Span) -> str:
    """The group of the handling around the line, else of the file."""
    around = [h.group for h in facts.handlings if h.span.first_line <= span.first_line <= h.span.last_line]
    return _only(_texts(around)) or _only(_texts(h.group for h in facts.handlings))


def _setting(key: str, here: FileFacts, everything: Sequence[FileFacts]) -> str:
    own = _only(_texts(s.value for s in here.settings if s.key == key))
    return own or _only(_texts(s.value for facts in everything for s in facts.settings if s.key == key))


def _handed(here: FileFacts, everything: Sequence[FileFacts]) -> str:
    """The application id that this file hands to a helper of another one, which sets it: `config(servers, APP_ID)`."""
    found: list[Value] = []
    for facts in everything:
        given = {
            s.value.text for s in facts.settings if s.key == "application.id" and s.value.known is not Known.EXPLICIT
        }
        for function in facts.syntax.functions if given and facts is not here else ():
            names = [parameter.name for parameter in function.parameters]
            for position in (names.index(name) for name in names if name in given):
                calls = (c for c in here.syntax.calls if c.name == function.name and len(c.arguments) == len(names))
                found += [value_of(Place(names=here.names, function=c.function), c.argument(position)) for c in calls]
    return _only(_texts(found))


def _declared(facts: FileFacts, span: Span) -> str:
    """The topic whose declaration the line belongs to."""
    literal = {topic.name for topic in facts.topics if topic.is_literal}
    return _only(name for name in _declarations(facts, span) if name in literal)


def _declarations(facts: FileFacts, span: Span) -> list[str]:
    """The topics that are declared there, as written."""
    spans = [(t.span, t.name) for t in facts.topics]
    spans += [(part, t.name) for t in facts.topics for part in (t.partitions_span, t.replication_span) if part]
    spans += [(setting.span, t.name) for t in facts.topics for setting in t.settings]
    return [name for at, name in spans if _meet(at, span)]


def _texts(values: Iterable[Value]) -> list[str]:
    return [value.text for value in values if value.known is Known.EXPLICIT and value.text]


def _only(names: Iterable[str]) -> str:
    """The one name, "" for none and for several: nobody is told a name that may be another's."""
    distinct = set(names)
    return distinct.pop() if len(distinct) == 1 else ""
