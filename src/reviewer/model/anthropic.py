"""Claude. The only module that knows the SDK, and it imports it only when a request is really sent: that takes a second.

One client for each provider, all of the SDK's own. They read variables for keys, addresses, headers and profiles; none of that counts
here: everything is handed in, and what the constructors picked up besides is thrown away.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from reviewer.core.problem import Problem, ReviewError
from reviewer.core.report import Usage
from reviewer.model import answer_form, cloud_credentials, comparison, models, sweep
from reviewer.model.access import Access, ApiKey, Vertex
from reviewer.model.port import Exchange, ModelRequest, SchemaName
from reviewer.model.prompt import form
from reviewer.model.stopping import broken, failed, stopped

if TYPE_CHECKING:
    import anthropic
    import httpx2

    Client = anthropic.Anthropic | anthropic.AnthropicBedrock | anthropic.AnthropicVertex

_OLD_BEDROCK_VERSION = "bedrock-2023-05-31"  # for models that the SDK's own version is too new for
_SILENCE_SECONDS = 90.0  # without an event or a ping; the service sends a ping every few seconds while it thinks
_CONNECT_SECONDS = 15.0
_LONGEST_BACK_OFF = 8.0  # of the SDK, when the service does not say how long to wait
_CHARS_PER_TOKEN = 32  # an answer that is longer than its tokens can be does not come from the service
_SCHEMAS: dict[SchemaName, Callable[[], dict[str, Any]]] = {
    "review": answer_form.schema,
    "second-opinion": answer_form.schema,  # the same: another one would not find the unit in the cache
    "sweep": sweep.schema,
    "comparison": comparison.schema,
}


@dataclass(slots=True)
class _Heard:
    """What is known of an answer while it comes in."""

    usage: Usage
    begun: bool = False
    chars: int = 0


class ClaudeReviewer:
    """A model behind the Messages API, wherever that is offered.

    `deadline` is a reading of `clock` (monotonic, in seconds) after which nothing is sent and no answer is waited for. Key and
    address are taken from `access` only: the SDK's variables and profile files are not obeyed, but for the proxy of the system.
    `has_list_price` says whether the table's price is asked there. Raises ReviewError for an empty key. Close it, or use it in a
    `with` block.
    """

    def __init__(
        self, *, access: Access, model: str, deadline: float, clock: Callable[[], float],
        max_output_tokens: int = 32_000, max_retries: int = 2,
    ) -> None:  # fmt: skip
        if isinstance(access, ApiKey) and not access.key:
            raise ReviewError("The Anthropic API key is empty.")
        self.model = models.resolve(model, access.provider)
        self.has_list_price = models.has_list_price(self.model, access.provider, access.region)
        self.max_output_tokens = max_output_tokens
        self._access = access
        self._deadline, self._clock = deadline, clock
        self._max_retries = max_retries
        self._form_in_words = access.provider == "bedrock"  # which refuses `format` for the models of today
        self._client: Client | None = None
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

    def body(self, request: ModelRequest) -> dict[str, Any]:
        """What is sent of a request, but for `"stream": true` and the API's version; needs no SDK."""
        schema, blocks = _SCHEMAS[request.schema_name](), request.system_blocks
        config: dict[str, Any] = {}
        if self._form_in_words:
            blocks = (*blocks, form(schema))
        else:
            config["format"] = {"type": "json_schema", "schema": schema}
        known = models.known(self.model)
        if known is not None:  # a model that is not in the table may not have the setting, and would refuse
            config["effort"] = known.effort
        return {
            "model": self.model,
            "max_tokens": self.max_output_tokens,
            **({"output_config": config} if config else {}),
            "system": _system(blocks, request),
            "messages": [{"role": "user", "content": _content(request)}],
        }

    def review(self, request: ModelRequest, begun: Callable[[], None]) -> Exchange:
        """Ask once, the SDK's own retries included."""
        import anthropic
        import httpx2

        started = self._clock()
        if started >= self._deadline:
            return Exchange(result=_out_of_time())
        heard, in_words = _Heard(usage=Usage(requests=1)), self._form_in_words
        try:
            exchange = self._listen(request, heard, begun)
        except cloud_credentials.NoAccessError as error:  # nothing was sent, and no other request could be
            return Exchange(result=_problem(self._without_secrets(f"{error}.")), fatal=True)
        except anthropic.APIStatusError as error:
            if not in_words and _refuses_form(error):
                self._form_in_words = True
                return self.review(request, begun)
            exchange = self._refused(error)
        except (anthropic.AnthropicError, httpx2.HTTPError, httpx2.InvalidURL) as error:
            exchange = self._lost(error)
        except (ValueError, RuntimeError, LookupError, TypeError, AttributeError) as error:
            # What the SDK raises for events that are no events of the API: a gateway that garbles them, a client closed.
            exchange = self._lost(error)
        except cloud_credentials.library_errors(self._access) as error:
            exchange = self._lost(error)
        cost = models.cost(heard.usage, self.model) if self.has_list_price else None
        usage = replace(heard.usage, cost_usd=cost, seconds=round(self._clock() - started, 3))
        return replace(exchange, usage=usage)

    def _refused(self, error: anthropic.APIStatusError) -> Exchange:
        headers = error.response.headers
        waited_for = "retry-after" in headers or "retry-after-ms" in headers
        hopeless = error.status_code == 429 and waited_for and self._is_behind_deadline(error.response)
        message = self._without_secrets(error.api_message or _aws_message(error.body) or error.message)
        request_id = error.request_id or headers.get("x-amzn-requestid")
        return failed(error.status_code, message, request_id, provider=self._access.provider, hopeless=hopeless)

    def _lost(self, error: Exception) -> Exchange:
        if self._clock() >= self._deadline:
            return Exchange(result=_out_of_time(), metered=False)
        cause = f" ({type(error.__cause__).__name__})" if error.__cause__ is not None else ""
        return broken(self._without_secrets(f"{type(error).__name__}: {error}{cause}"))

    def _without_secrets(self, text: str) -> str:
        """The token of Google is fetched by its client, so it is asked for here."""
        fetched = getattr(getattr(self._client, "credentials", None), "token", None)
        for secret in (*self._access.secrets, *([fetched] if isinstance(fetched, str) else [])):
            text = text.replace(secret, "[redacted]")
        return text

    def _listen(self, request: ModelRequest, heard: _Heard, begun: Callable[[], None]) -> Exchange:
        with self._sdk().messages.stream(**self.body(request), extra_body=self._version()) as stream:
            for event in stream:
                if not heard.begun and event.type == "message_start":
                    heard.begun = True
                    begun()
                if heard.begun:
                    heard.usage = _usage(stream.current_message_snapshot)
                heard.chars += len(event.text) if event.type == "text" else 0
                if heard.chars > self.max_output_tokens * _CHARS_PER_TOKEN:
                    return Exchange(result=_too_much(), metered=False)
                if self._clock() >= self._deadline:
                    return Exchange(result=_out_of_time(), metered=False)
            if not heard.begun:
                return broken("the stream ended before an answer began; is this the address of a Claude API?")
            message = stream.current_message_snapshot
        text = "".join(block.text for block in message.content if block.type == "text")
        return stopped(message.stop_reason, text)

    def _version(self) -> dict[str, str] | None:
        is_old = self._access.provider == "bedrock" and models.has_old_bedrock_version(self.model)
        return {"anthropic_version": _OLD_BEDROCK_VERSION} if is_old else None

    def _sdk(self) -> Client:
        import anthropic
        import httpx2

        with self._lock:
            if self._client is None:
                shared: dict[str, Any] = {
                    "base_url": self._access.base_url,
                    "max_retries": self._max_retries,
                    "timeout": httpx2.Timeout(_SILENCE_SECONDS, connect=_CONNECT_SECONDS),
                    "open_telemetry": False,
                    "http_client": anthropic.DefaultHttpxClient(
                        follow_redirects=False,
                        event_hooks={"request": [self._bound_time], "response": [self._cap_retry]},
                    ),
                }
                self._client = _client(self._access, shared)
                # The constructor has read ANTHROPIC_CUSTOM_HEADERS, which could even replace the key.
                self._client._custom_headers = {}
            return self._client

    def _bound_time(self, request: httpx2.Request) -> None:
        """Nothing is sent after the deadline, not by the SDK's retries either; no step waits longer than until then."""
        import anthropic

        left = self._deadline - self._clock()
        if left <= 0:
            raise anthropic.AnthropicError("the time for the review was used up")
        timeout = request.extensions.get("timeout", {})
        request.extensions["timeout"] = {
            step: left if value is None else min(value, left) for step, value in timeout.items()
        }

    def _cap_retry(self, response: httpx2.Response) -> None:
        """The SDK obeys any `retry-after`, even of days: a wait that ends behind the deadline is not begun."""
        if response.status_code >= 400 and self._is_behind_deadline(response):
            response.headers["x-should-retry"] = "false"

    def _is_behind_deadline(self, response: httpx2.Response) -> bool:
        return self._clock() + _wait_of(response) >= self._deadline


