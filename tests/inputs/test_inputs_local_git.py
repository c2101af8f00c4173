"""The change of a repository at hand, in every state a user's clone can be in."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pytest

from reviewer.core.change import FileChange, FileStatus
from reviewer.core.problem import ReviewError
from reviewer.core.span import Side
from reviewer.inputs.git_process import Completed
from reviewer.inputs.local_git import read_local_change
from reviewer.inputs.port import LocalChange

ENV = {"PATH": os.environ["PATH"], "HOME": "/nonexistent", "GIT_CONFIG_NOSYSTEM": "1"}
NAME = {f"GIT_{who}_{what}": "t@example.org" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}


class Repo:
    """A throw-away repository."""

    def __init__(self, root: Path) -> None:
        self.root = root
        root.mkdir(parents=True, exist_ok=True)
        self.git("init", "-q", "-b", "main")

    def git(self, *arguments: str) -> str:
        done = subprocess.run(
            ["git", *arguments], cwd=self.root, env={**ENV, **NAME}, check=True, capture_output=True, text=True
        )
        return done.stdout.strip()

    def write(self, path: str, content: str | bytes) -> None:
        target = self.root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content if isinstance(content, bytes) else content.encode())

    def commit(self, **files: str | bytes) -> str:
        for path, content in files.items():
            self.write(path, content)
        self.git("add", "-A")
        self.git("commit", "-q", "--allow-empty", "-m", "x")
        return self.git("rev-parse", "HEAD")

    def review(
        self,
        *,
        base: str | None = None,
        head: str | None = None,
        staged: bool = False,
        paths: Sequence[str] = (),
        within: str = ".",
    ) -> LocalChange:
        return read_local_change(self.root / within, base=base, head=head, staged=staged, paths=paths, surroundings=ENV)


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    made = Repo(tmp_path / "repo")
    made.commit(Job="one\ntwo\nthree\n", Other="same\n")
    return made


def by_path(change: LocalChange) -> dict[str, FileChange]:
    return {file.path: file for file in change.change_set.files}


def test_by_default_everything_since_the_default_branch_is_read_new_files_too(repo: Repo) -> None:
    base = repo.git("rev-parse", "HEAD")
    repo.git("checkout", "-q", "-b", "feature")
    repo.commit(Committed="c\n")
    repo.write("Job", "one\n2\nthree\n")
    repo.write("Staged", "s\n")
    repo.git("add", "Staged")
    repo.write("dir/Untracked", "u")
    repo.write(".gitignore", "*.log\n")
    repo.write("noise.log", "n\n")
    change = repo.review()
    assert (change.change_set.base, change.change_set.head, change.notices) == (base, "worktree", ())
    files = by_path(change)
    assert sorted(files) == [".gitignore", "Committed", "Job", "Staged", "dir/Untracked"]
    assert (files["Job"].before, files["Job"].after) == ("one\ntwo\nthree\n", "one\n2\nthree\n")
    assert (files["dir/Untracked"].status, files["dir/Untracked"].after) == (FileStatus.ADDED, "u")
    assert [line.text for line in files["dir/Untracked"].hunks[0].lines] == ["u"]


def test_the_merge_base_leaves_out_what_others_did_meanwhile(repo: Repo) -> None:
    fork = repo.git("rev-parse", "HEAD")
    repo.git("checkout", "-q", "-b", "feature")
    tip = repo.commit(Mine="m\n")
    repo.git("checkout", "-q", "main")
    repo.commit(Theirs="t\n")
    change = repo.review(base="main", head="feature")
    assert (change.change_set.base, change.change_set.head, list(by_path(change))) == (fork, tip, ["Mine"])
    assert (change.reader.read("Mine", Side.AFTER), change.reader.read("Mine", Side.BEFORE)) == ("m\n", None)
    assert change.reader.paths(Side.AFTER) == ("Job", "Mine", "Other")


def test_staged_is_the_index_against_head(repo: Repo) -> None:
    repo.write("Job", "staged\n")
    repo.git("add", "Job")
    repo.write("Job", "later\n")
    repo.write("Untracked", "u\n")
    change = repo.review(staged=True)
    assert (change.change_set.head, {path: file.after for path, file in by_path(change).items()}) == (
        "index",
        {"Job": "staged\n"},
    )
    assert change.reader.read("Other", Side.AFTER) == "same\n"


def test_renames_deletions_and_modes_come_with_their_texts(repo: Repo) -> None:
    repo.git("mv", "Job", "Work")
    (repo.root / "Other").unlink()
    files = by_path(repo.review(base="HEAD"))
    assert (files["Work"].old_path, files["Work"].status) == ("Job", FileStatus.RENAMED)
    assert files["Work"].before == files["Work"].after == "one\ntwo\nthree\n"
    assert (files["Other"].before, files["Other"].after, files["Other"].status) == ("same\n", None, FileStatus.DELETED)
    repo.git("checkout", "-q", "-f", "HEAD")
    repo.git("reset", "-q", "--hard")
    (repo.root / "Job").chmod(0o755)
    assert by_path(repo.review())["Job"].hunks == ()


def test_a_repository_without_commits_counts_everything_as_new(tmp_path: Path) -> None:
    repo = Repo(tmp_path / "fresh")
    repo.write("a", "1\n")
    repo.write("b", "2\n")
    repo.git("add", "a")
    change = repo.review()
    assert {path: file.after for path, file in by_path(change).items()} == {"a": "1\n", "b": "2\n"}
    assert "no commits yet" in change.notices[0]
    assert list(by_path(repo.review(staged=True))) == ["a"]
    with pytest.raises(ReviewError, match="no commits yet"):
        repo.review(base="main")


def test_without_a_default_branch_head_is_the_base_and_the_user_is_told(repo: Repo) -> None:
    repo.git("branch", "-q", "-m", "main", "trunk")
    repo.write("Job", "x\n")
    change = repo.review()
    assert list(by_path(change)) == ["Job"]
    assert "No default branch" in change.notices[0]


def test_a_detached_head_and_a_subdirectory_work(repo: Repo) -> None:
    repo.git("checkout", "-q", "--detach")
    repo.write("sub/a.txt", "a\n")
    repo.write("b.txt", "b\n")
    assert list(by_path(repo.review(within="sub"))) == ["b.txt", "sub/a.txt"]
    assert list(by_path(repo.review(within="sub", paths=["a.txt"]))) == ["sub/a.txt"]
    assert list(by_path(repo.review(paths=["*.txt"]))) == ["b.txt"]


def test_nothing_changed_is_said(repo: Repo) -> None:
    change = repo.review(paths=["Job"])
    assert change.change_set.files == ()
    assert change.notices[0].startswith("Nothing differs under Job")


def test_a_shallow_clone_without_the_common_ancestor_says_how_to_fetch_it(repo: Repo, tmp_path: Path) -> None:
    repo.git("checkout", "-q", "-b", "feature")
    repo.commit(Mine="m\n")
    repo.git("checkout", "-q", "main")
    repo.commit(Theirs="t\n")
    repo.git("clone", "-q", "--depth=1", "--no-single-branch", f"file://{repo.root}", str(tmp_path / "clone"))
    clone = Repo(tmp_path / "clone")
    with pytest.raises(ReviewError, match="fetch-depth: 0"):
        clone.review(base="origin/main", head="origin/feature")


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"base": "nowhere"}, "git branch --all"),
        ({"base": "main", "head": "nowhere"}, "--head 'nowhere'"),
        ({"base": "--output=/tmp/x"}, "not the name of a commit"),
        ({"base": "main", "staged": True}, "cannot be combined"),
        ({"paths": ["../elsewhere"]}, "outside the repository"),
    ],
)
def test_a_wrong_option_is_explained(repo: Repo, options: Mapping[str, object], says: str) -> None:
    with pytest.raises(ReviewError, match=says):
        repo.review(**options)  # type: ignore[arg-type]


def test_unrelated_histories_are_explained(repo: Repo) -> None:
    repo.git("checkout", "-q", "--orphan", "island")
    repo.commit(Island="another tree, so another commit\n")
    with pytest.raises(ReviewError, match="no common ancestor"):
        repo.review(base="main")


def test_a_directory_that_is_no_repository_is_explained(tmp_path: Path) -> None:
    with pytest.raises(ReviewError, match="not in a git repository"):
        read_local_change(tmp_path, surroundings=ENV)


def test_a_missing_git_is_explained(repo: Repo) -> None:
    def absent(arguments: Sequence[str], cwd: Path, env: Mapping[str, str], given: bytes) -> Completed:
        raise FileNotFoundError(arguments[0])

    with pytest.raises(ReviewError, match="git is not installed"):
        read_local_change(repo.root, runner=absent, surroundings=ENV)


def test_conflicts_are_explained(repo: Repo) -> None:
    repo.git("checkout", "-q", "-b", "feature")
    repo.commit(Job="mine\n")
    repo.git("checkout", "-q", "main")
    repo.commit(Job="theirs\n")
    with pytest.raises(subprocess.CalledProcessError):
        repo.git("merge", "feature")
    with pytest.raises(ReviewError, match="unresolved conflicts"):
        repo.review()


Setting = Callable[[Repo, str], None]


def _config(*pairs: tuple[str, str]) -> Setting:
    def apply(repo: Repo, program: str) -> None:
        for name, value in pairs:
            repo.git("config", name, value.replace("PROGRAM", program))

    return apply


def _hook(repo: Repo, program: str) -> None:
    for name in ("post-index-change", "post-checkout", "fsmonitor-watchman"):
        hook = repo.root / ".git/hooks" / name
        hook.parent.mkdir(exist_ok=True)
        hook.write_text(f"#!/bin/sh\n{program}\n")
        hook.chmod(0o755)


@pytest.mark.parametrize(
    "hostile",
    [
        _config(("core.fsmonitor", "PROGRAM")),
        _config(("diff.external", "PROGRAM"), ("core.pager", "PROGRAM"), ("pager.diff", "PROGRAM")),
        _config(("diff.evil.textconv", "PROGRAM"), ("diff.evil.command", "PROGRAM")),
        _config(("filter.evil.clean", "PROGRAM"), ("filter.evil.smudge", "PROGRAM"), ("filter.evil.required", "true")),
        _config(("filter.evil.process", "PROGRAM"), ("filter.evil.required", "true")),
        _config(("filter.ev.il=x.clean", "PROGRAM"), ("core.sshCommand", "PROGRAM"), ("alias.diff", "!PROGRAM")),
        _hook,
    ],
)
def test_nothing_that_the_repository_configures_is_run(repo: Repo, tmp_path: Path, hostile: Setting) -> None:
    marker, program = tmp_path / "marker", tmp_path / "program"
    program.write_text(f"#!/bin/sh\ntouch {marker}\ncat 2>/dev/null\n")
    program.chmod(0o755)
    repo.commit(**{".gitattributes": "* diff=evil filter=evil\nOther filter=ev.il=x\n"})
    hostile(repo, str(program))
    time.sleep(0.01)
    repo.write("Job", "one\nTWO\nthree\n")
    repo.write("Other", "changed\n")
    repo.write("New", "n\n")
    files = by_path(repo.review(base="HEAD"))
    assert (files["Job"].after, files["Other"].after, files["New"].after) == ("one\nTWO\nthree\n", "changed\n", "n\n")
    repo.review(staged=True)
    assert not marker.exists()


def test_a_work_tree_elsewhere_is_not_followed(repo: Repo, tmp_path: Path) -> None:
    (tmp_path / "private").mkdir()
    repo.git("config", "core.worktree", str(tmp_path / "private"))
    with pytest.raises(ReviewError, match="elsewhere"):
        repo.review()


def test_the_users_diff_settings_do_not_change_what_is_read(repo: Repo) -> None:
    repo.write("Job", "one\n2\nthree\n")
    plain = repo.review().change_set
    for name, value in {
        "diff.noprefix": "true",
        "diff.mnemonicPrefix": "true",
        "diff.context": "0",
        "color.ui": "always",
        "diff.relative": "true",
        "core.quotePath": "false",
        "diff.suppressBlankEmpty": "true",
        "core.abbrev": "4",
    }.items():
        repo.git("config", name, value)
    assert repo.review().change_set == plain


def test_attributes_cannot_hide_source_as_binary(repo: Repo) -> None:
    repo.write(".gitattributes", "Job binary\nNew -diff\nImage diff\n")
    repo.commit(Image=b"\0\1")
    repo.write("Job", "one\nhidden\nthree\n")
    repo.write("New", "n\n")
    repo.write("Image", b"\0\2\n")
    repo.git("add", "-A")
    for change in (repo.review(staged=True), repo.review(base="HEAD")):
        files = by_path(change)
        assert (files["Job"].after, files["New"].after) == ("one\nhidden\nthree\n", "n\n")
        assert [line.text for line in files["Job"].hunks[0].lines if line.kind == "+"] == ["hidden"]
        assert (files["Image"].is_binary, files["Image"].hunks, files["Image"].unread) == (True, (), "binary")


def test_odd_names_are_read(repo: Repo) -> None:
    names = ["é ü.txt", "tab\there", 'quo"te', "new\nline", "[id].ts", " lead", "-dash"]
    for name in names:
        repo.write(name, "a\n")
    repo.commit()
    for name in names:
        repo.write(name, "b\n")
    files = by_path(repo.review(base="HEAD"))
    assert {path: (file.before, file.after) for path, file in files.items()} == dict.fromkeys(names, ("a\n", "b\n"))
    assert list(by_path(repo.review(base="HEAD", paths=["[id].ts"]))) == ["[id].ts"]


def test_a_symlink_is_its_target_and_is_never_followed(repo: Repo, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.mkdir()
    (secret / "key").write_text("hunter2\n")
    (repo.root / "link").symlink_to(secret / "key")
    (repo.root / "Job").unlink()
    (repo.root / "Job").symlink_to(secret / "key")
    (repo.root / "folder").symlink_to(secret)
    change = repo.review()
    assert all("hunter2" not in (file.after or "") for file in change.change_set.files)
    link = change.change_set.file("link")
    assert link is not None
    assert link.after == str(secret / "key")
    for path in ("folder/key", "../secret/key", str(secret / "key"), ".git/config", "x/../Job"):
        assert change.reader.read(path, Side.AFTER) is None


def test_ignored_files_are_not_readable(repo: Repo) -> None:
    repo.commit(**{".gitignore": ".env\n"})
    repo.write(".env", "SECRET=1\n")
    reader = repo.review().reader
    assert reader.read(".env", Side.AFTER) is None
    assert reader.read("Other", Side.AFTER) == "same\n"
    assert ".env" not in reader.paths(Side.AFTER)


def test_large_files_keep_their_hunks_and_say_why_they_have_no_text(repo: Repo) -> None:
    line = "x" * 99 + "\n"
    repo.commit(Big=line * 11_000)
    repo.write("Big", line * 11_000 + "end\n")
    repo.write("Huge", line * 11_000)
    files = by_path(repo.review(base="HEAD"))
    assert files["Big"].after is None
    assert "too large" in (files["Big"].unread or "")
    assert files["Big"].hunks[0].lines[-1].text == "end"
    assert "too large" in (files["Huge"].unread or "")
    assert repo.review().reader.read("Big", Side.BEFORE) is None


def test_line_ends_are_those_that_git_compares(repo: Repo) -> None:
    repo.git("config", "core.autocrlf", "true")
    repo.write("Job", "one\r\n2\r\nthree\r\n")
    file = by_path(repo.review())["Job"]
    assert (file.before, file.after) == ("one\ntwo\nthree\n", "one\n2\nthree\n")
    assert len(file.hunks[0].changed_numbers(Side.AFTER)) == 1


def test_undecodable_bytes_do_not_stop_the_review(repo: Repo) -> None:
    repo.commit(Latin=b"caf\xe9\nb\n")
    repo.write("Latin", b"caf\xe9\nc\xff\n")
    file = by_path(repo.review(base="HEAD"))["Latin"]
    assert (file.before, file.after) == ("caf\ufffd\nb\n", "caf\ufffd\nc\ufffd\n")


def test_the_environment_of_a_hook_does_not_mislead(repo: Repo, tmp_path: Path) -> None:
    repo.write("Job", "x\n")
    surroundings = {**ENV, "GIT_DIR": str(tmp_path), "GIT_WORK_TREE": "/", "GIT_EXTERNAL_DIFF": "/bin/false"}
    change = read_local_change(repo.root, surroundings=surroundings)
    assert list(by_path(change)) == ["Job"]


def test_the_reader_sees_both_sides(repo: Repo) -> None:
    repo.git("mv", "Job", "Work")
    reader = repo.review().reader
    assert (reader.read("Job", Side.BEFORE), reader.read("Job", Side.AFTER)) == ("one\ntwo\nthree\n", None)
    assert (reader.read("Work", Side.BEFORE), reader.read("Work", Side.AFTER)) == (None, "one\ntwo\nthree\n")
    assert reader.paths(Side.BEFORE) == ("Job", "Other")
    assert reader.paths(Side.AFTER) == ("Other", "Work")


def test_three_hundred_changed_files_are_all_read(repo: Repo) -> None:
    """How fast is measured in `benchmarks/`: a time in a test fails on a busy machine and proves nothing on an idle one."""
    for number in range(300):
        repo.write(f"src/F{number}.java", "".join(f"line {number} {line}\n" for line in range(30)))
    repo.commit()
    for number in range(300):
        repo.write(f"src/F{number}.java", "".join(f"row {number} {line % 16}\n" for line in range(16)))
    files = repo.review(base="HEAD").change_set.files
    assert {file.path for file in files} == {f"src/F{number}.java" for number in range(300)}
    assert all(file.before and file.after and file.hunks for file in files)
