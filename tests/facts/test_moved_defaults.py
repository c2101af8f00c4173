"""A version alone moves defaults; and build files in which it stands."""

from __future__ import annotations

import pytest
from facts.read_document import read

from reviewer.core.span import Side
from reviewer.facts.streaming.moved_defaults import moved_defaults

_POM = "<project>\n<properties><kafka.version>{}</kafka.version></properties>\n<dependencies><dependency>\n<groupId>org.apache.kafka</groupId><artifactId>kafka-clients</artifactId><version>${{kafka.version}}</version>\n</dependency></dependencies></project>\n"
_PARENT = "<project><parent>\n<groupId>org.springframework.boot</groupId><artifactId>spring-boot-starter-parent</artifactId><version>{}</version></parent></project>\n"
_CATALOG = '[versions]\nkafka = "{}"\n[libraries]\nclients = {{ module = "org.apache.kafka:kafka-clients", version.ref = "kafka" }}\n'


def moved(path: str, template: str, old: str, new: str) -> set[str]:
    """`acks 1 -> all` for each default that moves."""
    before, after = read(path, template.format(old), Side.BEFORE), read(path, template.format(new))
    return {f"{m.key} {m.before} -> {m.after}" for m in moved_defaults(before, after)}


@pytest.mark.parametrize(
    ("path", "template", "old", "new"),
    [
        ("pom.xml", _POM, "2.8.1", "3.3.0"),
        ("pom.xml", _PARENT, "2.5.14", "2.7.18"),
        ("build.gradle", "plugins { id 'org.springframework.boot' version '{}' }\n".replace("{ id", "{{ id").replace("' }", "' }}"), "2.5.1", "3.2.0"),
        ("build.gradle.kts", 'dependencies {{\n  implementation("org.apache.kafka:kafka-clients:{}")\n}}\n', "2.8.0", "3.9.0"),
        ("gradle/libs.versions.toml", _CATALOG, "2.8.0", "3.9.0"),
        ("build.sbt", 'libraryDependencies += "org.apache.kafka" % "kafka-clients" % "{}"\n', "2.8.0", "3.9.0"),
    ],
)  # fmt: skip
def test_a_new_version_of_kafka_clients_wherever_it_stands(path: str, template: str, old: str, new: str) -> None:
    found = moved(path, template, old, new)
    assert {"acks 1 -> all", "enable.idempotence false -> true", "session.timeout.ms 10000 -> 45000"} <= found


@pytest.mark.parametrize(
    ("path", "template", "old", "new", "expected"),
    [
        ("requirements.txt", "kafka-python=={}\n", "2.0.2", "3.0.0", {"acks 1 -> all", "enable.idempotence false -> true"}),
        ("setup.cfg", "[options]\ninstall_requires =\n    kafka-python=={}\n", "2.0.2", "3.0.0", {"acks 1 -> all", "enable.idempotence false -> true"}),
        ("pyproject.toml", '[tool.poetry.dependencies]\nkafka-python = "^{}"\n', "2.0.2", "3.0.0", {"acks 1 -> all", "enable.idempotence false -> true"}),
        ("pyproject.toml", '[project]\ndependencies = ["confluent-kafka=={}"]\n', "1.9.2", "2.3.0", {"ssl.endpoint.identification.algorithm none -> https"}),
        ("Directory.Packages.props", '<Project><ItemGroup><PackageVersion Include="Confluent.Kafka" Version="{}" /></ItemGroup></Project>', "1.9.3", "2.3.0", {"ssl.endpoint.identification.algorithm none -> https"}),
        ("go.mod", "module a\nrequire github.com/confluentinc/confluent-kafka-go v{}\n", "1.9.2", "2.3.0", {"ssl.endpoint.identification.algorithm none -> https"}),
        ("pom.xml", _POM.replace("kafka-clients", "flink-clients").replace("org.apache.kafka", "org.apache.flink"), "1.18.1", "1.20.0", {"restart-strategy fixed-delay -> exponential-delay", "restart-strategy.type fixed-delay -> exponential-delay"}),
    ],
)  # fmt: skip
def test_what_moves_with_other_clients(path: str, template: str, old: str, new: str, expected: set[str]) -> None:
    assert moved(path, template, old, new) == expected


@pytest.mark.parametrize(
    ("path", "template", "old", "new"),
    [
        ("pom.xml", _POM, "3.7.0", "3.8.0"),
        ("pom.xml", _POM, "${unknown}", "3.8.0"),
        ("pom.xml", _PARENT, "1.5.0", "2.7.0"),
        (
            "pom.xml",
            _PARENT.replace("</parent>", "</parent><properties><kafka.version>3.9.0</kafka.version></properties>"),
            "2.5.14",
            "2.7.18",
        ),
        ("package.json", '{{"dependencies": {{"kafkajs": "{}"}}}}', "1.0.0", "2.0.0"),
        ("requirements.txt", "kafka-python>={},<9\n", "2.0.2", "3.0.0"),
    ],
)
def test_no_default_moves_where_none_does_or_a_version_is_not_known(
    path: str, template: str, old: str, new: str
) -> None:
    assert moved(path, template, old, new) == set()
