"""Who else reads or writes what a change touches: looked up in the repository by word, read within limits, joined by the map's resolver."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from reviewer.clients.registry import Libraries
from reviewer.context.handed_on import with_handed_to
from reviewer.context.shelf import Shelf, is_document
from reviewer.context.stand_ins import NAMES, is_of_use, stand_ins
from reviewer.context.touched import Touched, respelt, touched_by
from reviewer.core.blast_radius import NOT_FOLLOWED, Blast, BlastKind, User
from reviewer.core.problem import Problem, ReviewError
from reviewer.core.source import SourceReader
from reviewer.core.span import Span
from reviewer.core.stream_map import EdgeKind, NodeKind, StreamEdge, StreamMap, StreamNode
from reviewer.core.value import value
from reviewer.facts.beside import read_beside
from reviewer.facts.delta import Delta
from reviewer.facts.gather import Parse
from reviewer.facts.stream_map.build import stream_map
from reviewer.facts.streaming.follow import Place, flat, value_of
from reviewer.facts.streaming.model import FileFacts, Known
from reviewer.files import is_test
from reviewer.relevance.signals import CODE

_FILES = 24  # that are parsed of one repository
_ROUNDS = 2  # a topic's name leads to its constant, the constant to who uses it
_SHORTEST = 3  # characters of a name that is looked up
_USERS = 50  # of one topic
_BESIDE = 6  # lines around a read or write in which the type of its records is named
_QUOTE = 300
_NEAREST = 20  # changed files that nearness is measured from
_STORE_CALLS = frozenset({"store", "fromnameandtype", "getstatestore", "querymetadataforkey"})
# Without a search, files are chosen by these words in their names.
_LIKELY = (
    "consumer",
    "listener",
    "producer",
    "publisher",
    "stream",
    "topic",
    "kafka",
    "job",
    "sink",
    "source",
    "handler",
    "connect",
)
#: What clients call their own things.
_CLIENTS_OWN = frozenset(
    {"Consumer", "Producer", "Record", "Message", "Topic", "Partition", "Offset", "Header", "Client", "Group"}
)
_ENDS = (EdgeKind.READS, EdgeKind.WRITES)


@value()
class Neighbour:
    """Another repository: its name, and its files, which are read and never run."""

    name: str
    reader: SourceReader


@value()
class Streams:
    """Both versions of the map around a change, with everybody that was found at its topics, and who they are. `files` are the unchanged ones that were read;
    `notices` say which neighbour could not be read, and what to do."""

    before: StreamMap
    after: StreamMap
    radius: tuple[Blast, ...] = ()
    problems: tuple[Problem, ...] = ()
    notices: tuple[str, ...] = ()
    files: tuple[FileFacts, ...] = ()


def _renames(delta: Delta) -> dict[str, str]:
    files = delta.change_set.files
    return {f.old_path: f.new_path for f in files if f.old_path and f.new_path and f.old_path != f.new_path}


def streams_around(
    delta: Delta, reader: SourceReader, parse: Parse, neighbours: Sequence[Neighbour] = (), *, look: bool = True
) -> Streams:
    """The maps of the changed files, and what else hangs on their topics. Nothing is looked up where nothing is touched."""
    moved = _renames(delta)
    before = stream_map(delta.before.files, beside=delta.before.related, renamed=moved)
    after = stream_map(delta.after.files, beside=delta.after.related)
    if not look:
        return Streams(before=before, after=after)
    touched = touched_by(delta, before, after)
    said = respelt(delta)
    words = [name for name in dict.fromkeys((*touched.names, *said)) if len(name) >= _SHORTEST][:NAMES]
    if not words and not touched.connectors:
        return Streams(before=before, after=after)
    lookup = _Lookup(delta, parse, words)
    own = lookup.find(reader) if words else _Held()
    if own.files:
        # What names stood for is another thing before the change, also for files that it leaves alone.
        same = own.files if not said else lookup.read(own, [*delta.before.everything()])
        before = stream_map([*delta.before.files, *same], beside=delta.before.related, renamed=moved)
        after = stream_map([*delta.after.files, *own.files], beside=delta.after.related)
        # Again, with those who are in a group, or use a constant or key that says another name now.
        touched = touched_by(delta, before, after, said)
    changed = {file.path for file in delta.change_set.files}
    found = {"": _At(after, own)}
    problems: list[Problem] = []
    notices: list[str] = []
    for neighbour in neighbours if words else ():
        try:
            held = lookup.find(neighbour.reader, foreign=True)
        except ReviewError as error:
            notices.append(f"related-repositories: {neighbour.name}: {error}")
            found[neighbour.name] = _At(stream_map(()), _Held(note="it could not be read"))
            continue
        except OSError as error:
            problems.append(
                Problem(step="blast radius", subject=neighbour.name, message=f"could not be searched: {error}")
            )
            continue
        found[neighbour.name] = _At(stream_map(held.files), held)
    blasts = tuple(_blasts(touched, found, changed))
    return Streams(
        before=before, after=after, radius=blasts, problems=tuple(problems), notices=tuple(notices), files=own.files
    )


def files_at(delta: Delta, reader: SourceReader, parse: Parse, topics: Sequence[str]) -> tuple[FileFacts, ...]:
    """The unchanged files of the repository that name one of some topics, within the same limits. Raises ReviewError when it can't be searched."""
    words = [name for name in topics if len(name) >= _SHORTEST][:NAMES]
    return _Lookup(delta, parse, words).find(reader).files if words else ()


