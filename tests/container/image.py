"""Builds the Dockerfile with buildah, which needs no Docker engine, over a Debian of the same release as the real base image.

The base is a stand-in (no registry is asked): Debian's own packages with Debian's own Python, made once by mmdebstrap and kept
under `build/container`. So this tests our Dockerfile, lock and entry point, not Docker's isolation nor the official Python image.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
CACHE = ROOT / "build" / "container"
BASE, NAME = "localhost/stand-in-base", "localhost/stream-review-under-test"
_CERTIFICATES = Path("/etc/ssl/certs/ca-certificates.crt")
_BASE_SECONDS, _BUILD_SECONDS = 480, 480
# What the official slim images leave out too.
_UNWANTED = ("doc", "man", "locale", "info")
_CONTAINERFILE = "FROM scratch\nADD base.tar /\nRUN ln -s /usr/bin/python3 /usr/local/bin/python\n"


class CannotBuild(Exception):
    """This machine can't build images; the message says what it lacks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Image:
    """A built image. `seconds` is the time of the build; sizes are of the files, uncompressed, `added` is without the base."""

    name: str
    entry_point: tuple[str, ...]
    labels: dict[str, str]
    user: str
    seconds: float
    megabytes: int
    added_megabytes: int


def buildah(*arguments: str, seconds: float = 120) -> str:
    """Run buildah with a store of our own, so that removing a folder removes everything. RuntimeError with its last words."""
    return _run([*command(), *arguments], seconds)


def command(driver: str = "") -> list[str]:
    """buildah's own first words: where it keeps things and how. With vfs each container is a whole copy."""
    driver = driver or _driver()
    store = CACHE / f"store-{driver}"
    return ["buildah", "--root", str(store / "root"), "--runroot", str(store / "run"), "--storage-driver", driver]


@cache
def _driver() -> str:
    """`overlay`, which copies nothing, where this machine lets us mount one; else `vfs`."""
    overlay = command("overlay")
    try:
        name = _run([*overlay, "from", "scratch"], 60).strip()
        _run([*overlay, "mount", name], 60)
        _run([*overlay, "rm", name], 60)
    except RuntimeError:
        return "vfs"
    return "overlay"


def build() -> Image:
    """The image of this checkout. CannotBuild where the tools are missing or the base can't be had."""
    _check_machine()
    _base()
    started = time.monotonic()
    mounts = ["-v", f"{_CERTIFICATES}:{_CERTIFICATES}:ro"] if _CERTIFICATES.exists() else []
    arguments = ["--build-arg", f"BASE_IMAGE={BASE}", "--build-arg", "VERSION=0.0.0+test"]
    buildah(
        "bud", "--quiet", "--isolation", "chroot", "--pull-never", *mounts, *arguments, "--tag", NAME, str(ROOT),
        seconds=_BUILD_SECONDS,
    )  # fmt: skip
    seconds = time.monotonic() - started
    found = _inspected(NAME)
    config = found["OCIv1"]["config"]
    layers = [int(layer["size"]) for layer in json.loads(found["Manifest"])["layers"]]
    return Image(
        name=NAME, entry_point=tuple(config.get("Entrypoint") or ()) + tuple(config.get("Cmd") or ()),
        labels=config.get("Labels") or {}, user=config.get("User", ""), seconds=seconds,
        megabytes=sum(layers) // 1_000_000, added_megabytes=layers[-1] // 1_000_000,
    )  # fmt: skip


def _check_machine() -> None:
    missing = [tool for tool in ("buildah", "mmdebstrap") if shutil.which(tool) is None]
    if missing:
        raise CannotBuild(f"{' and '.join(missing)} not installed (Debian: apt-get install buildah mmdebstrap)")
    if os.geteuid() != 0:
        raise CannotBuild("building without a Docker engine needs root here")


def _base() -> None:
    """The stand-in for the official Python image, made once."""
    try:
        made = buildah("images", "--format", "{{.Name}}").split()
    except RuntimeError as error:
        raise CannotBuild(f"buildah does not work here: {error}") from error
    if BASE in made:
        return
    CACHE.mkdir(parents=True, exist_ok=True)
    archive = CACHE / "base.tar"
    if not archive.exists():
        _debian(archive)
    recipe = CACHE / "Containerfile"
    recipe.write_text(_CONTAINERFILE, encoding="utf-8")
    # Nothing of ours is in the base: if even this fails, the machine does not let us build.
    try:
        buildah(
            "bud", "--quiet", "--isolation", "chroot", "--file", str(recipe), "--tag", BASE, str(CACHE), seconds=240
        )
    except (RuntimeError, subprocess.TimeoutExpired) as error:
        raise CannotBuild(f"buildah does not work here: {error}") from error


def _debian(archive: Path) -> None:
    partial = archive.with_suffix(".partial.tar")
    leave_out = [f"--dpkgopt=path-exclude=/usr/share/{name}/*" for name in _UNWANTED]
    packages = "--include=ca-certificates,python3,python3-venv"
    try:
        _run(
            ["mmdebstrap", "--quiet", "--variant=minbase", *leave_out, packages, "trixie", str(partial)], _BASE_SECONDS
        )
    except (RuntimeError, subprocess.TimeoutExpired) as error:
        raise CannotBuild(f"mmdebstrap could not make a Debian: {error}") from error
    partial.rename(archive)


def _inspected(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(buildah("inspect", "--type", "image", name))
    return found


def _run(command: Sequence[str], seconds: float) -> str:
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=seconds)
    if done.returncode != 0:
        raise RuntimeError(f"{command[0]} ended with {done.returncode}: {(done.stderr or done.stdout)[-2000:]}")
    return done.stdout
