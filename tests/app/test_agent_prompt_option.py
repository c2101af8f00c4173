"""A team's own agent prompt, on the command line and in the action, as a user meets it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from action_kit import AFTER, CONFIG, Stager
from app.test_cli_claude_hostile import NOTHING, claude, upheld
from fakes.claude import FakeClaude

from reviewer.app.cli import main

__all__ = ["claude"]


def named(repo: Path, text: str | bytes) -> str:
    file = repo / "team.md"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return str(file)


@pytest.mark.parametrize(
    ("text", "model"),
    [
        ("You are strict.\n", "claude-sonnet-5-5"),
        ("\ufeff# Ours\r\n\r\nYou are strict.\r\n", "claude-sonnet-5-5"),
        ("---\nmodel: opus\ntools: Read\npermissionMode: plan\n---\nYou are strict.\n", "claude-opus-5-5"),
        ("---\nmodel: inherit\n---\nYou are strict.\n", "claude-sonnet-5-5"),
        ("---\nYou are strict.\n", "claude-sonnet-5-5"),
    ],
)
def test_what_the_team_wrote_is_what_the_model_is_told(
    claude: FakeClaude, repo: Path, capsys: pytest.CaptureFixture[str], text: str, model: str
) -> None:
    claude.reply(NOTHING)
    claude.reply(upheld)
    assert main(["review", "--repo", str(repo), "--agent-prompt", named(repo, text)]) == 0
    assert claude.prompts[0]["model"] == model
    system = claude.prompts[0]["system"][0]["text"]
    assert "You are strict." in system and "permissionMode" not in system and "\r" not in system


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "team.md: the agent prompt is empty. Write"),
        ("---\nname: x\n---\n\n", "team.md: the agent prompt is empty. Write"),
        ("---\nname: x\nmodel: [opus\n---\nYou are strict.\n", "team.md, line 3: the front matter is not valid YAML"),
        ("---\nmodel: [opus]\n---\nYou are strict.\n", "team.md: `model`"),
        ("You are strict é.\n".encode("utf-16"), "--agent-prompt: 'team.md' is not UTF-8 text: save it as UTF-8."),
    ],
)  # fmt: skip
def test_a_prompt_that_cannot_be_used_ends_with_2_and_sends_nothing(
    claude: FakeClaude, repo: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, text: str | bytes, words: str,
) -> None:  # fmt: skip
    named(repo, text)
    monkeypatch.chdir(repo)
    assert main(["review", "--agent-prompt", "team.md"]) == 2
    said = capsys.readouterr()
    assert said.err.startswith(f"stream-review: {words}") and said.out == "" and claude.requests == []


def test_a_directory_is_no_prompt(claude: FakeClaude, repo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["review", "--repo", str(repo), "--agent-prompt", str(repo)]) == 2
    assert capsys.readouterr().err == f"stream-review: --agent-prompt: {str(repo)!r} can't be read (Is a directory).\n"


def test_the_prompt_that_the_configuration_names_is_looked_up_in_the_repository(
    claude: FakeClaude, repo: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (repo / ".github").mkdir()
    (repo / CONFIG).write_text("agent-prompt: team.md\n", encoding="utf-8")
    named(repo, "You are strict.\n")
    (tmp_path / "team.md").write_text("You are lax.\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    claude.reply(NOTHING)
    claude.reply(upheld)
    assert main(["review", "--repo", "repo"]) == 0
    assert "You are strict." in claude.prompt_text(0) and "You are lax." not in claude.prompt_text(0)
    (repo / "link.md").symlink_to(tmp_path / "team.md")
    for outside in ("../team.md", str(tmp_path / "team.md"), "link.md", '"team.md\\0"'):
        (repo / CONFIG).write_text(f"agent-prompt: {outside}\n", encoding="utf-8")
        capsys.readouterr()
        assert main(["review", "--repo", "repo"]) == 2
        assert "agent-prompt" in (said := capsys.readouterr().err) and "inside the repository" in said
    (repo / "loop.md").symlink_to("loop.md")
    (repo / CONFIG).write_text("agent-prompt: loop.md\n", encoding="utf-8")
    assert main(["review", "--repo", "repo"]) == 2
    assert "agent-prompt: 'loop.md' can't be read (Too many levels" in capsys.readouterr().err
    (repo / CONFIG).write_text("agent-prompt: absent.md\n", encoding="utf-8")
    assert main(["review", "--repo", "repo"]) == 2
    assert "agent-prompt: 'absent.md' can't be read (No such file or directory)" in capsys.readouterr().err


def test_without_a_key_it_is_said_that_nobody_reads_the_prompt(repo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["review", "--repo", str(repo), "--agent-prompt", named(repo, "You are strict.")]) == 0
    assert "--agent-prompt is for Claude" in (said := capsys.readouterr().err) and "ANTHROPIC_API_KEY" in said
    assert main(["review", "--repo", str(repo)]) == 0
    assert capsys.readouterr().err == ""


def test_the_action_reads_the_prompt_of_the_base_commit_without_front_matter_too(make: Stager) -> None:
    team = ".github/agents/strict.md"
    stage = make(
        before={team: "# Ours\r\n\r\nYou are strict.\r\n"}, after={"Orders.java": AFTER, team: "You are lax.\n"}
    )
    seen = stage.run(agent_prompt=team)
    assert (seen.code, seen.outputs["status"]) == (0, "reviewed")
    system = json.dumps(stage.claude.prompts[0]["system"])
    assert "You are strict." in system and "You are lax." not in system
    assert stage.claude.prompts[0]["model"] == "claude-sonnet-5-5"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("---\nname: x\n---\n \n", "strict.md: the agent prompt is empty. Write"),
        ("---\nname: x\nmodel: 'opus\n---\nYou are strict.\n", "strict.md, line 3: the front matter is not valid YAML"),
    ],
)
def test_a_prompt_of_the_base_commit_that_cannot_be_used_is_an_error_on_every_channel(
    make: Stager, text: str, words: str
) -> None:
    stage = make(before={"strict.md": text})
    seen = stage.run(agent_prompt="strict.md")
    assert (seen.code, seen.outputs["status"]) == (2, "failed")
    assert any(line.startswith(f"::error title=stream-review could not review::{words}") for line in seen.annotations)
    assert words.partition(":")[0] in seen.summary
    stage.github.assert_no_writes()
    assert stage.claude.requests == []
