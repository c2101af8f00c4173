"""Settings whose value another file says: resolved, and, where that file changes, a change on the line of the value."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pytest
from rules.examples import _parse as parse
from rules.examples import file_change

from reviewer.clients.registry import Libraries
from reviewer.core.change import ChangeSet
from reviewer.core.report import Outcome
from reviewer.core.source import Found
from reviewer.core.span import Side
from reviewer.facts.delta import Delta
from reviewer.facts.gather import Gathered, gather
from reviewer.facts.streaming.model import Known, Setting
from reviewer.relevance.account import account
from reviewer.relevance.decide import may_be_streaming
from reviewer.relevance.signals import CODE


@dataclass(frozen=True)
class Tree:
    """A repository on both sides, that can be searched."""

    before: Mapping[str, str]
    after: Mapping[str, str]

    def read(self, path: str, side: Side) -> str | None:
        return (self.before if side is Side.BEFORE else self.after).get(path)

    def paths(self, side: Side) -> tuple[str, ...]:
        return tuple(sorted(self.before if side is Side.BEFORE else self.after))

    def search(self, words: Sequence[str], side: Side, *, loose: bool = False) -> Found | None:
        files = self.before if side is Side.BEFORE else self.after
        found = frozenset(path for path, text in files.items() if any(word in text for word in words))
        return Found(paths=found, searched=len(files))


def delta(before: Mapping[str, str], after: Mapping[str, str]) -> Delta:
    """The facts of a change."""
    gathered, _ = gathered_between(before, after)
    assert gathered.problems == ()
    return gathered.delta


def gathered_between(before: Mapping[str, str], after: Mapping[str, str]) -> tuple[Gathered, Tree]:
    """As the pipeline gathers it: of a change only what may be streaming is parsed, and code."""
    changed = [path for path in sorted({*before, *after}) if before.get(path) != after.get(path)]
    files = tuple(file_change(path, before.get(path), after.get(path)) for path in changed)
    tree = Tree(before, after)
    gathered = gather(
        ChangeSet(base="a", head="b", files=files), tree, libraries=Libraries(), parse=parse,
        skip=lambda _path: False, wanted=lambda path, text: CODE.search(path) is not None or may_be_streaming(path, text),
    )  # fmt: skip
    return gathered, tree


def settings(path: str, text: str, others: Mapping[str, str]) -> dict[str, Setting]:
    """The settings of a new file beside others that stay."""
    found = delta(others, {**others, path: text}).after.file(path)
    assert found is not None
    own = {s.key: s for client in found.clients for s in client.settings}
    return {**{s.key: s for s in found.settings}, **own}


JAVA = """package a;
import org.apache.kafka.clients.consumer.*;
class Loop {
  %s
  void run(%s) {
    Properties props = new Properties();
    props.put("group.id", %s);
    new KafkaConsumer<String, String>(props);
  }
}
"""
GO = """package app

import (
	"os"

	"example.com/shop/internal/config"
	"github.com/spf13/viper"
	"github.com/twmb/franz-go/pkg/kgo"
)

