"""What counts as a test and as development, by path."""

from __future__ import annotations

import pytest

from reviewer.facts.streaming.extract import is_development, is_test


@pytest.mark.parametrize(
    "path",
    [
        "src/test/java/a/B.java",
        "tests/test_a.py",
        "a/OrderServiceTest.java",
        "pkg/a_test.go",
        "system-tests/a.py",
        "src/testFixtures/java/A.java",
        "app/conftest.py",
    ],
)
def test_a_test_is_a_test(path: str) -> None:
    assert is_test(path)


@pytest.mark.parametrize("path", ["src/main/java/org/example/test/A.java", "contest/a.py", "src/main/java/Latest.java"])
def test_a_package_called_test_is_not(path: str) -> None:
    assert not is_test(path)


@pytest.mark.parametrize(
    "path",
    [
        "examples/a/B.java",
        "docker-compose.yml",
        "src/main/resources/application-dev.yml",
        ".github/workflows/ci.yml",
        "kafka-streams-samples/a/B.java",
    ],
)
def test_development_is_development(path: str) -> None:
    assert is_development(path)


def test_a_package_called_example_is_production() -> None:
    assert not is_development("scans/src/main/java/org/example/parcel/A.java")
