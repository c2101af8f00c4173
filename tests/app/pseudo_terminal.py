"""Runs a command behind a pseudo-terminal and tells what a person saw there, moment by moment."""

from __future__ import annotations

import codecs
import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import termios
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

_BEGUN = re.compile(r"\x1b(\[[0-9;?]*)?$")  # the rest comes with the next bytes
_CONTROL = re.compile(r"\x1b\[([0-9;?]*)([A-Za-z])|\r\n|\r|\n|[^\x1b\r\n]+")


@dataclass(slots=True)
class Screen:
    """As much of a terminal as a line in motion needs; what it does not know is an error."""

    rows: list[str] = field(default_factory=lambda: [""])
    row: int = 0
    column: int = 0
    styles: set[str] = field(default_factory=set)

    def feed(self, text: str) -> None:
        """Obey the bytes of a program."""
        at = 0
        for found in _CONTROL.finditer(text):
            assert found.start() == at, repr(text[at : at + 20])
            at = found.end()
            self._obey(found.group(), found.group(1), found.group(2))
        assert at == len(text), repr(text[at : at + 20])

    def _obey(self, piece: str, number: str | None, command: str | None) -> None:
        if command == "m":
            self.styles.add(number or "")
        elif command == "K":
            self.rows[self.row] = "" if number == "2" else self.rows[self.row][: self.column]
        elif command == "A":
            self.row = max(0, self.row - int(number or 1))
        elif command is not None:
            raise AssertionError(f"unknown: {piece!r}")
        elif piece in ("\r", "\n", "\r\n"):
            self.column = 0 if "\r" in piece else self.column
            self.row += "\n" in piece
            self.rows += [""] * (self.row + 1 - len(self.rows))
        else:
            line = self.rows[self.row].ljust(self.column)
            self.rows[self.row] = line[: self.column] + piece + line[self.column + len(piece) :]
            self.column += len(piece)

    @property
    def text(self) -> str:
        """The lines without blanks at their ends."""
        return "\n".join(row.rstrip() for row in self.rows).rstrip("\n")


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """How a command ended, what went to its standard output, and every picture of the terminal up to the last one."""

    code: int
    out: str
    raw: str
    pictures: Sequence[str]
    styles: frozenset[str]

    @property
    def last(self) -> str:
        """What is left to read."""
        return self.pictures[-1] if self.pictures else ""


def run(
    command: Sequence[str], *, cwd: Path, env: Mapping[str, str], columns: int = 100, in_front: bool = True,
    watch: Callable[[subprocess.Popen[bytes], str], None] = lambda _process, _picture: None, seconds: float = 90.0,
) -> Seen:  # fmt: skip
    """stderr is the terminal, stdout is not. `in_front` False: the terminal belongs to another job of the shell.

    `watch` is given the process and each picture.
    """
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    # A session's leader that opens a terminal has it; `set -m` makes the command a job of its own, in the background.
    how = 'exec "$@"' if in_front else 'set -m; "$@" & wait $!'
    process = subprocess.Popen(
        ["bash", "-c", f'exec <"$0" 2>"$0"; {how}', os.ttyname(slave), *command], cwd=cwd, env=dict(env),
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, start_new_session=True,
    )  # fmt: skip
    try:
        return _watched(process, master, watch, time.monotonic() + seconds)
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        os.close(slave)
        os.close(master)


def _watched(
    process: subprocess.Popen[bytes], master: int, watch: Callable[[subprocess.Popen[bytes], str], None], deadline: float
) -> Seen:  # fmt: skip
    assert process.stdout is not None
    pipe = process.stdout.fileno()
    screen, raw, out = Screen(), "", b""
    pictures: list[str] = []
    decoder, pending = codecs.getincrementaldecoder("utf-8")(), ""
    is_over = False
    while not is_over:
        assert time.monotonic() < deadline, f"still running; the terminal shows: {screen.text}"
        ended = process.poll() is not None
        ready = select.select([master, pipe], [], [], 0.1)[0]
        piped = os.read(pipe, 65536) if pipe in ready else b""
        out += piped
        if master in ready:
            text = pending + decoder.decode(os.read(master, 65536))
            whole = _BEGUN.search(text)
            text, pending = (text[: whole.start()], text[whole.start() :]) if whole else (text, "")
            raw += text
            screen.feed(text)
            pictures.append(screen.text)
            watch(process, screen.text)
        is_over = ended and not piped and master not in ready
    assert not pending, repr(pending)
    return Seen(
        code=process.wait(), out=out.decode("utf-8"), raw=raw, pictures=pictures, styles=frozenset(screen.styles)
    )
