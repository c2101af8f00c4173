"""The account of a whole change: what one file tells about another."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from rules.examples import file_change

from reviewer.core.change import ChangeSet
from reviewer.core.problem import Problem
from reviewer.core.report import Outcome
from reviewer.core.span import Side
from reviewer.facts.extract import extract
from reviewer.facts.gather import gather
from reviewer.facts.syntax import SyntaxFacts
from reviewer.facts.workers import Job, Key
from reviewer.relevance.account import account


class Tree:
    """A repository with a few files, the same on both sides."""

    def __init__(self, files: dict[str, str]) -> None:
        self._files = files

    def read(self, path: str, side: Side) -> str | None:
        return self._files.get(path)

    def paths(self, side: Side) -> tuple[str, ...]:
        return tuple(sorted(self._files))


def parse(jobs: Sequence[Job]) -> tuple[dict[Key, SyntaxFacts], tuple[Problem, ...]]:
    return {(job.path, job.side): extract(job.path, job.text, job.side) for job in jobs}, ()


def accounted(new_files: dict[str, str], tree: dict[str, str]) -> dict[str, tuple[Outcome, str]]:
    """Path -> outcome and reason of a change that adds some files."""
    files = tuple(file_change(path, None, text) for path, text in new_files.items())
    change_set = ChangeSet(base="a", head="b", files=files)
    gathered = gather(change_set, Tree(tree | new_files), parse=parse, skip=lambda _path: False)
    found = account(change_set, gathered, skip=lambda _path: False)
    return {coverage.path: (coverage.outcome, coverage.reason) for coverage, _ in found}


USED = [
    ("use rdkafka::Message;\nfn run(strategy: RunTask) { strategy.go(); }\n", "run.rs", "task.rs", "pub struct RunTask {\n  n: u8,\n}\n"),
    ('package a\nimport "github.com/IBM/sarama"\nfunc run(t RunTask) { t.Go() }\n', "run.go", "task.go", "package a\n\ntype RunTask struct {\n\tN int\n}\n"),
    ("import { Kafka } from 'kafkajs';\nfunction run(t: RunTask) { t.go(); }\n", "run.ts", "task.ts", "export class RunTask {\n  n = 1;\n}\n"),
    ("using Confluent.Kafka;\nclass A { void Run(RunTask t) { t.Go(); } }\n", "A.cs", "RunTask.cs", "class RunTask {\n  int n;\n}\n"),
]  # fmt: skip


@pytest.mark.parametrize(("streaming", "path", "other", "text"), USED, ids=[row[1] for row in USED])
def test_a_type_that_a_streaming_file_of_the_change_uses_is_reviewed(
    streaming: str, path: str, other: str, text: str
) -> None:
    found = accounted({path: streaming, other: text}, {})
    assert found[other] == (Outcome.REVIEWED, "streaming code of this change uses RunTask")
    assert accounted({other: text}, {})[other][0] is Outcome.NOT_STREAMING


def test_a_schema_and_the_user_of_a_wrapper_are_told_by_the_build_file_above() -> None:
    new = {
        "shop/src/a.proto": "message A { string id = 1; }\n",
        "shop/src/b.ts": "import { Bus } from './kafka.bus';\n",
    }
    package = '{"dependencies": {"kafkajs": "2.2.4"}}'
    assert {outcome for outcome, _ in accounted(new, {"shop/package.json": package}).values()} == {Outcome.REVIEWED}
    elsewhere = accounted(new, {"web/package.json": package, "shop/package.json": "{}"})
    assert {outcome for outcome, _ in elsewhere.values()} == {Outcome.NOT_STREAMING}
