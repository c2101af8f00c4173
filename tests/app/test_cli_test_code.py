"""Code of tests: nobody's records depend on it, so that Claude is asked about it only where a rule found something."""

from __future__ import annotations

from pathlib import Path

import pytest
from app.conftest import git
from app.test_cli_claude_faults import review
from app.test_cli_claude_hostile import NOTHING, claude, is_second, upheld
from fakes.claude import FakeClaude

__all__ = ["claude"]
TEST = """package shop;
import org.apache.kafka.clients.consumer.KafkaConsumer;
class LoopTest {
  void reads(KafkaConsumer<String, String> consumer) {
    %s
  }
}
"""


@pytest.mark.parametrize(
    ("now", "requests"),
    [
        ('assertThat(consumer.groupMetadata().groupId()).isEqualTo("shop");', 0),
        ("for (var record : consumer.poll(TIME)) {\n      consumer.commitSync();\n      store(record);\n    }", 1),
    ],
)
def test_claude_is_asked_about_a_test_only_where_a_rule_found_something(
    claude: FakeClaude, repo: Path, capsys: pytest.CaptureFixture[str], now: str, requests: int
) -> None:
    git(repo, "checkout", "-q", "--", ".")
    path = repo / "src/test/java/shop/LoopTest.java"
    path.parent.mkdir(parents=True)
    path.write_text(TEST % "consumer.poll(TIME);", encoding="utf-8")
    git(repo, "add", ".")
    git(repo, "commit", "-qm", "a test")
    path.write_text(TEST % now, encoding="utf-8")
    if requests:
        claude.reply(upheld, when=is_second)
        claude.reply(NOTHING)
    report = review(repo, capsys)
    assert min(len(claude.requests), 1) == requests
    (hunk,) = report["coverage"]
    assert hunk["outcome"] == "reviewed"
    assert hunk["reason"].endswith("; of tests the rules alone read") is (requests == 0)
    assert hunk["reviewed_by"] == ("both" if requests else "rules")
