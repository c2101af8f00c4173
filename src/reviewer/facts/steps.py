"""What one call of a method runs, in order: its calls, assignments, conditions and jumps, with those of the own methods that it calls.

Each step has a path: the branches, loops and lambdas that it stands in. What a step did holds for a later step when its path begins the
later one's (`holds_for`): the same branch, or no branch at all. A try, `with` or finally always runs and is no part of a path.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from reviewer.core.lazily import lazily
from reviewer.core.value import value
from reviewer.facts.syntax import Assignment, Block, BlockKind, Call, Function, Jump, JumpKind, SyntaxFacts

_DEPTH = 5  # own methods called by own methods
_STEPS = 4000  # of one call: what is longer is not followed to its end
_ALWAYS = (BlockKind.TRY, BlockKind.WITH, BlockKind.FINALLY)
_ENDLESS = lazily(r"\(?(true|True|1)\)?")
_OWN_RECEIVERS = ("", "this", "self", "cls")
_HANDED_OVER = {
    "java": re.compile(r"this::(\w+)"), "kotlin": re.compile(r"(?:this)?::(\w+)"), "python": re.compile(r"self\.(\w+)"),
    "scala": re.compile(r"(?:this\.)?(\w+)(?: _)?"),
}  # fmt: skip
_WORD = lazily(r"[A-Za-z_]\w*")
Path = tuple[str, ...]
Node = Call | Assignment | Block | Jump


@value()
class Frame:
    """One activation of a method: `caller` is the frame and the call that made it; None for the method that is entered."""

    number: int
    function: int
    caller: int | None
    call: int | None


@value()
class Step:
    """One thing that runs. A block stands for its condition, and comes before what is inside."""

    node: Node
    path: Path
    frame: int


@value()
class Run:
    """The steps of one call of a method, in order, and the activations that they belong to.

    `naming` has for a word the steps whose texts hold it, `within` for a part of a path the steps that stand in it.
    """

    frames: tuple[Frame, ...]
    steps: tuple[Step, ...]
    naming: Mapping[str, tuple[int, ...]]
    within: Mapping[str, tuple[int, ...]]

    def called_by(self, call: Call, frame: int) -> tuple[Frame, ...]:
        """The activations of own methods that a call in a frame makes."""
        return tuple(f for f in self.frames[frame + 1 :] if f.call == call.index and f.caller == frame)


def run_of(syntax: SyntaxFacts, entry: int) -> Run:
    """The steps of a method (an index into `syntax.functions`)."""
    walk = _Walk(syntax)
    walk.enter(entry, (), None, None, frozenset())
    naming: dict[str, list[int]] = defaultdict(list)
    within: dict[str, list[int]] = defaultdict(list)
    for index, step in enumerate(walk.steps):
        for word in {word for text in texts_of(step.node) for word in _WORD.findall(text)}:
            naming[word].append(index)
        for part in step.path:
            within[part].append(index)
    return Run(
        frames=tuple(walk.frames), steps=tuple(walk.steps),
        naming={word: tuple(found) for word, found in naming.items()},
        within={part: tuple(found) for part, found in within.items()},
    )  # fmt: skip


def texts_of(node: Node) -> tuple[str, ...]:
    """What a node says: receiver and arguments, target and value, a condition, what is given back."""
    if isinstance(node, Call):
        return (node.receiver, *(argument.value.text for argument in node.arguments))
    if isinstance(node, Assignment):
        return (node.target, *(part.text for part in (node.value, node.subscript) if part is not None))
    return (node.detail,) if isinstance(node, Block) else (node.text,)


def holds_for(earlier: Path, later: Path) -> bool:
    """Whether what ran at one path has surely run when a later step at the other path does."""
    return later[: len(earlier)] == earlier


def branch(block: int) -> str:
    """A branch or loop in a path."""
    return f"b{block}"


class _Walk:
    def __init__(self, syntax: SyntaxFacts) -> None:
        self.syntax = syntax
        self.frames: list[Frame] = []
        self.steps: list[Step] = []
        self.placed: dict[int, list[tuple[Node, Path]]] = {}
        self.nodes: dict[int, list[tuple[tuple[int, int, int], Node]]] = defaultdict(list)
        for place, node in _ranked(syntax):
            if node.function is not None:
                self.nodes[node.function].append((place, node))

    def enter(self, function: int, path: Path, caller: int | None, call: Call | None, open_: frozenset[int]) -> None:
        frame = Frame(
            number=len(self.frames), function=function, caller=caller, call=call.index if call is not None else None
        )
        self.frames.append(frame)
        left = False
        for node, inner in self._nodes(function):
            if len(self.steps) >= _STEPS:
                return
            # Behind a helper's early return nothing is sure for its caller; in the entered method nothing follows a return.
            own = (*path, *((f"r{frame.number}",) if left and caller is not None else ()), *inner)
            if isinstance(node, Call) and len(open_) < _DEPTH:
                for callee, more in self._own(node, function):
                    if callee not in open_ and callee != function:
                        self.enter(callee, (*own, *more), frame.number, node, open_ | {function})
            self.steps.append(Step(node=node, path=own, frame=frame.number))
            left = left or (isinstance(node, Jump) and node.kind is JumpKind.RETURN and bool(node.blocks))

    def _nodes(self, function: int) -> list[tuple[Node, Path]]:
        if function in self.placed:
            return self.placed[function]
        inside = (function, *(f.index for f in self.syntax.functions if self._is_part(f, function)))
        placed = sorted((item for index in inside for item in self.nodes.get(index, ())), key=lambda item: item[0])
        found = [(node, self._path(node.function, _around(self.syntax, node), function)) for _, node in placed]
        self.placed[function] = found
        return found

    def _is_part(self, inner: Function, outer: int) -> bool:
        """A lambda of the method; the methods of a class inside it are another object's."""
        while inner.is_lambda and inner.parent is not None:
            if inner.parent == outer:
                return True
            inner = self.syntax.functions[inner.parent]
        return False

    def _path(self, function: int | None, blocks: tuple[int, ...], home: int) -> Path:
        own = tuple(branch(b) for b in blocks if not _always(self.syntax.blocks[b]))
        if function is None or function == home:
            return own
        inner = self.syntax.functions[function]
        given = self.syntax.calls[inner.argument_of].blocks if inner.argument_of is not None else ()
        return (*self._path(inner.parent, given, home), f"f{function}", *own)

    def _own(self, call: Call, function: int) -> Iterator[tuple[int, Path]]:
        """The methods of the same class that a call runs: the called one, and those that are handed over."""
        kind = self.syntax.functions[function].type
        if kind is None:
            return
        if (
            call.receiver in _OWN_RECEIVERS and call.name != self.syntax.types[kind].name
        ):  # Scala's methods may look like types
            yield from ((index, ()) for index in self._named(call.name, kind, len(call.arguments)))
        for argument in call.arguments:
            written = _HANDED_OVER.get(self.syntax.language)
            reference = written.fullmatch(argument.value.text) if written and argument.value.call is None else None
            if reference is not None:
                yield from ((index, (f"m{call.index}",)) for index in self._named(reference[1], kind, None))

    def _named(self, name: str, kind: int, arguments: int | None) -> list[int]:
        methods = [f for f in self.syntax.functions if f.type == kind and f.name == name and not f.is_lambda]
        exact = [f for f in methods if arguments == len(parameters_of(f))]
        return [f.index for f in exact or methods]


