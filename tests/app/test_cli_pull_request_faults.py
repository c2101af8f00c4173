"""Every read of a pull request x everything that can go wrong with it: the same report or a clear error, never a smaller report."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import nullcontext
from typing import Any

import pytest
from fakes.github import REPO, TOKEN, FakeGitHub, Scene, pull_request, reads
from fakes.loopback import Call

from reviewer.app import wiring
from reviewer.app.cli import main
from reviewer.facts.workers import ParserPool
from reviewer.github import batches

ORDERS = """import org.apache.kafka.clients.producer.*;
class Orders {
  KafkaProducer<String, String> open(Properties props) {
    props.put(ProducerConfig.ACKS_CONFIG, "all");
    return new KafkaProducer<>(props);
  }
}
"""
FILLER = {f"notes/{number:03}.md": f"{number}\n" for number in range(110)}
#: Two texts, not one twice: equal files are one blob, and whether a second request asks for it hangs on who reads first.
FEW = {"Orders.java": ORDERS, "z/Other.java": f"// another\n{ORDERS}"}
MANY = {f"m/Orders{number}.java": f"// {number}\n{ORDERS}" for number in range(14)}

#: What passes by itself when it happens once; and what doesn't.
PASSING: dict[str, dict[str, Any]] = {
    "502": {"status": 502}, "503": {"status": 503}, "reset": {"reset": True}, "unanswered": {"drop_response": True},
    "cut body": {"cut": True}, "HTML for an answer": {"html": True}, "empty object": {"status": 200, "message": "x"},
    "secondary limit, over at once": {"limit": "secondary", "retry_after": 0},
    "429, over at once": {"status": 429, "retry_after": 0},
    "302": {"status": 302, "location": "https://evil.example/"},
}  # fmt: skip
STAYING: dict[str, dict[str, Any]] = {
    "401": {"status": 401, "message": "Bad credentials"}, "403": {"status": 403, "message": "Resource not accessible"},
    "404": {"status": 404, "message": "Not Found"},
    "primary limit": {"limit": "primary", "retry_after": 3000},
    "secondary limit for long": {"limit": "secondary", "retry_after": 3000}, "429 for long": {"status": 429, "retry_after": 3000},
}  # fmt: skip


def _nth(path: str, number: int = 1, **query: str) -> Callable[[], Callable[[Call], bool]]:
    """Matches from the n-th call of that path on (with that query)."""

    def fresh() -> Callable[[Call], bool]:
        seen = Counter[str]()

        def matches(call: Call) -> bool:
            if not call.path.startswith(f"/repos/{REPO}{path}") or any(
                call.query.get(k) != v for k, v in query.items()
            ):
                return False
            if path.startswith("/pulls") and not call.path.endswith(path):
                return False
            seen["calls"] += 1
            return seen["calls"] >= number

        return matches

    return fresh


READS = {
    "pull request": _nth("/pulls/1"), "comparison": _nth("/compare/"), "first page of files": _nth("/pulls/1/files"),
    "second page of files": _nth("/pulls/1/files", page="2"), "tree of the base": _nth("/git/trees/"),
    "tree of the head": _nth("/git/trees/", 2), "first blob": _nth("/git/blobs/"), "second blob": _nth("/git/blobs/", 2),
}  # fmt: skip


@pytest.fixture(scope="module")
def pool() -> Iterator[ParserPool]:
    with ParserPool(size=1) as made:
        yield made


@pytest.fixture(scope="module")
def undisturbed() -> dict[str, Any]:
    """The reports when nothing goes wrong, each made by the first test that asks."""
    return {}


@pytest.fixture
def scene(fake_github: FakeGitHub, pool: ParserPool, monkeypatch: pytest.MonkeyPatch) -> Scene:
    for name in ("ANTHROPIC_API_KEY", "GH_TOKEN", "GH_HOST", "GITHUB_SERVER_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("GITHUB_TOKEN", TOKEN)
    monkeypatch.setenv("GITHUB_API_URL", fake_github.url)
    monkeypatch.setattr(wiring, "_SECONDS_BETWEEN_TRIES", 0.0)
    monkeypatch.setattr(wiring, "parser_pool", lambda *_: nullcontext(pool))
    # The comparison lists so few files that the list by pages is needed, as beyond 300.
    monkeypatch.setattr(reads, "DIFF_FILES", 1)
    return changed(fake_github, FEW)


def changed(server: FakeGitHub, files: Mapping[str, str]) -> Scene:
    """A pull request that weakens and lengthens all the files."""
    return pull_request(
        server, files, {name: text.replace('"all"', '"1"') + "// more\n" for name, text in files.items()}
    )


def run(capsys: pytest.CaptureFixture[str]) -> tuple[int, Any, str]:
    code = main(["review", "--pr", f"https://github.com/{REPO}/pull/1", "--format", "json"])
    said = capsys.readouterr()
    report = json.loads(said.out) if said.out else None
    if report is not None:
        del report["usage"]
    return code, report, said.err


@pytest.mark.parametrize("name", READS)
def test_a_failed_read_gives_the_same_report_or_a_clear_error(
    name: str, scene: Scene, capsys: pytest.CaptureFixture[str]
) -> None:
    files = {**FEW, **FILLER} if "page" in name else FEW
    if "page" in name:
        scene = changed(scene.server, files)
    code, whole, _ = run(capsys)
    assert (code, len(whole["findings"]), len(whole["coverage"])) == (0, 2, len(files))
    cases = [(1, kind) for kind in PASSING] + [(1000, kind) for kind in (*PASSING, *STAYING)]
    seen = Counter[str]()
    for times, kind in cases:
        scene.server.fail_next(READS[name](), times=times, **{**PASSING, **STAYING}[kind])
        code, report, said = run(capsys)
        assert scene.server.pending_faults < times, f"{kind}: never came"
        scene.server.forget_faults()
        outcome = "same" if (code, report) == (0, whole) else "error" if (code, report) == (2, None) else "wrong"
        assert outcome != "wrong", f"{name}, {kind}, {times}: {code} {said}"
        assert outcome == "same" or (said.startswith("stream-review: ") and "Traceback" not in said), said
        seen[outcome] += 1
    print(f"{name}: {sum(seen.values())} faults, {seen['same']} times the same report, {seen['error']} errors")
    assert seen == {"same": len(PASSING), "error": len(PASSING) + len(STAYING)}
    scene.server.assert_no_writes()


#: What goes wrong with texts that are read together. Only a limit that is for all of GitHub is waited for, and then told; around
#: everything else leads REST, also where it stays.
TOGETHER: dict[str, dict[str, Any]] = {
    **PASSING, **STAYING, "504": {"status": 504},
    "points spent": {"limit": "primary", "status": 200, "retry_after": 3000},
    "secondary limit for long, told in a 200": {"limit": "secondary", "status": 200, "retry_after": 3000},
    "too many resources": {"errors": [{"type": "RESOURCE_LIMITS_EXCEEDED", "message": "Resource limits exceeded."}]},
    "too many nodes": {"errors": [{"type": "MAX_NODE_LIMIT_EXCEEDED", "message": "Too many nodes."}]},
    "a timeout told in a 200": {"errors": [{"message": "Something went wrong while executing your query."}]},
    "forbidden": {"errors": [{"type": "FORBIDDEN", "message": "Resource not accessible by integration"}]},
    "no repository": {"errors": [{"type": "NOT_FOUND", "message": "Could not resolve to a Repository"}]},
    "nothing": {"twisted": lambda told: {"data": {"repository": None}}},
    "half of it": {"twisted": lambda told: _texts(told, lambda n, text: text if n % 2 else None)},
    "half of it, and a limit": {
        "twisted": lambda told: {
            **_texts(told, lambda n, text: text if n % 2 else None),
            "errors": [{"type": "RESOURCE_LIMITS_EXCEEDED", "message": "x"}],
        }
    },
    "texts cut off": {"twisted": lambda told: _texts(told, lambda n, text: text[:40])},
    "other texts": {"twisted": lambda told: _texts(told, lambda n, text: text.replace('"1"', '"all"'))},
    "the texts of others": {"twisted": lambda told: _texts(told, lambda n, text: "class Other {}\n" if n else text)},
}  # fmt: skip
LASTING = {
    "secondary limit, over at once",
    "429, over at once",
    "secondary limit for long",
    "429 for long",
    "secondary limit for long, told in a 200",
}


def _texts(told: Any, change: Callable[[int, str], str | None]) -> Any:
    nodes = told["data"]["repository"].items()
    made = {alias: {"text": change(number, node["text"])} for number, (alias, node) in enumerate(nodes)}
    return {"data": {"repository": made}}


@pytest.mark.parametrize("times", [1, 1000])
@pytest.mark.parametrize("kind", TOGETHER)
def test_texts_that_do_not_come_together_give_the_same_report_or_a_clear_error(
    kind: str,
    times: int,
    scene: Scene,
    undisturbed: dict[str, Any],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(batches, "MOST", 10)
    scene = changed(scene.server, MANY)
    if "together" not in undisturbed:  # the same for every fault: the fake's commits are those of the same texts
        code, undisturbed["together"], _ = run(capsys)
        assert (code, *(len(undisturbed["together"][part]) for part in ("findings", "coverage"))) == (0, 14, 14)
        assert scene.server.endpoints()["GET /git/blobs"] == 0 and scene.server.points > 0
    whole = undisturbed["together"]
    scene.server.fail_next("POST /graphql", times=times, **TOGETHER[kind])
    code, report, said = run(capsys)
    assert scene.server.pending_faults < times, f"{kind}: never came"
    scene.server.forget_faults()
    # A long wait is not waited for even once; one that is over at once is, three times.
    is_error = kind in LASTING and (times > 1 or "for long" in kind)
    assert (code, report) == ((2, None) if is_error else (0, whole)), said
    assert not is_error or (
        said.startswith("stream-review: ") and "Try again after" in said and "Traceback" not in said
    )
    scene.server.assert_no_writes()


@pytest.mark.parametrize("kind", [*PASSING, *STAYING])
def test_a_report_is_not_lost_because_the_last_question_failed(
    kind: str, scene: Scene, undisturbed: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    """Whether a push came meanwhile is asked at the end; without --post nothing depends on it."""
    if "few" not in undisturbed:
        _, undisturbed["few"], _ = run(capsys)
    whole = undisturbed["few"]
    scene.server.fail_next(_nth("/pulls/1", 2)(), times=1000, **{**PASSING, **STAYING}[kind])
    code, report, said = run(capsys)
    assert (code, report) == (0, whole)
    assert "is not known" in said
    scene.server.forget_faults()


def test_a_redirect_takes_the_token_nowhere(scene: Scene, capsys: pytest.CaptureFixture[str]) -> None:
    with FakeGitHub() as thief:
        for status in (301, 302, 307, 308):
            for name in (name for name in READS if name != "second page of files"):
                scene.server.fail_next(READS[name](), status=status, location=f"{thief.url}/x", times=1000)
                code, report, said = run(capsys)
                scene.server.forget_faults()
                assert (code, report) == (2, None), (name, status, said)
        scene = changed(scene.server, MANY)
        for status in (301, 302, 307, 308):
            scene.server.fail_next("POST /graphql", status=status, location=f"{thief.url}/x", times=1000)
            code, report, said = run(capsys)
            assert (code, len(report["findings"])) == (0, 14), (status, said)
            assert scene.server.pending_faults < 1000
            scene.server.forget_faults()
        assert thief.requests == []


def test_an_outage_says_when_to_come_back(scene: Scene, capsys: pytest.CaptureFixture[str]) -> None:
    scene.server.fail_next("*", limit="secondary", retry_after=3000, times=1000)
    code, _, said = run(capsys)
    assert code == 2 and "Try again after" in said and "UTC" in said
    scene.server.forget_faults()
