"""Other files of the repository are read for what a changed file refers to: absence is then known, or stays unknown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest
from rules.examples import file_change

from reviewer.clients.registry import Libraries
from reviewer.core.change import ChangeSet
from reviewer.core.problem import Problem
from reviewer.core.span import Side
from reviewer.facts.extract import extract
from reviewer.facts.gather import Gathered, gather
from reviewer.facts.streaming.model import Known
from reviewer.facts.syntax import SyntaxFacts
from reviewer.facts.workers import Job, Key

LOOP = """package a.app;
import org.apache.kafka.clients.consumer.*;
import a.conf.KafkaConfig;
import a.conf.Keys;
class Loop {
  void run() {
    KafkaConsumer<String, String> consumer = new KafkaConsumer<>(KafkaConfig.consumer());
    while (true) {
      ConsumerRecords<String, String> records = consumer.poll(Duration.ofMillis(100));
      handle(records);
    }
  }
}
"""
CONFIG = """package a.conf;
import org.apache.kafka.clients.consumer.*;
public class KafkaConfig {
  public static Properties consumer() {
    Properties props = new Properties(%s);
    props.put(ConsumerConfig.GROUP_ID_CONFIG, Keys.GROUP);
    return props;
  }
}
"""
KEYS = 'package a.conf;\npublic class Keys { public static final String GROUP = "orders"; }\n'


class Tree:
    """A reader of a dict, the same on both sides, that notes what was read."""

    def __init__(self, files: Mapping[str, str]) -> None:
        self.files = files
        self.asked: set[str] = set()

    def read(self, path: str, side: Side) -> str | None:
        self.asked.add(path)
        return self.files.get(path)

    def paths(self, side: Side) -> tuple[str, ...]:
        return tuple(sorted(self.files))


def parse(jobs: Sequence[Job]) -> tuple[dict[Key, SyntaxFacts], tuple[Problem, ...]]:
    return {(job.path, job.side): extract(job.path, job.text, job.side) for job in jobs}, ()


def gathered(path: str, text: str, tree: Tree) -> Gathered:
    change_set = ChangeSet(base="a", head="b", files=(file_change(path, None, text),))
    return gather(change_set, tree, libraries=Libraries(), parse=parse, skip=lambda _path: False)


@pytest.mark.parametrize(("copied", "known"), [("", Known.DEFAULT), ("Base.all()", Known.UNKNOWN)])
def test_a_consumer_is_built_by_a_class_that_the_change_does_not_touch(copied: str, known: Known) -> None:
    conf = "src/main/java/a/conf/"
    tree = Tree({f"{conf}KafkaConfig.java": CONFIG % copied, f"{conf}Keys.java": KEYS, f"{conf}Other.java": KEYS})
    found = gathered("src/main/java/a/app/Loop.java", LOOP, tree)
    (facts,) = found.delta.after.files
    (client,) = facts.clients
    assert client.value("group.id").text == "orders"
    assert client.value("enable.auto.commit").known is known
    assert facts.handlings[0].auto_commit.known is known
    assert f"{conf}Other.java" not in tree.asked
    assert [item.path for item in found.delta.after.related] == [f"{conf}KafkaConfig.java", f"{conf}Keys.java"]


def test_two_classes_of_one_name_are_both_unknown() -> None:
    tree = Tree({f"{module}/src/main/java/a/conf/KafkaConfig.java": CONFIG % "" for module in ("one", "two")})
    (facts,) = gathered("src/main/java/a/app/Loop.java", LOOP, tree).delta.after.files
    assert facts.clients[0].value("enable.auto.commit").known is Known.UNKNOWN


def test_a_placeholder_is_read_from_the_configuration_of_its_module() -> None:
    listener = """import org.springframework.kafka.annotation.KafkaListener
class Listener {
    @KafkaListener(topics = ["orders"], groupId = "\\${orders.group}")
    fun on(order: Order) { place(order) }
    @KafkaListener(topics = ["orders"], groupId = "\\${orders.other}")
    fun other(order: Order) { place(order) }
}
"""
    tree = Tree({"m/src/main/resources/application.yml": "orders:\n  group: g1\n  other: ${GROUP}\n"})
    (facts,) = gathered("m/src/main/kotlin/a/Listener.kt", listener, tree).delta.after.files
    groups = {handling.name: handling.group for handling in facts.handlings}
    assert groups["Listener.on"].is_explicit("g1")
    assert groups["Listener.other"].known is Known.UNKNOWN


def test_a_file_without_a_client_library_makes_nothing_be_read() -> None:
    tree = Tree({"src/main/java/a/conf/Keys.java": KEYS})
    gathered("src/main/java/a/A.java", "package a;\nimport a.conf.Keys;\nclass A { String g = Keys.GROUP; }\n", tree)
    assert tree.asked == set()


def test_a_python_constant_comes_from_its_module() -> None:
    text = (
        "from aiokafka import AIOKafkaProducer\nfrom app.settings import ACKS\nproducer = AIOKafkaProducer(acks=ACKS)\n"
    )
    tree = Tree({"app/settings.py": 'ACKS = "all"\n'})
    (facts,) = gathered("app/main.py", text, tree).delta.after.files
    assert facts.clients[0].value("acks").is_explicit("all")
