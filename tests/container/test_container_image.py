"""What is in the image, and what is not."""

from __future__ import annotations

import re

import pytest

from container.image import Image
from container.runner import Container

ENTRY = ("/opt/stream-review/bin/python", "-I", "-B", "-u", "-X", "utf8", "-m", "reviewer.app.cli", "action")


def test_the_entry_point_is_no_shell_and_ignores_the_working_directory(image: Image) -> None:
    assert image.entry_point == ENTRY
    assert image.user == ""  # the runner's files belong to another user: root must write them


def test_the_labels_say_what_it_is(image: Image) -> None:
    labels = {name.rpartition(".")[2]: value for name, value in image.labels.items() if "opencontainers" in name}
    assert labels["title"] == "stream-review" and labels["licenses"] == "Apache-2.0"
    assert labels["version"] == "0.0.0+test" and {"revision", "source", "description"} <= set(labels)


def test_it_carries_the_prompt_the_queries_and_nothing_to_build_with(container: Container) -> None:
    files = container.shell("cd /opt/stream-review && find . -type f")
    assert re.search(r"site-packages/reviewer/.*agent\.md$", files, re.M)
    assert "queries/java.scm" in files and "report.schema.json" in files and "clients/" in files
    for unwanted in (r"site-packages/(pip|setuptools|wheel)/", r"/tests/fakes", r"\.git/", r"bin/activate", r"\.env$"):
        assert not re.search(unwanted, files, re.M), unwanted


def test_a_start_compiles_nothing_and_the_code_is_not_writable(container: Container) -> None:
    found = container.shell("find /opt/stream-review -mindepth 1 -perm /222 -not -type l | head -3")
    assert found == ""
    sources = container.shell("find /opt/stream-review/lib -name '*.py' -path '*reviewer*' | wc -l")
    compiled = container.shell("find /opt/stream-review/lib -name '*.pyc' -path '*reviewer*' | wc -l")
    assert int(sources) == int(compiled) > 100


@pytest.mark.parametrize("module", ["anthropic", "github", "tree_sitter_java", "tree_sitter_kotlin", "unidiff", "rich"])
def test_what_it_needs_is_there(container: Container, module: str) -> None:
    assert container.shell(f"{ENTRY[0]} -I -c 'import {module}; print({module}.__name__)'").strip() == module
