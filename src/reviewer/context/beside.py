"""Classes beside the change that its changed lines construct, call, extend or override: the members that are used."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath

from reviewer.context.budget import slice_cost
from reviewer.context.definitions import definitions
from reviewer.context.piece import Piece, disjoint, without
from reviewer.context.references import CALLED, FAR, NEAR, Reference, references
from reviewer.context.spare import bare_lines
from reviewer.context.unit import ContextSlice
from reviewer.core.problem import Problem
from reviewer.core.source import SourceReader, expect
from reviewer.core.span import Side, Span
from reviewer.facts.delta import Delta, FilePair
from reviewer.facts.syntax import SyntaxFacts
from reviewer.facts.workers import Job, Key
from reviewer.files import is_test

_CHARS = 8_000  # of all pieces
_FILE_CHARS = 3_500  # of a file: the second class that is referred to counts too
_FILES = 10  # that are read and parsed for it
_FOLDER = 12  # files of a Go package in which a type is looked for
_SIZE = 150_000  # characters of a file
_LEAST = 2  # one mention in the function around is chance
_BY_NAME = {
    "java": ("java", "kt", "scala", "groovy"), "kotlin": ("kt", "java"), "scala": ("scala", "java"),
    "groovy": ("groovy", "java"), "csharp": ("cs",), "typescript": ("ts",), "javascript": ("js",), "tsx": ("tsx", "ts"),
}  # fmt: skip
Parse = Callable[[Sequence[Job]], tuple[dict[Key, SyntaxFacts], tuple[Problem, ...]]]


@dataclass(slots=True)
class _Target:
    """A file and what is referred to in it."""

    path: str
    by_user: dict[str, list[Reference]] = field(default_factory=dict)

    @property
    def found(self) -> list[Reference]:
        """The references of all users."""
        return [item for found in self.by_user.values() for item in found]

    @property
    def score(self) -> tuple[int, int]:
        """How near the nearest use is, then how much is used."""
        return max(item.weight for item in self.found), sum(item.weight for item in self.found)


def definition_slices(
    delta: Delta, reader: SourceReader, parse: Parse, known: Mapping[str, tuple[int, ...]] | None = None
) -> tuple[ContextSlice, ...]:
    """Pieces of files that are not in the change; those that a changed line names come first.

    Lines in `known`, by path, are shown already. A file that can't be parsed is left out: the model can ask for it.
    """
    targets = sorted(_targets(delta, reader), key=lambda item: (-item.score[0], -item.score[1], item.path))
    wanted = [item for item in targets if item.score[1] >= _LEAST][:_FILES]
    texts = _texts([item.path for item in wanted], reader)
    parsed, _ = parse([Job(path=path, text=text, side=Side.AFTER) for path, text in texts.items()])
    room = _CHARS
    pieces: list[ContextSlice] = []
    for target in wanted:
        facts = parsed.get((target.path, Side.AFTER))
        left = min(room, _FILE_CHARS)
        for piece in _pieces(target, facts, texts[target.path], known or {}) if facts is not None else ():
            if slice_cost(piece) <= left:
                left -= slice_cost(piece)
                room -= slice_cost(piece)
                pieces.append(piece)
    return tuple(pieces)


def _texts(paths: Sequence[str], reader: SourceReader) -> dict[str, str]:
    expect(reader, paths, Side.AFTER)
    read = {path: reader.read(path, Side.AFTER) for path in paths}
    return {path: text for path, text in read.items() if text is not None and len(text) <= _SIZE}


def _targets(delta: Delta, reader: SourceReader) -> Iterable[_Target]:
    changed = {change.path_on(Side.AFTER) for change in delta.change_set.files}
    by_name: dict[str, list[str]] = defaultdict(list)
    for path in reader.paths(Side.AFTER):
        if path not in changed:
            by_name[PurePosixPath(path).name].append(path)
    here = {declared.name for facts in delta.after.files for declared in facts.syntax.types}
    targets: dict[str, _Target] = {}
    for pair in delta.pairs():
        if pair.after is None or is_test(pair.change.path):
            continue
        for found in _references(pair):
            place = (
                None if found.type in here or not found.type else _place(found.type, pair.after.syntax, by_name, reader)
            )
            if place is not None:
                target = targets.setdefault(place, _Target(place))
                why = f"{found.why} of {PurePosixPath(pair.change.path).name}"
                target.by_user.setdefault(pair.change.path, []).append(replace(found, why=why))
    return targets.values()


def _references(pair: FilePair) -> list[Reference]:
    facts = {Side.AFTER: pair.after, Side.BEFORE: pair.before}
    syntax = {side: found.syntax if found is not None else None for side, found in facts.items()}
    return references(pair.change, pair.change.hunks, syntax)


def _place(name: str, syntax: SyntaxFacts, by_name: Mapping[str, Sequence[str]], reader: SourceReader) -> str | None:
    """The one file that is meant: what the import says, else beside the file, else the only one of that name."""
    if syntax.language == "go":
        return _of_folder(name, syntax.path, by_name, reader)
    imported = next((item.path for item in syntax.imports if item.alias == name), None)
    folder = PurePosixPath(syntax.path).parent
    for ending in _BY_NAME.get(syntax.language, ()):
        places = [place for place in by_name.get(f"{name}.{ending}", ()) if not is_test(place)]
        if imported is not None and syntax.language in ("java", "kotlin", "scala", "groovy"):
            places = [place for place in places if place.endswith(f"{imported.replace('.', '/')}.{ending}")]
        beside = [place for place in places if PurePosixPath(place).parent == folder]
        if beside or len(places) == 1:
            return (beside or places)[0]
    if imported is not None and syntax.language == "python":
        return _module(imported, by_name)
    return None


def _module(imported: str, by_name: Mapping[str, Sequence[str]]) -> str | None:
    """The Python module of an imported name."""
    module = imported.lstrip(".").rpartition(".")[0].replace(".", "/")
    places = by_name.get(f"{PurePosixPath(module).name}.py", ()) if module else ()
    found = [place for place in places if place == f"{module}.py" or place.endswith(f"/{module}.py")]
    return found[0] if len(found) == 1 else None


def _of_folder(name: str, user: str, by_name: Mapping[str, Sequence[str]], reader: SourceReader) -> str | None:
    """Go: the file of the package that declares the type."""
    folder = PurePosixPath(user).parent
    files = [
        p for places in by_name.values() for p in places if p.endswith(".go") and PurePosixPath(p).parent == folder
    ]
    candidates = sorted(path for path in files if not path.endswith("_test.go"))[:_FOLDER]
    expect(reader, candidates, Side.AFTER)
    return next((p for p in candidates if f"type {name} " in (reader.read(p, Side.AFTER) or "")), None)


def _pieces(
    target: _Target, facts: SyntaxFacts, text: str, known: Mapping[str, tuple[int, ...]]
) -> Iterator[ContextSlice]:
    """What is used on changed lines first; what the rest of a user calls only of a class that they use."""
    lines = text.removesuffix("\n").split("\n")
    least = NEAR if target.score[0] < CALLED else FAR
    users: dict[tuple[int, int], dict[str, None]] = defaultdict(dict)
    wanted: list[tuple[int, Piece]] = []
    for user, found in target.by_user.items():
        for item in found:
            for first, last, why in definitions(facts, lines, [item]) if item.weight >= least else ():
                users[first, last][user] = None
                wanted.append((item.weight, (first, last, why)))
    hidden = [(number, number, "") for number in known.get(target.path, ())]
    ranked = [piece for _, piece in sorted(wanted, key=lambda entry: -entry[0])]
    spare = bare_lines(facts, lines)
    shown = [part for piece in disjoint([*hidden, *ranked]) if piece[2] for part in without(piece, spare)]
    for first, last, why in shown:
        inside = [mine for (start, end), mine in users.items() if start <= first and last <= end]
        for_paths = tuple(dict.fromkeys(user for mine in inside for user in mine))
        span = Span(path=target.path, side=Side.AFTER, first_line=first, last_line=last)
        yield ContextSlice(text="\n".join(lines[first - 1 : last]), why=why, span=span, for_paths=for_paths)
