"""Names and constants that GitHub's JSON is full of."""

from __future__ import annotations

import re

REACTIONS = ("+1", "-1", "laugh", "confused", "heart", "hooray", "rocket", "eyes")
WEB = "https://github.com"
THEN = "2026-11-23T10:00:00Z"
USER_LINKS = [
    "followers",
    "following",
    "gists",
    "starred",
    "subscriptions",
    "organizations",
    "repos",
    "events",
    "received_events",
]
REPO_LINKS = [
    "archive",
    "assignees",
    "blobs",
    "branches",
    "collaborators",
    "comments",
    "commits",
    "compare",
    "contents",
    "contributors",
    "deployments",
    "downloads",
    "events",
    "forks",
    "git_commits",
    "git_refs",
    "git_tags",
    "hooks",
    "issue_comment",
    "issue_events",
    "issues",
    "keys",
    "labels",
    "languages",
    "merges",
    "milestones",
    "notifications",
    "pulls",
    "releases",
    "stargazers",
    "statuses",
    "subscribers",
    "subscription",
    "tags",
    "teams",
    "trees",
]
REPO_COUNTS = [
    "forks",
    "forks_count",
    "open_issues",
    "open_issues_count",
    "size",
    "stargazers_count",
    "watchers",
    "watchers_count",
]
REPO_FLAGS = ["archived", "disabled", "fork", "has_downloads", "has_issues", "has_pages", "has_projects", "has_wiki"]
_NO_NAME = re.compile(
    r"^/repos/[^/]+/[^/]+|(?<=/blobs)/.*|(?<=/trees)/.*|(?<=/compare)/.*|(?<=/commits)/.*|(?<=/contents)/.*|/\d+"
)


def endpoint(path: str) -> str:
    """The name of an operation's address: without the repository, numbers, shas and refs."""
    return _NO_NAME.sub("", path)
