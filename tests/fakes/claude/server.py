"""The fake Claude itself: authentication, routing, scripted replies and faults."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import count as numbers
from typing import Any, Self

from jsonschema import Draft202012Validator

from fakes.claude import answers, rules
from fakes.claude.answers import Answer, Body, Script
from fakes.claude.errors import ApiError, error_reply, invalid
from fakes.claude.models import MODELS, Model, described
from fakes.claude.usage import PromptCache, block_text, prompt_tokens
from fakes.faults import Fault, FaultPlan, Matcher
from fakes.loopback import Call, HangUp, Loopback, Reply, json_reply

KEY = "sk-ant-api03-fake-key-for-tests"
MAX_BYTES = 32 * 1024 * 1024
#: Text that occurs anywhere in the prompt, a predicate on the body, or None for any request.
When = str | Callable[[Body], bool] | None


@dataclass(slots=True)
class _Scripted:
    script: Script
    when: When
    left: int | None


class FakeClaude:
    """A Claude of your own at `url`, which lets in `key`.

    `requests` is every call that arrived; `prompts` the bodies of /v1/messages that were accepted; `refused` the message of
    every refusal that was not ordered. A request that no script fits is answered 400 and listed in `unscripted`.
    """

    #: What requests for an answer match.
    route = "POST /v1/messages"
    #: What names a request in an answer's headers.
    id_header = "request-id"

    def __init__(self, *, key: str = KEY) -> None:
        self.key = key
        self.max_bytes = MAX_BYTES
        self.prompts: list[dict[str, Any]] = []
        self.refused: list[str] = []
        self.unscripted: list[str] = []
        self._scripts: list[_Scripted] = []
        self._faults = FaultPlan()
        self._cache = PromptCache()
        self._numbers = numbers(1)
        self._lock = threading.Lock()
        self._loopback = Loopback(self._answer)
        self.url = self._loopback.url

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Stop serving and wait for all threads."""
        self._loopback.close()

    # -- what it says -------------------------------------------------------------------------------------------------

    def reply(self, script: Script, *, when: When = None, times: int | None = 1, first: bool = False) -> None:
        """Answer the next `times` messages that fit `when` with `script`; `times=None` for all of them.

        Earlier orders come before later ones, but for one that is to be `first`; give the specific ones before the general one.
        """
        self._scripts.insert(0 if first else len(self._scripts), _Scripted(script, when, times))

    def fail_next(
        self,
        *,
        status: int | None = None,
        retry_after: float | None = None,
        message: str = "",
        drop: bool = False,
        hang: float = 0.0,
        times: int = 1,
        matcher: Matcher | None = None,
    ) -> None:
        """Make the next `times` requests that match fail: a status (429, 500, 529, ...), a dropped connection, or silence.

        `hang` is in seconds: alone it delays the true answer, which a client with a shorter timeout never sees.
        """
        headers = (("retry-after", f"{retry_after:g}"),) if retry_after is not None else ()
        fault = Fault(status=status, body=message.encode(), headers=headers, drop=drop, delay=hang)
        self._faults.order(matcher if matcher is not None else self.route, fault, times)

    @property
    def pending_faults(self) -> int:
        """Ordered failures that no request has met yet."""
        return self._faults.pending

    # -- what happened ------------------------------------------------------------------------------------------------

    @property
    def requests(self) -> list[Call]:
        """Every request that arrived, also refused and dropped ones."""
        return self._loopback.requests

    def prompt_text(self, number: int = -1) -> str:
        """All text of an accepted request, system part first: for assertions on what the model was told."""
        return text_of(self.prompts[number])

    # -- answering ----------------------------------------------------------------------------------------------------

    def _answer(self, call: Call) -> Reply:
        request_id = f"req_{next(self._numbers):06d}"
        fault = self._faults.take(call)
        if fault is not None:
            if self._loopback.closing.wait(fault.delay) or fault.drop:
                raise HangUp
            if fault.status is not None:
                words = fault.body.decode() or f"Ordered failure {fault.status}"
                return self._error(fault.status, words, request_id, dict(fault.headers))
        try:
            reply = self._routed(call)
        except ApiError as error:
            self.refused.append(error.message)
            return self._error(error.status, error.message, request_id, {})
        return Reply(
            status=reply.status,
            headers={**reply.headers, self.id_header: request_id},
            body=reply.body,
            chunks=reply.chunks,
        )

    def _error(self, status: int, message: str, request_id: str, headers: Mapping[str, str]) -> Reply:
        return error_reply(status, message, request_id, headers)

    def _routed(self, call: Call) -> Reply:
        self._check_door(call)
        if call.method == "GET" and call.path == "/v1/models":
            shown = [described(model) for model in MODELS.values()]
            return json_reply(
                {"data": shown, "has_more": False, "first_id": shown[0]["id"], "last_id": shown[-1]["id"]}
            )
        if call.method == "GET" and call.path.startswith("/v1/models/"):
            return json_reply(described(_model(call.path.removeprefix("/v1/models/"))))
        if call.method == "POST" and call.path == "/v1/messages":
            return self._message(body_of(call))
        if call.method == "POST" and call.path == "/v1/messages/count_tokens":
            body = body_of(call)
            rules.check(body, counting=True)
            return json_reply({"input_tokens": prompt_tokens(body)})
        raise ApiError(404, "Not found")

    def _check_door(self, call: Call) -> None:
        scheme, _, bearer = call.headers.get("authorization", "").partition(" ")
        given = bearer if scheme.lower() == "bearer" else call.headers.get("x-api-key", "")
        if not given:
            raise ApiError(401, "an API key is required")
        if given != self.key:
            raise ApiError(401, "invalid API key")
        if not call.headers.get("anthropic-version"):
            raise invalid("anthropic-version: header is required")
        if len(call.body) > self.max_bytes:
            raise ApiError(413, "Request exceeds the maximum size")

    def _message(self, body: dict[str, Any]) -> Reply:
        model = rules.check(body)
        tokens = prompt_tokens(body)
        if tokens > model.context:
            raise invalid(f"prompt is too long: {tokens} tokens > {model.context} maximum")
        answer = self._scripted(body)
        with self._lock:
            self.prompts.append(body)
        self._loopback.closing.wait(answer.delay)
        whole = answers.message(answer, body, self._cache.account(body, model), len(self.prompts))
        return self._sent(answer, whole) if body.get("stream") else json_reply(whole)

    def _sent(self, answer: Answer, whole: Mapping[str, Any]) -> Reply:
        headers = {"content-type": "text/event-stream; charset=utf-8", "cache-control": "no-cache"}
        return Reply(headers=headers, chunks=answers.stream(answer, whole))

    def _scripted(self, body: Body) -> Answer:
        if body["max_tokens"] == 0:
            return Answer()  # only warms the cache
        with self._lock:
            script = self._take(body)
        if script is None:
            self.unscripted.append(text_of(body)[-200:])
            raise invalid("no reply is scripted for this request")
        answer = answers.resolve(script, body)
        self._check_fits(answer, body)
        return answer

    def _take(self, body: Body) -> Script | None:
        for order in self._scripts:
            if order.left != 0 and _fits(order.when, body):
                order.left = None if order.left is None else order.left - 1
                return order.script
        return None

    def _check_fits(self, answer: Answer, body: Body) -> None:
        """The real service can't send text that breaks the schema, so a script that does is a mistake of the test."""
        wanted = (body.get("output_config") or {}).get("format")
        if wanted is None or answer.broken:
            return
        try:
            error = next(Draft202012Validator(wanted["schema"]).iter_errors(json.loads(answer.text)), None)
        except ValueError as broken:
            error = broken
        if error is not None:
            self.unscripted.append(f"the scripted reply does not fit the schema of the request: {error}"[:1000])
            raise invalid("the scripted reply does not fit the schema of the request")


def text_of(body: Body) -> str:
    """The text of a request's tools, system part and messages, a line break between blocks."""
    return "\n".join(block_text(block) for block in rules.blocks(body))


def _fits(when: When, body: Body) -> bool:
    if when is None:
        return True
    return when(body) if callable(when) else when in text_of(body)


def _model(name: str) -> Model:
    if name not in MODELS:
        raise ApiError(404, f"model: {name}")
    return MODELS[name]


def body_of(call: Call) -> dict[str, Any]:
    try:
        body = call.json
    except ValueError:
        raise invalid("The request body is not valid JSON") from None
    if not isinstance(body, dict):
        raise invalid("The request body is not a JSON object")
    return body