def _client(access: Access, shared: dict[str, Any]) -> Client:
    """The SDK's client for a provider. Raises NoAccessError."""
    import anthropic

    if isinstance(access, ApiKey):
        return anthropic.Anthropic(api_key=access.key, **shared)
    if isinstance(access, Vertex):
        credentials = cloud_credentials.google(access)
        return anthropic.AnthropicVertex(
            region=access.region, project_id=access.project, credentials=credentials, **shared
        )
    keys = cloud_credentials.aws(access)
    client = anthropic.AnthropicBedrock(aws_region=access.region, **shared)
    # Set here and not handed in: the constructor would take a bearer token of the environment, even an empty one, for a contradiction.
    client.api_key = access.bearer or None
    client.aws_access_key, client.aws_secret_key, client.aws_session_token = keys
    client.aws_profile = None
    return client


def _refuses_form(error: anthropic.APIStatusError) -> bool:
    """Whether the service (a gateway before a cloud, a cloud's older region) does not know structured output.

    Nothing was charged, and the same can be asked for in words.
    """
    return error.status_code == 400 and "output_config.format" in str(error) and "not permitted" in str(error)


def _aws_message(body: object) -> str | None:
    """AWS writes its words beside no `error`."""
    message = body.get("message") or body.get("Message") if isinstance(body, dict) else None
    return message if isinstance(message, str) else None


