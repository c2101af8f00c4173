"""Running git on a repository that nobody vouches for: its configuration must not be able to start a program."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import field, replace
from functools import partial
from pathlib import Path

from reviewer.core.problem import ReviewError
from reviewer.core.value import value


@value()
class Completed:
    """What a git command left behind."""

    code: int
    out: bytes
    error: str


#: (arguments, directory, environment, input) -> result. Raises FileNotFoundError when git is not installed.
Runner = Callable[[Sequence[str], Path, Mapping[str, str], bytes], Completed]

#: Settings that would run a program, change what a diff looks like, or write to the repository.
_SETTINGS = {
    "core.fsmonitor": "",
    "core.hooksPath": "/dev/null",
    "core.pager": "",
    "core.askPass": "",
    "core.editor": "false",
    "core.sshCommand": "false",
    "core.quotePath": "true",
    "core.untrackedCache": "false",
    "diff.external": "",
    "diff.noprefix": "false",
    "diff.mnemonicPrefix": "false",
    "diff.suppressBlankEmpty": "false",
    "diff.algorithm": "default",
    "submodule.recurse": "false",
    "credential.helper": "",
}
_TIMEOUT_SECONDS = 120
#: Names of the configuration that only a partial clone has.
_PROMISOR = re.compile(r"remote\..*\.(promisor|partialclonefilter)|extensions\.partialclone", re.DOTALL)


def run_git(
    arguments: Sequence[str], cwd: Path, env: Mapping[str, str], given: bytes, seconds: float = _TIMEOUT_SECONDS
) -> Completed:
    """The runner of production: a child process without a shell, bounded in time."""
    done = subprocess.run(
        arguments, cwd=cwd, env=dict(env), input=given, capture_output=True, check=False, timeout=seconds
    )
    return Completed(code=done.returncode, out=done.stdout, error=done.stderr.decode("utf-8", "replace").strip())


def git_environment(root: Path, surroundings: Mapping[str, str], settings: Mapping[str, str]) -> dict[str, str]:
    """The environment of every git command.

    The user's own GIT_* variables are dropped, but for the index that `git commit` hands to a hook. Settings go by
    GIT_CONFIG_* and not by `-c`, whose values may hold any character but whose names may not.
    """
    kept = {name: value for name, value in surroundings.items() if not name.startswith("GIT_")}
    index = surroundings.get("GIT_INDEX_FILE")
    if index and (root / index).resolve().is_relative_to((root / ".git").resolve()):
        kept["GIT_INDEX_FILE"] = str((root / index).resolve())
    fixed = {
        "LC_ALL": "C",
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_OPTIONAL_LOCKS": "0",
        # No object of a partial clone is fetched: that would run whatever the remote's configuration names.
        "GIT_NO_LAZY_FETCH": "1",
        "GIT_ALLOW_PROTOCOL": "none",
        "GIT_CEILING_DIRECTORIES": str(root.parent),
        "GIT_CONFIG_COUNT": str(len(settings)),
    }
    for number, (name, given) in enumerate(settings.items()):
        fixed[f"GIT_CONFIG_KEY_{number}"], fixed[f"GIT_CONFIG_VALUE_{number}"] = name, given
    return {**kept, **fixed}


@value()
class Git:
    """A repository whose git commands are safe to run. `root` is the top of the work tree; a partial clone may lack objects."""

    root: Path
    runner: Runner = field(repr=False)
    env: Mapping[str, str] = field(repr=False)
    is_partial: bool = False
    seconds: float = _TIMEOUT_SECONDS

    def hurried(self, seconds: float) -> Git:
        """The same repository, for commands that may take so long at most."""
        runner = partial(run_git, seconds=seconds) if self.runner is run_git else self.runner
        return replace(self, runner=runner, seconds=seconds)

    def run(self, *arguments: str, given: bytes = b"") -> Completed:
        """The result of a command, whatever its exit code."""
        try:
            return self.runner(("git", "--no-pager", *arguments), self.root, self.env, given)
        except FileNotFoundError as error:
            raise ReviewError(
                "git is not installed or not on the PATH. Install it, or pass a patch with --diff."
            ) from error
        except subprocess.TimeoutExpired as error:
            raise ReviewError(
                f"git {arguments[0]} took more than {self.seconds:.0f} s. Name paths to review less."
            ) from error

    def out(self, *arguments: str, given: bytes = b"") -> bytes:
        """The output of a command that must succeed. Raises ReviewError with git's own words when it does not."""
        done = self.run(*arguments, given=given)
        if done.code != 0:
            raise ReviewError(f"git {arguments[0]} failed in {self.root}: {explained(done.error)}")
        return done.out

    def names(self, *arguments: str) -> tuple[str, ...]:
        """NUL-separated names of a command's output; undecodable bytes are replaced, so that they can be printed."""
        return tuple(name.decode("utf-8", "replace") for name in self.out(*arguments).split(b"\0") if name)


def explained(error: str) -> str:
    """Git's message, with what to do where the cause is a clone that lacks objects."""
    if "promisor" in error or "lazy fetch" in error or "not allowed" in error:
        return f"{error} (a partial clone lacks the objects; clone without --filter, or run: git fetch --refetch --no-filter)"
    return error or "no message"


def open_repository(repo: Path, runner: Runner, surroundings: Mapping[str, str]) -> Git:
    """The repository that holds the directory `repo`. Raises ReviewError when there is none."""
    root = find_root(repo)
    if root is None:
        raise ReviewError(f"{repo} is not in a git repository. Name one with --repo, or pass a patch with --diff.")
    settings = {**_SETTINGS, "safe.directory": str(root)}
    bare = Git(root=root, runner=runner, env=git_environment(root, surroundings, settings))
    top = os.fsdecode(bare.out("rev-parse", "--show-toplevel").removesuffix(b"\n"))
    if Path(top).resolve() != root:
        raise ReviewError(
            f"The repository at {root} says that its work tree is elsewhere ({top}); this is not followed."
        )
    # Listing the configuration runs nothing.
    names = bare.names("config", "--list", "--name-only", "--includes", "-z")
    settings.update(_silenced_drivers(names))
    is_partial = any(_PROMISOR.fullmatch(name) for name in names)
    return Git(
        root=root, runner=runner, env=git_environment(root, surroundings, settings), is_partial=is_partial
    )  # fmt: skip


def find_root(repo: Path) -> Path | None:
    """The nearest directory at or above `repo` that has a `.git`."""
    start = repo.resolve()
    return next((folder for folder in (start, *start.parents) if os.path.lexists(folder / ".git")), None)


def _silenced_drivers(names: Iterable[str]) -> dict[str, str]:
    """Empty values for every filter and diff driver that the configuration names."""
    silenced: dict[str, str] = {}
    for name in names:
        section, _, rest = name.partition(".")
        driver, _, key = rest.rpartition(".")
        if section == "filter" and driver:
            silenced |= {f"filter.{driver}.{word}": "" for word in ("clean", "smudge", "process")}
            silenced[f"filter.{driver}.required"] = "false"
        elif section == "diff" and driver and key in ("command", "textconv"):
            silenced[name] = ""
    return silenced
