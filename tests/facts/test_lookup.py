"""Looking for files beside a change: what could not be searched is told by each look-up, and what needs no search is found all the same."""

from __future__ import annotations

import pytest
from facts.test_schema_facts import Tree
from rules.examples import file_change

from reviewer.core.change import ChangeSet, FileChange
from reviewer.core.span import Side
from reviewer.facts.caller_jobs import caller_jobs
from reviewer.facts.counterparts import counterpart_jobs
from reviewer.facts.extract import extract
from reviewer.facts.lookup import Looking, LookUp
from reviewer.facts.same_identity import same_identity_jobs
from reviewer.facts.value_users import value_user_jobs

DIRECTORY = (
    "deploy/job.yaml",
    "a: 1\n",
    "a: 1\nstate.checkpoints.dir: file:///data\nexecution.checkpointing.interval: 60s\n",
)
PREFIX = (
    "Orders.java",
    "",
    'class Orders { String s = f("transactionalIdPrefix", 1); int serverId = g(server_id="orders-1"); }\n',
)
METHOD = "Store.java", "class Store { void put(int a) { f(); } }\n", "class Store { @Async void put(int a) { f(); } }\n"


def looking(change: FileChange, tree: Tree, words: tuple[str, ...] = ()) -> Looking:
    before, after = (
        (extract(change.path, text, side),) if text else ()
        for side, text in ((Side.BEFORE, change.before), (Side.AFTER, change.after))
    )
    files = ChangeSet(base="a", head="b", files=(change,))
    return Looking(change_set=files, reader=tree, before=before, after=after, words=words)


@pytest.mark.parametrize(
    ("look_up", "change", "words", "sought"),
    [
        (counterpart_jobs, DIRECTORY, (), "transaction.timeout.ms, TRANSACTION_TIMEOUT_CONFIG"),
        (same_identity_jobs, PREFIX, (), "other uses of orders-1"),
        (caller_jobs, METHOD, (), "the code that calls the changed functions"),
        (value_user_jobs, DIRECTORY, ("ORDERS",), "the code that reads the changed values"),
    ],
)
def test_a_search_that_fails_is_told(
    look_up: LookUp, change: tuple[str, str, str], words: tuple[str, ...], sought: str
) -> None:
    found, problems = look_up(looking(file_change(*change), Tree({}, fails=True), words), set())
    assert found == []
    assert [problem.message for problem in problems] == [f"could not look for {sought}: git grep failed"]


def test_manifests_of_the_folder_are_read_where_nothing_can_be_searched() -> None:
    tree = Tree({"deploy/pod.yaml": "mountPath: /data\n", "other/pod.yaml": "mountPath: /data\n"}, fails=True)
    found, problems = counterpart_jobs(looking(file_change(*DIRECTORY), tree), {("deploy/pod.yaml", Side.BEFORE)})
    assert [(job.path, job.side) for job in found] == [("deploy/pod.yaml", Side.AFTER)]
    assert len(problems) == 1
