"""The picture of a review: the streams that a change touches, before and after."""

from __future__ import annotations

from reviewer.core.change import ChangeSet
from reviewer.core.stream_map import difference
from reviewer.facts.delta import Delta
from reviewer.facts.stream_map.build import stream_map
from reviewer.publish import mermaid


def renames(change_set: ChangeSet) -> dict[str, str]:
    """Old path -> new path of the files that moved."""
    return {f.old_path: f.new_path for f in change_set.files if f.old_path and f.new_path and f.old_path != f.new_path}


def drawn(delta: Delta) -> str | None:
    """The picture of a review: what the change does to the streams that it touches; None when nothing is to be seen."""
    before = stream_map(delta.before.files, beside=delta.before.related, renamed=renames(delta.change_set))
    after = stream_map(delta.after.files, beside=delta.after.related)
    return mermaid.difference_flowchart(difference(before, after))
