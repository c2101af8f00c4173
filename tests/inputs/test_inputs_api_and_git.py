"""The promise: a pull request read through GitHub's API gives the report that a checkout gives, finding for finding, hunk for hunk."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from fakes.github import REPO, TOKEN, FakeGitHub
from fakes.github.checkout import ENV, Checkout, Content
from fakes.github.diffs import FileDiff
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reviewer.app.drawing import drawn
from reviewer.facts.workers import ParserPool
from reviewer.github import blobs
from reviewer.github.reader import PullRequestReader
from reviewer.github.session import Patience, Session
from reviewer.inputs.local_git import read_local_change
from reviewer.inputs.port import LocalChange
from reviewer.inputs.pull_request import read_pull_request
from reviewer.pipeline import Options, review
from reviewer.publish import json_report
from reviewer.rules.registry import rules_for

pytestmark = pytest.mark.no_cover  # the same code many times over: counting it would take longer than running it

ORDERS = """import org.apache.kafka.clients.producer.*;
class Orders {
  KafkaProducer<String, String> open(Properties props) {
    props.put(ProducerConfig.ACKS_CONFIG, "all");
    return new KafkaProducer<>(props);
  }
}
"""
WEAK = ORDERS.replace('"all"', '"1"')
LONG = "class Filler {\n" + "".join(f"  int field{n} = {n};\n" for n in range(6000)) + "}\n"
HUGE = ORDERS + "".join(f"// {'x' * 70} {n}\n" for n in range(16_000))
POM = "<project><dependencies><dependency><groupId>org.apache.kafka</groupId><artifactId>kafka-clients</artifactId><version>{}</version></dependency></dependencies></project>\n"

Files = Mapping[str, Content]
CHANGES: dict[str, tuple[Files, Files]] = {
    "one line": ({"Orders.java": ORDERS}, {"Orders.java": WEAK}),
    "new file": ({"a.txt": "x\n"}, {"src/Orders.java": WEAK}),
    "deleted file": ({"Orders.java": ORDERS, "b.txt": "x\n"}, {"Orders.java": None}),
    "renamed and changed": ({"Orders.java": ORDERS}, {"Orders.java": None, "shop/Orders2.java": WEAK}),
    "only renamed": ({"Orders.java": ORDERS}, {"Orders.java": None, "Moved.java": ORDERS}),
    "only a mode": ({"run.sh": "echo kafka-topics\n"}, {"run.sh": ("executable", "echo kafka-topics\n")}),
    "empty new file": ({"a.txt": "x\n"}, {"Empty.java": "", "empty.yaml": ""}),
    "emptied": ({"Orders.java": ORDERS}, {"Orders.java": ""}),
    "no newline at the end": ({"Orders.java": ORDERS.rstrip()}, {"Orders.java": WEAK.rstrip()}),
    "newline added at the end": ({"Orders.java": ORDERS.rstrip()}, {"Orders.java": ORDERS}),
    "CRLF": ({"Orders.java": ORDERS.replace("\n", "\r\n")}, {"Orders.java": WEAK.replace("\n", "\r\n")}),
    "from LF to CRLF": ({"Orders.java": ORDERS}, {"Orders.java": ORDERS.replace("\n", "\r\n")}),
    "form feeds and odd separators": ({"Orders.java": ORDERS + "// a\x0cb\u2028c\x85\n"}, {"Orders.java": WEAK + "// a\x0cb\u2028c\n"}),
    "a byte order mark": ({"Orders.java": ORDERS}, {"Orders.java": "\ufeff" + WEAK}),
    "bytes that are no UTF-8": (
        {"Orders.java": ORDERS.encode() + b"// caf\xe9\n"}, {"Orders.java": WEAK.encode() + b"// caf\xe8 \xff\xfe\n"},
    ),
    "only bytes that are no UTF-8": (
        {"Orders.java": ORDERS.encode() + b"// caf\xe9\n"}, {"Orders.java": ORDERS.encode() + b"// caf\xe8\n"},
    ),
    "binary": ({"logo.bin": b"\0\1\2", "a.txt": "x\n"}, {"logo.bin": b"\0\1\3", "new.png": b"\x89PNG\0\0"}),
    "text to binary": ({"Orders.java": ORDERS}, {"Orders.java": b"\0\0" + WEAK.encode()}),
    "a NUL behind the first 8000 bytes": (
        {"Orders.java": LONG}, {"Orders.java": LONG.encode() + b"// \0 kafka\n"},
    ),
    "hidden by attributes": (
        {".gitattributes": "*.java -diff\n", "Orders.java": ORDERS}, {"Orders.java": WEAK},
    ),
    "a new file hidden by attributes": ({"a.txt": "x\n"}, {".gitattributes": "*.java binary\n", "Orders.java": WEAK}),
    "symlink": ({"link": ("link", "a.txt"), "a.txt": "x\n"}, {"link": ("link", "../../etc/passwd"), "Orders.java": WEAK}),
    "submodule": (
        {"lib": ("submodule", "1" * 40), "Orders.java": ORDERS},
        {"lib": ("submodule", "2" * 40), "more": ("submodule", "3" * 40), "Orders.java": WEAK},
    ),
    "generated, vendored, prose": (
        {"go.sum": "a\n", "README.md": "kafka\n", "vendor/a/Orders.java": ORDERS},
        {"go.sum": "b\n", "README.md": "kafka acks=1\n", "vendor/a/Orders.java": WEAK, "x_pb2.py": "import kafka\n"},
    ),
    "an LFS pointer": (
        {"model.java": "x\n"},
        {"model.java": f"version https://git-lfs.github.com/spec/v1\noid sha256:{'a' * 64}\nsize 12345\n"},
    ),
    "over one megabyte": ({"Orders.java": HUGE}, {"Orders.java": HUGE.replace('"all"', '"1"')}),
    "a binary over one megabyte": ({"a.bin": b"\0" * 1_100_000}, {"a.bin": b"\0" * 1_100_001}),
    "a file whose patch is too large": ({"a.txt": "x\n"}, {"Orders.java": WEAK + "// filler\n" * 21_000}),
    "a deleted file whose patch is too large": ({"Orders.java": ORDERS + "// filler\n" * 21_000}, {"Orders.java": None}),
    "odd names": (
        {"a b/Ördérs \"x\".java": ORDERS, "tab\there.java": ORDERS}, {"a b/Ördérs \"x\".java": WEAK, "tab\there.java": WEAK},
    ),
    "configuration and build": (
        {"pom.xml": POM.format("2.8.0"), "app.yaml": "kafka:\n  acks: all\n", "mod/pom.xml": POM.format("2.8.0")},
        {"pom.xml": POM.format("3.9.0"), "app.yaml": "kafka:\n  acks: 1\n", "Orders.java": ORDERS},
    ),
    "far apart": (
        {"Orders.java": ORDERS + LONG}, {"Orders.java": WEAK + LONG.replace("field300 ", "fieldX ").replace("field308 ", "y ")},
    ),
    "a file, a link and a submodule that change places": (
        {"a.java": ORDERS, "b.java": ("link", "x"), "c.java": ("submodule", "1" * 40)},
        {"a.java": ("link", "y"), "b.java": WEAK, "c.java": ("file", WEAK)},
    ),
    "nothing": ({"Orders.java": ORDERS}, {}),
}  # fmt: skip


@pytest.fixture(scope="module")
def pool() -> Iterator[ParserPool]:
    with ParserPool(size=1) as made:
        yield made


Local = Callable[[str], tuple[Checkout, Any]]


@pytest.fixture(scope="module")
def local(pool: ParserPool, tmp_path_factory: pytest.TempPathFactory) -> Local:
    """A change of the table as a checkout, and the report that it gives; made once for all who ask."""

    @cache
    def made(name: str) -> tuple[Checkout, Any]:
        before, after = CHANGES[name]
        checkout = Checkout(tmp_path_factory.mktemp("change") / "repo", before)
        checkout.commit(after)
        return checkout, by_git(checkout, pool)

    return made


def by_git(checkout: Checkout, pool: ParserPool) -> Any:
    return report_of(read_local_change(checkout.root, base="main", head="feature", surroundings=ENV), pool)


def report_of(change: LocalChange, pool: ParserPool) -> Any:
    """The JSON report without what may differ: how long it took."""
    report = review(
        change.change_set, change.reader, options=Options(engine="rules"), rules=rules_for, parse=pool.extract_all,
        model=None, tool_version="0", draw=drawn,
    )  # fmt: skip
    made = json.loads(json_report.render(report))
    del made["usage"]
    return made


def through_api(server: FakeGitHub) -> LocalChange:
    with Session(token=TOKEN, repository=REPO, base_url=server.url, patience=Patience(tries=1)) as session:
        change = read_pull_request(PullRequestReader(session), 1).change
        # What the review reads besides is read while the session is open.
        return LocalChange(change_set=change.change_set, reader=_Kept(change), notices=change.notices)


class _Kept:
    """A reader that was asked everything in advance."""

    def __init__(self, change: LocalChange) -> None:
        from reviewer.core.span import Side

        self._paths = {side: change.reader.paths(side) for side in Side}
        self._texts = {(path, side): change.reader.read(path, side) for side in Side for path in self._paths[side]}

    def read(self, path: str, side: Any) -> str | None:
        return self._texts.get((path, side))

    def paths(self, side: Any) -> tuple[str, ...]:
        return self._paths[side]


def both(checkout: Checkout, server: FakeGitHub, pool: ParserPool) -> tuple[Any, Any]:
    checkout.serve(server)
    return by_git(checkout, pool), report_of(through_api(server), pool)


def placed_by_github(findings: list[Any], server: FakeGitHub) -> list[Any]:
    """The findings of a checkout, placed where GitHub takes a comment: that is all that may differ."""
    shown = {file.path: file for file in server.world.repos[REPO].pulls[1].files()}
    return [{**found, "placement": _placed(found, shown.get(found["path"]))} for found in findings]


def _placed(found: Any, file: FileDiff | None) -> str:
    if file is None or file.is_too_large or file.status == "changed":
        return "summary"
    return str(found["placement"]) if file.patch is not None else "file"


@pytest.mark.parametrize("handful", [4, 0], ids=["one by one", "together"])
@pytest.mark.parametrize("name", CHANGES)
def test_both_ways_of_reading_give_one_report(
    name: str, handful: int, local: Local, fake_github: FakeGitHub, pool: ParserPool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Few files are read one by one, in REST; more than a handful together, in GraphQL. Here already one is more."""
    monkeypatch.setattr(blobs, "_HANDFUL", handful)
    checkout, report = local(name)
    checkout.serve(fake_github)
    by_api = report_of(through_api(fake_github), pool)
    assert by_api == {**report, "findings": placed_by_github(report["findings"], fake_github)}
    fake_github.assert_no_writes()
    if handful:
        assert "POST /graphql" not in fake_github.endpoints()


