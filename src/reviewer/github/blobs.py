"""The contents of files, by the names that git gives them: many in one question of GraphQL, the others one by one.

A content counts only when it hashes to the name it was asked by. GraphQL's may be cut off, in another encoding, missing, or (who
knows what stands between) another file's: whatever the reason, such a file is asked for again in REST, which gives every byte.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from reviewer.core.problem import OutageError, ReviewError
from reviewer.github.batches import Batches, Pace
from reviewer.github.graphql import Answer, ask
from reviewer.github.limits import is_spent, rate_limit_wait
from reviewer.github.session import Session
from reviewer.github.side_by_side import AT_ONCE, side_by_side

#: GitHub cuts texts off behind so many bytes in GraphQL (undocumented; what is cut elsewhere does not hash and is asked again).
_UNCUT = 512_000
#: So many are left to REST, which has them in one round trip.
_HANDFUL = AT_ONCE
#: Batches under way at once: GraphQL counts the time that its answers take, and the limit is for the whole token.
_WORKERS = 2
#: What a query that was too much for GitHub gets. Timeouts have no type at all.
_TOO_MUCH = {"RESOURCE_LIMITS_EXCEEDED", "MAX_NODE_LIMIT_EXCEEDED", ""}


class Blobs:
    """The blobs of one repository. What was read is remembered. Safe to read with from several threads."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._known: dict[str, bytes] = {}
        self._no_texts: set[str] = set()
        self._pace = Pace()

    def read(self, sha: str) -> bytes:
        """The bytes of a blob: what arrived is what was committed."""
        if sha not in self._known:
            _, data = self._session.get(
                f"/git/blobs/{sha}", f"the file {sha[:12]}", fits=lambda d: _content(d, sha) is not None
            )
            self._known[sha] = _content(data, sha) or b""
        return self._known[sha]

    def knows(self, sha: str) -> bool:
        """Whether `read` would ask nothing."""
        return sha in self._known

    def is_no_text(self, sha: str) -> bool:
        """Whether GraphQL has said of a blob that it is binary."""
        return sha in self._no_texts

    def learn(self, contents: Iterable[tuple[str, bytes]]) -> None:
        """Remember these, as far as they come. Each must have been checked against its name."""
        for sha, content in contents:
            self._known[sha] = content

    def fetch(self, sizes: Mapping[str, int], watch: Callable[[int], object] = lambda _done: None) -> None:
        """Learn these blobs (name -> bytes it has) in few questions, as far as GraphQL gives them; the others `read` asks for.

        `watch` is told how many of them are there. Raises OutageError as every read does.
        """
        wanted = {sha: size for sha, size in sizes.items() if sha not in self._known and size <= _UNCUT}
        if len(wanted) > _HANDFUL:
            batches = Batches(wanted, self._pace)
            side_by_side(
                self._work, [batches] * _WORKERS, lambda _done: watch(sum(sha in self._known for sha in wanted))
            )  # fmt: skip

    def _work(self, batches: Batches) -> None:
        try:
            while batch := batches.take():
                self._settle(batches, batch)
        except ReviewError:
            batches.drop()
            raise

    def _settle(self, batches: Batches, batch: Sequence[str]) -> None:
        """Ask for one batch, keep what is right, and say how it went."""
        answer = self._answer(batches, batch)
        if answer is None:
            return
        found = self._learnt(answer, batch)
        missing = [sha for sha in batch if sha not in found]
        is_too_much = bool(answer.kinds) and answer.kinds <= _TOO_MUCH
        if is_too_much and not found:
            self._failed(batches, batch, OutageError(f"GitHub's GraphQL failed ({answer.words})."))
        elif is_too_much:
            batches.was_too_much(missing, len(batch))
        elif answer.kinds and not found:
            self._pace.stop()
        else:
            batches.worked()

    def _answer(self, batches: Batches, batch: Sequence[str]) -> Answer | None:
        """None when there is none; what that means for the others is settled then."""
        what = f"{len(batch)} files at once"
        try:
            return ask(self._session, _question(len(batch)), self._variables(batch), what, tries=1)
        except OutageError as error:
            if is_spent(error.__cause__):
                self._pace.stop()  # GraphQL has a budget of its own: REST may still have some
            elif rate_limit_wait(error.__cause__, self._session.patience.now()) is not None:
                raise
            else:
                self._failed(batches, batch, error)
        except ReviewError:
            self._pace.stop()  # refused, or no GraphQL here: REST answers, or says better what is wrong
        return None

    def _failed(self, batches: Batches, batch: Sequence[str], problem: OutageError) -> None:
        patience = self._session.patience
        if not patience.allows(patience.first_pause):
            raise problem
        batches.failed(batch)
        patience.sleep(patience.first_pause)

    def _learnt(self, answer: Answer, batch: Sequence[str]) -> Mapping[str, bytes]:
        told = answer.data.get("repository")
        nodes = [told.get(f"b{number}") if isinstance(told, dict) else None for number in range(len(batch))]
        pairs = ((sha, _believed(node, sha)) for sha, node in zip(batch, nodes, strict=True))
        found = {sha: data for sha, data in pairs if data is not None}
        self._known.update(found)
        self._no_texts |= {sha for sha, node in zip(batch, nodes, strict=True) if node == {"text": None}}
        return found

    def _variables(self, batch: Sequence[str]) -> Mapping[str, str]:
        owner, _, name = self._session.repository.partition("/")
        return {"owner": owner, "name": name, **{f"o{number}": sha for number, sha in enumerate(batch)}}


def _question(count: int) -> str:
    declared = "".join(f", $o{number}: GitObjectID!" for number in range(count))
    wanted = " ".join(f"b{number}: object(oid: $o{number}) {{ ... on Blob {{ text }} }}" for number in range(count))
    return (
        f"query($owner: String!, $name: String!{declared}) {{ repository(owner: $owner, name: $name) {{ {wanted} }} }}"
    )


def _believed(node: Any, sha: str) -> bytes | None:
    """The bytes of a text that is the blob of that name. Null stands for binary content."""
    text = node.get("text") if isinstance(node, dict) else None
    if not isinstance(text, str):
        return None
    try:
        data = text.encode("utf-8")
    except UnicodeEncodeError:
        return None
    return data if blob_sha(data, len(sha)) == sha else None


def _content(data: Any, sha: str) -> bytes | None:
    """The content of a blob's answer in REST; None when it is not the blob of that sha."""
    if not isinstance(data, dict) or data.get("encoding") != "base64":
        return None
    try:
        content = base64.b64decode(str(data.get("content", "")))
    except binascii.Error:
        return None
    return content if blob_sha(content, len(sha)) == sha else None


def blob_sha(content: bytes, digits: int = 40) -> str:
    """Git's name for a blob: SHA-1, or SHA-256 where names have 64 digits."""
    made = hashlib.sha1(usedforsecurity=False) if digits == 40 else hashlib.sha256()
    made.update(b"blob %d\0" % len(content) + content)
    return made.hexdigest()
