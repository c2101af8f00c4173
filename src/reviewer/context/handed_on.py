"""The files to which a name is handed on: through the constructor or method of another file, and from there once more."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

from reviewer.clients.registry import Libraries
from reviewer.context.shelf import Shelf
from reviewer.core.value import value
from reviewer.facts.beside import read_beside
from reviewer.facts.stream_map.handed_objects import handed
from reviewer.facts.streaming.model import FileFacts
from reviewer.facts.streaming.names import bare, simple_type
from reviewer.facts.streaming.value import Known
from reviewer.facts.syntax import Call, Function, SyntaxFacts
from reviewer.facts.through.asking import Owners
from reviewer.facts.through.homes import Tree, Where, where

_HOPS = 2
_CALLS = 12  # calls with the name that are followed at each hop
_CONSTRUCTORS = frozenset({"__init__", "constructor"})


@value()
class Handed:
    """A call that hands a name to code of another file: where that stands, what is called there, and the position among the arguments."""

    place: Where
    owner: str
    method: str
    position: int


Read = Callable[[Sequence[str]], Iterable[FileFacts]]


def with_handed_to(
    shelf: Shelf, texts: dict[str, str], files: tuple[FileFacts, ...], known: Sequence[FileFacts], names: Sequence[str],
    changed: Collection[str], *, most: int,
) -> tuple[FileFacts, ...]:  # fmt: skip
    """The files with those to which code that says one of the names hands it on; these need not say it. Their texts are added to `texts`, up to `most`."""

    def read(paths: Sequence[str]) -> tuple[FileFacts, ...]:
        found = shelf.texts([path for path in paths if path not in texts and path not in changed])
        texts.update(dict(list(found.items())[: max(0, most - len(texts))]))
        return read_beside(shelf.facts({p: texts[p] for p in paths if p in texts}), texts, known, Libraries())

    before = len(texts)
    handed_to(files, names, shelf.paths, read)
    return files if len(texts) == before else read_beside(shelf.facts(texts), texts, known, Libraries())


def handed_to(files: Iterable[FileFacts], names: Collection[str], paths: Iterable[str], read: Read) -> list[str]:
    """The paths of the files that get one of the names, at most two calls on from `files`. `read` gives the facts of some paths; where a name may
    stand in two files it is not followed."""
    latest = [one for file in files if not file.operations for one in _first(file, names)][:_CALLS]
    every: list[str] = []
    known = list(paths) if latest else []
    for _ in range(_HOPS):
        tree = Tree(known, [one.place for one in latest])
        found = {path: one for one in latest for path in tree.files(one.place) if path not in every}
        if not found:
            break
        every += found
        latest = [one for file in read(list(found)) for one in _next(file, found)][:_CALLS]
    return every


def _first(file: FileFacts, names: Collection[str]) -> Iterator[Handed]:
    for call in file.syntax.calls:
        for position, argument in enumerate(call.arguments):
            said = file.names.resolve(argument.value, call.function)
            if said.known is Known.EXPLICIT and said.text in names:
                yield from _handed(file, call, position)


def _handed(file: FileFacts, call: Call, position: int) -> Iterator[Handed]:
    owner = simple_type(call.name) if call.is_construction else Owners(file.names).of(call)
    place = where(file.syntax, owner) if owner and all(t.name != owner for t in file.syntax.types) else Where()
    if place != Where():
        yield Handed(place=place, owner=owner, method="" if call.is_construction else call.name, position=position)


def _next(file: FileFacts, came: Mapping[str, Handed]) -> Iterator[Handed]:
    """The calls of a file that hand on what one of its functions was given."""
    one = came.get(file.path)
    for function in _functions(file.syntax, one) if one is not None and not file.operations else ():
        names = handed(file.syntax, function)
        if one is None or one.position >= len(names):
            continue
        given = names[one.position]
        fields = {bare(a.target) for a in file.syntax.assignments if a.function == function.index and a.value is not None and a.value.text == given}  # fmt: skip
        for call in file.syntax.calls:
            for position, argument in enumerate(call.arguments):
                text = argument.value.text
                if (text == given and call.function == function.index) or (text != given and bare(text) in fields):
                    yield from _handed(file, call, position)


def _functions(syntax: SyntaxFacts, came: Handed) -> Iterator[Function]:
    for function in syntax.functions:
        owner = syntax.types[function.type].name if function.type is not None else ""
        if came.method:
            is_meant = function.name == came.method
        else:
            is_meant = owner == came.owner and (function.name in _CONSTRUCTORS or function.name == owner)
        if is_meant and not function.is_lambda:
            yield function