func run(cfg config.Kafka) {
	client, err := kgo.NewClient(kgo.ConsumerGroup(%s))
	use(client, err)
}
"""
TS = """import { Kafka } from "kafkajs";
import { GROUP, NAMES } from "./constants";
import * as config from "./config";
const kafka = new Kafka({ clientId: "app" });
const consumer = kafka.consumer({ groupId: %s });
"""
PY = """import os
from confluent_kafka import Consumer
from app.config import settings, GROUP
from app import config
consumer = Consumer({"group.id": %s})
"""
DEPLOYMENT = "kind: Deployment\nspec:\n  env:\n    - name: SHOP_GROUP\n      value: billing\n"
YAML = "shop:\n  the-group: billing\n"
ROWS = {
    "Java, the environment": ("Loop.java", JAVA % ("", "", 'System.getenv("SHOP_GROUP")'), {"deploy/app.yaml": DEPLOYMENT}, "deploy/app.yaml:5"),
    "Java, a field of the environment": ("Loop.java", JAVA % ('private final String g = System.getenv().getOrDefault("SHOP_GROUP", "x");', "", "g"), {"deploy/app.yaml": DEPLOYMENT}, "deploy/app.yaml:5"),
    "Java, injected": ("src/main/java/a/Loop.java", JAVA % ('@Value("${shop.the-group:x}") private String g;', "", "g"), {"src/main/resources/application.yml": YAML}, "src/main/resources/application.yml:2"),
    "Java, a class of properties": ("src/main/java/a/Loop.java", JAVA % ("", "ShopProperties p", "p.getTheGroup()"), {
        "src/main/resources/application.yml": YAML,
        "src/main/java/a/ShopProperties.java": 'package a;\n@ConfigurationProperties(prefix = "shop")\nclass ShopProperties {\n  private String theGroup = "x";\n}\n'}, "src/main/resources/application.yml:2"),
    "Java, a class of properties with its own default": ("src/main/java/a/Loop.java", JAVA % ("", "ShopProperties p", "p.getTheGroup()"), {
        "src/main/java/a/ShopProperties.java": 'package a;\n@ConfigurationProperties("shop")\nclass ShopProperties {\n  private String theGroup = "billing";\n}\n'}, "src/main/java/a/ShopProperties.java:4"),
    "Java, compose": ("Loop.java", JAVA % ("", "", 'System.getenv("SHOP_GROUP")'), {"compose.yaml": "services:\n  app:\n    environment:\n      - SHOP_GROUP=billing\n"}, "compose.yaml:4"),
    "Java, a chart": ("Loop.java", JAVA % ("", "", 'System.getenv("SHOP_GROUP")'), {
        "chart/templates/app.yaml": "kind: Deployment\nspec:\n  env:\n    - name: SHOP_GROUP\n      value: {{ .Values.shop.group | quote }}\n",
        "chart/values.yaml": "shop:\n  group: billing\n"}, "chart/values.yaml:2"),
    "Go, a constant of another file": ("app/run.go", GO % "groupID", {"app/names.go": 'package app\n\nconst groupID = "billing"\n'}, "app/names.go:3"),
    "Go, a constant of another package": ("app/run.go", GO % "config.GroupID", {"internal/config/names.go": 'package config\n\nconst GroupID = "billing"\n'}, "internal/config/names.go:3"),
    "Go, the environment": ("app/run.go", GO % 'os.Getenv("SHOP_GROUP")', {"deploy/app.yaml": DEPLOYMENT}, "deploy/app.yaml:5"),
    "Go, viper": ("app/run.go", GO % 'viper.GetString("shop.the-group")', {"config/config.yaml": YAML}, "config/config.yaml:2"),
    "Go, a field with a tag": ("app/run.go", GO % "cfg.Group", {
        "internal/config/config.go": 'package config\n\ntype Kafka struct {\n\tGroup string `env:"SHOP_GROUP" envDefault:"billing"`\n}\n'}, "internal/config/config.go:4"),
    "TypeScript, a constant": ("src/app.ts", TS % "GROUP", {"src/constants.ts": 'export const GROUP = "billing";\n'}, "src/constants.ts:1"),
    "TypeScript, an object of constants": ("src/app.ts", TS % "NAMES.group", {"src/constants.ts": 'export const NAMES = {\n  group: "billing",\n};\n'}, "src/constants.ts:2"),
    "TypeScript, a module": ("src/app.ts", TS % "config.GROUP", {"src/config.ts": 'export const GROUP = "billing";\n'}, "src/config.ts:1"),
    "TypeScript, the environment": ("src/app.ts", TS % 'process.env.SHOP_GROUP || "x"', {"deploy/app.yaml": DEPLOYMENT}, "deploy/app.yaml:5"),
    "Python, the environment": ("app/a.py", PY % 'os.environ.get("SHOP_GROUP", "x")', {"deploy/app.yaml": DEPLOYMENT}, "deploy/app.yaml:5"),
    "Python, a constant": ("app/a.py", PY % "GROUP", {"app/config.py": 'GROUP = "billing"\n'}, "app/config.py:1"),
    "Python, a constant of the environment": ("app/a.py", PY % "config.GROUP", {"app/config.py": 'import os\nGROUP = os.getenv("SHOP_GROUP", "x")\n', "deploy/app.yaml": DEPLOYMENT}, "deploy/app.yaml:5"),
    "Python, settings": ("app/a.py", PY % "settings.group", {
        "app/config.py": 'class Settings(BaseSettings):\n    group: str = "billing"\n\nsettings = Settings()\n'}, "app/config.py:2"),
    "Python, settings with the name of the variable": ("app/a.py", PY % "settings.group", {
        "app/config.py": 'class Settings(BaseSettings):\n    group: str = Field("x", env="SHOP_GROUP")\n\nsettings = Settings()\n', "deploy/app.yaml": DEPLOYMENT}, "deploy/app.yaml:5"),
}  # fmt: skip


@pytest.mark.parametrize(("path", "text", "others", "said"), ROWS.values(), ids=ROWS.keys())
def test_a_value_of_another_file_is_known_with_its_line(
    path: str, text: str, others: dict[str, str], said: str
) -> None:
    found = settings(path, text, others)["group.id"]
    assert found.value.is_explicit("billing"), found
    assert found.said is not None
    assert f"{found.said.path}:{found.said.first_line}" == said


@pytest.mark.parametrize("path", [".travis.yml", ".circleci/config.yml", "ci/azure-pipelines.yml", ".gitlab-ci.yml"])
def test_what_a_build_sets_is_no_value_of_what_runs(path: str) -> None:
    group = JAVA % ("", "", 'System.getenv("SHOP_GROUP")')
    found = settings("Loop.java", group, {path: "env:\n  SHOP_GROUP: of-the-tests\n"})["group.id"]
    assert found.value.known is not Known.EXPLICIT and found.said is None


PRODUCER = "import org.apache.kafka.clients.producer.*;\nclass P {\n  void run() throws Exception {\n    Properties props = new Properties();\n    %s\n    new KafkaProducer<>(props);\n  }\n}\n"
LOADED = "bootstrap.servers=a:9092\nacks=1\n"


@pytest.mark.parametrize(
    ("load", "path"),
    [
        ('props.load(new FileInputStream("config/producer.properties"));', "config/producer.properties"),
        ('try (InputStream in = new FileInputStream("config/producer.properties")) { props.load(in); }', "config/producer.properties"),
        ('InputStream in = P.class.getResourceAsStream("/producer.properties"); props.load(in);', "src/main/resources/producer.properties"),
        ('props.load(P.class.getClassLoader().getResourceAsStream("producer.properties"));', "src/main/resources/producer.properties"),
        ('props.load(Files.newBufferedReader(Paths.get("config/producer.properties")));', "config/producer.properties"),
    ],
)  # fmt: skip
def test_properties_that_are_loaded_are_the_clients(load: str, path: str) -> None:
    found = delta({path: LOADED}, {path: LOADED, "src/main/java/P.java": PRODUCER % load}).after.files[0]
    (client,) = found.clients
    (acks,) = [s for s in client.settings if s.key == "acks"]
    assert (acks.value.text, acks.client, f"{acks.span.path}:{acks.span.first_line}") == ("1", "producer", f"{path}:2")
    assert not client.open_config
    assert client.value("enable.idempotence").known is not Known.EXPLICIT


def test_a_file_that_the_repository_does_not_have_leaves_the_configuration_open() -> None:
    found = delta(
        {}, {"src/main/java/P.java": PRODUCER % 'props.load(new FileInputStream("x.properties"));'}
    ).after.files[0]
    assert found.clients[0].open_config


CHANGES = {
    "a variable of the environment": (
        {"Loop.java": JAVA % ("", "", 'System.getenv("SHOP_GROUP")')}, "deploy/app.yaml", DEPLOYMENT, "deploy/app.yaml:5"),
    "a value of a chart": (
        {"Loop.java": JAVA % ("", "", 'System.getenv("SHOP_GROUP")'),
         "chart/templates/app.yaml": "kind: Deployment\nspec:\n  env:\n    - name: SHOP_GROUP\n      value: {{ .Values.shop.group | quote }}\n"},
        "chart/values.yaml", "shop:\n  group: billing\n", "chart/values.yaml:2"),
    "a constant of Java": (
        {"src/a/Loop.java": JAVA % ("", "", "Topics.THE_GROUP")}, "src/a/Topics.java",
        'package a;\nclass Topics {\n  static final String THE_GROUP = "billing";\n}\n', "src/a/Topics.java:3"),
    "a constant of Go": (
        {"app/run.go": GO % "groupID"}, "app/names.go", 'package app\n\nconst groupID = "billing"\n', "app/names.go:3"),
    "a constant of TypeScript": (
        {"src/app.ts": TS % "GROUP"}, "src/constants.ts", 'export const GROUP = "billing";\n', "src/constants.ts:1"),
    "a constant of Python": ({"app/a.py": PY % "GROUP"}, "app/config.py", 'GROUP = "billing"\n', "app/config.py:1"),
}  # fmt: skip


@pytest.mark.parametrize(("others", "path", "text", "line"), CHANGES.values(), ids=CHANGES.keys())
@pytest.mark.parametrize("touched", [False, True])
def test_a_value_that_changes_is_a_change_of_the_setting_on_its_line(
    others: dict[str, str], path: str, text: str, line: str, touched: bool
) -> None:
    after = {**others, path: text.replace("billing", "billing-v2")}
    user = next(iter(others))
    if touched:  # the code that reads it changes as well, elsewhere
        after[user] = after[user] + ("\n" if user.endswith((".py", ".go")) else "\n// more\n")
    found = delta({**others, path: text}, after)
    pairs = [
        pair
        for pair in found.settings("group.id")
        if pair.before and pair.after and pair.before.value != pair.after.value
    ]
    assert [(p.before.value.text, p.after.value.text) for p in pairs if p.before and p.after] == [
        ("billing", "billing-v2")
    ]
    assert [f"{p.after.span.path}:{p.after.span.first_line}" for p in pairs if p.after] == [line]
    assert pairs[0].after is not None
    assert pairs[0].after.client in ("consumer", "")


def test_a_value_that_only_kafka_has_is_followed_whatever_its_name_is() -> None:
    loop = (JAVA % ("", "", '"g"')).replace("props);", 'props); props.put("acks", Defaults.SAFE);')
    said = 'package a;\ninterface Defaults {\n  String SAFE = "all";\n}\n'
    found = delta(
        {"a/Loop.java": loop, "a/Defaults.java": said},
        {"a/Loop.java": loop, "a/Defaults.java": said.replace("all", "1")},
    )
    pairs = [
        (p.after.value.text, p.after.span.path, p.after.span.first_line) for p in found.settings("acks") if p.after
    ]
    assert pairs == [("1", "a/Defaults.java", 3)]


def test_a_variable_that_no_streaming_code_reads_is_no_setting() -> None:
    after = {"deploy/app.yaml": DEPLOYMENT.replace("billing", "b"), "a.py": 'import os\nG = os.environ["SHOP_GROUP"]\n'}
    found = delta({**after, "deploy/app.yaml": DEPLOYMENT}, after)
    assert [s for file in found.after.files for s in file.settings] == []


def test_a_constant_that_is_a_clients_setting_is_reviewed_and_says_why() -> None:
    code, names = {"app/run.go": GO % "groupID"}, 'package app\n\nconst groupID = "billing"\n'
    gathered, tree = gathered_between(
        {**code, "app/names.go": names}, {**code, "app/names.go": names.replace("billing", "b")}
    )
    ((entry, _),) = account(gathered.delta.change_set, gathered, tree, skip=lambda _path: False)
    assert (entry.outcome, entry.reason) == (Outcome.REVIEWED, "says group.id of a client")


HELPER = """package %s