def test_the_changes_are_worth_comparing(local: Local) -> None:
    """Most of them hold a finding or a hunk: a comparison of empty reports would prove nothing."""
    found = covered = 0
    for _, report in map(local, CHANGES):
        found, covered = found + len(report["findings"]), covered + len(report["coverage"])
    assert (found >= 15, covered >= 45) == (True, True), (found, covered)


def test_a_base_that_went_on_does_not_show_in_the_change(
    tmp_path: Path, fake_github: FakeGitHub, pool: ParserPool
) -> None:
    checkout = Checkout(tmp_path / "repo", {"Orders.java": ORDERS, "Other.java": ORDERS.replace("Orders", "Other")})
    checkout.commit({"Orders.java": WEAK})
    checkout.git("checkout", "-q", "main")
    checkout.commit({"Other.java": WEAK.replace("Orders", "Other")})
    checkout.git("checkout", "-q", "feature")
    checked_out, by_api = both(checkout, fake_github, pool)
    assert by_api == checked_out
    assert {entry["path"] for entry in by_api["coverage"]} == {"Orders.java"}


def test_a_modified_file_without_a_patch_has_the_same_findings(
    tmp_path: Path, fake_github: FakeGitHub, pool: ParserPool
) -> None:
    """The difference is ours then, so hunks may be cut otherwise; what is found and what was looked at is the same."""
    before = ORDERS + "".join(f"// old {n}\n" for n in range(12_000))
    after = WEAK + "".join(f"// new {n}\n" for n in range(12_000))
    checkout = Checkout(tmp_path / "repo", {"Orders.java": before})
    checkout.commit({"Orders.java": after})
    checked_out, by_api = both(checkout, fake_github, pool)
    assert by_api["findings"] == placed_by_github(checked_out["findings"], fake_github) != []
    assert {finding["placement"] for finding in by_api["findings"]} == {"summary"}
    assert by_api["status"] == checked_out["status"] == "reviewed"


