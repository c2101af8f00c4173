"""A pull request of GitHub is searched as a checkout is: its files are brought once, few in GraphQL, many as an archive."""

from __future__ import annotations

import io
import tarfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from fakes.github import REPO, TOKEN, FakeGitHub, pull_request
from fakes.github.checkout import Checkout
from fakes.loopback import Call, Loopback, Reply

from reviewer.core.source import SourceReader, problems_of, search
from reviewer.core.span import Side
from reviewer.github import archive
from reviewer.github.reader import PullRequestReader
from reviewer.github.session import Patience, Session
from reviewer.inputs import api_whole
from reviewer.inputs.local_git import read_local_change
from reviewer.inputs.pull_request import read_pull_request

BEFORE: dict[str, str | bytes | None] = {
    **{f"src/A{n}.java": f"class A{n} {{ int drain{n}; }}\n" for n in range(12)},
    "src/User.java": "class User { void run() { drain(); } }\n",
    "src/Gone.java": "class Gone { void run() { drain(); } }\n",
    "src/Changed.java": "class Changed { void run() { other(); } }\n",
    "docs/größe.md": "drain() größer\n",
    "blob.bin": b"\0\0\0 drain\n",
    "data": b"\0\0\0 drain\n",
    "latin.txt": "drain() \xe4\n".encode("latin-1"),
    "empty.txt": "",
}
AFTER = {"src/Gone.java": None, "src/Changed.java": "class Changed { void run() { drain(); } }\n"}
USERS = {"src/User.java", "docs/größe.md", "latin.txt"}
FETCHED = "GET /repos/acme/shop/tarball/*"
PACK = "GET /acme/shop/legacy.tar.gz/*"


@contextmanager
def change(server: FakeGitHub, **patience: float) -> Iterator[SourceReader]:
    told = Patience(tries=1, first_pause=0.0, **patience)  # type: ignore[arg-type]
    with Session(token=TOKEN, repository=REPO, base_url=server.url, patience=told) as session:
        yield read_pull_request(PullRequestReader(session), 1).change.reader


def found(reader: SourceReader, *words: str, side: Side = Side.AFTER, loose: bool = False) -> set[str] | None:
    result = search(reader, words, side, loose=loose)
    return None if result is None else set(result.paths)


@pytest.fixture
def many(monkeypatch: pytest.MonkeyPatch) -> None:
    """So many files that an archive is worth it, and nothing else would do."""
    monkeypatch.setattr(api_whole, "FEW", 3)
    monkeypatch.setattr(api_whole, "_LEFT", 6)
    monkeypatch.setattr(api_whole, "_SINGLE", 0)


def test_a_few_files_are_searched_without_an_archive(fake_github: FakeGitHub) -> None:
    pull_request(fake_github, BEFORE, AFTER)
    with change(fake_github) as reader:
        assert found(reader, "drain") == USERS | {"src/Changed.java"}
        assert found(reader, "drain", side=Side.BEFORE) == USERS | {"src/Gone.java"}
        assert found(reader, "DRAIN1", loose=True) == {"src/A1.java", "src/A10.java", "src/A11.java"}
        assert found(reader, "größer", "nobody") == found(reader, "GRÖßER", loose=True) == {"docs/größe.md"}
        assert problems_of(reader) == ()
    assert fake_github.points == 1 and not fake_github.codeload.requests


@pytest.mark.usefixtures("many")
def test_many_come_as_one_archive(fake_github: FakeGitHub) -> None:
    pull_request(fake_github, BEFORE, AFTER, private=True)
    with change(fake_github) as reader:
        for _ in range(2):
            assert found(reader, "drain") == USERS | {"src/Changed.java"}
            assert found(reader, "drain", side=Side.BEFORE) == USERS | {"src/Gone.java"}
        assert reader.read("src/User.java", Side.AFTER) == BEFORE["src/User.java"]
        assert problems_of(reader) == ()
    [download] = fake_github.codeload.requests
    assert "authorization" not in download.headers
    assert fake_github.endpoints()["GET /git/blobs"] < 4


