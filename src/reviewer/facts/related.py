"""The files beside the change that its streaming code refers to: classes with constants and configuration, Spring's own file.

Few and small: what a changed file names by import or by its package, up to a limit per side. What is not read stays unknown.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Container, Iterable, Iterator, Sequence
from pathlib import PurePosixPath
from posixpath import normpath

from reviewer.clients.registry import Libraries
from reviewer.core.change import ChangeSet
from reviewer.core.lazily import lazily
from reviewer.core.source import SourceReader, expect
from reviewer.core.span import Side
from reviewer.facts.lookup import SIZE
from reviewer.facts.streaming.extract import imported_libraries
from reviewer.facts.syntax import SyntaxFacts
from reviewer.facts.workers import Job, Key
from reviewer.files import FileKind, kind_of

_FILES = 20  # per side
_JVM = frozenset({"java", "kotlin", "scala"})
_QUALIFIED = lazily(r"(?<![\w.])([A-Z]\w*)\.[A-Za-z_]\w*")
_CONFIGURES = lazily(r"(config|configuration|properties|props|settings|constants|topics|factory)$", re.IGNORECASE)
_FOREIGN = lazily(r"^(java|javax|jakarta|kotlin|scala|org\.(springframework|apache|slf4j|junit|mockito)|lombok)\.")
_MODULE = lazily(r"config|conf|setting|const|topic|kafka|env", re.IGNORECASE)
_MAIN = lazily(r"^(.*?)src/main/(?:java|kotlin)/")
_SPRING = ("application.yml", "application.yaml", "application.properties", "bootstrap.yml")


def related_jobs(
    change_set: ChangeSet,
    parsed: Iterable[SyntaxFacts],
    reader: SourceReader,
    side: Side,
    *,
    libraries: Libraries,
    known: Container[Key],
) -> list[Job]:
    """The files to read on a side; those of the change and those that are known are not among them."""
    changed = {change.path_on(side) for change in change_set.files}
    streaming = [syntax for syntax in parsed if _is_streaming(syntax, libraries)]
    suffixes = list(dict.fromkeys(s for syntax in streaming for s in _suffixes(syntax)))
    packages = [syntax for syntax in streaming if syntax.language == "go"]
    if not suffixes and not packages:
        return []
    paths = reader.paths(side)
    found = dict.fromkeys((*_matching(suffixes, paths), *_of_packages(packages, paths)))
    beside = [p for p in found if p not in changed and (p, side) not in known]
    expect(reader, beside[:_FILES], side)
    jobs: list[Job] = []
    for path in beside:
        text = reader.read(path, side)
        if text is not None and len(text) <= SIZE:
            jobs.append(Job(path=path, text=text, side=side))
        if len(jobs) == _FILES:
            break
    return jobs


def _is_streaming(syntax: SyntaxFacts, libraries: Libraries) -> bool:
    return kind_of(syntax.path) is not FileKind.TEST and bool(imported_libraries(syntax, libraries))


def _matching(suffixes: list[str], paths: Iterable[str]) -> Iterator[str]:
    """For each suffix the one path that ends with it; when several do, it is not known which one is meant."""
    wanted = {PurePosixPath(suffix).name for suffix in suffixes}
    by_name: dict[str, list[str]] = defaultdict(list)
    for path in paths:
        name = path.rsplit("/", 1)[-1]
        if name in wanted:
            by_name[name].append(path)
    for suffix in suffixes:
        found = [p for p in by_name[PurePosixPath(suffix).name] if p == suffix or p.endswith(f"/{suffix}")]
        if len(found) == 1 or suffix in found:
            yield suffix if suffix in found else found[0]


_VARIABLES = ("variables.tf", "terraform.tfvars")  # of a folder of Terraform


def _suffixes(syntax: SyntaxFacts) -> Iterator[str]:
    if syntax.language in _JVM:
        yield from _classes(syntax)
        yield from _spring(syntax.path)
        yield from _hocon(syntax)
        yield from _loaded(syntax)
    elif syntax.language == "python":
        yield from _modules(syntax)
    elif syntax.language in ("typescript", "javascript", "tsx"):
        yield from _scripts(syntax)
    elif syntax.language == "hcl" and any("${var." in entry.value for entry in syntax.entries):
        folder = syntax.path.rpartition("/")[0]
        yield from (f"{folder}/{name}".lstrip("/") for name in _VARIABLES)


_GO_FILES = 6  # of one package


def _of_packages(files: Sequence[SyntaxFacts], paths: Iterable[str]) -> Iterator[str]:
    """Go: the other files of the package, and packages of the repository that are named after configuration; those first whose name says so."""
    folders = list(dict.fromkeys(syntax.path.rpartition("/")[0] for syntax in files))
    named = [i.path for syntax in files for i in syntax.imports if _MODULE.search(i.path.rsplit("/", 1)[-1])]
    tails = {"/".join(path.split("/")[-2:]) for path in named if path.count("/") > 1}
    by_folder: dict[str, list[str]] = defaultdict(list)
    for path in paths if files else ():
        if path.endswith(".go") and not path.endswith("_test.go"):
            by_folder[path.rpartition("/")[0]].append(path)
    imported = [f for f in by_folder if f not in folders and any(f"/{f}".endswith(f"/{tail}") for tail in tails)]
    for folder in (*folders, *imported):
        listed = sorted(by_folder[folder], key=lambda path: (_MODULE.search(path.rsplit("/", 1)[-1]) is None, path))
        yield from listed[:_GO_FILES]


def _scripts(syntax: SyntaxFacts) -> Iterator[str]:
    """TypeScript and JavaScript: modules named by a path whose names speak of configuration, or from which constants come."""
    folder = syntax.path.rpartition("/")[0]
    for item in syntax.imports:
        if not item.path.startswith((".", "@/", "src/")):
            continue
        head, _, last = item.path.rpartition(".")
        path, name = (head, last) if "/" not in last and not head.endswith(("/", ".")) and head else (item.path, "")
        if not (name.isupper() or _MODULE.search(path.rsplit("/", 1)[-1])):
            continue
        base = normpath(f"{folder}/{path}") if path.startswith(".") else path.removeprefix("@/")
        yield from (f"{base}{ending}" for ending in (".ts", ".js", "/index.ts", "/index.js"))


def _classes(syntax: SyntaxFacts) -> Iterator[str]:
    """Java and Kotlin: the classes whose members are named, by import, else in the same package."""
    imported = {item.alias: item.path for item in syntax.imports}
    folder = syntax.path.rpartition("/")[0]
    beside = f"{folder}/" if folder else ""
    for name in (*sorted(_named_types(syntax)), *sorted(_handed_to(syntax))):
        path = imported.get(name)
        if path is None:
            yield from (f"{beside}{name}.{ending}" for ending in ("java", "kt"))
        elif not _FOREIGN.match(path):
            yield from (f"{file}.{ending}" for file in _files_of(path) for ending in ("java", "kt"))
    for item in syntax.imports:
        owner = item.path.removesuffix(".*").rsplit(".", 1)[0] if not item.path.endswith(".*") else item.path[:-2]
        if owner.rsplit(".", 1)[-1][:1].isupper() and not _FOREIGN.match(owner):
            yield from (f"{file}.{ending}" for file in _files_of(owner) for ending in ("java", "kt"))


def _files_of(path: str) -> tuple[str, ...]:
    """Where a class may stand: in a file of its own, or in that of the class around it (`shop.Schemas.Topics`)."""
    parts = path.split(".")
    outer = next((at for at, part in enumerate(parts) if part[:1].isupper()), len(parts) - 1)
    return tuple(dict.fromkeys(("/".join(parts), "/".join(parts[: outer + 1]))))


def _named_types(syntax: SyntaxFacts) -> set[str]:
    found = set(_QUALIFIED.findall("\n".join(_texts(syntax))))
    found |= {a.declared_type for a in syntax.assignments if _CONFIGURES.search(a.declared_type)}
    found |= {p.type for f in syntax.functions for p in f.parameters if _CONFIGURES.search(p.type)}
    own = {declared.name for declared in syntax.types}
    return {name for name in found if re.fullmatch(r"[A-Z]\w*", name)} - own


_LISTENS = frozenset({"KafkaListener", "KafkaHandler", "Incoming"})


def _handed_to(syntax: SyntaxFacts) -> set[str]:
    """The types of the fields that listeners call: whether they work in another thread stands there (@Async)."""
    listening = {f.index for f in syntax.functions if any(a.simple_name in _LISTENS for a in f.annotations)}
    called = {call.receiver.removeprefix("this.") for call in syntax.calls if call.function in listening}
    found = {a.declared_type for a in syntax.assignments if a.is_field and a.target in called}
    return {name for name in found if re.fullmatch(r"[A-Z]\w*", name)} - {declared.name for declared in syntax.types}


def _texts(syntax: SyntaxFacts) -> set[str]:
    """What is written where a class may be named: receivers, arguments, values, arguments of annotations."""
    found = {f"{call.receiver}.{call.name}" for call in syntax.calls if call.receiver}
    found.update([argument.value.text for call in syntax.calls for argument in call.arguments])
    found.update([assignment.value.text for assignment in syntax.assignments if assignment.value is not None])
    annotations = [annotation for function in syntax.functions for annotation in function.annotations]
    found.update([argument.value.text for annotation in annotations for argument in annotation.arguments])
    return found


def _spring(path: str) -> Iterator[str]:
    """The base profile of the module; other profiles hold for one environment only."""
    if match := _MAIN.match(path):
        yield from (f"{match.group(1)}src/main/resources/{name}" for name in _SPRING)


_ACTORS = lazily(r"^(akka|org\.apache\.pekko)\.kafka\b")
_SOURCES = lazily(r"^(.*?)(?:src/main/\w+|app)/")


def _hocon(syntax: SyntaxFacts) -> Iterator[str]:
    """What Alpakka's clients are configured by: the module's `application.conf`, or Play's."""
    if any(_ACTORS.match(item.path) for item in syntax.imports) and (match := _SOURCES.match(syntax.path)):
        yield from (f"{match[1]}{folder}/application.conf" for folder in ("src/main/resources", "conf"))


_PROPERTIES = lazily(r"\"(?:classpath:|file:|\./|/)?([\w./-]{1,150}\.properties)\"")


def _loaded(syntax: SyntaxFacts) -> Iterator[str]:
    """Files of properties that the code names."""
    texts = {argument.value.text for call in syntax.calls for argument in call.arguments}
    texts |= {a.value.text for a in syntax.assignments if a.value is not None}
    yield from dict.fromkeys(match for text in sorted(texts) for match in _PROPERTIES.findall(text))


def _modules(syntax: SyntaxFacts) -> Iterator[str]:
    """Python: modules of the repository whose names speak of configuration, or from which constants come."""
    for item in syntax.imports:
        module, _, name = item.path.lstrip(".").rpartition(".")
        if module and (name.isupper() or _MODULE.search(module.rsplit(".", 1)[-1])):
            yield f"{module.replace('.', '/')}.py"
        if _MODULE.search(name):
            yield f"{item.path.lstrip('.').replace('.', '/')}.py"
