"""Agent prompts: instructions for the model as Markdown, with front matter (name, description, model, color) or without."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from pathlib import PurePosixPath
from typing import Any

import yaml

from reviewer.core.problem import ReviewError

_MAX_CHARS = 100_000
_BETWEEN_FENCES = re.compile(r"\A(?:[ \t]*\n)*---[ \t]*\n(.*?)^---[ \t]*(?:\n|\Z)", re.DOTALL | re.MULTILINE)
_KEY = re.compile(r"""(?:[a-z_][\w.-]*|"[^"\n]*"|'[^'\n]*')[ \t]*:(?:[ \t]|$)""")
#: The description up to the next key that an agent file may have.
_DESCRIPTION = re.compile(r"^description:(.*?)(?=^(?:name|model|color|tools|permissionMode|skills):|\Z)", re.S | re.M)
_EMPTY = "the agent prompt is empty. Write the instructions for the reviewer there, or name no agent prompt: then the built-in one counts."


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentPrompt:
    """An agent file. `model` is an alias or id, by default that of the built-in prompt; `name` is by default the file's."""

    name: str
    description: str
    model: str
    color: str
    body: str


def built_in_agent() -> str:
    """The text of the repository's `agent.md`. `prompts/agent.md` is a link to it, so that a wheel carries it too."""
    return resources.files("reviewer.model").joinpath("prompts/agent.md").read_text(encoding="utf-8")


def parse_agent_prompt(text: str, source: str) -> AgentPrompt:
    """Read an agent file. ReviewError names `source`, with broken front matter also the line, and what to do.

    Front matter stands first, between two lines `---`, and begins with a key. Anything else between such lines is text of
    the team's own: it belongs to the prompt, so that no instruction is lost.
    """
    if len(text) > _MAX_CHARS:
        raise ReviewError(f"{source}: an agent prompt has at most {_MAX_CHARS:,} characters, this has {len(text):,}.")
    fields, body = _split(text, source)
    if not body:
        raise ReviewError(f"{source}: {_EMPTY}")
    return AgentPrompt(
        name=_word(fields, "name") or PurePosixPath(source.replace("\\", "/")).stem,
        description=_word(fields, "description"), model=_model(fields, source), color=_word(fields, "color"), body=body,
    )  # fmt: skip


def _split(text: str, source: str) -> tuple[Mapping[str, Any], str]:
    """The keys of the front matter, and the prompt."""
    unified = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    found = _BETWEEN_FENCES.match(unified)
    if found is None or not _is_front_matter(found.group(1)):
        return {}, unified.strip()
    return _fields(found.group(1), source, unified.count("\n", 0, found.start(1))), unified[found.end() :].strip()


def _is_front_matter(text: str) -> bool:
    lines = [line for line in text.split("\n") if line.strip()]
    first = next((line for line in lines if not line.lstrip().startswith("#")), "")
    return not lines or _KEY.match(first.lstrip()) is not None


def _fields(front: str, source: str, above: int) -> Mapping[str, Any]:
    """The keys of the front matter. A description may be written with colons and quotes that YAML would refuse: other
    tools that read agent files let them pass."""
    try:
        return _loaded(front, source)
    except yaml.YAMLError:
        described = _DESCRIPTION.search(front)
    text = described.group(1).strip().replace("\\n", "\n") if described is not None else ""
    rest = _DESCRIPTION.sub(lambda found: "\n" * found.group().count("\n"), front, count=1)
    try:
        return {"description": text, **_loaded(rest, source)}
    except yaml.YAMLError as error:
        line, why = _place(error, rest)
        message = f"the front matter is not valid YAML ({why}). Put the value in quotes, or leave the front matter out."
        raise ReviewError(f"{source}, line {above + line + 1}: {message}") from error


def _loaded(front: str, source: str) -> Mapping[str, Any]:
    """All values as they are written: a date that is none, or `yes`, is a text."""
    try:
        loaded = yaml.load(front, Loader=yaml.BaseLoader)
    except RecursionError as error:
        raise ReviewError(f"{source}: the front matter is nested too deep.") from error
    return loaded if isinstance(loaded, dict) else {}


def _place(error: yaml.YAMLError, text: str) -> tuple[int, str]:
    """Line from 0, and what is wrong there. What was not closed or not ended as a key is told where it begins."""
    if not isinstance(error, yaml.MarkedYAMLError) or error.problem_mark is None:
        return text.count("\n", 0, getattr(error, "position", 0)), "there is a control character"
    begun = error.context_mark if re.search("flow|quoted|simple key", str(error.context)) else None
    return (begun or error.problem_mark).line, str(error.problem)


def _word(fields: Mapping[str, Any], key: str) -> str:
    value = fields.get(key)
    return value.strip() if isinstance(value, str) else ""


def _model(fields: Mapping[str, Any], source: str) -> str:
    if not isinstance(fields.get("model", ""), str):
        raise ReviewError(f"{source}: `model` in the front matter must be one name, an alias (sonnet) or a model id.")
    return _word(fields, "model") or _word(_split(built_in_agent(), "agent.md")[0], "model")
