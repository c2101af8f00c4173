"""`--pr N|URL`: which pull request of which repository on which host, and the token for it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from reviewer.core.problem import ReviewError

_NUMBER = re.compile(r"#?([1-9][0-9]{0,9})")
_PATH = re.compile(r"/([\w.-]+)/([\w.-]+)/pull/([1-9][0-9]{0,9})(/.*)?")
_REMOTE = re.compile(
    r"(?:(?:https?|ssh|git)://(?:[^@/]*@)?(?P<host>[\w.-]+)(?::\d+)?/|(?:[\w.-]+@)?(?P<scp>[\w.-]+):/?)"
    r"(?P<owner>[\w.-]+)/(?P<name>[\w.-]+?)(?:\.git)?/?"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A pull request, and where its API answers. `repository` is `owner/name`."""

    number: int
    repository: str
    host: str
    api_url: str


def target_of(given: str, repo: Path, environ: Mapping[str, str]) -> Target:
    """What `--pr` names. A bare number belongs to the remote `origin` of `repo`. Raises ReviewError for anything else."""
    if found := _NUMBER.fullmatch(given.strip()):
        host, repository = _origin(repo, environ)
        number = int(found.group(1))
    else:
        host, repository, number = _address(given.strip())
    return Target(number=number, repository=repository, host=host, api_url=_api_url(host, environ))


def token_of(environ: Mapping[str, str]) -> str:
    """The token of GITHUB_TOKEN or GH_TOKEN. Raises ReviewError when there is none."""
    for name in ("GITHUB_TOKEN", "GH_TOKEN"):
        if token := environ.get(name, "").strip():
            return token
    raise ReviewError(
        "--pr needs a token that may read the repository, in GITHUB_TOKEN or GH_TOKEN; `gh auth token` prints one."
    )


def _address(given: str) -> tuple[str, str, int]:
    parts = urlsplit(given if "://" in given else f"https://{given}")
    found = _PATH.fullmatch(parts.path)
    if parts.scheme != "https" or not parts.hostname or parts.username or not found:
        raise ReviewError(
            f"--pr {given!r} names no pull request: give its number, or its address (https://github.com/OWNER/REPO/pull/N)."
        )
    return parts.netloc.lower(), f"{found.group(1)}/{found.group(2)}", int(found.group(3))


def _origin(repo: Path, environ: Mapping[str, str]) -> tuple[str, str]:
    from reviewer.inputs.git_process import find_root, open_repository, run_git

    hint = "give the whole address: --pr https://github.com/OWNER/REPO/pull/N"
    if find_root(repo) is None:
        raise ReviewError(f"--pr with a number needs a git repository, to know whose number it is, or {hint}.")
    done = open_repository(repo, run_git, environ).run("config", "--get", "remote.origin.url")
    address = done.out.decode("utf-8", "replace").strip()
    found = _REMOTE.fullmatch(address)
    if done.code != 0 or not found:
        why = f"its address {_without_secret(address)!r} is not one of GitHub's" if address else "there is none"
        raise ReviewError(f"--pr with a number is looked up in the remote origin, but {why}; {hint}.")
    return (found["host"] or found["scp"]).lower(), f"{found['owner']}/{found['name']}"


def _without_secret(address: str) -> str:
    return re.sub(r"//[^@/]*@", "//", address)


def _api_url(host: str, environ: Mapping[str, str]) -> str:
    """The API's address. The token goes to hosts that the user or the runner named, never to one that only a clone names."""
    own = environ.get("GH_HOST", "").strip().lower()
    runner = urlsplit(environ.get("GITHUB_SERVER_URL") or "https://github.com").netloc.lower()
    if host == runner and environ.get("GITHUB_API_URL"):
        return environ["GITHUB_API_URL"]
    if host in ("github.com", "ssh.github.com", "www.github.com"):
        return "https://api.github.com"
    if host.endswith(".ghe.com") and host.count(".") == 2:
        return f"https://api.{host}"
    if host in (own, runner):
        return f"https://{host}/api/v3"
    raise ReviewError(
        f"The token is not sent to {host}. If that is your GitHub Enterprise Server, say so: GH_HOST={host}."
    )
