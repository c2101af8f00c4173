"""The files of a commit in one download: GitHub names an address for them, mostly at another host, and packs them there.

Nothing is written to disk and no name in the pack is used: a content counts only when it hashes to one that was asked for, so links,
paths that lead elsewhere and whatever else a pack may hold mean nothing. The address is a secret of its own (it opens a private
repository for minutes): it stands in no message, and the token is not sent there.
"""

from __future__ import annotations

import io
import tarfile
import zlib
from collections.abc import Container, Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import requests

from reviewer.core.problem import OutageError, ReviewError
from reviewer.github.blobs import blob_sha
from reviewer.github.session import Session

#: Bytes of a pack as it comes, and of everything in it.
PACKED_LIMIT = 50 * 1024 * 1024
UNPACKED_LIMIT = 400 * 1024 * 1024
_LARGEST = 2 * 1024 * 1024  # bytes of a file that is looked at; texts over 1 MiB are not asked for
_MEMBERS = 120_000  # tarfile remembers each; GitHub lists 100,000 entries of a tree at most
_SECONDS = 120.0
_TIMEOUT = (10.0, 30.0)  # to connect, and between two pieces
_PIECE = 64 * 1024
_BROKEN = (tarfile.TarError, zlib.error, EOFError, ValueError, OverflowError, RecursionError)


def archived(session: Session, sha: str, wanted: Container[str]) -> Iterator[tuple[str, bytes]]:
    """(name, content) of those blobs of a commit that `wanted` names; what the pack leaves out or alters does not come.

    Raises ReviewError for an address, an answer or a pack that can't be used, OutageError when GitHub fails or time is over.
    """
    address = _address(session, sha)
    with _answer(address) as answer, tarfile.open(fileobj=_Unpacked(_pieces(answer, session)), mode="r|") as packed:
        for _ in range(_MEMBERS):
            member = packed.next()
            if member is None:
                return
            if not member.isreg() or member.issparse() or not 0 < member.size <= _LARGEST:
                continue
            file = packed.extractfile(member)
            named = _named(file.read(), wanted, len(sha)) if file is not None else None
            if named is not None:
                yield named
    raise ReviewError("GitHub's archive has no end")


def _named(content: bytes, wanted: Container[str], digits: int) -> tuple[str, bytes] | None:
    """Attributes of a repository may have git write other line ends into a pack than are committed."""
    for data in (content, content.replace(b"\r\n", b"\n")):
        name = blob_sha(data, digits)
        if name in wanted:
            return name, data
    return None


def _address(session: Session, sha: str) -> str:
    path, what = f"/repos/{session.repository}/tarball/{sha}", f"the archive of {sha[:12]}"
    headers, _ = session.repeated(
        lambda: session.asking.requestJsonAndCheck("GET", path), what, fits=lambda _data: True
    )
    address = str(headers.get("location", ""))
    if not is_githubs(address, session.base_url):
        raise ReviewError("GitHub sends the archive from an address that is not its own")
    return address


def is_githubs(address: str, api: str) -> bool:
    """Whether an address is the API's host or the one beside it that GitHub keeps archives on, and no less safe than the API's."""
    try:
        here, there = urlsplit(api), urlsplit(address)
    except ValueError:
        return False
    home = here.hostname or ""
    hosts = {home, f"codeload.{home}", f"codeload.{home.removeprefix('api.')}"}
    return there.hostname in hosts and there.scheme == here.scheme and there.username is None


@contextmanager
def _answer(address: str) -> Iterator[requests.Response]:
    """The pack as it comes. Errors that the pack itself causes are told here as well: it is read while it comes."""
    try:
        with (
            requests.Session() as plain,
            plain.get(
                address, stream=True, allow_redirects=False, timeout=_TIMEOUT, auth=_as_nobody,
                headers={"Accept-Encoding": "identity"},
            ) as answer,
        ):  # fmt: skip
            if answer.status_code != 200 or answer.headers.get("content-encoding"):
                raise ReviewError(f"GitHub does not give the archive ({answer.status_code})")
            yield answer
    except requests.RequestException as error:
        raise OutageError(f"GitHub's archive could not be fetched ({type(error).__name__})") from error
    except _BROKEN as error:
        raise ReviewError("GitHub's archive is damaged") from error


def _as_nobody(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """Without this, `requests` would send what a `.netrc` has for the host."""
    return request


def _pieces(answer: requests.Response, session: Session) -> Iterator[bytes]:
    patience = session.patience
    until = patience.clock() + _SECONDS
    if patience.deadline is not None:
        until = min(until, patience.deadline)
    total = 0
    for piece in answer.iter_content(_PIECE):
        total += len(piece)
        if total > PACKED_LIMIT:
            raise ReviewError(f"its archive is larger than {PACKED_LIMIT // 1024 // 1024} MiB")
        if patience.clock() >= until:
            raise OutageError("there was no time to fetch GitHub's archive")
        yield piece


class _Unpacked(io.BufferedIOBase):
    """What tarfile reads from: as much as it asks for, and no more than the limit in all."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces
        self._inflate = zlib.decompressobj(wbits=31)
        self._left = UNPACKED_LIMIT

    def read(self, size: int | None = -1, /) -> bytes:
        """So many bytes, fewer only at the end."""
        wanted = self._left + 1 if size is None or size < 0 else size
        parts: list[bytes] = []
        while wanted > 0 and not self._inflate.eof:
            piece = self._inflate.unconsumed_tail or next(self._pieces, b"")
            made = self._inflate.decompress(piece, wanted)
            if not piece and not made:
                raise EOFError("cut off")
            parts.append(made)
            wanted -= len(made)
            self._left -= len(made)
            if self._left < 0:
                raise ReviewError(f"its archive holds more than {UNPACKED_LIMIT // 1024 // 1024} MiB")
        return b"".join(parts)
