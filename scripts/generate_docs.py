"""Writes what can be generated: rule pages and index, configuration reference and schema, tables of README and of what the model is
told, and the signals in the form that is read at run time. `--check` compares.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml
from catalogue_page import catalogue_page

from reviewer.app.settings_file import SettingsFile
from reviewer.clients.registry import all_libraries
from reviewer.model.briefs.brief import Brief, all_briefs
from reviewer.model.briefs.choose import Signals, briefs_for
from reviewer.model.briefs.render import RiskAtHand, render_briefs
from reviewer.publish.facts_model import json_schema as facts_schema
from reviewer.publish.map_model import json_schema as map_schema
from reviewer.relevance.derived import derived
from reviewer.rules.examples import rendered
from reviewer.rules.registry import all_rules
from reviewer.rules.rule import Rule

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / "src" / "reviewer"


def main() -> int:
    """Write, or with --check say which files are not current."""
    pages = {ROOT / "docs" / "rules" / f"{rule.id}.md": _page(rule) for rule in all_rules()}
    pages[ROOT / "docs" / "rules" / "README.md"] = _index()
    pages[ROOT / "docs" / "catalogue.md"] = catalogue_page()
    config = config_schema()
    pages[ROOT / "docs" / "config.schema.json"] = json.dumps(config, indent=2) + "\n"
    pages[ROOT / "docs" / "configuration.md"] = configuration_page(config)
    pages[ROOT / "README.md"] = readme((ROOT / "README.md").read_text(encoding="utf-8"))
    pages[ROOT / "docs" / "model.md"] = model_page((ROOT / "docs" / "model.md").read_text(encoding="utf-8"))
    schema = ROOT / "src" / "reviewer" / "publish" / "report.schema.json"
    pages[ROOT / "docs" / "report.schema.json"] = schema.read_text(encoding="utf-8")
    pages[ROOT / "docs" / "map.schema.json"] = json.dumps(map_schema(), indent=2) + "\n"
    pages[ROOT / "docs" / "facts.schema.json"] = json.dumps(facts_schema(), indent=2) + "\n"
    pages[SOURCE / "relevance" / "compiled.json"] = compiled(
        derived(parsed(SOURCE / "relevance" / "signals.yaml"), all_libraries())
    )
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


def parsed(path: Path) -> Any:
    """What a YAML file says."""
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def compiled(data: object) -> str:
    """The JSON that is read at run time."""
    return json.dumps(data, indent=1) + "\n"


def config_schema() -> dict[str, Any]:
    """The JSON Schema of the configuration, for editors."""
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **SettingsFile.model_json_schema(by_alias=True),
    }
    return {**schema, "title": "stream-review configuration"}


def configuration_page(schema: Mapping[str, Any]) -> str:
    """The reference of all keys: what stands in the schema, and how an editor gets it."""
    rows = [
        f"| `{key}` | {_values(found, schema)} | {_default(found)} | {found.get('description', '')} |"
        for key, found in schema["properties"].items()
    ]
    example = (ROOT / "examples" / "stream-review.yml").read_text(encoding="utf-8")
    return _CONFIGURATION.format(rows="\n".join(rows), example=example)


def readme(text: str) -> str:
    """README.md with the tables of inputs and outputs as action.yml describes them."""
    action = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
    for name, head in (("inputs", "Input"), ("outputs", "Output")):
        rows = [f"| `{key}` | {value['description']} |" for key, value in action[name].items()]
        table = "\n".join((f"| {head} | Meaning |", "|---|---|", *rows))
        text = _filled(text, f"<!-- {name}: generated from action.yml -->", f"<!-- end of {name} -->", table)
    return text


def model_page(text: str) -> str:
    """docs/model.md with the sizes of what the model is told."""
    risks = [RiskAtHand(id=rule.id, technologies=rule.technologies) for rule in all_rules()]
    rows = [
        f"| {b.technology} | {b.covers} | {len(b.facts)} | {len(render_briefs((b,), ()).text):,} |"
        for b in all_briefs()
    ]
    table = "\n".join(("| Brief | What it covers | Facts | Characters |", "|---|---|---|---|", *rows))
    text = _filled(text, "<!-- briefs: generated -->", "<!-- end of briefs -->", table)
    rows = [_unit_row(what, briefs_for([Signals(imports=frozenset(paths))]), risks) for what, paths in _UNITS.items()]
    table = "\n".join(("| A unit with | Briefs | Characters | Left out |", "|---|---|---|---|", *rows))
    return _filled(text, "<!-- units: generated -->", "<!-- end of units -->", table)


_UNITS = {
    "sarama": ["github.com/IBM/sarama"],
    "aiokafka": ["aiokafka"],
    "confluent-kafka-python": ["confluent_kafka"],
    "kafka-clients": ["org.apache.kafka.clients.consumer.X", "org.apache.kafka.clients.producer.X"],
    "spring-kafka": ["org.springframework.kafka.X"],
    "Kafka Streams": ["org.apache.kafka.streams.X"],
    "Flink SQL": ["org.apache.flink.table.X"],
    "a Flink job that calls a producer": ["org.apache.flink.streaming.X", "org.apache.kafka.clients.producer.X"],
    "Go, Java and Python together": ["github.com/IBM/sarama", "org.springframework.kafka.X", "aiokafka"],
}


def _unit_row(what: str, briefs: Sequence[Brief], risks: Sequence[RiskAtHand]) -> str:
    told = render_briefs(briefs, risks)
    left_out = ", ".join(f"{count} of {name}" for name, count in told.left_out.items())
    return f"| {what} | {', '.join(brief.technology for brief in briefs)} | {len(told.text):,} | {left_out} |"


def _filled(text: str, begin: str, end: str, table: str) -> str:
    before, _, rest = text.partition(begin)
    _, found, after = rest.partition(end)
    if not found:
        raise SystemExit(f"There is no place for a table: {begin} … {end}")
    return f"{before}{begin}\n{table}\n{end}{after}"


def _values(found: Mapping[str, Any], schema: Mapping[str, Any]) -> str:
    """The values that a key may have, in words."""
    if "$ref" in found:
        return _values(schema["$defs"][found["$ref"].rpartition("/")[2]], schema)
    if "anyOf" in found:
        return " or ".join(_values(each, schema) for each in found["anyOf"] if each.get("type") != "null")
    if "enum" in found:
        return ", ".join(f"`{value}`" for value in found["enum"])
    if found.get("type") == "array":
        return f"list of {_values(found['items'], schema)}"
    if found.get("type") == "object":
        inner = found.get("additionalProperties")
        if isinstance(inner, dict):
            return f"rule id: {_values(inner, schema)}"
        return ", ".join(f"`{key}`: {_values(value, schema)}" for key, value in found["properties"].items())
    return {"string": "text", "boolean": "`true`, `false`", "integer": "whole number", "number": "number"}[
        found["type"]
    ] + _bounds(found)


def _bounds(found: Mapping[str, Any]) -> str:
    words = {
        "minimum": "from {}",
        "exclusiveMinimum": "above {}",
        "maximum": "to {}",
        "maxLength": "at most {} characters",
    }
    said = [words[key].format(f"{found[key]:g}") for key in words if key in found]
    return f" ({', '.join(said)})" if said else ""


def _default(found: Mapping[str, Any]) -> str:
    value = found.get("default")
    return "" if value in (None, [], {}, "") else f"`{json.dumps(value).strip(chr(34))}`"


_CONFIGURATION = """# Configuration

