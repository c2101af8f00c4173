"""A topic that a loop makes is told by its list, not by the loop's variable."""

from __future__ import annotations

import pytest
from rules.examples import delta_between

from reviewer.rules.engine import run_rules
from reviewer.rules.registry import all_rules

PYTHON = "from confluent_kafka.admin import NewTopic\nTOPICS = ['orders', 'bills']\n"
JAVA = "import org.apache.kafka.clients.admin.NewTopic;\nclass Topics {{\n  void make() {{\n    {}\n  }}\n}}\n"


@pytest.mark.parametrize(
    ("path", "text", "told"),
    [
        ("a.py", PYTHON + "made = [NewTopic(t, num_partitions=3, replication_factor=1) for t in TOPICS]\n", "Each topic of `TOPICS` (orders, bills)"),
        ("a.py", PYTHON + "for topic in TOPICS:\n    admin.create_topics([NewTopic(topic, 3, 1)])\n", "Each topic of `TOPICS` (orders, bills)"),
        ("A.java", JAVA.format("for (String t : names) { admin.createTopics(List.of(new NewTopic(t, 3, (short) 1))); }"), "Each topic of `names`"),
        ("A.java", JAVA.format("names.stream().map(t -> new NewTopic(t, 3, (short) 1)).toList();"), "Each topic of `names`"),
        ("A.kt", "import org.apache.kafka.clients.admin.NewTopic\nfun make(names: List<String>) = names.map { NewTopic(it, 3, 1) }\n", "Each topic of `names`"),
        ("A.java", JAVA.format("admin.createTopics(List.of(new NewTopic(spec.name(), 3, (short) 1)));"), "The topic `spec.name()`"),
        ("A.java", JAVA.format('admin.createTopics(List.of(new NewTopic("orders", 3, (short) 1)));'), "orders"),
    ],
)  # fmt: skip
def test_it_is_told_by_its_list(path: str, text: str, told: str) -> None:
    rules = [rule for rule in all_rules() if rule.id == "topic-durability-too-low"]
    (finding,) = run_rules(delta_between({}, {path: text}), rules).findings
    assert finding.why == f"{told} is kept in one copy only."
