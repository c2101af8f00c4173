"""Tests of the fakes ask for refusals: here they are no fault of anybody."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from fakes.github import FakeGitHub


@pytest.fixture
def fake_github(fake_github: FakeGitHub) -> Iterator[FakeGitHub]:
    """The shared one, without its last assertion on refused writes."""
    yield fake_github
    fake_github.take_refused()
