"""Installs a lock as the closed list that it is, then checks that what is installed is whole.

    python scripts/install_lock.py requirements/runtime.txt

It runs with the Python of the environment that is filled, and with that environment's own pip. No resolver: a resolver that meets
`name[extra]` in a package's metadata looks for the extra's package afresh, takes whatever release is the newest that day, and then finds
no hash for it. No build either: a build would resolve what it needs.
"""

from __future__ import annotations

import subprocess
import sys

INSTALL = ("install", "--no-deps", "--require-hashes", "--only-binary", ":all:")


def main(arguments: list[str]) -> int:
    """0, or what pip ended with; 2 when it was not told which lock."""
    if len(arguments) != 1:
        print("usage: python scripts/install_lock.py requirements/NAME.txt", file=sys.stderr)
        return 2
    pip = (sys.executable, "-m", "pip", "--disable-pip-version-check")
    installed = subprocess.run([*pip, *INSTALL, "--quiet", "--requirement", arguments[0]], check=False)
    if installed.returncode:
        return installed.returncode
    # Quiet when all is well: its one good sentence says nothing that the exit code does not.
    checked = subprocess.run([*pip, "check"], check=False, stdout=subprocess.PIPE, text=True)
    if checked.returncode:
        print(f"{arguments[0]} is not whole:\n{checked.stdout}", file=sys.stderr)
    return checked.returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
