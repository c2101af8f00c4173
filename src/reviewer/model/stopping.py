"""How a call ended, in words for the report. Each end that is no answer has its own."""

from __future__ import annotations

import re
from collections.abc import Mapping

from reviewer.core.problem import Problem
from reviewer.model.models import Provider
from reviewer.model.port import Exchange

_STOPPED = {
    "max_tokens": "The answer was cut off because it reached the output limit.",
    "stop_sequence": "The answer stopped at a stop sequence that nobody asked for.",
    "tool_use": "The model asked for a tool, and it has none.",
    "pause_turn": "The service paused the answer before it was complete.",
    "refusal": "The model declined to answer for this code; a person has to review it.",
    "model_context_window_exceeded": "The request and its answer do not fit into the model's context window.",
}
_RETRYABLE_STOPS = frozenset({"pause_turn"})
_OVERSIZE_STOPS = frozenset({"max_tokens", "model_context_window_exceeded"})
_TOO_LONG = re.compile(
    r"(?:prompt|input) is too long|too many (?:input )?tokens|(?:maximum|exceeds?\b.{0,40}) context|context (?:length|window)"
)

# Bedrock says 400 where others say 404: a name that is none, or a model that is only reached by an inference profile.
_NO_SUCH_MODEL = re.compile(r"model identifier is invalid|on-demand throughput|inference profile")

# Statuses for which every other request of the run would fail in the same way.
_BEDROCK_REFUSED = (
    "AWS refused the credentials: check that they are valid now, that they belong to AWS_REGION's partition, and that they may "
    "bedrock:InvokeModelWithResponseStream on the model."
)
_BEDROCK_MODEL = (
    "Bedrock does not offer this model to the account in this region; check `model`, AWS_REGION and the model access."
)
_VERTEX_MODEL = (
    "Google Cloud does not offer this model there; check `model`, CLOUD_ML_REGION and the project's Model Garden."
)
_FATAL: Mapping[Provider, Mapping[int, str]] = {
    "anthropic": {
        401: "The API key was not accepted; check `anthropic-api-key`.",
        402: "The account cannot pay for the request; check the billing of the API key.",
        403: "The API key may not do this; check its workspace and the model's availability.",
        404: "The model or the address does not exist; check `model` and `anthropic-base-url`.",
    },
    "bedrock": {401: _BEDROCK_REFUSED, 403: _BEDROCK_REFUSED, 404: _BEDROCK_MODEL},
    "vertex": {
        401: "Google Cloud did not accept the credentials; check GOOGLE_APPLICATION_CREDENTIALS.",
        403: "The credentials may not use the model; check ANTHROPIC_VERTEX_PROJECT_ID and the role Vertex AI User.",
        404: _VERTEX_MODEL,
    },
}
_OTHER = {
    400: "The API refused the request.",
    408: "The API waited too long for the request.",
    409: "The API reported a conflict with another request.",
    412: "The API's precondition for the request failed.",
    413: "The request is too large for the API.",
    422: "The API could not process the request.",
    429: "The rate limit was reached and waiting for it would have taken too long.",
    500: "The API failed.",
    501: "The API cannot do what was asked; check `anthropic-base-url`.",
    502: "What stands before the API could not reach it.",
    503: "The API is not available.",
    504: "The API did not answer in time.",
    529: "The API is overloaded.",
}
_REDIRECT = "The address answers with a redirect, which is not followed: code goes only where you said; check `anthropic-base-url`."
_CLOUD_REDIRECT = (
    "The address answers with a redirect, which is not followed: code goes only to the provider that you named."
)


def stopped(reason: str | None, text: str) -> Exchange:
    """The exchange for a stream that ended with this stop reason; only `end_turn` is an answer."""
    if reason == "end_turn":
        if text.strip():
            return Exchange(result=text)
        return Exchange(result=_problem("The model ended its turn without an answer."), retryable=True)
    if reason is None:
        return broken("the stream ended in the middle of the answer")
    message = _STOPPED.get(reason, f"The answer ended for a reason that is not known here ({reason}).")
    return Exchange(result=_problem(message), retryable=reason in _RETRYABLE_STOPS, oversize=reason in _OVERSIZE_STOPS)


def failed(
    status: int, message: str, request_id: str | None, *, provider: Provider = "anthropic", hopeless: bool = False
) -> Exchange:
    """The exchange for an error of the API. `hopeless`: it may be asked again only when the run is over.

    A status of 200 means that the error came inside of the answer.
    """
    if status == 200:
        return broken(f"the API reported an error in the middle of the answer: {_short(message)}")
    too_long = status == 413 or (status == 400 and _TOO_LONG.search(message.lower()) is not None)
    fatal = _fatal(status, message, provider)
    what = fatal or _OTHER.get(status)
    if too_long:
        what = "The request is too long for the model."
    elif what is None:
        what = "The API failed." if status >= 500 else "The API refused the request."
    request = f", request {request_id}" if request_id else ""
    # The SDK has retried what can be retried; a refused request costs nothing.
    problem = _problem(f"{what} ({status}: {_short(message)}{request})")
    return Exchange(result=problem, fatal=fatal is not None or hopeless, oversize=too_long)


def _fatal(status: int, message: str, provider: Provider) -> str | None:
    """Words for what every other request would meet too; None for what only this one met."""
    if 300 <= status < 400:
        return _REDIRECT if provider == "anthropic" else _CLOUD_REDIRECT
    if provider == "bedrock" and status == 400 and _NO_SUCH_MODEL.search(message.lower()) is not None:
        return _BEDROCK_MODEL
    return _FATAL[provider].get(status)


def broken(what: str) -> Exchange:
    """A call that was lost on the way: the service may have charged for it, and a second try may succeed."""
    return Exchange(
        result=_problem(f"The connection to the API broke ({_short(what)})."), metered=False, retryable=True
    )


def _problem(message: str) -> Problem:
    return Problem(step="model", subject="request", message=message)


def _short(text: str) -> str:
    folded = " ".join(text.split())
    return folded if len(folded) <= 300 else f"{folded[:299]}…"
