"""The picture of a review: the streams that a change touches, before and after."""

from __future__ import annotations

from reviewer.context.radius import Streams
from reviewer.core.blast_radius import BlastKind
from reviewer.core.change import ChangeSet
from reviewer.core.stream_map import difference
from reviewer.publish import mermaid


def renames(change_set: ChangeSet) -> dict[str, str]:
    """Old path -> new path of the files that moved."""
    return {f.old_path: f.new_path for f in change_set.files if f.old_path and f.new_path and f.old_path != f.new_path}


def drawn(streams: Streams) -> str | None:
    """What the change does to the streams that it touches, and who else is at them; None when nothing is to be seen."""
    hit = {blast.name for blast in streams.radius if blast.kind is BlastKind.TOPIC and blast.others}
    return mermaid.difference_flowchart(difference(streams.before, streams.after), hit=hit)
