"""`--show-prompt`: exactly what would be sent, and nothing is."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from reviewer.asking.answer import Hunk, ModelAnswer
from reviewer.asking.plan import Plan
from reviewer.asking.session import ModelSession
from reviewer.asking.sweep import sweep_requests
from reviewer.core.finding import Finding
from reviewer.facts.delta import Delta

_NOTICE = "Only the prompts were shown: nothing was sent. What the model asks to see and the second opinion depend on its answers."


def show_requests(
    session: ModelSession,
    show: Callable[[str], object],
    plan: Plan,
    unseen: Sequence[Hunk],
    delta: Delta,
    findings: Sequence[Finding],
) -> ModelAnswer:
    """Write the sweep and the first request of each unit; the rules' findings stand as they are."""
    requests = [*sweep_requests(unseen, delta.change_set), *session.reviews(plan.units.units, delta).values()]
    for number, request in enumerate(requests, start=1):
        show(shown_request(session.body(request), f"{number} of {len(requests)}"))
    return ModelAnswer(
        findings=tuple(findings), withheld=(), reviewed=frozenset(), problems=(), notices=(_NOTICE,)
    )  # fmt: skip


def _text(content: Any) -> str:
    return content if isinstance(content, str) else "\n\n".join(block["text"] for block in content)


def shown_request(body: Mapping[str, Any], number: str) -> str:
    """A request in a form that people can read: every text exactly as it is sent, the rest as JSON."""
    rest = {key: value for key, value in body.items() if key not in ("system", "messages")}
    parts = [
        f"===== request {number}: settings =====",
        json.dumps({**rest, "stream": True}, ensure_ascii=False, sort_keys=True),
    ]
    for place, block in enumerate(body["system"], start=1):
        parts += [f"===== request {number}: system, block {place} =====", block["text"]]
    for message in body["messages"]:
        parts += [f"===== request {number}: {message['role']} =====", _text(message["content"])]
    return "\n".join(parts) + "\n"
