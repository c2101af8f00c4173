"""A clone without some of its blobs, and nobody to ask for them: what is here is reviewed, what is not is said."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
from inputs.test_inputs_local_git import ENV, Repo, by_path

from reviewer.app.cli import main
from reviewer.core.change import FileStatus
from reviewer.core.problem import ReviewError
from reviewer.core.span import Side
from reviewer.inputs.git_process import Completed, run_git
from reviewer.inputs.local_git import read_local_change

ORDERS = """import org.apache.kafka.clients.producer.*;
class Orders {
  KafkaProducer<String, String> open(Properties props) {
    props.put(ProducerConfig.ACKS_CONFIG, "all");
    return new KafkaProducer<>(props);
  }
}
"""
WEAK = ORDERS.replace('"all"', '"1"')
LOST = "not in this partial clone"


def partial(
    tmp_path: Path,
    before: Mapping[str, str],
    after: Mapping[str, str | None],
    *,
    here: Sequence[str],
    checkout: bool = True,
) -> Repo:
    """A clone whose origin is gone: `feature` may be checked out; besides only the blobs in `here` (REF:PATH) were ever fetched."""
    origin = Repo(tmp_path / "origin")
    origin.commit(**before)
    origin.git("config", "uploadpack.allowFilter", "true")
    origin.git("config", "uploadpack.allowAnySHA1InWant", "true")
    origin.git("checkout", "-q", "-b", "feature")
    for path, text in after.items():
        if text is None:
            origin.git("rm", "-q", path)
        else:
            origin.write(path, text)
    origin.commit()
    origin.git("checkout", "-q", "main")
    how = ["--branch=feature"] if checkout else ["--no-checkout"]
    subprocess.run(
        ["git", "clone", "-q", "--filter=blob:none", *how, f"file://{origin.root}", "clone"],
        cwd=tmp_path, env=ENV, check=True,
    )  # fmt: skip
    clone = Repo(tmp_path / "clone")
    for blob in here:
        clone.git("cat-file", "-p", blob)
    shutil.rmtree(origin.root)
    return clone


@pytest.fixture
def clone(tmp_path: Path) -> Repo:
    before = {"A.java": ORDERS, "B.java": ORDERS.replace("Orders", "Bills"), "C.java": "class C {}\n", "d.txt": "d\n"}
    after = {"A.java": WEAK, "B.java": WEAK.replace("Orders", "Bills"), "C.java": None, "New.java": "class New {}\n"}
    return partial(tmp_path, before, after, here=["origin/main:A.java"])


def test_a_file_without_its_content_is_lost_alone_and_loudly(clone: Repo) -> None:
    for change in (clone.review(), clone.review(base="origin/main", head="feature")):
        files = by_path(change)
        assert {path: file.status for path, file in files.items()} == {
            "A.java": FileStatus.MODIFIED, "B.java": FileStatus.MODIFIED, "C.java": FileStatus.DELETED,
            "New.java": FileStatus.ADDED,
        }  # fmt: skip
        assert (files["A.java"].before, files["A.java"].after, files["New.java"].after) == (
            ORDERS,
            WEAK,
            "class New {}\n",
        )
        for path in ("B.java", "C.java"):
            assert (files[path].hunks, files[path].before) == ((), None)
            assert LOST in (files[path].unread or "")
        assert [notice.split(":")[0] for notice in change.notices] == ["B.java", "C.java"]
        assert change.reader.read("B.java", Side.BEFORE) is None
        assert change.reader.read("d.txt", Side.BEFORE) == "d\n"


def test_paths_narrow_what_is_lost(clone: Repo) -> None:
    assert list(by_path(clone.review(paths=["A.java", "New.java"]))) == ["A.java", "New.java"]
    assert clone.review(paths=["A.java"]).notices[0].startswith("2 other files ")
    assert list(by_path(clone.review(paths=["*.java"]))) == ["A.java", "B.java", "C.java", "New.java"]


def test_a_file_of_the_rest_that_is_not_here_is_not_known_and_that_is_said(tmp_path: Path) -> None:
    before = {"A.java": ORDERS, "rest/R.java": "class R {}\n", "S.java": "class S {}\n"}
    here = ["origin/main:A.java", "origin/feature:A.java", "origin/main:S.java"]
    clone = partial(tmp_path, before, {"A.java": WEAK}, here=here, checkout=False)
    change = clone.review(base="origin/main", head="origin/feature")
    assert by_path(change)["A.java"].after == WEAK
    for side in Side:
        assert change.reader.read("rest/R.java", side) is None
        assert change.reader.read("S.java", side) == "class S {}\n"
    (notice,) = change.notices
    assert notice.startswith("1 other file ") and LOST in notice


def test_when_nothing_of_the_change_is_here_the_review_can_not_be_done(tmp_path: Path) -> None:
    clone = partial(tmp_path, {"A.java": ORDERS}, {"A.java": WEAK}, here=[])
    with pytest.raises(ReviewError, match=r"A\.java is not in this partial clone.*--refetch --no-filter"):
        clone.review()
    clone.write("New.java", "class New {}\n")
    assert list(by_path(clone.review())) == ["A.java", "New.java"]


def test_what_attributes_hide_and_what_only_moved_needs_its_content_too(tmp_path: Path) -> None:
    """Git lists these without a look at their content; we read it."""
    before = {"A.java": ORDERS, "B.java": ORDERS.replace("Orders", "Bills"), "Moved.java": "class Moved {}\n"}
    after = {
        "A.java": WEAK,
        "B.java": WEAK,
        "Moved.java": None,
        "to/Moved.java": "class Moved {}\n",
        ".gitattributes": "*.java -diff\n",
    }
    clone = partial(tmp_path, before, after, here=["origin/main:A.java"])
    files = by_path(clone.review(base="origin/main", head="feature"))
    assert (files["A.java"].before, files["A.java"].after) == (ORDERS, WEAK)
    assert LOST in (files["B.java"].unread or "")
    assert files["to/Moved.java"].after == "class Moved {}\n"


def test_nobody_is_asked_for_the_content_and_a_whole_clone_costs_no_process_more(clone: Repo, tmp_path: Path) -> None:
    asked: list[str] = []

    def runner(arguments: Sequence[str], cwd: Path, env: dict[str, str], given: bytes) -> Completed:
        asked.append(arguments[2])
        assert (env["GIT_NO_LAZY_FETCH"], env["GIT_ALLOW_PROTOCOL"]) == ("1", "none")
        return run_git(arguments, cwd, env, given)

    read_local_change(clone.root, base="origin/main", head="feature", runner=runner, surroundings=ENV)  # type: ignore[arg-type]
    assert (asked.count("rev-list"), asked.count("diff")) == (1, 2)
    asked.clear()
    whole = Repo(tmp_path / "whole")
    whole.commit(Job="one\n")
    whole.write("Job", "two\n")
    read_local_change(whole.root, runner=runner, surroundings=ENV)  # type: ignore[arg-type]
    assert (asked.count("rev-list"), asked.count("diff")) == (0, 1)


def test_the_report_tells_what_was_not_reviewed(clone: Repo, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["review", "--repo", str(clone.root), "--format", "json", "--engine", "rules"]) == 0
    said = capsys.readouterr()
    report = json.loads(said.out)
    assert report["status"] == "partial"
    assert [finding["path"] for finding in report["findings"]] == ["A.java"]
    lost = {entry["path"]: entry["reason"] for entry in report["coverage"] if entry["outcome"] == "not-reviewed"}
    assert sorted(lost) == ["B.java", "C.java"] and all(LOST in reason for reason in lost.values())
    assert f"B.java: {LOST}" in said.err and f"C.java: {LOST}" in said.err


def test_a_review_of_nothing_ends_with_2(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    clone = partial(tmp_path, {"A.java": ORDERS}, {"A.java": WEAK}, here=[])
    assert main(["review", "--repo", str(clone.root), "--engine", "rules"]) == 2
    said = capsys.readouterr()
    assert said.out == "" and "--no-filter" in said.err


def test_the_map_invents_no_difference_for_a_file_that_is_not_here(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = """import org.apache.kafka.clients.producer.*;
class Billing {
  private final KafkaProducer<String, String> producer = make();
  void bill(String order) throws Exception { producer.send(new ProducerRecord<>("invoices", order, order)).get(); }
}
"""
    before = {"A.java": ORDERS, "Billing.java": source}
    after = {"A.java": WEAK, "Billing.java": source.replace("order, order", "order, order + 1")}
    clone = partial(tmp_path, before, after, here=["origin/main:A.java"])
    assert main(["map", "--repo", str(clone.root), "--base", "origin/main"]) == 0
    said = capsys.readouterr()
    assert said.out == "" and "alters no topic" in said.err and f"Billing.java: {LOST}" in said.err