@value()
class _Held:
    """What was read of one repository."""

    files: tuple[FileFacts, ...] = ()
    texts: Mapping[str, str] | None = None
    note: str = ""

    def quote(self, path: str, line: int) -> str:
        lines = (self.texts or {}).get(path, "").split("\n")
        return lines[line - 1].strip()[:_QUOTE] if 0 < line <= len(lines) else ""


class _Lookup:
    """The search for some names, one repository at a time."""

    def __init__(self, delta: Delta, parse: Parse, names: Sequence[str]) -> None:
        self._delta, self._parse, self._names = delta, parse, names
        self._changed = {file.path for file in delta.change_set.files}
        self._known = [*delta.after.everything()]

    def read(self, held: _Held, known: Sequence[FileFacts]) -> tuple[FileFacts, ...]:
        """The same files, with other constants around them."""
        return read_beside({facts.path: facts.syntax for facts in held.files}, held.texts or {}, known, Libraries())

    def find(self, reader: SourceReader, *, foreign: bool = False) -> _Held:
        """The files that use one of the names, or what stands for it there."""
        shelf = Shelf(reader=reader, parse=self._parse)
        known = [] if foreign else self._known
        words = [*self._names, *stand_ins(known, self._names)]
        texts: dict[str, str] = {}
        files: tuple[FileFacts, ...] = ()
        notes: list[str] = []
        asked: set[str] = set()
        for _ in range(_ROUNDS):
            wanted = [word for word in words if word not in asked]
            if not wanted:
                break
            asked.update(wanted)
            held = shelf.holding(wanted, sorted(self._changed)[:_NEAREST], names=_LIKELY, only=lambda path: not is_test(path) and (CODE.search(path) is not None or is_document(path) or path.endswith((".sql", ".avsc", ".proto", ".json"))))  # fmt: skip
            new = [path for path in held.paths if path not in texts and (foreign or path not in self._changed)]
            read = {p: t for p, t in shelf.texts(new).items() if is_of_use(p, t, wanted)}
            room = _FILES - len(texts)
            left = held.left + max(0, len(read) - room)
            texts.update(dict(list(read.items())[:room]))
            notes += [held.account] if held.is_partial else []
            notes += [f"{left} more files hold one of the names and were not read"] if left else []
            files = read_beside(shelf.facts(texts), texts, [] if foreign else self._known, Libraries())
            words = stand_ins(files, self._names)
        files = with_handed_to(
            shelf, texts, files, [] if foreign else self._known, self._names, self._changed, most=_FILES
        )
        return _Held(files=files, texts=texts, note="; ".join(dict.fromkeys(notes)))


Found = Mapping[str, "_At"]


