"""The two services, faked on loopback, for every test that talks to one."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from fakes.claude import FakeBedrock, FakeClaude, FakeVertex, asks_for
from fakes.github import FakeGitHub
from hypothesis import HealthCheck, settings

# No test asserts a time: on a machine that does other things too, an example may take long. Fifty examples of each property in every run: the
# inputs differ from run to run, and all tests together have to fit into ten minutes on two cores.
settings.register_profile("patient", deadline=None, max_examples=50, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")


@pytest.fixture
def fake_github() -> Iterator[FakeGitHub]:
    """An empty GitHub; ends with an assertion that nothing departed from GitHub's published description, and that no write was
    refused that could have been known to be before it was sent."""
    with FakeGitHub() as server:
        yield server
        assert not server.violations, server.violations
        assert not server.refused, server.refused


@pytest.fixture
def fake_claude() -> Iterator[FakeClaude]:
    """A Claude to whom no two findings are the same and no unseen hunk matters; everything else is to be scripted.

    Ends with an assertion that nothing asked for a reply that was not scripted.
    """
    with FakeClaude() as server:
        server.reply({"same": [], "exclusive": []}, when=asks_for("same"), times=None)
        server.reply({"review": []}, when=asks_for("review"), times=None)
        yield server
        assert not server.unscripted, server.unscripted


@pytest.fixture
def fake_bedrock() -> Iterator[FakeBedrock]:
    """The same at Amazon."""
    with FakeBedrock() as server:
        yield server
        assert not server.unscripted, server.unscripted


@pytest.fixture
def fake_vertex() -> Iterator[FakeVertex]:
    """The same at Google."""
    with FakeVertex() as server:
        yield server
        assert not server.unscripted, server.unscripted
