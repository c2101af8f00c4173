"""A path that the model writes a little wrong is the file that was meant; one that could be two files, or none, is left as it is."""

from __future__ import annotations

import pytest

from reviewer.core.change import ChangeSet, FileChange, FileStatus
from reviewer.core.finding import Category, Confidence, Severity
from reviewer.core.span import Side
from reviewer.model.candidate import to_finding
from reviewer.model.reply import ReplyEvidence, ReplyFinding


def change(path: str, old: str | None = None) -> FileChange:
    return FileChange(
        old_path=old or path, new_path=path, status=FileStatus.RENAMED if old else FileStatus.MODIFIED, hunks=()
    )


CHANGES = ChangeSet(
    base="a", head="b",
    files=(
        change("shop/src/main/java/org/acme/Orders.java"), change("shop/src/main/resources/application.yml"),
        change("desk/src/main/resources/application.yml"), change("New.java", old="Old.java"), change("b/Twice.java"),
    ),
)  # fmt: skip
ORDERS = CHANGES.files[0].path
SHOWN = frozenset({"lib/Defaults.java", "desk/pom.xml"})


def made(path: str, side: Side = Side.AFTER, evidence: str | None = None) -> tuple[str, str, Side]:
    quotes = (ReplyEvidence(path=evidence or path, line=1, quote="q"),)
    reply = ReplyFinding(
        category=Category.DATA_LOSS, severity=Severity.HIGH, confidence=Confidence.HIGH, title="t", path=path, side=side,
        start_line=1, line=1, scenario=("a",), why="w", fix="f", suggestion=None, evidence=quotes, rule_id=None,
    )  # fmt: skip
    found = to_finding(reply, CHANGES, frozenset(), SHOWN)
    return found.span.path, found.evidence[0].span.path, found.evidence[0].span.side


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        (ORDERS, ORDERS),
        (f"a/{ORDERS}", ORDERS),
        (f"b/{ORDERS}", ORDERS),
        (f"./{ORDERS}", ORDERS),
        (f"/{ORDERS}", ORDERS),
        (f"repo/{ORDERS}", ORDERS),
        ("org/acme/Orders.java", ORDERS),
        ("Orders.java", ORDERS),
        ("src/main/java/Orders.java", ORDERS),
        ("shop/src/main/resources/application.yml", "shop/src/main/resources/application.yml"),
        ("b/desk/src/main/resources/application.yml", "desk/src/main/resources/application.yml"),
        ("b/Twice.java", "b/Twice.java"),
        ("lib/Defaults.java", "lib/Defaults.java"),
        ("Defaults.java", "lib/Defaults.java"),
        ("Old.java", "New.java"),
        # Could be two files, or none.
        ("application.yml", "application.yml"),
        ("main/resources/application.yml", "main/resources/application.yml"),
        ("Nowhere.java", "Nowhere.java"),
        ("rders.java", "rders.java"),
        ("orders.java", "orders.java"),
        ("", ""),
        ("/", "/"),
        ("../Orders.java", ORDERS),
    ],
)
def test_a_path_is_completed_when_only_one_file_can_be_meant(written: str, meant: str) -> None:
    assert made(written)[:2] == (meant, meant)


def test_a_side_before_the_change_has_the_old_name() -> None:
    assert made("New.java", Side.BEFORE) == ("Old.java", "Old.java", Side.BEFORE)
    assert made("Old.java", Side.BEFORE) == ("Old.java", "Old.java", Side.BEFORE)


def test_a_quote_of_a_name_that_two_files_have_is_of_the_findings_own_file() -> None:
    own = "desk/src/main/resources/application.yml"
    assert made(own, evidence="application.yml")[:2] == (own, own)
    assert made(ORDERS, evidence="application.yml")[:2] == (ORDERS, "application.yml")
