"""Writes what can be generated: the rule pages, their index, and the JSON Schema of the configuration. `--check` compares."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from reviewer.app.catalogue import documentation
from reviewer.app.settings import Settings
from reviewer.core.rule import Example, Rule
from reviewer.rules.registry import all_rules

ROOT = Path(__file__).resolve().parents[1]


def main() -> int:
    """Write, or with --check say which files are not current."""
    pages = {ROOT / "docs" / "rules" / f"{rule.id}.md": _page(rule) for rule in all_rules()}
    pages[ROOT / "docs" / "rules" / "README.md"] = _index()
    pages[ROOT / "docs" / "config.schema.json"] = json.dumps(Settings.model_json_schema(by_alias=True), indent=2) + "\n"
    schema = ROOT / "src" / "reviewer" / "publish" / "report.schema.json"
    pages[ROOT / "docs" / "report.schema.json"] = schema.read_text(encoding="utf-8")
    stale = [path for path, text in pages.items() if not path.exists() or path.read_text(encoding="utf-8") != text]
    stale += [path for path in (ROOT / "docs" / "rules").glob("*.md") if path not in pages]
    if "--check" in sys.argv:
        for path in stale:
            print(f"{path.relative_to(ROOT)} is not current; run `make docs`.")
        return 1 if stale else 0
    for path, text in pages.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return 0


def _page(rule: Rule) -> str:
    head = (
        f"# {rule.id}\n\n**{rule.title}.** {rule.category.value}, {rule.severity.value}, confidence {rule.confidence.value}; "
        f"{', '.join(rule.technologies)}.\n\n"
    )
    examples = "\n".join(
        (*(_example("Reported", e) for e in rule.bad[:1]), *(_example("Not reported", e) for e in rule.good[:1]))
    )
    silence = (
        f"## Silence it\n\n`stream-review: ignore[{rule.id}] the reason` in a comment on the line or the line above.\n"
    )
    return f"{head}{documentation(rule.id)}\n\n{examples}\n{silence}"


def _example(title: str, example: Example) -> str:
    parts = [f"## {title}: {example.title}\n"]
    for name, files in (("Before", example.before), ("After", example.after)):
        for path, text in files.items():
            parts.append(f"{name}, `{path}`:\n\n```\n{text.rstrip()}\n```\n")
    return "\n".join(parts)


def _index() -> str:
    rows = [f"| [{r.id}]({r.id}.md) | {r.title} | {r.category.value} | {r.severity.value} |" for r in all_rules()]
    return "\n".join(("# Rules\n", "| Rule | Danger | Category | Severity |", "|---|---|---|---|", *rows)) + "\n"


if __name__ == "__main__":
    sys.exit(main())
