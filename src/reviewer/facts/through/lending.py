"""What a file imports that is a client, or gives one: `import { producer } from './kafka'`, `from .kafka import producer`, `events.Producer` of Go."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from reviewer.clients.library import Library
from reviewer.facts.streaming.lent import Lent
from reviewer.facts.streaming.model import FileFacts
from reviewer.facts.streaming.names import Names, simple_type
from reviewer.facts.syntax import Function, JumpKind, ResultUse, SyntaxFacts
from reviewer.facts.through.asking import speaks
from reviewer.facts.through.homes import Tree, Where, module_path, where

_BY_MODULE = frozenset({"python", "typescript", "javascript", "tsx", "go"})


def lent_to(
    asking: Sequence[SyntaxFacts], makers: Iterable[FileFacts], paths: Callable[[], Iterable[str]]
) -> dict[str, Lent]:
    """Path -> what is lent, of some files that import no library themselves. `paths` are all of the side."""
    made = {file.path: file for file in makers if file.libraries}
    wanted = {s.path: dict(_imports(s)) for s in asking if s.language in _BY_MODULE} if made else {}
    places = {place for found in wanted.values() for place in found.values()}
    tree = Tree(paths(), places) if places else None
    found: dict[str, Lent] = {}
    for syntax in asking if tree is not None else ():
        lent = [
            one for name, place in wanted.get(syntax.path, {}).items() for one in _lent(syntax, name, place, tree, made)
        ]
        whole = _joined(lent)
        if lent and _is_used(syntax, whole):
            found[syntax.path] = whole
    return found


def _is_used(syntax: SyntaxFacts, lent: Lent) -> bool:
    """Whether the file calls one of the clients or functions, or hands a client on."""
    names = {*lent.objects, *lent.functions}
    calls = (f"{call.receiver}.{call.name}" if call.receiver else call.name for call in syntax.calls)
    texts = (*calls, *(a.value.text for call in syntax.calls for a in call.arguments))
    return any(text == name or text.startswith(f"{name}.") for text in texts for name in names)


def _joined(several: list[Lent]) -> Lent:
    return Lent(
        libraries=tuple(dict.fromkeys(library for lent in several for library in lent.libraries)),
        objects={name: kind for lent in several for name, kind in lent.objects.items()},
        functions={name: kind for lent in several for name, kind in lent.functions.items()},
    )


def _imports(syntax: SyntaxFacts) -> Iterator[tuple[str, Where]]:
    for item in syntax.imports:
        if speaks(item.path):
            place = where(syntax, item.alias)
            if place != Where():
                yield item.alias, place


def _lent(
    syntax: SyntaxFacts, alias: str, place: Where, tree: Tree | None, made: Mapping[str, FileFacts]
) -> Iterator[Lent]:
    path = next((item.path for item in syntax.imports if item.alias == alias), "")
    for home in tree.files(place) if tree is not None else ():
        file = made.get(home)
        if file is None or home == syntax.path:
            continue
        clients = dict(_clients(file))
        givers = dict(_givers(file))
        if syntax.language == "go":
            yield from _of_module(file, alias, clients, givers)
            continue
        original = module_path(path)[1] if syntax.language != "python" else path.rpartition(".")[2]
        is_module = not original or home.endswith((f"/{original}.py", f"/{original}/__init__.py"))
        if original in clients:
            yield Lent(libraries=file.names.libraries, objects={alias: clients[original]})
        elif original in givers:
            yield Lent(libraries=file.names.libraries, functions={alias: givers[original]})
        elif is_module:
            if syntax.language != "python" and (kind := _by_default(alias, clients)):
                yield Lent(libraries=file.names.libraries, objects={alias: kind})
            yield from _of_module(file, alias, clients, givers)


def _by_default(alias: str, clients: Mapping[str, str]) -> str:
    """The type of what a script exports by default, told by the name that it is given: `kafka`, `kafkaProducer`."""
    same = clients.get(alias, "")
    told = [kind for kind in clients.values() if kind.lower() in alias.lower()]
    return same or (told[0] if len(told) == 1 else "")


def _of_module(file: FileFacts, alias: str, clients: Mapping[str, str], givers: Mapping[str, str]) -> Iterator[Lent]:
    if clients or givers:
        yield Lent(
            libraries=file.names.libraries, objects={f"{alias}.{name}": kind for name, kind in clients.items()},
            functions={f"{alias}.{name}": kind for name, kind in givers.items()},
        )  # fmt: skip


def _clients(file: FileFacts) -> Iterator[tuple[str, str]]:
    """The variables of the module that hold a client, or what makes clients."""
    for assignment in file.syntax.assignments:
        if assignment.function is None and assignment.type is None and assignment.subscript is None:
            kind = file.names.fields.get(assignment.target, "")
            if _is_client(file.names, kind):
                yield assignment.target, kind


def _givers(file: FileFacts) -> Iterator[tuple[str, str]]:
    """The functions of the module that return a client, as their declaration or their body says."""
    for function in file.syntax.functions:
        if function.type is None and function.parent is None and function.name and not function.is_lambda:
            kind = (_returned(file.names, function) if function.return_type else "") or _made_in(file, function)
            if _is_client(file.names, kind):
                yield function.name, kind


def _made_in(file: FileFacts, function: Function) -> str:
    """The type of the client that a function makes and gives back."""
    returned = [j.text for j in file.syntax.jumps if j.function == function.index and j.kind is JumpKind.RETURN]
    for client in file.clients:
        is_given = client.call.result is ResultUse.RETURNED or (client.holder and client.holder in returned)
        maker = file.names.maker(client.call) if client.call.function == function.index and is_given else None
        if maker is not None:
            return maker[1].type or simple_type(client.call.name)
    return ""


def _returned(names: Names, function: Function) -> str:
    text = function.return_type.strip("() ").split(",")[0]
    inner = text.removeprefix("Promise<").rstrip(">") if text.startswith("Promise<") else text
    return names.plain_type(inner)


def _is_client(names: Names, kind: str) -> bool:
    return bool(kind) and (
        names.client_type(kind) is not None or any(_makes_on(library, kind) for library in names.libraries)
    )


def _makes_on(library: Library, kind: str) -> bool:
    return any(row.on == kind for row in library.makes)
