"""The wheel holds every file that the code reads, and works where no checkout is."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
_DATA = {".yaml", ".scm", ".md", ".json", ".jinja"}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from a copy of the tracked files, as a container build sees them."""
    source = tmp_path_factory.mktemp("source")
    for name in ("pyproject.toml", "README.md", "LICENSE", "agent.md"):
        (source / name).write_bytes((ROOT / name).read_bytes())
    for path in (ROOT / "src").rglob("*"):
        if path.is_file() and "__pycache__" not in path.parts and ".egg-info" not in str(path):
            target = source / path.relative_to(ROOT)
            target.parent.mkdir(parents=True, exist_ok=True)
            if path.is_symlink():
                target.symlink_to(os.readlink(path))
            else:
                target.write_bytes(path.read_bytes())
    out = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "--no-build-isolation", "--no-index"]
    subprocess.run([*command, "--wheel-dir", str(out), str(source)], check=True, capture_output=True)
    (built,) = out.glob("*.whl")
    return built


def test_every_data_file_is_in_the_wheel(wheel: Path) -> None:
    package = ROOT / "src" / "reviewer"
    wanted = {f"reviewer/{p.relative_to(package).as_posix()}" for p in package.rglob("*") if p.suffix in _DATA}
    with zipfile.ZipFile(wheel) as archive:
        held = set(archive.namelist())
        agent = archive.read("reviewer/model/prompts/agent.md")
    assert wanted <= held, wanted - held
    assert agent == (ROOT / "agent.md").read_bytes()


def test_an_installed_wheel_shows_the_prompt(wheel: Path, tmp_path: Path) -> None:
    target, repo = tmp_path / "site", tmp_path / "repo"
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(target)
    repo.mkdir()
    (repo / "Orders.java").write_text(_AFTER, encoding="utf-8")
    (tmp_path / "change.diff").write_text(_PATCH, encoding="utf-8")
    command = [sys.executable, "-P", "-m", "reviewer.app.cli", "review", "--show-prompt", "--diff", "../change.diff"]
    environ = {"PYTHONPATH": str(target), "PATH": os.environ["PATH"]}
    done = subprocess.run(command, cwd=repo, env=environ, check=True, capture_output=True, text=True)
    assert "streaming systems engineer" in done.stdout.lower()
    assert str(target) in _location(environ)


def _location(environ: dict[str, str]) -> str:
    command = [sys.executable, "-c", "import reviewer; print(reviewer.__file__)"]
    return subprocess.run(command, env=environ, check=True, capture_output=True, text=True).stdout


_AFTER = """import org.apache.kafka.clients.producer.*;
class Orders {
  KafkaProducer<String, String> open(Properties props) {
    props.put(ProducerConfig.ACKS_CONFIG, "1");
    return new KafkaProducer<>(props);
  }
}
"""
_PATCH = """--- a/Orders.java
+++ b/Orders.java
@@ -4 +4 @@
-    props.put(ProducerConfig.ACKS_CONFIG, "all");
+    props.put(ProducerConfig.ACKS_CONFIG, "1");
"""
