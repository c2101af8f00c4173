"""Facts as JSON. Its schema is docs/facts.schema.json, made of `facts_model.py`."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict

from reviewer.core.stated import Compared, FileTold, Stated

SCHEMA_VERSION = "1.0"


def rendered(files: Sequence[FileTold], *, tool_version: str, base: str | None) -> str:
    """JSON, two blanks deep, ending in a line end; `base` is the ref that is compared with, None without one."""
    data = {
        "schema_version": SCHEMA_VERSION,
        "tool": {"name": "stream-review", "version": tool_version},
        "base": base,
        "files": [_file(file) for file in files],
    }
    text = json.dumps(data, indent=2, ensure_ascii=False)
    return text.encode("utf-8", "replace").decode("utf-8") + "\n"


def _file(file: FileTold) -> dict[str, object]:
    return {
        "path": file.path, "old_path": file.old_path or None, "standing": file.standing.value, "language": file.language,
        "kind": file.kind, "libraries": list(file.libraries), "facts": [_compared(fact) for fact in file.facts],
        "given_up": [asdict(gap) for gap in file.given_up], "rules": [asdict(word) for word in file.rules],
        "not_judged": file.not_judged or None,
    }  # fmt: skip


def _compared(fact: Compared) -> dict[str, object]:
    change = "changed" if fact.is_changed else fact.fate.value
    shown = fact.now or fact.before
    assert shown is not None
    return {
        **_stated(shown),
        "change": change,
        "before": _stated(fact.before) if fact.is_changed and fact.before else None,
    }


def _stated(fact: Stated) -> dict[str, object]:
    return asdict(fact)
