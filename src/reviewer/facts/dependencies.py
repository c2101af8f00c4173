"""What a build manifest depends on, in which version, and on which lines it says so."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from pathlib import PurePosixPath
from typing import NamedTuple

from reviewer.core.lazily import lazily
from reviewer.core.span import Side, Span
from reviewer.core.value import value
from reviewer.facts.languages.document_tree import read_json, read_toml
from reviewer.facts.languages.document_xml import read_xml


@value()
class Dependency:
    """One dependency as the manifest declares it.

    `coordinate` is `group:artifact` on the JVM (without Scala's binary version when sbt adds it), else the package's
    name, in lower case for Python. `version` is the text of the constraint with properties resolved; None when it is
    not given here (managed by a parent, a platform or a lock). The span's side says nothing.
    """

    coordinate: str
    version: str | None
    span: Span


def dependencies(path: str, text: str) -> tuple[Dependency, ...]:
    """The dependencies of a pom.xml, Gradle, sbt, requirements, pyproject, setup.cfg, package.json, go.mod, Cargo.toml or .NET
    project file in the order of the text; empty for any other file."""
    read = _reader(PurePosixPath(path).name)
    if read is None:
        return ()
    return tuple(
        Dependency(
            coordinate=coordinate,
            version=version or None,
            span=Span(path=path, side=Side.AFTER, first_line=first, last_line=max(first, last)),
        )
        for coordinate, version, first, last in read(text)
        if coordinate
    )


_Found = tuple[str, str | None, int, int]
_Reader = Callable[[str], Iterator[_Found]]


def _reader(name: str) -> _Reader | None:
    if name in _BY_NAME:
        return _BY_NAME[name]
    return next((read for pattern, read in _BY_PATTERN if re.fullmatch(pattern, name)), None)


@lru_cache(maxsize=4096)
def _is_manifest_name(name: str) -> bool:
    return name == "gradle.properties" or _reader(name) is not None


def is_manifest(path: str) -> bool:
    """Whether `dependencies` or `definitions` understands this file, by its name."""
    return _is_manifest_name(path.rsplit("/", 1)[-1])


def definitions(path: str, text: str) -> dict[str, str]:
    """The properties (Maven) and variables (Gradle, `gradle.properties`) that other build files may refer to."""
    name = PurePosixPath(path).name
    if name == "pom.xml" or name.endswith(".pom"):
        return _maven_properties(text)
    if name == "gradle.properties":
        return dict(re.findall(r"^[ \t]*([\w.-]+)[ \t]*[=:][ \t]*(\S+)[ \t]*$", text, re.MULTILINE))
    return _gradle_variables(text) if re.fullmatch(r".*\.gradle(\.kts)?", name) else {}


def _maven(text: str) -> Iterator[_Found]:
    properties = _maven_properties(text)
    for element in _elements(_without_comments(text), _MAVEN):
        body = element.body
        for inner in reversed(list(_elements(body, _EXCLUSIONS))):
            body = body[: inner.start] + body[inner.end :]
        parts = {name: _resolved(value.strip(), properties) for name, value in _CHILD.findall(body)}
        if "artifactId" in parts:
            group = parts.get("groupId", "org.apache.maven.plugins")
            yield f"{group}:{parts['artifactId']}", parts.get("version"), element.first, element.last


def _maven_properties(text: str) -> dict[str, str]:
    leaves, _, _ = read_xml(text)
    properties = {leaf.keys[-1]: leaf.value for leaf in leaves if leaf.keys[-2:-1] == ("properties",)}
    for leaf in leaves:
        if leaf.keys[-2:] in (("parent", "version"), ("project", "version")):
            properties.setdefault("project.version", leaf.value)
    return properties


_CHILD = lazily(r"<(groupId|artifactId|version)>([^<]*)</")
_MAVEN = lazily(r"<(dependency|plugin|parent)>()")
_EXCLUSIONS = lazily(r"<(exclusions)>()")
_COMMENT = lazily(r"<!()--()")


class _Element(NamedTuple):
    """An element of XML: positions in the text, 1-based lines, and what stands between its tags."""

    start: int
    end: int
    first: int
    last: int
    body: str


def _elements(text: str, opening: re.Pattern[str]) -> Iterator[_Element]:
    """The elements whose opening tag has its name as the first group and a `/` that closes it as the second.

    A `.*?` up to the closing tag would look for it again from each opening one that has none: hours, for a hostile file.
    """
    at, line, unclosed = 0, 1, set()
    while match := opening.search(text, at):
        closing = f"</{match[1]}>" if match[1] else "-->"
        end = match.end() if match[2] else -1 if closing in unclosed else text.find(closing, match.end())
        if end < 0:
            unclosed.add(closing)
            line, at = line + text.count("\n", at, match.end()), match.end()
            continue
        after = match.end() if match[2] else end + len(closing)
        first = line + text.count("\n", at, match.start())
        line, at = first + text.count("\n", match.start(), after), after
        yield _Element(match.start(), after, first, line, text[match.end() : end])


def without_elements(text: str, opening: re.Pattern[str], *, only: re.Pattern[str] | None = None) -> str:
    """The text with some elements blanked, of those that match `only` (see `_elements` for `opening`); lines keep their numbers."""
    parts, at = [], 0
    for element in _elements(text, opening):
        if only is None or only.search(element.body):
            parts += [text[at : element.start], re.sub(r"[^\n]", " ", text[element.start : element.end])]
            at = element.end
    return "".join([*parts, text[at:]])


def _without_comments(text: str) -> str:
    return without_elements(text, _COMMENT)


def _resolved(value: str, properties: dict[str, str]) -> str:
    for _ in range(5):
        replaced = re.sub(r"\$\{([^}]+)\}", lambda m: properties.get(m[1], m[0]), value)
        if replaced == value or len(replaced) > 500:
            break
        value = replaced
    return value


_QUOTED = lazily(r"[\"']([A-Za-z][\w.-]*):([\w.\-$\{\}]+)(?::([\w.\-+$\{\}\[\](),]+?))?(?::[\w-]+)?(?:@\w+)?[\"']")
_NAMED = lazily(
    r"group\s*[:=]\s*[\"']([\w.-]+)[\"']\s*,\s*(?:name|module)\s*[:=]\s*[\"']([\w.-]+)[\"'](?:\s*,\s*version\s*[:=]\s*[\"']?([\w.\-$\{\}]+))?"
)
_PLUGIN = lazily(r"\bid\s*\(?\s*[\"']([\w.-]+)[\"']\s*\)?\s*version\s*\(?\s*[\"']([\w.-]+)[\"']")
_VARIABLE = lazily(r"(?<![\w.])([\w.]+)\s*=\s*[\"']([\w.\-+]+)[\"']")


def _gradle(text: str) -> Iterator[_Found]:
    variables = _gradle_variables(text)
    for number, line in _code_lines(text, "//"):
        for group, artifact, version in _QUOTED.findall(line) + _NAMED.findall(line):
            yield f"{group}:{artifact}", _variable(version, variables), number, number
        for plugin, version in _PLUGIN.findall(line):
            yield plugin, version, number, number


def _gradle_variables(text: str) -> dict[str, str]:
    return {name.removeprefix("ext."): value for name, value in _VARIABLE.findall(text)}


def _variable(version: str, variables: dict[str, str]) -> str:
    def value(match: re.Match[str]) -> str:
        return variables.get(match[1].removeprefix("ext."), match[0])

    return re.sub(r"\$\{?([\w.]+)\}?", value, version)


_SBT = lazily(r"\"([\w.-]+)\"\s*(%{1,3})\s*\"([\w.-]+)\"(?:\s*%\s*(\"[^\"]+\"|[\w.]+))?")


def _sbt(text: str) -> Iterator[_Found]:
    variables = dict(_VARIABLE.findall(text))
    for number, line in _code_lines(text, "//"):
        for group, _, artifact, version in _SBT.findall(line):
            found = version[1:-1] if version.startswith('"') else variables.get(version)
            yield f"{group}:{artifact}", found, number, number


_PYTHON = lazily(r"([A-Za-z0-9][\w.-]*)\s*(?:\[[^\]]*\])?\s*\(?((?:[<>=!~]=?=?[^;#,\s)]+\s*,?\s*)*)")


def _requirement(text: str) -> tuple[str, str]:
    match = _PYTHON.match(text.strip())
    return (match[1].lower().replace("_", "-"), match[2].strip(" ,")) if match else ("", "")


def _requirements(text: str) -> Iterator[_Found]:
    for number, line in _code_lines(text, "#"):
        if line.strip() and not line.lstrip().startswith("-"):
            yield *_requirement(line), number, number


_SETUP = lazily(r"^[ \t]+([A-Za-z][\w.-]*(?:\[[\w,-]*\])?[ \t]*[<>=!~]=?.*)$")


def _setup_cfg(text: str) -> Iterator[_Found]:
    for number, line in _code_lines(text, "#"):
        if match := _SETUP.match(line):
            yield *_requirement(match[1]), number, number


def _pyproject(text: str) -> Iterator[_Found]:
    leaves, _, _ = read_toml(text)
    for leaf in leaves:
        keys, first, last = leaf.keys, leaf.first_line, leaf.last_line
        in_list = keys[-1].startswith("[") and (
            "dependencies" in keys or "dependency-groups" in keys or "requires" in keys
        )
        in_list = in_list or (keys[:2] == ("project", "optional-dependencies") and keys[-1].startswith("["))
        if in_list:
            yield *_requirement(leaf.value), first, last
        elif keys[:2] == ("tool", "poetry") and "dependencies" in keys:
            after = keys[keys.index("dependencies") + 1 :]
            if len(after) == 1 or after[1:] == ("version",):
                yield after[0].lower(), leaf.value, first, last


def _npm(text: str) -> Iterator[_Found]:
    for leaf in read_json(text)[0]:
        if len(leaf.keys) == 2 and leaf.keys[0].lower().endswith("dependencies"):
            yield leaf.keys[1], leaf.value, leaf.first_line, leaf.last_line


def _go(text: str) -> Iterator[_Found]:
    for number, line in _code_lines(text, "//"):
        match = re.match(r"\s*(?:require\s+)?([\w.-]+\.[\w./-]+)\s+(v[\w.+-]+)", line)
        if match:
            yield match[1], match[2], number, number


def _cargo(text: str) -> Iterator[_Found]:
    for leaf in read_toml(text)[0]:
        position = next((i for i, key in enumerate(leaf.keys) if key.endswith("dependencies")), None)
        if position is None:
            continue
        after = leaf.keys[position + 1 :]
        if len(after) == 1 or after[1:] == ("version",):
            yield after[0], leaf.value, leaf.first_line, leaf.last_line


_REFERENCE = lazily(r"<(Package(?:Reference|Version))\b[^>]*?(/?)>")


def _dotnet(text: str) -> Iterator[_Found]:
    properties = dict(re.findall(r"<([\w.]+)>([^<>]+)</\1>", text))
    clean = _without_comments(text)
    for element in _elements(clean, _REFERENCE):
        opening = clean[element.start : clean.index(">", element.start)]
        attributes: dict[str, str] = dict(re.findall(r"(\w+)\s*=\s*\"([^\"]*)\"", opening))
        attributes.update(re.findall(r"<(Version)>([^<]*)<", element.body))
        version = re.sub(r"\$\(([\w.]+)\)", lambda m: properties.get(m[1], m[0]), attributes.get("Version", ""))
        name = attributes.get("Include", attributes.get("Update", ""))
        yield name, version, element.first, element.last


def _catalog(text: str) -> Iterator[_Found]:
    """Gradle's version catalog: libraries with `module`, or `group` and `name`, or "group:name:version"."""
    leaves, _, _ = read_toml(text)
    versions = {leaf.keys[1]: leaf.value for leaf in leaves if leaf.keys[:1] == ("versions",) and len(leaf.keys) > 1}
    libraries: dict[str, dict[str, str]] = {}
    lines: dict[str, tuple[int, int]] = {}
    for leaf in leaves:
        if leaf.keys[0] == "libraries" and len(leaf.keys) > 1:
            name = leaf.keys[1]
            libraries.setdefault(name, {})[".".join(leaf.keys[2:])] = leaf.value
            first, last = lines.get(name, (leaf.first_line, leaf.last_line))
            lines[name] = min(first, leaf.first_line), max(last, leaf.last_line)
    for name, parts in libraries.items():
        group, _, rest = (parts.get("") or parts.get("module") or "").partition(":")
        artifact, _, version = rest.partition(":")
        version = version or parts.get("version") or versions.get(parts.get("version.ref", ""), "")
        yield f"{group or parts.get('group', '')}:{artifact or parts.get('name', '')}", version, *lines[name]


def _code_lines(text: str, comment: str) -> Iterator[tuple[int, str]]:
    """Lines with what follows a comment mark removed (a mark inside a URL has no blank before it)."""
    pattern = re.compile(rf"(?:^|\s){re.escape(comment)}.*")
    for number, line in enumerate(text.splitlines(), start=1):
        yield number, pattern.sub("", line)


_BY_NAME: dict[str, _Reader] = {
    "pom.xml": _maven,
    "pyproject.toml": _pyproject,
    "setup.cfg": _setup_cfg,
    "package.json": _npm,
    "go.mod": _go,
    "Cargo.toml": _cargo,
}
_BY_PATTERN: tuple[tuple[str, _Reader], ...] = (
    (r".*\.pom", _maven),
    (r".*\.gradle(\.kts)?", _gradle),
    (r".*\.sbt|Dependencies\.scala", _sbt),
    (r".*\.versions\.toml", _catalog),
    (r"(?:.*[-_])?requirements(?:[-_.].*)?\.(?:txt|in)|constraints\.txt", _requirements),
    (r".*\.(?:csproj|fsproj|vbproj)|Directory\.(?:Packages|Build)\.props", _dotnet),
)
