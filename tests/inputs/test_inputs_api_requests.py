"""What a large pull request costs of the 1,000 requests (and 1,000 GraphQL points) an hour that a whole repository has."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from fakes.github import REPO, TOKEN, FakeGitHub, pull_request
from fakes.github.checkout import ENV, Checkout

from reviewer.app.drawing import drawn
from reviewer.facts.workers import ParserPool
from reviewer.github.reader import PullRequestReader
from reviewer.github.session import Patience, Session
from reviewer.inputs.local_git import read_local_change
from reviewer.inputs.port import LocalChange
from reviewer.inputs.pull_request import read_pull_request
from reviewer.pipeline import Options, review
from reviewer.publish import json_report
from reviewer.rules.registry import rules_for

ORDERS = """package org.example.m{module};
import org.apache.kafka.clients.producer.*;
class Orders{number} {{
  KafkaProducer<String, String> open(Properties props) {{
    props.put(ProducerConfig.ACKS_CONFIG, "all");
    props.put(ProducerConfig.CLIENT_ID_CONFIG, Names{module}.CLIENT);
    return new KafkaProducer<>(props);
  }}
}}
"""
PLAIN = "package org.example.m{module};\nclass Plain{number} {{\n  int a = 1;\n  int b = {number};\n}}\n"
GONE = "interface Gone{number} {{\n\n  String word{number}();\n\n  long of{module}();\n}}\n"
NAMES = 'package org.example.m{module};\nclass Names{module} {{ static final String CLIENT = "c"; }}\n'
POM = "<project><!-- {module} --><dependencies><dependency><groupId>org.apache.kafka</groupId><artifactId>kafka-clients</artifactId><version>3.9.0</version></dependency></dependencies></project>\n"
FOLDER = "m{module}/src/main/java/org/example/m{module}/{name}.java"
Files = Mapping[str, bytes]


def large(count: int) -> tuple[Files, Files]:
    """(before, after) of a change of `count` files in twelve modules: most of them modified, some new, some gone, some odd."""
    before = {"pom.xml": POM.format(module="root").encode()}
    for module in range(12):
        before[f"m{module}/pom.xml"] = POM.format(module=module).encode()
        before[FOLDER.format(module=module, name=f"Names{module}")] = NAMES.format(module=module).encode()
    after = dict(before)
    for number in range(count - 4):
        name, text = (f"Orders{number}", ORDERS) if number % 50 == 0 else (f"Plain{number}", PLAIN)
        text = GONE if number % 7 == 4 else text  # nothing like what is new: no rename
        path = FOLDER.format(module=number % 12, name=name)
        old = text.format(module=number % 12, number=number)
        new = old.replace('"all"', '"1"').replace("a = 1", "a = 2")
        if number % 7 != 3:
            before[path] = old.encode()
        if number % 7 != 4:
            after[path] = new.encode()
    plain = ORDERS.format(module=0, number="Odd").encode()
    for name, tail in (
        ("Latin", b"// caf\xe9\n"),
        ("Large", b"// filler\n" * 60_000),
        ("Mark", "// \ufeff é\n".encode()),
    ):
        before[f"odd/{name}.java"] = plain + tail
        after[f"odd/{name}.java"] = plain.replace(b'"all"', b'"1"') + tail
    before["odd/logo.png"], after["odd/logo.png"] = b"\x89PNG\0\1", b"\x89PNG\0\2"
    return before, after


@pytest.fixture(scope="module")
def pool() -> Iterator[ParserPool]:
    with ParserPool(size=1) as made:
        yield made


def report_of(change: LocalChange, pool: ParserPool) -> Any:
    report = review(
        change.change_set, change.reader, options=Options(engine="rules"), rules=rules_for, parse=pool.extract_all,
        model=None, tool_version="0", draw=drawn,
    )  # fmt: skip
    made = json.loads(json_report.render(report))
    return {name: part for name, part in made.items() if name not in ("usage", "base", "head")}


def by_git(root: Path, before: Files, after: Files) -> LocalChange:
    checkout = Checkout(root, {})
    checkout.git("checkout", "-q", "main")
    write(checkout, before, {})
    checkout.git("branch", "-q", "-f", "feature")
    checkout.git("checkout", "-q", "feature")
    write(checkout, after, before)
    return read_local_change(root, base="main", head="feature", surroundings=ENV)


def write(checkout: Checkout, files: Files, gone: Files) -> None:
    """One commit of many files at once."""
    for path in gone.keys() - files.keys():
        (checkout.root / path).unlink()
    for path, data in files.items():
        (checkout.root / path).parent.mkdir(parents=True, exist_ok=True)
        (checkout.root / path).write_bytes(data)
    checkout.commit({})


@pytest.mark.parametrize(("count", "limit"), [(350, 40), (3_000, 150)])
def test_a_large_pull_request_is_read_whole_in_few_requests(
    count: int, limit: int, tmp_path: Path, fake_github: FakeGitHub, pool: ParserPool
) -> None:
    """The whole review: the texts of the change, and of the repository what it looks at beside: build files, constants."""
    before, after = large(count)
    gone = dict.fromkeys(before.keys() - after.keys())
    scene = pull_request(
        fake_github, before, {**{path: after[path] for path in after if after[path] != before.get(path)}, **gone}
    )
    scene.pull.files()  # what the fake works out at the first question can take it longer than we wait for GitHub
    with Session(token=TOKEN, repository=REPO, base_url=fake_github.url, patience=Patience(tries=1)) as session:
        change = read_pull_request(PullRequestReader(session), 1).change
        by_api = report_of(change, pool)
    print(
        f"{count} files: {len(fake_github.requests)} requests, {fake_github.points} points",
        dict(fake_github.endpoints()),
    )
    assert len(change.change_set.files) == count and len(by_api["findings"]) >= count // 60
    assert {entry["path"] for entry in by_api["coverage"] if entry["outcome"] == "not-reviewed"} == {"odd/Large.java"}
    assert len(fake_github.requests) <= limit and fake_github.points <= limit
    fake_github.assert_no_writes()
    if count < 1_000:  # what is read is compared where it takes seconds
        assert by_api == report_of(by_git(tmp_path / "repo", before, after), pool)


def test_what_is_read_beside_the_change_comes_together_too(fake_github: FakeGitHub, pool: ParserPool) -> None:
    """Twelve producers in twelve modules: their build files and the constants they name are known before they are read."""
    before, _ = large(4)
    old = {
        FOLDER.format(module=module, name="Orders"): ORDERS.format(module=module, number="").encode()
        for module in range(12)
    }
    new = {path: data.replace(b'"all"', b'"1"') for path, data in old.items()}
    pull_request(fake_github, {**before, **old}, new)
    with Session(token=TOKEN, repository=REPO, base_url=fake_github.url, patience=Patience(tries=1)) as session:
        report = report_of(read_pull_request(PullRequestReader(session), 1).change, pool)
    assert len(report["findings"]) == 12
    seen = fake_github.endpoints()
    assert (seen["POST /graphql"], seen["GET /git/blobs"]) == (3, 0)
