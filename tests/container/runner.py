"""Starts a container as GitHub's runner does: mounts, working directory and variables; and reads what the runner would read."""

from __future__ import annotations

import json
import re
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from container.image import Image, buildah
from container.image import command as buildah_command

_WORKSPACE, _COMMANDS, _WORKFLOW = "/github/workspace", "/github/file_commands", "/github/workflow"
_HOME, _TEMP = "/github/home", "/github/runner_temp"
_SECONDS = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What the runner and a user see of one run."""

    code: int
    log: str
    outputs: Mapping[str, str]
    summary: str
    seconds: float

    @property
    def annotations(self) -> list[str]:
        """The lines that the runner obeys."""
        return [line for line in self.log.splitlines() if line.lstrip().startswith("::")]


class Container:
    """One container of the image; every run starts its entry point anew."""

    def __init__(self, image: Image) -> None:
        self.image = image
        self.id = buildah("from", "--pull-never", image.name, seconds=240).strip()

    def remove(self) -> None:
        """Give the disk back."""
        buildah("rm", self.id)

    def shell(self, script: str) -> str:
        """What a shell inside prints; for looking at the image, no input is given this way."""
        return buildah("run", "--isolation", "chroot", self.id, "--", "/bin/sh", "-c", script)

    def start(self, runner: Runner, variables: Mapping[str, str]) -> Seen:
        """Start the image's own entry point and wait for its end."""
        files = {name: runner.commands / name for name in ("output", "summary")}
        for file in files.values():
            file.write_text("", encoding="utf-8")
        given = [part for name, value in variables.items() for part in ("-e", f"{name}={value}")]
        command = [
            *buildah_command(), "run", "--isolation", "chroot", *runner.mounts(), "--workingdir", _WORKSPACE, *given,
            self.id, "--", *self.image.entry_point,
        ]  # fmt: skip
        started = time.monotonic()
        done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=_SECONDS)
        return Seen(
            code=done.returncode, log=done.stdout + done.stderr, seconds=time.monotonic() - started,
            outputs=_outputs(files["output"].read_text(encoding="utf-8")), summary=files["summary"].read_text(encoding="utf-8"),
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Runner:
    """The runner's side: a folder with what it mounts into a container."""

    root: Path

    @property
    def workspace(self) -> Path:
        """The checkout."""
        return self.root / "workspace"

    @property
    def commands(self) -> Path:
        """Where outputs and the summary are written."""
        return self.root / "file_commands"

    def prepare(self) -> Runner:
        """Make the folders."""
        for name in ("workspace", "file_commands", "workflow", "home", "runner_temp"):
            (self.root / name).mkdir(parents=True)
        return self

    def event(self, payload: Mapping[str, Any]) -> None:
        """Write the payload of the event."""
        (self.root / "workflow" / "event.json").write_text(json.dumps(payload), encoding="utf-8")

    def mounts(self) -> list[str]:
        """The runner's five folders."""
        places = {
            "workspace": _WORKSPACE, "file_commands": _COMMANDS, "workflow": _WORKFLOW, "home": _HOME, "runner_temp": _TEMP,
        }  # fmt: skip
        return [part for name, place in places.items() for part in ("-v", f"{self.root / name}:{place}:rw")]

    def variables(self, *, event: str, repository: str, api_url: str, sha: str) -> dict[str, str]:
        """What the runner sets for every action."""
        return {
            "CI": "true", "GITHUB_ACTIONS": "true", "HOME": _HOME, "RUNNER_TEMP": _TEMP, "GITHUB_WORKSPACE": _WORKSPACE,
            "GITHUB_EVENT_PATH": f"{_WORKFLOW}/event.json", "GITHUB_EVENT_NAME": event, "GITHUB_REPOSITORY": repository,
            "GITHUB_API_URL": api_url, "GITHUB_SERVER_URL": "https://github.com", "GITHUB_RUN_ID": "77", "GITHUB_SHA": sha,
            "GITHUB_OUTPUT": f"{_COMMANDS}/output", "GITHUB_STEP_SUMMARY": f"{_COMMANDS}/summary",
            "ACTIONS_RUNTIME_TOKEN": "runtime-token-nobody-may-see",
        }  # fmt: skip


def input_variables(inputs: Mapping[str, str]) -> dict[str, str]:
    """Inputs as the runner hands them over: upper case, hyphens kept."""
    return {f"INPUT_{name.upper()}": value for name, value in inputs.items()}


def _outputs(text: str) -> dict[str, str]:
    return {match[1]: match[3] for match in re.finditer(r"^([a-z-]+)<<(\S+)\n(.*?)\n\2\n", text, re.S | re.M)}
