"""Rate limits: how long GitHub wants us to wait. https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from github import GithubException

#: Without a header GitHub asks for at least a minute.
_UNTOLD = 60.0


def rate_limit_wait(error: object, now: float) -> float | None:
    """Seconds to wait before the next request, or None when the error is no rate limit. `now` is seconds since 1970."""
    if not isinstance(error, GithubException) or error.status not in (403, 429):
        return None
    headers = {name.lower(): str(value) for name, value in (error.headers or {}).items()}
    message = str(error.data.get("message", "")).lower() if isinstance(error.data, dict) else ""
    if "retry-after" in headers:
        return _seconds(headers["retry-after"], _UNTOLD)
    if headers.get("x-ratelimit-remaining") == "0":
        # The reset is given in whole seconds: one more, so as not to come too early.
        return max(1.0, _seconds(headers.get("x-ratelimit-reset", ""), now + _UNTOLD) - now + 1)
    if error.status == 429 or "rate limit" in message or "abuse detection" in message:
        return _UNTOLD
    return None


def graphql_limit(headers: Mapping[str, Any], data: object) -> GithubException | None:
    """The error that REST would have answered with: GraphQL tells its limits in a 200. None when the answer tells of none."""
    errors = data.get("errors") if isinstance(data, dict) else None
    for error in errors if isinstance(errors, list) else ():
        words = str(error.get("message", "")) if isinstance(error, dict) else ""
        is_primary = isinstance(error, dict) and error.get("type") in ("RATE_LIMIT", "RATE_LIMITED")
        if is_primary or "rate limit" in words.lower():
            spent = {"x-ratelimit-remaining": "0"} if is_primary else {}
            return GithubException(403, {"message": words}, {**headers, **spent})
    return None


def is_spent(error: object) -> bool:
    """Whether the hour's budget is used up. REST requests and GraphQL points have one each; a secondary limit is for both."""
    if not isinstance(error, GithubException) or error.status not in (403, 429):
        return False
    headers = {name.lower(): str(value) for name, value in (error.headers or {}).items()}
    return "retry-after" not in headers and headers.get("x-ratelimit-remaining") == "0"


def until_words(wait: float, now: float) -> str:
    """When the wait is over, for a person."""
    return f"after {datetime.fromtimestamp(now + wait, UTC):%H:%M:%S} UTC"


def _seconds(text: str, otherwise: float) -> float:
    return float(text) if text.isascii() and text.isdigit() else otherwise
