"""The hook: what is staged is reviewed offline, and the exit code says whether the commit may go on."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
HOOKS = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
SAFE = """import org.apache.kafka.clients.producer.*;
class Orders {
  KafkaProducer<String, String> open(Properties props) {
    props.put(ProducerConfig.ACKS_CONFIG, "all");
    return new KafkaProducer<>(props);
  }
}
"""


def git(repo: Path, *arguments: str) -> None:
    who = ("-c", "user.name=n", "-c", "user.email=n@example.org")
    subprocess.run(["git", "-C", str(repo), *who, *arguments], check=True, capture_output=True)


def run_hook(repo: Path) -> subprocess.CompletedProcess[str]:
    (hook,) = HOOKS
    command = shlex.split(hook["entry"])
    assert command[0] == "stream-review" and hook["pass_filenames"] is False and hook["language"] == "python"
    environ = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT / "src"), "HOME": str(repo.parent)}
    return subprocess.run(
        [sys.executable, "-P", "-m", "reviewer.app.cli", *command[1:]],
        check=False, cwd=repo, env=environ, capture_output=True, text=True,
    )  # fmt: skip


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    root = tmp_path / "repo"
    root.mkdir()
    git(root, "init", "-q", "-b", "main")
    (root / "Orders.java").write_text(SAFE, encoding="utf-8")
    git(root, "add", ".")
    git(root, "commit", "-qm", "first")
    return root


def test_a_staged_danger_stops_the_commit(repo: Path) -> None:
    (repo / "Orders.java").write_text(SAFE.replace('"all"', '"1"'), encoding="utf-8")
    git(repo, "add", ".")
    done = run_hook(repo)
    assert done.returncode == 1 and "kafka-producer-acks-not-all" in done.stdout


def test_what_is_not_staged_is_not_in_the_commit(repo: Path) -> None:
    (repo / "README.md").write_text("words\n", encoding="utf-8")
    git(repo, "add", ".")
    (repo / "Orders.java").write_text(SAFE.replace('"all"', '"1"'), encoding="utf-8")
    done = run_hook(repo)
    assert done.returncode == 0, done.stderr


def test_nothing_staged_is_no_failure(repo: Path) -> None:
    assert run_hook(repo).returncode == 0
