"""The models the fake serves, and their limits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """Limits in tokens; `between_tools` says that up-front thinking can be turned off that way."""

    id: str
    name: str
    line: str
    context: int = 1_000_000
    max_output: int = 128_000
    cache_minimum: int = 512
    between_tools: bool = False


MODELS = {
    model.id: model
    for model in (
        Model(id="claude-fable-5-1", name="Claude Fable 5.1", line="fable"),
        Model(id="claude-opus-5-5", name="Claude Opus 5.5", line="opus"),
        Model(id="claude-sonnet-5-5", name="Claude Sonnet 5.5", line="sonnet", between_tools=True),
        Model(id="claude-haiku-5-5", name="Claude Haiku 5.5", line="haiku"),
    )
}


def described(model: Model) -> dict[str, Any]:
    """The model as /v1/models shows it."""
    yes, no = {"supported": True}, {"supported": False}
    efforts = dict.fromkeys(("low", "medium", "high", "xhigh", "max"), yes)
    kinds = {"adaptive": yes, "enabled": no, "disabled": no, "between_tools": {"supported": model.between_tools}}
    return {
        "type": "model",
        "id": model.id,
        "display_name": model.name,
        "line": model.line,
        "created_at": "2026-09-01T00:00:00Z",
        "lifecycle": "active",
        "deprecated_at": None,
        "retires_at": None,
        "max_input_tokens": model.context,
        "max_tokens": model.max_output,
        "capabilities": {
            "batch": yes,
            "citations": yes,
            "code_execution": yes,
            "context_management": yes,
            "effort": {**yes, **efforts},
            "image_input": yes,
            "pdf_input": yes,
            "server_tools": yes,
            "structured_outputs": yes,
            "thinking": {**yes, "types": kinds},
        },
    }
