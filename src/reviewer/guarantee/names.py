"""The user's own names for what promises something, and its client in the map."""

from __future__ import annotations

import re
from collections.abc import Mapping

from reviewer.core.stream_map import EdgeKind, NodeKind, StreamMap
from reviewer.facts.streaming.model import FileFacts, Known, Value
from reviewer.facts.streaming.names import bare


class Called:
    """Names on one side. `drawn` is the map of that side, `renamed` maps old paths to new ones."""

    def __init__(self, drawn: StreamMap, renamed: Mapping[str, str]) -> None:
        self._renamed = renamed
        self._written: dict[str, dict[str, None]] = {}
        self._groups: dict[str, dict[str, None]] = {}
        nodes = {node.id: node for node in drawn.nodes}
        for edge in drawn.edges:
            if (
                edge.kind is EdgeKind.WRITES
                and nodes[edge.source].kind is NodeKind.CLIENT
                and nodes[edge.target].is_known
            ):
                self._written.setdefault(edge.source, {})[nodes[edge.target].label] = None
            if edge.kind is EdgeKind.READS and edge.group:
                self._groups.setdefault(edge.target, {})[edge.group] = None

    def path(self, file: FileFacts) -> str:
        """The path that identifies: of a file that moved, the new one."""
        return self._renamed.get(file.path, file.path)

    def node(self, file: FileFacts, function: int | None, line: int = 0) -> str:
        """The id of the client node around a function, else around a line, as the map has it."""
        own = file.syntax.functions[function].type if function is not None else None
        declared = file.syntax.types[own] if own is not None else None
        if declared is None and function is None and line:
            declared = file.syntax.type_at(line)
        name = declared.name if declared is not None else file.path.rsplit("/", 1)[-1]
        return f"client:{self.path(file)}#{name}"

    def written(self, node: str) -> str:
        """The one topic that a client writes; "" when there are several or none is known."""
        return _only(self._written.get(node, {}))

    def group(self, node: str, value: Value) -> str:
        """The group of a consumer: what it says itself, else what the map knows."""
        return literal(value) or _only(self._groups.get(node, {}))


def place_name(file: FileFacts, function: int | None, holder: str = "", line: int = 0) -> str:
    """Class and method, else class and field, else the file."""
    if function is not None and (name := file.function_name(function)):
        outer, _, last = name.rpartition(".")
        makes = last in ("__init__", "<init>", "constructor", outer.rpartition(".")[2])
        if not outer:
            return f"{name} in {file.path.rsplit('/', 1)[-1]}"
        return f"{outer}.{bare(holder)}" if makes and holder else name
    declared = file.syntax.type_at(line) if line else None
    if declared is not None:
        return f"{declared.name}.{bare(holder)}" if bare(holder) not in ("", declared.name) else declared.name
    stem = file.path.rsplit("/", 1)[-1]
    return f"{bare(holder)} in {stem}" if holder else stem


def literal(value: Value) -> str:
    """A text that is known; "" else."""
    is_text = value.known is Known.EXPLICIT and not re.search(r"[{}()\n]", value.text)
    return value.text.strip() if is_text else ""


def _only(found: Mapping[str, None]) -> str:
    return next(iter(found)) if len(found) == 1 else ""
