"""Nothing that stands in the working directory is imported: it is the code under review."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
#: Modules that we, our workers or Python's own start-up import.
NAMES = ("multiprocessing", "random", "tree_sitter", "yaml", "reviewer", "sitecustomize", "selectors", "anthropic")


@pytest.mark.parametrize("command", [["review", "--format", "json"], ["audit"], ["doctor"]])
def test_modules_of_the_reviewed_tree_do_not_run(repo: Path, tmp_path: Path, command: list[str]) -> None:
    ran = tmp_path / "ran"
    for name in NAMES:
        (repo / f"{name}.py").write_text(f"open({str(ran)!r}, 'a').write('{name} ')\nraise SystemExit(9)\n")
    script = tmp_path / "stream-review"  # what the console script of an installation does
    script.write_text(
        "import sys\nfrom reviewer.app.cli import main\nif __name__ == '__main__':\n    sys.exit(main())\n"
    )
    environ = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT / "src"), "HOME": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, str(script), *command], check=False, cwd=repo, env=environ, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert not ran.exists(), ran.read_text()
    if command[0] != "doctor":
        assert "acks" in done.stdout
