"""A line that stands twice: the comment goes to the one that was meant, not to the first."""

from __future__ import annotations

import pytest
from verify.code import PATH, at, finding, quoted

from reviewer.core.change import ChangeSet, FileChange, FileStatus
from reviewer.verify.quote_exists import check
from reviewer.verify.sources import Sources

TEXT = "class A {\n  void a() {\n    consumer.commitSync();\n  }\n  void b() {\n    consumer.commitSync();\n  }\n}\n"


@pytest.mark.parametrize("line", [3, 6])
def test_of_two_equal_lines_the_one_that_was_meant_is_taken(line: int) -> None:
    change = FileChange(old_path=None, new_path=PATH, status=FileStatus.ADDED, hunks=(), after=TEXT)
    sources = Sources(ChangeSet(base="a", head="b", files=(change,)), lambda text: text)
    checked = check(finding(quoted("consumer.commitSync();", first=line), span=at(line)), sources)
    assert not isinstance(checked, str) and checked.span == at(line)
