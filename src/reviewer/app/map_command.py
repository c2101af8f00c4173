"""`stream-review map`: topics, clients and operators of the repository; with --base, what the change does to them."""

from __future__ import annotations

import argparse
import json
import os
import sys
from dataclasses import asdict
from pathlib import Path

from reviewer.app import exit_codes, wiring
from reviewer.app.drawing import renames
from reviewer.app.review_command import told
from reviewer.clients.registry import Libraries
from reviewer.core.problem import ReviewError
from reviewer.core.progress import SILENT, Progress
from reviewer.core.span import Side
from reviewer.core.stream_map import MapDifference, StreamMap, difference
from reviewer.facts.gather import gather
from reviewer.facts.stream_map.build import stream_map
from reviewer.facts.streaming.model import FileFacts
from reviewer.inputs.audit import read_tree
from reviewer.inputs.git_process import run_git
from reviewer.inputs.local_git import read_local_change
from reviewer.inputs.port import NOT_CLONED, LocalChange
from reviewer.publish import mermaid


def run(given: argparse.Namespace, progress: Progress = SILENT) -> int:
    """Print the map, or the difference; files that could not be read are named on stderr and end with 2 if nothing was."""
    repo = Path(given.repo).resolve()
    if not repo.is_dir():
        raise ReviewError(f"--repo: there is no directory {given.repo!r}.")
    tree = read_tree(repo, runner=run_git, surroundings=os.environ, progress=progress)
    after = _facts(tree, Side.AFTER, progress)
    if given.base is None:
        progress.close()
        found = stream_map(after)
        _print(found, mermaid.flowchart(found), given.format)
        return exit_codes.REVIEWED
    change = read_local_change(repo, base=given.base, head=None, staged=False)
    told(change.notices)
    # What a partial clone lacks may have been anything before: it counts as unchanged, and the notice says so.
    known = [file for file in change.change_set.files if file.unread != NOT_CLONED]
    old_paths = {file.old_path for file in known} | {file.path for file in known}
    before = [*(facts for facts in after if facts.path not in old_paths), *_facts(change, Side.BEFORE, progress)]
    progress.close()
    changed = difference(stream_map(before, renamed=renames(change.change_set)), stream_map(after))
    _print(changed, mermaid.difference_flowchart(changed, max_nodes=sys.maxsize) or "", given.format)
    if changed.is_empty:
        print("stream-review: the change alters no topic, client or operator of the map.", file=sys.stderr)
    return exit_codes.REVIEWED


def _facts(change: LocalChange, side: Side, progress: Progress) -> tuple[FileFacts, ...]:
    with wiring.parser_pool(progress) as pool:
        gathered = gather(
            change.change_set, change.reader, libraries=Libraries(), parse=pool.extract_all, skip=lambda _path: False
        )
    for problem in gathered.problems:
        print(f"stream-review: {problem.step}: {problem.subject}: {problem.message}", file=sys.stderr)
    return (gathered.delta.after if side is Side.AFTER else gathered.delta.before).files


def _print(found: StreamMap | MapDifference, picture: str, form: str) -> None:
    if form == "mermaid":
        sys.stdout.write(picture)
        return
    if isinstance(found, StreamMap):
        data = {"nodes": [asdict(node) for node in found.nodes], "edges": [asdict(edge) for edge in found.edges]}
    else:
        data = {
            "nodes": [{**asdict(node), "change": fate.value} for node, fate in found.nodes],
            "edges": [{**asdict(edge), "change": fate.value} for edge, fate in found.edges],
        }
    sys.stdout.write(json.dumps({"schema_version": "1", **data}, indent=2) + "\n")
