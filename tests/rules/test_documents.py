"""What rules now see in documents: the key's end counts, wherever it hangs, and topics of every kind of file."""

from __future__ import annotations

import pytest
from rules.examples import delta_between

from reviewer.rules.engine import run_rules
from reviewer.rules.registry import all_rules

_TF = 'resource "kafka_topic" "orders" {{\n  name = "orders"\n  partitions = {}\n  replication_factor = {}\n}}\n'

_ENV = (
    "kind: Deployment\nspec:\n  template:\n    spec:\n      containers:\n        - env:\n"
    '            - name: OTHER\n            - name: {}\n              value: "{}"\n'
)


def said(path: str, before: str, after: str) -> set[tuple[str, int]]:
    """(rule, line) of what the rules say of a change to one file."""
    run = run_rules(delta_between({path: before}, {path: after}), all_rules())
    assert run.problems == ()
    return {(finding.rule_id or "", finding.span.first_line) for finding in run.findings}


@pytest.mark.parametrize(
    ("path", "before", "after", "expected"),
    [
        ("topics.tf", _TF.format(12, 3), _TF.format(24, 3), {("topic-partition-count-changed", 3)}),
        ("topics.tf", _TF.format(12, 3), _TF.format(12, 1), {("topic-durability-too-low", 4)}),
        ("kafka.yaml", "kind: Kafka\nspec:\n  kafka:\n    config:\n      min.insync.replicas: 2\n", "kind: Kafka\nspec:\n  kafka:\n    config:\n      min.insync.replicas: 1\n", {("topic-durability-too-low", 5)}),
        ("app.yaml", "kind: ConfigMap\ndata:\n  KAFKA_PRODUCER_ACKS: all\n", "kind: ConfigMap\ndata:\n  KAFKA_PRODUCER_ACKS: '1'\n", {("kafka-producer-acks-not-all", 3)}),
        ("topics.sh", "kafka-topics --create --topic a --partitions 3\n", "kafka-topics --create --topic a --partitions 6\n", {("topic-partition-count-changed", 1)}),
        ("pod.yaml", _ENV.format("KAFKA_PRODUCER_ACKS", "all"), _ENV.format("KAFKA_PRODUCER_ACKS", "1"), {("kafka-producer-acks-not-all", 9)}),
        ("pod.yaml", _ENV.format("KAFKA_CREATE_TOPICS", "a:1:2,b:1:2"), _ENV.format("KAFKA_CREATE_TOPICS", "a:1:1,b:1:1"), {("topic-durability-too-low", 9)}),
        ("app.yaml", "kind: ConfigMap\ndata:\n  HTTP_CONSUMER_RETRIES: '3'\n", "kind: ConfigMap\ndata:\n  HTTP_CONSUMER_RETRIES: '0'\n", set()),
        ("topics.tf", _TF.format(12, 3), _TF.format(12, 3).replace('"orders" {', '"orders" {\n  depends_on = [a]'), set()),
    ],
)  # fmt: skip
def test_rules_reach_the_documents(path: str, before: str, after: str, expected: set[tuple[str, int]]) -> None:
    assert said(path, before, after) == expected


def test_a_topic_of_a_developers_machine_has_one_copy_because_it_has_one_broker() -> None:
    """Compose files and CI create topics for one broker: there is nothing to say of it."""
    text = "services:\n  kafka:\n    environment:\n      KAFKA_CREATE_TOPICS: orders:3:1\n"
    assert run_rules(delta_between({}, {"docker-compose.yml": text}), all_rules()).findings == ()


def test_topics_that_one_line_makes_are_one_finding_that_names_them() -> None:
    before, after = (_ENV.format("KAFKA_CREATE_TOPICS", f"a:1:{copies},b:1:{copies}") for copies in (2, 1))
    (finding,) = run_rules(delta_between({"pod.yaml": before}, {"pod.yaml": after}), all_rules()).findings
    assert finding.why == "a, b are kept in one copy only."