import "github.com/IBM/sarama"

func NewConfig() *sarama.Config {
	config := sarama.NewConfig()
	config.Producer.RequiredAcks = sarama.WaitForLocal
	return config
}
"""
OPEN = """package app

import (
	"example.com/shop/internal/config"
	"github.com/IBM/sarama"
)

func open() (sarama.SyncProducer, error) {
	return sarama.NewSyncProducer(config.Brokers, %s)
}
"""


@pytest.mark.parametrize(
    ("call", "path", "package"),
    [("NewConfig()", "app/settings.go", "app"), ("config.NewConfig()", "internal/config/kafka.go", "config")],
)
def test_a_helper_of_go_in_another_file_makes_the_configuration(call: str, path: str, package: str) -> None:
    files = {path: HELPER % package}
    found = delta(files, {**files, "app/open.go": OPEN % call}).after.file("app/open.go")
    assert found is not None
    (client,) = found.clients
    assert (client.value("acks").text, client.open_config) == ("1", False)
    assert client.value("enable.idempotence").known is Known.DEFAULT


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("src/main/kotlin/P.kt", 'import org.apache.kafka.clients.producer.*\nfun run() {\n    val props = Properties()\n    FileInputStream("config/producer.properties").use { props.load(it) }\n    KafkaProducer<String, String>(props)\n}\n'),
        ("src/main/kotlin/P.kt", 'import org.apache.kafka.clients.producer.*\nfun run() {\n    val props = Properties().apply { load(FileInputStream("config/producer.properties")) }\n    KafkaProducer<String, String>(props)\n}\n'),
        ("src/main/scala/P.scala", 'import org.apache.kafka.clients.producer._\nobject P {\n  def run() = {\n    val props = new Properties()\n    props.load(new FileInputStream("config/producer.properties"))\n    new KafkaProducer[String, String](props)\n  }\n}\n'),
    ],
)  # fmt: skip
def test_properties_that_are_loaded_in_kotlin_and_scala(path: str, text: str) -> None:
    files = {"config/producer.properties": LOADED}
    found = delta(files, {**files, path: text}).after.file(path)
    assert found is not None
    (client,) = found.clients
    assert client.value("acks").text == "1"


def test_a_field_of_any_other_class_has_no_value_by_itself() -> None:
    text = JAVA % ("", "Order order", "order.getGroup()")
    files = {"src/a/Order.java": 'package a;\n@Data\nclass Order {\n  private String group = "billing";\n}\n'}
    assert settings("src/a/Loop.java", text, files)["group.id"].value.known is Known.UNKNOWN