`.github/stream-review.yml`; another name with the input `config-file` or `--config`. Every key is optional. In CI it is read from the
**base** commit: a pull request that changes it is reviewed with the old one. On the command line it is that of `--repo`, or of the top of
the repository around it. An input of the action or an option of the command line wins
over the file, the file wins over what is built in. Unknown keys and unknown rules are errors that name the nearest right one.

| Key | Values | Built in | Meaning |
|---|---|---|---|
{rows}

Editors check and complete the file with [the schema](config.schema.json). The first line below tells editors with the YAML language
server (VS Code with the YAML extension, JetBrains, Neovim, Helix) where it is:

```yaml
{example}```

In code, `stream-review: ignore[rule-id] the reason`, in a comment on the line or the line above, silences a rule there.

## Your own agent prompt

`agent-prompt` (or `--agent-prompt FILE`) replaces [agent.md](../agent.md), the part of the prompt that says what to look for and how to weigh it; how
answers are given and checked stays ours. Any UTF-8 Markdown text is one. It may begin with front matter, as agent files of other tools do:

```markdown
---
name: strict-streams
model: opus
---
You review changes to our payment pipelines. ...
```

`model` is an alias or a model id and defaults to the built-in prompt's; the input, option or key `model` wins over it. `name` defaults to the
file's name. Other keys (`tools`, `permissionMode`, ...) are ignored. Front matter begins with a key in lower case; any other text between two
lines `---` belongs to the prompt. An empty prompt and front matter that is not valid YAML are errors (exit code 2).
"""


def _page(rule: Rule) -> str:
    head = (
        f"# {rule.id}\n\n**{rule.title}.** {rule.category.words}, {rule.severity.value}, confidence {rule.confidence.value}; "
        f"{', '.join(rule.technologies)}.\n\n"
    )
    silence = (
        f"## Silence it\n\n`stream-review: ignore[{rule.id}] the reason` in a comment on the line or the line above.\n"
    )
    return f"{head}{rendered(rule.text)}\n\n{silence}"


def _index() -> str:
    rows = [f"| [{r.id}]({r.id}.md) | {r.title} | {r.category.words} | {r.severity.value} |" for r in all_rules()]
    return "\n".join(("# Rules\n", "| Rule | Danger | Category | Severity |", "|---|---|---|---|", *rows)) + "\n"


if __name__ == "__main__":
    sys.exit(main())
