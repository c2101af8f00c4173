"""Every fact of the samples is told once, with a line of the file, and every value that is not written says why."""

from __future__ import annotations

from pathlib import Path

import pytest

from reviewer.clients.registry import Libraries
from reviewer.core.span import Side
from reviewer.core.stated import FactKind, Said, Stated, compared
from reviewer.core.stream_map import Fate
from reviewer.facts.extract import extract
from reviewer.facts.streaming.extract import external_constants, file_facts
from reviewer.facts.streaming.model import FileFacts
from reviewer.facts.told.tell import told
from reviewer.facts.told.teller import definitions_of

FOLDER = Path(__file__).parent
GOLDENS = {".streaming", ".dataflow", ".protections", ".facts"}
SAMPLES = sorted(
    path for folder in ("libraries", "dataflow") for path in (FOLDER / folder).rglob("*") if path.is_file() and path.suffix not in GOLDENS
)  # fmt: skip
#: Kind of fact -> the field of FileFacts with as many.
COUNTED = {
    FactKind.CLIENT: "clients", FactKind.SEND: "sends", FactKind.HANDLING: "handlings", FactKind.OPERATOR: "operators",
    FactKind.STATE: "states", FactKind.STORE: "stores", FactKind.NODE: "nodes", FactKind.TABLE: "tables", FactKind.QUERY: "queries",
    FactKind.CONNECTOR: "connectors", FactKind.SCHEMA: "schemas", FactKind.TOPIC: "topics", FactKind.REBALANCE: "rebalances",
    FactKind.TRANSACTION: "transactions", FactKind.HANDOFF: "handoffs", FactKind.TIMER: "schedules",
}  # fmt: skip


def understood(sample: Path) -> tuple[FileFacts, tuple[Stated, ...]]:
    text = sample.read_text(encoding="utf-8")
    syntax = extract(sample.name, text, Side.AFTER)
    file = file_facts(
        syntax, text, Side.AFTER, libraries=Libraries(), external=external_constants([syntax]), versions={}
    )
    return file, told(file, definitions_of([file]))


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_nothing_of_a_sample_is_left_out_or_without_its_place(sample: Path) -> None:
    file, facts = understood(sample)
    last = sample.read_text(encoding="utf-8").count("\n") + 1
    for kind, name in COUNTED.items():
        known = getattr(file, name)
        assert sum(fact.kind is kind for fact in facts) <= len(known), kind
        assert not known or any(fact.kind is kind for fact in facts), kind
    for fact in (one for outer in facts for one in (outer, *outer.steps)):
        assert fact.path == sample.name and 1 <= fact.first_line <= fact.last_line <= last
        for said in fact.values:
            assert said.known is Said.EXPLICIT or said.why, (fact.title, said)
            assert 0 <= said.line <= last


@pytest.mark.parametrize("sample", SAMPLES[::7], ids=lambda path: f"{path.parent.name}/{path.name}")
def test_a_version_compared_with_itself_has_no_change(sample: Path) -> None:
    _, facts = understood(sample)
    assert all(one.fate is Fate.KEPT and one.before == one.now for one in compared(facts, facts))


def _fact(title: str, line: int) -> Stated:
    return Stated(kind=FactKind.SEND, title=title, inside="f", path="A.java", first_line=line, last_line=line)


def test_moved_facts_are_kept_and_the_others_are_told_in_order() -> None:
    before = (_fact("a", 1), _fact("b", 2), _fact("b", 3))
    now = (_fact("b", 11), _fact("c", 12))
    found = [(one.fate, (one.now or one.before or before[0]).title) for one in compared(before, now)]
    assert found == [(Fate.KEPT, "b"), (Fate.ADDED, "c"), (Fate.REMOVED, "a"), (Fate.REMOVED, "b")]
