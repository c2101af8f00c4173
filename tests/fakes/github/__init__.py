"""A stateful GitHub on loopback that refuses what the real one refuses."""

from fakes.github.scenes import REPO, TOKEN, Scene, pull_request
from fakes.github.server import ACTIONS_BOT, DEFAULT_PERMISSIONS, FakeGitHub
from fakes.github.state import PullRequest, Repo

__all__ = [
    "ACTIONS_BOT",
    "DEFAULT_PERMISSIONS",
    "REPO",
    "TOKEN",
    "FakeGitHub",
    "PullRequest",
    "Repo",
    "Scene",
    "pull_request",
]