def _blasts(touched: Touched, found: Found, changed: set[str]) -> Iterator[Blast]:
    old_names = set(touched.renamed.values())
    note = "; ".join(
        dict.fromkeys(
            f"{name}: {held.note}" if name else held.note
            for name, held in ((name, at.held) for name, at in found.items())
            if held.note
        )
    )
    for name, spans in touched.topics.items():
        if name in old_names:
            continue
        was = touched.renamed.get(name, "")
        places = (*spans, *touched.topics.get(was, ()))
        yield _of_topic(name, was, tuple(places), found, changed, note)
    for group, spans in touched.groups.items():
        if group in touched.regrouped.values():
            continue
        was = touched.regrouped.get(group, "")
        members, left = (_users(found, changed, _is_member(name)) if name else () for name in (group, was))
        places = tuple(dict.fromkeys((*spans, *touched.groups.get(was, ()))))
        yield Blast(
            kind=BlastKind.GROUP, name=group, was=was, readers=members, old_readers=left, touched=places, note=note
        )
    for store, spans in touched.stores.items():
        keepers, readers = _users(found, changed, _keeps(store)), tuple(_store_readers(store, found, changed))
        yield Blast(kind=BlastKind.STORE, name=store, readers=readers, writers=keepers, touched=tuple(spans), note=note)
    for schema, spans in touched.schemas.items():
        yield from _of_schema(schema, touched.types[schema], tuple(spans), found, changed, note)
    for connector, spans in touched.connectors.items():
        yield _of_connector(connector, tuple(spans), found, changed, note)


def _of_topic(name: str, was: str, spans: tuple[Span, ...], found: Found, changed: set[str], note: str) -> Blast:
    readers, writers = (_ends(name, kind, found, changed) for kind in (EdgeKind.READS, EdgeKind.WRITES))
    lost = "" if readers and writers else _unfollowed(name, found)
    return Blast(
        kind=BlastKind.TOPIC, name=name, was=was, touched=tuple(dict.fromkeys(spans)), note="; ".join(filter(None, (note, lost))),
        readers=readers, writers=writers,
        old_readers=_ends(was, EdgeKind.READS, found, changed) if was else (),
        old_writers=_ends(was, EdgeKind.WRITES, found, changed) if was else (),
    )  # fmt: skip


def _unfollowed(name: str, found: Found) -> str:
    """Code that has the name and is at neither end of the topic: it hands the name on, and where it ends was not seen."""
    quoted = re.compile(rf"[\"'`]{re.escape(name)}[\"'`]")
    at = {edge.path for one in found.values() for kind in _ENDS for edge in one.ends.get((kind, name), ())}
    declared = {
        facts.path for one in found.values() for facts in one.held.files if any(t.name == name for t in facts.topics)
    }
    texts = ((path, text) for one in found.values() for path, text in (one.held.texts or {}).items())
    left = [p for p, text in texts if p not in at and p not in declared and CODE.search(p) and quoted.search(text)]
    more = f" and {len(left) - 1} more files name" if len(left) > 1 else " names"
    return f"{left[0]}{more} it, and {NOT_FOLLOWED}" if left else ""


def _ends(name: str, kind: EdgeKind, found: Found, changed: set[str]) -> tuple[User, ...]:
    return _users(found, changed, lambda at: at.ends.get((kind, name), ()))


Wanted = Callable[["_At"], Iterable[StreamEdge]]


class _At:
    """What was found in one repository, by what is asked of it."""

    def __init__(self, drawn: StreamMap, held: _Held) -> None:
        self.drawn, self.held = drawn, held
        self.nodes = {node.id: node for node in drawn.nodes}
        self.ends: dict[tuple[EdgeKind, str], list[StreamEdge]] = {}
        for edge in drawn.edges:
            topic = self.nodes[edge.source if edge.kind is EdgeKind.READS else edge.target]
            if edge.kind in _ENDS and topic.kind is NodeKind.TOPIC and topic.is_known:
                self.ends.setdefault((edge.kind, topic.label), []).append(edge)


def _is_member(group: str) -> Wanted:
    return lambda at: (e for e in at.drawn.edges if e.kind is EdgeKind.READS and e.group == group)


def _keeps(store: str) -> Wanted:
    return lambda at: (e for e in at.drawn.edges if e.kind is EdgeKind.KEEPS and at.nodes[e.target].label == store)


def _users(found: Found, changed: set[str], wanted: Wanted) -> tuple[User, ...]:
    users: list[User] = []
    for repository, at in found.items():
        users += [_user(edge, at.nodes, repository, at.held, changed) for edge in wanted(at)]
    return tuple(dict.fromkeys(sorted(users)))[:_USERS]


