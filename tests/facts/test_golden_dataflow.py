"""What is read from jobs, topologies and statements, beside the file: compare `Tolls.java` with `Tolls.java.dataflow`."""

from __future__ import annotations

from pathlib import Path

import pytest
from facts.rendered_dataflow import rendered

from reviewer.clients.registry import Libraries
from reviewer.core.span import Side
from reviewer.facts.extract import extract
from reviewer.facts.streaming.extract import file_facts
from reviewer.files import FileKind

FOLDER = Path(__file__).parent / "dataflow"
SAMPLES = sorted(path for path in FOLDER.glob("*/*") if path.suffix != ".dataflow")


def test_there_are_samples() -> None:
    assert len(SAMPLES) > 10


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda path: path.name)
def test_a_file_reads_as_written_beside_it(sample: Path) -> None:
    text = sample.read_text(encoding="utf-8")
    syntax = extract(sample.name, text, Side.AFTER)
    facts = file_facts(
        syntax, text, Side.AFTER, libraries=Libraries(), external={}, versions={}, kind=FileKind.PRODUCTION
    )
    assert not syntax.has_errors
    assert rendered(facts) == sample.with_name(sample.name + ".dataflow").read_text(encoding="utf-8")
