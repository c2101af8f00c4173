"""A fresh machine in a year: Python's own old pip, and an index where everything has a newer release.

`requirements/oldest-pip.txt` has the pip that the `venv` of each Python's first release brings; `make` fetches the one for this Python.
"""

from __future__ import annotations

import base64
import hashlib
import os
import re
import shutil
import subprocess
import sys
import venv
import zipfile
from collections.abc import Sequence
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SCRIPT = ROOT / "scripts" / "install_lock.py"
OLDEST_PIP = Path(sys.prefix) / "oldest-pip"


def wheel(folder: Path, name: str, version: str, requires: Sequence[str] = (), extras: Sequence[str] = ()) -> str:
    """A wheel with nothing but metadata; gives its sha256."""
    home = f"{name}-{version}.dist-info"
    lines = ["Metadata-Version: 2.1", f"Name: {name}", f"Version: {version}"]
    lines += [f"Provides-Extra: {extra}" for extra in extras] + [f"Requires-Dist: {asked}" for asked in requires]
    files = {
        f"{home}/METADATA": "\n".join(lines) + "\n",
        f"{home}/WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = "".join(f"{path},sha256={_digest(text)},{len(text)}\n" for path, text in files.items())
    target = folder / f"{name}-{version}-py3-none-any.whl"
    with zipfile.ZipFile(target, "w") as archive:
        for path, text in {**files, f"{home}/RECORD": f"{record}{home}/RECORD,,\n"}.items():
            archive.writestr(path, text)
    return hashlib.sha256(target.read_bytes()).hexdigest()


def _digest(text: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()


@pytest.fixture
def index(tmp_path: Path) -> Path:
    """A folder in the shape of the two that broke: `plugin` wants `core[toml]`, `core` has a newer release than the lock."""
    folder = tmp_path / "index"
    folder.mkdir()
    pins = {
        "plugin==1.0": wheel(folder, "plugin", "1.0", ["core[toml]>=1.0"]),
        "core==1.0": wheel(folder, "core", "1.0", ["reader; extra == 'toml'"], ["toml"]),
        "reader==1.0": wheel(folder, "reader", "1.0"),
    }
    wheel(folder, "core", "2.0", ["reader; extra == 'toml'"], ["toml"])
    lock = "".join(f"{pin} \\\n    --hash=sha256:{digest}\n" for pin, digest in pins.items())
    (tmp_path / "lock.txt").write_text(lock, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def old_machine(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment with the oldest pip in it and nothing else. To be copied, not used: its pip takes seconds to install."""
    (bundled,) = OLDEST_PIP.glob("pip-*.whl")
    home = tmp_path_factory.mktemp("old") / "venv"
    venv.create(home, with_pip=False)
    command = [
        str(home / "bin" / "python"),
        str(bundled / "pip"),
        "install",
        "--quiet",
        "--no-index",
        "--no-deps",
        str(bundled),
    ]
    subprocess.run(command, check=True, capture_output=True)
    return home


@pytest.fixture
def python(old_machine: Path, tmp_path: Path) -> Path:
    """The Python of a new environment with the oldest pip in it."""
    shutil.copytree(old_machine, tmp_path / "venv", symlinks=True)
    return tmp_path / "venv" / "bin" / "python"


def run(python: Path, index: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """As on a machine whose only index is that folder."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("PIP_", "PYTHON", "COV"))}
    environ = {**clean, "PIP_CONFIG_FILE": os.devnull, "PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(index)}
    return subprocess.run(
        [python, *arguments], check=False, cwd=index.parent, env=environ, capture_output=True, text=True
    )


def installed(python: Path, index: Path) -> set[str]:
    return set(run(python, index, "-m", "pip", "freeze").stdout.split())


def test_the_pins_are_installed_although_a_newer_release_has_the_extra(python: Path, index: Path) -> None:
    done = run(python, index, str(SCRIPT), "lock.txt")
    assert (done.returncode, done.stderr) == (0, "")
    assert installed(python, index) == {"plugin==1.0", "core==1.0", "reader==1.0"}


@pytest.mark.skipif(sys.version_info >= (3, 13), reason="no pip with the fault runs on this Python: 24.1 cured it")
def test_that_pip_on_its_own_would_have_gone_for_the_newer_release(python: Path, index: Path) -> None:
    done = run(python, index, "-m", "pip", "install", "--require-hashes", "--requirement", "lock.txt")
    assert done.returncode != 0 and "all requirements must have their versions pinned" in done.stderr


def test_a_lock_that_is_not_whole_is_an_error_that_names_what_is_missing(python: Path, index: Path) -> None:
    lock = index.parent / "lock.txt"
    lock.write_text(lock.read_text(encoding="utf-8").partition("core==1.0")[0], encoding="utf-8")
    done = run(python, index, str(SCRIPT), "lock.txt")
    assert done.returncode != 0
    assert "lock.txt is not whole" in done.stderr and "plugin 1.0 requires core, which is not installed" in done.stderr


def test_a_wheel_that_is_not_the_locked_one_is_refused(python: Path, index: Path) -> None:
    wheel(index, "reader", "1.0", ["core"])
    done = run(python, index, str(SCRIPT), "lock.txt")
    assert done.returncode != 0 and "DO NOT MATCH THE HASHES" in done.stderr
    assert installed(python, index) == set()


def test_nothing_of_ours_lets_an_installer_resolve() -> None:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, check=True, capture_output=True, text=True).stdout.split()
    asked = re.compile(
        r"\bpip3? (?:install|download|wheel)\b|\b(?:pipx|uvx|easy_install)\b|\buv (?:add|sync|tool|pip install)\b"
    )
    for name in listed:
        if name.startswith(("tests/", "examples/repository/", "CHANGELOG")) or not (ROOT / name).is_file():
            continue
        text = (ROOT / name).read_text(encoding="utf-8", errors="replace").replace("\\\n", " ")
        for line in text.splitlines():
            assert not asked.search(line) or "--no-deps" in line, f"{name}: {line.strip()}"


def test_without_a_lock_it_says_how_it_is_called(python: Path, index: Path) -> None:
    done = run(python, index, str(SCRIPT))
    assert done.returncode == 2 and done.stderr.startswith("usage: ")
