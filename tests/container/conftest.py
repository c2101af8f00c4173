"""One image and one container for all tests of this folder; both are removed at the end, the base stays."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from fakes.claude import FakeClaude
from fakes.github import FakeGitHub

from container.image import NAME, CannotBuild, Image, build, buildah
from container.runner import Container, Runner
from container.stage import Stage


@pytest.fixture(scope="session")
def image() -> Iterator[Image]:
    """The image of this checkout; the tests are skipped, with the reason, where none can be built."""
    try:
        built = build()
    except CannotBuild as error:
        pytest.skip(f"no container test here: {error}")
    yield built
    buildah("rmi", "--force", NAME)


@pytest.fixture(scope="session")
def container(image: Image) -> Iterator[Container]:
    """A container of it."""
    started = Container(image)
    yield started
    started.remove()


@pytest.fixture
def make(
    container: Container, fake_github: FakeGitHub, fake_claude: FakeClaude, tmp_path: Path
) -> Callable[..., Stage]:
    """A stage of one's own: `make(who="fork")`."""

    def stager(**options: Any) -> Stage:
        runner = Runner(tmp_path / "runner").prepare()
        return Stage.set(container, runner, fake_github, fake_claude, **options)

    return stager
