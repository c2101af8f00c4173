"""A danger that hangs on an unchanged file, through GitHub's API: found, or told that it could not be looked for."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from action_kit import Stage, Stager, shared_pool
from fakes.github import REPO, TOKEN, FakeGitHub, pull_request

from reviewer.app import wiring
from reviewer.app.cli import main
from reviewer.inputs import api_whole

DEFAULTS = 'package shop;\npublic class Defaults {\n  public static final String ACKS = "all";\n}\n'
PRODUCER = """package shop;
import org.apache.kafka.clients.producer.*;
class Orders {
  KafkaProducer<String, String> open(java.util.Properties props) {
    props.put(ProducerConfig.ACKS_CONFIG, Defaults.ACKS);
    return new KafkaProducer<>(props);
  }
}
"""
BEFORE: dict[str, str | bytes | None] = {
    "src/main/java/shop/Defaults.java": DEFAULTS,
    "src/main/java/shop/Orders.java": PRODUCER,
}
AFTER: dict[str, str | bytes | None] = {"src/main/java/shop/Defaults.java": DEFAULTS.replace('"all"', '"1"')}
PROSE: dict[str, str | bytes | None] = {"README.md": "Orders and more.\n"}
TOLD = "could not be searched"
FETCHED = "GET /repos/acme/shop/tarball/*"


@pytest.fixture
def server(fake_github: FakeGitHub, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[FakeGitHub]:
    for name in ("ANTHROPIC_API_KEY", "GH_TOKEN", "GH_HOST", "GITHUB_SERVER_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("GITHUB_TOKEN", TOKEN)
    monkeypatch.setenv("GITHUB_API_URL", fake_github.url)
    monkeypatch.setattr(wiring, "_SECONDS_BETWEEN_TRIES", 0.0)
    monkeypatch.setattr(wiring, "parser_pool", lambda *_: nullcontext(shared_pool()))
    monkeypatch.chdir(tmp_path)
    yield fake_github
    fake_github.forget_faults()


@pytest.fixture
def large(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every repository is so large that nothing but an archive will do."""
    for name in ("FEW", "_LEFT", "_SINGLE"):
        monkeypatch.setattr(api_whole, name, 0)


def reviewed(capsys: pytest.CaptureFixture[str], form: str) -> str:
    code = main(["review", "--pr", f"https://github.com/{REPO}/pull/1", "--engine", "rules", "--format", form])
    said = capsys.readouterr()
    assert code == 0, said.err
    return said.out


def test_the_danger_is_found_without_a_checkout(server: FakeGitHub, capsys: pytest.CaptureFixture[str]) -> None:
    pull_request(server, BEFORE, AFTER)
    report = json.loads(reviewed(capsys, "json"))
    assert [(f["rule_id"], f["line"]) for f in report["findings"]] == [("kafka-producer-acks-not-all", 3)]
    assert TOLD not in json.dumps(report)


@pytest.mark.usefixtures("large")
def test_it_is_found_in_an_archive_and_nobody_but_github_is_spoken_to(
    server: FakeGitHub, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    spoken: set[Any] = set()
    connect = socket.socket.connect

    def recorded(self: socket.socket, address: Any) -> None:
        if self.family != socket.AF_UNIX:
            spoken.add(address[:2])
        connect(self, address)

    pull_request(server, BEFORE, AFTER)
    monkeypatch.setattr(socket.socket, "connect", recorded)
    assert "kafka-producer-acks-not-all" in reviewed(capsys, "json")
    assert spoken == {("127.0.0.1", urlsplit(url).port) for url in (server.url, server.codeload.url)}
    assert len(server.codeload.requests) == 1


@pytest.mark.usefixtures("large")
@pytest.mark.parametrize("form", ["json", "sarif", "terminal", "markdown"])
def test_what_could_not_be_searched_is_told_once(
    server: FakeGitHub, capsys: pytest.CaptureFixture[str], form: str
) -> None:
    pull_request(server, BEFORE, AFTER)
    server.fail_next(FETCHED, status=404, message="Not Found")
    said = " ".join(reviewed(capsys, form).split())
    assert said.count(TOLD) == 1
    assert "stream-review review --base REF --head REF" in said and "fetch-depth: 0" in said


@pytest.mark.usefixtures("large")
def test_the_action_tells_it_in_the_pull_request_and_in_the_job_summary(make: Stager) -> None:
    also: dict[str, str | bytes | None] = {"Other.java": PRODUCER.replace("Defaults.ACKS", '"all"')}
    stage: Stage = make(
        before={**BEFORE, **also}, after={**AFTER, "Other.java": PRODUCER.replace("Defaults.ACKS", '"1"')}
    )
    stage.github.fail_next(FETCHED, status=404, message="Not Found")
    seen = stage.run(engine="rules")
    assert seen.code == 0 and seen.summary.count(TOLD) == 1
    [review] = stage.reviews
    assert review.count(TOLD) == 1 and "stream-review review --base REF --head REF" in review


@pytest.mark.usefixtures("large")
def test_a_change_without_streaming_code_asks_for_nothing_and_is_told_nothing(
    server: FakeGitHub, capsys: pytest.CaptureFixture[str]
) -> None:
    pull_request(server, {**BEFORE, "README.md": "Orders.\n"}, PROSE)
    server.fail_next(FETCHED, status=404)
    assert TOLD not in reviewed(capsys, "json")
    assert server.pending_faults == 1 and not server.points