def _user(edge: StreamEdge, nodes: Mapping[str, StreamNode], repository: str, held: _Held, changed: set[str]) -> User:
    node = nodes[edge.target if edge.kind is EdgeKind.READS else edge.source]
    frame = nodes.get(node.inside)
    what = f"{frame.label}: {node.label}" if frame is not None else node.label
    group = f", group {edge.group}" if edge.group else ""
    is_changed = not repository and edge.path in changed
    return User(path=edge.path, line=max(1, edge.line), what=f"{what}{group}", changed=is_changed, repository=repository, quote=held.quote(edge.path, edge.line))  # fmt: skip


def _store_readers(name: str, found: Found, changed: set[str]) -> Iterator[User]:
    """Interactive queries and processors that name the store."""
    for repository, held in ((name, at.held) for name, at in found.items()):
        for facts in held.files:
            for call in facts.syntax.calls:
                if flat(call.name) in _STORE_CALLS and call.arguments:
                    said = value_of(Place(names=facts.names, function=call.function), call.arguments[0].value)
                    if said.known is Known.EXPLICIT and said.text == name:
                        line = call.name_span.first_line
                        owner = facts.function_name(call.function) or facts.path
                        yield User(path=facts.path, line=line, what=owner, changed=not repository and facts.path in changed, repository=repository, quote=held.quote(facts.path, line))  # fmt: skip


def _of_schema(name: str, type_name: str, spans: tuple[Span, ...], found: Found, changed: set[str], note: str) -> Iterator[Blast]:  # fmt: skip
    """Everyone at the topics that the schema describes, and streaming code that names its type."""
    readers: list[User] = []
    writers: list[User] = []
    word = re.compile(rf"(?<!\w){re.escape(type_name)}(?!\w)")
    for repository, at in found.items():
        held, nodes, texts = at.held, at.nodes, at.held.texts or {}
        paths = {f.path for f in held.files if f.libraries and _means(texts.get(f.path, ""), name, word)}
        ends = [edge for edge in at.drawn.edges if edge.path in paths and edge.kind in _ENDS]
        places = Counter((path, kind) for path, kind, _ in {(edge.path, edge.kind, edge.line) for edge in ends})
        for edge in ends:
            # Of several readers in one file only those count beside which the type stands: the others read something else.
            if places[edge.path, edge.kind] == 1 or _is_beside(word, texts.get(edge.path, ""), edge.line):
                users = readers if edge.kind is EdgeKind.READS else writers
                users.append(_user(edge, nodes, repository, held, changed))
    if readers or writers:
        yield Blast(kind=BlastKind.SCHEMA, name=name, readers=tuple(dict.fromkeys(readers))[:_USERS], writers=tuple(dict.fromkeys(writers))[:_USERS], touched=spans, note=note)  # fmt: skip


def _is_beside(word: re.Pattern[str], text: str, line: int) -> bool:
    return word.search("\n".join(text.split("\n")[max(0, line - 1 - _BESIDE) : line + _BESIDE])) is not None


def _means(text: str, name: str, word: re.Pattern[str]) -> bool:
    """A schema that is called as clients call their own things is meant only where its namespace stands too."""
    namespace, _, simple = name.rpartition(".")
    return word.search(text) is not None and (simple not in _CLIENTS_OWN or not namespace or namespace in text)


def _of_connector(name: str, spans: tuple[Span, ...], found: Found, changed: set[str], note: str) -> Blast:
    """Who writes what the connector reads, and who reads what it writes."""
    drawn, held, nodes = found[""].drawn, found[""].held, found[""].nodes
    own = {node.id for node in drawn.nodes if node.kind is NodeKind.CONNECTOR and node.id.endswith(f"#{name}")}
    reads = {edge.source for edge in drawn.edges if edge.target in own}
    writes = {edge.target for edge in drawn.edges if edge.source in own}
    readers = [
        _user(e, nodes, "", held, changed) for e in drawn.edges if e.source in writes and e.kind is EdgeKind.READS
    ]
    writers = [
        _user(e, nodes, "", held, changed) for e in drawn.edges if e.target in reads and e.kind is EdgeKind.WRITES
    ]
    return Blast(kind=BlastKind.CONNECTOR, name=name, readers=tuple(readers)[:_USERS], writers=tuple(writers)[:_USERS], touched=spans, note=note)  # fmt: skip
