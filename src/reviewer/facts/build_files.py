"""What one build file says of its module: its names, what it uses when it runs, and which modules of the repository it builds on."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import PurePosixPath

from reviewer.core.lazily import lazily
from reviewer.core.span import Side, Span
from reviewer.core.value import value
from reviewer.facts.dependencies import Dependency, dependencies, without_elements
from reviewer.facts.languages.document_tree import read_json, read_toml

#: Family of languages -> which files describe a module of it. Beside them, in the same folder, the others are read too.
FAMILIES: dict[str, re.Pattern[str]] = {
    "jvm": lazily(r"pom\.xml|build\.gradle(\.kts)?|build\.sbt|build\.sc"),
    "node": lazily(r"package\.json"),
    "go": lazily(r"go\.mod"),
    "rust": lazily(r"Cargo\.toml"),
    "dotnet": lazily(r"[^/]+\.(cs|fs|vb)proj"),
    "python": lazily(r"pyproject\.toml|setup\.(py|cfg)|Pipfile|([^/]*[-_])?requirements[^/]*\.(txt|in)"),
    "ruby": lazily(r"Gemfile|[^/]+\.gemspec"),
    "elixir": lazily(r"mix\.exs"),
    "php": lazily(r"composer\.json"),
}
REQUIREMENTS = "requirements"  # a folder whose text files list what a Python module uses
PROJECT = "project"  # a folder whose Scala files are part of an sbt build
_SUFFIXES = {
    "jvm": ("java", "kt", "kts", "scala", "sc", "groovy", "clj"), "node": ("js", "ts", "jsx", "tsx", "mjs", "cjs", "mts", "cts"),
    "go": ("go",), "rust": ("rs",), "dotnet": ("cs", "fs", "vb"), "python": ("py", "pyi", "pyx", "pxd"), "ruby": ("rb",),
    "elixir": ("ex", "exs"), "php": ("php",),
}  # fmt: skip
_FAMILY = {suffix: family for family, suffixes in _SUFFIXES.items() for suffix in suffixes}


@value()
class BuildFile:
    """A build file read for what its module is and uses.

    `names` are those that other modules use for it. `references` are what it builds on in the repository: paths relative to
    its folder, or names. `aliases` are entries of a version catalog (`libs.kafka.clients` without `libs.`), with their lines.
    `parent` is the name of a pom's parent.
    """

    path: str
    names: tuple[str, ...]
    dependencies: tuple[Dependency, ...]
    references: tuple[str, ...]
    aliases: tuple[tuple[str, int], ...] = ()
    parent: str = ""


def family_of(path: str) -> str | None:
    """The family whose build files describe the module of a path; None for a document, which any of them may."""
    return _FAMILY.get(path.rsplit(".", 1)[-1])


def is_build_file(path: str, family: str | None) -> bool:
    """Whether a path is a build file of the family, or, without one, of any."""
    folder, _, name = path.rpartition("/")
    if folder.rpartition("/")[2] == REQUIREMENTS:
        return family in (None, "python") and name.endswith((".txt", ".in"))
    if folder.rpartition("/")[2] == PROJECT and name.endswith(".scala"):
        return family in (None, "jvm")
    patterns = FAMILIES.values() if family is None else (FAMILIES[family],)
    return any(pattern.fullmatch(name) for pattern in patterns)


def read_build_file(path: str, text: str, *, inherited: bool = False) -> BuildFile:
    """Read a build file; `inherited`: only what it gives to the modules below it."""
    name = PurePosixPath(path).name
    if inherited and ".gradle" in name:
        text = _for_all(text)
    used = tuple(_used(path, name, text))
    return BuildFile(
        path=path, names=tuple(_names(path, name, text)), dependencies=used,
        references=tuple(dict.fromkeys(_references(name, text, used))),
        aliases=tuple(_aliases(text)) if ".gradle" in name else (), parent=_parent(text) if name == "pom.xml" else "",
    )  # fmt: skip


_TEST_SCOPE = lazily(r"<scope>\s*test\s*</scope>")
_MANAGED = lazily(r"<(dependencyManagement|build|reporting|profiles)>()")
_DEPENDENCY = lazily(r"<(dependency)>()")
_TEST_LINE = lazily(
    r"^[ \t]*(test|androidTest|integrationTest|functionalTest|jmh|kapt|annotationProcessor)\w*\b.*", re.MULTILINE
)
_DEVELOPMENT = ("devDependencies", "dev-dependencies", "build-dependencies", "dev", "test", "require-dev")


def _used(path: str, name: str, text: str) -> Iterator[Dependency]:
    """What is used when the module runs: not what is only managed, built with or tested with."""
    if name == "pom.xml":
        text = without_elements(without_elements(text, _MANAGED), _DEPENDENCY, only=_TEST_SCOPE)
        parent = re.search(r"<parent>", text)
        yield from (
            d for d in dependencies(path, text) if parent is None or d.span.first_line != _line(text, parent.start())
        )
    elif ".gradle" in name:
        yield from dependencies(path, _TEST_LINE.sub("", text))
    elif name in ("package.json", "composer.json", "Cargo.toml"):
        leaves = (read_toml(text) if name == "Cargo.toml" else read_json(text))[0]
        development = {leaf.first_line for leaf in leaves if any(key in _DEVELOPMENT for key in leaf.keys[:-1])}
        yield from (d for d in dependencies(path, text) if d.span.first_line not in development)
    elif found := _LINES.get(name) or (_LINES["gemspec"] if name.endswith(".gemspec") else None):
        yield from _in_lines(path, text, found)
    elif name.endswith((".txt", ".in")):
        if not re.search(r"dev|test|lint|doc", name):
            yield from (replace(d, span=replace(d.span, path=path)) for d in dependencies("requirements.txt", text))
    else:
        as_sbt = "build.sbt" if name.endswith(".scala") else path
        yield from (replace(d, span=replace(d.span, path=path)) for d in dependencies(as_sbt, text))


#: Build files that are programs: their dependencies are quoted in calls, one a line or several.
_LINES = {
    "setup.py": lazily(r"[\"']([A-Za-z][\w.-]*)(?:\[[\w,-]*\])?\s*(?:[<>=!~;][^\"'\n]*)?[\"']"),
    "setup.cfg": lazily(r"^[ \t]+([A-Za-z][\w.-]*)(?:\[[\w,-]*\])?[ \t]*(?:[<>=!~;].*)?$", re.MULTILINE),
    "Pipfile": lazily(r"^[\"']?([A-Za-z][\w.-]*)[\"']?[ \t]*=", re.MULTILINE),
    "Gemfile": lazily(r"^[ \t]*gem[ \t(]+[\"']([\w.-]+)[\"']", re.MULTILINE),
    "gemspec": lazily(r"\.add_(?:runtime_)?dependency[ \t(]+[\"']([\w.-]+)[\"']"),
    "mix.exs": lazily(r"\{[ \t]*:(\w+)[ \t]*,"),
    "build.sc": lazily(r"ivy\"([\w.-]+:{1,3}[\w.-]+)"),
}


def _in_lines(path: str, text: str, pattern: re.Pattern[str]) -> Iterator[Dependency]:
    line, at = 1, 0
    for match in pattern.finditer(text):
        line, at = line + text.count("\n", at, match.start(1)), match.start(1)
        span = Span(path=path, side=Side.AFTER, first_line=line, last_line=line)
        yield Dependency(coordinate=re.sub(":+", ":", match[1]).replace("_", "-"), version=None, span=span)


_NAMES = {
    "package.json": lazily(r"\"name\"\s*:\s*\"([^\"\n]+)\""),
    "composer.json": lazily(r"\"name\"\s*:\s*\"([^\"\n]+)\""),
    "go.mod": lazily(r"^module[ \t]+\"?([^\s\"]+)", re.MULTILINE),
    "Cargo.toml": lazily(r"^\[package\][^\[]{0,2000}?^name[ \t]*=[ \t]*[\"']([\w-]+)", re.MULTILINE),
    "pyproject.toml": lazily(r"^name[ \t]*=[ \t]*[\"']([\w.-]+)", re.MULTILINE),
    "setup.py": lazily(r"\bname[ \t]*=[ \t]*[\"']([\w.-]+)"),
    "setup.cfg": lazily(r"^name[ \t]*=[ \t]*([\w.-]+)", re.MULTILINE),
    "build.sbt": lazily(r"\bname[ \t]*:=[ \t]*\"([\w.-]+)"),
    "mix.exs": lazily(r"\bapp:[ \t]*:(\w+)"),
}
_ABOVE = lazily(r"<(parent|dependencies|dependencyManagement|build|profiles)>()")
_ARTIFACT = lazily(r"<artifactId>\s*([^<\s]+)\s*</artifactId>")


def _names(path: str, name: str, text: str) -> Iterator[str]:
    if name == "pom.xml":
        yield from _ARTIFACT.findall(without_elements(text, _ABOVE))[:1]
    elif pattern := _NAMES.get(name):
        yield from (match[1] for match in (pattern.search(text),) if match)
    elif name.endswith(("proj", ".gemspec")):
        yield name.rsplit(".", 1)[0]
    elif ".gradle" in name and "/" in path:
        yield path.rsplit("/", 2)[-2]


def _parent(text: str) -> str:
    match = re.search(r"<parent>[^&]{0,500}?<artifactId>\s*([^<\s]+)", text)
    return match[1] if match else ""


_PROJECT = lazily(r"\bproject\s*\(\s*(?:path\s*[:=]\s*)?[\"']:?([\w:.-]+)[\"']")
_ACCESSOR = lazily(r"\bprojects((?:\.[a-z]\w*)+)")
_PROJECT_FILE = lazily(r"<ProjectReference\b[^>]{0,300}?\bInclude\s*=\s*\"([^\"\n]+)\"")
_EDITABLE = lazily(r"^[ \t]*(?:-e|--editable|-r|--requirement)[ \t]+(\.[^\s#]*|[\w./-]+\.(?:txt|in))", re.MULTILINE)


def _references(name: str, text: str, used: tuple[Dependency, ...]) -> Iterator[str]:
    if ".gradle" in name:
        yield from (found.replace(":", "/") for found in _PROJECT.findall(text))
        yield from (_dashed(found.strip(".")).replace(".", "/") for found in _ACCESSOR.findall(text))
    elif name.endswith("proj"):
        yield from ("./" + found.replace("\\", "/") for found in _PROJECT_FILE.findall(text))
    elif name == "Cargo.toml":
        yield from ("./" + leaf.value for leaf in read_toml(text)[0] if leaf.keys[-1] == "path" and len(leaf.keys) > 2)
    elif name == "go.mod":
        yield from ("./" + found for found in re.findall(r"=>[ \t]+(\.{1,2}/\S*)", text))
    elif name == "pom.xml":
        yield from (d.coordinate.rsplit(":", 1)[-1] for d in used)
    elif name == "package.json":
        yield from (d.coordinate.rsplit("/", 1)[-1] for d in used)
    else:
        yield from ("./" + found for found in _EDITABLE.findall(text))


def _dashed(accessor: str) -> str:
    """`coreModel` is the accessor of the project `core-model`."""
    return re.sub(r"(?<=[a-z0-9])([A-Z])", lambda m: "-" + m[1].lower(), accessor)


_ALIAS = lazily(r"\b\w*[lL]ibs\.((?:[A-Za-z]\w*)(?:\.[A-Za-z]\w*){0,8})")


def _aliases(text: str) -> Iterator[tuple[str, int]]:
    for number, line in enumerate(_TEST_LINE.sub("", text).splitlines(), start=1):
        yield from ((match[1].removeprefix("bundles."), number) for match in _ALIAS.finditer(line))


_BLOCK = lazily(r"\b(?:subprojects|allprojects|configure\s*\([^){}\n]*\))\s*\{")


def _for_all(text: str) -> str:
    """Of a Gradle file what stands in `subprojects { }` and the like, on its lines."""
    kept, at = [], 0
    while match := _BLOCK.search(text, at):
        end = _closing(text, match.end())
        kept += [re.sub(r"[^\n]", "", text[at : match.end()]), text[match.end() : end]]
        at = end
    return "".join(kept)


def _closing(text: str, start: int) -> int:
    """The position of the brace that closes a block which is open at `start`."""
    depth = 1
    for match in re.compile(r"[{}]").finditer(text, start):
        depth += 1 if match.group() == "{" else -1
        if depth == 0:
            return match.start()
    return len(text)


def _line(text: str, position: int) -> int:
    return text.count("\n", 0, position) + 1
