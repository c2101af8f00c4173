"""Reading from the fake GitHub through the real PyGithub."""

from __future__ import annotations

import pytest
from github import GithubException
from github.PullRequest import PullRequest

from fakes.clients import pygithub
from fakes.github import REPO, FakeGitHub, Scene, pull_request

LINES = [f"line {number}" for number in range(1, 61)]
CHANGED = [*LINES[:9], "changed ten", *LINES[10:39], "inserted", *LINES[39:]]


@pytest.fixture
def scene(fake_github: FakeGitHub) -> Scene:
    before: dict[str, str | bytes | None] = {
        "src/A.java": "\n".join(LINES) + "\n",
        "gone.txt": "bye\n",
        "old.txt": "a\nb\nc\nd\n",
        "logo.png": b"\0\1",
    }
    after: dict[str, str | bytes | None] = {
        "src/A.java": "\n".join(CHANGED) + "\n",
        "gone.txt": None,
        "old.txt": None,
        "new.txt": "a\nb\nc\nd\n",
        "logo.png": b"\0\2",
        "tail.txt": "no newline",
    }
    return pull_request(fake_github, before, after)


def refused(error: pytest.ExceptionInfo[GithubException]) -> tuple[int, str]:
    return error.value.status, error.value.data["message"]


def test_a_pull_request_has_the_shas_counts_and_state_that_the_api_shows(scene: Scene) -> None:
    with pygithub(scene.server, scene.token) as client:
        pull = client.get_repo(REPO).get_pull(1)
        assert (pull.head.sha, pull.base.sha) == (scene.pull.head_sha, scene.pull.base_sha)
        assert (pull.draft, pull.state, pull.user.login) == (False, "open", "alice")
        assert pull.head.repo.id == pull.base.repo.id
        assert pull.changed_files == 5
        assert [commit.sha for commit in pull.get_commits()] == [scene.pull.head_sha]


def test_files_come_with_status_patch_and_former_name(scene: Scene) -> None:
    with pygithub(scene.server, scene.token) as client:
        files = {file.filename: file for file in client.get_repo(REPO).get_pull(1).get_files()}
    assert {name: file.status for name, file in files.items()} == {
        "gone.txt": "removed",
        "logo.png": "modified",
        "new.txt": "renamed",
        "src/A.java": "modified",
        "tail.txt": "added",
    }
    assert files["new.txt"].previous_filename == "old.txt"
    assert files["gone.txt"].patch == "@@ -1 +0,0 @@\n-bye"
    assert files["tail.txt"].patch == "@@ -0,0 +1 @@\n+no newline\n\\ No newline at end of file"
    assert files["src/A.java"].patch.startswith("@@ -7,7 +7,7 @@\n line 7\n")
    assert (files["src/A.java"].additions, files["src/A.java"].deletions) == (2, 1)


def test_binary_renamed_and_hidden_files_have_no_patch(scene: Scene) -> None:
    scene.pull.hide_patch("src/A.java")
    with pygithub(scene.server, scene.token) as client:
        patches = {file.filename: file.patch for file in client.get_repo(REPO).get_pull(1).get_files()}
    assert [name for name, patch in patches.items() if patch is None] == ["logo.png", "new.txt", "src/A.java"]


def test_a_file_difference_above_the_size_limit_has_no_patch(fake_github: FakeGitHub) -> None:
    scene = pull_request(fake_github, {"a": "x\n"}, {"big.sql": "select 1;\n" * 20_001})
    with pygithub(fake_github, scene.token) as client:
        (big,) = client.get_repo(REPO).get_pull(1).get_files()
    assert big.patch is None
    assert big.additions == 20_001


def test_lists_are_paged_and_linked(scene: Scene) -> None:
    with pygithub(scene.server, scene.token, per_page=2) as client:
        names = [file.filename for file in client.get_repo(REPO).get_pull(1).get_files()]
    assert names == ["gone.txt", "logo.png", "new.txt", "src/A.java", "tail.txt"]
    pages = [call.query.get("page") for call in scene.server.requests if call.path.endswith("/files")]
    assert pages == [None, "2", "3"]


def test_content_is_read_at_any_commit_and_branch(scene: Scene) -> None:
    with pygithub(scene.server, scene.token) as client:
        repo = client.get_repo(REPO)
        old = repo.get_contents("src/A.java", ref=scene.pull.base_sha)
        new = repo.get_contents("src/A.java", ref="feature")
        assert not isinstance(old, list) and not isinstance(new, list)
        assert b"line 10\n" in old.decoded_content
        assert b"changed ten\n" in new.decoded_content
        listed = repo.get_contents("", ref="feature")
        assert isinstance(listed, list)
        assert [(one.path, one.type) for one in listed if "." not in one.path] == [("src", "dir")]
        with pytest.raises(GithubException) as missing:
            repo.get_contents("gone.txt", ref="feature")
    assert refused(missing) == (404, "Not Found")