TEXTS = st.lists(
    st.sampled_from(
        [
            *ORDERS.splitlines(keepends=True),
            *WEAK.splitlines(keepends=True),
            "\n",
            "// x\r\n",
            "end",
            "\x0c\n",
            "é\n",
            "\ufffd\n",
        ]
    ),
    max_size=14,
).map("".join)
RAW = st.one_of(TEXTS, TEXTS.map(lambda text: text.encode("latin-1", "replace")), st.binary(max_size=40))
NAMES = st.sampled_from(["A.java", "b/C.java", "b/d/app.yaml", "README.md", "x.py"])


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(
    before=st.dictionaries(NAMES, RAW, max_size=4),
    after=st.dictionaries(NAMES, RAW, max_size=4),
    handful=st.sampled_from([0, 4]),
)
def test_any_two_trees_give_one_report(
    before: dict[str, str | bytes],
    after: dict[str, str | bytes],
    handful: int,
    tmp_path_factory: pytest.TempPathFactory,
    pool: ParserPool,
) -> None:
    checkout = Checkout(tmp_path_factory.mktemp("any") / "repo", {"keep.txt": "x\n", **before})
    gone: dict[str, Content] = {name: None for name in before if name not in after}
    checkout.commit({**gone, **after})
    with FakeGitHub() as server, pytest.MonkeyPatch.context() as patch:
        patch.setattr(blobs, "_HANDFUL", handful)
        checked_out, by_api = both(checkout, server, pool)
        assert by_api == {**checked_out, "findings": placed_by_github(checked_out["findings"], server)}
        assert not server.violations
