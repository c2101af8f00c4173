"""`related-repositories` with `owner/name`: who else is hit in other repositories on GitHub, and what is said where one can't be read."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

import pytest
from action_kit import CONFIG, Stager
from fakes.github import REPO, TOKEN, FakeGitHub, Repo, Scene, pull_request
from fakes.loopback import Call, Loopback, Reply, json_reply

from reviewer.app import neighbours, wiring
from reviewer.app.cli import main
from reviewer.app.settings_file import parse_settings
from reviewer.core.problem import ReviewError

BILLING = """import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
class Billing {
  void bill(KafkaProducer<String, String> producer, String order) throws Exception {
    producer.send(new ProducerRecord<>("invoices", order, order)).get();
  }
}
"""
CHANGED = BILLING.replace("order, order)).get()", "order, order.trim()))")
CRM = """from confluent_kafka import Consumer
consumer = Consumer({"group.id": "crm", "bootstrap.servers": "b"})
def run():
    consumer.subscribe(["invoices"])
"""
THEIRS = ("acme/crm", "py/consumer.py", 4)
TOKEN_WORDS = "a token with `contents: read` for acme/crm"


@pytest.fixture
def server(fake_github: FakeGitHub, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> FakeGitHub:
    """The fake as github.com's API, a token in the environment, an empty working directory, no pauses."""
    for name in ("ANTHROPIC_API_KEY", "GH_TOKEN", "GH_HOST", "GITHUB_SERVER_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("GITHUB_TOKEN", TOKEN)
    monkeypatch.setenv("GITHUB_API_URL", fake_github.url)
    monkeypatch.setattr(wiring, "_SECONDS_BETWEEN_TRIES", 0.0)
    monkeypatch.chdir(tmp_path)
    return fake_github


def shop(server: FakeGitHub, *names: str, after: str = CHANGED) -> Scene:
    """The pull request, whose base branch names other repositories."""
    config = f"related-repositories: {json.dumps(names)}\n"
    return pull_request(server, {"Billing.java": BILLING, CONFIG: config}, {"Billing.java": after})


def crm(server: FakeGitHub, more: Mapping[str, str] | None = None, *, private: bool = False) -> Repo:
    """A service that reads the topic, in a repository of its own whose default branch is not called main."""
    repo = server.add_repo("acme/crm", private=private, default_branch="trunk")
    repo.commit({"py/consumer.py": CRM, "README.md": "invoices\n", **(more or {})}, branch="trunk")
    return repo


def reviewed(capsys: pytest.CaptureFixture[str], form: str = "json") -> tuple[str, str]:
    """(stdout, stderr) of a review that went through."""
    code = main(["review", "--pr", f"https://github.com/{REPO}/pull/1", "--engine", "rules", "--format", form])
    said = capsys.readouterr()
    assert code == 0, said.err
    return said.out, said.err


def foreign(report: Any) -> list[tuple[str, str, int]]:
    """(repository, path, line) of the readers in other repositories."""
    readers = [user for blast in report["blast_radius"] for user in blast["readers"]]
    return [(user["repository"], user["path"], user["line"]) for user in readers if user["repository"]]


def asked(server: FakeGitHub, name: str) -> list[str]:
    """Paths of the requests at a repository."""
    return [call.path for call in server.requests if call.path.startswith(f"/repos/{name}")]


def test_a_reader_in_another_repository_is_named_and_its_code_is_not_told(
    server: FakeGitHub, capsys: pytest.CaptureFixture[str]
) -> None:
    shop(server, "acme/crm")
    crm(server)
    out, said = reviewed(capsys)
    assert (foreign(json.loads(out)), said) == ([THEIRS], "")
    assert "consumer.subscribe" not in out
    page, _ = reviewed(capsys, "markdown")
    assert "acme/crm" in page and "py/consumer.py:4" in page and "consumer.subscribe" not in page
    server.assert_no_writes()


def test_the_default_branch_counts_and_nothing_else(server: FakeGitHub, capsys: pytest.CaptureFixture[str]) -> None:
    shop(server, "acme/crm")
    repo = crm(server, {"py/old.py": CRM})
    first = repo.branches["trunk"]
    repo.commit({"py/other.py": CRM}, parent=first, branch="experiment")
    repo.commit({"py/old.py": None}, parent=first, branch="trunk")
    assert foreign(json.loads(reviewed(capsys)[0])) == [THEIRS]


def test_the_action_reads_it_with_the_token_of_its_input(make: Stager) -> None:
    config = "related-repositories: [acme/crm]\nengine: rules\n"
    stage = make(before={"Billing.java": BILLING, CONFIG: config}, after={"Billing.java": CHANGED})
    crm(stage.github)
    seen = stage.run(report_file="report.json")
    assert seen.code == 0
    report = json.loads((stage.workspace / "report.json").read_text(encoding="utf-8"))
    assert foreign(report) == [THEIRS]
    assert "acme/crm" in seen.summary


def test_the_action_says_how_to_let_it_read_a_private_one(make: Stager) -> None:
    config = "related-repositories: [acme/crm]\nengine: rules\n"
    stage = make(before={"Billing.java": BILLING, CONFIG: config}, after={"Billing.java": CHANGED})
    crm(stage.github, private=True)
    seen = stage.run()
    assert seen.code == 0
    assert any(line.startswith("::notice") and TOKEN_WORDS in line for line in seen.annotations)
    assert "contents: read" in seen.summary


def test_a_token_for_both_reads_a_private_one(server: FakeGitHub, capsys: pytest.CaptureFixture[str]) -> None:
    shop(server, "acme/crm")
    crm(server, private=True)
    server.add_token(TOKEN, repositories=(REPO, "acme/crm"))
    assert foreign(json.loads(reviewed(capsys)[0])) == [THEIRS]


@pytest.mark.parametrize(
    ("which", "words"),
    [
        ("private", f"acme/crm: GitHub does not show it to the token of this run (404). Give github-token (GITHUB_TOKEN on the command line) {TOKEN_WORDS}"),
        ("gone", f"(404). Give github-token (GITHUB_TOKEN on the command line) {TOKEN_WORDS}, or correct the name"),
        ("no contents", f"(403). Give github-token (GITHUB_TOKEN on the command line) {TOKEN_WORDS}"),
        ("empty", "acme/crm: it has no commit yet"),
        ("too large", "acme/crm: it has more files than GitHub's API lists at once. Check it out in a step before, and name its folder"),
    ],
)  # fmt: skip
def test_what_can_not_be_read_is_told_and_the_review_goes_on(
    server: FakeGitHub, capsys: pytest.CaptureFixture[str], which: str, words: str
) -> None:
    shop(server, "acme/crm", "acme/mail")
    server.add_repo("acme/mail").commit({"mail.py": CRM}, branch="main")
    match which:
        case "private":
            crm(server, private=True)
        case "no contents":
            crm(server, private=True)
            server.add_token(TOKEN, permissions={"metadata": "read"})
        case "empty":
            server.add_repo("acme/crm")
        case "too large":
            crm(server, {"a/b/c.py": "c = 1\n"}).tree_entries = 2
    out, said = reviewed(capsys)
    report = json.loads(out)
    assert words in said and said.count("related-repositories: acme/crm") == 1
    assert foreign(report) == [("acme/mail", "mail.py", 4)] and report["problems"] == []
    assert "acme/crm: it could not be read" in report["blast_radius"][0]["note"]


@pytest.mark.parametrize("limit", ["primary", "secondary"])
@pytest.mark.parametrize(
    "at", ["GET /repos/acme/crm", "GET /repos/acme/crm/git/trees/*", "GET /repos/acme/crm/git/blobs/*"]
)
def test_a_rate_limit_is_not_waited_for(
    server: FakeGitHub, capsys: pytest.CaptureFixture[str], limit: Literal["primary", "secondary"], at: str
) -> None:
    shop(server, "acme/crm")
    crm(server)
    server.fail_next(at, limit=limit, retry_after=1800, times=9)
    out, said = reviewed(capsys)
    assert "related-repositories: acme/crm: GitHub limits our requests" in said and "Try again after" in said
    assert foreign(json.loads(out)) == []
    server.forget_faults()


def test_the_time_for_them_is_bounded(
    server: FakeGitHub, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    shop(server, "acme/crm")
    crm(server)
    monkeypatch.setattr(neighbours, "_SECONDS", 0.0)
    out, said = reviewed(capsys)
    assert "related-repositories: acme/crm: The time for this run was over" in said
    assert foreign(json.loads(out)) == [] and asked(server, "acme/crm") == []


def test_at_most_fifty_files_are_read_and_that_is_told(server: FakeGitHub, capsys: pytest.CaptureFixture[str]) -> None:
    shop(server, "acme/crm")
    crm(server, {f"src/unit{number:03}.py": f"x = {number}\n" for number in range(200)})
    server.world.graphql.points = 0  # then each file is a request, and can be counted
    report = json.loads(reviewed(capsys)[0])
    assert foreign(report) == [THEIRS]
    assert "acme/crm: read 50 of 201 files, chosen by their paths" in report["blast_radius"][0]["note"]
    assert sum("/git/blobs/" in path for path in asked(server, "acme/crm")) == 50


def test_nothing_is_asked_without_a_touched_stream(server: FakeGitHub, capsys: pytest.CaptureFixture[str]) -> None:
    shop(server, "acme/crm", "acme/gone", after=BILLING + "// the end\n")
    crm(server)
    _, said = reviewed(capsys)
    assert (asked(server, "acme/crm"), asked(server, "acme/gone"), said) == ([], [], "")


def test_a_name_twice_or_of_the_repository_itself_is_read_once(
    server: FakeGitHub, capsys: pytest.CaptureFixture[str]
) -> None:
    shop(server, REPO, "acme/crm", "Acme/CRM", "ACME/shop")
    crm(server)
    assert foreign(json.loads(reviewed(capsys)[0])) == [THEIRS]
    assert len([path for path in asked(server, "acme/crm") if "/git/trees/" in path]) == 1


def test_a_renamed_repository_is_found_under_its_old_name(
    server: FakeGitHub, capsys: pytest.CaptureFixture[str]
) -> None:
    shop(server, "acme/customers")
    crm(server)
    server.fail_next("GET /repos/acme/customers", status=301, location=f"{server.url}/repos/acme/crm")
    readers = foreign(json.loads(reviewed(capsys)[0]))
    assert readers == [("acme/customers", *THEIRS[1:])]


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_the_token_is_not_sent_to_another_host(
    server: FakeGitHub, capsys: pytest.CaptureFixture[str], status: int
) -> None:
    shop(server, "acme/crm")
    heard: list[Call] = []

    def listening(call: Call) -> Reply:
        heard.append(call)
        return json_reply({})

    with contextlib.closing(Loopback(listening)) as thief:
        server.fail_next("GET /repos/acme/crm", status=status, times=9, location=f"{thief.url}/x")
        out, said = reviewed(capsys)
        server.forget_faults()
    assert "related-repositories: acme/crm: GitHub" in said
    assert (foreign(json.loads(out)), heard) == ([], [])


def test_the_pull_request_names_no_repository(server: FakeGitHub, capsys: pytest.CaptureFixture[str]) -> None:
    theirs = {"Billing.java": CHANGED, CONFIG: "related-repositories: [acme/crm]\n"}
    pull_request(server, {"Billing.java": BILLING}, theirs)
    crm(server)
    assert foreign(json.loads(reviewed(capsys)[0])) == []
    assert asked(server, "acme/crm") == []


def test_without_a_pull_request_it_is_told_that_github_is_not_read(
    repo: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (repo / ".github").mkdir()
    (repo / CONFIG).write_text("related-repositories: [acme/crm]\n", encoding="utf-8")
    assert main(["review", "--repo", str(repo), "--engine", "rules", "--format", "json"]) == 0
    assert "related-repositories: acme/crm is read on GitHub only" in capsys.readouterr().err


def configured(names: Sequence[str]) -> tuple[str, ...]:
    return parse_settings(json.dumps({"related-repositories": list(names)}), "f.yml", frozenset()).related_repositories


def test_names_of_github_and_folders_are_taken() -> None:
    names = ("acme/crm", "a/.github", "my-org/x.y_z-1", "short_name/x", "./acme/crm", "../crm", "/srv/crm")
    assert configured(names) == names


@pytest.mark.parametrize(
    "name",
    ["crm", "acme/", "/", "acme/..", "acme/.", "acme/...", "-acme/crm", "acme/crm/pulls", "acme/crm?ref=x", "acme/crm#x", "acme/c rm",
     "acme/crm\n", "acme/%2e%2e", "acme/crm\\x", "https://github.com/acme/crm", "acmé/crm", "acme/" + "x" * 101, "a" * 40 + "/crm", "ac.me/crm"],
)  # fmt: skip
def test_what_is_neither_is_refused_with_the_key(name: str) -> None:
    with pytest.raises(ReviewError, match="related-repositories"):
        configured([name])
