"""The GET operations."""

from __future__ import annotations

import base64

from fakes.github import diffs, objects, refusals
from fakes.github.state import Commit
from fakes.github.world import Routes, Visit
from fakes.loopback import Reply, json_reply

READS = Routes()
#: Role -> (`permission`, which knows three levels only; `role_name`), as the collaborator endpoint reports them.
ROLES = {
    "admin": "admin",
    "maintain": "write",
    "write": "write",
    "triage": "read",
    "read": "read",
    "none": "none",
}
#: The contents endpoint sends no content above this size, unless raw media is asked for.
CONTENT_BYTES = 1_000_000
DIFF_FILES = 300
DIFF_LINES = 20_000
FILES_LISTED = 3_000


@READS.add("GET", "//user")
def viewer(visit: Visit) -> Reply:
    if visit.token.user.kind == "Bot":
        raise refusals.not_accessible()
    return json_reply(visit.render.viewer(visit.token.user))


@READS.add("GET", "//rate_limit")
def rate_limit(visit: Visit) -> Reply:
    left = {"limit": 1000, "used": 1, "remaining": 999, "reset": 1795428000}
    points = visit.world.graphql
    graphql = {**left, "used": points.spent, "remaining": points.points - points.spent}
    return json_reply({"resources": {"core": left, "search": left, "graphql": graphql}, "rate": left})


@READS.add("GET", "", "metadata", "contents", "pull_requests", "issues")
def repo(visit: Visit) -> Reply:
    return json_reply(visit.render.full_repo(visit.repo))


@READS.add("GET", "/collaborators/<login>/permission")
def permission(visit: Visit) -> Reply:
    login = visit.args["login"]
    if login not in visit.world.users:
        raise refusals.not_found()
    default = "none" if visit.repo.private else "read"
    role = "admin" if login == visit.repo.owner.login else visit.repo.roles.get(login, default)
    user = visit.render.user(visit.world.user(login))
    flags = dict.fromkeys(("pull", "triage", "push", "maintain", "admin"), False)
    person = {**user, "role_name": role, "permissions": flags}
    return json_reply({"permission": ROLES[role], "role_name": role, "user": person})


def _commit(visit: Visit, ref: str) -> Commit:
    found = visit.repo.resolve(ref)
    if found is None:
        raise refusals.Refusal(404, f"No commit found for the ref {ref}")
    return found


@READS.add("GET", "/commits/<path:ref>", "contents")
def commit(visit: Visit) -> Reply:
    found = visit.repo.resolve(visit.args["ref"])
    if not visit.repo.commits:
        raise refusals.empty_repository()
    if found is None:
        raise refusals.Refusal(422, f"No commit found for SHA: {visit.args['ref']}")
    shown = visit.render.commit(visit.repo, found)
    if found.parents:
        files = visit.repo.diff(visit.repo.commits[found.parents[0]], found)
    else:
        files = diffs.diff_trees({}, found.files)
    stats = {"additions": sum(f.additions for f in files), "deletions": sum(f.deletions for f in files)}
    shown["stats"] = {**stats, "total": sum(stats.values())}
    shown["files"] = [visit.render.file(visit.repo, found.sha, file) for file in files]
    return json_reply(shown)


