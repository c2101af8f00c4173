"""Who uses whom: one step from a file of streaming code to what it uses, and back.

Texts are asked, not trees, so that files beside the change can be asked too. A name alone is no link: the using file must import the
other one, or lie in its package. Utilities link nobody, but their constants and settings do, one by one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from itertools import islice
from posixpath import normpath

from reviewer.relevance.signals import signals
from reviewer.relevance.words import code_of

#: Languages in which the files of a folder are one package and see each other without an import.
_PACKAGES = ("java", "kt", "kts", "scala", "sc", "groovy", "go", "cs", "fs", "vb", "clj")
_BY_MODULE = ("py", "pyi", "pyx", "ts", "js", "mts", "cts", "mjs", "cjs", "rs", "rb", "ex", "exs", "php")
_FAMILIES = (
    frozenset(("java", "kt", "kts", "scala", "sc", "groovy", "clj")), frozenset(("py", "pyi", "pyx", "pxd")),
    frozenset(("ts", "js", "mts", "cts", "mjs", "cjs", "tsx", "jsx")), frozenset(("cs", "fs", "vb")),
)  # fmt: skip
_IDENTIFIER = re.compile(r"[A-Za-z_]\w*")
_IMPORT = re.compile(
    r"^[ \t]*(?:import|from|using|use|pub use|export|alias|require|require_relative)\b[^\n]{0,400}|\b(?:require|import)\s*\([^\n)]{0,200}\)"
    r"|\bfrom\s+[\"'][^\"'\n]{1,200}[\"']|^[ \t]*(?:[\w.]+[ \t]+)?\"[\w.@/-]{3,200}\"[ \t]*$",
    re.MULTILINE,
)
_NAME = re.compile(r"[\w@~.][\w.@/:\\~-]*")
_TYPE = re.compile(
    r"\b(?:class|interface|record|enum|object|trait|struct|protocol|type|typealias|union)[ \t]+(?:class[ \t]+)?([A-Z]\w+)"
)
_FUNCTION = re.compile(
    r"^(?:export[ \t]+)?(?:default[ \t]+)?(?:async[ \t]+)?(?:pub[ \t]+)?(?:fn|func|def|function|fun)[ \t]+(\w+)",
    re.MULTILINE,
)
_OWNER = re.compile(
    r"^func[ \t]+\([ \t]*\w+[ \t]+\*?(\w+)|^impl\b[^{\n]{0,120}?\b(?:for[ \t]+)?([A-Z]\w+)|\bpartial[ \t]+class[ \t]+(\w+)",
    re.MULTILINE,
)
_CONSTANT = re.compile(
    r"^[ \t]*(?:export[ \t]+|public[ \t]+|private[ \t]+|internal[ \t]+|pub[ \t]+|static[ \t]+|final[ \t]+|readonly[ \t]+|const[ \t]+|val[ \t]+|let[ \t]+|var[ \t]+)*(?:[\w<>?\[\], ]{0,60}[ \t])?([A-Za-z_]\w{3,})[ \t]*(?::[^=\n]{0,60})?(?::|=(?!=))"
)
_BASE = re.compile(
    r"\b(?:extends|implements|with)[ \t]+([\w<>, .]{1,200})|\bclass[ \t]+\w+[^\n{(:]{0,80}(?:\([^()\n]{0,200}\))?[ \t]*:[ \t]*([\w<>, .]{1,200})"
)
_LONG = 4
_SPECIAL = 7  # letters of a name that is looked for in another file
_LINE = 400  # characters of a line that may define a constant
_MANY = 200  # types, functions, bases and imports of one file that are looked at


@dataclass(frozen=True, kw_only=True)
class View:
    """A file as its names show it. `path` is relative to the repository."""

    path: str
    text: str = field(repr=False)

    @property
    def ending(self) -> str:
        """The suffix, which tells the language."""
        return self.path.rsplit(".", 1)[-1]

    @property
    def folder(self) -> str:
        """The folder, "" for the root."""
        return self.path.rpartition("/")[0]

    @property
    def stem(self) -> str:
        """The file's name without its suffix, or its folder's where the file stands for the folder."""
        stem = self.path.rsplit("/", 1)[-1].rsplit(".", 1)[0]
        return self.folder.rsplit("/", 1)[-1] if stem in ("index", "mod", "__init__", "lib") and self.folder else stem

    @cached_property
    def code(self) -> str:
        """The text without comments and strings."""
        return code_of(self.path, self.text)

    @cached_property
    def words(self) -> frozenset[str]:
        """Every identifier."""
        return frozenset(_IDENTIFIER.findall(self.code))

    @cached_property
    def declared(self) -> tuple[str, ...]:
        """The types and the functions of the top level that others may use, utilities left out."""
        functions = [name for name in _FUNCTION.findall(self.code) if len(name) >= _LONG and not name.startswith("_")]
        names = dict.fromkeys([*_TYPE.findall(self.code), *functions])
        wanted = (name for name in names if not signals().utilities.search(name) and name not in _COMMON)
        return tuple(islice(wanted, _MANY))

    @cached_property
    def owners(self) -> frozenset[str]:
        """The types whose methods stand in this file though the type may be declared in another."""
        return frozenset(name for match in _OWNER.findall(self.code) for name in match if name)

    @cached_property
    def bases(self) -> frozenset[str]:
        """What the types extend and implement: a bean is used by the name of its interface."""
        found = (name for match in _BASE.findall(self.code) for text in match for name in re.findall(r"[A-Z]\w+", text))
        wanted = (name for name in found if name not in _COMMON and not signals().utilities.search(name))
        return frozenset(islice(wanted, _MANY))

    @cached_property
    def last_parts(self) -> frozenset[str]:
        """The last two parts of each import: what it is of, and what it is in."""
        parts = (part for name in self.imports for part in re.split(r"[./:\\]+", name)[-2:])
        return frozenset(part for part in parts if part)

    @cached_property
    def statements(self) -> tuple[tuple[tuple[str, ...], str], ...]:
        """(what is imported, as written; the line) of each import."""
        found = []
        head = self.text[:_HEAD]
        for match in islice(_IMPORT.finditer(head), _MANY):
            start, end = head.rfind("\n", 0, match.start()) + 1, head.find("\n", match.end())
            found.append((tuple(_imported(match.group())), head[start : end if end >= 0 else len(head)]))
        return tuple(found)

    @cached_property
    def imports(self) -> tuple[str, ...]:
        """What is imported, as written."""
        return tuple(dict.fromkeys(name for names, _ in self.statements for name in names))


_HEAD = 60_000  # characters in which imports are looked for
_FROM = re.compile(r"^[ \t]*from[ \t]+([\w.]+)[ \t]+import[ \t]+([\w.,*() \t]+)")


def _imported(statement: str) -> Iterator[str]:
    """`from a import b` is `a` and `a.b`; of every other statement the names in it."""
    if match := _FROM.match(statement):
        module = match[1]
        yield module
        for name in re.findall(r"\w+", match[2].split(" as ")[0]):
            yield module + name if module.endswith(".") else f"{module}.{name}"
        return
    yield from (name for name in _NAME.findall(statement) if name not in _WORDS)


_WORDS = frozenset(
    [
        "import",
        "from",
        "using",
        "use",
        "export",
        "alias",
        "require",
        "require_relative",
        "pub",
        "static",
        "as",
        "type",
        "global",
        "default",
        "const",
        "let",
        "var",
    ]
)
_COMMON = frozenset(
    [
        "String",
        "Object",
        "Comparable",
        "Serializable",
        "Runnable",
        "Callable",
        "Function",
        "Consumer",
        "Supplier",
        "Predicate",
        "AutoCloseable",
        "Closeable",
        "Cloneable",
        "Iterable",
        "Iterator",
        "List",
        "Map",
        "Set",
        "Builder",
        "Factory",
        "Exception",
        "RuntimeException",
        "Error",
        "IDisposable",
        "IAsyncDisposable",
        "IEnumerable",
        "Thread",
        "Enum",
        "Record",
        "Default",
        "Clone",
        "Debug",
        "Display",
        "BaseModel",
        "Protocol",
        "Generic",
        "Component",
        "Service",
        "Controller",
        "main",
        "Main",
        "init",
        "setup",
        "start",
        "stop",
        "close",
        "open",
        "name",
        "value",
        "test",
        "handle",
        "process",
    ]
)


def used_names(user: View, owner: View) -> tuple[str, ...]:
    """The names by which one file uses another; empty when it does not.

    Types and functions of its own, the type whose methods both files have, or, where modules are imported, what is bound by the import.
    """
    if not same_language(user, owner) or user.path == owner.path:
        return ()
    together = user.folder == owner.folder and user.ending in _PACKAGES
    imported = _imports(user, owner)
    if imported or together or user.ending == "cs":
        found = (name for name in owner.declared if together or imported or name[0].isupper())
        if names := tuple(name for name in found if name in user.words):
            return names
    if together and (shared := user.owners & owner.owners - _COMMON):
        return (min(shared),)
    if imported and user.ending in _BY_MODULE and not signals().utilities.search(owner.stem):
        return (owner.stem, *_bound(user, owner))
    return ()


def _bound(user: View, owner: View) -> Iterator[str]:
    """The names in the import of the owner's module: `put` and `rest` of `import { put, rest } from './orders'`."""
    for names, line in user.statements:
        if any(_leads_to(name, user, _endings(owner), owner) for name in names):
            yield from (name for name in _IDENTIFIER.findall(code_of(user.path, line)) if name not in _WORDS)


