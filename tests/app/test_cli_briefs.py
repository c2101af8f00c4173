"""What the model is told of a unit's technologies, as it is sent."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import pytest
from fakes.claude import KEY, FakeClaude

from reviewer.app.cli import main
from reviewer.model.briefs.render import MAX_CHARS

GO = """package main

import "github.com/IBM/sarama"

func (h handler) ConsumeClaim(session sarama.ConsumerGroupSession, claim sarama.ConsumerGroupClaim) error {
	for message := range claim.Messages() {
		if err := h.handle(message); err != nil {
			log.Println(err)
		}
		session.MarkMessage(message, "")
	}
	return nil
}
"""
LINE = 'props.put(ProducerConfig.ACKS_CONFIG, "1");'
REFUTED = {"id": "h1", "verdict": "refuted", "reason": "a click topic", "quote": LINE}


@pytest.fixture
def claude(fake_claude: FakeClaude, monkeypatch: pytest.MonkeyPatch, repo: Path) -> FakeClaude:
    monkeypatch.setenv("ANTHROPIC_API_KEY", KEY)
    monkeypatch.setenv("ANTHROPIC_BASE_URL", fake_claude.url)
    return fake_claude


def test_a_java_producer_is_reviewed_with_the_facts_of_its_client(claude: FakeClaude, repo: Path) -> None:
    claude.reply({"findings": [], "verdicts": [REFUTED], "needs": []})
    main(["review", "--repo", str(repo), "--format", "json"])
    blocks: list[dict[str, Any]] = claude.prompts[0]["system"]
    last = blocks[-1]["text"]
    assert len(blocks) <= 4 and all("cache_control" in block for block in blocks)
    assert last.startswith("# What decides here") and len(last) <= MAX_CHARS
    assert "kafka-clients (JVM)" in last and "kafka-producer-acks-not-all" in last
    assert "sarama (IBM" not in last and "flink-" not in last
    assert "Risks of the technologies at hand" not in "".join(block["text"] for block in blocks)


def test_a_go_consumer_is_shown_with_the_facts_of_its_client(repo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    subprocess.run(["git", "-C", str(repo), "checkout", "-q", "Orders.java"], check=True)
    (repo / "main.go").write_text(GO, encoding="utf-8")
    assert main(["review", "--repo", str(repo), "--show-prompt"]) == 0
    shown = capsys.readouterr().out
    decides = shown[shown.index("# What decides here") : shown.index("===== request 1 of 1: user")]
    assert "MarkMessage is a high-water mark" in decides
    assert "spring-kafka" not in decides and "kafka-clients" not in decides
