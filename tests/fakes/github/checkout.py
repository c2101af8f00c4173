"""A throw-away git repository with branches `main` and `feature`, which the fake GitHub can serve as a pull request."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

from fakes.github.from_git import load
from fakes.github.scenes import REPO, TOKEN
from fakes.github.server import FakeGitHub
from fakes.github.state import PullRequest

ENV = {
    "PATH": os.environ["PATH"], "HOME": "/nonexistent", "GIT_CONFIG_NOSYSTEM": "1",
    **{f"GIT_{who}_{what}": "t@example.org" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")},
}  # fmt: skip

#: None deletes; ("link", target), ("submodule", commit), ("executable", text) and ("file", text) are what they say.
Content = str | bytes | None | tuple[str, str]


class Checkout:
    """`main` is committed with the given files; `feature` begins there."""

    def __init__(self, root: Path, before: Mapping[str, Content]) -> None:
        self.root = root
        root.mkdir(parents=True)
        self.git("init", "-q", "-b", "main")
        self.commit(before)
        self.git("checkout", "-q", "-b", "feature")

    def git(self, *arguments: str) -> str:
        done = subprocess.run(["git", *arguments], cwd=self.root, env=ENV, check=True, capture_output=True, text=True)
        return done.stdout.strip()

    def commit(self, files: Mapping[str, Content]) -> str:
        """Commit on the branch at hand; returns the sha."""
        self.git("add", "-A")
        for path, content in files.items():
            self._put(path, content)
        self.git("commit", "-q", "--allow-empty", "-m", "x")
        return self.git("rev-parse", "HEAD")

    def _put(self, path: str, content: Content) -> None:
        target = self.root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, tuple) and content[0] == "submodule":
            self.git("update-index", "--add", "--cacheinfo", f"160000,{content[1]},{path}")
            target.mkdir(exist_ok=True)
            return
        if target.is_dir() and not target.is_symlink():
            self.git("rm", "-q", "--cached", path)
            target.rmdir()
        elif target.is_symlink() or target.exists():
            target.unlink()
        if isinstance(content, tuple) and content[0] == "link":
            target.symlink_to(content[1])
        elif content is not None:
            text = content[1] if isinstance(content, tuple) else content
            target.write_bytes(text if isinstance(text, bytes) else text.encode())
            target.chmod(0o755 if isinstance(content, tuple) and content[0] == "executable" else 0o644)
        self.git("add", "-A", "--", f":(top,literal){path}")

    def serve(self, server: FakeGitHub) -> PullRequest:
        """Pull request 1 of `acme/shop`, from `feature` to `main`, readable with `TOKEN`."""
        repo = server.add_repo(REPO)
        load(repo, self.root, "main", "feature")
        server.add_token(TOKEN)
        return server.open_pull(repo, base=repo.branches["main"], head=repo.branches["feature"])
