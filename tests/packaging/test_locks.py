"""A lock is a closed list: whatever a locked distribution asks for, on any Python and platform that we claim, is in it.

An installer that resolves would look outside for what is missing, and find nothing there that has a hash.
"""

from __future__ import annotations

import importlib.metadata
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

REQUIREMENTS = Path(__file__).parents[2] / "requirements"
WORKFLOWS = REQUIREMENTS.parent / ".github" / "workflows"
PYTHONS = ("3.11", "3.12", "3.13")
#: What the README claims: name, then what the markers of packages ask about.
PLATFORMS = {
    "linux-x86_64": {"sys_platform": "linux", "platform_system": "Linux", "platform_machine": "x86_64", "os_name": "posix"},
    "linux-aarch64": {"sys_platform": "linux", "platform_system": "Linux", "platform_machine": "aarch64", "os_name": "posix"},
    "macos-arm64": {"sys_platform": "darwin", "platform_system": "Darwin", "platform_machine": "arm64", "os_name": "posix"},
    "macos-x86_64": {"sys_platform": "darwin", "platform_system": "Darwin", "platform_machine": "x86_64", "os_name": "posix"},
}  # fmt: skip


def environment(python: str, platform: str) -> dict[str, str]:
    """What a marker sees there. The first release of a Python is the strictest: markers ask for at least so much."""
    interpreter = {
        "python_version": python, "python_full_version": f"{python}.0", "implementation_name": "cpython",
        "implementation_version": f"{python}.0", "platform_python_implementation": "CPython",
    }  # fmt: skip
    return {**interpreter, **PLATFORMS[platform], "platform_release": "", "platform_version": ""}


@dataclass(frozen=True, slots=True, kw_only=True)
class Lock:
    """The pins of one lock by canonical name, and what was asked for when it was made."""

    pins: dict[str, Requirement]
    roots: tuple[Requirement, ...]

    @classmethod
    def read(cls, name: str) -> Lock:
        """`requirements/NAME.txt` with `requirements/NAME.in`."""
        text = (REQUIREMENTS / f"{name}.txt").read_text(encoding="utf-8")
        pins = [Requirement(line.removesuffix("\\").strip()) for line in text.splitlines() if re.match(r"[\w-]", line)]
        return cls(pins={canonicalize_name(pin.name): pin for pin in pins}, roots=tuple(_asked(f"{name}.in")))

    def unmet(self, asked: Requirement, seen: dict[str, str]) -> str:
        """Why a requirement that applies there is not met inside the lock; empty when it is."""
        pin = self.pins.get(canonicalize_name(asked.name))
        if pin is None:
            return "is not in the lock"
        if pin.marker is not None and not pin.marker.evaluate(seen):
            return f"is locked for other machines only ({pin.marker})"
        (version,) = (part.version for part in pin.specifier)
        return "" if asked.specifier.contains(version, prereleases=True) else f"is locked at {version}"


def _asked(name: str) -> Iterator[Requirement]:
    for line in (REQUIREMENTS / name).read_text(encoding="utf-8").splitlines():
        if line.startswith("-r "):
            yield from _asked(line[3:].strip())
        elif line.strip():
            yield Requirement(line)


def asked_by(name: str, extras: set[str], seen: dict[str, str]) -> list[Requirement]:
    """What an installed distribution asks for there, with the extras that others want of it."""
    found = [Requirement(text) for text in importlib.metadata.requires(name) or ()]
    wanted = [{**seen, "extra": extra} for extra in ({""} | extras)]
    return [r for r in found if r.marker is None or any(r.marker.evaluate(each) for each in wanted)]


def gaps(lock: Lock, python: str, platform: str) -> list[str]:
    """Everything that is asked for, by anybody, through any number of extras, and not met."""
    seen = environment(python, platform)
    extras: dict[str, set[str]] = {}
    found: set[str] = set()
    waiting = [("the .in file", root) for root in lock.roots]
    applies = [pin for pin in lock.pins.values() if pin.marker is None or pin.marker.evaluate(seen)]
    waiting += [("the lock", Requirement(pin.name)) for pin in applies]
    while waiting:
        by, asked = waiting.pop()
        why = lock.unmet(asked, seen)
        if why:
            found.add(f"{by} asks for {asked}, which {why}")
            continue
        name, known = canonicalize_name(asked.name), extras.get(canonicalize_name(asked.name))
        if known is None or asked.extras - known:
            extras[name] = (known or set()) | asked.extras
            waiting += [(name, more) for more in asked_by(name, extras[name], seen)]
    return sorted(found)


@pytest.mark.parametrize("platform", PLATFORMS)
@pytest.mark.parametrize("python", PYTHONS)
@pytest.mark.parametrize("name", ["runtime", "dev"])
def test_everything_that_is_asked_for_is_in_the_lock(name: str, python: str, platform: str) -> None:
    assert gaps(Lock.read(name), python, platform) == []


@pytest.mark.parametrize(("lost", "by"), [("cryptography", "pyjwt"), ("click", "import-linter")])
def test_a_pin_that_only_an_extra_or_another_pin_asks_for_is_missed(lost: str, by: str) -> None:
    lock = Lock.read("dev")
    del lock.pins[lost]
    assert any(gap.startswith(f"{by} asks for {lost}") for gap in gaps(lock, "3.11", "linux-x86_64"))


def test_a_pin_that_is_too_old_is_seen() -> None:
    lock = Lock.read("runtime")
    lock.pins["pyjwt"] = Requirement("pyjwt==1.0")
    assert any("pyjwt" in gap and "locked at 1.0" in gap for gap in gaps(lock, "3.13", "macos-arm64"))


def test_the_pythons_of_ci_and_of_the_weekly_run_are_the_ones_that_are_checked() -> None:
    for name in ("ci.yml", "fresh-machine.yml"):
        workflow = yaml.safe_load((WORKFLOWS / name).read_text(encoding="utf-8"))
        (job,) = (job for job in workflow["jobs"].values() if "matrix" in job.get("strategy", {}))
        assert tuple(job["strategy"]["matrix"]["python"]) == PYTHONS


def test_locks_hold_versions_and_hashes_and_no_addresses() -> None:
    for path in REQUIREMENTS.glob("*.txt"):
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"://|file:|--(extra-)?index|--find-links", text)
        for pin in re.split(r"\n(?=\S)", text.strip()):
            assert re.match(r"[\w.-]+==[\w.+]+", pin) and "--hash=sha256:" in pin, pin
