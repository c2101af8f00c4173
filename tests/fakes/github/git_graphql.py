"""Git objects in GraphQL: `repository.object(oid:)`, with the texts of blobs as GitHub shows them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from fakes.github.graphql import GraphQLError
from fakes.github.state import Repo
from fakes.github.world import Visit

#: Bytes behind which GitHub cuts a text off. It is not documented; sveltia/sveltia-cms issue 950 found it byte by byte.
CUT = 512_000
_BINARY = 8_000  # bytes in which a NUL makes a blob binary. Assumed: GitHub guesses the encoding, from more than that


def exceeded() -> GraphQLError:
    return GraphQLError("Resource limits for this query exceeded.", "RESOURCE_LIMITS_EXCEEDED")


def object_resolver(visit: Visit, repo: Repo) -> Callable[[Mapping[str, Any]], dict[str, Any] | None]:
    """`object` of one query: the limits are the query's, so one resolver serves all its aliases."""
    limits, asked, sent = visit.world.graphql, 0, 0

    def text(data: bytes) -> str | None:
        nonlocal sent
        sent += min(len(data), CUT)
        if sent > limits.text_bytes:
            raise exceeded()
        return None if _is_binary(data) else _text(data)

    def find(arguments: Mapping[str, Any]) -> dict[str, Any] | None:
        nonlocal asked
        asked += 1
        if not visit.may_read("contents", repo):
            raise GraphQLError("Resource not accessible by integration", "FORBIDDEN")
        if asked > limits.objects:
            raise exceeded()
        oid = arguments.get("oid")
        if oid is None:
            raise GraphQLError("The fake finds objects by `oid` only")
        data = repo.blob(oid)
        if data is None:
            kind = "Commit" if oid in repo.commits else "Tree" if repo.tree(oid) else None
            return {"__typename": kind, "oid": oid} if kind else None
        return {
            "__typename": "Blob",
            "id": f"B_{oid}",
            "oid": oid,
            "byteSize": len(data),
            "isBinary": _is_binary(data),
            "isTruncated": len(data) > CUT,
            "text": lambda _: text(data),
        }

    return find


def _is_binary(data: bytes) -> bool:
    return b"\0" in data[:_BINARY]


def _text(data: bytes) -> str:
    """UTF-8 as it is; else the encoding that GitHub guesses. Assumed: that is Latin-1, and a byte order mark is dropped."""
    cut = data[:CUT]
    try:
        return cut.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        is_split = len(data) > CUT and error.start > CUT - 4
        return cut[: error.start].decode("utf-8-sig") if is_split else cut.decode("latin-1")