def used_base(user: View, owner: View) -> str:
    """The interface of the owner's type by which a file of the same package, or one that imports it, uses it."""
    if not same_language(user, owner):
        return ""
    near = user.folder == owner.folder
    named = sorted(owner.bases & user.words)
    return next((name for name in named if near or any(re.split(r"[./:\\]", i)[-1] == name for i in user.imports)), "")


def used_constants(user: View, owner: View, lines: Iterable[str]) -> str:
    """A constant or setting that some (changed) lines of the owner define and the user names; "" when there is none."""
    if not same_language(user, owner) or user.path == owner.path:
        return ""
    defined = (name for line in lines for name in constants_in(line))
    name = next((name for name in defined if name in user.words), "")
    near = user.folder == owner.folder or user.ending == "cs"
    if name and (near or _imports(user, owner) or user.words & set(_TYPE.findall(owner.code))):
        return name
    return ""


def constants_in(line: str) -> Iterator[str]:
    """The name that a line gives a value to, where it is special enough to be looked for."""
    match = _CONSTANT.match(line) if len(line) <= _LINE else None
    if match is None:
        return
    name = match[1]
    if (name.isupper() and "_" in name) or (len(name) > _SPECIAL and signals().settings.search(name)):
        yield name


def same_language(one: View, other: View) -> bool:
    """Whether two files can see each other at all."""
    a, b = one.ending, other.ending
    return a == b or any(a in family and b in family for family in _FAMILIES)


