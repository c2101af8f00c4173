"""What kind of file a path is."""

from __future__ import annotations

import pytest

from reviewer.files import FileKind, is_test_code, kind_of

KINDS = {
    FileKind.TEST: [
        "src/test/java/a/B.java",
        "tests/test_a.py",
        "a/OrderServiceTest.java",
        "pkg/a_test.go",
        "system-tests/a.py",
        "systemtest/src/main/java/io/strimzi/A.java",
        "integrationtests/a.py",
        "src/testFixtures/java/A.java",
        "app/conftest.py",
        "docs/tests/a.py",
        "rest-test-util/src/main/java/A.java",
        "kafka-test-companion/src/main/java/A.java",
        "connect/src/integration/java/A.java",
        "src/main/config/kafka.test.properties",
        "registry/e2e/serde.ts",
        "core/Mock/Pipes/Output.cs",
        "src/Orders.IntegrationTests/Flow.cs",
        "benchmarks/producer-batch.ts",
        "web/orders.spec.ts",
    ],
    FileKind.EXAMPLE: [
        "examples/a/B.java",
        "packaging/examples/kafka/kafka-single-node.yaml",
        "kafka-streams-samples/a/B.java",
        "quickstarts/kafka/src/main/java/org/acme/A.java",
        "config/sink-quickstart-sqlite.properties",
        "workshop-servers.yaml",
        "flink-quickstart-java/src/main/java/A.java",
        "operations-playground/job.yaml",
        "src/main/java/org/example/ExampleJob.java",
        "docs/examples/a.yaml",
        ".env.example",
        "config/app.yml.dist",
    ],
    FileKind.DOCUMENTATION: [
        "spring-kafka-docs/src/main/java/org/springframework/kafka/jdocs/A.java",
        "docs/content/state/job.py",
        "documentation/modules/snip/user.yaml",
    ],
    FileKind.DEVELOPMENT: [
        "docker-compose.yml",
        "src/main/resources/application-dev.yml",
        ".github/workflows/ci.yml",
        "deploy/local/kafka.yaml",
        "devenv/server1.properties",
        "dev/docker-compose.prod.yml",
        "products/docker-compose.yml",
    ],
    FileKind.PRODUCTION: [
        "src/main/java/org/example/test/A.java",
        "scans/src/main/java/org/example/parcel/A.java",
        "src/main/java/com/acme/docs/A.java",
        "contest/a.py",
        "src/main/java/Latest.java",
        "src/Mocking/A.cs",
        "config/application.yml",
        "config/server.properties",
        "config/producer.properties",
        "docstore/src/main/java/A.java",
        "contest-data/a.yaml",
        "src/integrations.py",
        "latest.properties",
        "packaging/helm/values.yaml",
        "docker-compose.prod.yml",
        "production/compose.yaml",
    ],
}


@pytest.mark.parametrize(("path", "kind"), [(path, kind) for kind, paths in KINDS.items() for path in paths])
def test_the_layout_tells_the_kind(path: str, kind: FileKind) -> None:
    assert kind_of(path) is kind


TREE = ("bin/kafka-server-start.sh", "bin/kafka-topics.sh", "config/server.properties")


@pytest.mark.parametrize(
    "path",
    [
        "config/server.properties",
        "config/connect-distributed.properties",
        "config/producer.properties",
        "config/kraft/broker.properties",
    ],
)
def test_what_a_broker_ships_beside_its_scripts_is_packaging(path: str) -> None:
    assert kind_of(path, TREE) is FileKind.PACKAGING


@pytest.mark.parametrize(
    "path",
    [
        "config/application.properties",
        "config/orders-producer.properties",
        "config/payments/producer.properties",
        "deploy/config/server.properties",
    ],
)
def test_other_configuration_beside_a_broker_is_production(path: str) -> None:
    assert kind_of(path, TREE) is FileKind.PRODUCTION


def test_the_scripts_must_lie_beside_that_very_folder() -> None:
    tree = ("vendor/kafka_2.13-3.9.0/bin/kafka-topics.sh", "bin/run.sh")
    assert kind_of("config/server.properties", tree) is FileKind.PRODUCTION
    assert kind_of("vendor/kafka_2.13-3.9.0/config/server.properties", tree) is FileKind.PACKAGING


@pytest.mark.parametrize(
    ("path", "old_path", "expected"),
    [
        ("src/test/java/a/Loop.java", None, True),
        ("core/src/it/java/Loop.java", None, True),
        ("worker/loop_test.go", "worker/reader_test.go", True),
        ("src/loop.spec.ts", None, True),
        ("services/it/consumer.go", None, False),
        ("ab-testing/src/main/java/Consumer.java", None, False),
        ("src/main/java/LoadTest.java", None, False),
        ("src/test/java/a/Loop.java", "src/main/java/a/Loop.java", False),
    ],
)
def test_code_of_tests_is_told_from_products_that_are_called_like_it(
    path: str, old_path: str | None, expected: bool
) -> None:
    assert is_test_code(path, old_path) is expected