def _wait_of(response: httpx2.Response) -> float:
    """Seconds until the SDK would try again, at most; a date instead of a number counts as for ever."""
    milliseconds, seconds = response.headers.get("retry-after-ms"), response.headers.get("retry-after")
    try:
        if milliseconds is not None:
            return float(milliseconds) / 1000
        return float(seconds) if seconds is not None else _LONGEST_BACK_OFF
    except ValueError:
        return float("inf")


def _block(text: str, *, ends_prefix: bool) -> dict[str, Any]:
    block: dict[str, Any] = {"type": "text", "text": text}
    return {**block, "cache_control": {"type": "ephemeral"}} if ends_prefix else block


def _system(texts: tuple[str, ...], request: ModelRequest) -> list[dict[str, Any]]:
    """Each of the first three ends a prefix that is cached. The API allows four marks, and the unit has one of them; where the code behind
    it has another one, the longest of these is enough: what was written up to a mark is found from a later one too."""
    marked = {len(texts) - 1} if request.more and request.keeps_more else {0, 1, 2}
    return [_block(text, ends_prefix=number in marked) for number, text in enumerate(texts)]


def _content(request: ModelRequest) -> str | list[dict[str, Any]]:
    """A unit is asked about again, and what was found in it judged, with more behind it: it is cached."""
    if request.schema_name not in ("review", "second-opinion"):
        return request.user
    more = [_block(request.more, ends_prefix=request.keeps_more)] if request.more else []
    last = [_block(request.last, ends_prefix=False)] if request.last else []
    return [_block(request.user, ends_prefix=True), *more, *last]


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
    return _problem("The time for the review was used up; raise `timeout-minutes`.")


def _too_much() -> Problem:
    return _problem("The answer is longer than the API can give it; is this the address of a Claude API?")


def _problem(message: str) -> Problem:
    return Problem(step="model", subject="request", message=message[:1].upper() + message[1:])