@pytest.mark.usefixtures("many")
def test_it_finds_what_git_finds_in_a_checkout(
    fake_github: FakeGitHub, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(api_whole, "_LEFT", 20)
    checkout = Checkout(tmp_path / "repo", {
        **BEFORE, ".gitattributes": "src/A* export-ignore\n*.md eol=crlf\n", "link": ("link", "drain"),
        "a b/.../x": "drain\n", "lines.md": "drain\r\nother\r\n",
    })  # fmt: skip
    checkout.commit(AFTER)
    checkout.serve(fake_github)
    local = read_local_change(checkout.root, base="main", head="feature").reader
    with change(fake_github) as reader:
        for side in Side:
            for words in (["drain"], ["drain1", "drain2"], ["other"], ["größer"], ["nothing"]):
                for loose in (False, True):
                    expected = found(local, *words, side=side, loose=loose) or set()
                    assert found(reader, *words, side=side, loose=loose) == expected - {"link"}, (words, side)


@pytest.mark.usefixtures("many")
def test_what_the_archive_leaves_out_is_asked_for_or_told(
    fake_github: FakeGitHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    pull_request(
        fake_github, {**BEFORE, ".gitattributes": "src/User.java export-ignore\nsrc/A?.java export-ignore\n"}, AFTER
    )
    monkeypatch.setattr(api_whole, "_LEFT", 5)
    with change(fake_github) as reader:
        assert found(reader, "drain0", "drain9") == {"src/A0.java"}
        [problem] = problems_of(reader)
    assert problem.subject == "6 of the unchanged files"
    assert problem.message.startswith("could not be searched: src/A5.java, src/A6.java, src/A7.java, …. A danger")
    assert "stream-review review --base REF --head REF" in problem.message


def other_host(server: FakeGitHub) -> None:
    server.fail_next(
        FETCHED, status=302, location="https://codeload.example.org/acme/shop/legacy.tar.gz/x?token=secret"
    )


def user_in_address(server: FakeGitHub) -> None:
    server.fail_next(FETCHED, status=302, location=server.codeload.url.replace("//", "//me:secret@") + "/x")


def twisted(make: Callable[[bytes], bytes]) -> Callable[[FakeGitHub], None]:
    def ordered(server: FakeGitHub) -> None:
        server.codeload.twisted = make

    return ordered


def gzipped(data: bytes) -> bytes:
    made = zlib.compressobj(wbits=31)
    return made.compress(data) + made.flush()


def endless_name(_pack: bytes) -> bytes:
    """A header that announces a long name, again and again."""
    header = tarfile.TarInfo("x")
    header.type, header.size = tarfile.GNUTYPE_LONGNAME, 1
    return gzipped((header.tobuf() + b"y".ljust(512, b"\0")) * 3_000)


def hollow(_pack: bytes) -> bytes:
    """A file that says it has a terabyte and has nothing."""
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w:gz") as pack:
        member = tarfile.TarInfo("x/src/User.java")
        member.pax_headers = {"GNU.sparse.major": "1", "GNU.sparse.minor": "0", "GNU.sparse.realsize": str(10**12)}
        pack.addfile(member)
    return made.getvalue()


@pytest.mark.usefixtures("many")
@pytest.mark.parametrize(
    ("order", "reason"),
    [
        (other_host, "an address that is not its own"),
        (user_in_address, "an address that is not its own"),
        (lambda server: server.fail_next(FETCHED, status=404, message="Not Found"), "GitHub does not show the archive"),
        (lambda server: server.fail_next(FETCHED, status=403, message="Resource not accessible"), "may not do this"),
        (lambda server: server.fail_next(FETCHED, limit="primary"), "limits our requests"),
        (lambda server: server.fail_next(FETCHED, status=502), "GitHub failed at the archive"),
        (lambda server: server.fail_next(FETCHED, status=200), "an address that is not its own"),
        (lambda server: server.fail_next(PACK, status=404), "does not give the archive (404)"),
        (lambda server: server.fail_next(PACK, status=302, location=f"{server.url}/user"), "does not give the archive (302)"),
        (lambda server: server.fail_next(PACK, cut=True), "could not be fetched"),
        (lambda server: server.fail_next(PACK, reset=True), "could not be fetched"),
        (twisted(lambda pack: pack[: len(pack) // 2]), "is damaged"),
        (twisted(lambda pack: b"<!DOCTYPE html>"), "is damaged"),
        (twisted(lambda pack: gzipped(b"no archive" * 100)), "is damaged"),
        (twisted(endless_name), "is damaged"),
        (twisted(hollow), "is damaged"),
        (twisted(lambda pack: gzipped(b"\0" * 10**7)), ""),
    ],
    ids=lambda value: value.replace(" ", "-")[-24:] if isinstance(value, str) else None,
)  # fmt: skip
def test_an_archive_that_can_not_be_had_is_told_and_nothing_is_found_by_it(
    fake_github: FakeGitHub, order: Callable[[FakeGitHub], None], reason: str
) -> None:
    pull_request(fake_github, BEFORE, AFTER)
    order(fake_github)
    with change(fake_github) as reader:
        result = found(reader, "drain")
        [problem] = problems_of(reader)
        assert (found(reader, "drain"), problems_of(reader)) == (result, (problem,))  # said once, tried once
    notice = problem.message
    if reason:
        assert result is None and reason in notice and "secret" not in notice and "token=" not in notice
        assert problem.subject == "the unchanged files" and notice.startswith("could not be searched: ")
    else:  # an archive without anything that was asked for: the others were too many to be asked for
        assert result is not None and "src/Changed.java" in result and "could not be searched" in notice
    fake_github.forget_faults()


@pytest.mark.usefixtures("many")
@pytest.mark.parametrize(
    ("home", "name", "limit", "words"),
    [
        (archive, "PACKED_LIMIT", 100, "its archive is larger than"),
        (archive, "UNPACKED_LIMIT", 4_000, "its archive holds more than"),
        (archive, "_MEMBERS", 4, "has no end"),
        (archive, "_SECONDS", 0.0, "no time to fetch"),
        (api_whole, "MOST", 100, "they are more than"),
    ],
)
def test_what_is_too_large_is_told(
    fake_github: FakeGitHub, monkeypatch: pytest.MonkeyPatch, home: object, name: str, limit: float, words: str
) -> None:
    pull_request(fake_github, BEFORE, AFTER)
    monkeypatch.setattr(home, name, limit)
    with change(fake_github) as reader:
        assert found(reader, "drain") is None
        assert words in problems_of(reader)[0].message


def test_without_an_archive_graphql_does_for_a_repository_of_medium_size(
    fake_github: FakeGitHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    pull_request(fake_github, BEFORE, AFTER)
    monkeypatch.setattr(api_whole, "FEW", 3)
    fake_github.fail_next(PACK, status=403)
    with change(fake_github) as reader:
        assert found(reader, "drain") == USERS | {"src/Changed.java"}
        assert problems_of(reader) == ()


@pytest.mark.usefixtures("many")
def test_a_content_that_nobody_committed_is_not_believed(fake_github: FakeGitHub) -> None:
    """Whatever the pack calls it, and wherever its names and links lead."""

    def forged(_pack: bytes) -> bytes:
        made = io.BytesIO()
        with tarfile.open(fileobj=made, mode="w:gz") as pack:
            for name in ("x/src/User.java", "../../etc/passwd", "/etc/passwd"):
                member = tarfile.TarInfo(name)
                member.size = 8
                pack.addfile(member, io.BytesIO(b"forged()"))
            member = tarfile.TarInfo("x/src/A0.java")
            member.type, member.linkname = tarfile.SYMTYPE, "/etc/passwd"
            pack.addfile(member)
        return made.getvalue()

    pull_request(fake_github, BEFORE, AFTER)
    fake_github.codeload.twisted = forged
    with change(fake_github) as reader:
        assert found(reader, "forged", "root") == set()
        assert reader.read("src/User.java", Side.AFTER) == BEFORE["src/User.java"]
        assert "could not be searched" in problems_of(reader)[0].message


@pytest.mark.parametrize(
    ("address", "api", "is_theirs"),
    [
        ("https://codeload.github.com/a/b?token=x", "https://api.github.com", True),
        ("https://codeload.octo.ghe.com/a/b", "https://api.octo.ghe.com", True),
        ("https://ghes.example/_codeload/a", "https://ghes.example/api/v3", True),
        ("https://codeload.ghes.example/a", "https://ghes.example/api/v3", True),
        ("http://codeload.github.com/a/b", "https://api.github.com", False),
        ("https://codeload.github.com.evil.example/a", "https://api.github.com", False),
        ("https://evil.example/codeload.github.com", "https://api.github.com", False),
        ("https://codeload.github.com@evil.example/a", "https://api.github.com", False),
        ("https://u:p@codeload.github.com/a", "https://api.github.com", False),
        ("file:///etc/passwd", "https://api.github.com", False),
        ("", "https://api.github.com", False),
        ("https://[", "https://api.github.com", False),
    ],
)
def test_only_githubs_own_addresses_are_gone_to(address: str, api: str, is_theirs: bool) -> None:
    assert archive.is_githubs(address, api) is is_theirs


@pytest.mark.usefixtures("many")
def test_the_token_and_a_netrc_stay_at_home(
    fake_github: FakeGitHub, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login me password secret\n", encoding="utf-8")
    monkeypatch.setenv("NETRC", str(netrc))
    seen: list[dict[str, str]] = []

    def refused(call: Call) -> Reply:
        seen.append(dict(call.headers))
        return Reply(status=404)

    pull_request(fake_github, BEFORE, AFTER)
    with change(fake_github) as reader:
        elsewhere = Loopback(refused)
        try:
            fake_github.fail_next(FETCHED, status=302, location=f"{elsewhere.url}/pack")
            assert found(reader, "drain") is None
        finally:
            elsewhere.close()
    [headers] = seen
    assert TOKEN not in str(headers) and "authorization" not in headers
