"""Writes `tests/facts/languages/*/*.facts` anew. Read the difference: it is what a language adapter now sees otherwise."""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from facts.rendered_facts import rendered  # noqa: E402
from facts.test_golden_facts import SAMPLES  # noqa: E402

from reviewer.core.span import Side  # noqa: E402
from reviewer.facts.extract import extract  # noqa: E402

for sample in SAMPLES:
    facts = extract(sample.name, sample.read_text(encoding="utf-8"), Side.AFTER)
    sample.with_name(sample.name + ".facts").write_text(rendered(facts), encoding="utf-8")
