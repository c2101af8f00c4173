"""Settings whose value another file says: resolved, and, where that file changes, a change on the line of the value."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pytest
from rules.examples import _parse as parse
from rules.examples import file_change

from reviewer.clients.registry import Libraries
from reviewer.core.change import ChangeSet
from reviewer.core.source import Found
from reviewer.core.span import Side
from reviewer.facts.delta import Delta
from reviewer.facts.gather import gather
from reviewer.facts.streaming.model import Known, Setting
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
    """As the pipeline gathers it: of a change only what may be streaming is parsed, and code."""
    changed = [path for path in sorted({*before, *after}) if before.get(path) != after.get(path)]
    files = tuple(file_change(path, before.get(path), after.get(path)) for path in changed)
    gathered = gather(
        ChangeSet(base="a", head="b", files=files), Tree(before, after), libraries=Libraries(), parse=parse,
        skip=lambda _path: False, wanted=lambda path, text: CODE.search(path) is not None or may_be_streaming(path, text),
    )  # fmt: skip
    assert gathered.problems == ()
    return gathered.delta


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
def test_a_value_of_another_file_is_known_with_its_line(path: str, text: str, others: dict[str, str], said: str) -> None:
    found = settings(path, text, others)["group.id"]
    assert found.value.is_explicit("billing"), found
    assert found.said is not None
    assert f"{found.said.path}:{found.said.first_line}" == said
