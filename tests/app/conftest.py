"""A git repository with one change to a producer, and a pull request with the same change."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest
from action_kit import Stage, Stager, confirmed, shared_pool, staged
from fakes.claude import FakeClaude, FakeVertex
from fakes.claude.vertex import PROJECT
from fakes.github import FakeGitHub

from reviewer.app import wiring

ORDERS = """import org.apache.kafka.clients.producer.*;
class Orders {
  KafkaProducer<String, String> open(Properties props) {
    props.put(ProducerConfig.ACKS_CONFIG, "all");
    return new KafkaProducer<>(props);
  }
}
"""


def git(repo: Path, *arguments: str) -> None:
    subprocess.run(
        ["git", "-C", str(repo), "-c", "user.name=n", "-c", "user.email=n@example.org", *arguments],
        check=True,
        capture_output=True,
    )


@pytest.fixture(autouse=True)
def one_parser(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Beside the threads of a fake service each review would start a fresh interpreter to parse in: they share one."""
    if any(name.startswith("fake_") for name in request.fixturenames):
        monkeypatch.setattr(wiring, "parser_pool", lambda *_: nullcontext(shared_pool()))


@pytest.fixture
def repo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Committed with acks=all, changed to acks=1 in the work tree; no key in the environment."""
    for name in ("ANTHROPIC_API_KEY", "ANTHROPIC_BASE_URL", "GITHUB_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    root = tmp_path / "repo"
    root.mkdir()
    git(root, "init", "-q", "-b", "main")
    (root / "Orders.java").write_text(ORDERS, encoding="utf-8")
    git(root, "add", ".")
    git(root, "commit", "-qm", "first")
    (root / "Orders.java").write_text(ORDERS.replace('"all"', '"1"'), encoding="utf-8")
    yield root


@pytest.fixture
def make(
    fake_github: FakeGitHub,
    fake_claude: FakeClaude,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> Stager:
    """A stage of one's own: `make(who="fork")`."""

    def stager(**options: Any) -> Stage:
        fake_claude.reply(confirmed, times=None)
        return staged(fake_github, fake_claude, tmp_path, capsys, monkeypatch, **options)

    return stager


@pytest.fixture
def google_file(fake_vertex: FakeVertex, tmp_path: Path) -> Path:
    path = tmp_path / "gha-creds-0123.json"
    path.write_text(fake_vertex.service_account(), encoding="utf-8")
    return path


@pytest.fixture
def google(google_file: Path) -> dict[str, str]:
    """The variables of a project."""
    return {
        "CLOUD_ML_REGION": "global", "ANTHROPIC_VERTEX_PROJECT_ID": PROJECT, "GOOGLE_APPLICATION_CREDENTIALS": str(google_file),
    }  # fmt: skip
