"""The channels of the runner: log, annotations, outputs, job summary.

The runner obeys any line, on stdout and stderr alike, that begins with `::` or holds `##[`. Names, paths, messages and tracebacks
may hold such text of strangers, so while an action runs both streams are `HarmlessStream`s: every line that anybody prints
(ours, a library's, a thread's traceback) gets a prefix. Only `Runner.command` writes past them.
"""

from __future__ import annotations

import io
import os
import secrets
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from reviewer.publish.text import command_data, command_property, one_line, visible

PREFIX = "stream-review: "


def harmless_line(line: str) -> str:
    """One line as it may stand in a workflow log."""
    return f"{PREFIX}{visible(line).replace('##[', '## [')}"


class HarmlessStream(io.TextIOBase):
    """A text stream that lets through whole lines only, each made harmless."""

    def __init__(self, target: TextIO) -> None:
        self._target, self._rest = target, ""

    def writable(self) -> bool:
        """Always."""
        return True

    def write(self, text: str) -> int:
        """Take text; what has no line end yet waits for it."""
        whole = (self._rest + text).replace("\r\n", "\n").replace("\r", "\n")
        *lines, self._rest = whole.split("\n")
        for line in lines:
            self._put(line)
        return len(text)

    def flush(self) -> None:
        """Hand on what is whole; half a line stays, or its second half could begin a line of its own.

        Python flushes a stream once more when it takes it away, and then the target may be gone already.
        """
        if not self._target.closed:
            self._target.flush()

    def finish(self) -> None:
        """The last line, if it had no end."""
        if self._rest:
            self._put(self._rest)
            self._rest = ""
        self._target.flush()

    def _put(self, line: str) -> None:
        if line.strip():
            text = harmless_line(line)
            encoding = self._target.encoding or "utf-8"
            self._target.write(text.encode(encoding, "replace").decode(encoding) + "\n")


@dataclass(frozen=True, slots=True, kw_only=True)
class Runner:
    """Where results go. `output` and `step_summary` are the runner's files, None when it named none."""

    commands: TextIO
    log: HarmlessStream
    output: Path | None
    step_summary: Path | None

    def say(self, text: str) -> None:
        """Lines for the log."""
        self.log.write(f"{text}\n")

    def command(self, line: str) -> None:
        """A line that is a workflow command, its parts already escaped."""
        text = " ".join(line.splitlines())
        encoding = self.commands.encoding or "utf-8"
        self.commands.write(text.encode(encoding, "replace").decode(encoding) + "\n")
        self.commands.flush()

    def annotate(self, level: str, message: str, *, title: str = "stream-review") -> None:
        """An `error`, `warning` or `notice` on the run."""
        self.command(f"::{level} title={command_property(title)}::{command_data(message)}")

    def outputs(self, values: Mapping[str, str]) -> None:
        """Set the action's outputs, each as one line with a random delimiter: no value can end itself and set another."""
        parts = []
        for name, value in values.items():
            mark = f"end-{secrets.token_hex(16)}"
            parts.append(f"{name}<<{mark}\n{one_line(value)}\n{mark}\n")
        if self.output is not None:
            self._append(self.output, "".join(parts), "GITHUB_OUTPUT")

    def summary(self, text: str) -> bool:
        """Append to the job's summary page; False when there is none, or it can't be written."""
        return self.step_summary is not None and self._append(self.step_summary, text, "GITHUB_STEP_SUMMARY")

    def _append(self, path: Path, text: str, name: str) -> bool:
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
        try:
            with os.fdopen(os.open(path, flags, 0o666), "a", encoding="utf-8", errors="replace") as file:
                file.write(text)
        except OSError as error:
            self.annotate("warning", f"{name} can't be written ({error.strerror}).")
            return False
        return True


@contextmanager
def runner(*, output: Path | None, step_summary: Path | None) -> Iterator[Runner]:
    """The runner's channels, with both standard streams made harmless until the end."""
    out, err = sys.stdout, sys.stderr
    harmless_out, harmless_err = HarmlessStream(out), HarmlessStream(err)
    sys.stdout, sys.stderr = harmless_out, harmless_err
    try:
        yield Runner(commands=out, log=harmless_err, output=output, step_summary=step_summary)
    finally:
        harmless_out.finish()
        harmless_err.finish()
        sys.stdout, sys.stderr = out, err
