"""Trim GitHub's published OpenAPI description to the operations the tests' fake GitHub serves.

Usage: python scripts/trim_openapi.py SOURCE.json TARGET.json

SOURCE is `generated/api.github.com.json` of the npm package `@octokit/openapi` (MIT). Prose and examples are dropped: only
what a validator reads is kept, so that the committed file stays small enough to review.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

REPO = "/repos/{owner}/{repo}"
OPERATIONS: dict[str, tuple[str, ...]] = {
    "/user": ("get",),
    "/rate_limit": ("get",),
    REPO: ("get",),
    f"{REPO}/collaborators/{{username}}/permission": ("get",),
    f"{REPO}/commits/{{ref}}": ("get",),
    f"{REPO}/compare/{{basehead}}": ("get",),
    f"{REPO}/contents/{{path}}": ("get",),
    f"{REPO}/git/blobs/{{file_sha}}": ("get",),
    f"{REPO}/git/commits/{{commit_sha}}": ("get",),
    f"{REPO}/git/trees/{{tree_sha}}": ("get",),
    f"{REPO}/issues/{{issue_number}}/comments": ("get", "post"),
    f"{REPO}/issues/comments/{{comment_id}}": ("get", "patch", "delete"),
    f"{REPO}/issues/comments/{{comment_id}}/reactions": ("get", "post"),
    f"{REPO}/pulls/{{pull_number}}": ("get",),
    f"{REPO}/pulls/{{pull_number}}/comments": ("get", "post"),
    f"{REPO}/pulls/{{pull_number}}/comments/{{comment_id}}/replies": ("post",),
    f"{REPO}/pulls/{{pull_number}}/commits": ("get",),
    f"{REPO}/pulls/{{pull_number}}/files": ("get",),
    f"{REPO}/pulls/{{pull_number}}/reviews": ("get", "post"),
    f"{REPO}/pulls/{{pull_number}}/reviews/{{review_id}}": ("get", "put", "delete"),
    f"{REPO}/pulls/{{pull_number}}/reviews/{{review_id}}/comments": ("get",),
    f"{REPO}/pulls/{{pull_number}}/reviews/{{review_id}}/events": ("post",),
    f"{REPO}/pulls/comments/{{comment_id}}": ("get", "patch", "delete"),
    f"{REPO}/pulls/comments/{{comment_id}}/reactions": ("get", "post"),
    f"{REPO}/tarball/{{ref}}": ("get",),
}
PROSE = frozenset(
    {"description", "summary", "example", "examples", "externalDocs", "tags", "x-github", "x-octokit", "title"}
)
#: Maps whose keys are names chosen by the API (a property may be called `description`), never schema keywords.
NAME_MAPS = frozenset({"properties", "patternProperties"})


def main(source: Path, target: Path) -> None:
    """Write the trimmed description of `source` to `target`; KeyError when GitHub dropped one of our operations."""
    whole = json.loads(source.read_text(encoding="utf-8"))
    paths = {path: _path_item(whole["paths"][path], methods) for path, methods in OPERATIONS.items()}
    trimmed = {
        "openapi": whole["openapi"],
        "info": {"title": "GitHub REST API, trimmed", "version": whole["info"]["version"]},
        "servers": [{"url": "https://api.github.com"}],
        "paths": paths,
        "components": _components(whole["components"], paths),
    }
    lines = json.dumps(trimmed, separators=(",", ":"), sort_keys=True, ensure_ascii=False)
    target.write_text(lines + "\n", encoding="utf-8")


def _path_item(item: dict[str, Any], methods: tuple[str, ...]) -> dict[str, Any]:
    kept = {method: without_prose(item[method]) for method in methods}
    for operation in kept.values():
        # openapi-core insists on described responses, so each gets its status back as a description.
        for status, response in operation["responses"].items():
            if "$ref" not in response:
                response["description"] = status
    return kept


def _components(source: dict[str, Any], paths: object) -> dict[str, dict[str, Any]]:
    components: dict[str, dict[str, Any]] = {}
    waiting = list(references(paths))
    while waiting:
        _, _, kind, name = waiting.pop().split("/")
        if kind == "examples" or name in components.setdefault(kind, {}):
            continue
        part = without_prose(source[kind][name])
        if kind == "responses":
            part["description"] = name
        components[kind][name] = part
        waiting += references(part)
    return {kind: parts for kind, parts in components.items() if parts}


def without_prose(node: Any, *, names: bool = False) -> Any:
    """A deep copy of `node` without human text; `names` says that the keys of this map are names, not keywords."""
    if isinstance(node, list):
        return [without_prose(item) for item in node]
    if not isinstance(node, dict):
        return node
    return {
        key: without_prose(value, names=not names and key in NAME_MAPS)
        for key, value in node.items()
        if names or key not in PROSE
    }


def references(node: object) -> Iterator[str]:
    """Every `$ref` in `node`, with repeats."""
    if isinstance(node, list):
        for item in node:
            yield from references(item)
    elif isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"]
        for value in node.values():
            yield from references(value)


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(Path(sys.argv[1]), Path(sys.argv[2]))
