"""The module of a file: its build file, what it inherits, and the modules of the repository that it builds on."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from growth import grows_linearly

from reviewer.core.span import Side
from reviewer.facts.modules import Modules


class Tree:
    """A reader of a dict that counts what was read."""

    def __init__(self, files: Mapping[str, str]) -> None:
        self.files = files
        self.asked: list[str] = []

    def read(self, path: str, side: Side) -> str | None:
        self.asked.append(path)
        return self.files.get(path)

    def paths(self, side: Side) -> tuple[str, ...]:
        return tuple(sorted(self.files))


def used(files: Mapping[str, str], path: str) -> list[str]:
    """`coordinate file:line` of everything that the module of a path uses, nearest first."""
    module = Modules(Tree(files), Side.AFTER).of(path)
    assert module is not None
    found = [d for file in (*module.own, *module.reached) for d in file.dependencies]
    return [f"{d.coordinate} {d.span.path}:{d.span.first_line}" for d in found]


def pom(name: str, *inner: str, parent: str = "") -> str:
    above = f"<parent><groupId>g</groupId><artifactId>{parent}</artifactId></parent>" if parent else ""
    return f"<project>{above}\n<artifactId>{name}</artifactId>\n" + "\n".join(inner) + "</project>"


def maven(coordinate: str, scope: str = "") -> str:
    group, artifact = coordinate.split(":")
    inside = f"<groupId>{group}</groupId><artifactId>{artifact}</artifactId>"
    return f"<dependencies><dependency>{inside}{f'<scope>{scope}</scope>' if scope else ''}</dependency></dependencies>"


KAFKA = "org.apache.kafka:kafka-clients"
ROWS = {
    "maven": ({"app/pom.xml": pom("app", maven(KAFKA))}, "app/src/main/java/A.java", [f"{KAFKA} app/pom.xml:3"]),
    "maven, not what is only managed, tested with or built with": (
        {
            "pom.xml": pom(
                "app", f"<dependencyManagement>{maven(KAFKA)}</dependencyManagement>", maven("a:b", "test"),
                "<build><plugins><plugin><groupId>p</groupId><artifactId>q</artifactId></plugin></plugins></build>", maven("c:d"),
            )
        },
        "src/A.java", ["c:d pom.xml:6"],
    ),
    "maven, from the parent": (
        {"pom.xml": pom("shop", maven(KAFKA)), "app/pom.xml": pom("app", parent="shop")},
        "app/src/A.java", [f"{KAFKA} pom.xml:3"],
    ),
    "maven, through another module": (
        {"pom.xml": pom("shop"), "app/pom.xml": pom("app", maven("g:shop-core")), "core/pom.xml": pom("shop-core", maven(KAFKA))},
        "app/src/A.java", ["g:shop-core app/pom.xml:3", f"{KAFKA} core/pom.xml:3"],
    ),
    "gradle": ({"app/build.gradle": f"dependencies {{\n  implementation '{KAFKA}:1'\n}}"}, "app/src/A.kt", [f"{KAFKA} app/build.gradle:2"]),
    "gradle, not what tests use": ({"build.gradle": f"dependencies {{\n  testImplementation '{KAFKA}:1'\n}}"}, "src/A.kt", []),
    "gradle, through another project": (
        {"app/build.gradle": "dependencies {\n  api project(':libs:core')\n}", "libs/core/build.gradle": f"dependencies {{ api '{KAFKA}:1' }}"},
        "app/src/A.java", [f"{KAFKA} libs/core/build.gradle:1"],
    ),
    "gradle, through an accessor": (
        {"app/build.gradle.kts": "dependencies { api(projects.coreModel) }", "core-model/build.gradle.kts": f'dependencies {{ api("{KAFKA}:1") }}'},
        "app/src/A.kt", [f"{KAFKA} core-model/build.gradle.kts:1"],
    ),
    "gradle, from the root for all": (
        {"build.gradle": f"dependencies {{ classpath 'a:b:1' }}\nsubprojects {{\n dependencies {{ api '{KAFKA}:1' }}\n}}", "app/build.gradle": ""},
        "app/src/A.java", [f"{KAFKA} build.gradle:3"],
    ),
    "gradle, from a catalog": (
        {
            "gradle/libs.versions.toml": '[libraries]\nbroker-api = "org.apache.kafka:kafka-clients:1"\nweb = { module = "a:web", version = "1" }\n[bundles]\nall = ["broker-api", "web"]\n',
            "app/build.gradle.kts": "dependencies {\n  implementation(libs.broker.api)\n}", "web/build.gradle.kts": "dependencies { implementation(libs.web) }",
            "job/build.gradle.kts": "dependencies { implementation(libs.bundles.all) }",
        },
        "app/src/A.kt", [f"{KAFKA} app/build.gradle.kts:2"],
    ),
    "node": ({"a/package.json": '{"name": "a",\n"dependencies": {"kafkajs": "2"}}'}, "a/src/b.ts", ["kafkajs a/package.json:2"]),
    "node, not what development uses": ({"package.json": '{"devDependencies": {"kafkajs": "2"}}'}, "b.ts", []),
    "node, through a workspace": (
        {"apps/a/package.json": '{"dependencies": {"@shop/bus": "*"}}', "packages/bus/package.json": '{"name": "bus", "dependencies": {"kafkajs": "2"}}'},
        "apps/a/b.ts", ["@shop/bus apps/a/package.json:1", "kafkajs packages/bus/package.json:1"],
    ),
    "go": ({"go.mod": "module a\nrequire github.com/IBM/sarama v1.43.0\n"}, "internal/b/c.go", ["github.com/IBM/sarama go.mod:2"]),
    "rust, through a path": (
        {"app/Cargo.toml": '[package]\nname = "app"\n[dependencies]\nbus = { path = "../bus" }\n', "bus/Cargo.toml": '[package]\nname = "bus"\n[dependencies]\nrdkafka = "1"\n'},
        "app/src/main.rs", ["rdkafka bus/Cargo.toml:4"],
    ),
    "dotnet, through a project and with shared properties": (
        {
            "src/App/App.csproj": '<Project>\n<ProjectReference Include="..\\Bus\\Bus.csproj" /></Project>',
            "src/Bus/Bus.csproj": '<Project><PackageReference Include="Confluent.Kafka" Version="2" /></Project>',
            "Directory.Build.props": '<Project><PackageReference Include="Logs" Version="1" /></Project>',
        },
        "src/App/A.cs", ["Logs Directory.Build.props:1", "Confluent.Kafka src/Bus/Bus.csproj:1"],
    ),
    "python, all files of the folder": (
        {"pyproject.toml": '[project]\nname = "a"\ndependencies = ["web"]\n', "requirements.txt": "aiokafka==1\n", "requirements-dev.txt": "pytest\n"},
        "a/b.py", ["web pyproject.toml:3", "aiokafka requirements.txt:1"],
    ),
    "python, a setup": ({"setup.py": "setup(\n  install_requires=[\n    'confluent-kafka>=2',\n  ],\n)\n"}, "a/b.pyx", ["confluent-kafka setup.py:3"]),
    "python, a folder of requirements": ({"setup.cfg": "[options]\n", "requirements/base.txt": "faust\n"}, "a.py", ["faust requirements/base.txt:1"]),
    "sbt": ({"build.sbt": 'libraryDependencies += "com.github.fd4s" %% "fs2-kafka" % "3"'}, "core/src/A.scala", ["com.github.fd4s:fs2-kafka build.sbt:1"]),
    "elixir": ({"mix.exs": "defp deps do\n  [{:brod, \"~> 3\"}]\nend"}, "lib/a.ex", ["brod mix.exs:2"]),
    "ruby": ({"Gemfile": "gem 'karafka'\n"}, "app/a.rb", ["karafka Gemfile:1"]),
    "a document asks any family": ({"a/go.mod": "module a\nrequire github.com/IBM/sarama v1.43.0\n"}, "a/deploy/b.yaml", ["github.com/IBM/sarama a/go.mod:2"]),
}  # fmt: skip


@pytest.mark.parametrize(("files", "path", "expected"), ROWS.values(), ids=ROWS.keys())
def test_what_a_module_uses(files: Mapping[str, str], path: str, expected: list[str]) -> None:
    assert used(files, path) == expected


def test_an_entry_and_a_bundle_of_a_catalog_are_told_apart() -> None:
    files = ROWS["gradle, from a catalog"][0]
    assert used(files, "web/src/A.kt") == ["a:web web/build.gradle.kts:1"]
    assert used(files, "job/src/A.kt") == [f"{KAFKA} job/build.gradle.kts:1", "a:web job/build.gradle.kts:1"]


def test_the_nearest_build_file_of_the_language_counts() -> None:
    files = {"pom.xml": pom("a", maven(KAFKA)), "web/package.json": '{"dependencies": {"express": "4"}}'}
    assert used(files, "web/src/a.ts") == ["express web/package.json:1"]
    assert used(files, "web/src/A.java") == [f"{KAFKA} pom.xml:3"]
    assert Modules(Tree(files), Side.AFTER).of("web/a.rs") is None


def test_reads_are_bounded_over_all_questions() -> None:
    files = {f"m{n}/pom.xml": pom(f"m{n}", maven(f"g:m{n + 1}")) for n in range(300)}
    tree = Tree(files)
    modules = Modules(tree, Side.AFTER)
    for number in range(300):
        modules.of(f"m{number}/src/A.java")
    assert len(tree.asked) <= 60
    assert len(set(tree.asked)) == len(tree.asked)


def test_modules_that_refer_to_each_other_end() -> None:
    files = {
        "a/Cargo.toml": '[dependencies]\nb = { path = "../b" }\n',
        "b/Cargo.toml": '[dependencies]\na = { path = "../a" }\n',
    }
    assert used(files, "a/src/a.rs") == []


@pytest.mark.parametrize("path", ["pom.xml", "build.gradle", "package.json", "Cargo.toml", "go.mod", "setup.py", "setup.cfg", "a.csproj", "mix.exs", "Gemfile", "requirements.txt", "gradle/libs.versions.toml"])  # fmt: skip
@pytest.mark.parametrize(
    "unit",
    [
        "<dependency>", "<parent>", "<scope>test</scope>", "subprojects {", "{", "project(':a')", "libs.a.b ", '"name": "a"', "[package]\n",
        "'kafka' ", '"a', "=> ../a\n", "<ProjectReference ", " ", "\n", "a", "-r a.txt\n", "test ", "[[", '{"a": ',
    ],
)  # fmt: skip
def test_a_hostile_build_file_is_read_in_linear_time(path: str, unit: str) -> None:
    def find(size: int) -> None:
        text = unit * (size // len(unit))
        modules = Modules(
            Tree({path: text, "build.gradle.kts": "dependencies { api(libs.a) }", "x/pom.xml": "<parent></parent>"}),
            Side.AFTER,
        )
        for asked in ("a.java", "a.ts", "a.rs", "a.go", "a.py", "a.cs", "a.ex", "a.rb", "x/a.java", "a.yaml"):
            modules.of(asked)

    grows_linearly(find, 20_000)
