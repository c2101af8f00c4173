"""What SECURITY.md promises and no other test shows: no tools, no other host, nothing but comments, whole tokens redacted."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from action_kit import Stage, confirmed, staged
from fakes.claude import FakeClaude
from fakes.github import FakeGitHub

from reviewer.context.redact import redact

Make = Callable[..., Stage]


@pytest.fixture
def stage(
    fake_github: FakeGitHub,
    fake_claude: FakeClaude,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> Stage:
    fake_claude.reply(confirmed, times=None)
    return staged(fake_github, fake_claude, tmp_path, capsys, monkeypatch)


def test_the_model_gets_no_tools_and_the_change_is_never_in_the_system_part(stage: Stage) -> None:
    assert stage.run().code == 0
    assert stage.claude.prompts
    for body in stage.claude.prompts:
        assert not body.get("tools") and "tool_choice" not in body and "mcp_servers" not in body
        assert "Orders.java" in json.dumps(body["messages"]) and "Orders.java" not in json.dumps(body["system"])


def test_only_github_and_the_model_are_spoken_to(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    spoken: set[Any] = set()
    connect = socket.socket.connect

    def recorded(self: socket.socket, address: Any) -> None:
        if self.family != socket.AF_UNIX:
            spoken.add(address[:2])
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", recorded)
    assert stage.run().code == 0
    known = {("127.0.0.1", urlsplit(url).port) for url in (stage.github.url, stage.claude.url)}
    assert spoken == known


def test_all_that_is_ever_written_is_comments(stage: Stage) -> None:
    stage.run()
    stage.push({"Orders.java": "class Orders {}\n"})
    stage.run("pull_request", stage.pull_payload("synchronize"))
    stage.github.set_role(stage.scene.repo, "carol", "write")
    stage.run("issue_comment", stage.comment_payload("/stream-review explain ffffffff", login="carol"))
    assert len(stage.github.writes) > 3
    for call in stage.github.performed:
        assert any(part in call.path for part in ("/reviews", "/comments", "/reactions")), call.path
        assert json.loads(call.body or b"{}").get("event") in (None, "COMMENT")


@pytest.mark.parametrize("length", [36, 255, 520])
def test_no_tail_of_a_long_token_is_left(length: int) -> None:
    token = "ghs" + "_123456_" + ("eyJhbGciOi-J9." * 50)[:length]
    for text in (f"token = {token}", f'curl -H "Authorization: Bearer {token}" x', f"see {token}."):
        assert "eyJ" not in redact(text) and "J9" not in redact(text), redact(text)
