"""The published description beside the fake covers what the fake serves, and is what the trimming script makes."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from fakes.github.contract import DESCRIPTION, request_violations
from fakes.github.reads import READS
from fakes.github.world import Route
from fakes.github.writes import WRITES
from fakes.loopback import Call

SCRIPT = Path(__file__).parents[2] / "scripts" / "trim_openapi.py"
ROUTES = [route for route in [*READS.table, *WRITES.table] if not route.rule.endswith("/contents/")]


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: f"{route.method} {route.rule}")
def test_every_served_operation_is_described(route: Route) -> None:
    path = re.sub(r"<[^>]+>", "1", route.rule)
    call = Call(method=route.method, path=path, raw_path=path, query={}, headers={}, body=b"{}")
    assert not [words for words in request_violations(call) if "NotFound" in words]


def test_trimming_the_trimmed_description_changes_nothing(tmp_path: Path) -> None:
    again = tmp_path / "again.json"
    subprocess.run([sys.executable, SCRIPT, DESCRIPTION, again], check=True, timeout=60)
    assert again.read_text(encoding="utf-8") == DESCRIPTION.read_text(encoding="utf-8")
    assert DESCRIPTION.stat().st_size < 150_000


def test_the_licence_stands_beside_it() -> None:
    assert "MIT License" in (DESCRIPTION.parent / "LICENSE").read_text(encoding="utf-8")
