"""GitHub's host for archives: another address than the API's, to which the API sends with a token of its own in the query.

It packs as `git archive` does, `.gitattributes` obeyed (`export-ignore`, `eol=crlf`), and refuses the API's token, which it has no
business with.
"""

from __future__ import annotations

import io
import secrets
import tarfile
from collections.abc import Callable, Iterator
from fnmatch import fnmatchcase
from urllib.parse import quote

from fakes.github.objects import SUBMODULE
from fakes.github.state import Commit, Repo
from fakes.loopback import Call, Loopback, Reply

_LINK = "120000"


class Codeload:
    """The archives that were asked for, each behind an address that opens it. The host is there when the first is asked for.

    `around` answers a call with what it is given, or with a failure that a test has ordered.
    """

    def __init__(self, around: Callable[[Call, Callable[[Call], Reply]], Reply]) -> None:
        self._around = around
        self._server: Loopback | None = None
        self._open: dict[str, tuple[Repo, Commit]] = {}
        #: Makes other bytes of the true archive: what stands between GitHub and us, or GitHub itself, may.
        self.twisted: Callable[[bytes], bytes] = bytes

    @property
    def url(self) -> str:
        """The host's address."""
        if self._server is None:
            self._server = Loopback(lambda call: self._around(call, self._answer))
        return self._server.url

    @property
    def requests(self) -> list[Call]:
        """Every request that arrived here."""
        return [] if self._server is None else self._server.requests

    def close(self) -> None:
        """Stop serving."""
        if self._server is not None:
            self._server.close()

    def address(self, repo: Repo, commit: Commit) -> str:
        """Where the archive is to be had."""
        token = secrets.token_hex(8)
        self._open[token] = (repo, commit)
        return f"{self.url}/{quote(repo.full_name)}/legacy.tar.gz/{commit.sha}?token={token}"

    def _answer(self, call: Call) -> Reply:
        """The archive, to whoever has its address and nothing else."""
        if "authorization" in call.headers:
            return Reply(status=400, body=b"400: Bad Request")
        found = self._open.get(call.query.get("token", ""))
        if found is None or found[1].sha not in call.path:
            return Reply(status=404, body=b"404: Not Found")
        return Reply(headers={"content-type": "application/x-gzip"}, body=self.twisted(packed(*found)))


def packed(repo: Repo, commit: Commit) -> bytes:
    """A commit as `git archive --format=tar.gz` gives it: a comment with its name, one folder, everything in it."""
    made = io.BytesIO()
    home = f"{repo.owner.login}-{repo.name}-{commit.sha[:7]}"
    with tarfile.open(
        fileobj=made, mode="w:gz", format=tarfile.PAX_FORMAT, pax_headers={"comment": commit.sha}
    ) as pack:
        for path, data in _shown(commit):
            member = tarfile.TarInfo(f"{home}/{path}")
            mode = commit.modes.get(path)
            if mode == SUBMODULE:
                member.type = tarfile.DIRTYPE
            elif mode == _LINK:
                member.type, member.linkname = tarfile.SYMTYPE, data.decode()
            else:
                member.size = len(data)
            pack.addfile(member, io.BytesIO(data) if member.isreg() else None)
    return made.getvalue()


def _shown(commit: Commit) -> Iterator[tuple[str, bytes]]:
    lines = commit.files.get(".gitattributes", b"").decode().splitlines()
    said = [(parts[0], parts[1:]) for line in lines if len(parts := line.split()) > 1]
    for path, data in commit.files.items():
        told = [one for pattern, attributes in said if fnmatchcase(path, pattern) for one in attributes]
        if "export-ignore" not in told:
            yield path, data.replace(b"\n", b"\r\n") if "eol=crlf" in told else data
