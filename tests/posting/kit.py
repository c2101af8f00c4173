"""A pull request on the fake GitHub, a tiny engine whose findings follow the code, and what a reader then sees."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from fakes.github import REPO, FakeGitHub, PullRequest, Repo
from fakes.github.server import DEFAULT_PERMISSIONS
from fakes.github.state import Comment, Permission

from reviewer.core.finding import (
    Category,
    Confidence,
    Evidence,
    Finding,
    Origin,
    PlacementKind,
    Severity,
    Standing,
    fingerprint,
)
from reviewer.core.question import Question
from reviewer.core.report import Coverage, Outcome, Report, ReviewedBy, Status, Usage
from reviewer.core.span import Side, Span
from reviewer.github.session import Patience, Session
from reviewer.publish.github_review.markers import marks_in, without_marks
from reviewer.publish.github_review.posting import PostOptions, PostResult, Waiting
from reviewer.publish.github_review.send import post

TOKEN = "ghs_token-for-posting"
PATH = "src/Orders.java"
RESOLVER: Mapping[str, Permission] = {**DEFAULT_PERMISSIONS, "contents": "write"}
_DANGER = re.compile(r"(rule|model|file|summary|ask|older|declared):([a-z]+)(!?)")
_STANDING = {"older": Standing.OLDER, "declared": Standing.DECLARED}
_OF_THE_MODEL = ("model", "ask", *_STANDING)


def code(*dangers: str, lead: int = 3, between: int = 4) -> str:
    """A file whose lines `rule:NAME` and `model:NAME` are dangers; `file:` and `summary:` have no line of their own.

    `ask:` is a question, `older:` and `declared:` are findings that the change does not bring. `!` behind a name makes it critical. `lead` neutral lines come first, so that lines can be moved.
    """
    lines = [f"// lead {number}" for number in range(lead)]
    for danger in dangers:
        lines += [f"call({danger});", *(f"// {danger.rstrip('!')} {n}" for n in range(between))]
    return "\n".join(lines) + "\n"


def finding(kind: str, name: str, line: int, quote: str, *, path: str = PATH, critical: bool = False) -> Finding:
    """What the tiny engine says of one danger."""
    rule = None if kind in _OF_THE_MODEL else f"rule-{name}"
    here = dict.fromkeys(("summary", *_STANDING), PlacementKind.SUMMARY)
    placement = {"file": PlacementKind.FILE, **here}.get(kind, PlacementKind.INLINE)
    span = Span(path=path, side=Side.AFTER, first_line=line, last_line=line)
    return Finding(
        id=fingerprint(rule or Category.DATA_LOSS.value, name, quote, path), rule_id=rule, category=Category.DATA_LOSS,
        severity=Severity.CRITICAL if critical else Severity.HIGH, confidence=Confidence.HIGH, title=f"Danger {name}",
        span=span, scenario=(f"{name} happens", "records are lost"), why=f"why {name}", fix=f"mend {name}", subject=name,
        evidence=(Evidence(span=span, quote=quote),), origin=Origin.RULE if rule else Origin.MODEL,
        placement=placement, standing=_STANDING.get(kind, Standing.NEW),
    )  # fmt: skip


def asked(would_be: Finding, words: str = "") -> Question:
    """What the tiny engine asks of a danger that it is not sure of."""
    return Question(
        id=would_be.id, rule_id=would_be.rule_id, category=would_be.category, severity=would_be.severity, span=would_be.span,
        title=would_be.title, question=words or f"Is {would_be.subject} so?", if_so=would_be.scenario,
        settle=f"the setting of {would_be.subject}",
    )  # fmt: skip


def engine(files: Mapping[str, str], *, head: str, base: str, by: ReviewedBy = ReviewedBy.BOTH) -> Report:
    """A whole review: every danger in the text, every file looked at."""
    found: list[Finding] = []
    questions: list[Question] = []
    for path, text in files.items():
        for number, line in enumerate(text.split("\n"), start=1):
            match = _DANGER.search(line) if line.startswith("call(") else None
            if match:
                kind, name, critical = match.groups()
                one = finding(kind, name, number, line, path=path, critical=bool(critical))
                questions += [asked(one)] if kind == "ask" else []
                found += [] if kind == "ask" else [one]
    if by is ReviewedBy.RULES:
        found, questions = [one for one in found if one.rule_id is not None], []
    coverage = tuple(
        Coverage(
            path=path, old_path=None, side=Side.AFTER, start_line=1, line=text.count("\n"), outcome=Outcome.REVIEWED,
            reviewed_by=by, reason="streaming",
        )
        for path, text in files.items()
    )  # fmt: skip
    return Report(
        tool_version="1.0", engine="rules" if by is ReviewedBy.RULES else "claude", base=base, head=head,
        status=Status.REVIEWED, findings=tuple(found), questions=tuple(questions), coverage=coverage, usage=Usage(seconds=1.5),
    )  # fmt: skip


@dataclass(slots=True)
class Desk:
    """Pull request 1 with one changed file, and the ways to change it, review it and read it."""

    server: FakeGitHub
    repo: Repo
    pull: PullRequest
    files: dict[str, str]
    slept: list[float] = field(default_factory=list)

    def push(self, text: str | None = None, *, force: bool = False, others: Mapping[str, str] | None = None) -> str:
        """A new head with that text; `force` throws the old commits away."""
        self.files |= {PATH: text} if text is not None else {}
        self.files |= others or {}
        parent = self.pull.base_sha if force else self.pull.head_sha
        head = self.repo.commit(dict(self.files), parent=parent, branch="feature", message="More")
        self.pull.push(head)
        return head

    def report(self, *, by: ReviewedBy = ReviewedBy.BOTH) -> Report:
        """What the engine says of the head."""
        return engine(self.files, head=self.pull.head_sha, base=self.pull.base_sha, by=by)

    def post(self, report: Report | None = None, **options: object) -> PostResult:
        """Post as the action does, with no pause anywhere."""
        chosen = replace(PostOptions(), **options)  # type: ignore[arg-type]
        with self.session() as session:
            return post(report or self.report(), session, 1, options=chosen, waiting=self.waiting())

    def waiting(self) -> Waiting:
        """A clock that stands still but for what is slept."""
        return Waiting(clock=lambda: sum(self.slept), sleep=self.slept.append, settle=0.0)

    @contextmanager
    def session(self) -> Iterator[Session]:
        """The real PyGithub on the fake."""
        patience = Patience(tries=1, sleep=self.slept.append)
        with Session(token=TOKEN, repository=REPO, base_url=self.server.url, pause=0.0, patience=patience) as session:
            yield session

    def comments(self) -> list[Comment]:
        """Our inline comments, oldest first; answers are left out."""
        return [c for c in self.pull.submitted_comments() if c.in_reply_to is None and marks_in(c.body).findings]

    def seen(self) -> dict[str, list[str]]:
        """What a reader sees of each finding with a comment: title of the danger to states of its comments."""
        found: dict[str, list[str]] = {}
        for comment in self.comments():
            mark = marks_in(comment.body).findings[0]
            found.setdefault(mark.title, []).append(mark.state.value)
        return found

    def summaries(self) -> list[str]:
        """Bodies of reviews that are our summary."""
        return [review.body for review in self.pull.reviews if marks_in(review.body).summary is not None]

    def summary(self) -> str:
        """The one summary as a reader sees it."""
        (body,) = self.summaries()
        return without_marks(body)

    def reply(self, comment: Comment, text: str = "I disagree", login: str = "bob") -> None:
        """Somebody answers in the thread."""
        world, now = self.server.world, self.server.world.now()
        number = world.ids.next()
        answer = Comment(
            id=number, node_id=f"PRRC_{number}", kind="review", user=world.user(login), body=text, pull=1, created=now,
            updated=now, path=comment.path, side=comment.side, line=comment.line, commit_id=comment.commit_id,
            original_commit_id=comment.original_commit_id, in_reply_to=comment.id, original_line=comment.original_line,
            diff_hunk=comment.diff_hunk, position=comment.position, review_id=comment.review_id,
        )  # fmt: skip
        self.pull.comments.append(answer)

    def resolve(self, comment: Comment, login: str = "bob") -> None:
        """Somebody resolves the thread."""
        thread = next(t for t in self.pull.threads if t.root == comment.id)
        thread.resolved_by = self.server.world.user(login)

    def dislike(self, comment: Comment, login: str = "bob", *, role: str | None = "write") -> None:
        """Somebody puts a thumbs-down, with a role or without one."""
        if role is not None:
            self.server.set_role(self.repo, login, role)  # type: ignore[arg-type]
        user = self.server.world.user(login)
        comment.reactions.append((self.server.world.ids.next(), user, "-1"))

    def delete(self, comment: Comment) -> None:
        """Somebody deletes the comment."""
        self.pull.comments.remove(comment)
        self.pull.threads = [thread for thread in self.pull.threads if thread.root != comment.id]


def desk(server: FakeGitHub, *dangers: str, permissions: Mapping[str, Permission] = DEFAULT_PERMISSIONS) -> Desk:
    """A pull request that adds a file with those dangers."""
    repo = server.add_repo(REPO)
    base = repo.commit({"README.md": "hello\n"}, branch="main", message="Base")
    files = {PATH: code(*dangers)}
    head = repo.commit(dict(files), parent=base, branch="feature", message="Change")
    pull = server.open_pull(repo, base=base, head=head)
    server.add_token(TOKEN, permissions=permissions)
    return Desk(server=server, repo=repo, pull=pull, files=files)


def titles(findings: Sequence[Finding]) -> list[str]:
    """Their titles, sorted."""
    return sorted(finding.title for finding in findings)
