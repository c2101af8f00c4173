"""Settings that are no client's yet: the defaults of a settings class, topics' keys in a map, and what only a construction says."""

from __future__ import annotations

import pytest
from rules.examples import delta_between


def settings(path: str, text: str) -> list[tuple[str, str, str]]:
    """(key, value, client) of a file."""
    (file,) = delta_between({}, {path: text}).after.files
    return [(s.key, s.value.text, s.client) for s in file.settings]


@pytest.mark.parametrize(
    ("path", "text", "expected"),
    [
        ("org/kafka/BinderProperties.java", 'class BinderProperties { private String requiredAcks = "all"; }', [("acks", "all", "producer")]),
        ("settings.py", "class KafkaSettings:\n    acks: str = 'all'\n", [("acks", "all", "producer")]),
        ("a/KafkaConsumerOptions.cs", "class KafkaConsumerOptions { public bool EnableAutoCommit = false; }", [("enable.auto.commit", "false", "consumer")]),
        ("org/mail/MailProperties.java", 'class MailProperties { private String requiredAcks = "all"; }', []),
        ("org/kafka/Listener.java", 'class Listener { private String requiredAcks = "all"; }', []),
        ("org/kafka/KafkaConfig.java", 'class KafkaConfig { private String group = "all"; private int smtpRetries = 3; }', []),
        ("org/kafka/KafkaConfig.java", 'class KafkaConfig { static final String ACKS = "acks"; }', []),
    ],
)  # fmt: skip
def test_defaults_of_a_settings_class(path: str, text: str, expected: list[tuple[str, str, str]]) -> None:
    assert settings(path, text) == expected


def test_a_map_of_a_topics_settings_where_the_library_spells_its_own_otherwise() -> None:
    text = 'package a\n\nimport "github.com/IBM/sarama"\n\nfunc f() { g("orders", map[string]string{"retention.ms": "1000", "some.thing": "1"}) }\n'
    assert settings("a.go", text) == [("retention.ms", "1000", "topic")]


def test_what_a_construction_says_is_a_setting_of_the_file_and_stands_there_once() -> None:
    text = 'from kafka import KafkaProducer\n\nproducer = KafkaProducer(acks=1, bootstrap_servers="a:9092")\n'
    assert [key for key, _, _ in settings("a.py", text)] == ["acks", "bootstrap.servers"]
