"""What is read from one file of each language, beside the file: compare `Orders.java` with `Orders.java.facts`."""

from __future__ import annotations

from pathlib import Path

import pytest
from facts.rendered_facts import rendered

from reviewer.core.span import Side
from reviewer.facts.extract import extract

SAMPLES = sorted(path for path in (Path(__file__).parent / "languages").glob("*/*") if path.suffix != ".facts")


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda path: path.name)
def test_a_file_reads_as_written_beside_it(sample: Path) -> None:
    facts = extract(sample.name, sample.read_text(encoding="utf-8"), Side.AFTER)
    assert rendered(facts) == sample.with_name(sample.name + ".facts").read_text(encoding="utf-8")
