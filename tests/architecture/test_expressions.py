"""Expressions that are compiled with their first use: none of them waits for a user to find a mistake in it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from types import ModuleType

import pytest

from reviewer.core.lazily import lazily

SOURCE = Path(__file__).parents[2] / "src"
FILES = sorted(path for path in (SOURCE / "reviewer").rglob("*.py") if "import lazily\n" in path.read_text("utf-8"))
Late = type(lazily(""))


def _of(module: ModuleType) -> Iterator[object]:
    for item in vars(module).values():
        yield from item.values() if isinstance(item, dict) else (item,)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_expression_of_a_module_compiles(path: Path) -> None:
    module = import_module(".".join(path.relative_to(SOURCE).with_suffix("").parts))
    late = [item for item in _of(module) if isinstance(item, Late)]
    assert late
    assert [item.pattern for item in late if not isinstance(item.flags, int)] == []


def test_a_late_expression_answers_as_the_compiled_one() -> None:
    late, text = lazily(r"(?P<word>[a-z]+)=", re.IGNORECASE), "Acks=all, retries=3"
    now = re.compile(late.pattern, late.flags)
    assert (late.pattern, late.groupindex) == (now.pattern, now.groupindex)
    assert [found["word"] for found in late.finditer(text)] == ["Acks", "retries"]
    assert late.sub("-", text) == now.sub("-", text) and late.split(text) == now.split(text)
    assert late.match("=") is None


def test_a_mistake_is_told_with_the_first_use() -> None:
    late = lazily("(")
    with pytest.raises(re.error, match="unterminated"):
        late.search("")
