"""What is understood of one file of each client library, beside the file: compare `consumer.go` with `consumer.go.streaming`."""

from __future__ import annotations

from pathlib import Path

import pytest
from facts.rendered_streaming import rendered

from reviewer.clients.registry import Libraries, all_libraries
from reviewer.core.span import Side
from reviewer.facts.extract import extract
from reviewer.facts.streaming.extract import external_constants, file_facts
from reviewer.facts.streaming.model import FileFacts

FOLDER = Path(__file__).parent / "libraries"
SAMPLES = sorted(path for path in FOLDER.glob("*/*") if path.suffix != ".streaming")


def understood(sample: Path) -> FileFacts:
    text = sample.read_text(encoding="utf-8")
    syntax = extract(sample.name, text, Side.AFTER)
    constants = external_constants([syntax])
    return file_facts(syntax, text, Side.AFTER, libraries=Libraries(), external=constants, versions={})


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_a_file_is_understood_as_written_beside_it(sample: Path) -> None:
    golden = sample.with_name(f"{sample.name}.streaming")
    assert rendered(understood(sample)) == golden.read_text(encoding="utf-8")


@pytest.mark.parametrize("library", [library.id for library in all_libraries()])
def test_every_library_has_a_sample_that_uses_it(library: str) -> None:
    samples = [path for path in SAMPLES if path.parent.name == library]
    assert samples, f"write a sample in tests/facts/libraries/{library}/"
    assert all(library in understood(sample).libraries for sample in samples)
