"""Where a grammar gave up: the lines of a tree that do not fit it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tree_sitter import Node

MAX_LINES = 10  # that are told; one broken bracket breaks what follows, too


def broken_lines(root: Node) -> tuple[int, ...]:
    """The first lines (1-based, in order) that the grammar could not place; none for a tree without errors."""
    found: set[int] = set()
    pending = [root] if root.has_error else []
    while pending and len(found) < MAX_LINES:
        node = pending.pop()
        if node.is_error or node.is_missing:
            found.add(node.start_point.row + 1)
            continue
        pending.extend(child for child in reversed(node.children) if child.has_error or child.is_missing)
    if root.has_error and not found:
        found.add(root.start_point.row + 1)
    return tuple(sorted(found))
