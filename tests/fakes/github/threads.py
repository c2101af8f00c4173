"""What the fake's GraphQL knows: review threads, resolving them, minimising comments, and git objects (`git_graphql`)."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any

from fakes.github.git_graphql import object_resolver
from fakes.github.graphql import GraphQLError, Resolver, execute, parse, weight
from fakes.github.render import association
from fakes.github.state import Comment, PullRequest, Thread, User
from fakes.github.world import GraphQLLimits, Visit
from fakes.loopback import Call, Reply, json_reply

CLASSIFIERS = ("ABUSE", "DUPLICATE", "OFF_TOPIC", "OUTDATED", "RESOLVED", "SPAM")
PAGE_LIMIT = 100


def is_mutation(call: Call) -> bool:
    """Whether a GraphQL request asks for a change; what doesn't parse changes nothing."""
    try:
        return parse(call.json["query"]).kind == "mutation"
    except (GraphQLError, ValueError, KeyError):
        return False


def answer(visit: Visit) -> Reply:
    """The answer to POST /graphql: always 200, with `errors` where REST would have a status. Its points have their own budget."""
    budget = visit.world.graphql
    try:
        asked = visit.json
        operation = parse(asked.get("query") or "")
        variables = asked.get("variables") or {}
        points, nodes = weight(operation, variables)
        if nodes > budget.nodes:
            words = f"This query requests up to {nodes:,} possible nodes which exceeds the maximum limit of {budget.nodes:,}."
            raise GraphQLError(words, "MAX_NODE_LIMIT_EXCEEDED")
        if budget.spent + points > budget.points:
            return _told({"errors": [spent_points().entry()]}, budget, 0)
        budget.spent += points
        roots = {"query": _query(visit), "mutation": _mutation(visit)}
        data, errors = execute(operation, variables, roots[operation.kind])
        return _told({"data": data, **({"errors": errors} if errors else {})}, budget)
    except GraphQLError as error:
        return _told({"data": None, "errors": [error.entry()]}, budget)


def spent_points() -> GraphQLError:
    """How GraphQL tells that the hour's points are spent: in a 200, where REST has a 403."""
    return GraphQLError("API rate limit exceeded for installation ID 1.", "RATE_LIMITED")


def _told(payload: Mapping[str, Any], budget: GraphQLLimits, left: int | None = None) -> Reply:
    remaining = max(0, budget.points - budget.spent) if left is None else left
    headers = {
        "x-ratelimit-limit": str(budget.points), "x-ratelimit-remaining": str(remaining), "x-ratelimit-resource": "graphql",
        "x-ratelimit-reset": str(int(time.time()) + 3_000),
    }  # fmt: skip
    return json_reply(payload, headers=headers)


def _query(visit: Visit) -> dict[str, Any]:
    def repository(arguments: Mapping[str, Any]) -> dict[str, Any]:
        name = f"{arguments['owner']}/{arguments['name']}"
        repo = visit.world.repos.get(name.lower())
        if repo is None or not any(visit.may_read(scope, repo) for scope in ("metadata", "contents", "pull_requests")):
            raise GraphQLError(f"Could not resolve to a Repository with the name '{name}'.", "NOT_FOUND")
        return {
            "__typename": "Repository",
            "nameWithOwner": repo.full_name,
            "pullRequest": lambda args: _pull(visit, repo.pulls.get(args["number"]), args["number"]),
            "object": object_resolver(visit, repo),
        }

    def node(arguments: Mapping[str, Any]) -> dict[str, Any]:
        wanted = arguments["id"]
        for pull, thread in visit.world.threads():
            if thread.node_id == wanted:
                return _thread(visit, pull, thread)
        return _comment(*_find_comment(visit, wanted))

    return {"repository": repository, "node": node, "viewer": _actor(visit.token.user)}


def _pull(visit: Visit, pull: PullRequest | None, number: int) -> dict[str, Any]:
    if pull is not None and not visit.may_read("pull_requests", pull.repo):
        raise _forbid()
    if pull is None:
        raise GraphQLError(f"Could not resolve to a PullRequest with the number of {number}.", "NOT_FOUND")
    return {
        "__typename": "PullRequest",
        "id": f"PR_{pull.id}",
        "number": pull.number,
        "headRefOid": pull.head_sha,
        "reviewThreads": _connection("reviewThreads", [_thread(visit, pull, t) for t in pull.threads]),
        "comments": _connection("comments", [_comment(pull, c) for c in pull.issue_comments]),
    }


def _connection(name: str, nodes: list[dict[str, Any]]) -> Resolver:
    def page(arguments: Mapping[str, Any]) -> dict[str, Any]:
        first = arguments.get("first", arguments.get("last"))
        if not isinstance(first, int) or not 1 <= first <= PAGE_LIMIT:
            words = f"You must provide a `first` or `last` value of 1 to {PAGE_LIMIT} on the `{name}` connection."
            raise GraphQLError(words, "MISSING_PAGINATION_BOUNDARIES")
        start = int(arguments.get("after") or 0)
        end = min(start + first, len(nodes))
        info = {"hasNextPage": end < len(nodes), "endCursor": str(end), "hasPreviousPage": start > 0}
        return {"totalCount": len(nodes), "pageInfo": info, "nodes": nodes[start:end]}

    return page


