"""`agent.md`: front matter (name, description, model, color) and the prompt itself."""

from __future__ import annotations

import re
from dataclasses import dataclass
from importlib import resources

import yaml

from reviewer.core.problem import ReviewError

_MAX_CHARS = 100_000
_KEY = re.compile(r"(name|description|model|color|tools|permissionMode|skills):\s*(.*)$")
_FRONT_MATTER = re.compile(r"\A---[ \t]*\n(.*?)^---[ \t]*(?:\n|\Z)", re.DOTALL | re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentPrompt:
    """An agent file. `model` is an alias or id as written ("" when the file names none); `body` is the prompt."""

    name: str
    description: str
    model: str
    color: str
    body: str


def built_in_agent() -> str:
    """The text of the repository's `agent.md`. `prompts/agent.md` is a link to it, so that a wheel carries it too."""
    return resources.files("reviewer.model").joinpath("prompts/agent.md").read_text(encoding="utf-8")


def parse_agent_prompt(text: str, source: str) -> AgentPrompt:
    """Raises ReviewError that names `source` and what is wrong with it."""
    if len(text) > _MAX_CHARS:
        raise ReviewError(f"{source}: an agent prompt has at most {_MAX_CHARS} characters, this has {len(text)}.")
    unified = text.removeprefix("\ufeff").replace("\r\n", "\n")
    match = _FRONT_MATTER.match(unified)
    if match is None:
        raise ReviewError(f"{source}: an agent prompt begins with front matter between two lines `---`.")
    fields = _fields(match.group(1), source)
    body = unified[match.end() :].strip()
    if not body:
        raise ReviewError(f"{source}: there is no prompt behind the front matter.")
    return AgentPrompt(
        name=_word(fields, "name", source, required=True),
        description=_word(fields, "description", source, required=True),
        model=_word(fields, "model", source),
        color=_word(fields, "color", source),
        body=body,
    )


def _fields(front: str, source: str) -> dict[object, object]:
    """Front matter as YAML, else line by line: agent files are often written with colons that YAML would want quoted."""
    try:
        fields = yaml.safe_load(front)
    except (yaml.YAMLError, RecursionError):
        fields = _lines(front)
    if not isinstance(fields, dict) or not fields:
        raise ReviewError(f"{source}: the front matter must be `key: value` lines.")
    return fields


def _lines(front: str) -> dict[object, object]:
    r"""`key: value` at the beginning of a line; other lines continue the value. A written `\n` is a line break."""
    fields: dict[object, object] = {}
    key = ""
    for line in front.split("\n"):
        found = _KEY.match(line)
        if found is not None:
            key = found.group(1)
            fields[key] = found.group(2).strip().replace("\\n", "\n")
        elif key and line.strip():
            fields[key] = f"{fields[key]}\n{line.strip()}"
    return fields


def _word(fields: dict[object, object], key: str, source: str, *, required: bool = False) -> str:
    value = fields.get(key)
    if value is None and not required:
        return ""
    if not isinstance(value, str) or not value.strip():
        raise ReviewError(f"{source}: `{key}` in the front matter must be a text that is not empty.")
    return value.strip()
