"""Runs the action as the runner would: inputs as variables, a payload of GitHub's shape, and what a user then sees."""

from __future__ import annotations

import atexit
import json
import re
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

import pytest
from fakes.claude import KEY, FakeClaude, is_second_opinion, user_text
from fakes.github import FakeGitHub
from fakes.github.scenes import REPO, TOKEN, Scene, pull_request

from reviewer.app import wiring
from reviewer.app.action.entry import run
from reviewer.facts.workers import ParserPool

BEFORE = """import org.apache.kafka.clients.producer.*;
class Orders {
  KafkaProducer<String, String> open(Properties props) {
    props.put(ProducerConfig.ACKS_CONFIG, "all");
    return new KafkaProducer<>(props);
  }
}
"""
AFTER = BEFORE.replace('"all"', '"1"')
LINE = 'props.put(ProducerConfig.ACKS_CONFIG, "1");'
RULE = "kafka-producer-acks-not-all"
CONFIG = ".github/stream-review.yml"
READ_ONLY: Mapping[str, Literal["read", "write"]] = {"contents": "read", "pull_requests": "read", "metadata": "read"}
Who = Literal["same", "fork", "dependabot"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What a user sees of a run."""

    code: int
    log: str
    outputs: Mapping[str, str]
    summary: str

    @property
    def annotations(self) -> list[str]:
        """The lines that the runner obeys."""
        return [line for line in self.log.splitlines() if line.lstrip().startswith("::")]


@dataclass(slots=True, kw_only=True)
class Stage:
    """Both services, pull request 1 of `acme/shop`, and a workspace."""

    scene: Scene
    claude: FakeClaude
    workspace: Path
    capsys: pytest.CaptureFixture[str]

    @property
    def github(self) -> FakeGitHub:
        """The fake."""
        return self.scene.server

    def run(
        self,
        event: str = "pull_request",
        payload: Mapping[str, Any] | None = None,
        /,
        *,
        key: str = KEY,
        **inputs: str,
    ) -> Seen:
        """One run of the action; inputs are written with underscores."""
        runner = self.workspace.parent / "runner"
        runner.mkdir(exist_ok=True)
        files = {name: runner / name for name in ("output", "summary", "event.json")}
        for file in files.values():
            file.write_text("", encoding="utf-8")
        told = payload if payload is not None else self.pull_payload()
        files["event.json"].write_text(json.dumps(told), encoding="utf-8")
        environ = {
            "GITHUB_REPOSITORY": REPO, "GITHUB_API_URL": self.github.url, "GITHUB_EVENT_NAME": event,
            "GITHUB_EVENT_PATH": str(files["event.json"]), "GITHUB_WORKSPACE": str(self.workspace),
            "GITHUB_OUTPUT": str(files["output"]), "GITHUB_STEP_SUMMARY": str(files["summary"]),
            "GITHUB_SHA": self.scene.pull.base_sha, "INPUT_GITHUB-TOKEN": TOKEN,
            "INPUT_ANTHROPIC-API-KEY": key, "INPUT_ANTHROPIC-BASE-URL": self.claude.url,
        }  # fmt: skip
        environ |= {f"INPUT_{name.upper().replace('_', '-')}": value for name, value in inputs.items()}
        self.capsys.readouterr()
        code = run(environ)
        log = self.capsys.readouterr()
        return Seen(
            code=code, log=log.out + log.err, outputs=outputs_of(files["output"].read_text(encoding="utf-8")),
            summary=files["summary"].read_text(encoding="utf-8"),
        )  # fmt: skip

    def pull_payload(self, action: str = "opened", **changes: Any) -> dict[str, Any]:
        """The payload of a `pull_request` event, with the pull request as the API shows it."""
        pull = self.github._render.pull(self.scene.pull)
        payload = {
            "action": action, "number": self.scene.pull.number, "pull_request": {**pull, **changes},
            "repository": pull["base"]["repo"], "sender": pull["user"],
        }  # fmt: skip
        return payload

    def comment_payload(self, body: str, *, login: str = "alice", kind: str = "User", **issue: Any) -> dict[str, Any]:
        """The payload of a new comment below the pull request, which also stands on the fake."""
        from fakes.github.state import Comment

        user = self.github.world.user(login)
        number = self.github.world.ids.next()
        now = self.github.world.now()
        self.scene.pull.issue_comments.append(
            Comment(
                id=number, node_id=f"IC_{number}", kind="issue", user=user, body=body, pull=1, created=now, updated=now
            )
        )
        return {
            "action": "created",
            "issue": {"number": 1, "pull_request": {"url": "u"}, "user": {"login": "alice"}, **issue},
            "comment": {"id": number, "body": body, "user": {"login": login, "type": kind}, "author_association": "OWNER"},
            "sender": {"login": login},
        }  # fmt: skip

    def push(self, files: Mapping[str, str | None]) -> str:
        """A further commit on the pull request's branch."""
        sha = self.scene.repo.commit(files, parent=self.scene.pull.head_sha, branch="feature")
        self.scene.pull.push(sha)
        return sha

    @property
    def inline(self) -> list[str]:
        """Bodies of the inline comments."""
        return [comment.body for comment in self.scene.pull.comments]

    @property
    def reviews(self) -> list[str]:
        """Bodies of the submitted reviews that say something."""
        return [review.body for review in self.scene.pull.reviews if review.body]

    @property
    def replies(self) -> list[str]:
        """What our account wrote below the pull request."""
        return [c.body for c in self.scene.pull.issue_comments if c.user.login.endswith("[bot]")]

    @property
    def reactions(self) -> list[str]:
        """Every reaction to a comment below the pull request."""
        return [content for c in self.scene.pull.issue_comments for _, _, content in c.reactions]


@cache
def shared_pool() -> ParserPool:
    """Worker processes for all tests: to start them anew takes longer than everything else of a run."""
    pool = ParserPool(size=2)
    atexit.register(pool.__exit__, None, None, None)
    return pool


Stager = Callable[..., Stage]


def outputs_of(text: str) -> dict[str, str]:
    """The outputs as the runner reads them."""
    return {match[1]: match[3] for match in re.finditer(r"^([a-z-]+)<<(\S+)\n(.*?)\n\2\n", text, re.S | re.M)}


def staged(
    github: FakeGitHub,
    claude: FakeClaude,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    *,
    who: Who = "same",
    writes: bool | None = None,
    before: Mapping[str, str | bytes | None] | None = None,
    after: Mapping[str, str | bytes | None] | None = None,
    private: bool = False,
) -> Stage:
    """A pull request that weakens acks, opened by `who`; by default only `same` has a token that may write."""
    may_write = who == "same" if writes is None else writes
    extra = {} if may_write else {"permissions": READ_ONLY}
    base = {"Orders.java": BEFORE, "README.md": "orders\n", **(before or {})}
    scene = pull_request(
        github, base, after or {"Orders.java": AFTER}, fork="mallory/shop" if who == "fork" else None, private=private, **extra
    )  # fmt: skip
    if who == "dependabot":
        scene.pull.author = github.world.user("dependabot[bot]")
    workspace = tmp_path / "workspace"
    workspace.mkdir()
    monkeypatch.setattr(wiring, "_SECONDS_BETWEEN_WRITES", 0.0)
    monkeypatch.setattr(wiring, "_SECONDS_BETWEEN_TRIES", 0.0)
    monkeypatch.setattr(wiring, "parser_pool", lambda *_: nullcontext(shared_pool()))
    return Stage(scene=scene, claude=claude, workspace=workspace, capsys=capsys)


def confirmed(body: Mapping[str, Any]) -> dict[str, Any]:
    """The model's answer to any unit: every hypothesis confirmed, every finding upheld, nothing new."""
    text = user_text(body)
    if not is_second_opinion(body):
        ids = sorted(set(re.findall(r"\bh\d+\b", text)))
        rows = [{"id": i, "verdict": "confirmed", "reason": "so it is", "quote": LINE} for i in ids]
        return {"findings": [], "verdicts": rows, "needs": []}
    ids = sorted(set(re.findall(r"\bf\d+\b", text)))
    nothing = dict.fromkeys(("severity", "confidence"))
    return {"opinions": [{"id": i, "verdict": "upheld", "reason": "r", "quote": "", **nothing} for i in ids]}