def parameters_of(function: Function) -> tuple[str, ...]:
    """The names of the parameters, without Python's `self`."""
    names = tuple(parameter.name for parameter in function.parameters)
    return names[1:] if names[:1] in (("self",), ("cls",)) else names


def _always(block: Block) -> bool:
    endless = block.kind is BlockKind.LOOP and _ENDLESS.fullmatch(block.detail) is not None
    return block.kind in _ALWAYS or endless


def _ranked(syntax: SyntaxFacts) -> Iterator[tuple[tuple[int, int, int], Node]]:
    """Every node with its turn: by the line where it ends, a condition by the line where its block begins."""
    nodes: tuple[tuple[int, Sequence[Node]], ...] = (
        (0, syntax.calls), (1, syntax.blocks), (2, syntax.assignments), (3, syntax.jumps),
    )  # fmt: skip
    for rank, some in nodes:
        for position, node in enumerate(some):
            line = node.span.first_line if isinstance(node, Block) else node.span.last_line
            yield (line, rank, position), node


def _around(syntax: SyntaxFacts, node: Node) -> tuple[int, ...]:
    """The blocks around a node, outermost first; its own is not around a block."""
    if not isinstance(node, Block):
        return node.blocks
    found: list[int] = []
    parent = node.parent
    while parent is not None:
        found.append(parent)
        parent = syntax.blocks[parent].parent
    return tuple(reversed(found))
