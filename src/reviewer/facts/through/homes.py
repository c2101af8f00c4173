"""In which file of the repository a name stands that another file uses: by its import, else in its folder or package.

Only what is clear is an answer: of two files that may be meant, neither is.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from posixpath import normpath

from reviewer.core.value import value
from reviewer.facts.syntax import SyntaxFacts

_JVM = frozenset({"java", "kotlin", "scala"})
_SCRIPTS = frozenset({"typescript", "javascript", "tsx"})
_SCRIPT_ENDINGS = (".ts", ".js", ".tsx", ".mts", ".mjs", ".cjs", "/index.ts", "/index.js")
_JVM_ENDINGS = ("java", "kt")
_OUTSIDE = ("java.", "javax.", "jakarta.", "kotlin.", "kotlinx.", "scala.", "org.springframework.", "org.apache.", "org.slf4j.", "io.micronaut.", "lombok.")  # fmt: skip


@value()
class Where:
    """Where a name may stand. `files` are ends of paths, the first that one file alone has is meant; `named` are names of files anywhere, of
    which one alone must be there; `folders` are ends of folders, all of whose code is looked at (Go)."""

    files: tuple[str, ...] = ()
    named: tuple[str, ...] = ()
    folders: tuple[str, ...] = ()


def where(syntax: SyntaxFacts, name: str) -> Where:
    """Where a type, object, function or module stands that a file calls `name`."""
    if syntax.language in _JVM:
        return _of_jvm(syntax, name)
    if syntax.language in _SCRIPTS:
        return Where(files=tuple(_of_scripts(syntax, name)))
    if syntax.language == "python":
        return Where(files=tuple(_of_python(syntax, name)))
    if syntax.language == "go":
        return Where(folders=tuple(_of_go(syntax, name)))
    if syntax.language == "csharp":
        plain = name[1:] if name[:1] == "I" and name[1:2].isupper() else name
        return Where(named=(f"{plain}.cs",))
    return Where()


def _of_go(syntax: SyntaxFacts, name: str) -> Iterator[str]:
    """The package that is called so; of a type, of which the package is not told, this one and all that are imported."""
    named = [item.path for item in syntax.imports if item.alias == name]
    if not named:
        yield f"/{syntax.path.rpartition('/')[0]}"
    for path in named or [item.path for item in syntax.imports]:
        parts = path.split("/")
        if len(parts) > 2:
            yield from (f"/{end}" for end in ("/".join(parts[-2:]), parts[-1]))


def _of_jvm(syntax: SyntaxFacts, name: str) -> Where:
    made = tuple(f"{n}.{e}" for n in (f"Kafka{name}", f"{name}Impl", f"Default{name}") for e in _JVM_ENDINGS)
    path = next((item.path for item in syntax.imports if item.alias == name), "")
    if path.startswith(_OUTSIDE):
        return Where()
    if path:
        return Where(files=tuple(f"/{path.replace('.', '/')}.{ending}" for ending in _JVM_ENDINGS), named=made)
    folder = syntax.path.rpartition("/")[0]
    whole = [item.path[:-2].replace(".", "/") for item in syntax.imports if item.path.endswith(".*")]
    near = [f"/{folder}/{name}" if folder else f"/{name}", *(f"/{path}/{name}" for path in whole)]
    return Where(files=tuple(f"{start}.{ending}" for start in near for ending in _JVM_ENDINGS), named=made)


def module_path(path: str) -> tuple[str, str]:
    """Module and name of an import in a script: `./kafka/bus.EventBus` -> `./kafka/bus`, `EventBus`; a module alone has no name."""
    head, _, last = path.rpartition(".")
    is_named = "/" not in last and bool(head) and not head.endswith(("/", "."))
    return (head, last) if is_named else (path, "")


def _of_scripts(syntax: SyntaxFacts, name: str) -> Iterator[str]:
    folder = syntax.path.rpartition("/")[0]
    for item in syntax.imports:
        if item.alias != name.split(".")[0]:
            continue
        for path in dict.fromkeys((module_path(item.path)[0], item.path)):
            is_near = path.startswith(".")
            base = normpath(f"{folder}/{path}") if is_near else path.lstrip("@~").partition("/")[2]
            known = base.removesuffix(".js").removesuffix(".ts")  # `./bus.js` of a file bus.ts
            if (
                base
                and not base.startswith("..")
                and (is_near or path.startswith(("@/", "~/", "src/", "app/", "@app/")))
            ):
                yield from (f"/{known}{ending}" for ending in _SCRIPT_ENDINGS)


def _of_python(syntax: SyntaxFacts, name: str) -> Iterator[str]:
    for item in syntax.imports:
        if item.alias != name.split(".")[0]:
            continue
        dots = len(item.path) - len(item.path.lstrip("."))
        parts = item.path.lstrip(".").split(".")
        if dots:
            above = syntax.path.split("/")[:-dots] if dots <= syntax.path.count("/") + 1 else []
            parts = [*above, *parts]
        for path in ("/".join(parts[:-1]), "/".join(parts)):
            if path:
                yield from (f"/{path}.py", f"/{path}/__init__.py")


class Tree:
    """The paths of one side of a repository, as far as some places ask for them: gone through once."""

    def __init__(self, paths: Iterable[str], asked: Iterable[Where]) -> None:
        wanted = list(asked)
        names = {end.rsplit("/", 1)[-1] for w in wanted for end in (*w.files, *w.named)}
        folders = {end.rsplit("/", 1)[-1] for w in wanted for end in w.folders}
        self._by_name: Mapping[str, list[str]] = defaultdict(list)
        self._by_folder: Mapping[str, list[str]] = defaultdict(list)
        for path in paths:
            folder, _, name = path.rpartition("/")
            if name in names:
                self._by_name[name].append(path)
            if folders and name.endswith(".go") and not name.endswith("_test.go"):
                if folder.rsplit("/", 1)[-1] in folders:
                    self._by_folder[folder].append(path)

    def files(self, where: Where) -> tuple[str, ...]:
        """The files in which a name stands; of a folder all its code, of everything else at most one file, and one that implements it."""
        found: list[str] = []
        for end in where.files:
            same = [p for p in self._by_name[end.rsplit("/", 1)[-1]] if f"/{p}".endswith(end)]
            exact = [p for p in same if f"/{p}" == end]
            if same:
                found += exact or (same if len(same) == 1 else [])
                break
        named = [path for name in where.named for path in self._by_name[name]]
        found += named if len(named) == 1 else []
        for end in where.folders:
            folders = [f for f in self._by_folder if f"/{f}".endswith(end)]
            exact = [f for f in folders if f"/{f}" == end]
            if exact or (len(folders) == 1 and end.count("/") > 1):
                found += self._by_folder[(exact or folders)[0]]
        return tuple(dict.fromkeys(found))
