"""What the fake is told to say, and the bytes it becomes."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from fakes.claude.errors import error_body
from fakes.claude.usage import CHARACTERS_PER_TOKEN, Input, count
from fakes.loopback import HangUp

StopReason = Literal[
    "end_turn", "max_tokens", "stop_sequence", "tool_use", "pause_turn", "refusal", "model_context_window_exceeded"
]
Body = Mapping[str, Any]
SIGNATURE = "c2lnbmF0dXJl"
DELTA_CHARACTERS = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One reply of the model.

    `text` may be anything; with a schema in the request it must fit the schema, as it would with the real service, unless
    `unchecked` or `stop_reason` says that this reply is a broken one. `thinking` None sends no thinking block, a string sends
    one first (the text itself only if the request asks for `display: summarized`). `output_tokens` overrides the count.
    Streams only: `cut_after` ends the stream cleanly after that many characters without its last events, `reset_after`
    resets the connection there, `error_after` sends an error event there (status 529 in words, 200 in HTTP).
    `delay` is in seconds, before the first byte.
    """

    text: str = ""
    stop_reason: StopReason = "end_turn"
    thinking: str | None = None
    refusal_category: str | None = None
    output_tokens: int | None = None
    unchecked: bool = False
    cut_after: int | None = None
    reset_after: int | None = None
    error_after: int | None = None
    delay: float = 0.0

    @property
    def broken(self) -> bool:
        """Whether the text need not fit the request's schema."""
        return self.unchecked or self.stop_reason not in ("end_turn", "stop_sequence")


#: A reply, or JSON to be its text, or a function of the request's body that gives one of these.
Script = Answer | str | dict[str, Any] | list[Any] | Callable[[Body], Any]


def resolve(script: Script, body: Body) -> Answer:
    """The reply that `script` means for `body`: a str is the text, a dict or list becomes JSON text.

    A dict may leave out what a model nearly always leaves empty (`NEUTRAL`); the service can't, so it is filled in where the request's
    schema asks for it.
    """
    if callable(script):
        return resolve(script(body), body)
    schema = ((body.get("output_config") or {}).get("format") or {}).get("schema") or {}
    if isinstance(script, Answer):
        return replace(script, text=_completed(script.text, schema))
    return Answer(text=script if isinstance(script, str) else json.dumps(_filled(script, schema)))


def _completed(text: str, schema: Mapping[str, Any]) -> str:
    try:
        given = json.loads(text)
    except ValueError:
        return text
    filled = _filled(given, schema)
    return text if filled == given else json.dumps(filled)


def asks_for(key: str) -> Callable[[Body], bool]:
    """Whether the answer to a request is an object with that key: which step of a review it belongs to."""

    def asks(body: Body) -> bool:
        schema = ((body.get("output_config") or {}).get("format") or {}).get("schema") or {}
        return key in schema.get("properties", {})

    return asks


def is_second_opinion(body: Body) -> bool:
    """Whether a request asks for a word on findings: in its last block, the form is that of a review."""
    return "\n# Now the second opinion\n" in f"\n{user_text(body)}"


NEUTRAL: dict[str, Any] = {
    "standing": "new", "question": "", "settle": "", "documented": "", "what": "definition", "exclusive": [], "category": None,
    "severity": None, "confidence": None, "title": "", "scenario": [], "why": "", "fix": "", "evidence": [],
    "findings": [], "verdicts": [], "needs": [], "earlier": [], "opinions": [],
}  # fmt: skip


def _filled(value: Any, schema: Mapping[str, Any]) -> Any:
    if isinstance(value, list):
        return [_filled(item, schema.get("items", {})) for item in value]
    if not isinstance(value, dict):
        return value
    known = schema.get("properties", {})
    missing = {name: NEUTRAL[name] for name in known if name in NEUTRAL and name not in value}
    return {**{name: _filled(item, known.get(name, {})) for name, item in value.items()}, **missing}