def _imports(user: View, owner: View) -> bool:
    """Whether one of the user's imports leads to the owner's file or package."""
    endings = _endings(owner)
    return any(_leads_to(name, user, endings, owner) for name in user.imports)


def _endings(owner: View) -> list[str]:
    """The paths that lead to a file: itself, and its folder where it stands for it or is one package with it."""
    where = owner.path.rsplit(".", 1)[0]
    stands = owner.stem != where.rsplit("/", 1)[-1]
    return [where, owner.folder] if owner.folder and (stands or owner.ending in _PACKAGES) else [where]


def _leads_to(name: str, user: View, endings: list[str], owner: View) -> bool:
    if name.startswith(("./", "../")):
        target = normpath(f"{user.folder}/{name}" if user.folder else name)
        return any(target == ending or target.rsplit(".", 1)[0] == ending for ending in endings)
    if user.ending == "go":
        return bool(owner.folder) and (
            name.endswith(f"/{owner.folder}") or (_tail(name) == _tail(owner.folder) and "/" in name)
        )
    parts = list(_parts(name))
    if name.startswith(".") and user.ending.startswith("py"):
        dots = len(name) - len(name.lstrip("."))
        base = user.folder.split("/")[: len(user.folder.split("/")) - dots + 1] if user.folder else []
        parts = [*base, *parts]
    for cut in (len(parts), len(parts) - 1):
        path = "/".join(parts[: max(cut, 0)])
        if path and any(ending == path or f"/{ending}".endswith(f"/{path}") for ending in endings):
            return "/" in path or path in endings or user.ending == "rs" or user.folder == owner.folder
    return False


@lru_cache(maxsize=16384)
def _parts(name: str) -> tuple[str, ...]:
    return tuple(p for p in re.split(r"[./:\\]+", name) if p and p not in ("crate", "super", "self", "@", "~", "*"))


def _tail(path: str) -> str:
    return path.rsplit("/", 1)[-1]


def may_touch(user: View, owner: View) -> bool:
    """A cheap look before `used_name`: whether anything of the owner can be named by the user."""
    named = user.words
    return (
        any(name in named for name in owner.declared)
        or owner.stem in user.last_parts
        or bool(user.owners & owner.owners)
        or bool(owner.bases & named)
    )
