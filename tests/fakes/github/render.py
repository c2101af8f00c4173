"""State as GitHub's JSON. Every shape is checked against the OpenAPI description when it is answered."""

from __future__ import annotations

import base64
from typing import Any

from fakes.github import diffs
from fakes.github.diffs import FileDiff
from fakes.github.names import REACTIONS, REPO_COUNTS, REPO_FLAGS, REPO_LINKS, THEN, USER_LINKS, WEB
from fakes.github.state import Comment, Commit, PullRequest, Repo, Review, User

Json = dict[str, Any]


class Renderer:
    """Builds answers whose links begin with `api`, the address of the fake."""

    def __init__(self, api: str) -> None:
        self.api = api

    def user(self, user: User) -> Json:
        links = {f"{name}_url": f"{self.api}/users/{user.login}/{name}" for name in USER_LINKS}
        return {
            **links,
            "login": user.login,
            "id": user.id,
            "node_id": f"U_{user.id}",
            "avatar_url": f"https://avatars.githubusercontent.com/u/{user.id}",
            "gravatar_id": "",
            "url": f"{self.api}/users/{user.login}",
            "html_url": f"{WEB}/{user.login}",
            "type": user.kind,
            "site_admin": False,
        }

    def viewer(self, user: User) -> Json:
        blank = dict.fromkeys(("name", "company", "blog", "location", "email", "hireable", "bio"))
        counts = dict.fromkeys(("public_repos", "public_gists", "followers", "following"), 0)
        return {
            **self.user(user),
            **blank,
            **counts,
            "user_view_type": "public",
            "created_at": THEN,
            "updated_at": THEN,
        }

    def repo(self, repo: Repo) -> Json:
        url = self.repo_url(repo)
        return {
            **{f"{name}_url": f"{url}/{name}" for name in REPO_LINKS},
            **dict.fromkeys(REPO_COUNTS, 0),
            **dict.fromkeys(REPO_FLAGS, False),
            **dict.fromkeys(("description", "homepage", "language", "license", "mirror_url")),
            **dict.fromkeys(("created_at", "updated_at", "pushed_at"), THEN),
            "id": repo.id,
            "node_id": f"R_{repo.id}",
            "name": repo.name,
            "full_name": repo.full_name,
            "owner": self.user(repo.owner),
            "private": repo.private,
            "url": url,
            "html_url": f"{WEB}/{repo.full_name}",
            "clone_url": f"{WEB}/{repo.full_name}.git",
            "git_url": f"git://github.com/{repo.full_name}.git",
            "ssh_url": f"git@github.com:{repo.full_name}.git",
            "svn_url": f"{WEB}/{repo.full_name}",
            "default_branch": repo.default_branch,
            "visibility": "private" if repo.private else "public",
        }

    def full_repo(self, repo: Repo) -> Json:
        return {**self.repo(repo), "network_count": 0, "subscribers_count": 0, "has_discussions": False}

    def repo_url(self, repo: Repo) -> str:
        return f"{self.api}/repos/{repo.full_name}"

    def pull(self, pull: PullRequest) -> Json:
        url = f"{self.repo_url(pull.repo)}/pulls/{pull.number}"
        issue = f"{self.repo_url(pull.repo)}/issues/{pull.number}"
        web = f"{WEB}/{pull.repo.full_name}/pull/{pull.number}"
        files = pull.files()
        links = {
            "self": url,
            "html": web,
            "issue": issue,
            "comments": f"{issue}/comments",
            "review_comments": f"{url}/comments",
            "review_comment": f"{self.repo_url(pull.repo)}/pulls/comments{{/number}}",
            "commits": f"{url}/commits",
            "statuses": f"{self.repo_url(pull.repo)}/statuses/{pull.head_sha}",
        }
        nothing = ("assignee", "milestone", "closed_at", "merged_at", "merged_by", "merge_commit_sha", "auto_merge")
        return {
            **dict.fromkeys(nothing),
            **{f"{name}_url": link for name, link in links.items() if name not in {"self"}},
            "_links": {name: {"href": link} for name, link in links.items()},
            "url": url,
            "diff_url": f"{web}.diff",
            "patch_url": f"{web}.patch",
            "id": pull.id,
            "node_id": f"PR_{pull.id}",
            "number": pull.number,
            "state": pull.state,
            "locked": pull.locked,
            "draft": pull.draft,
            "title": pull.title,
            "body": pull.body,
            "user": self.user(pull.author),
            "author_association": association(pull.repo, pull.author),
            "labels": [],
            "base": self._end(pull.repo, pull.repo, pull.base_ref, pull.base_sha),
            "head": self._end(pull.repo, pull.fork, pull.head_ref, pull.head_sha),
            "created_at": THEN,
            "updated_at": THEN,
            "additions": sum(file.additions for file in files),
            "deletions": sum(file.deletions for file in files),
            "changed_files": len(files),
            "commits": len(pull.commits()),
            "comments": len(pull.issue_comments),
            "review_comments": len(pull.submitted_comments()),
            "maintainer_can_modify": False,
            "merged": pull.merged,
            "mergeable": True,
            "mergeable_state": "clean",
        }

    def _end(self, home: Repo, repo: Repo | None, ref: str, sha: str) -> Json:
        owner = (repo or home).owner
        return {
            "label": f"{owner.login}:{ref}",
            "ref": ref,
            "sha": sha,
            "user": self.user(owner),
            "repo": self.repo(repo) if repo else None,
        }

    def file(self, repo: Repo, sha: str, file: FileDiff) -> Json:
        shown: Json = {
            "filename": file.path,
            "status": file.status,
            "sha": file.sha,
            "additions": file.additions,
            "deletions": file.deletions,
            "changes": file.additions + file.deletions,
            "blob_url": f"{WEB}/{repo.full_name}/blob/{sha}/{file.path}",
            "raw_url": f"{WEB}/{repo.full_name}/raw/{sha}/{file.path}",
            "contents_url": f"{self.repo_url(repo)}/contents/{file.path}?ref={sha}",
        }
        if file.old_path:
            shown["previous_filename"] = file.old_path
        if file.patch is not None:
            shown["patch"] = file.patch
        return shown

    def commit(self, repo: Repo, commit: Commit) -> Json:
        url = f"{self.repo_url(repo)}/commits/{commit.sha}"
        git = self.git_commit(repo, commit)
        inner = {key: git[key] for key in ("author", "committer", "message", "tree", "url")}
        return {
            "sha": commit.sha,
            "node_id": f"C_{commit.sha}",
            "url": url,
            "html_url": git["html_url"],
            "comments_url": f"{url}/comments",
            "commit": {**inner, "comment_count": 0},
            "author": self.user(repo.owner),
            "committer": self.user(repo.owner),
            "parents": git["parents"],
        }

    def git_commit(self, repo: Repo, commit: Commit) -> Json:
        url = self.repo_url(repo)
        person = {"name": repo.owner.login, "email": f"{repo.owner.login}@example.com", "date": THEN}
        web = f"{WEB}/{repo.full_name}/commit"
        unsigned = {"verified": False, "reason": "unsigned", "signature": None, "payload": None, "verified_at": None}
        return {
            "sha": commit.sha,
            "node_id": f"C_{commit.sha}",
            "url": f"{url}/git/commits/{commit.sha}",
            "html_url": f"{web}/{commit.sha}",
            "author": person,
            "committer": person,
            "message": commit.message,
            "tree": {"sha": commit.tree_sha, "url": f"{url}/git/trees/{commit.tree_sha}"},
            "parents": [
                {"sha": sha, "url": f"{url}/commits/{sha}", "html_url": f"{web}/{sha}"} for sha in commit.parents
            ],
            "verification": unsigned,
        }

    def content(self, repo: Repo, ref: str, path: str, data: bytes, *, listed: bool = False) -> Json:
        url = f"{self.repo_url(repo)}/contents/{path}?ref={ref}"
        git = f"{self.repo_url(repo)}/git/blobs/{diffs.blob_sha(data)}"
        web = f"{WEB}/{repo.full_name}/blob/{ref}/{path}"
        shown: Json = {
            "type": "file",
            "name": path.rsplit("/", 1)[-1],
            "path": path,
            "sha": diffs.blob_sha(data),
            "size": len(data),
            "url": url,
            "git_url": git,
            "html_url": web,
            "download_url": f"https://raw.githubusercontent.com/{repo.full_name}/{ref}/{path}",
            "_links": {"self": url, "git": git, "html": web},
        }
        if not listed:
            shown |= {"encoding": "base64", "content": base64.encodebytes(data).decode()}
        return shown

    def review(self, pull: PullRequest, review: Review) -> Json:
        web = f"{WEB}/{pull.repo.full_name}/pull/{pull.number}#pullrequestreview-{review.id}"
        url = f"{self.repo_url(pull.repo)}/pulls/{pull.number}"
        shown: Json = {
            "id": review.id,
            "node_id": review.node_id,
            "user": self.user(review.user),
            "body": review.body,
            "state": review.state,
            "commit_id": review.commit_id,
            "html_url": web,
            "pull_request_url": url,
            "_links": {"html": {"href": web}, "pull_request": {"href": url}},
            "author_association": association(pull.repo, review.user),
        }
        if review.state != "PENDING":
            shown["submitted_at"] = review.submitted
        return shown

    def comment(self, pull: PullRequest, comment: Comment) -> Json:
        if comment.kind == "issue":
            return self._issue_comment(pull, comment)
        url = f"{self.repo_url(pull.repo)}/pulls/comments/{comment.id}"
        pull_url = f"{self.repo_url(pull.repo)}/pulls/{pull.number}"
        web = f"{WEB}/{pull.repo.full_name}/pull/{pull.number}#discussion_r{comment.id}"
        shown = self._any_comment(pull, comment, url, web)
        links = {"self": url, "html": web, "pull_request": pull_url}
        shown |= {
            "pull_request_review_id": comment.review_id,
            "pull_request_url": pull_url,
            "_links": {name: {"href": link} for name, link in links.items()},
            "diff_hunk": comment.diff_hunk,
            "path": comment.path,
            "commit_id": comment.commit_id,
            "original_commit_id": comment.original_commit_id,
            "subject_type": "file" if comment.on_file else "line",
            "side": comment.side,
            "start_side": comment.start_side,
            "line": comment.line,
            "start_line": comment.start_line,
            "original_line": comment.original_line,
            "original_start_line": comment.original_start_line,
            "position": comment.position,
            "original_position": comment.position or 1,
        }
        if comment.in_reply_to:
            shown["in_reply_to_id"] = comment.in_reply_to
        return shown

    def _issue_comment(self, pull: PullRequest, comment: Comment) -> Json:
        url = f"{self.repo_url(pull.repo)}/issues/comments/{comment.id}"
        web = f"{WEB}/{pull.repo.full_name}/pull/{pull.number}#issuecomment-{comment.id}"
        issue = f"{self.repo_url(pull.repo)}/issues/{pull.number}"
        return {**self._any_comment(pull, comment, url, web), "issue_url": issue}

    def _any_comment(self, pull: PullRequest, comment: Comment, url: str, web: str) -> Json:
        counts = {name: sum(content == name for _, _, content in comment.reactions) for name in REACTIONS}
        return {
            "id": comment.id,
            "node_id": comment.node_id,
            "url": url,
            "html_url": web,
            "body": comment.body,
            "user": self.user(comment.user),
            "author_association": association(pull.repo, comment.user),
            "created_at": comment.created,
            "updated_at": comment.updated,
            "reactions": {"url": f"{url}/reactions", "total_count": len(comment.reactions), **counts},
        }

    def reaction(self, reaction: tuple[int, User, str]) -> Json:
        number, user, content = reaction
        return {
            "id": number,
            "node_id": f"REA_{number}",
            "user": self.user(user),
            "content": content,
            "created_at": THEN,
        }


def association(repo: Repo, user: User) -> str:
    """GitHub's hint at what `user` is to `repo`."""
    if user.login == repo.owner.login:
        return "OWNER"
    return "COLLABORATOR" if user.login in repo.roles else "NONE"
