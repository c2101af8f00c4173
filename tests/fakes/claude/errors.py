"""Error answers in the form of the Claude API."""

from __future__ import annotations

from collections.abc import Mapping

from fakes.loopback import Reply, json_reply

#: HTTP status -> the `type` the API gives such an error.
TYPES = {
    400: "invalid_request_error",
    401: "authentication_error",
    402: "billing_error",
    403: "permission_error",
    404: "not_found_error",
    413: "request_too_large",
    429: "rate_limit_error",
    500: "api_error",
    504: "timeout_error",
    529: "overloaded_error",
}


class ApiError(Exception):
    """A refusal on the way to an answer."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message


def invalid(message: str) -> ApiError:
    return ApiError(400, message)


def error_body(status: int, message: str, request_id: str) -> dict[str, object]:
    """The JSON of an error, also used inside a stream."""
    error = {"type": TYPES.get(status, "api_error"), "message": message}
    return {"type": "error", "error": error, "request_id": request_id}


def error_reply(status: int, message: str, request_id: str, headers: Mapping[str, str] | None = None) -> Reply:
    return json_reply(error_body(status, message, request_id), status, {"request-id": request_id, **(headers or {})})
