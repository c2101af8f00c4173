"""The fake GitHub itself: authentication, routing, contract checks and faults around the handlers."""

from __future__ import annotations

import dataclasses
import json
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal, Self

from werkzeug.exceptions import HTTPException
from werkzeug.routing import Map, Rule

from fakes.faults import Fault, FaultPlan, Matcher, matches
from fakes.github import contract, refusals, threads
from fakes.github.codeload import Codeload
from fakes.github.names import endpoint
from fakes.github.reads import READS
from fakes.github.refusals import Refusal
from fakes.github.render import Renderer
from fakes.github.state import Permission, PullRequest, Repo, Token
from fakes.github.world import Route, Visit, World
from fakes.github.writes import WRITES
from fakes.loopback import Call, HangUp, Loopback, Reply, json_reply

ACTIONS_BOT = "github-actions[bot]"
#: What the README asks users to grant.
DEFAULT_PERMISSIONS: Mapping[str, Permission] = {"contents": "read", "pull_requests": "write", "metadata": "read"}
_ROUTES = [*READS.table, *WRITES.table]
_MAP = Map(
    [Rule(route.rule, endpoint=number, methods=[route.method]) for number, route in enumerate(_ROUTES)],
    strict_slashes=False,
    merge_slashes=False,
)


class FakeGitHub:
    """A GitHub of your own. `url` is the API's base address; `requests` is every call that arrived, oldest first.

    `violations` collects every departure from GitHub's published description, by a request (which is also answered 422) or
    by an answer (a bug of the fake, also answered 500): the fixture asserts that there is none, so a test that provokes one
    takes it away with `take_violations()`. `refused` collects, in the same way, every write that was refused for what it says
    (422): all that it is refused for can be read from GitHub before. Ordered failures are not among them.
    """

    def __init__(self) -> None:
        self.world = World()
        self.violations: list[str] = []
        self.refused: list[str] = []
        self.performed: list[Call] = []
        self._faults = FaultPlan()
        self._lock = threading.RLock()
        self._writes_left: int | None = None
        self._last_write_answered = True
        self._dead = False
        self._loopback = Loopback(self._answer)
        self.url = self._loopback.url
        self.codeload = Codeload(self._answer)
        self._render = Renderer(self.url)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Stop serving and wait for all threads."""
        self._loopback.close()
        self.codeload.close()

    # -- what there is ------------------------------------------------------------------------------------------------

    def add_token(
        self, secret: str, *, login: str = ACTIONS_BOT, permissions: Mapping[str, Permission] = DEFAULT_PERMISSIONS,
        repositories: Sequence[str] | None = None,
    ) -> str:  # fmt: skip
        """Let `secret` in as `login` with exactly `permissions` (contents, issues, pull_requests, metadata), on these
        repositories only or on all; returns it."""
        names = None if repositories is None else frozenset(name.lower() for name in repositories)
        user = self.world.user(login)
        self.world.tokens[secret] = Token(user=user, permissions=dict(permissions), repositories=names)
        return secret

    def add_repo(self, full_name: str, *, private: bool = False, default_branch: str = "main") -> Repo:
        """A new, empty repository; commit with `repo.commit({path: text}, parent=..., branch=...)`."""
        owner, _, name = full_name.partition("/")
        repo = Repo(
            owner=self.world.user(owner),
            name=name,
            id=self.world.ids.next(),
            private=private,
            default_branch=default_branch,
        )
        self.world.repos[full_name.lower()] = repo
        return repo

    def open_pull(
        self,
        repo: Repo,
        *,
        base: str,
        head: str,
        number: int | None = None,
        author: str = "alice",
        title: str = "A change",
        body: str = "",
        draft: bool = False,
        fork: str | None = None,
        fork_deleted: bool = False,
    ) -> PullRequest:
        """A pull request from commit `head` onto commit `base`; `fork` is the full name of the head's repository."""
        home: Repo | None = repo
        if fork_deleted:
            home = None
        elif fork is not None:
            home = self.add_repo(fork)
            home.commits = repo.commits  # GitHub keeps a fork network's objects in one place
        pull = PullRequest(
            repo=repo,
            number=number or len(repo.pulls) + 1,
            id=self.world.ids.next(),
            title=title,
            body=body,
            author=self.world.user(author),
            base_ref=repo.default_branch,
            base_sha=base,
            head_ref="feature",
            head_sha=head,
            fork=home,
            draft=draft,
            pushed=[head],
        )
        repo.pulls[pull.number] = pull
        return pull

    def set_role(self, repo: Repo, login: str, role: Literal["admin", "maintain", "write", "triage", "read"]) -> None:
        """Give `login` a role on `repo`, as the collaborator endpoint reports it."""
        self.world.user(login)
        repo.roles[login] = role

    # -- what goes wrong ----------------------------------------------------------------------------------------------

    def fail_next(
        self,
        matcher: Matcher,
        *,
        status: int | None = None,
        limit: Literal["primary", "secondary"] | None = None,
        retry_after: float | None = None,
        message: str = "",
        html: bool = False,
        drop_response: bool = False,
        reset: bool = False,
        location: str = "",
        performed: bool = False,
        cut: bool = False,
        errors: Sequence[Mapping[str, object]] = (),
        twisted: Callable[[Any], Any] | None = None,
        delay: float = 0.0,
        times: int = 1,
    ) -> None:
        """Make the next `times` requests that match fail.

        `status` alone answers so without doing anything; `performed` does the work first (a 502 whose write was done);
        `drop_response` does the work and closes the connection unanswered; `reset` resets the connection, before the work unless
        `performed`; `location` is the header of a redirect; `cut` breaks the true answer off halfway; `limit` is a 403 in the form of that rate limit
        (another `status` may be given; with 200 it is in GraphQL's form); `html` answers with a page instead of JSON; `errors` are
        those of a GraphQL answer without data; `twisted` makes another JSON of the true answer; `delay` is in seconds and comes first.
        """
        headers: list[tuple[str, str]] = []
        if retry_after is not None:
            headers.append(("retry-after", f"{retry_after:g}"))
        if limit is not None:
            status = status or 403
            message = message or _LIMIT_WORDS[limit]
        if location:
            headers.append(("location", location))
        if limit == "primary":
            until = int(time.time() + (retry_after or 3600))
            headers = [("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", str(until))]
        if limit is not None and status == 200:
            errors = [{"message": message, **({"type": "RATE_LIMITED"} if limit == "primary" else {})}]
        payload: dict[str, object] = {"message": message or "Server Error", "documentation_url": refusals.DOCS}
        if errors:
            payload = {"data": None, "errors": list(errors)}
        fault = Fault(
            status=status or (200 if html or errors else None),
            body=b"<!DOCTYPE html><title>Unicorn!</title>" if html else json.dumps(payload).encode(),
            content_type="text/html" if html else "application/json; charset=utf-8",
            headers=tuple(headers),
            performed=performed or drop_response,
            drop=drop_response,
            reset=reset,
            cut=cut,
            twisted=twisted,
            delay=delay,
        )
        self._faults.order(matcher, fault, times)

    @property
    def pending_faults(self) -> int:
        """Ordered failures that no request has met yet."""
        return self._faults.pending

    def forget_faults(self) -> None:
        """Take back every ordered failure that is still waiting."""
        self._faults.forget()

    def kill_after_writes(self, count: int, *, answered: bool = True) -> None:
        """Be gone as soon as `count` more writes are done; with `answered=False` the last one's answer is lost as well.

        With 0 the server goes away at the next write, before doing it. `revive()` brings it back with its state.
        """
        with self._lock:
            self._writes_left, self._last_write_answered = count, answered

    def revive(self) -> None:
        """Serve again after `kill_after_writes`."""
        with self._lock:
            self._dead, self._writes_left = False, None

    # -- what happened ------------------------------------------------------------------------------------------------

    @property
    def requests(self) -> list[Call]:
        """Every request that arrived, also refused and dropped ones."""
        return self._loopback.requests

    @property
    def writes(self) -> list[str]:
        """`"METHOD path"` of every write that arrived, done or not; a GraphQL query is none, a mutation is one."""
        return [f"{call.method} {call.path}" for call in self.requests if _is_write(call)]

    @property
    def points(self) -> int:
        """GraphQL points spent, of the 1,000 an hour that a workflow's token has beside its 1,000 REST requests."""
        return self.world.graphql.spent

    def endpoints(self) -> Counter[str]:
        """How often each endpoint was called: `"GET /git/blobs"`, ids, shas and what follows left out."""
        return Counter(f"{call.method} {endpoint(call.path)}" for call in self.requests)

    def assert_writes(self, *patterns: str) -> None:
        """Fail unless the writes that took effect are exactly these, in this order; `*` stands for anything."""
        done = [f"{call.method} {call.path}" for call in self.performed]
        fits = len(done) == len(patterns)
        fits = fits and all(matches(p, c) for p, c in zip(patterns, self.performed, strict=True))
        assert fits, f"writes were {done}, expected {list(patterns)}"

    def assert_no_writes(self) -> None:
        """Fail if any write arrived, even one that was refused."""
        assert not self.writes, f"unexpected writes: {self.writes}"

    def take_violations(self) -> list[str]:
        """The violations so far, which are then forgotten."""
        with self._lock:
            taken, self.violations = self.violations, []
        return taken

    def take_refused(self) -> list[str]:
        """The refused writes so far, which are then forgotten."""
        with self._lock:
            taken, self.refused = self.refused, []
        return taken

    # -- answering ----------------------------------------------------------------------------------------------------

    def _answer(self, call: Call, known: Callable[[Call], Reply] | None = None) -> Reply:
        fault = self._faults.take(call)
        if fault is not None and self._loopback.closing.wait(fault.delay):
            raise HangUp
        reply = Reply(status=500)
        if fault is None or fault.performed or (fault.status is None and not fault.reset):
            with self._lock:
                reply = (known or self._alive)(call)
        if fault is not None and (fault.drop or fault.reset):
            raise HangUp(reset=fault.reset)
        if fault is not None and fault.cut:
            return dataclasses.replace(reply, cut=True)
        if fault is not None and fault.twisted is not None:
            return dataclasses.replace(reply, body=json.dumps(fault.twisted(json.loads(reply.body))).encode())
        if fault is not None and fault.status is not None:
            headers = {"content-type": fault.content_type, **dict(fault.headers)}
            return Reply(status=fault.status, headers=headers, body=fault.body)
        return reply

    def _alive(self, call: Call) -> Reply:
        write = _is_write(call)
        if self._dead or (write and self._writes_left == 0):
            self._dead = True
            raise HangUp
        reply = self._checked(call)
        if write and reply.status < 400:
            self.performed.append(call)
            self._count_down()
        limits = {"x-ratelimit-limit": "1000", "x-ratelimit-remaining": "999", "x-ratelimit-reset": "1795428000"}
        return Reply(status=reply.status, headers={**limits, **reply.headers}, body=reply.body)

    def _count_down(self) -> None:
        if self._writes_left is None:
            return
        self._writes_left -= 1
        if self._writes_left <= 0:
            self._dead = True
            if not self._last_write_answered:
                raise HangUp

    def _checked(self, call: Call) -> Reply:
        try:
            return self._routed(call)
        except Refusal as refusal:
            return json_reply(refusal.payload, refusal.status)

    def _routed(self, call: Call) -> Reply:
        token = self._authenticate(call)
        if call.path in ("/graphql", "/api/graphql"):
            return threads.answer(Visit(self.world, self._render, call, token, {}))
        route, args = _find(call)
        visit = Visit(self.world, self._render, call, token, args, self.codeload.address)
        if "repo" in args:
            _check_access(visit, route)
        if broken := contract.request_violations(call):
            self.violations += [f"{call.method} {call.path}: {words}" for words in broken]
            raise Refusal(422, "Invalid request.\n\n" + "\n".join(broken))
        try:
            reply = route.handler(visit)
        except Refusal as refusal:
            reply = json_reply(refusal.payload, refusal.status)
            if refusal.status == 422 and _is_write(call):
                self.refused.append(f"{call.method} {call.path}: {refusal.payload}")
        if broken := contract.response_violations(call, reply):
            self.violations += [f"answer to {call.method} {call.path}: {words}" for words in broken]
            return json_reply({"message": f"the fake is wrong: {broken}"}, 500)
        return reply

    def _authenticate(self, call: Call) -> Token:
        scheme, _, secret = call.headers.get("authorization", "").partition(" ")
        if not secret:
            raise refusals.unauthenticated()
        token = self.world.tokens.get(secret)
        if token is None or scheme.lower() not in ("token", "bearer"):
            raise refusals.bad_credentials()
        return token


_LIMIT_WORDS = {
    "primary": "API rate limit exceeded for installation.",
    "secondary": "You have exceeded a secondary rate limit. Please wait a few minutes before you try again.",
}


def _is_write(call: Call) -> bool:
    if call.path.endswith("/graphql"):
        return threads.is_mutation(call)
    return call.method not in ("GET", "HEAD")


def _find(call: Call) -> tuple[Route, Mapping[str, object]]:
    try:
        endpoint, args = _MAP.bind("localhost").match(call.path, method=call.method)
    except HTTPException:
        raise refusals.not_found() from None
    return _ROUTES[int(endpoint)], args


def _check_access(visit: Visit, route: Route) -> None:
    """Existence before permission: a repository that isn't there is 404 whatever the token may do."""
    assert visit.repo is not None
    if route.scopes:
        visit.demand(route.level, *route.scopes)