def test_trees_blobs_and_commits_agree(scene: Scene) -> None:
    with pygithub(scene.server, scene.token) as client:
        repo = client.get_repo(REPO)
        tree = repo.get_git_tree(scene.pull.head_sha, recursive=True).tree
        entry = next(one for one in tree if one.path == "tail.txt")
        assert repo.get_git_blob(entry.sha).content == "bm8gbmV3bGluZQ==\n"
        assert [one.path for one in tree if one.type == "tree"] == ["src"]
        commit = repo.get_git_commit(scene.pull.head_sha)
        assert (commit.message, commit.parents[0].sha) == ("Change", scene.pull.base_sha)


def test_compare_is_three_dot(scene: Scene) -> None:
    moved_on = scene.repo.commit({"other.txt": "x\n"}, parent=scene.pull.base_sha, branch="main")
    with pygithub(scene.server, scene.token) as client:
        compared = client.get_repo(REPO).compare("main", scene.pull.head_sha)
        assert compared.base_commit.sha == moved_on
        assert compared.merge_base_commit.sha == scene.pull.base_sha
        assert (compared.status, compared.ahead_by, compared.behind_by) == ("diverged", 1, 1)
        assert "other.txt" not in {file.filename for file in compared.files}


def test_the_whole_diff_is_refused_above_300_files(fake_github: FakeGitHub) -> None:
    scene = pull_request(fake_github, {"a": "x\n"}, {f"f{number}.txt": f"{number}\n" for number in range(301)})
    with pygithub(fake_github, scene.token) as client, pytest.raises(GithubException) as too_large:
        client.requester.requestJsonAndCheck(
            "GET", f"/repos/{REPO}/pulls/1", headers={"Accept": "application/vnd.github.diff"}
        )
    assert refused(too_large) == (406, "Sorry, the diff exceeded the maximum number of files (300).")


def test_a_fork_and_a_deleted_fork_are_told_apart(fake_github: FakeGitHub) -> None:
    scene = pull_request(fake_github, {"a": "x\n"}, {"a": "y\n"}, fork="mallory/shop")
    deleted = fake_github.open_pull(
        scene.repo, base=scene.pull.base_sha, head=scene.pull.head_sha, number=7, fork_deleted=True
    )
    with pygithub(fake_github, scene.token) as client:
        pull = client.get_repo(REPO).get_pull(1)
        assert (pull.head.repo.full_name, pull.base.repo.full_name) == ("mallory/shop", REPO)
        assert client.get_repo(REPO).get_pull(deleted.number).raw_data["head"]["repo"] is None


@pytest.mark.parametrize(("token", "message"), [("wrong", "Bad credentials")])
def test_a_bad_token_is_401(scene: Scene, token: str, message: str) -> None:
    with pygithub(scene.server, token) as client, pytest.raises(GithubException) as error:
        client.get_repo(REPO).get_pull(1).complete()
    assert refused(error) == (401, message)


def test_a_private_repository_needs_the_read_permission(fake_github: FakeGitHub) -> None:
    scene = pull_request(fake_github, {"a": "x\n"}, {"a": "y\n"}, private=True, permissions={"pull_requests": "read"})
    with pygithub(fake_github, scene.token) as client:
        pull: PullRequest = client.get_repo(REPO).get_pull(1)
        assert pull.title == "A change"
        with pytest.raises(GithubException) as error:
            client.get_repo(REPO).get_contents("a")
    assert refused(error) == (403, "Resource not accessible by integration")


def test_roles_are_reported_as_the_three_old_permissions(scene: Scene) -> None:
    scene.server.set_role(scene.repo, "maria", "maintain")
    scene.server.set_role(scene.repo, "tom", "triage")
    with pygithub(scene.server, scene.token) as client:
        repo = client.get_repo(REPO)
        levels = {name: repo.get_collaborator_permission(name) for name in ("maria", "tom", "alice", "acme")}
        assert levels == {"maria": "write", "tom": "read", "alice": "read", "acme": "admin"}
        with pytest.raises(GithubException) as unknown:
            repo.get_collaborator_permission("nobody")
    assert refused(unknown)[0] == 404


def test_an_installation_has_no_user(scene: Scene) -> None:
    scene.server.add_token("person", login="maria")
    with pygithub(scene.server, "person") as client:
        assert client.get_user().login == "maria"
    with pygithub(scene.server, scene.token) as client, pytest.raises(GithubException) as error:
        client.get_user().login  # noqa: B018 - a lazy object asks when it is read
    assert refused(error)[0] == 403