def _thread(visit: Visit, pull: PullRequest, thread: Thread) -> dict[str, Any]:
    comments = [c for c in pull.comments if thread.root in (c.id, c.in_reply_to)]
    root = comments[0]
    token = visit.token
    can_resolve = token.may("contents", "write") and token.may("pull_requests", "write")
    return {
        "__typename": "PullRequestReviewThread",
        "id": thread.node_id,
        "isResolved": thread.resolved_by is not None,
        "isCollapsed": thread.resolved_by is not None,
        "isOutdated": root.outdated,
        "path": root.path,
        "line": root.line,
        "originalLine": root.original_line,
        "startLine": root.start_line,
        "originalStartLine": root.original_start_line,
        "diffSide": root.side,
        "startDiffSide": root.start_side,
        "subjectType": "FILE" if root.on_file else "LINE",
        "resolvedBy": _actor(thread.resolved_by) if thread.resolved_by else None,
        "viewerCanResolve": can_resolve and thread.resolved_by is None,
        "viewerCanUnresolve": can_resolve and thread.resolved_by is not None,
        "viewerCanReply": token.may("pull_requests", "write"),
        "comments": _connection("comments", [_comment(pull, c) for c in comments]),
    }


def _comment(pull: PullRequest, comment: Comment) -> dict[str, Any]:
    return {
        "__typename": "PullRequestReviewComment" if comment.kind == "review" else "IssueComment",
        "id": comment.node_id,
        "databaseId": comment.id,
        "fullDatabaseId": str(comment.id),
        "body": comment.body,
        "author": _actor(comment.user),
        "authorAssociation": association(pull.repo, comment.user),
        "createdAt": comment.created,
        "updatedAt": comment.updated,
        "isMinimized": comment.minimized is not None,
        "minimizedReason": comment.minimized.lower() if comment.minimized else None,
    }


def _actor(user: User) -> dict[str, Any]:
    """GraphQL shows a bot without the `[bot]` that REST puts behind its login."""
    kind = "Bot" if user.kind == "Bot" else "User"
    return {"__typename": kind, "login": user.login.removesuffix("[bot]"), "databaseId": user.id}


def _mutation(visit: Visit) -> dict[str, Any]:
    return {
        "resolveReviewThread": _set_resolved(visit, resolved=True),
        "unresolveReviewThread": _set_resolved(visit, resolved=False),
        "minimizeComment": _minimize(visit),
        "unminimizeComment": _minimize(visit, undo=True),
    }


def _forbid() -> GraphQLError:
    return GraphQLError("Resource not accessible by integration", "FORBIDDEN")


def _input(arguments: Mapping[str, Any], name: str) -> str:
    value = (arguments.get("input") or {}).get(name)
    if not isinstance(value, str):
        raise GraphQLError(f"Argument '{name}' on InputObject is required.")
    return value


def _set_resolved(visit: Visit, *, resolved: bool) -> Callable[[Mapping[str, Any]], Any]:
    def mutate(arguments: Mapping[str, Any]) -> dict[str, Any]:
        wanted = _input(arguments, "threadId")
        if not (visit.token.may("contents", "write") and visit.token.may("pull_requests", "write")):
            raise _forbid()
        for pull, thread in visit.world.threads():
            if thread.node_id == wanted:
                thread.resolved_by = visit.token.user if resolved else None
                return {"thread": _thread(visit, pull, thread)}
        raise GraphQLError(f"Could not resolve to a node with the global id of '{wanted}'", "NOT_FOUND")

    return mutate


def _minimize(visit: Visit, *, undo: bool = False) -> Callable[[Mapping[str, Any]], Any]:
    def mutate(arguments: Mapping[str, Any]) -> dict[str, Any]:
        pull, comment = _find_comment(visit, _input(arguments, "subjectId"))
        reason = None if undo else _input(arguments, "classifier")
        if reason is not None and reason not in CLASSIFIERS:
            raise GraphQLError(f'Expected "{reason}" to be one of: {", ".join(CLASSIFIERS)}')
        scopes = ["pull_requests"] + (["issues"] if comment.kind == "issue" else [])
        if not all(visit.token.may(scope, "write") for scope in scopes):
            raise _forbid()
        comment.minimized = reason
        return {("unminimizedComment" if undo else "minimizedComment"): _comment(pull, comment)}

    return mutate


def _find_comment(visit: Visit, node_id: str) -> tuple[PullRequest, Comment]:
    for pull, comment in visit.world.comments():
        if comment.node_id == node_id:
            return pull, comment
    raise GraphQLError(f"Could not resolve to a node with the global id of '{node_id}'", "NOT_FOUND")
