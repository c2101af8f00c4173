"""`stream-review map`: topics, and what reads, writes and keeps them; with --base, what the change does to them."""

from __future__ import annotations

import argparse
import difflib
import os
import sys
from pathlib import Path

from reviewer.app import exit_codes, wiring
from reviewer.app.drawing import renames
from reviewer.app.paths import skipper, unchanged
from reviewer.app.review_command import told
from reviewer.clients.registry import Libraries
from reviewer.core.problem import ReviewError
from reviewer.core.progress import SILENT, Progress
from reviewer.core.span import Side
from reviewer.core.stream_map import Fate, MapDifference, NodeKind, StreamMap, around, difference, said_by
from reviewer.facts.gather import gather
from reviewer.facts.stream_map.build import stream_map
from reviewer.facts.streaming.model import FileFacts
from reviewer.inputs.audit import read_tree
from reviewer.inputs.git_process import run_git
from reviewer.inputs.local_git import read_local_change
from reviewer.inputs.port import NOT_CLONED, LocalChange
from reviewer.publish import dot, map_json, mermaid

_DEPTH = 2  # around a topic: who reads and writes it, and their other topics


def run(given: argparse.Namespace, progress: Progress = SILENT) -> int:
    """Print the map, or the difference; files that could not be read are named on stderr."""
    repo = Path(given.repo).resolve()
    if not repo.is_dir():
        raise ReviewError(f"--repo: there is no directory {given.repo!r}.")
    if given.depth is not None and given.topic is None:
        raise ReviewError("--depth says how far to go from --topic; name a topic.")
    tree = read_tree(repo, runner=run_git, surroundings=os.environ, progress=progress)
    told(unchanged(given.path, tree.change_set, tree.reader, audit=True))
    after = _facts(tree, Side.AFTER, progress)
    if given.base is None:
        progress.close()
        found = _cut(stream_map(after), given)
        _print(difference(found, found), given)
        return exit_codes.REVIEWED
    change = read_local_change(repo, base=given.base, head=None, staged=False)
    told(change.notices)
    # What a partial clone lacks may have been anything before: it counts as unchanged, and the notice says so.
    known = [file for file in change.change_set.files if file.unread != NOT_CLONED]
    old_paths = {file.old_path for file in known} | {file.path for file in known}
    before = [*(facts for facts in after if facts.path not in old_paths), *_facts(change, Side.BEFORE, progress)]
    progress.close()
    old, new = stream_map(before, renamed=renames(change.change_set)), stream_map(after)
    if given.topic is not None:
        _topic(given.topic, old, new)
    _print(difference(_near(old, given), _near(new, given)), given)
    return exit_codes.REVIEWED


def _facts(change: LocalChange, side: Side, progress: Progress) -> tuple[FileFacts, ...]:
    with wiring.parser_pool(progress) as pool:
        gathered = gather(
            change.change_set, change.reader, libraries=Libraries(), parse=pool.extract_all, skip=lambda _path: False
        )
    for problem in gathered.problems:
        print(f"stream-review: {problem.step}: {problem.subject}: {problem.message}", file=sys.stderr)
    return (gathered.delta.after if side is Side.AFTER else gathered.delta.before).files


def _cut(found: StreamMap, given: argparse.Namespace) -> StreamMap:
    if given.topic is not None:
        _topic(given.topic, found)
    return _near(found, given)


def _near(found: StreamMap, given: argparse.Namespace) -> StreamMap:
    """What lies around a topic, and what the chosen files say of it; all without either."""
    if given.topic is not None:
        found = around(found, _named(found, given.topic), _DEPTH if given.depth is None else given.depth)
    if not given.path:
        return found
    skip = skipper(given.path, ())
    return said_by(found, lambda path: bool(path) and not skip(path))


def _named(found: StreamMap, name: str) -> list[str]:
    return [node.id for node in found.nodes if node.kind is NodeKind.TOPIC and node.label == name]


def _topic(name: str, *maps: StreamMap) -> None:
    """Raises ReviewError with the nearest names when no version has the topic."""
    if any(_named(found, name) for found in maps):
        return
    known = {node.label for found in maps for node in found.nodes if node.kind is NodeKind.TOPIC}
    close = difflib.get_close_matches(name, sorted(known), n=3, cutoff=0.4)
    hint = f" Did you mean {', '.join(repr(one) for one in close)}?" if close else f" The map has {len(known)} topics."
    raise ReviewError(f"--topic: no topic is called {name!r}.{hint}")


def _print(found: MapDifference, given: argparse.Namespace) -> None:
    compared = given.base is not None
    if given.format == "json":
        sys.stdout.write(map_json.rendered(found.nodes, found.edges, with_change=compared))
    elif not found.nodes or (compared and found.is_empty):
        pass  # a picture of nothing says less than the line on stderr
    elif given.format == "dot":
        sys.stdout.write(dot.digraph(found.nodes, found.edges))
    else:
        _print_mermaid(found, compared)
    _say(found, compared)


def _print_mermaid(found: MapDifference, compared: bool) -> None:
    whole = StreamMap(nodes=tuple(n for n, _ in found.nodes), edges=tuple(e for e, _ in found.edges))
    picture = mermaid.difference_flowchart(found, max_nodes=sys.maxsize) if compared else mermaid.flowchart(whole)
    sys.stdout.write(picture or "")
    if mermaid.is_too_large(picture or ""):
        print(
            f"stream-review: Mermaid draws at most {mermaid.MAX_EDGES} arrows and {mermaid.MAX_CHARS:,} characters:"
            " cut the map with --topic and --depth, or take --format dot or json.",
            file=sys.stderr,
        )


def _say(found: MapDifference, compared: bool) -> None:
    if not found.nodes:
        print(
            "stream-review: no topic, client, job or connector was found outside of tests; the languages and libraries that are read are"
            " listed in docs/client-libraries.md.",
            file=sys.stderr,
        )
    elif compared and all(fate is Fate.KEPT for _, fate in (*found.nodes, *found.edges)):
        print("stream-review: the change alters no topic, client or operator of the map.", file=sys.stderr)
