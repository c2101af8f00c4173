"""Which version of a client library counts for a file."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from reviewer.core.span import Side
from reviewer.facts.versions import declared_versions

CLIENTS = "org.apache.kafka:kafka-clients"
CHILD = f"""<project><dependencies><dependency><groupId>org.apache.kafka</groupId>
<artifactId>kafka-clients</artifactId><version>{"${kafka.version}"}</version></dependency></dependencies></project>"""
PARENT = "<project><properties><kafka.version>2.8.1</kafka.version></properties></project>"


class Tree:
    """A reader of a dict that notes what was read."""

    def __init__(self, files: Mapping[str, str]) -> None:
        self.files = files
        self.asked: set[str] = set()

    def read(self, path: str, side: Side) -> str | None:
        self.asked.add(path)
        return self.files.get(path)

    def paths(self, side: Side) -> tuple[str, ...]:
        return tuple(sorted(self.files))


@pytest.mark.parametrize(
    "files",
    [
        {"pom.xml": PARENT, "app/pom.xml": CHILD},
        {"parent/pom.xml": PARENT, "app/pom.xml": CHILD},
        {"gradle.properties": "kafkaVersion = 2.8.1\n", "app/build.gradle": f'implementation "{CLIENTS}:$kafkaVersion"\n'},
        {"build.gradle": 'ext.kafka = "2.8.1"\n', "app/build.gradle": f'implementation "{CLIENTS}:${{kafka}}"\n'},
        {"gradle/libs.versions.toml": f'[versions]\nkafka = "2.8.1"\n[libraries]\nk = {{ module = "{CLIENTS}", version.ref = "kafka" }}\n'},
    ],
    ids=["parent pom", "parent folder", "gradle.properties", "root build.gradle", "catalog"],
)  # fmt: skip
def test_the_version_is_found_where_it_is_usually_declared(files: Mapping[str, str]) -> None:
    assert declared_versions(["app/src/A.java"], Tree(files), Side.AFTER) == {CLIENTS: "2.8.1"}


def test_the_build_file_of_another_module_says_nothing_about_this_one() -> None:
    line = 'implementation "{}:{}"\n'.format
    files = {"one/build.gradle": line(CLIENTS, "2.8.1"), "two/build.gradle": line(CLIENTS, "3.7.0")}
    assert declared_versions(["one/src/A.java"], Tree(files), Side.AFTER) == {CLIENTS: "2.8.1"}
    assert declared_versions(["one/src/A.java", "two/src/B.java"], Tree(files), Side.AFTER) == {}
    assert declared_versions(["three/src/A.java"], Tree(files), Side.AFTER) == {}


def test_without_code_that_uses_a_library_no_build_file_is_read() -> None:
    tree = Tree({"pom.xml": PARENT})
    assert declared_versions([], tree, Side.AFTER) == {}
    assert tree.asked == set()


@pytest.mark.parametrize("constraint", [">=2.0.2", "", "<4"])
def test_an_open_constraint_is_no_version(constraint: str) -> None:
    tree = Tree({"requirements.txt": f"kafka-python{constraint}\n"})
    assert declared_versions(["app.py"], tree, Side.AFTER) == {}