@READS.add("GET", "/compare/<path:basehead>", "contents")
def compare(visit: Visit) -> Reply:
    base_ref, dots, head_ref = visit.args["basehead"].partition("...")
    if not dots:
        raise refusals.not_found()
    repo = visit.repo
    base, head = (repo.resolve(ref.rpartition(":")[2]) for ref in (base_ref, head_ref))
    if base is None or head is None:
        raise refusals.not_found()
    try:
        merge_base = repo.commits[repo.merge_base(base.sha, head.sha)]
    except ValueError:
        raise refusals.Refusal(404, f"No common ancestor between {base_ref} and {head_ref}.") from None
    ahead, behind = repo.between(base.sha, head.sha), repo.between(head.sha, base.sha)
    status = {(0, 0): "identical", (1, 0): "ahead", (0, 1): "behind"}.get((bool(ahead), bool(behind)), "diverged")
    links = {name: f"{visit.render.repo_url(repo)}/compare" for name in ("url", "html_url", "permalink_url")}
    first_page = visit.call.query.get("page", "1") == "1"
    files = repo.diff(merge_base, head)[:DIFF_FILES] if first_page else []
    return json_reply(
        {
            **links,
            "diff_url": links["url"],
            "patch_url": links["url"],
            "base_commit": visit.render.commit(repo, base),
            "merge_base_commit": visit.render.commit(repo, merge_base),
            "status": status,
            "ahead_by": len(ahead),
            "behind_by": len(behind),
            "total_commits": len(ahead),
            "commits": [visit.render.commit(repo, one) for one in ahead],
            "files": [visit.render.file(repo, head.sha, file) for file in files],
        }
    )


@READS.add("GET", "/contents/", "contents")
@READS.add("GET", "/contents/<path:path>", "contents")
def contents(visit: Visit) -> Reply:
    path = str(visit.args.get("path", "")).strip("/")
    ref = visit.call.query.get("ref") or visit.repo.default_branch
    tree = _commit(visit, ref).files
    if path in tree:
        return _file_content(visit, ref, path, tree[path])
    prefix = f"{path}/" if path else ""
    names = sorted({name[len(prefix) :].split("/")[0] for name in tree if name.startswith(prefix)})
    if not names:
        raise refusals.not_found()
    return json_reply([_listed(visit, ref, prefix + name, tree.get(prefix + name)) for name in names[:1000]])


def _file_content(visit: Visit, ref: str, path: str, data: bytes) -> Reply:
    if "raw" in visit.call.headers.get("accept", ""):
        return Reply(headers={"content-type": "application/vnd.github.raw; charset=utf-8"}, body=data)
    shown = visit.render.content(visit.repo, ref, path, data)
    if len(data) > CONTENT_BYTES:
        shown |= {"content": "", "encoding": "none"}
    return json_reply(shown)


def _listed(visit: Visit, ref: str, path: str, data: bytes | None) -> dict[str, object]:
    shown = visit.render.content(visit.repo, ref, path, data or b"", listed=True)
    return shown if data is not None else {**shown, "type": "dir", "size": 0, "download_url": None}


@READS.add("GET", "/git/blobs/<sha>", "contents")
def blob(visit: Visit) -> Reply:
    sha = visit.args["sha"]
    data = visit.repo.blob(sha)
    if data is None:
        raise refusals.not_found()
    url = f"{visit.render.repo_url(visit.repo)}/git/blobs/{sha}"
    basic = {"sha": sha, "node_id": f"B_{sha}", "size": len(data), "url": url}
    return json_reply({**basic, "content": base64.encodebytes(data).decode(), "encoding": "base64"})


@READS.add("GET", "/git/commits/<sha>", "contents")
def git_commit(visit: Visit) -> Reply:
    found = visit.repo.commits.get(visit.args["sha"])
    if found is None:
        raise refusals.not_found()
    return json_reply(visit.render.git_commit(visit.repo, found))


@READS.add("GET", "/git/trees/<path:sha>", "contents")
def tree(visit: Visit) -> Reply:
    found = visit.repo.tree(visit.args["sha"])
    if not visit.repo.commits:
        raise refusals.empty_repository()
    if found is None:
        raise refusals.not_found()
    sha, known = found
    url = f"{visit.render.repo_url(visit.repo)}/git"
    recursive = "recursive" in visit.call.query
    listed = list(objects.below(known, sha, recursive=recursive))
    limit = visit.repo.tree_entries if recursive else len(listed)
    entries: list[dict[str, object]] = []
    for path, entry in listed[:limit]:
        shown: dict[str, object] = {"path": path, "mode": entry.mode, "type": entry.kind, "sha": entry.sha}
        if entry.kind != "commit":
            shown["url"] = f"{url}/{entry.kind}s/{entry.sha}"
        if entry.data is not None:
            shown["size"] = len(entry.data)
        entries.append(shown)
    truncated = len(listed) > limit
    return json_reply({"sha": sha, "url": f"{url}/trees/{sha}", "truncated": truncated, "tree": entries})