def bounded(answer: Answer, max_tokens: int) -> tuple[str, StopReason]:
    """The text as far as `max_tokens` lets it come, thinking included, and the stop reason that follows from that."""
    room = max_tokens - count(answer.thinking or "")
    if count(answer.text) <= room:
        return answer.text, answer.stop_reason
    return answer.text[: max(room, 0) * CHARACTERS_PER_TOKEN], "max_tokens"


def message(answer: Answer, body: Body, used: Input, number: int) -> dict[str, Any]:
    """The Message object of a finished reply."""
    text, stop_reason = bounded(answer, body["max_tokens"])
    content: list[dict[str, Any]] = []
    if answer.thinking is not None:
        shown = answer.thinking if (body.get("thinking") or {}).get("display") == "summarized" else ""
        content.append({"type": "thinking", "thinking": shown, "signature": SIGNATURE})
    if text:
        content.append({"type": "text", "text": text, "citations": None})
    thought = count(answer.thinking or "")
    output = answer.output_tokens if answer.output_tokens is not None else thought + count(text)
    details = {"category": answer.refusal_category, "explanation": None, "type": "refusal"}
    return {
        "id": f"msg_{number:06d}",
        "type": "message",
        "role": "assistant",
        "model": body["model"],
        "content": content,
        "stop_reason": stop_reason,
        "stop_sequence": None,
        "stop_details": details if stop_reason == "refusal" else None,
        "usage": {
            **used.as_usage(),
            "output_tokens": output,
            "output_tokens_details": {"thinking_tokens": thought},
        },
    }


def stream(answer: Answer, whole: Mapping[str, Any]) -> Iterator[bytes]:
    """The reply as server-sent events, in the API's order, up to the point where `answer` wants it to break."""
    yield _event("message_start", message=_begun(whole))
    yield _event("ping")
    for index, block in enumerate(whole["content"]):
        yield from _opened(index, block)
        if block["type"] == "text":
            kept = _until_break(answer, block["text"])
            for start in range(0, len(kept), DELTA_CHARACTERS):
                piece = kept[start : start + DELTA_CHARACTERS]
                yield _event("content_block_delta", index=index, delta={"type": "text_delta", "text": piece})
            if answer.reset_after is not None:
                raise HangUp(reset=True)
            if answer.error_after is not None:
                yield _raw_event("error", error_body(529, "Overloaded", "req_stream"))
                return
            if answer.cut_after is not None:
                return
        yield _event("content_block_stop", index=index)
    delta = {name: whole[name] for name in ("stop_reason", "stop_sequence", "stop_details")}
    usage = {name: value for name, value in whole["usage"].items() if name not in ("cache_creation", "service_tier")}
    yield _event("message_delta", delta=delta, usage=usage)
    yield _event("message_stop")


def _begun(whole: Mapping[str, Any]) -> dict[str, Any]:
    usage = {**whole["usage"], "output_tokens": 1}
    return {**whole, "content": [], "stop_reason": None, "stop_details": None, "usage": usage}


def _opened(index: int, block: Mapping[str, Any]) -> Iterator[bytes]:
    empty = {"thinking": "", "signature": ""} if block["type"] == "thinking" else {"text": ""}
    yield _event("content_block_start", index=index, content_block={**block, **empty})
    if block["type"] != "thinking":
        return
    if block["thinking"]:
        delta = {"type": "thinking_delta", "thinking": block["thinking"]}
        yield _event("content_block_delta", index=index, delta=delta)
    signed = {"type": "signature_delta", "signature": block["signature"]}
    yield _event("content_block_delta", index=index, delta=signed)


def _until_break(answer: Answer, text: str) -> str:
    breaks = [at for at in (answer.cut_after, answer.reset_after, answer.error_after) if at is not None]
    return text[: min(breaks)] if breaks else text


def _event(name: str, **data: Any) -> bytes:
    return _raw_event(name, {"type": name, **data})


def _raw_event(name: str, data: Mapping[str, Any]) -> bytes:
    return f"event: {name}\ndata: {json.dumps(data)}\n\n".encode()


def user_text(body: Mapping[str, Any]) -> str:
    """What the user part of a request says, its blocks one after the other."""
    content = body["messages"][0]["content"]
    return content if isinstance(content, str) else "\n\n".join(block["text"] for block in content)
