"""The second look as a user meets it: what the model asks for is found in the repository, and the report says what it was shown."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from app.conftest import ORDERS, git
from app.test_cli_claude_faults import answer, need, review
from app.test_cli_claude_hostile import FINDING, claude, is_second, upheld
from fakes.claude import KEY, FakeClaude, user_text
from fakes.github import REPO, TOKEN, FakeGitHub, pull_request

from reviewer.app.cli import main

__all__ = ["claude"]
CODE = {
    "app/Drainer.java": "class Drainer {\n  void stop(Orders orders) {\n    orders.close();\n  }\n}\n",
    "app/Special.java": "class Special extends Orders {\n  int marker = 77;\n}\n",
    "deploy/app.yaml": "env:\n  - name: ORDERS_ACKS\n    value: all-of-them\n  - name: ORDERS_PASSWORD\n    value: hunter2hunter2\n",
    "pom.xml": "<project>\n<properties>\n<kafka.version>3.1.4</kafka.version>\n</properties>\n<dependencies><dependency>\n"
    "<groupId>org.apache.kafka</groupId><artifactId>kafka-clients</artifactId>\n<version>${kafka.version}</version>\n"
    "</dependency></dependencies>\n</project>\n",
}  # fmt: skip
ASKED = {
    "callers": ("Orders.close", "orders.close();", "app/Drainer.java"),
    "subclasses": ("Orders", "int marker = 77;", "app/Special.java"),
    "setting": ("orders.acks", "value: all-of-them", "deploy/app.yaml"),
    "version": ("kafka-clients", "<kafka.version>3.1.4<", "pom.xml"),
}


@pytest.fixture
def rich(repo: Path) -> Path:
    """Committed with a `close`; the change deletes it and weakens acks."""
    (repo / "Orders.java").write_text(ORDERS.replace("\n}\n", "\n  void close() { flush(); }\n}\n"), encoding="utf-8")
    for path, text in CODE.items():
        (repo / path).parent.mkdir(exist_ok=True)
        (repo / path).write_text(text, encoding="utf-8")
    git(repo, "add", ".")
    git(repo, "commit", "-qm", "all")
    (repo / "Orders.java").write_text(ORDERS.replace('"all"', '"1"'), encoding="utf-8")
    return repo


@pytest.mark.parametrize(("what", "symbol", "line", "path"), [(what, *rest) for what, rest in ASKED.items()], ids=ASKED)
def test_what_the_model_asks_about_a_name_is_found_wherever_it_stands(
    claude: FakeClaude, rich: Path, capsys: pytest.CaptureFixture[str], what: str, symbol: str, line: str, path: str
) -> None:
    claude.reply(upheld, when=is_second)
    claude.reply(answer(FINDING), when=line)
    claude.reply(answer(needs=[{**need(None, symbol), "what": what}]))
    report = review(rich, capsys)
    assert FINDING["title"] in {f["title"] for f in report["findings"]}
    (served,) = report["served"]
    assert (served["paths"], served["what"], served["asked"], served["note"]) == (["Orders.java"], what, symbol, "")
    assert path in {place["path"] for place in served["found"]}
    told = "".join(claude.prompt_text(n) for n in range(len(claude.prompts)))
    assert "hunter2" not in told and line not in claude.prompt_text(0)


def test_the_second_look_shows_which_rule_an_earlier_finding_confirmed(
    claude: FakeClaude, rich: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """So that the model need not tell it again only to name the rule; an id that is none of ours is not repeated."""
    ours, invented = "kafka-producer-acks-not-all", "kafka-made-up"
    first = [{**FINDING, "rule_id": ours}, {**FINDING, "title": "another", "rule_id": invented}]
    claude.reply(upheld, when=is_second)
    claude.reply(answer(*first), when="orders.close();")
    claude.reply(answer(*first, needs=[{**need(None, "Orders.close"), "what": "callers"}]))
    review(rich, capsys)
    (second,) = [claude.prompt_text(n) for n, asked in enumerate(claude.prompts) if "e1: " in user_text(asked)]
    told = second[second.index("e1: ") :]
    assert re.findall(r"^  rule: ([\w-]+);", told, re.MULTILINE) == [ours, "none"] and invented not in second


def test_that_nobody_is_left_who_calls_is_said(
    claude: FakeClaude, rich: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (rich / "app/Drainer.java").unlink()
    claude.reply(upheld, when=is_second)
    claude.reply(answer(FINDING), when="not found: callers of Orders.close; looked for in the whole repository")
    claude.reply(answer(needs=[{**need(None, "Orders.close"), "what": "callers"}]))
    report = review(rich, capsys)
    assert FINDING["title"] in {f["title"] for f in report["findings"]}
    assert report["served"][0]["note"].startswith(
        "not found: callers of Orders.close; looked for in the whole repository"
    )


def test_a_question_says_where_the_repository_sets_what_it_names(
    claude: FakeClaude, rich: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    doubt = {
        "confidence": "low",
        "question": "How many acks does it wait for?",
        "settle": "`ORDERS_ACKS` where it runs.",
    }
    claude.reply(upheld, when=is_second)
    claude.reply(answer({**FINDING, **doubt}))
    (asked,) = [q for q in review(rich, capsys)["questions"] if q["title"] == FINDING["title"]]
    assert asked["settle"] == "`ORDERS_ACKS` where it runs. This repository has `ORDERS_ACKS` in deploy/app.yaml:2."


UNSURE = {**FINDING, "confidence": "medium"}


@pytest.mark.parametrize(
    "doubt",
    [
        {"why": "The class that closes it, `app/Drainer.java`, is not shown."},
        {"confidence": "low", "question": "Who stops it?", "settle": "The callers of `Orders.close`."},
    ],
)
def test_what_a_finding_calls_not_shown_is_looked_for_before_the_second_opinion(
    claude: FakeClaude, rich: Path, capsys: pytest.CaptureFixture[str], doubt: dict[str, Any]
) -> None:
    def refuted(body: Any) -> dict[str, Any]:
        rows = upheld(body)["opinions"]
        row = {"verdict": "refuted", "reason": "it is closed there", "quote": "orders.close();"}
        return {"opinions": [v | row if f"{v['id']}: {FINDING['title']}" in user_text(body) else v for v in rows]}

    claude.reply(refuted, when="what the finding calls not shown: ")
    claude.reply(answer({**UNSURE, **doubt}))
    report = review(rich, capsys)
    assert [w["title"] for w in report["withheld"] if w["reason"] == "it is closed there"] == [FINDING["title"]]
    (served,) = report["served"]
    assert "app/Drainer.java" in {place["path"] for place in served["found"]}


def test_a_finding_that_is_sure_costs_no_look_up(
    claude: FakeClaude, rich: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    claude.reply(upheld, when=is_second)
    claude.reply(answer({**FINDING, "why": "The class `app/Drainer.java` is not shown."}))
    assert review(rich, capsys)["served"] == []


def test_every_unit_that_asks_is_served(claude: FakeClaude, rich: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for n in range(13):
        more = "".join(f"  void method{n}() {{ producer.send(record{n}, callback{n}); }}\n" for n in range(320))
        (rich / f"m{n}").mkdir()
        (rich / f"m{n}/Big{n}.java").write_text(
            ORDERS.replace("\n}\n", f"\n{more}}}\n").replace("Orders", f"Big{n}"), encoding="utf-8"
        )
    claude.reply(upheld, when=is_second, times=None)
    claude.reply(answer(), when="int marker = 77;", times=None)
    claude.reply(answer(needs=[need("app/Special.java")]), times=None)
    report = review(rich, capsys)
    assert len(report["served"]) > 10
    assert {place["path"] for item in report["served"] for place in item["found"]} == {"app/Special.java"}
    assert {path for item in report["served"] for path in item["paths"]} == {c["path"] for c in report["coverage"]}


# -- through GitHub's API ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("what", "symbol", "line", "path"), [(what, *rest) for what, rest in ASKED.items()], ids=ASKED)
def test_without_a_checkout_the_same_is_found_by_reading_a_few_files(
    fake_github: FakeGitHub, fake_claude: FakeClaude, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path, what: str, symbol: str, line: str, path: str,
) -> None:  # fmt: skip
    filler = {f"lib/Filler{n}.java": f"class Filler{n} {{}}\n" for n in range(60)}
    before = {**CODE, **filler, "Orders.java": ORDERS}
    scene = pull_request(fake_github, before, {**before, "Orders.java": ORDERS.replace('"all"', '"1"')})
    for name, value in (
        ("GITHUB_TOKEN", TOKEN), ("GITHUB_API_URL", fake_github.url), ("ANTHROPIC_API_KEY", KEY), ("ANTHROPIC_BASE_URL", fake_claude.url),
    ):  # fmt: skip
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)
    fake_claude.reply(upheld, when=is_second)
    fake_claude.reply(answer(FINDING), when=line)
    fake_claude.reply(answer(needs=[{**need(None, symbol), "what": what}]))
    assert main(["review", "--pr", f"https://github.com/{REPO}/pull/1", "--format", "json"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert FINDING["title"] in {f["title"] for f in report["findings"]}
    assert path in {place["path"] for place in report["served"][0]["found"]}
    assert len(scene.server.requests) < 50
    scene.server.assert_no_writes()