@READS.add("GET", "/tarball/<ref>", "contents")
def tarball(visit: Visit) -> Reply:
    found = visit.repo.resolve(visit.args["ref"])
    if found is None:
        raise refusals.not_found()
    return Reply(status=302, headers={"location": visit.archive(visit.repo, found)})


@READS.add("GET", "/pulls/<int:number>", "pull_requests")
def pull(visit: Visit) -> Reply:
    if "diff" in visit.call.headers.get("accept", ""):
        return _whole_diff(visit)
    return json_reply(visit.render.pull(visit.pull))


def _whole_diff(visit: Visit) -> Reply:
    files = visit.pull.files()
    text = "".join(
        f"diff --git a/{f.old_path or f.path} b/{f.path}\n--- a/{f.old_path or f.path}\n+++ b/{f.path}\n{f.patch}\n"
        for f in files
        if f.patch is not None
    )
    for limit, kind, size in ((DIFF_FILES, "files", len(files)), (DIFF_LINES, "lines", text.count("\n"))):
        if size > limit:
            words = f"Sorry, the diff exceeded the maximum number of {kind} ({limit})."
            error = {"resource": "PullRequest", "field": "diff", "code": "too_large"}
            raise refusals.Refusal(406, words, [error])
    return Reply(headers={"content-type": "application/vnd.github.diff; charset=utf-8"}, body=text.encode())


@READS.add("GET", "/pulls/<int:number>/files", "pull_requests")
def files(visit: Visit) -> Reply:
    pull = visit.pull
    return visit.page([visit.render.file(pull.repo, pull.head_sha, f) for f in pull.files()], FILES_LISTED)


@READS.add("GET", "/pulls/<int:number>/commits", "pull_requests")
def commits(visit: Visit) -> Reply:
    return visit.page([visit.render.commit(visit.repo, one) for one in visit.pull.commits()], 250)


@READS.add("GET", "/pulls/<int:number>/reviews", "pull_requests")
def reviews(visit: Visit) -> Reply:
    seen = [r for r in visit.pull.reviews if r.state != "PENDING" or r.user == visit.token.user]
    return visit.page([visit.render.review(visit.pull, review) for review in seen])


@READS.add("GET", "/pulls/<int:number>/comments", "pull_requests")
def review_comments(visit: Visit) -> Reply:
    return visit.page([visit.render.comment(visit.pull, one) for one in visit.pull.submitted_comments()])


@READS.add("GET", "/issues/<int:number>/comments", "issues", "pull_requests")
def issue_comments(visit: Visit) -> Reply:
    return visit.page([visit.render.comment(visit.pull, one) for one in visit.pull.issue_comments])


@READS.add("GET", "/issues/comments/<int:comment>", "issues", "pull_requests")
def issue_comment(visit: Visit) -> Reply:
    return json_reply(visit.render.comment(*visit.comment("issue")))


@READS.add("GET", "/pulls/comments/<int:comment>", "pull_requests")
def review_comment(visit: Visit) -> Reply:
    return json_reply(visit.render.comment(*visit.comment("review")))


@READS.add("GET", "/issues/comments/<int:comment>/reactions", "issues", "pull_requests")
def issue_comment_reactions(visit: Visit) -> Reply:
    _, comment = visit.comment("issue")
    return visit.page([visit.render.reaction(one) for one in comment.reactions])


@READS.add("GET", "/pulls/comments/<int:comment>/reactions", "pull_requests")
def review_comment_reactions(visit: Visit) -> Reply:
    _, comment = visit.comment("review")
    return visit.page([visit.render.reaction(one) for one in comment.reactions])
