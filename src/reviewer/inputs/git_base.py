"""Which two versions are compared."""

from __future__ import annotations

from reviewer.core.problem import ReviewError
from reviewer.core.value import value
from reviewer.inputs.git_process import Git, explained

WORK_TREE = "worktree"
INDEX = "index"
_DEFAULT_BRANCHES = (
    "refs/remotes/origin/HEAD",
    "refs/remotes/origin/main",
    "refs/remotes/origin/master",
    "refs/heads/main",
    "refs/heads/master",
)


@value()
class Versions:
    """The tree-ish before, and a commit id, WORK_TREE or INDEX after."""

    base: str
    head: str
    notices: tuple[str, ...] = ()


def choose_versions(git: Git, *, base: str | None, head: str | None, staged: bool) -> Versions:
    """What the options mean in this repository. Raises ReviewError for refs that do not exist or do not meet."""
    if staged and (base or head):
        raise ReviewError("--staged compares the index with HEAD; it cannot be combined with --base or --head.")
    own = _commit_or_none(git, "HEAD")
    if staged:
        return Versions(base=own or _empty_tree(git), head=INDEX)
    if own is None and base is None and head is None:
        notice = "The repository has no commits yet: every file counts as new."
        return Versions(base=_empty_tree(git), head=WORK_TREE, notices=(notice,))
    after = _commit(git, head, "--head") if head else own
    if after is None:
        raise ReviewError("The repository has no commits yet: --base has nothing to be compared with.")
    before, notices = (_commit(git, base, "--base"), ()) if base else _default_base(git, after)
    return Versions(base=_merge_base(git, before, after, base), head=after if head else WORK_TREE, notices=notices)


def _default_base(git: Git, fallback: str) -> tuple[str, tuple[str, ...]]:
    wanted = "".join(f"{name}^{{commit}}\n" for name in _DEFAULT_BRANCHES)
    for line in (
        git.out("cat-file", "--batch-check", given=wanted.encode("ascii")).decode("ascii", "replace").splitlines()
    ):
        commit, kind, *_ = line.split(" ")
        if kind == "commit":  # otherwise "refs/heads/main^{commit} missing"
            return commit, ()
    notice = "No default branch found (origin/HEAD, main or master): compared with HEAD. Name one with --base."
    return fallback, (notice,)


def _commit(git: Git, ref: str, option: str) -> str:
    if ref.startswith("-") or "\0" in ref:
        raise ReviewError(f"{option} {ref!r} is not the name of a commit.")
    commit = _commit_or_none(git, ref)
    if commit is None:
        hint = " This is a shallow clone: fetch the whole history (fetch-depth: 0)." if _is_shallow(git) else ""
        raise ReviewError(
            f"{option} {ref!r} is not a commit of this repository. See the names with: git branch --all; git tag.{hint}"
        )
    return commit


def _commit_or_none(git: Git, ref: str) -> str | None:
    done = git.run("rev-parse", "--verify", "--quiet", "--end-of-options", f"{ref}^{{commit}}")
    return done.out.decode("ascii", "replace").strip() if done.code == 0 else None


def _merge_base(git: Git, before: str, after: str, name: str | None) -> str:
    if before == after:
        return before
    done = git.run("merge-base", "--end-of-options", before, after)
    if done.code == 0:
        return done.out.decode("ascii", "replace").split()[0]
    if done.code != 1:
        raise ReviewError(f"git merge-base failed: {explained(done.error)}")
    of_what = f"{name or 'the default branch'} and the reviewed version"
    if _is_shallow(git):
        raise ReviewError(
            f"This clone is shallow and does not hold a common ancestor of {of_what}. Fetch the history: "
            "`fetch-depth: 0` for actions/checkout, or `git fetch --unshallow`."
        )
    raise ReviewError(f"There is no common ancestor of {of_what}. Name another commit with --base.")


def _is_shallow(git: Git) -> bool:
    return git.out("rev-parse", "--is-shallow-repository").strip() == b"true"


def _empty_tree(git: Git) -> str:
    return git.out("hash-object", "-t", "tree", "--stdin").decode("ascii").strip()
