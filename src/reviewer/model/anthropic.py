"""Claude. The only module that knows the SDK, and it imports it only when a request is really sent: that takes a second."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from types import TracebackType
from typing import TYPE_CHECKING, Any, Literal, Self

from reviewer.core.problem import Problem, ReviewError
from reviewer.core.report import Usage
from reviewer.model import models, reply, second_opinion
from reviewer.model.port import Exchange, ModelRequest, SchemaName
from reviewer.model.stopping import broken, failed, stopped

if TYPE_CHECKING:
    import anthropic
    import httpx2
    from anthropic.types import TextBlockParam

Effort = Literal["low", "medium", "high", "xhigh", "max"]
DEFAULT_BASE_URL = "https://api.anthropic.com"
_SILENCE_SECONDS = 90.0  # the service sends a ping every few seconds while it thinks
_LONGEST_BACK_OFF = 8.0  # of the SDK, when the service does not say how long to wait
_SCHEMAS: dict[SchemaName, Callable[[], dict[str, Any]]] = {
    "review": reply.schema,
    "second-opinion": second_opinion.schema,
}


@dataclass(slots=True)
class _Heard:
    """What is known of an answer while it comes in."""

    usage: Usage
    begun: bool = False


class ClaudeReviewer:
    """A model behind the Messages API.

    `deadline` is a reading of `clock` (monotonic, in seconds) after which no call goes on. `effort` None leaves the depth to the
    model. Raises ReviewError for an empty key. Close it, or use it in a `with` block.
    """

    def __init__(
        self, *, api_key: str, model: str, deadline: float, clock: Callable[[], float],
        base_url: str = "", effort: Effort | None = None, max_output_tokens: int = 32_000, max_retries: int = 2,
    ) -> None:  # fmt: skip
        if not api_key.strip():
            raise ReviewError("The Anthropic API key is empty.")
        self.model = models.resolve(model)
        self.max_output_tokens = max_output_tokens
        self._api_key, self._base_url = api_key.strip(), base_url.strip() or DEFAULT_BASE_URL
        self._deadline, self._clock = deadline, clock
        self._effort, self._max_retries = effort, max_retries
        self._client: anthropic.Anthropic | None = None
        self._lock = threading.Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Give the connections back."""
        with self._lock:
            if self._client is not None:
                self._client.close()
                self._client = None

    def review(self, request: ModelRequest, begun: Callable[[], None]) -> Exchange:
        """Ask once, the SDK's own retries included."""
        import anthropic
        import httpx2

        started = self._clock()
        if started >= self._deadline:
            return Exchange(result=_out_of_time())
        heard = _Heard(usage=Usage(requests=1))
        try:
            result = self._listen(request, heard, begun)
        except anthropic.APIStatusError as error:
            exchange = failed(error.status_code, error.api_message or error.message, error.request_id, heard.begun)
        except (anthropic.AnthropicError, httpx2.HTTPError, httpx2.InvalidURL, ValueError) as error:
            exchange = self._lost(error)
        else:
            exchange = result
        seconds = round(self._clock() - started, 3)
        usage = replace(heard.usage, cost_usd=models.cost(heard.usage, self.model), seconds=seconds)
        return replace(exchange, usage=usage)

    def _lost(self, error: Exception) -> Exchange:
        if self._clock() >= self._deadline:
            return Exchange(result=_out_of_time(), metered=False)
        return broken(f"{type(error).__name__}: {error}")

    def _listen(self, request: ModelRequest, heard: _Heard, begun: Callable[[], None]) -> Exchange:
        with self._sdk().messages.stream(
            model=self.model,
            max_tokens=self.max_output_tokens,
            system=list(_system(request.system_blocks)),
            messages=[{"role": "user", "content": request.user}],
            output_config=self._output_config(request.schema_name),
            timeout=self._timeout(),
        ) as stream:
            for event in stream:
                if not heard.begun and event.type == "message_start":
                    heard.begun = True
                    begun()
                if heard.begun:
                    heard.usage = _usage(stream.current_message_snapshot)
                if self._clock() >= self._deadline:
                    return Exchange(result=_out_of_time(), metered=False)
            if not heard.begun:
                return broken("the stream ended before an answer began")
            message = stream.current_message_snapshot
        text = "".join(block.text for block in message.content if block.type == "text")
        return stopped(message.stop_reason, text)

    def _output_config(self, schema_name: SchemaName) -> Any:
        config: dict[str, Any] = {"format": {"type": "json_schema", "schema": _SCHEMAS[schema_name]()}}
        if self._effort is not None:
            config["effort"] = self._effort
        return config

    def _timeout(self) -> float:
        return max(min(self._deadline - self._clock(), _SILENCE_SECONDS), 0.01)

    def _sdk(self) -> anthropic.Anthropic:
        import anthropic

        with self._lock:
            if self._client is None:
                self._client = anthropic.Anthropic(
                    api_key=self._api_key,
                    base_url=self._base_url,
                    max_retries=self._max_retries,
                    http_client=anthropic.DefaultHttpxClient(event_hooks={"response": [self._cap_retry]}),
                )
            return self._client

    def _cap_retry(self, response: httpx2.Response) -> None:
        """The SDK obeys any `retry-after`, even of days: a wait that ends behind the deadline is not begun."""
        if response.status_code >= 400 and self._clock() + _wait_of(response) >= self._deadline:
            response.headers["x-should-retry"] = "false"


def _wait_of(response: httpx2.Response) -> float:
    """Seconds until the SDK would try again, at most; a date instead of a number counts as for ever."""
    milliseconds, seconds = response.headers.get("retry-after-ms"), response.headers.get("retry-after")
    try:
        if milliseconds is not None:
            return float(milliseconds) / 1000
        return float(seconds) if seconds is not None else _LONGEST_BACK_OFF
    except ValueError:
        return float("inf")


def _system(blocks: tuple[str, ...]) -> Iterable[TextBlockParam]:
    """Each block ends a prefix that is cached; the API allows four."""
    for number, text in enumerate(blocks):
        if number < 4:
            yield {"type": "text", "text": text, "cache_control": {"type": "ephemeral"}}
        else:
            yield {"type": "text", "text": text}


def _usage(message: anthropic.types.Message) -> Usage:
    usage = message.usage
    return Usage(
        requests=1,
        input_tokens=usage.input_tokens or 0,
        cache_write_tokens=usage.cache_creation_input_tokens or 0,
        cache_read_tokens=usage.cache_read_input_tokens or 0,
        output_tokens=usage.output_tokens or 0,
    )


def _out_of_time() -> Problem:
    return Problem(
        step="model", subject="request", message="The time for the review was used up; raise `timeout-minutes`."
    )
